/* Role: documents that clients pass: strict JSON, checked against the schema of spec/.
   Threads: no state; any thread. Ownership: a parsed document is freed with document_free(). */
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include "spec_schema.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <windows.h>

enum { DOCUMENT_DEPTH = 100, DOCUMENT_BYTES = 16 << 20 };

/* members: those of the top level by field number of spec_schema.h, NULL where absent or null;
   the last of duplicates. */
struct document {
    enum spec_type type;
    cJSON *root;
    const cJSON *member[SPEC_MOST_FIELDS];
};

/* What is wrong and where. path is a JSON path such as $.ConsoleSize[0]; line and column count from 1,
   0 where the mistake has no place in the text. */
struct document_error {
    HRESULT code;
    unsigned line, column;
    char path[160];
    char message[160];
};

/* Reads and checks one document. text is client memory. HRESULTs: S_OK, HCS_E_INVALID_JSON,
   E_INVALIDARG for a missing document, E_OUTOFMEMORY. On failure nothing is left to free and error is set. */
HRESULT document_parse(PCWSTR text, enum spec_type type, struct document *document, struct document_error *error);
/* For optional documents: is there none? NULL and the text null count as none. */
bool document_is_absent(PCWSTR text);
void document_free(struct document *document);

/* Strict RFC 8259, no member text \u0000, depth up to DOCUMENT_DEPTH. Returns NULL if the text is valid,
   else the place of the first mistake, with *what saying it. */
const char *document_scan(const char *text, size_t length, const char **what);

/* The last member of that name, NULL if absent or null. */
const cJSON *document_member(const cJSON *object, const char *name);
/* The string of a top-level field, or NULL. */
const char *document_string(const struct document *document, int field);
bool document_true(const struct document *document, int field);

#endif
