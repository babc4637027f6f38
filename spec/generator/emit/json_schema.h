/* Role: a JSON Schema (draft 2020-12) of a document type, for editors. Callers: main(). */
#ifndef SPEC_JSON_SCHEMA_H
#define SPEC_JSON_SCHEMA_H

#include "facts/facts.h"

/* Writes the schema of a type and of all types that it uses to standard output. Returns the exit code: 0, or 2 after a
   message if there is no such type. */
int json_schema_main(const struct facts *facts, const char *type);
/* Writes the schema of each type into the folder as TYPE.schema.json; a file is only written if it has changed. Returns
   the exit code: 0, or 1 after a message. */
int json_schema_files(const struct facts *facts, const char *folder);
/* Writes the names of all types to standard output. */
int json_schema_list(const struct facts *facts);

#endif
