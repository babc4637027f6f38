/* Role: reads pages of the Markdown reference from a checkout of the documentation: tables, code blocks, texts, each
   with its section and line. Callers: hcs-spec drift, hcs-conformance list --docs. Single thread.
   Ownership: a set owns its pages. Without memory the program ends with a message. */
#ifndef SPEC_PAGES_PAGE_H
#define SPEC_PAGES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_CELLS = 8 };

/* Cells are plain text: without markup, in one line, spaces folded. */
struct page_row {
    int line, count;
    char *cells[PAGE_CELLS];
};

struct page_table {
    const char *section;  /* the heading above it, "" without one */
    struct page_row head; /* empty cells where a table has no header */
    struct page_row *rows;
    size_t count;
};

/* A code block, as it stands, or a paragraph, plain. */
struct page_block {
    const char *section;
    int line;
    bool code;
    char *text;
};

struct page_section {
    int line;
    char *title; /* plain */
};

/* A sentence, a row of a table, a line of code or a heading. */
struct page_text {
    const char *section;
    int line;
    char *text; /* plain, but code as it stands */
};

struct page {
    char *path; /* as shown in messages: relative to the checkout */
    char *name; /* without folder and ending */
    struct page_section *sections;
    size_t section_count;
    struct page_table *tables;
    size_t table_count;
    struct page_block *blocks;
    size_t block_count;
    struct page_text *texts; /* all that the page says, in its order */
    size_t text_count;
};

struct page_set {
    struct page *pages;
    size_t count;
};

/* Reads every page below folder, or below virtualization/api/hcs in it, where there is such a folder. false with a
   line in error if there is none. */
bool pages_open(struct page_set *set, const char *folder, char *error, size_t size);
void pages_close(struct page_set *set);
/* By name, without regard to letter case: links and folders of the reference differ in it. NULL: there is none. */
const struct page *pages_find(const struct page_set *set, const char *name);

/* Reads one page from its text, UTF-8; '\r' before '\n' does not count. */
void page_read(struct page *page, const char *path, const char *text);
void page_free(struct page *page);
/* The first table below a heading, or NULL. */
const struct page_table *page_table(const struct page *page, const char *section);

/* Text without Markdown: links become their words, marks go, spaces fold. The caller frees. */
char *page_plain(const char *text, size_t length);
/* FNV-1a of plain text, without a full stop at the end: spec/ holds it in place of a sentence. */
uint64_t page_digest(const char *plain);

#endif
