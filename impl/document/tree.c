/* Builds a document's tree. Entry point: tree_build(). The text has been found valid before. */
#include "tree.h"
#include "base/check.h"
#include "base/text/utf16.h"
#include "document.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The block: all nodes, then the bytes of strings, which are never longer than in the text. */
struct builder {
    const char *text, *position;
    cJSON *node; /* the next free node */
    char *bytes; /* the next free byte */
    bool failed; /* out of memory */
};

static char16_t take_unit(struct builder *builder)
{
    unsigned unit = 0;
    const char *digit = builder->position + 2;
    for (int i = 0; i < 4; i++, digit++)
        unit = unit << 4 | (unsigned)(*digit <= '9' ? *digit - '0' : (*digit | 32) - 'a' + 10);
    builder->position = digit;
    return (char16_t)unit;
}

static void take_escape(struct builder *builder)
{
    static const char meaning[128] = {
        ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    char letter = builder->position[1];
    if (letter != 'u') {
        *builder->bytes++ = meaning[(unsigned char)letter];
        builder->position += 2;
        return;
    }
    char16_t units[2] = {take_unit(builder)};
    bool pair = (units[0] & 0xFC00) == 0xD800;
    if (pair)
        units[1] = take_unit(builder);
    builder->bytes += utf16_to_utf8(units, 1 + (size_t)pair, builder->bytes);
}

static char *take_string(struct builder *builder)
{
    char *string = builder->bytes;
    for (builder->position++; *builder->position != '"';) {
        const char *end = scan_skip_plain(builder->position);
        size_t run = (size_t)(end - builder->position);
        memcpy(builder->bytes, builder->position, run);
        builder->bytes += run;
        builder->position = end;
        if (*end == '\\')
            take_escape(builder);
    }
    builder->position++;
    *builder->bytes++ = 0;
    return string;
}

/* Reads a number with a fraction, an exponent or many digits with cJSON, which does not depend on the locale. */
static double long_number(struct builder *builder, size_t length)
{
    cJSON *number = cJSON_ParseWithLength(builder->position, length);
    double value = number ? number->valuedouble : 0;
    builder->failed |= !number;
    cJSON_Delete(number);
    return value;
}

static void take_number(struct builder *builder, cJSON *node)
{
    enum { MOST_DIGITS = 18 }; /* always fit into an int64_t, which converts to the nearest double */
    const char *first = builder->position, *p = first + (*first == '-');
    size_t length = strspn(first, "+-.0123456789Ee");
    int64_t integer = 0;
    for (; *p >= '0' && *p <= '9' && p - first < MOST_DIGITS; p++)
        integer = integer * 10 + (*p - '0');
    bool whole = p == first + length;
    node->type = cJSON_Number;
    node->valuedouble = !whole ? long_number(builder, length) : *first == '-' ? -(double)integer : (double)integer;
    if (node->valuedouble >= DOCUMENT_EXACT || node->valuedouble <= -DOCUMENT_EXACT) {
        node->valuestring = memcpy(builder->bytes, first, length);
        builder->bytes += length;
        *builder->bytes++ = 0;
    }
    builder->position += length;
}

static void take_value(struct builder *builder, cJSON *node);

static void take_nested(struct builder *builder, cJSON *parent)
{
    bool object = *builder->position == '{';
    cJSON *last = NULL;
    parent->type = object ? cJSON_Object : cJSON_Array;
    builder->position = scan_skip_space(builder->position + 1);
    while (*builder->position != (object ? '}' : ']')) {
        cJSON *node = builder->node++;
        if (object) {
            node->valueint = (int)(builder->position - builder->text);
            node->string = take_string(builder);
            builder->position = scan_skip_space(scan_skip_space(builder->position) + 1); /* skips the colon */
        }
        take_value(builder, node);
        node->prev = last;
        *(last ? &last->next : &parent->child) = node;
        last = node;
        builder->position = scan_skip_space(builder->position);
        if (*builder->position == ',')
            builder->position = scan_skip_space(builder->position + 1);
    }
    builder->position++;
    if (last)
        parent->child->prev = last; /* in cJSON the first child points to the last */
}

static void take_word(struct builder *builder, cJSON *node, int type, size_t length)
{
    node->type = type;
    builder->position += length;
}

/* Reads a value into a zeroed node. */
static void take_value(struct builder *builder, cJSON *node)
{
    if (!node->string)
        node->valueint = (int)(builder->position - builder->text);
    switch (*builder->position) {
    case '"':
        node->type = cJSON_String;
        node->valuestring = take_string(builder);
        break;
    case '{':
    case '[':
        take_nested(builder, node);
        break;
    case 't':
        take_word(builder, node, cJSON_True, 4);
        break;
    case 'f':
        take_word(builder, node, cJSON_False, 5);
        break;
    case 'n':
        take_word(builder, node, cJSON_NULL, 4);
        break;
    default:
        take_number(builder, node);
    }
}

cJSON *tree_build(const char *text, size_t length, size_t values)
{
    size_t nodes = values * sizeof(cJSON);
    cJSON *root = malloc(nodes + length + 1);
    if (!root)
        return NULL;
    struct builder builder = {text, scan_skip_space(text), root + 1, (char *)root + nodes, false};
    memset(root, 0, nodes);
    take_value(&builder, root);
    CHECK(builder.node == root + values);
    CHECK(builder.bytes <= (char *)root + nodes + length + 1);
    if (!builder.failed)
        return root;
    free(root);
    return NULL;
}
