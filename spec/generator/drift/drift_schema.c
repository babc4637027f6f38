/* The schema reference: one table per type. Entry point: drift_schema(). */
#include "drift.h"
#include "facts/notation.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT = 256 };

struct columns {
    int name, type, version, text;
};

static bool find_columns(const struct page_row *head, struct columns *columns)
{
    *columns = (struct columns){-1, -1, -1, -1};
    for (int i = 0; i < head->count; i++) {
        const char *title = head->cells[i];
        if (columns->name < 0 &&
            (!strcasecmp(title, "Field") || !strcasecmp(title, "Value") || !strcasecmp(title, "Values")))
            columns->name = i;
        else if (!strcasecmp(title, "Type"))
            columns->type = i;
        else if (strstr(title, "ersion"))
            columns->version = i;
        else if (!strcasecmp(title, "Description"))
            columns->text = i;
    }
    return columns->name >= 0 && columns->version >= 0;
}

static const char *cell(const struct page_row *row, int column)
{
    return column >= 0 && column < row->count ? row->cells[column] : "";
}

/* Writes a type of the page in the notation of spec/. The page has "<Layer> array" and "Map<uint32, Attachment>"; the
   length of a fixed array is only in its text. */
static void canonical(const char *text, char *out)
{
    char packed[TEXT];
    size_t length = 0;
    for (; *text && length + 1 < TEXT; text++)
        if (!isspace((unsigned char)*text) && *text != '"')
            packed[length++] = *text;
    packed[length] = 0;
    static const char *const kinds[] = {"array", "enum", "object"};
    for (int i = 0; i < 3; i++) {
        size_t kind = strlen(kinds[i]);
        if (length <= kind || strcasecmp(packed + length - kind, kinds[i]))
            continue;
        packed[length - kind] = 0;
        bool bare = packed[0] != '<';
        if (i == 0)
            snprintf(out, TEXT, bare ? "array<%.240s>" : "array%.240s", packed);
        else
            snprintf(out, TEXT, "%s", packed);
        return;
    }
    snprintf(out, TEXT, "%s", packed);
    if (!strncasecmp(out, "map<", 4))
        out[0] = 'M';
}

/* Removes the number of elements from a type such as "array<uint16,2>"; only some pages have it there. */
static void drop_length(char *type)
{
    char *length = !strncmp(type, "array<", 6) ? strchr(type, ',') : NULL;
    if (length)
        strcpy(length, ">");
}

static bool same_type(const char *found, const char *spec)
{
    char one[TEXT], two[TEXT];
    canonical(found, one);
    canonical(spec, two);
    drop_length(one);
    drop_length(two);
    return !strcmp(one, two);
}

static void compare_member(struct drift *drift, const struct page *page, const struct page_row *row,
    const struct columns *columns, const cJSON *type, const cJSON *members)
{
    char key[TEXT];
    const char *name = cell(row, columns->name), *version = cell(row, columns->version);
    const cJSON *member = fact_find(members, "name", name);
    if (!*name)
        return;
    if (!member) {
        drift_report(drift, page, row->line, "added", "%s.%s, schema version %s", type->string, name, version);
        return;
    }
    const char *known = fact_text(member, "type");
    if (known && columns->type >= 0 && !same_type(cell(row, columns->type), known))
        drift_report(drift, page, row->line, "changed", "%s.%s is of type %s; spec has %s", type->string, name,
            cell(row, columns->type), known);
    if (strcmp(version, fact_text(member, "version")))
        drift_report(drift, page, row->line, "changed", "%s.%s is of schema version %s; spec has %s", type->string,
            name, version, fact_text(member, "version"));
    snprintf(key, sizeof key, "%s.%s", type->string, name);
    drift_sentence(drift, page, key, row->line, cell(row, columns->text));
}

/* Returns the line where a removed row would be: that of the next member in the table, or the line behind the table. */
static int line_after(const struct page_table *table, const struct columns *columns, const cJSON *member)
{
    for (member = member->next; member; member = member->next)
        for (size_t i = 0; i < table->count; i++)
            if (!strcmp(cell(&table->rows[i], columns->name), fact_text(member, "name")))
                return table->rows[i].line;
    return table->count ? table->rows[table->count - 1].line + 1 : table->head.line;
}

static void compare_type(struct drift *drift, const struct page *page, const struct page_table *table,
    const struct columns *columns, const cJSON *type)
{
    const cJSON *members = fact_get(type, "fields"), *member;
    if (!members)
        members = fact_get(type, "values");
    for (size_t i = 0; i < table->count; i++)
        compare_member(drift, page, &table->rows[i], columns, type, members);
    cJSON_ArrayForEach (member, members) {
        bool there = fact_get(member, "rule") != NULL; /* spec/ has it from another source than the page */
        for (size_t i = 0; i < table->count && !there; i++)
            there = !strcmp(cell(&table->rows[i], columns->name), fact_text(member, "name"));
        if (!there)
            drift_report(drift, page, line_after(table, columns, member), "removed", "%s.%s", type->string,
                fact_text(member, "name"));
    }
}

static bool has_section(const struct page *page, const char *title)
{
    for (size_t i = 0; i < page->section_count; i++)
        if (!strcmp(page->sections[i].title, title))
            return true;
    return false;
}

void drift_schema(struct drift *drift)
{
    const struct page *page = drift_page(drift, fact_text(drift->facts->schema.root, "page"));
    const cJSON *type;
    struct columns columns;
    if (!page) {
        drift_report(drift, NULL, 1, "removed", "the page %s", fact_text(drift->facts->schema.root, "page"));
        return;
    }
    for (size_t i = 0; i < page->table_count; i++) {
        const struct page_table *table = &page->tables[i];
        if (!find_columns(&table->head, &columns))
            continue;
        type = facts_schema_type(drift->facts, table->section);
        if (type)
            compare_type(drift, page, table, &columns, type);
        else
            drift_report(drift, page, table->head.line, "added", "type %s", table->section);
    }
    cJSON_ArrayForEach (type, fact_get(drift->facts->schema.root, "types"))
        if (!fact_true(type, "own") && !has_section(page, type->string))
            drift_report(drift, page, 1, "removed", "type %s", type->string);
}
