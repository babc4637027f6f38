/* Role: what the owner of a host says of it: documents to use, what it lacks, what it must have.
   A profile is a JSON file:
     { "lacks": ["container"], "must": ["virtual-machine"], "documents": { "@system/container": { … } } }
   Members whose names begin with "comment" are passed over. */
#ifndef CONFORMANCE_PROFILE_H
#define CONFORMANCE_PROFILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* What a target may have or lack; ended by NULL. Those that need an image come first. */
extern const char *const capability_names[];
enum { CAPABILITIES_OF_IMAGES = 7 }; /* their bits: container, guest-process, linux-guest */

/* The name under which every system of the suite stands; cleanup ends no other. */
extern const char suite_owner[];

/* Reads a profile; path "" reads none. false with a line in error that names file and member. */
bool profile_read(const char *path, char *error, size_t size);
/* The document of the profile for an alias such as @system/container, as text from malloc; NULL: none. Systems get
   the suite's owner. */
char *profile_document(const char *alias);
/* Is a capability (of that many characters) said to be absent; is one demanded? */
bool profile_lacks(const char *capability, size_t length);
bool profile_demands(const char *capability);
void profile_free(void);

#endif
