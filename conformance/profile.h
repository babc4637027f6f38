/* Role: what the owner of a host says of it: documents to use, what it lacks, what it must have.
   A profile is a JSON file:
     { "lacks": ["container"], "must": ["virtual-machine"], "documents": { "@system/container": { … } } }
   Members whose names begin with "comment" are passed over. */
#ifndef CONFORMANCE_PROFILE_H
#define CONFORMANCE_PROFILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The name under which every system of the suite stands; cleanup ends no other. */
extern const char suite_owner[];

/* Reads a profile; path "" reads none. false with a line in error that names file and member. */
bool profile_read(const char *path, char *error, size_t size);
/* The document of the profile for an alias such as @system/container, as text from malloc; NULL: none. Systems get
   the suite's owner. */
char *profile_document(const char *alias);
/* Is one of the capabilities (separated by blanks) said to be absent, or demanded? The first is in what. */
bool profile_lacks(const char *needs, char *what, size_t size);
bool profile_demands(const char *needs, char *what, size_t size);
void profile_free(void);

#endif
