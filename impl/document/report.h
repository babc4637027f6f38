/* Role: the mistakes of a document. Callers: check.c fills it; error documents and the validator print it. */
#ifndef DOCUMENT_REPORT_H
#define DOCUMENT_REPORT_H

#include "spec_decisions.h"
#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

struct document_mistake {
    enum spec_decision decision;
    bool refused;          /* the API refuses the document for it; false: it ignores this, or a member around it */
    size_t offset, length; /* the place in the text, in bytes */
    unsigned line, column; /* from 1, columns in characters; 0: the mistake has no place in the text */
    char path[256];        /* such as $.ConsoleSize[0] */
    char expected[160], found[96];
    char hint[96];  /* a similar name that may have been meant, or empty */
    char text[640]; /* the mistake as a sentence, without the path */
};

struct document_report {
    HRESULT code;   /* S_OK: the API accepts the document */
    unsigned total; /* number of mistakes, including warnings */
    unsigned count; /* how many of them are in list, which is in the order of the text */
    bool no_memory; /* a mistake could not be added; the code is then E_OUTOFMEMORY */
    struct document_mistake *list;
};

void report_init(struct document_report *report);
void report_free(struct document_report *report);
/* Fills a report with one mistake that does not come from the schema. text: NULL if the mistake has no place. */
void report_single(struct document_report *report, HRESULT code, enum spec_decision decision, const char *what,
    const char *text, const char *place);
/* Adds a zeroed mistake and returns it, or NULL when out of memory or beyond the limit. */
struct document_mistake *report_add(struct document_report *report, unsigned limit);
/* Sorts the mistakes and sets their lines and columns. */
void report_finish(struct document_report *report, const char *text);

/* Returns how many mistakes the validator calls errors, including those beyond the list. *first becomes the first one
   in the text, or NULL. */
unsigned report_errors(const struct document_report *report, const struct document_mistake **first);

/* The same, and writes the first one with its place, and how many more there are, as one line. */
unsigned report_tell_errors(const struct document_report *report, char *line, size_t size);

/* Copies text with control characters replaced by dots, cut to size bytes but not inside a character. */
void report_copy(char *to, size_t size, const char *from);

#endif
