/* Pages of the reference. Entry points: page_read(), page_plain(). */
#include "page.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "base/text/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROW_BYTES = 32 << 20 }; /* more than a page has */

/* Adds a zeroed element of size bytes at the end of an array, and returns the array, which may have moved. Its capacity
   is the next power of two. */
static void *grow(void *array, size_t *count, size_t size)
{
    bool full = !(*count & (*count - 1));
    char *larger = full ? reallocate(array, (*count ? *count * 2 : 1) * size) : array;
    memset(larger + *count * size, 0, size);
    ++*count;
    return larger;
}

/* --- plain text --- */

static bool is_tag(const char *p, const char *end)
{
    static const char *const tags[] = {"br", "p", "a", "b", "i", "sub", "sup", "code", "span"};
    p++;
    p += p < end && *p == '/';
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t length = strlen(tags[i]);
        if ((size_t)(end - p) > length && !strncasecmp(p, tags[i], length) && !isalnum((unsigned char)p[length]))
            return true;
    }
    return false;
}

static void put(char *out, size_t *length, char c)
{
    bool space = isspace((unsigned char)c);
    if (space && (!*length || out[*length - 1] == ' '))
        return;
    out[(*length)++] = space ? ' ' : c;
}

/* A text of which plain text is made. */
struct source {
    const char *text, *end;
    const char **closing; /* at each '[' the ']' that belongs to it, or NULL; NULL: there is no '[' */
    const char **open;    /* room for the brackets that are open */
    const char *tag_end;  /* the first '>' from the last place on that was asked about; end: there is none */
};

/* Finds the ends of all brackets at once, so that a line of brackets takes as long as any other. */
static void pair_brackets(struct source *source)
{
    size_t length = (size_t)(source->end - source->text), depth = 0;
    if (!memchr(source->text, '[', length))
        return;
    source->closing = allocate_zeros(length, sizeof *source->closing);
    source->open = allocate_zeros(length + 1, sizeof *source->open);
    for (const char *p = source->text; p < source->end; p++)
        if (*p == '[')
            source->open[depth++] = p;
        else if (*p == ']' && depth)
            source->closing[source->open[--depth] - source->text] = p;
}

/* Returns the end of the words of a link "[words](target)" at p, or NULL if there is no link. */
static const char *link_end(const struct source *source, const char *p, const char *end)
{
    const char *closing = *p == '[' && source->closing ? source->closing[p - source->text] : NULL;
    return closing && closing + 1 < end && closing[1] == '(' ? closing : NULL;
}

/* Returns the end of the tag at p, or NULL if there is no tag. */
static const char *tag_end(struct source *source, const char *p, const char *end)
{
    if (*p != '<' || !is_tag(p, end))
        return NULL;
    if (!source->tag_end || source->tag_end < p) {
        source->tag_end = memchr(p, '>', (size_t)(source->end - p));
        source->tag_end = source->tag_end ? source->tag_end : source->end;
    }
    return source->tag_end < end ? source->tag_end : NULL;
}

static void add_plain(struct source *source, char *out, size_t *length)
{
    size_t depth = 0; /* of links that are open */
    const char *p = source->text, *end = source->end, *close;
    while (p < end || depth) {
        if (p >= end) { /* of the words of a link: its target follows */
            const char *words = end;
            end = --depth ? source->open[depth - 1] : source->end;
            const char *target = memchr(words + 1, ')', (size_t)(end - words - 1));
            p = target ? target + 1 : end;
        } else if ((close = link_end(source, p, end))) {
            source->open[depth++] = end = close;
            p++;
        } else if ((close = tag_end(source, p, end))) {
            put(out, length, ' ');
            p = close + 1;
        } else if (*p == '\\' && p + 1 < end && ispunct((unsigned char)p[1])) {
            put(out, length, p[1]);
            p += 2;
        } else {
            if (*p != '`' && *p != '*')
                put(out, length, *p);
            p++;
        }
    }
}

char *page_plain(const char *text, size_t length)
{
    struct source source = {text, text + length, NULL, NULL, NULL};
    char *out = allocate(length + 1);
    size_t used = 0;
    pair_brackets(&source);
    add_plain(&source, out, &used);
    free(source.closing);
    free(source.open);
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = 0;
    return out;
}

uint64_t page_digest(const char *plain)
{
    size_t length = strlen(plain);
    while (length && (plain[length - 1] == '.' || plain[length - 1] == ' '))
        length--;
    return digest_bytes(DIGEST_START, plain, length);
}

/* --- lines --- */

struct reader {
    struct page *page;
    const char *next;
    const char *line; /* the current line */
    size_t length;
    int number;
};

