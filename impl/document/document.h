/* Role: documents against the schema of spec/: strict JSON, every mistake with its path and place.
   Callers: impl/core for what clients pass, conformance/validate/validate.c for what people write.
   Threads: no state; any thread. Ownership: document_free(), report_free(). */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include "report.h"
#include "base/text/json_scan.h"
#include "spec_decisions.h"
#include "spec_schema.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/* 2^53: from here on a double cannot represent every integer, and numbers keep their digits as text. */
#define DOCUMENT_EXACT 9007199254740992.0

/* members: those of the top level by field number of spec_schema.h, NULL where absent, null, or newer than the
   schema version in force; the last of duplicates. The tree is one block (tree.h): it is read, never changed. */
struct document {
    enum spec_type type;
    cJSON *root;
    const cJSON *member[SPEC_MAX_FIELDS];
};

struct document_options {
    unsigned minor; /* the host has the schema versions 2.0 to 2.minor */
    bool people;    /* also report what the API ignores */
    unsigned limit; /* mistakes to be listed; all are counted */
};

/* The newest schema version that any known host has, and that of a Windows build: of the newest known one that is
   not newer. 0 for builds older than all of them. */
unsigned document_newest_minor(void);
unsigned document_minor_of_build(unsigned build);

/* Reads and checks one document, UTF-8 with a zero after length bytes. HRESULTs: S_OK, HCS_E_INVALID_JSON,
   E_OUTOFMEMORY. report is filled on failure, and for people also beside S_OK (warnings, and mistakes that the API
   ignores). On failure only the report has to be freed. Memory: a small multiple of length. */
HRESULT document_check(const char *text, size_t length, enum spec_type type, const struct document_options *options,
    struct document *document, struct document_report *report);
void document_free(struct document *document);

/* Type by name, or TYPE_COUNT. */
enum spec_type document_type_named(const char *name);

/* The last member with that name; NULL if absent or null. */
const cJSON *document_member(const cJSON *object, const char *name);
/* Its string; NULL: it has none. */
const char *document_text(const cJSON *object, const char *name);
/* The string of a top-level field, or NULL. */
const char *document_string(const struct document *document, int field);
bool document_true(const struct document *document, int field);
/* A whole number, exactly up to 64 bits; false for anything else. */
bool document_unsigned(const cJSON *value, uint64_t *number);
/* The value of an integer member whose type in the schema has at most 32 bits; `otherwise` if absent. */
unsigned document_number(const cJSON *object, const char *name, unsigned otherwise);

/* The value of a ScenarioResult: an HRESULT's name, "0x" with up to eight hexadecimal digits, or a number of 32 bits,
   signed or not. false: it is none of them, and *result is unchanged. */
bool document_hresult(const cJSON *value, HRESULT *result);

/* Replaces invalid UTF-8, as in texts from other programs, by question marks. */
void document_clean(char *text);
/* The resource that a path of HcsModifyComputeSystem names, or -1. */
int document_resource(const char *path);
/* Does the resource take that type of request (NULL: none is named)? */
bool document_request_fits(const struct spec_resource *resource, const char *type);
/* Does a request of that type need settings? */
bool document_settings_read(const struct spec_resource *resource, const char *type);

#endif
