/* Results as one page. Entry point: html_page(). */
#include "html.h"
#include "compare/compare.h"
#include "confirmed.h"
#include "page_parts.h"
#include "row/row.h"
#include <stdlib.h>
#include <string.h>

/* --- the data --- */

enum { CONFIRMED_BYTES = 200 };

static void copy_member(cJSON *to, const cJSON *from, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(from, name);
    if (member)
        cJSON_AddItemToObject(to, name, cJSON_Duplicate(member, 1));
}

static cJSON *row_json(const struct result_row *row, bool same_rows)
{
    static const char *const members[] = {"id", "function", "strength", "outcome", "return", "result", "message",
        "milliseconds", "runs", "retries", "expectation", "document", "events", "steps", "source", "rule", "origin"};
    cJSON *json = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        copy_member(json, row->json, members[i]);
    if (!cJSON_GetObjectItemCaseSensitive(json, "milliseconds"))
        cJSON_AddNumberToObject(json, "milliseconds", 0);
    const struct spec_row *known = same_rows ? row_named(row->id) : NULL;
    if (!known)
        return json;
    char confirmed[CONFIRMED_BYTES];
    cJSON_AddStringToObject(json, "does", known->steps);
    confirmed_describe(row->id, confirmed, sizeof confirmed);
    if (*confirmed)
        cJSON_AddStringToObject(json, "confirmed", confirmed);
    return json;
}

static cJSON *result_json(const struct result *result, bool with_rows)
{
    static const char *const members[] = {"target", "spec", "started", "tool", "strict", "build", "revision",
        "interrupted", "environment", "digest", "checksum"};
    char about[300];
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(result->root, "seconds");
    cJSON *json = cJSON_CreateObject();
    result_describe(result, about, sizeof about);
    cJSON_AddStringToObject(json, "about", about);
    cJSON_AddStringToObject(json, "path", result->path);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        copy_member(json, result->root, members[i]);
    cJSON_AddNumberToObject(json, "seconds", cJSON_IsNumber(seconds) ? seconds->valuedouble : 0);
    cJSON *rows = cJSON_AddArrayToObject(json, "rows");
    for (unsigned i = 0; i < result->count && with_rows; i++)
        cJSON_AddItemToArray(rows, row_json(&result->rows[i], !strcmp(result->spec, spec_digest)));
    return json;
}

static cJSON *count_json(const struct comparison *comparison, int change)
{
    cJSON *count = cJSON_CreateArray();
    cJSON_AddItemToArray(count, cJSON_CreateString(change_titles[change]));
    cJSON_AddItemToArray(count, cJSON_CreateNumber(comparison->counts[change]));
    cJSON_AddItemToArray(count, cJSON_CreateBool(change_is_worse((enum change)change)));
    return count;
}

static cJSON *difference_json(const struct difference *difference)
{
    const struct result_row *row = difference_row(difference);
    char source[400];
    cJSON *json = cJSON_CreateObject();
    format_source(row, source, sizeof source);
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "title", change_titles[difference->change]);
    cJSON_AddBoolToObject(json, "worse", change_is_worse(difference->change));
    cJSON_AddBoolToObject(json, "better", difference->change == CHANGE_FIXED || difference->change == CHANGE_BETTER);
    cJSON_AddStringToObject(json, "what", difference->what);
    cJSON_AddStringToObject(json, "source", source);
    return json;
}

/* The differences, worst first. NULL if memory runs out. */
static cJSON *comparison_data(const struct result *before, const struct result *after)
{
    struct comparison comparison;
    char about[300];
    if (!compare_results(before, after, &comparison))
        return NULL;
    cJSON *json = cJSON_CreateObject();
    result_describe(before, about, sizeof about);
    cJSON_AddStringToObject(json, "about", about);
    cJSON *counts = cJSON_AddArrayToObject(json, "counts"), *list = cJSON_AddArrayToObject(json, "differences");
    for (int change = 0; change < CHANGES; change++) {
        if (!comparison.counts[change])
            continue;
        cJSON_AddItemToArray(counts, count_json(&comparison, change));
        for (unsigned i = 0; i < comparison.count && change != CHANGE_NONE; i++)
            if (comparison.list[i].change == (enum change)change)
                cJSON_AddItemToArray(list, difference_json(&comparison.list[i]));
    }
    comparison_free(&comparison);
    return json;
}

static cJSON *page_data(const struct html_page *page)
{
    cJSON *root = cJSON_CreateObject(), *outcomes = cJSON_AddArrayToObject(root, "outcomes");
    for (int i = 0; i < OUTCOMES; i++)
        cJSON_AddItemToArray(outcomes, cJSON_CreateString(outcome_names[i]));
    cJSON *results = cJSON_AddArrayToObject(root, "results"),
          *comparisons = cJSON_AddArrayToObject(root, "comparisons");
    for (unsigned i = 0; i < page->count; i++)
        cJSON_AddItemToArray(results, result_json(&page->results[i], i == 0));
    for (unsigned i = 1; i < page->count; i++) {
        cJSON *comparison = comparison_data(&page->results[i], &page->results[0]);
        if (comparison)
            cJSON_AddItemToArray(comparisons, comparison);
    }
    cJSON_AddItemToObject(root, "confirmed", confirmed_table());
    if (page->history)
        cJSON_AddItemToObject(root, "history", cJSON_Duplicate(page->history, 1));
    return root;
}

/* --- the page --- */

/* Writes JSON for a script element: < is escaped, so that no data can close the element or open another. */
static void put_data(struct text *text, const cJSON *data)
{
    char *json = cJSON_PrintUnformatted(data);
    text->failed |= !json;
    for (const char *p = json ? json : ""; *p;) {
        size_t length = strcspn(p, "<");
        text_put(text, p, length);
        p += length;
        if (*p)
            text_put(text, "\\u003c", 6), p++;
    }
    cJSON_free(json);
}

char *html_page(const struct html_page *page)
{
    struct text text = {.limit = FORMAT_BYTES};
    cJSON *data = page_data(page);
    for (const char *p = page_html; *p;) {
        size_t length = strcspn(p, "@");
        text_put(&text, p, length);
        p += length;
        if (!strncmp(p, "@STYLE@", 7))
            text_put(&text, page_css, strlen(page_css)), p += 7;
        else if (!strncmp(p, "@SCRIPT@", 8))
            text_put(&text, page_js, strlen(page_js)), p += 8;
        else if (!strncmp(p, "@DATA@", 6))
            put_data(&text, data), p += 6;
        else if (*p)
            text_put(&text, p++, 1);
    }
    cJSON_Delete(data);
    return text_finish(&text);
}