static bool next_line(struct reader *reader)
{
    if (!*reader->next)
        return false;
    size_t length = strcspn(reader->next, "\n");
    reader->line = reader->next;
    reader->next += length + (reader->next[length] == '\n');
    while (length && isspace((unsigned char)reader->line[length - 1]))
        length--;
    reader->length = length;
    reader->number++;
    return true;
}

/* Returns the current line without the spaces before it, which Markdown allows. */
static const char *trimmed(const struct reader *reader, size_t *length)
{
    const char *p = reader->line, *end = p + reader->length;
    while (p < end && isspace((unsigned char)*p))
        p++;
    *length = (size_t)(end - p);
    return p;
}

static bool begins(const struct reader *reader, const char *mark)
{
    size_t length;
    const char *p = trimmed(reader, &length);
    return length >= strlen(mark) && !strncmp(p, mark, strlen(mark));
}

static const char *section(const struct reader *reader)
{
    const struct page *page = reader->page;
    return page->section_count ? page->sections[page->section_count - 1].title : "";
}

/* --- the texts of a page --- */

/* Adds a text, which it takes over; empty ones are freed. */
static void add_text(struct reader *reader, int line, char *text)
{
    struct page *page = reader->page;
    if (!*text) {
        free(text);
        return;
    }
    page->texts = grow(page->texts, &page->text_count, sizeof *page->texts);
    page->texts[page->text_count - 1] = (struct page_text){section(reader), line, text};
}

/* True at a full stop or another end of a sentence, and at a line end before an item of a list. */
static bool ends_sentence(const char *p, const char *end)
{
    if (strchr(".!?:", *p))
        return p + 1 == end || isspace((unsigned char)p[1]);
    if (*p != '\n')
        return false;
    while (p < end && isspace((unsigned char)*p))
        p++;
    return p + 1 < end && strchr("-*+", *p) && p[1] == ' ';
}

static void add_sentences(struct reader *reader, int line, const char *p, const char *end)
{
    const char *start = p;
    int first = line;
    for (; p < end; p++) {
        line += *p == '\n';
        if (p == start && isspace((unsigned char)*p)) {
            start = p + 1;
            first = line;
        } else if (ends_sentence(p, end)) {
            add_text(reader, first, page_plain(start, (size_t)(p + 1 - start)));
            start = p + 1;
            first = line;
        }
    }
    add_text(reader, first, page_plain(start, (size_t)(end - start)));
}

static void add_row(struct reader *reader, const struct page_row *row)
{
    struct text text = {.limit = ROW_BYTES};
    for (int i = 0; i < row->count; i++)
        text_printf(&text, "%s%s", i ? " | " : "", row->cells[i]);
    char *whole = text_finish(&text);
    if (!whole)
        out_of_memory();
    add_text(reader, row->line, whole);
}

static void add_code(struct reader *reader, int line, const char *code)
{
    while (*code) {
        size_t length = strcspn(code, "\n"), kept = length, skip = strspn(code, " \t");
        while (kept && (isspace((unsigned char)code[kept - 1]) || code[kept - 1] == ',')) /* a new item adds a comma */
            kept--;
        char *text = allocate(length + 1);
        size_t used = kept > skip ? kept - skip : 0;
        memcpy(text, code + skip, used);
        text[used] = 0;
        add_text(reader, line++, text);
        code += length + (code[length] == '\n');
    }
}

/* --- the parts of a page --- */

static void read_heading(struct reader *reader)
{
    struct page *page = reader->page;
    size_t length;
    const char *p = trimmed(reader, &length), *end = p + length;
    while (p < end && *p == '#')
        p++;
    page->sections = grow(page->sections, &page->section_count, sizeof *page->sections);
    page->sections[page->section_count - 1] = (struct page_section){reader->number, page_plain(p, (size_t)(end - p))};
    add_text(reader, reader->number, page_plain(p, (size_t)(end - p)));
}

static void read_front_matter(struct reader *reader)
{
    while (next_line(reader))
        if (reader->length == 3 && !strncmp(reader->line, "---", 3))
            return;
}

static struct page_block *add_block(struct reader *reader, bool code)
{
    struct page *page = reader->page;
    page->blocks = grow(page->blocks, &page->block_count, sizeof *page->blocks);
    struct page_block *block = &page->blocks[page->block_count - 1];
    *block = (struct page_block){section(reader), reader->number, code, NULL};
    return block;
}

static void read_code(struct reader *reader)
{
    struct page_block *block = add_block(reader, true);
    const char *start = reader->next, *end = start;
    while (next_line(reader) && !begins(reader, "```"))
        end = reader->next;
    size_t length = (size_t)(end - start);
    block->line++;
    block->text = allocate(length + 1);
    memcpy(block->text, start, length);
    block->text[length] = 0;
    add_code(reader, block->line, block->text);
}

