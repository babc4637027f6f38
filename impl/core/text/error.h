/* Role: error documents (ResultError), and the report of misused handles. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include "base/text/json_writer.h"
#include "document/report.h"
#include <stdint.h>
#include <windows.h>

/* Returns a ResultError document, UTF-8 from malloc, or NULL when out of memory. path: the JSON path of the offending
   member, or NULL; message: NULL for the text of the HRESULT. */
char *error_document(HRESULT result, const char *path, const char *message);
/* The same for a document that was refused, with one ErrorEvent per mistake. */
char *error_report_document(const struct document_report *report);

/* The parts of such a document, for failures whose documents differ on hosts. */
enum { ERROR_CODE_BYTES = 16 };
struct error_event {
    const char *message, *provider;
    int id, flags;           /* flags: left out if 0 */
    const char *const *data; /* texts, ended by NULL */
};
/* Writes the code that documents have for the HRESULT into the buffer, in hexadecimal, and returns the buffer. */
const char *error_code(HRESULT result, char hex[ERROR_CODE_BYTES]);
/* Returns the text of a HRESULT, a constant. */
const char *error_words(HRESULT result);
/* Opens the document, with code and message; the caller closes it. */
void error_open(struct writer *writer, HRESULT result, const char *message);
void error_write_event(struct writer *writer, const struct error_event *event);

/* To be called when function was passed a NULL or dead handle. Does what COMPUTECORE_MISUSE says (report: prints a line
   on standard error; abort: also aborts the program), and returns E_INVALIDARG for NULL, E_HANDLE otherwise. */
HRESULT error_misuse(uint64_t value, const char *function);
/* True if what clients do wrong is to be reported. Any thread. */
bool error_reports_misuse(void);
/* Prints a line on standard error for each mistake of a document, which the function ignores. */
void error_print_ignored(const char *function, const struct document_report *report);

#endif
