/* Role: a result in the formats of other tools (JUnit XML, TAP 14, CTRF JSON, Markdown) and as one HTML page. */
#ifndef CONFORMANCE_FORMATS_H
#define CONFORMANCE_FORMATS_H

#include "base/text/escape.h"
#include "result.h"

/* The largest output of one format, in bytes. */
enum { FORMAT_BYTES = 1 << 30 };

/* The file for each format; NULL: the format is not written. */
struct formats {
    const char *junit, *tap, *ctrf, *markdown, *html;
};

bool formats_wanted(const struct formats *formats);
/* Writes the requested formats, each file whole or not at all. Returns false after a message. */
bool formats_write(const struct result *result, const struct formats *formats);

/* Each returns the text, to be freed by the caller; NULL if memory runs out. */
char *format_junit(const struct result *result);
char *format_tap(const struct result *result);
char *format_ctrf(const struct result *result);
char *format_markdown(const struct result *result);

/* Writes the readable source of a row: the page of the reference, or the rule. */
void format_source(const struct result_row *row, char *text, size_t size);

#endif
