/* Role: makes one call of a row: resolves its arguments, calls, keeps the results in the fixture.
   Callers: arrange.c and row.c. */
#ifndef CONFORMANCE_CALL_H
#define CONFORMANCE_CALL_H

#include "row/fixture/fixture.h"

/* call: {"HcsX": {arguments}}. Without "_wait": false an asynchronous call that was accepted is waited for, up to
   "_timeout" milliseconds. false: the call can't be made; the fixture's message says why. */
bool call_make(struct fixture *fixture, const cJSON *call);
/* Makes the call of that function with the document as configuration beside the arguments, which it takes over. true:
   it was accepted, and its result is S_OK. */
bool call_with_document(struct fixture *fixture, const char *function, cJSON *arguments, const cJSON *document);
/* The text that "@group/name", "text:…" or "generated:…" stands for; UTF-16 from malloc, NULL for "NULL". */
bool call_text(struct fixture *fixture, const char *value, PWSTR *text);
/* True if the target exports the function of a call. */
bool call_is_exported(const struct fixture *fixture, const cJSON *call, const char **missing);
/* A handle value by variable name, or a bad one ("NULL", "stale", "forged", "wrong-kind"). */
bool call_handle(struct fixture *fixture, enum variable_kind kind, const char *value, const void **handle);

#endif
