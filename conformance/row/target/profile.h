/* Role: host profiles, written by the owner of a host: documents to use, capabilities that it lacks or must have.
   A profile is a JSON file:
     { "lacks": ["container"], "must": ["virtual-machine"], "documents": { "@system/container": { … } } }
   Members whose names begin with "comment" are ignored. */
#ifndef CONFORMANCE_PROFILE_H
#define CONFORMANCE_PROFILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The capabilities that a target may have or lack; ended by NULL. Those that need an image come first. */
extern const char *const capability_names[];
enum { CAPABILITIES_OF_IMAGES = 15 }; /* their bits: container, guest-process, linux-guest, windows-guest */

/* The Owner of every system that the suite creates; cleanup ends no others. */
extern const char suite_owner[];

/* Reads a profile; path "": none. false with a line in error that names file and member. */
bool profile_read(const char *path, char *error, size_t size);
/* The document of the profile for an alias such as @system/container, as text from malloc; NULL: none. Documents of
   systems get the suite's owner. */
char *profile_document(const char *alias);
/* True if the profile lists a capability (length characters) as lacking; as required. */
bool profile_lacks(const char *capability, size_t length);
bool profile_demands(const char *capability);
/* The path that profile_read() was given last; "": none. */
const char *profile_path(void);
void profile_free(void);

#endif
