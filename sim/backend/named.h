/* Role: the values of a type of scenario.json beside what stands for each in code. The list of names is generated
   (VALUES_… and FIELDS_… of spec_schema.h), what stands for each is an enumerator with its name in it, so that a value
   of the schema that no code knows does not compile. Any thread. */
#ifndef SIM_NAMED_H
#define SIM_NAMED_H

#include <stddef.h>
#include <string.h>

struct named {
    const char *name;
    size_t value;
};

/* The value of a name that the schema has taken; NULL (absent): otherwise. */
static inline size_t named_value(const struct named *list, size_t count, const char *name, size_t otherwise)
{
    for (size_t i = 0; name && i < count; i++)
        if (!strcmp(list[i].name, name))
            return list[i].value;
    return otherwise;
}

#define NAMED(list, name, otherwise) named_value(list, sizeof(list) / sizeof *(list), name, otherwise)

#endif
