/* Filters of the default guest. Entry point: filter_apply(). */
#include "filter.h"
#include "program.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A command line of a filter. */
struct filter {
    const char *name, *pattern, *file;
    size_t name_length, pattern_length, file_length;
    bool no_case, inverted, counts, lines, words, bytes;
    unsigned long limit;
};

static bool is(const struct filter *filter, const char *name)
{
    return strlen(name) == filter->name_length && !strncasecmp(filter->name, name, filter->name_length);
}

static bool searches(const struct filter *filter)
{
    return is(filter, "grep") || is(filter, "find") || is(filter, "findstr");
}

/* Options are read letter by letter; head takes a number as -n N or -N, findstr a pattern as /c:TEXT. */
static void read_option(struct filter *filter, const char *word, size_t length)
{
    for (size_t i = 1; i < length; i++) {
        char c = (char)tolower((unsigned char)word[i]);
        if (c == ':')
            break;
        filter->no_case |= c == 'i';
        filter->inverted |= c == 'v' || (c == 'r' && is(filter, "sort"));
        filter->counts |= c == 'c';
        filter->lines |= c == 'l';
        filter->words |= c == 'w';
        filter->bytes |= c == 'c';
        if (isdigit((unsigned char)c)) {
            filter->limit = strtoul(word + i, NULL, 10);
            break;
        }
    }
    if (length > 3 && !strncasecmp(word, "/c:", 3)) {
        bool quoted = length > 4 && word[3] == '"';
        filter->pattern = word + 3 + quoted;
        filter->pattern_length = length - 3 - (quoted ? 2 : 0);
        filter->counts = false;
    }
}

static struct filter read_command(const char *command, size_t size)
{
    const char *end = command + size, *p = command;
    struct filter filter = {.limit = 10};
    bool number = false;
    filter.name = program_name(command, size, &filter.name_length);
    for (p += strcspn(p, " \t"); p < end;) {
        while (p < end && isspace((unsigned char)*p))
            p++;
        const char *word = p;
        bool quoted = p < end && *p == '"', inside = false;
        for (; p < end && (inside || !isspace((unsigned char)*p)); p++)
            inside ^= *p == '"';
        size_t length = (size_t)(p - word);
        if (!length)
            break;
        if (quoted && length > 1) {
            word++;
            length -= 2;
        }
        bool path = *word == '/' && memchr(word + 1, '/', length - 1);
        if (!quoted && length > 1 && (*word == '-' || (*word == '/' && !path && !is(&filter, "grep")))) {
            number = is(&filter, "head") && length == 2 && word[1] == 'n';
            read_option(&filter, word, length);
        } else if (number) {
            filter.limit = strtoul(word, NULL, 10);
            number = false;
        } else if (searches(&filter) && !filter.pattern) {
            filter.pattern = word;
            filter.pattern_length = length;
        } else {
            filter.file = word;
            filter.file_length = length;
        }
    }
    return filter;
}

const char *filter_file(const char *command, size_t size, size_t *length)
{
    struct filter filter = read_command(command, size);
    *length = filter.file_length;
    return filter.file;
}

/* --- lines --- */

struct line {
    const char *text;
    size_t length;
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    size_t shorter = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, shorter);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static struct line *split(const char *text, size_t length, size_t *count)
{
    const char *end = text + length;
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    struct line *all = calloc(lines, sizeof *all);
    *count = 0;
    while (all && text < end) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        struct line line = {text, (size_t)((next ? next : end) - text)};
        line.length -= line.length && line.text[line.length - 1] == '\r';
        all[(*count)++] = line;
        text = next ? next + 1 : end;
    }
    return all;
}

static bool matches(const struct filter *filter, const struct line *line)
{
    for (size_t i = 0; i + filter->pattern_length <= line->length; i++)
        if (filter->no_case ? !strncasecmp(line->text + i, filter->pattern, filter->pattern_length)
                            : !memcmp(line->text + i, filter->pattern, filter->pattern_length))
            return true;
    return false;
}

static void put_line(struct text *output, const struct line *line, const char *line_end)
{
    text_put(output, line->text, line->length);
    text_puts(output, line_end);
}

static uint32_t search(
    const struct filter *filter, const struct line *line, size_t count, const char *line_end, struct text *output)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (matches(filter, &line[i]) == filter->inverted)
            continue;
        found++;
        if (!filter->counts)
            put_line(output, &line[i], line_end);
    }
    if (filter->counts)
        text_printf(output, "%u%s", (unsigned)found, line_end);
    return !found;
}

static void count_all(
    const struct filter *filter, const char *text, size_t length, const char *line_end, struct text *output)
{
    size_t lines = 0, words = 0;
    bool all = !filter->lines && !filter->words && !filter->bytes;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
        words += !isspace((unsigned char)text[i]) && (!i || isspace((unsigned char)text[i - 1]));
    }
    if (filter->lines || all)
        text_printf(output, "%u", (unsigned)lines);
    if (filter->words || all)
        text_printf(output, "%s%u", output->length ? " " : "", (unsigned)words);
    if (filter->bytes || all)
        text_printf(output, "%s%u", output->length ? " " : "", (unsigned)length);
    text_puts(output, line_end);
}

uint32_t filter_apply(
    const char *command, size_t size, const char *text, size_t length, const char *line_end, struct text *output)
{
    struct filter filter = read_command(command, size);
    size_t count;
    uint32_t code = 0;
    if (is(&filter, "wc")) {
        count_all(&filter, text, length, line_end, output);
        return 0;
    }
    struct line *lines = split(text, length, &count);
    output->failed |= !lines;
    if (!lines)
        return 1;
    if (searches(&filter)) {
        code = filter.pattern ? search(&filter, lines, count, line_end, output) : 2;
    } else {
        bool sorts = is(&filter, "sort");
        if (sorts)
            qsort(lines, count, sizeof *lines, compare_lines);
        for (size_t i = 0; i < count && (sorts || i < filter.limit); i++)
            put_line(output, &lines[sorts && filter.inverted ? count - 1 - i : i], line_end);
    }
    free(lines);
    return code;
}
