/* The pages of functions. Entry point: drift_functions(). */
#include "drift.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_PARAMETERS = 16, WORD = 128 };

struct parameter {
    char annotation[WORD], type[WORD], name[WORD];
    const char *at; /* its end in the text */
};

struct signature {
    char result[WORD], name[WORD];
    const char *named, *closed; /* the ends of its name and its parenthesis in the text */
    struct parameter parameters[MAX_PARAMETERS];
    int count;
};

/* --- C prototypes, as the pages write them --- */

/* Copies the next word or mark, "" at the end, and returns what follows it. Skips comments. */
static const char *next_word(const char *p, char word[WORD])
{
    size_t length = 0;
    for (;;) {
        while (isspace((unsigned char)*p))
            p++;
        if (strncmp(p, "//", 2))
            break;
        p += strcspn(p, "\n");
    }
    if (isalnum((unsigned char)*p) || *p == '_')
        while ((isalnum((unsigned char)*p) || *p == '_') && length + 1 < WORD)
            word[length++] = *p++;
    else if (*p)
        word[length++] = *p++;
    word[length] = 0;
    return p;
}

static bool is_annotation(const char *word)
{
    static const char *const starts[] = {"_In_", "_Out_", "_Inout_", "_Outptr_", "_In_opt_", "_Out_opt_", "_Reserved_"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (!strncmp(word, starts[i], strlen(starts[i])))
            return true;
    return false;
}

static void append(char *to, const char *word)
{
    size_t length = strlen(to);
    bool gap = length && *word != '*' && to[length - 1] != '*';
    snprintf(to + length, WORD - length, "%s%s", gap ? " " : "", word);
}

/* Completes a parameter, whose words are annotation, type and name. */
static void finish_parameter(struct signature *signature, struct parameter *parameter, const char *last)
{
    if (!*last || signature->count == MAX_PARAMETERS || !strcmp(last, "void"))
        return;
    snprintf(parameter->name, sizeof parameter->name, "%s", last);
    signature->parameters[signature->count++] = *parameter;
}

/* A comma ends a parameter; so does an annotation after a name, since some pages omit the comma. */
static const char *read_parameters(const char *p, struct signature *signature)
{
    char word[WORD], last[WORD] = "";
    struct parameter parameter = {"", "", "", NULL};
    for (;;) {
        p = next_word(p, word);
        bool end = !*word || *word == ')', comma = *word == ',', annotation = is_annotation(word);
        if (end || comma || (annotation && *last)) {
            finish_parameter(signature, &parameter, last);
            parameter = (struct parameter){"", "", "", NULL};
            *last = 0;
        }
        if (end) {
            signature->closed = p;
            return p;
        }
        if (annotation)
            snprintf(parameter.annotation, sizeof parameter.annotation, "%s", word);
        else if (!comma) {
            if (*last)
                append(parameter.type, last);
            snprintf(last, sizeof last, "%s", word);
            parameter.at = p;
        }
    }
}

static bool read_signature(const char *text, struct signature *signature)
{
    char word[WORD], last[WORD] = "";
    memset(signature, 0, sizeof *signature);
    while (*text) {
        text = next_word(text, word);
        if (*word == '(') {
            snprintf(signature->name, sizeof signature->name, "%s", last);
            signature->named = text;
            read_parameters(text, signature);
            return !strncmp(last, "Hcs", 3);
        }
        if (*last && strcmp(last, "WINAPI") && strcmp(last, "extern"))
            append(signature->result, last);
        snprintf(last, sizeof last, "%s", word);
    }
    return false;
}

/* Compares types; "const X *" and "const X*" are equal. */
static bool same_type(const char *page, const char *spec)
{
    while (*page || *spec) {
        if (*page == ' ' && (page[1] == '*' || *spec == '*'))
            page++;
        else if (*spec == ' ' && spec[1] == '*')
            spec++;
        else if (*page++ != *spec++)
            return false;
    }
    return true;
}

static int line_of(const struct page_block *block, const char *at)
{
    int line = block->line;
    for (const char *p = block->text; p < at; p++)
        line += *p == '\n';
    return line;
}

static void compare_parameter(struct drift *drift, const struct page *page, int line, const struct parameter *found,
    const cJSON *expected, int index)
{
    const char *name = fact_text(expected, "name"), *type = fact_text(expected, "type");
    const char *annotation = fact_text(expected, "annotation") ? fact_text(expected, "annotation") : "";
    if (strcmp(found->name, name))
        drift_report(drift, page, line, "changed", "parameter %d is %s; spec has %s", index + 1, found->name, name);
    else if (!same_type(found->type, type))
        drift_report(drift, page, line, "changed", "parameter %s is of type %s; spec has %s", name, found->type, type);
    else if (strcmp(found->annotation, annotation))
        drift_report(drift, page, line, "changed", "parameter %s is annotated %s; spec has %s", name,
            *found->annotation ? found->annotation : "not at all", *annotation ? annotation : "nothing");
}

static void compare_signature(struct drift *drift, const struct page *page, const struct page_block *block,
    const struct signature *found, const cJSON *function)
{
    const cJSON *expected = fact_get(function, "parameters") ? fact_get(function, "parameters")->child : NULL;
    const char *result = fact_text(function, "return"), *name = fact_text(function, "name");
    if (strcmp(found->name, name))
        drift_report(
            drift, page, line_of(block, found->named), "changed", "the function is %s; spec has %s", found->name, name);
    if (!same_type(found->result, result))
        drift_report(
            drift, page, block->line, "changed", "%s returns %s; spec has %s", found->name, found->result, result);
    for (int i = 0; i < found->count; i++) {
        const struct parameter *parameter = &found->parameters[i];
        int line = line_of(block, parameter->at);
        bool left_out = expected && expected->next && strcmp(parameter->name, fact_text(expected, "name")) &&
                        !strcmp(parameter->name, fact_text(expected->next, "name"));
        if (left_out) {
            drift_report(
                drift, page, line, "removed", "parameter %s of %s, before this", fact_text(expected, "name"), name);
            expected = expected->next;
        }
        if (expected)
            compare_parameter(drift, page, line, parameter, expected, i);
        else
            drift_report(drift, page, line, "added", "parameter %s of %s", parameter->name, name);
        expected = expected ? expected->next : NULL;
    }
    for (; expected; expected = expected->next)
        drift_report(drift, page, line_of(block, found->closed), "removed", "parameter %s of %s",
            fact_text(expected, "name"), name);
}

/* --- tables of results --- */

static const char *code_of(const struct page_row *row)
{
    return row->count ? row->cells[0] : "";
}

static bool is_code(const struct page_row *row, const cJSON *expected)
{
    const char *code = fact_text(expected, "code");
    return !strcmp(code_of(row), code) || !strcmp(code, "OTHER_FAILURE");
}

static void report_removed_row(
    struct drift *drift, const struct page *page, int line, const char *section, const cJSON *expected)
{
    drift_report(drift, page, line, "removed", "%s, row %d: %s", section, (int)fact_number(expected, "row", 0),
        fact_text(expected, "code"));
}

static void compare_results(
    struct drift *drift, const struct page *page, const cJSON *function, const char *section, const char *member)
{
    const struct page_table *table = page_table(page, section);
    const cJSON *expected = fact_get(function, member) ? fact_get(function, member)->child : NULL;
    char key[WORD];
    size_t count = table ? table->count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct page_row *row = &table->rows[i];
        if (expected && !is_code(row, expected) && expected->next && is_code(row, expected->next)) {
            report_removed_row(drift, page, row->line, section, expected);
            expected = expected->next;
        }
        bool between = expected && !is_code(row, expected) && i + 1 < count && is_code(row + 1, expected);
        if (!expected || between)
            drift_report(drift, page, row->line, "added", "%s, row %zu: %s", section, i + 1, code_of(row));
        else if (!is_code(row, expected))
            drift_report(drift, page, row->line, "changed", "%s, row %zu is %s; spec has %s", section, i + 1,
                code_of(row), fact_text(expected, "code"));
        snprintf(key, sizeof key, "%s/%d", section, (int)fact_number(expected, "row", 0));
        if (expected && !between)
            drift_sentence(drift, page, key, row->line, row->count > 1 ? row->cells[1] : "");
        expected = expected && !between ? expected->next : expected;
    }
    int end = count ? table->rows[count - 1].line + 1 : table ? table->head.line : 1;
    for (; expected; expected = expected->next)
        report_removed_row(drift, page, end, section, expected);
}

