/* Differences for people and for programs. Entry points: comparison_text(), comparison_json(). */
#include "compare.h"
#include "document/document.h"
#include "row/sentence.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 200 };

static const char *colour_of(enum change change)
{
    return change_is_worse(change)                                ? "\033[31m"
           : change == CHANGE_FIXED || change == CHANGE_BETTER    ? "\033[32m"
           : change == CHANGE_OTHER || change == CHANGE_STILL_BAD ? "\033[33m"
                                                                  : "";
}

/* Adds what both sides recorded for a row of strength "unspecified". */
static void add_recorded(struct text *text, const struct difference *difference, const char *indent)
{
    const struct result_row *rows[] = {difference->before, difference->after};
    if (!rows[0] || !rows[1] || !rows[1]->strength || strcmp(rows[1]->strength, "unspecified") != 0)
        return;
    for (int i = 0; i < 2; i++)
        text_printf(text, "%s%s: %s / %s%s%.300s\n", indent, i ? "new" : "old",
            rows[i]->returned ? shown(rows[i]->returned) : "-", rows[i]->result ? shown(rows[i]->result) : "-",
            rows[i]->document ? "  " : "", shown(rows[i]->document));
}

static void add_sentence(struct text *text, const struct page_set *docs, const struct result_row *row)
{
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(row->json, "source");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(source, "row");
    const struct sentence_place place = {document_text(source, "page"), document_text(source, "section"), row->id,
        document_text(source, "sentence"), cJSON_IsNumber(number) ? number->valueint : 0};
    char *sentence = docs ? sentence_text(docs, &place) : NULL;
    if (sentence && *sentence)
        text_printf(text, "      %s\n", sentence);
    free(sentence);
}

static void add_group(struct text *text, const struct comparison *comparison, enum change change, bool colours,
    const struct page_set *docs)
{
    unsigned listed = 0;
    char source[400];
    if (!comparison->counts[change])
        return;
    text_printf(text, "\n%s%s: %u%s\n", colours ? colour_of(change) : "", change_titles[change],
        comparison->counts[change], colours && *colour_of(change) ? "\033[0m" : "");
    for (unsigned i = 0; i < comparison->count && listed < LISTED; i++) {
        const struct difference *difference = &comparison->list[i];
        if (difference->change != change)
            continue;
        listed++;
        format_source(difference_row(difference), source, sizeof source);
        text_printf(text, "  %s\n      %s\n", shown(difference_row(difference)->id), shown(difference->what));
        if (change == CHANGE_OTHER)
            add_recorded(text, difference, "      ");
        text_printf(text, "      %s, %s\n",
            difference_row(difference)->strength ? difference_row(difference)->strength : "-", shown(source));
        add_sentence(text, docs, difference_row(difference));
    }
    if (comparison->counts[change] > listed)
        text_printf(text, "  and %u more\n", comparison->counts[change] - listed);
}

/* Expected differences: how many for each reason. */
static void add_expected(struct text *text, const struct comparison *comparison)
{
    if (!comparison->counts[CHANGE_EXPECTED])
        return;
    text_printf(text, "\n%s: %u\n", change_titles[CHANGE_EXPECTED], comparison->counts[CHANGE_EXPECTED]);
    for (unsigned i = 0; i < comparison->count; i++) {
        const char *reason = comparison->list[i].reason;
        unsigned count = 0;
        bool first = reason != NULL;
        for (unsigned j = 0; reason && j < comparison->count; j++) {
            bool same = comparison->list[j].reason == reason;
            first &= !same || j >= i;
            count += same;
        }
        if (first)
            text_printf(text, "  %u: %s\n", count, shown(reason));
    }
}

static bool is_strict(const struct result *result)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result->root, "strict"));
}

static void add_head(struct text *text, const struct comparison *comparison)
{
    char about[300];
    result_describe(comparison->before, about, sizeof about);
    text_printf(text, "old: %s: %s, %u rows of %s\n", comparison->before->path, shown(about), comparison->before->count,
        shown(comparison->before->spec));
    result_describe(comparison->after, about, sizeof about);
    text_printf(text, "new: %s: %s, %u rows of %s\n", comparison->after->path, shown(about), comparison->after->count,
        shown(comparison->after->spec));
    if (is_strict(comparison->before) != is_strict(comparison->after))
        text_puts(text, "one is strict, the other is not: the same answer may fail in one and be drift in the other\n");
    if (comparison->before->interrupted || comparison->after->interrupted)
        text_puts(text, "one of them was interrupted: what it did not come to is lost or removed\n");
}

