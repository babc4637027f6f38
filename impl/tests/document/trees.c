/* Comparison of trees. Entry point: trees_are_equal(). */
#include "trees.h"
#include <stdint.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static bool same_children(const cJSON *a, const cJSON *b)
{
    const cJSON *last = NULL;
    for (; a && b; last = a, a = a->next, b = b->next)
        if (!trees_are_equal(a, b) || (last && a->prev != last))
            return false;
    return a == b; /* both are NULL */
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the document
bool trees_are_equal(const cJSON *a, const cJSON *b)
{
    if (a->type != b->type || !same_text(a->string, b->string))
        return false;
    if (cJSON_IsNumber(a))
        return bits_of(a->valuedouble) == bits_of(b->valuedouble);
    bool ends = !a->child || !a->child->prev->next;
    return same_text(a->valuestring, b->valuestring) && ends && same_children(a->child, b->child);
}
