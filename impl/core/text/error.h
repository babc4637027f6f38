/* Role: error documents (ResultError), and the report of misused handles. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include "base/text/json_writer.h"
#include "document/report.h"
#include <stdint.h>
#include <windows.h>

/* A ResultError document, UTF-8 from malloc, or NULL without memory. path: the JSON path of the offending
   member or NULL; message: NULL for the text of the HRESULT. */
char *error_document(HRESULT result, const char *path, const char *message);
/* The ResultError of a document that was refused: one ErrorEvent per mistake. */
char *error_report_document(const struct document_report *report);

/* The parts of such a document, for kinds of failures that have a form of their own. */
enum { ERROR_CODE_BYTES = 16 };
struct error_event {
    const char *message, *provider;
    int id, flags;           /* flags: 0: it has none */
    const char *const *data; /* texts, ended by NULL */
};
/* The code as documents have it, in hexadecimal, in the buffer. */
const char *error_code(HRESULT result, char hex[ERROR_CODE_BYTES]);
/* The words of a HRESULT. */
const char *error_words(HRESULT result);
/* Opens the document, with code and message; the caller closes it. */
void error_open(struct writer *writer, HRESULT result, const char *message);
void error_write_event(struct writer *writer, const struct error_event *event);

/* A NULL or dead handle was passed to function. Does what COMPUTECORE_MISUSE asks for (nothing; report: a line on
   standard error; abort: ends the program), then returns E_INVALIDARG for NULL, E_HANDLE otherwise. */
HRESULT error_misuse(uint64_t value, const char *function);

#endif