char *comparison_text(const struct comparison *comparison, bool colours, const struct page_set *docs)
{
    struct text text = {.limit = FORMAT_BYTES};
    unsigned worse = 0;
    add_head(&text, comparison);
    for (int i = 0; i < CHANGE_NONE; i++)
        if (i != CHANGE_ADDED && i != CHANGE_STILL_BAD && i != CHANGE_EXPECTED)
            add_group(&text, comparison, (enum change)i, colours, docs);
    add_expected(&text, comparison);
    compare_times(comparison, &text);
    text_puts(&text, "\n");
    for (int i = 0; i < CHANGES; i++) {
        if (comparison->counts[i])
            text_printf(&text, "%u %s, ", comparison->counts[i], change_titles[i]);
        worse += change_is_worse((enum change)i) ? comparison->counts[i] : 0;
    }
    text_printf(&text, worse ? "%u worse than before\n" : "nothing is worse than before\n", worse);
    return text_finish(&text);
}

char *comparison_markdown(const struct comparison *comparison)
{
    struct text text = {.limit = FORMAT_BYTES};
    char about[2][300], source[400];
    unsigned shown = 0;
    result_describe(comparison->before, about[0], sizeof about[0]);
    result_describe(comparison->after, about[1], sizeof about[1]);
    text_puts(&text, "## Conformance: ");
    text_put_cell(&text, shown_lines(about[0]));
    text_puts(&text, " → ");
    text_put_cell(&text, shown_lines(about[1]));
    text_puts(&text, "\n\n| change | rows |\n| --- | ---: |\n");
    for (int i = 0; i < CHANGES; i++)
        if (comparison->counts[i])
            text_printf(&text, "| %s%s%s | %u |\n", change_is_worse((enum change)i) ? "**" : "", change_titles[i],
                change_is_worse((enum change)i) ? "**" : "", comparison->counts[i]);
    for (int change = 0; change <= CHANGE_FIXED; change++)
        for (unsigned i = 0; i < comparison->count && shown < LISTED; i++) {
            const struct difference *difference = &comparison->list[i];
            if (difference->change != (enum change)change)
                continue;
            if (!shown++)
                text_puts(&text, "\n| row | change | what | source |\n| --- | --- | --- | --- |\n");
            format_source(difference_row(difference), source, sizeof source);
            text_puts(&text, "| ");
            text_put_cell(&text, shown_lines(difference_row(difference)->id));
            text_printf(&text, " | %s | ", change_titles[change]);
            text_put_cell(&text, shown_lines(difference->what));
            text_puts(&text, " | ");
            text_put_cell(&text, shown_lines(source));
            text_puts(&text, " |\n");
        }
    return text_finish(&text);
}

static void add_side(cJSON *json, const char *name, const struct result_row *row)
{
    if (!row)
        return;
    cJSON *side = cJSON_AddObjectToObject(json, name);
    cJSON_AddStringToObject(side, "id", row->id);
    cJSON_AddStringToObject(side, "outcome", outcome_names[row->outcome]);
    if (row->returned)
        cJSON_AddStringToObject(side, "return", row->returned);
    if (row->result)
        cJSON_AddStringToObject(side, "result", row->result);
    if (row->document)
        cJSON_AddStringToObject(side, "document", row->document);
}

char *comparison_json(const struct comparison *comparison)
{
    char source[400];
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    cJSON_AddStringToObject(root, "old", comparison->before->path);
    cJSON_AddStringToObject(root, "new", comparison->after->path);
    cJSON *counts = cJSON_AddObjectToObject(root, "counts"), *list = cJSON_AddArrayToObject(root, "differences");
    for (int i = 0; i < CHANGES; i++)
        cJSON_AddNumberToObject(counts, change_names[i], comparison->counts[i]);
    for (unsigned i = 0; i < comparison->count; i++) {
        const struct difference *difference = &comparison->list[i];
        if (difference->change == CHANGE_NONE)
            continue;
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, "id", difference_row(difference)->id);
        cJSON_AddStringToObject(json, "change", change_names[difference->change]);
        cJSON_AddBoolToObject(json, "worse", change_is_worse(difference->change));
        cJSON_AddStringToObject(json, "what", difference->what);
        if (difference->reason)
            cJSON_AddStringToObject(json, "reason", difference->reason);
        format_source(difference_row(difference), source, sizeof source);
        cJSON_AddStringToObject(json, "source", source);
        add_side(json, "before", difference->before);
        add_side(json, "after", difference->after);
        cJSON_AddItemToArray(list, json);
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}
