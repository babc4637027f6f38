/* Enumerations of the C API and HRESULTs. Entry point: drift_tables(). */
#include "drift.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ctype.h>

enum { NAME = 128 };

/* A place in a block, which only moves on. */
struct place {
    const char *at;
    int line;
};

static int line_at(struct place *place, const char *p)
{
    for (; place->at < p; place->at++)
        place->line += *place->at == '\n';
    return place->line;
}

/* Returns the line where a removed value would be: that of the next one that was found, or the end. */
static int line_after(const cJSON *met, const cJSON *value, int end)
{
    for (value = value->next; value; value = value->next)
        if (fact_get(met, fact_text(value, "name")))
            return (int)fact_number(met, fact_text(value, "name"), end);
    return end;
}

/* Compares a list such as "Name = 0x1, Other = 2"; a value without a number is one more than the last. */
static void compare_enumerators(
    struct drift *drift, const struct page *page, const struct page_block *block, const char *p, const cJSON *type)
{
    const cJSON *values = fact_get(type, "values"), *value;
    cJSON *met = cJSON_CreateObject();
    struct place place = {block->text, block->line};
    long long number = -1;
    while (*p && *p != '}') {
        char name[NAME];
        size_t length = 0;
        while (*p && *p != '}' && !isalpha((unsigned char)*p))
            p++;
        const char *start = p;
        while ((isalnum((unsigned char)*p) || *p == '_') && length + 1 < NAME)
            name[length++] = *p++;
        name[length] = 0;
        if (!length)
            break;
        while (*p == ' ' || *p == '\t')
            p++;
        number++;
        if (*p == '=') {
            char *end;
            number = strtoll(p + 1, &end, 0);
            p = end;
        }
        p += strcspn(p, ",}");
        value = fact_find(values, "name", name);
        int line = line_at(&place, start);
        if (!value)
            drift_report(drift, page, line, "added", "%s of %s", name, type->string);
        else if ((uint32_t)number != (uint32_t)(int64_t)fact_number(value, "value", 0))
            drift_report(drift, page, line, "changed", "%s is %lld; spec has %.0f", name, number,
                fact_number(value, "value", 0));
        cJSON_AddNumberToObject(met, name, line);
    }
    cJSON_ArrayForEach (value, values)
        if (!fact_get(met, fact_text(value, "name")))
            drift_report(drift, page, line_after(met, value, line_at(&place, p)), "removed", "%s of %s",
                fact_text(value, "name"), type->string);
    cJSON_Delete(met);
}

static void compare_enum(struct drift *drift, const struct page *page, const cJSON *type)
{
    for (size_t i = 0; i < page->block_count; i++) {
        const char *brace = page->blocks[i].code ? strchr(page->blocks[i].text, '{') : NULL;
        if (!brace || !strstr(page->blocks[i].text, "enum"))
            continue;
        compare_enumerators(drift, page, &page->blocks[i], brace + 1, type);
        return;
    }
    drift_report(drift, page, 1, "removed", "the syntax of %s", type->string);
}

/* Compares the texts of constants, in the first table whose rows begin with their names. */
static void compare_constant_texts(struct drift *drift, const struct page *page, const cJSON *values)
{
    char key[NAME + 16];
    for (size_t i = 0; i < page->table_count; i++)
        for (size_t j = 0; j < page->tables[i].count; j++) {
            const struct page_row *row = &page->tables[i].rows[j];
            if (row->count < 2 || !fact_find(values, "name", row->cells[0]))
                continue;
            snprintf(key, sizeof key, "Constants/%s", row->cells[0]);
            drift_sentence(drift, page, key, row->line, row->cells[row->count - 1]);
        }
}

/* Reads name and value from a row of the page of HRESULTs, in either order. */
static bool read_code(const struct page_row *row, const char **name, const char **value)
{
    *name = *value = NULL;
    for (int i = 0; i < row->count; i++) {
        if (!strncmp(row->cells[i], "HCS_E_", 6))
            *name = row->cells[i];
        if (!strncmp(row->cells[i], "0x", 2))
            *value = row->cells[i];
    }
    return *name && *value;
}

static void compare_codes(struct drift *drift, const struct page *page)
{
    const cJSON *item;
    cJSON *met = cJSON_CreateObject();
    char key[NAME];
    for (size_t i = 0; i < page->table_count; i++)
        for (size_t j = 0; j < page->tables[i].count; j++) {
            const struct page_row *row = &page->tables[i].rows[j];
            const char *name, *value;
            uint32_t known;
            if (!read_code(row, &name, &value))
                continue;
            uint32_t found = (uint32_t)strtoul(value, NULL, 16);
            if (!facts_hresult(drift->facts, name, &known))
                drift_report(drift, page, row->line, "added", "%s, %s", name, value);
            else if (known != found)
                drift_report(drift, page, row->line, "changed", "%s is %s; spec has 0x%08X", name, value, known);
            cJSON_AddNumberToObject(met, name, row->line);
            snprintf(key, sizeof key, "%s", name);
            drift_sentence(drift, page, key, row->line, row->cells[row->count - 1]);
        }
    cJSON_ArrayForEach (item, fact_get(drift->facts->hresults.root, "hresults"))
        if (!strcmp(fact_text(item, "family"), "hcs") && !fact_get(met, fact_text(item, "name")))
            drift_report(drift, page, line_after(met, item, 1), "removed", "%s", fact_text(item, "name"));
    cJSON_Delete(met);
}

void drift_tables(struct drift *drift)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(drift->facts->types.root, "enums")) {
        const char *name = fact_text(type, "page");
        const struct page *page = name ? drift_page(drift, name) : NULL;
        if (name && !page)
            drift_report(drift, NULL, 1, "removed", "the page %s", name);
        if (!page)
            continue;
        compare_enum(drift, page, type);
        compare_constant_texts(drift, page, fact_get(type, "values"));
    }
    const struct page *codes = drift_page(drift, "HCSHResult");
    if (codes)
        compare_codes(drift, codes);
    else
        drift_report(drift, NULL, 1, "removed", "the page HCSHResult");
}
