/* Role: documents made from the schema: valid ones, and values that are not. Callers: rows_schema.c. */
#ifndef SPEC_SAMPLE_H
#define SPEC_SAMPLE_H

#include "facts.h"
#include "notation.h"

/* A valid value of a type, as small as it can be; the caller owns it. */
cJSON *sample_of_type(const struct facts *facts, const char *type);
/* A valid value of a field, shape included. */
cJSON *sample_of_field(const struct facts *facts, const cJSON *field);
/* A value of a JSON type that the field does not accept. */
cJSON *sample_of_other_type(const struct facts *facts, const cJSON *field);
/* Adds the members that the constraints of the type require and the object lacks. */
void sample_complete(const struct facts *facts, const cJSON *type, cJSON *object);
/* A valid key for a map. */
const char *sample_key(const struct notation *notation);

#endif
