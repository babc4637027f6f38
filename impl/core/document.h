/* Role: documents that clients pass: from UTF-16 to a checked tree.
   Threads: no state; any thread. Ownership: a parsed document is freed with document_free(), its report with
   report_free(). */
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include "document/document.h"

/* Mistakes that one error document names; those beyond are counted. */
enum { DOCUMENT_MISTAKES = 32 };

/* Reads and checks one document for a host that has the schema versions up to 2.minor. text is client memory.
   HRESULTs: S_OK, HCS_E_INVALID_JSON, E_INVALIDARG for a missing document, E_OUTOFMEMORY. On failure nothing but
   the report is left to free. */
HRESULT document_parse(
    PCWSTR text, enum spec_type type, unsigned minor, struct document *document, struct document_report *report);
/* For optional documents: is there none? NULL and the text null count as none. */
bool document_is_absent(PCWSTR text);

#endif
