/* Role: a JSON Schema (draft 2020-12) of a document type, for editors. Callers: main(). */
#ifndef SPEC_JSON_SCHEMA_H
#define SPEC_JSON_SCHEMA_H

#include "facts/facts.h"

/* Writes the schema of a type, and of all that it uses, to standard output. Exit code: 0, or 2 after a message when
   there is no such type. */
int json_schema_main(const struct facts *facts, const char *type);
/* Writes the schema of each type into the folder, as TYPE.schema.json, each file only if it changed. Exit code: 0, or 1
   after a message. */
int json_schema_files(const struct facts *facts, const char *folder);
/* Writes the names of all types. */
int json_schema_list(const struct facts *facts);

#endif
