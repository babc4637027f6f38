/* Role: error documents (ResultError), and the report of misused handles. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include "document/report.h"
#include <stdint.h>
#include <windows.h>

/* A ResultError document, UTF-8 from malloc, or NULL without memory. path: the JSON path of the offending
   member or NULL; message: NULL for the text of the HRESULT. */
char *error_document(HRESULT result, const char *path, const char *message);
/* The ResultError of a document that was refused: one ErrorEvent per mistake. */
char *error_report_document(const struct document_report *report);

/* A NULL or dead handle was passed to function. Does what COMPUTECORE_MISUSE asks for (nothing; report: a line on
   standard error; abort: ends the program), then returns E_INVALIDARG for NULL, E_HANDLE otherwise. */
HRESULT error_misuse(uint64_t value, const char *function);

#endif
