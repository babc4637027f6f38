/* Role: makes one call of a row: resolves its arguments, calls, keeps what came back in the world.
   Callers: arrange.c and row.c. */
#ifndef CONFORMANCE_ACT_H
#define CONFORMANCE_ACT_H

#include "world.h"

/* call: {"HcsX": {arguments}}. Without "_wait": false an asynchronous call that was accepted is waited for, up to
   "_timeout" milliseconds. false: the call can't be made; the world's message says why. */
bool act_call(struct world *world, const cJSON *call);
/* The text behind "@group/name", "text:…", "generated:…"; malloc'ed UTF-16, NULL for "NULL". */
bool act_text(struct world *world, const char *value, PWSTR *text);
/* Is the function of a call there at all? */
bool act_exported(const struct world *world, const cJSON *call, const char **missing);
/* A handle value by variable name, or a bad one ("NULL", "stale", "forged", "wrong-kind"). */
bool act_handle(struct world *world, enum variable_kind kind, const char *value, const void **handle);

#endif
