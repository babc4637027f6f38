/* Role: maps the value names of a type in scenario.json to enumerators. The list of names is generated (VALUES_… and
   FIELDS_… of spec_schema.h); each enumerator's name contains the value's, so that a value of the schema missing from
   the code does not compile. Any thread. */
#ifndef SIM_NAMED_H
#define SIM_NAMED_H

#include <stddef.h>
#include <string.h>

struct named {
    const char *name;
    size_t value;
};

/* The enumerator of a valid name; `otherwise` if the name is NULL (absent). */
static inline size_t named_value(const struct named *list, size_t count, const char *name, size_t otherwise)
{
    for (size_t i = 0; name && i < count; i++)
        if (!strcmp(list[i].name, name))
            return list[i].value;
    return otherwise;
}

#define NAMED(list, name, otherwise) named_value(list, sizeof(list) / sizeof *(list), name, otherwise)

#endif
