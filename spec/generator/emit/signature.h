/* Role: what the sources of libraries with the exports of the API have in common. Callers: emit_exports.c,
   emit_recorder.c. The texts grow. */
#ifndef SPEC_SIGNATURE_H
#define SPEC_SIGNATURE_H

#include "base/text/text.h"
#include "facts/facts.h"

/* Writes something of each function that is exported, in the order of the facts. */
void signature_each(const struct facts *facts, void (*put)(struct text *out, const cJSON *function), struct text *out);
/* The signature: result, calling convention, name, and the types and names of the parameters. */
void signature_put(struct text *out, const cJSON *function, const char *convention);
/* An array `arguments` of the parameters, as spec_function.call() takes them. */
void signature_put_arguments(struct text *out, const cJSON *function);
/* The exports for the linker, as a version script and as a .def file; more: other names than those of the API. */
void signature_put_lists(
    const struct facts *facts, const char *const *more, size_t more_count, struct text *map, struct text *def);

#endif
