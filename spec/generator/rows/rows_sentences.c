/* The sentences of the documentation that rows cite. Entry points: rows_sentence(), rows_check_sentence(). */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns the line of the sentence with that digest in the recorded revision of a page, or 0. */
static int line_of(const struct facts *facts, const char *page, const char *digest)
{
    const cJSON *texts = fact_get(fact_get(facts->documentation.root, "texts"), page), *item;
    cJSON_ArrayForEach (item, texts) {
        const char *space = strchr(item->valuestring, ' ');
        if (space && !strcmp(space + 1, digest))
            return atoi(item->valuestring);
    }
    return 0;
}

static const cJSON *rule_of(const struct facts *facts, const struct row *row)
{
    const char *id = fact_text(row->json, "rule");
    return id ? fact_find(fact_get(facts->rules.root, "rules"), "id", id) : NULL;
}

/* What a row cites by a digest: it has that from a cell of a matrix, or by its rule. NULL: nothing, as rows that are
   not documented. */
static const cJSON *cited_by(const struct facts *facts, const struct row *row)
{
    const cJSON *own = fact_get(row->json, "sentence");
    return fact_strength(row->json) ? NULL : own ? own : fact_get(rule_of(facts, row), "sentence");
}

/* The line and digest that are recorded for the row's source, or NULL. */
static const cJSON *recorded(const struct facts *facts, const struct row *row)
{
    char key[160];
    const cJSON *source = fact_get(row->json, "source");
    const char *page = fact_text(source, "page"), *section = fact_text(source, "section");
    snprintf(key, sizeof key, "%s/%d", section ? section : "", (int)fact_number(source, "row", 0));
    return page ? fact_get(fact_get(fact_get(facts->documentation.root, "pages"), page), key) : NULL;
}

struct row_sentence rows_sentence(const struct facts *facts, const struct row *row)
{
    const cJSON *entry = recorded(facts, row), *cited = cited_by(facts, row);
    if (entry)
        return (struct row_sentence){(int)cJSON_GetArrayItem(entry, 0)->valuedouble,
            cJSON_GetStringValue(cJSON_GetArrayItem(entry, 1)), fact_text(fact_get(row->json, "source"), "page")};
    const char *page = fact_text(cited, "page"), *digest = fact_text(cited, "digest");
    int line = page && digest ? line_of(facts, page, digest) : 0;
    return line ? (struct row_sentence){line, digest, page} : (struct row_sentence){0, NULL, NULL};
}

void rows_check_sentence(const struct facts *facts, const struct row *row)
{
    const cJSON *cited = recorded(facts, row) ? NULL : cited_by(facts, row);
    bool own = cited && cited == fact_get(row->json, "sentence");
    const char *page = fact_text(cited, "page"), *digest = fact_text(cited, "digest");
    if (cited && !rows_sentence(facts, row).line)
        facts_error(own ? row->file : &facts->rules, own ? row->origin : rule_of(facts, row),
            "spec/documentation.json has no sentence '%s' of %s", digest ? digest : "", page ? page : "");
}
