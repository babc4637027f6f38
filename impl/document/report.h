/* Role: the mistakes of a document. Callers: check.c fills it; error documents and the validator show it. */
#ifndef DOCUMENT_REPORT_H
#define DOCUMENT_REPORT_H

#include "spec_decisions.h"
#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

struct document_mistake {
    enum spec_decision decision;
    size_t offset, length; /* in the text, bytes */
    unsigned line, column; /* from 1; columns are characters. 0: it has no place in the text */
    char path[256];        /* such as $.ConsoleSize[0] */
    char expected[160], found[96];
    char hint[96];  /* a name that may have been meant, or empty */
    char text[320]; /* all that as a sentence, without the path */
};

struct document_report {
    HRESULT code;   /* S_OK: nothing that the API refuses */
    unsigned total; /* mistakes, warnings included */
    unsigned count; /* of them in list, in the order of the text */
    bool no_memory; /* one has no place in the list for want of memory: the code is E_OUTOFMEMORY */
    struct document_mistake *list;
};

void report_init(struct document_report *report);
void report_free(struct document_report *report);
/* A report of one mistake without a schema behind it. text NULL: no place. */
void report_single(struct document_report *report, HRESULT code, enum spec_decision decision, const char *what,
    const char *text, const char *place);
/* Room for one more, zeroed; NULL without memory or beyond most. */
struct document_mistake *report_add(struct document_report *report, unsigned most);
/* Sorts, and gives each mistake its line and column. */
void report_finish(struct document_report *report, const char *text);

/* Text cut to size at a whole character, control characters shown as a dot. */
void report_copy(char *to, size_t size, const char *from);

#endif
