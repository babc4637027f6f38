/* Pages that have been renamed since the recorded revision. Entry point: drift_renames(). */
#include "drift.h"
#include "base/allocate.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return (one > two) - (one < two);
}

size_t drift_common(const struct page *page, const cJSON *texts)
{
    const cJSON *entry;
    size_t common = 0;
    uint64_t *digests = allocate((page->text_count + 1) * sizeof *digests);
    for (size_t i = 0; i < page->text_count; i++)
        digests[i] = page_digest(page->texts[i].text);
    qsort(digests, page->text_count, sizeof *digests, by_value);
    cJSON_ArrayForEach (entry, texts) {
        const char *space = strchr(entry->valuestring, ' ');
        uint64_t digest = space ? strtoull(space, NULL, 16) : 0;
        common += bsearch(&digest, digests, page->text_count, sizeof *digests, by_value) != NULL;
    }
    free(digests);
    return common;
}

/* Returns the page without a record that has most of these texts, and more than half of them; NULL: none. */
static const struct page *find_new_name(const struct drift *drift, const cJSON *texts)
{
    const cJSON *recorded = fact_get(drift->facts->documentation.root, "texts");
    const struct page *best = NULL;
    size_t most = (size_t)cJSON_GetArraySize(texts) / 2;
    for (size_t i = 0; i < drift->pages.count; i++) {
        const struct page *page = &drift->pages.pages[i];
        if (cJSON_GetObjectItem(recorded, page->name)) /* ignores case */
            continue;
        size_t common = drift_common(page, texts);
        if (common > most) {
            most = common;
            best = page;
        }
    }
    return best;
}

void drift_renames(struct drift *drift)
{
    const cJSON *texts;
    cJSON_ArrayForEach (texts, fact_get(drift->facts->documentation.root, "texts")) {
        const struct page *page = pages_find(&drift->pages, texts->string) ? NULL : find_new_name(drift, texts);
        if (!page)
            continue;
        cJSON_AddStringToObject(drift->renamed, texts->string, page->name);
        drift_report(drift, page, 1, "renamed", "the page %s is now %s", texts->string, page->name);
    }
}
