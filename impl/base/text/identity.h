/* Role: ids of systems, groups, namespaces and endpoints. Hosts compare them without regard to case, and never remove
   braces: {…} is another id than the GUID in it. Texts are UTF-8; letters are those of Latin, Greek and Cyrillic.
   Callers: the host model, the simulator. Threads: no state, no locale; any thread. */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUID_BYTES = 16, GUID_TEXT = 37 };

bool identity_same(const char *a, const char *b);
/* Takes the next character of a text that has one, in upper case, for comparisons of other texts without regard to
   case. */
uint32_t identity_take(const char **text);
/* Equal for ids that are the same. */
uint32_t identity_hash(const char *id);
/* As pattern_fits(), without regard to case. */
bool identity_fits(const char *pattern, const char *id);
/* 36 characters, without braces. */
bool identity_is_guid(const char *text);
/* A copy of a GUID in lower case. */
void identity_lower(const char *guid, char text[GUID_TEXT]);
/* The version 5 GUID (RFC 9562) of an id, whose bytes are its upper-case UTF-16LE form, in lower case. false: out of
   memory. */
bool identity_of_name(const unsigned char space[GUID_BYTES], const char *id, char text[GUID_TEXT]);

#endif
