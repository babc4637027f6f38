/* Citations between spec/, code and tests. Entry point: cite_check(). */
#include "cite.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = {"impl", "sim", "conformance"};

enum { MAX_IDS = 4096, ID_BYTES = 8 };

struct citations {
    char ids[MAX_IDS][ID_BYTES];
    size_t count;
};

static bool cited(const struct citations *citations, const char *id)
{
    for (size_t i = 0; i < citations->count; i++)
        if (!strcmp(citations->ids[i], id))
            return true;
    return false;
}

static void add(struct citations *citations, const char *id, size_t length)
{
    char name[ID_BYTES] = "";
    memcpy(name, id, length);
    if (!cited(citations, name) && citations->count < MAX_IDS)
        memcpy(citations->ids[citations->count++], name, sizeof name);
}

static bool word_begins(const char *text, const char *p)
{
    return p == text || (!isalnum((unsigned char)p[-1]) && p[-1] != '_');
}

/* Adds the ids of rules ("O-12") and laws ("L3") that occur in the text as whole words. */
static void collect(struct citations *citations, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (!word_begins(text, p))
            continue;
        if (isupper((unsigned char)p[0]) && p[1] == '-' && isdigit((unsigned char)p[2]) &&
            isdigit((unsigned char)p[3]) && !isalnum((unsigned char)p[4]))
            add(citations, p, 4);
        else if (p[0] == 'L' && isdigit((unsigned char)p[1]) && !isalnum((unsigned char)p[2]))
            add(citations, p, 2);
    }
}

/* Checks that the rule ids after each HCS-ROW exist. */
static void check_marks(const struct facts *facts, const char *path, const char *text)
{
    struct fact_file file = {(char *)(uintptr_t)path, NULL, 0};
    int line = 1;
    for (const char *p = text; *p; p++) {
        line += *p == '\n';
        if (strncmp(p, "HCS-ROW: ", 9))
            continue;
        struct citations here = {0};
        char mark[256];
        snprintf(mark, sizeof mark, "%.*s", (int)strcspn(p + 9, "\n"), p + 9);
        collect(&here, mark);
        for (size_t i = 0; i < here.count; i++)
            if (here.ids[i][1] == '-' && !facts_rule(facts, here.ids[i])) {
                cJSON place = {.valueint = line};
                facts_error(&file, &place, "there is no rule %s", here.ids[i]);
            }
    }
}

static bool is_source(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && (!strcmp(name + length - 2, ".c") || !strcmp(name + length - 2, ".h"));
}

/* Reads the sources in a folder and its subfolders. A file that is not a source counts as a folder without entries. */
static void read_folder(struct facts *facts, struct citations *citations, const char *folder)
{
    char path[4096], inner[1024];
    size_t count;
    snprintf(path, sizeof path, "%s/%s", facts->root, folder);
    char **names = facts_list(path, "", &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(inner, sizeof inner, "%s/%s", folder, names[i]);
        if (is_source(names[i])) {
            snprintf(path, sizeof path, "%s/%s", facts->root, inner);
            char *text = facts_read(path, NULL);
            if (text) {
                collect(citations, text);
                check_marks(facts, inner, text);
            }
            free(text);
        } else {
            read_folder(facts, citations, inner);
        }
        free(names[i]);
    }
    free(names);
}

static void collect_rows(const struct facts *facts, struct citations *citations)
{
    const cJSON *row;
    for (size_t i = 0; i < facts->row_count; i++)
        cJSON_ArrayForEach (row, fact_get(facts->rows[i].root, "rows"))
            if (fact_text(row, "rule"))
                collect(citations, fact_text(row, "rule"));
}

static void check_laws(struct facts *facts, const struct citations *citations)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/impl/README.md", facts->root);
    char *text = facts_read(path, NULL);
    struct fact_file file = {"impl/README.md", NULL, 0};
    int line = 1;
    for (const char *p = text; p && *p; p++) {
        line += *p == '\n';
        if (strncmp(p, "\n| L", 4) || !isdigit((unsigned char)p[4]))
            continue;
        char law[3] = {'L', p[4], 0};
        cJSON place = {.valueint = line};
        if (!cited(citations, law))
            facts_error(&file, &place, "no code or test cites law %s", law);
    }
    free(text);
}

void cite_check(struct facts *facts)
{
    static struct citations citations;
    const cJSON *rule;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        read_folder(facts, &citations, folders[i]);
    collect_rows(facts, &citations);
    cJSON_ArrayForEach (rule, fact_get(facts->rules.root, "rules")) {
        bool known = cited(&citations, fact_text(rule, "id"));
        if (!known && !fact_text(rule, "untested"))
            facts_error(&facts->rules, rule, "rule %s: no row, code or test cites it, and no reason is given",
                fact_text(rule, "id"));
        if (known && fact_text(rule, "untested"))
            facts_error(&facts->rules, rule, "rule %s is cited, but has the member 'untested'", fact_text(rule, "id"));
    }
    check_laws(facts, &citations);
}
