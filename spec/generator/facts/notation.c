/* The notation of schema types. Entry point: notation_of(). */
#include "notation.h"
#include <stdlib.h>
#include <string.h>

const char *const notation_plain_types[] = {"Any", "bool", "string", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64", "ByteArray", "DateTime", "Guid", "MacAddress", "NullableByteArray", "string_binary", NULL};

static void copy(char *to, size_t size, const char *from, const char *end)
{
    size_t length = (size_t)(end - from) < size ? (size_t)(end - from) : size - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

struct notation notation_of(const char *text)
{
    struct notation n = {NOTATION_ONE, "", "string", 0};
    const char *from = text, *end = text + strlen(text);
    if (!strncmp(text, "array<", 6)) {
        n.shape = NOTATION_ARRAY;
        from = text + 6;
        end = from + strcspn(from, ",>");
        if (*end == ',')
            n.size = atoi(end + 1);
    } else if (!strncmp(text, "Map<", 4) && strchr(text, ',')) {
        n.shape = NOTATION_MAP;
        from = strchr(text, ',') + 1;
        end = from + strcspn(from, ">");
        copy(n.key, sizeof n.key, text + 4, from - 1);
    }
    copy(n.type, sizeof n.type, from, end);
    return n;
}

bool notation_is_plain(const char *type)
{
    for (int i = 0; notation_plain_types[i]; i++)
        if (!strcmp(notation_plain_types[i], type))
            return true;
    return false;
}

bool notation_range(const char *type, const char **minimum, const char **maximum)
{
    static const char *const ranges[][3] = {{"int32", "-2147483648", "2147483647"},
        {"int64", "-9223372036854775808", "9223372036854775807"}, {"uint8", "0", "255"}, {"uint16", "0", "65535"},
        {"uint32", "0", "4294967295"}, {"uint64", "0", "18446744073709551615"}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!strcmp(ranges[i][0], type)) {
            *minimum = ranges[i][1];
            *maximum = ranges[i][2];
            return true;
        }
    return false;
}

int notation_minor(const cJSON *member)
{
    const char *version = fact_text(member, "since");
    if (!version)
        version = fact_text(member, "version");
    return version && !strncmp(version, "2.", 2) ? atoi(version + 2) : 0;
}
