/* Role: the consistency checks between fact files. Each mistake is reported at its own line. */
#ifndef SPEC_CHECK_H
#define SPEC_CHECK_H

#include "facts.h"

void facts_check(const struct facts *facts);
/* check_schema.c: the schema, the decisions on documents, hosts, contradictions, resources. */
void facts_check_schema(const struct facts *facts);
/* Reports an error unless the strength of the item is one of the four. */
void check_strength(const struct fact_file *file, const cJSON *item);

#endif
