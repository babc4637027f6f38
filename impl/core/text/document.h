/* Role: documents that clients pass: from UTF-16 to a checked tree.
   Threads: no state; any thread. Ownership: a parsed document is freed with document_free(), its report with
   report_free(). */
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include "document/document.h"

/* The most mistakes that one error document lists; further ones are only counted. */
enum { DOCUMENT_MISTAKES = 32 };

/* A document as UTF-8, in inline_text or allocated. The struct must not be moved: text may point into it. */
enum { DOCUMENT_INLINE_BYTES = 2048 };
struct document_text {
    char *text; /* NULL: empty */
    size_t length;
    char inline_text[DOCUMENT_INLINE_BYTES];
};

/* Reads and checks one document. text is client memory, utf8 its copy, freed by the caller with document_text_free() in
   any case. HRESULTs: S_OK, HCS_E_INVALID_JSON, E_INVALIDARG for a missing document, E_OUTOFMEMORY. On failure only the
   report and utf8 have to be freed. */
HRESULT document_parse(PCWSTR text, enum spec_type type, const struct document_options *options,
    struct document_text *utf8, struct document *document, struct document_report *report);
void document_text_free(struct document_text *utf8);
/* For optional documents: true if there is none. NULL and the text "null" count as none. */
bool document_is_absent(PCWSTR text);

#endif
