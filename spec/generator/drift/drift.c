/* Drift of the documentation. Entry point: drift_main(). */
#include "drift.h"
#include "base/files/files.h"
#include "base/text/text.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 16 << 20 };

#define RECORD "spec/documentation.json"

void drift_report(struct drift *drift, const struct page *page, int line, const char *kind, const char *format, ...)
{
    va_list arguments;
    if (drift->recorded)
        return;
    printf("%s:%d: %s: ", page ? page->path : RECORD, line, kind);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    drift->findings++;
}

/* Returns the object of a page, added if missing. */
static cJSON *page_object(cJSON *pages, const char *name)
{
    cJSON *object = cJSON_GetObjectItemCaseSensitive(pages, name);
    return object ? object : cJSON_AddObjectToObject(pages, name);
}

static const cJSON *recorded_page(const struct drift *drift, const char *name)
{
    return fact_get(fact_get(drift->facts->documentation.root, "pages"), name);
}

void drift_sentence(struct drift *drift, const struct page *page, const char *key, int line, const char *plain)
{
    char digest[20];
    if (!*plain)
        return;
    snprintf(digest, sizeof digest, "%016" PRIx64, page_digest(plain));
    drift->sentences++;
    if (drift->recorded) {
        cJSON *object = page_object(drift->recorded, page->name), *entry = cJSON_CreateArray();
        cJSON_AddItemToArray(entry, cJSON_CreateNumber(line));
        cJSON_AddItemToArray(entry, cJSON_CreateString(digest));
        cJSON_DeleteItemFromObjectCaseSensitive(object, key);
        cJSON_AddItemToObject(object, key, entry);
        return;
    }
    cJSON_AddTrueToObject(page_object(drift->seen, page->name), key);
    const cJSON *known = recorded_page(drift, page->name), *entry = fact_get(known, key);
    const char *old = cJSON_GetStringValue(cJSON_GetArrayItem(entry, 1));
    drift->known += old != NULL;
    if (known && !entry)
        drift_report(drift, page, line, "added", "the text of %s", key);
    else if (old && strcmp(old, digest))
        drift_report(drift, page, line, "reworded", "the text of %s; it was on line %d of revision %s", key,
            (int)cJSON_GetArrayItem(entry, 0)->valuedouble, fact_text(drift->facts->documentation.root, "revision"));
}

/* Reports recorded sentences that the pages no longer have. */
static void report_removed(struct drift *drift)
{
    const cJSON *known, *entry;
    cJSON_ArrayForEach (known, fact_get(drift->facts->documentation.root, "pages")) {
        const struct page *page = pages_find(&drift->pages, known->string);
        if (!page) {
            drift_report(drift, NULL, fact_line(known), "removed", "the page %s", known->string);
            continue;
        }
        cJSON_ArrayForEach (entry, known)
            if (!fact_get(fact_get(drift->seen, page->name), entry->string))
                drift_report(drift, page, 1, "removed", "the text of %s", entry->string);
    }
}

/* Returns NULL, or the reason why the record was not written. */
static const char *write_record(const struct drift *drift, const char *revision, const char *date)
{
    char path[4096];
    const cJSON *page, *entry, *old = drift->facts->documentation.root;
    snprintf(path, sizeof path, "%s/" RECORD, drift->facts->root);
    struct text text = {.limit = RECORD_BYTES};
    text_printf(&text, "{\n \"repository\": \"%s\",\n \"revision\": \"%s\",\n \"date\": \"%s\",\n \"pages\": {\n",
        fact_text(old, "repository"), revision, date);
    cJSON_ArrayForEach (page, drift->recorded) {
        text_printf(&text, "  \"%s\": {", page->string);
        cJSON_ArrayForEach (entry, page) {
            char *name = cJSON_PrintUnformatted(&(cJSON){.type = cJSON_String, .valuestring = entry->string});
            text_printf(&text, "%s\n   %s: [%d, \"%s\"]", entry == page->child ? "" : ",", name ? name : "\"\"",
                (int)cJSON_GetArrayItem(entry, 0)->valuedouble, cJSON_GetArrayItem(entry, 1)->valuestring);
            cJSON_free(name);
        }
        text_printf(&text, "\n  }%s\n", page->next ? "," : "");
    }
    text_puts(&text, " }\n}\n");
    char *whole = text_finish(&text);
    const char *why = file_write(path, whole);
    free(whole);
    return why;
}

static int finish_record(const struct drift *drift, const char *revision, const char *date)
{
    const char *why = write_record(drift, revision, date);
    if (why) {
        fprintf(stderr, "hcs-spec: %s/" RECORD " can't be written: %s\n", drift->facts->root, why);
        return 2;
    }
    printf("%u sentences of %d pages recorded for revision %s\n", drift->sentences, cJSON_GetArraySize(drift->recorded),
        revision);
    return 0;
}

int drift_main(struct facts *facts, const char *folder, const char *record, const char *date)
{
    char error[512];
    struct drift drift = {.facts = facts};
    if (!pages_open(&drift.pages, folder, error, sizeof error)) {
        fprintf(stderr, "hcs-spec: %s\n", error);
        return 2;
    }
    drift.seen = cJSON_CreateObject();
    drift.recorded = record ? cJSON_CreateObject() : NULL;
    drift_functions(&drift);
    drift_tables(&drift);
    drift_schema(&drift);
    int code;
    if (record) {
        code = finish_record(&drift, record, date ? date : "");
    } else {
        report_removed(&drift);
        printf("%zu pages read, %u sentences, %u of them with a digest of revision %s: %u finding%s\n",
            drift.pages.count, drift.sentences, drift.known, fact_text(facts->documentation.root, "revision"),
            drift.findings, drift.findings == 1 ? "" : "s");
        code = drift.findings > 0;
    }
    cJSON_Delete(drift.seen);
    cJSON_Delete(drift.recorded);
    pages_close(&drift.pages);
    return code;
}
