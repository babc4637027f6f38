/* Role: a result in the formats of others: JUnit XML, TAP 14, CTRF JSON, Markdown, and as one HTML page. */
#ifndef CONFORMANCE_FORMATS_H
#define CONFORMANCE_FORMATS_H

#include "base/escape.h"
#include "result.h"

/* Limit of what is made of a result. */
enum { FORMAT_BYTES = 1 << 30 };

/* Where each is written; NULL: not at all. */
struct formats {
    const char *junit, *tap, *ctrf, *markdown, *html;
};

bool formats_wanted(const struct formats *formats);
/* Writes those that are wanted, whole or not at all. false after a message. */
bool formats_write(const struct result *result, const struct formats *formats);

/* Each as text from malloc; NULL: there is no memory. */
char *format_junit(const struct result *result);
char *format_tap(const struct result *result);
char *format_ctrf(const struct result *result);
char *format_markdown(const struct result *result);

/* Where a row comes from, for people: the page of the reference, or the rule. */
void format_source(const struct result_row *row, char *text, size_t size);

/* Writes a finished text to a file, whole or not at all, and frees it. false after a message. */
bool text_write(const char *path, char *text);

#endif
