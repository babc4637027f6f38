/* Names in the lists of a scenario. Entry points: names_sort(), names_find(). */
#include "names.h"
#include "base/text/host_path.h"
#include "base/text/identity.h"
#include <stdlib.h>
#include <string.h>

enum { SEPARATOR = 1 }; /* sorts before all characters, so that nothing comes between a folder and what is in it */

static bool is_path(enum names_kind kind)
{
    return kind == NAMES_OF_GUEST_FILES || kind == NAMES_OF_HOST_FILES;
}

static struct name name_of(const char *text, enum names_kind kind)
{
    struct host_path path = kind == NAMES_OF_HOST_FILES ? host_path_of(text) : (struct host_path){text, strlen(text)};
    return (struct name){.text = path.text, .length = path.length, .kind = kind};
}

bool names_make(struct names *names, const cJSON *list, enum names_kind kind)
{
    size_t size = (size_t)cJSON_GetArraySize(list);
    *names = (struct names){.list = calloc(size ? size : 1, sizeof *names->list), .kind = kind};
    return names->list;
}

void names_free(struct names *names)
{
    free(names->list);
    names->list = NULL;
}

void names_add(struct names *names, const cJSON *element, int index, const char *text, const char *owner)
{
    if (!text)
        return;
    struct name name = name_of(text, names->kind);
    name.element = element;
    name.index = index;
    name.owner = owner;
    names->list[names->count++] = name;
}

/* Takes the next character of a name, in a form in which those that count as the same are equal. */
static uint32_t take(const struct name *name, const char **place)
{
    if (is_path(name->kind) && host_path_is_slash(**place)) {
        ++*place;
        return SEPARATOR;
    }
    if (name->kind == NAMES_OF_SYSTEMS || name->kind == NAMES_OF_HOST_FILES)
        return identity_take(place);
    unsigned char c = (unsigned char)*(*place)++;
    return name->kind != NAMES_OF_PROPERTIES && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* Compares two names; *rest becomes what the longer one has behind the part that is in both. */
static int order(const struct name *one, const struct name *other, const char **rest)
{
    const char *a = one->text, *b = other->text, *end_a = a + one->length, *end_b = b + other->length;
    while (a < end_a && b < end_b) {
        uint32_t x = take(one, &a), y = take(other, &b);
        if (x != y)
            return x < y ? -1 : 1;
    }
    *rest = a < end_a ? a : b;
    return (a < end_a) - (b < end_b);
}

static int order_of_owners(const struct name *one, const struct name *other)
{
    return !one->owner || !other->owner ? (one->owner != NULL) - (other->owner != NULL)
                                        : strcmp(one->owner, other->owner);
}

static int compare(const void *a, const void *b)
{
    const struct name *one = a, *other = b;
    const char *rest;
    int by_text = order(one, other, &rest), by_owner = order_of_owners(one, other);
    return by_text ? by_text : by_owner ? by_owner : (one->index > other->index) - (one->index < other->index);
}

void names_sort(struct names *names)
{
    if (names->count > 1)
        qsort(names->list, names->count, sizeof *names->list, compare);
}

bool names_same(const struct name *one, const struct name *other)
{
    const char *rest;
    return !order(one, other, &rest) && !order_of_owners(one, other);
}

bool names_is_below(const struct name *name, const struct name *folder)
{
    const char *rest = "";
    return is_path(name->kind) && order(name, folder, &rest) > 0 && host_path_is_slash(*rest);
}

const struct name *names_find(const struct names *names, const char *text)
{
    struct name wanted = name_of(text, names->kind);
    const char *rest;
    size_t from = 0, to = names->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (order(&names->list[middle], &wanted, &rest) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < names->count && !order(&names->list[from], &wanted, &rest) ? &names->list[from] : NULL;
}
