/* Drift of the documentation. Entry point: drift_main(). */
#include "drift.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/shown.h"
#include "base/text/text.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 16 << 20, MESSAGE_BYTES = 1024 };

#define RECORD "spec/documentation.json"

void drift_report(struct drift *drift, const struct page *page, int line, const char *kind, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    if (drift->recorded)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    printf("%s:%d: %s: %s\n", page ? shown(page->path) : RECORD, line, kind, shown(message));
    bool full = !(drift->findings & (drift->findings - 1)); /* the capacity is the next power of two */
    if (full)
        drift->places = reallocate(drift->places, 2 * ((size_t)drift->findings + 1) * sizeof *drift->places);
    drift->places[drift->findings++] = (struct finding_place){page, line};
}

bool drift_has_finding(const struct drift *drift, const struct page *page, int line)
{
    for (unsigned i = 0; i < drift->findings; i++)
        if (drift->places[i].page == page && drift->places[i].line == line)
            return true;
    return false;
}

const struct page *drift_page(const struct drift *drift, const char *name)
{
    const char *renamed = fact_text(drift->renamed, name);
    return pages_find(&drift->pages, renamed ? renamed : name);
}

/* Returns the name that the page had in the recorded revision. */
static const char *recorded_name(const struct drift *drift, const struct page *page)
{
    const cJSON *renamed;
    cJSON_ArrayForEach (renamed, drift->renamed)
        if (!strcmp(renamed->valuestring, page->name))
            return renamed->string;
    return page->name;
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
    const char *name = recorded_name(drift, page);
    cJSON_AddTrueToObject(page_object(drift->seen, name), key);
    const cJSON *known = recorded_page(drift, name), *entry = fact_get(known, key);
    const char *old = cJSON_GetStringValue(cJSON_GetArrayItem(entry, 1));
    drift->known += old != NULL;
    if (known && !entry)
        drift_report(drift, page, line, "added", "the text of %s", key);
    else if (old && strcmp(old, digest))
        drift_report(drift, page, line, "reworded", "the text of %s; it was on line %d of revision %s", key,
            (int)cJSON_GetArrayItem(entry, 0)->valuedouble, fact_text(drift->facts->documentation.root, "revision"));
}

/* Writes the line and digest of each text of a page, four per line. */
static void write_texts(struct text *text, const struct page *page, bool last)
{
    text_printf(text, "  \"%s\": [", page->name);
    for (size_t i = 0; i < page->text_count; i++)
        text_printf(text, "%s%s\"%d %016" PRIx64 "\"", i ? "," : "", i % 4 ? " " : "\n   ", page->texts[i].line,
            page_digest(page->texts[i].text));
    text_printf(text, "\n  ]%s\n", last ? "" : ",");
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
    text_puts(&text, " },\n \"texts\": {\n");
    for (size_t i = 0; i < drift->pages.count; i++)
        write_texts(&text, &drift->pages.pages[i], i + 1 == drift->pages.count);
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

/* True if at least half of the texts are those of the record, so that this is the same documentation in the same
   language. */
static bool is_reference(const struct drift *drift)
{
    const cJSON *texts;
    size_t common = 0, recorded = 0;
    cJSON_ArrayForEach (texts, fact_get(drift->facts->documentation.root, "texts")) {
        const struct page *page = pages_find(&drift->pages, texts->string);
        recorded += (size_t)cJSON_GetArraySize(texts);
        common += page ? drift_common(page, texts) : 0;
    }
    return common * 2 >= recorded;
}

int drift_main(struct facts *facts, const char *folder, const char *record, const char *date)
{
    char error[512];
    struct drift drift = {.facts = facts};
    if (!pages_open(&drift.pages, folder, error, sizeof error)) {
        fprintf(stderr, "hcs-spec: %s\n", error);
        return 2;
    }
    if (!is_reference(&drift)) {
        fprintf(
            stderr, "hcs-spec: %s lacks most sentences of the recorded pages: is it the English reference?\n", folder);
        pages_close(&drift.pages);
        return 2;
    }
    drift.seen = cJSON_CreateObject();
    drift.recorded = record ? cJSON_CreateObject() : NULL;
    drift.renamed = cJSON_CreateObject();
    if (!record)
        drift_renames(&drift);
    drift_functions(&drift);
    drift_tables(&drift);
    drift_schema(&drift);
    int code;
    if (record) {
        code = finish_record(&drift, record, date ? date : "");
    } else {
        drift_texts(&drift);
        printf("%zu pages read, %u sentences, %u of them with a digest of revision %s: %u finding%s\n",
            drift.pages.count, drift.sentences, drift.known, fact_text(facts->documentation.root, "revision"),
            drift.findings, drift.findings == 1 ? "" : "s");
        code = drift.findings > 0;
    }
    cJSON_Delete(drift.seen);
    cJSON_Delete(drift.recorded);
    cJSON_Delete(drift.renamed);
    free(drift.places);
    pages_close(&drift.pages);
    return code;
}
