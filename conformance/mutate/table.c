/* The table of mutants as a file of lines with tabs. Entry points: table_lines(), table_read(), table_read_survivors().
 */
#include "table.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/pattern.h"
#include "base/text/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE "whole: "
#define EACH "each: "

enum { TABLE_LIMIT = 16 << 20 };

char *table_lines(const char *path, const struct sites *sites, unsigned first)
{
    struct text text = {.limit = TABLE_LIMIT};
    for (unsigned i = 0; i < sites->count; i++) {
        const struct site *site = &sites->list[i];
        text_printf(&text, "%u\t%s\t%u\t%s\t%s\t%s\n", first + i, path, site->line, site->function,
            site_operator_names[site->kind], site->text);
    }
    if (!text.bytes)
        text_puts(&text, "");
    char *lines = text_finish(&text);
    if (!lines)
        out_of_memory();
    return lines;
}

static char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *formatted(const char *format, ...)
{
    struct text text = {.limit = TABLE_LIMIT};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    char *result = text_finish(&text);
    if (!result)
        out_of_memory();
    return result;
}

static struct mutant *find(const struct table *table, const char *key)
{
    for (unsigned i = 0; i < table->count; i++)
        if (!strcmp(table->list[i].key, key))
            return &table->list[i];
    return NULL;
}

static char *new_key(const struct table *table, char *const fields[6])
{
    char *key = formatted("%s %s: %s `%s`", fields[1], fields[3], fields[4], fields[5]);
    for (unsigned again = 2; find(table, key); again++) {
        free(key);
        key = formatted("%s %s: %s `%s` (%u)", fields[1], fields[3], fields[4], fields[5], again);
    }
    return key;
}

static bool take_line(struct table *table, char *line)
{
    char *fields[6], *next = line;
    for (int i = 0; i < 6; i++) {
        fields[i] = next;
        // -fanalyzer: next is there: a field that lacks one has ended the loop
        next = i < 5 ? strchr(next, '\t') : NULL;
        if (i < 5 && !next)
            return false;
        if (next)
            *next++ = 0;
    }
    char *key = new_key(table, fields);
    table->list = reallocate(table->list, (table->count + 1) * sizeof *table->list);
    table->list[table->count] = (struct mutant){
        .number = (unsigned)strtoul(fields[0], NULL, 10), .file = fields[1], .line = fields[2], .key = key};
    table->count++;
    return table->list[table->count - 1].number == table->count;
}

/* Cuts off the next line and returns it; NULL after the last. */
static char *next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');
    if (!*line)
        return NULL;
    *rest = end ? end + 1 : line + strlen(line);
    if (end)
        *end = 0;
    return line;
}

bool table_read(const char *path, struct table *table)
{
    size_t length;
    *table = (struct table){.bytes = file_read(path, TABLE_LIMIT, &length)};
    char *rest = table->bytes;
    if (!rest)
        memory_check();
    bool good = rest != NULL;
    for (char *line; good && (line = next_line(&rest)) != NULL;)
        good = take_line(table, line);
    if (!good || !table->count) {
        fprintf(stderr, "hcs-mutate: %s is no table of mutants\n", path);
        table_free(table);
        return false;
    }
    return true;
}

static bool is_reason(const char *text)
{
    return !strncmp(text, "equivalent: ", 12) || !strncmp(text, "not seen: ", 10);
}

/* A list of survivors that is being read. */
struct reading {
    struct table *table;
    struct mutant **waiting; /* keys that have no reason yet */
    unsigned count;
    unsigned kinds; /* of the table's, the first that has no reason yet */
    bool in_reason; /* an indented line continues it */
};

/* The reason belongs to the keys above it, up to the reason before. */
static int take_reason(struct reading *reading, const char *reason)
{
    if (reading->in_reason)
        return 0;
    struct table *table = reading->table;
    int faults = (!reading->count && reading->kinds == table->kind_count) || !is_reason(reason);
    if (faults)
        printf("no reason, or one of no survivor: %s\n", reason);
    while (reading->kinds < table->kind_count)
        table->kinds[reading->kinds++].reason = reason;
    while (reading->count)
        reading->waiting[--reading->count]->reason = reason;
    reading->in_reason = true;
    return faults;
}

static int take_key(struct reading *reading, const char *key)
{
    struct mutant *mutant = find(reading->table, key);
    bool twice = mutant && mutant->reason;
    for (unsigned i = 0; i < reading->count; i++)
        twice = twice || reading->waiting[i] == mutant;
    if (mutant && !twice) {
        reading->waiting[reading->count++] = mutant;
        return 0;
    }
    printf("%s: %s\n", mutant ? "listed twice" : "no such mutant", key);
    return 1;
}

static int take_kind(struct table *table, const char *pattern)
{
    unsigned fitting = 0;
    for (unsigned i = 0; i < table->count && !fitting; i++)
        fitting += pattern_fits(pattern, table->list[i].key);
    if (!fitting)
        printf("no such mutant: %s\n", pattern);
    table->kinds = reallocate(table->kinds, (table->kind_count + 1) * sizeof *table->kinds);
    table->kinds[table->kind_count++] = (struct kind){.pattern = pattern};
    return !fitting;
}

/* All survivors of that file are listed. */
static int take_whole(const struct table *table, const char *file)
{
    unsigned mutants = 0;
    for (unsigned i = 0; i < table->count; i++) {
        if (strcmp(table->list[i].file, file) != 0)
            continue;
        table->list[i].listed = true;
        mutants++;
    }
    if (!mutants)
        printf("no such file: %s\n", file);
    return !mutants;
}

static int take_survivors_line(struct reading *reading, const char *line)
{
    size_t indent = strspn(line, " ");
    if (indent && line[indent])
        return take_reason(reading, line + indent);
    reading->in_reason = false;
    if (*line == '#' || !line[indent])
        return 0;
    if (!strncmp(line, EACH, strlen(EACH)))
        return take_kind(reading->table, line + strlen(EACH));
    return strncmp(line, WHOLE, strlen(WHOLE)) ? take_key(reading, line)
                                               : take_whole(reading->table, line + strlen(WHOLE));
}

int table_read_survivors(const char *path, struct table *table)
{
    int faults = 0;
    size_t length;
    char *rest = table->survivors = file_read(path, TABLE_LIMIT, &length);
    if (!rest) {
        memory_check();
        fprintf(stderr, "hcs-mutate: %s can't be read\n", path);
        return -1;
    }
    struct reading reading = {.table = table, .waiting = allocate_zeros(table->count, sizeof(struct mutant *))};
    for (char *line; (line = next_line(&rest)) != NULL;)
        faults += take_survivors_line(&reading, line);
    for (unsigned i = 0; i < reading.count; i++)
        printf("has no reason: %s\n", reading.waiting[i]->key);
    for (unsigned i = reading.kinds; i < table->kind_count; i++)
        printf("has no reason: %s\n", table->kinds[i].pattern);
    faults += (int)(reading.count + table->kind_count - reading.kinds);
    free(reading.waiting);
    return faults;
}

const char *table_reason(struct table *table, const struct mutant *mutant)
{
    for (unsigned i = 0; i < table->kind_count && !mutant->reason; i++)
        if (pattern_fits(table->kinds[i].pattern, mutant->key)) {
            table->kinds[i].used = true;
            return table->kinds[i].reason;
        }
    return mutant->reason;
}

void table_free(struct table *table)
{
    for (unsigned i = 0; i < table->count; i++)
        free(table->list[i].key);
    free(table->list);
    free(table->kinds);
    free(table->bytes);
    free(table->survivors);
    *table = (struct table){0};
}
