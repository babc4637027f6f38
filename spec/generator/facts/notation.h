/* Role: parses the notation of schema types. Callers: emitters, rows, json-schema. */
#ifndef SPEC_NOTATION_H
#define SPEC_NOTATION_H

#include "facts.h"

enum shape { NOTATION_ONE, NOTATION_ARRAY, NOTATION_MAP };

/* "array<T>", "array<T,N>", "Map<K,V>" or "T". */
struct notation {
    enum shape shape;
    char type[96]; /* of the value, the element, or the values of a map */
    char key[32];  /* of a map, else "string" */
    int size;      /* of a fixed array, else 0 */
};

struct notation notation_of(const char *text);
/* The types that are neither objects nor enumerations, in the order of enum spec_type; ended by NULL. */
extern const char *const notation_plain_types[];
bool notation_is_plain(const char *type);
/* Minimum and maximum of an integer type, as text; false for other types. */
bool notation_range(const char *type, const char **minimum, const char **maximum);
/* N of the schema version "2.N" that introduced a member: its "since" if given, else its "version"; 0: neither. */
int notation_minor(const cJSON *member);

#endif
