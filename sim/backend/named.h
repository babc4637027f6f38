/* Role: maps the names of values in scenario.json to enumerators. The lists of names are generated (VALUES_… and
   FIELDS_… of spec_schema.h), and each enumerator's name contains the value's, so that the code does not compile if it
   lacks a value of the schema. Any thread. */
#ifndef SIM_NAMED_H
#define SIM_NAMED_H

#include <stddef.h>
#include <string.h>

struct named {
    const char *name;
    size_t value;
};

/* Returns the enumerator of a name that has been checked, or `otherwise` if name is NULL (absent). */
static inline size_t named_value(const struct named *list, size_t count, const char *name, size_t otherwise)
{
    for (size_t i = 0; name && i < count; i++)
        if (!strcmp(list[i].name, name))
            return list[i].value;
    return otherwise;
}

#define NAMED(list, name, otherwise) named_value(list, sizeof(list) / sizeof *(list), name, otherwise)

#endif