static bool is_separator(const struct reader *reader)
{
    for (size_t i = 0; i < reader->length; i++)
        if (!strchr("|-: \t", reader->line[i]))
            return false;
    return memchr(reader->line, '-', reader->length) != NULL;
}

/* Reads the cells of a row. A bar behind a backslash does not end a cell. */
static void read_cells(const struct reader *reader, struct page_row *row)
{
    size_t length;
    const char *p = trimmed(reader, &length), *end = p + length;
    row->line = reader->number;
    row->count = 0;
    p += p < end && *p == '|';
    if (end > p && end[-1] == '|')
        end--;
    while (p <= end && row->count < PAGE_CELLS) {
        const char *stop = p;
        while (stop < end && (*stop != '|' || (stop > p && stop[-1] == '\\')))
            stop++;
        row->cells[row->count++] = page_plain(p, (size_t)(stop - p));
        p = stop + 1;
    }
}

static void read_table(struct reader *reader)
{
    struct page *page = reader->page;
    page->tables = grow(page->tables, &page->table_count, sizeof *page->tables);
    struct page_table *table = &page->tables[page->table_count - 1];
    table->section = section(reader);
    read_cells(reader, &table->head);
    add_row(reader, &table->head);
    const char *before = reader->next;
    int number = reader->number;
    while (next_line(reader) && begins(reader, "|")) {
        before = reader->next;
        number = reader->number;
        if (is_separator(reader))
            continue;
        table->rows = grow(table->rows, &table->count, sizeof *table->rows);
        read_cells(reader, &table->rows[table->count - 1]);
        add_row(reader, &table->rows[table->count - 1]);
    }
    reader->next = before; /* the line that ended the table is read again */
    reader->number = number;
}

/* Reads the lines up to an empty one. */
static void read_paragraph(struct reader *reader)
{
    struct page_block *block = add_block(reader, false);
    const char *start = reader->line, *end = start + reader->length, *before = reader->next;
    int number = reader->number;
    while (
        next_line(reader) && reader->length && !begins(reader, "#") && !begins(reader, "|") && !begins(reader, "```")) {
        end = reader->line + reader->length;
        before = reader->next;
        number = reader->number;
    }
    reader->next = before;
    reader->number = number;
    block->text = page_plain(start, (size_t)(end - start));
    add_sentences(reader, block->line, start, end);
}

static char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *start = slash ? slash + 1 : path, *dot = strrchr(start, '.');
    size_t length = dot ? (size_t)(dot - start) : strlen(start);
    char *name = allocate(length + 1);
    memcpy(name, start, length);
    name[length] = 0;
    return name;
}

void page_read(struct page *page, const char *path, const char *text)
{
    memset(page, 0, sizeof *page);
    page->path = allocate_copy(path);
    page->name = base_name(path);
    struct reader reader = {page, text, text, 0, 0};
    if (!strncmp(reader.next, "\xEF\xBB\xBF", 3))
        reader.next += 3;
    while (next_line(&reader)) {
        if (reader.number == 1 && reader.length == 3 && !strncmp(reader.line, "---", 3))
            read_front_matter(&reader);
        else if (begins(&reader, "#"))
            read_heading(&reader);
        else if (begins(&reader, "```"))
            read_code(&reader);
        else if (begins(&reader, "|"))
            read_table(&reader);
        else if (reader.length)
            read_paragraph(&reader);
    }
}

static void free_row(struct page_row *row)
{
    for (int i = 0; i < row->count; i++)
        free(row->cells[i]);
}

void page_free(struct page *page)
{
    for (size_t i = 0; i < page->table_count; i++) {
        free_row(&page->tables[i].head);
        for (size_t j = 0; j < page->tables[i].count; j++)
            free_row(&page->tables[i].rows[j]);
        free(page->tables[i].rows);
    }
    for (size_t i = 0; i < page->block_count; i++)
        free(page->blocks[i].text);
    for (size_t i = 0; i < page->section_count; i++)
        free(page->sections[i].title);
    for (size_t i = 0; i < page->text_count; i++)
        free(page->texts[i].text);
    free(page->texts);
    free(page->tables);
    free(page->blocks);
    free(page->sections);
    free(page->path);
    free(page->name);
}

const struct page_table *page_table(const struct page *page, const char *title)
{
    for (size_t i = 0; i < page->table_count; i++)
        if (!strcasecmp(page->tables[i].section, title))
            return &page->tables[i];
    return NULL;
}
