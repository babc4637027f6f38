/* Role: checks documents against the schema of spec/: strict JSON, every mistake with its path and place.
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

/* 2^53: from here on a double can't represent every integer, so numbers also keep their digits as text. */
#define DOCUMENT_EXACT 9007199254740992.0

/* member: the top-level members by field number of spec_schema.h, the last of duplicates; NULL for those that are
   absent, null, or newer than the schema version in force. The tree is one block (tree.h) and is never changed. */
struct document {
    enum spec_type type;
    cJSON *root;
    const cJSON *member[SPEC_MAX_FIELDS];
};

struct document_options {
    unsigned minor; /* the host has the schema versions 2.0 to 2.minor */
    bool of_build;  /* minor is that of a build that was asked for, so that the build in a scenario does not count */
    bool people;    /* for the validator: also report what the API ignores */
    unsigned limit; /* the most mistakes to list; all are counted */
    bool strict;    /* what the API would ignore although it was meant to have an effect is refused */
};

/* Both return N of a schema version 2.N: the newest of all known hosts; and that of a Windows build, taken from the
   newest known build that is not newer, 0 if the build is older than all of them. */
unsigned document_newest_minor(void);
unsigned document_minor_of_build(unsigned build);

/* Reads and checks one document, UTF-8 with a zero after length bytes. Returns S_OK, HCS_E_INVALID_JSON or
   E_OUTOFMEMORY. The report is filled on failure; with options.people also on S_OK, with warnings and mistakes that the
   API ignores. On failure only the report has to be freed. Allocates a small multiple of length. */
HRESULT document_check(const char *text, size_t length, enum spec_type type, const struct document_options *options,
    struct document *document, struct document_report *report);
void document_free(struct document *document);

/* Returns the type of that name, or TYPE_COUNT. */
enum spec_type document_type_named(const char *name);

/* Returns the last member with that name, or NULL if it is absent or null. */
const cJSON *document_member(const cJSON *object, const char *name);
/* Returns the string that is this member, or NULL if it is no string or absent. */
const char *document_text(const cJSON *object, const char *name);
/* Returns the string of a top-level field, or NULL. */
const char *document_string(const struct document *document, int field);
bool document_true(const struct document *document, int field);
/* Reads a whole number of up to 64 bits exactly. Returns false for anything else. */
bool document_unsigned(const cJSON *value, uint64_t *number);
/* Returns an integer member whose type in the schema has at most 32 bits, or `otherwise` if it is absent. */
unsigned document_number(const cJSON *object, const char *name, unsigned otherwise);

/* True if a system, or the service, has a property of that name; that a query can ask for it, which is more. */
bool document_has_property(bool of_system, const char *name);
bool document_may_ask(bool of_system, const char *name);
/* Returns the memory of a system with that configuration, in MB and at most DOCUMENT_MAX_MEMORY_MB. */
enum { DOCUMENT_MAX_MEMORY_MB = 1 << 24 /* 16 TiB */ };
uint64_t document_memory_mb(const cJSON *configuration);

/* Reads a ScenarioResult, the HRESULT of a failure: its name, "0x" with up to eight hexadecimal digits, or a number of
   32 bits, signed or not. Returns false, with *result unchanged, for anything else. */
bool document_hresult(const cJSON *value, HRESULT *result);

/* Replaces invalid UTF-8, as in texts from other programs, by question marks. */
void document_clean(char *text);
/* Returns the index in spec_resources of the resource that a path of HcsModifyComputeSystem names, or -1. */
int document_resource(const char *path);
/* True if the resource supports that request type; NULL: the request has none. */
bool document_request_fits(const struct spec_resource *resource, const char *type);
/* True if a request of that type needs settings. */
bool document_settings_read(const struct spec_resource *resource, const char *type);

#endif