/* Compares results that are documented in a sentence instead of a table. */
static void compare_texts(struct drift *drift, const struct page *page, const cJSON *function)
{
    const cJSON *expected;
    char key[WORD];
    cJSON_ArrayForEach (expected, fact_get(function, "returnsInText")) {
        const char *code = fact_text(expected, "code");
        const struct page_block *found = NULL;
        for (size_t i = 0; i < page->block_count && !found; i++)
            if (!page->blocks[i].code && strstr(page->blocks[i].text, code))
                found = &page->blocks[i];
        if (!found) {
            drift_report(drift, page, 1, "removed", "the text that says %s", code);
            continue;
        }
        snprintf(key, sizeof key, "Text/%d", (int)fact_number(expected, "row", 0));
        drift_sentence(drift, page, key, found->line, found->text);
    }
}

/* Compares the texts below "Parameters", each of which follows the parameter's name. */
static void compare_parameter_texts(struct drift *drift, const struct page *page, const cJSON *function)
{
    const cJSON *named = NULL;
    char key[WORD];
    for (size_t i = 0; i < page->block_count; i++) {
        const struct page_block *block = &page->blocks[i];
        if (block->code || strcasecmp(block->section, "Parameters"))
            continue;
        const cJSON *name = fact_find(fact_get(function, "parameters"), "name", block->text);
        if (!name && named) {
            snprintf(key, sizeof key, "Parameters/%s", fact_text(named, "name"));
            drift_sentence(drift, page, key, block->line, block->text);
        }
        named = name;
    }
}

