/* Role: parses the notation of schema types. Callers: emitters, rows, json-schema. */
#ifndef SPEC_NOTATION_H
#define SPEC_NOTATION_H

#include "facts.h"

enum shape { NOTATION_ONE, NOTATION_ARRAY, NOTATION_MAP };

/* A type in the notation "array<T>", "array<T,N>", "Map<K,V>" or "T". */
struct notation {
    enum shape shape;
    char type[96]; /* the type T of the value or of the elements, or V of a map's values */
    char key[32];  /* the type K of a map's keys, otherwise "string" */
    int size;      /* the number N of elements of a fixed array, otherwise 0 */
};

struct notation notation_of(const char *text);
/* The types that are neither objects nor enumerations, in the order of enum spec_type; ended by NULL. */
extern const char *const notation_plain_types[];
bool notation_is_plain(const char *type);
/* Finds minimum and maximum of an integer type, as text. Returns false for other types. */
bool notation_range(const char *type, const char **minimum, const char **maximum);
/* Returns N of the schema version "2.N" that introduced a member: its "since" if given, otherwise its "version"; 0 if
   it has neither. */
int notation_minor(const cJSON *member);

#endif
