/* Role: the consistency checks of the fact files. Each mistake is reported with its file and line. */
#ifndef SPEC_CHECK_H
#define SPEC_CHECK_H

#include "facts.h"

void facts_check(const struct facts *facts);
/* check_schema.c: checks the schema, the decisions on documents, hosts, contradictions and resources. */
void facts_check_schema(const struct facts *facts);
/* Reports an error unless the strength of the item is one of the four. */
void check_strength(const struct fact_file *file, const cJSON *item);

#endif