static void compare_function(struct drift *drift, const struct page *page, const cJSON *function)
{
    struct signature signature;
    bool found = false;
    for (size_t i = 0; i < page->block_count && !found; i++)
        if (page->blocks[i].code && read_signature(page->blocks[i].text, &signature)) {
            found = true;
            compare_signature(drift, page, &page->blocks[i], &signature, function);
        }
    if (!found)
        drift_report(drift, page, 1, "removed", "the syntax of %s", fact_text(function, "name"));
    compare_parameter_texts(drift, page, function);
    compare_results(drift, page, function, "Return Values", "returns");
    compare_results(drift, page, function, "Operation Results", "operationResults");
    compare_texts(drift, page, function);
}

/* Reports the page of a function that spec/ does not have. */
static void report_new_function(struct drift *drift, const struct page *page)
{
    struct signature signature;
    for (size_t i = 0; i < page->block_count; i++)
        if (page->blocks[i].code && !strcasecmp(page->blocks[i].section, "Syntax") &&
            read_signature(page->blocks[i].text, &signature) && !facts_function(drift->facts, signature.name)) {
            drift_report(drift, page, page->blocks[i].line, "added", "function %s", signature.name);
            return;
        }
}

void drift_functions(struct drift *drift)
{
    for (size_t i = 0; i < drift->facts->function_count; i++) {
        const struct fact_file *file = &drift->facts->functions[i];
        if (!fact_true(file->root, "documented"))
            continue;
        const struct page *page = drift_page(drift, fact_text(file->root, "page"));
        if (page)
            compare_function(drift, page, file->root);
        else
            drift_report(drift, NULL, 1, "removed", "the page %s of a function", fact_text(file->root, "page"));
    }
    for (size_t i = 0; i < drift->pages.count; i++)
        if (!strncasecmp(drift->pages.pages[i].name, "Hcs", 3) && !drift_has_finding(drift, &drift->pages.pages[i], 1))
            report_new_function(drift, &drift->pages.pages[i]);
}
