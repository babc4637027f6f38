/* Role: reads pages of the Markdown reference from a checkout of the documentation: tables, code blocks, texts, each
   with its section and line. Callers: hcs-spec drift, hcs-conformance list --docs. Single thread.
   Ownership: a set owns its pages. When out of memory, the program ends with a message. */
#ifndef SPEC_PAGES_PAGE_H
#define SPEC_PAGES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_CELLS = 8 };

/* Cells are plain text: without markup, in one line, with single spaces. */
struct page_row {
    int line, count;
    char *cells[PAGE_CELLS];
};

struct page_table {
    const char *section;  /* the heading above it; "": there is none */
    struct page_row head; /* its cells are empty if the table has no header */
    struct page_row *rows;
    size_t count;
};

/* A code block as written, or a paragraph as plain text. */
struct page_block {
    const char *section;
    int line;
    bool code;
    char *text;
};

struct page_section {
    int line;
    char *title; /* plain text */
};

/* A sentence, a row of a table, a line of code or a heading. */
struct page_text {
    const char *section;
    int line;
    char *text; /* plain text; code as written */
};

struct page {
    char *path; /* relative to the checkout, for messages */
    char *name; /* of the file without folder and extension */
    struct page_section *sections;
    size_t section_count;
    struct page_table *tables;
    size_t table_count;
    struct page_block *blocks;
    size_t block_count;
    struct page_text *texts; /* all texts of the page, in its order */
    size_t text_count;
};

struct page_set {
    struct page *pages;
    size_t count;
};

/* Reads every page below folder, or below its virtualization/api/hcs if that exists. Returns false with a message in
   error if there are no pages. */
bool pages_open(struct page_set *set, const char *folder, char *error, size_t size);
void pages_close(struct page_set *set);
/* Returns the page of that name or NULL. Ignores case, since links and files of the reference differ in it. */
const struct page *pages_find(const struct page_set *set, const char *name);

/* Reads one page from its text, which is UTF-8; '\r' before '\n' is ignored. */
void page_read(struct page *page, const char *path, const char *text);
void page_free(struct page *page);
/* Returns the first table below a heading, or NULL. */
const struct page_table *page_table(const struct page *page, const char *section);

/* Returns the text without Markdown, which the caller frees: links are replaced by their words, marks removed, and
   spaces reduced to one. */
char *page_plain(const char *text, size_t length);
/* Returns the FNV-1a hash of plain text without its full stop, which spec/ records for each sentence. */
uint64_t page_digest(const char *plain);

#endif
