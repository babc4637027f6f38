/* Role: example documents made from the schema, and invalid values. Callers: rows_schema.c. The caller owns what is
   returned. */
#ifndef SPEC_SAMPLE_H
#define SPEC_SAMPLE_H

#include "facts.h"
#include "notation.h"

/* Returns the smallest valid value of a type. */
cJSON *sample_of_type(const struct facts *facts, const char *type);
/* Returns a valid value of a field; an array or map if the field is one. */
cJSON *sample_of_field(const struct facts *facts, const cJSON *field);
/* Returns a value of a JSON type that the field does not accept. */
cJSON *sample_of_other_type(const struct facts *facts, const cJSON *field);
/* Adds the members that the constraints of the type require and the object lacks. */
void sample_complete(const struct facts *facts, const cJSON *type, cJSON *object);
/* Returns a GUID, a constant. */
const char *sample_guid(void);
/* Returns a valid key for a map, a constant. */
const char *sample_key(const struct notation *notation);

#endif
