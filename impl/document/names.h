/* Role: the names in a list of a scenario, such as the ids of its systems, which must differ. Callers: contradictions.c.
   Ownership: names_free(); the texts are those of the document. */
#ifndef DOCUMENT_NAMES_H
#define DOCUMENT_NAMES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* How names are compared. */
enum names_kind {
    NAMES_OF_SYSTEMS,     /* as in base/text/identity.h */
    NAMES_OF_PROGRAMS,    /* without the case of ASCII letters */
    NAMES_OF_GUEST_FILES, /* likewise, / and \ alike */
    NAMES_OF_HOST_FILES,  /* as in base/text/host_path.h */
    NAMES_OF_PROPERTIES,  /* exactly */
};

struct name {
    const char *text;
    size_t length;        /* of the part that is compared */
    const char *owner;    /* makes equal names differ; NULL: none */
    const cJSON *element; /* of the list, which has the name */
    int index;            /* of the element */
    enum names_kind kind;
};

struct names {
    struct name *list;
    size_t count;
    enum names_kind kind;
};

/* Makes room for a name of each element of a list. Returns false when out of memory. */
bool names_make(struct names *names, const cJSON *list, enum names_kind kind);
void names_free(struct names *names);
/* Adds the name of an element; text: NULL if it has none. */
void names_add(struct names *names, const cJSON *element, int index, const char *text, const char *owner);
/* Sorts the names: equal ones by index, and what is in a folder behind it. */
void names_sort(struct names *names);
bool names_same(const struct name *one, const struct name *other);
/* True if a path leads through another one. */
bool names_is_below(const struct name *name, const struct name *folder);
/* Returns the first name of sorted ones that is the same as the text, or NULL. */
const struct name *names_find(const struct names *names, const char *text);

#endif
