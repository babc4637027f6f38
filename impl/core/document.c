/* Documents: scan, parse, check. Entry point: document_parse(). */
#include "document.h"
#include "document_rules.h"
#include "spec_hresults.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the strict scan: cJSON accepts much that RFC 8259 refuses --- */

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

struct scan {
    const char *what, *place;
};

static const char *fault(struct scan *scan, const char *place, const char *what)
{
    if (!scan->place) {
        scan->place = place;
        scan->what = what;
    }
    return NULL;
}

static const char *scan_escape(struct scan *scan, const char *p)
{
    if (strchr("\"\\/bfnrt", *p) && *p)
        return p + 1;
    if (*p != 'u' || !is_hex(p[1]) || !is_hex(p[2]) || !is_hex(p[3]) || !is_hex(p[4]))
        return fault(scan, p - 1, "bad escape");
    if (!strncmp(p, "u0000", 5))
        return fault(scan, p - 1, "\\u0000 is not allowed");
    unsigned unit = (unsigned)strtoul((char[]){p[1], p[2], p[3], p[4], 0}, NULL, 16);
    if (unit >= 0xDC00 && unit < 0xE000)
        return fault(scan, p - 1, "unpaired surrogate");
    if (unit >= 0xD800 && unit < 0xDC00) {
        bool low = p[5] == '\\' && p[6] == 'u' && (p[7] | 32) == 'd' && strchr("cdefCDEF", p[8]) && p[8] &&
                   is_hex(p[9]) && is_hex(p[10]);
        return low ? p + 11 : fault(scan, p - 1, "unpaired surrogate");
    }
    return p + 5;
}

static const char *scan_string(struct scan *scan, const char *p)
{
    for (p++; p && *p != '"';) {
        if (*p == '\\')
            p = scan_escape(scan, p + 1);
        else if ((unsigned char)*p < 32)
            return fault(scan, p, *p ? "control character in a string" : "string without an end");
        else
            p++;
    }
    return p ? p + 1 : NULL;
}

static const char *scan_number(struct scan *scan, const char *p)
{
    const char *start = p;
    p += *p == '-';
    if (*p == '0')
        p++;
    else if (*p >= '1' && *p <= '9')
        p += strspn(p, "0123456789");
    else
        return fault(scan, start, "value expected");
    if (*p == '.') {
        size_t digits = strspn(p + 1, "0123456789");
        if (!digits)
            return fault(scan, start, "bad number");
        p += digits + 1;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        size_t digits = strspn(p, "0123456789");
        if (!digits)
            return fault(scan, start, "bad number");
        p += digits;
    }
    return p;
}

static const char *scan_value(struct scan *scan, const char *p, int depth);

/* The elements of an array or the members of an object, from the opening bracket on. */
static const char *scan_nested(struct scan *scan, const char *p, int depth)
{
    bool object = *p == '{';
    char end = object ? '}' : ']';
    if (depth >= DOCUMENT_DEPTH)
        return fault(scan, p, "nested too deep");
    p = skip_space(p + 1);
    if (*p == end)
        return p + 1;
    for (;;) {
        if (object) {
            if (*p != '"')
                return fault(scan, p, "member name expected");
            p = scan_string(scan, p);
            if (!p)
                return NULL;
            p = skip_space(p);
            if (*p != ':')
                return fault(scan, p, "':' expected");
            p++;
        }
        p = scan_value(scan, p, depth + 1);
        if (!p)
            return NULL;
        if (*p == end)
            return p + 1;
        if (*p != ',')
            return fault(scan, p, object ? "',' or '}' expected" : "',' or ']' expected");
        p = skip_space(p + 1);
    }
}

static const char *scan_value(struct scan *scan, const char *p, int depth)
{
    p = skip_space(p);
    if (*p == '{' || *p == '[')
        p = scan_nested(scan, p, depth);
    else if (*p == '"')
        p = scan_string(scan, p);
    else if (!strncmp(p, "true", 4) || !strncmp(p, "null", 4))
        p += 4;
    else if (!strncmp(p, "false", 5))
        p += 5;
    else
        p = scan_number(scan, p);
    return p ? skip_space(p) : NULL;
}

const char *document_scan(const char *text, size_t length, const char **what)
{
    struct scan scan = {NULL, NULL};
    const char *end = scan_value(&scan, text, 0);
    if (end && end != text + length)
        fault(&scan, end, "text after the document");
    *what = scan.what;
    return scan.place;
}

/* --- the check against the schema --- */

/* Where the check stands; rendered as a path only for a mistake. */
struct place {
    const struct place *parent;
    const char *name;
    int index;
};

struct check {
    struct document_error *error;
    bool failed;
};

static size_t render(const struct place *place, char *buffer, size_t size)
{
    size_t length = place->parent ? render(place->parent, buffer, size) : 0;
    int more = !place->parent ? snprintf(buffer, size, "$")
               : place->name  ? snprintf(buffer + length, size - length, ".%s", place->name)
                              : snprintf(buffer + length, size - length, "[%d]", place->index);
    length += more > 0 ? (size_t)more : 0;
    return length < size ? length : size - 1;
}

static void mistake(struct check *check, const struct place *place, const char *expected, const cJSON *found)
{
    if (check->failed)
        return;
    check->failed = true;
    const char *kind = cJSON_IsString(found)   ? "a string"
                       : cJSON_IsNumber(found) ? "a number"
                       : cJSON_IsBool(found)   ? "a boolean"
                       : cJSON_IsArray(found)  ? "an array"
                       : cJSON_IsObject(found) ? "an object"
                                               : "null";
    check->error->code = HCS_E_INVALID_JSON;
    render(place, check->error->path, sizeof check->error->path);
    snprintf(check->error->message, sizeof check->error->message, "%s expected, %s found", expected, kind);
}

static void check_integer(struct check *check, const struct place *place, const cJSON *value, double least, double most)
{
    double number = value->valuedouble;
    if (!cJSON_IsNumber(value) || number < least || number > most || number != (double)(long double)number ||
        (number > -9e15 && number < 9e15 && number != (double)(int64_t)number))
        mistake(check, place, "an integer in range", value);
}

static void check_guid(struct check *check, const struct place *place, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    bool ok = text && strlen(text) == 36;
    for (int i = 0; ok && i < 36; i++)
        ok = i == 8 || i == 13 || i == 18 || i == 23 ? text[i] == '-' : is_hex(text[i]);
    if (!ok)
        mistake(check, place, "a GUID", value);
}

static void check_plain(struct check *check, const struct place *place, const cJSON *value, enum spec_type type)
{
    switch (type) {
    case TYPE_Any:
        break;
    case TYPE_bool:
        if (!cJSON_IsBool(value))
            mistake(check, place, "true or false", value);
        break;
    case TYPE_int32:
        check_integer(check, place, value, -2147483648.0, 2147483647.0);
        break;
    case TYPE_int64:
        check_integer(check, place, value, -9223372036854775808.0, 9223372036854775807.0);
        break;
    case TYPE_uint8:
        check_integer(check, place, value, 0, 255);
        break;
    case TYPE_uint16:
        check_integer(check, place, value, 0, 65535);
        break;
    case TYPE_uint32:
        check_integer(check, place, value, 0, 4294967295.0);
        break;
    case TYPE_uint64:
        check_integer(check, place, value, 0, 18446744073709551615.0);
        break;
    case TYPE_Guid:
        check_guid(check, place, value);
        break;
    default:
        if (!cJSON_IsString(value))
            mistake(check, place, "a string", value);
    }
}

static void check_enum(
    struct check *check, const struct place *place, const cJSON *value, const struct spec_type_info *info)
{
    const char *text = cJSON_GetStringValue(value);
    for (int i = 0; text && i < info->count; i++)
        if (!strcmp(text, info->values[i]))
            return;
    /* HCS-ROW: P-33 guests that run Linux take signals as integers; J-08 flag sets are integers as well */
    if (cJSON_IsNumber(value))
        return;
    char expected[96];
    snprintf(expected, sizeof expected, "a value of %s", info->name);
    mistake(check, place, expected, value);
}

static void check_object(struct check *check, const struct place *place, const cJSON *object,
    const struct spec_type_info *info, const cJSON **members);

static void check_one(struct check *check, const struct place *place, const cJSON *value, enum spec_type type)
{
    const struct spec_type_info *info = &spec_types[type];
    if (info->kind == KIND_PLAIN)
        check_plain(check, place, value, type);
    else if (info->kind == KIND_ENUM)
        check_enum(check, place, value, info);
    else
        check_object(check, place, value, info, NULL);
}

static void check_field(
    struct check *check, const struct place *place, const cJSON *value, const struct spec_field *field)
{
    const cJSON *item;
    struct place below = {place, NULL, 0};
    if (field->shape == SHAPE_ONE) {
        check_one(check, place, value, field->type);
        return;
    }
    if (field->shape == SHAPE_ARRAY ? !cJSON_IsArray(value) : !cJSON_IsObject(value)) {
        mistake(check, place, field->shape == SHAPE_ARRAY ? "an array" : "an object", value);
        return;
    }
    cJSON_ArrayForEach (item, value) {
        below.name = field->shape == SHAPE_MAP ? item->string : NULL;
        if (!cJSON_IsNull(item))
            check_one(check, &below, item, field->type);
        below.index++;
    }
    if (field->size && below.index != field->size)
        mistake(check, place, "an array of fixed length", value);
}

static int find_field(const struct spec_type_info *info, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < info->count; i++)
        if (info->fields[i].length == length && !memcmp(info->fields[i].name, name, length))
            return i;
    return -1;
}

/* HCS-ROW: J-06 unknown members are ignored; J-07 names match exactly; J-10 the last of duplicates wins */
static void check_object(struct check *check, const struct place *place, const cJSON *object,
    const struct spec_type_info *info, const cJSON **members)
{
    const cJSON *item;
    if (!cJSON_IsObject(object)) {
        mistake(check, place, "an object", object);
        return;
    }
    cJSON_ArrayForEach (item, object) {
        int field = find_field(info, item->string);
        if (field < 0)
            continue;
        struct place below = {place, item->string, 0};
        if (!cJSON_IsNull(item))
            check_field(check, &below, item, &info->fields[field]);
        if (members)
            members[field] = cJSON_IsNull(item) ? NULL : item;
    }
}

/* --- parse --- */

static void place_in_text(struct document_error *error, const char *text, const char *place)
{
    error->line = error->column = 1;
    for (; text < place; text++) {
        if (*text == '\n') {
            error->line++;
            error->column = 1;
        } else if (((unsigned char)*text & 0xC0) != 0x80)
            error->column++;
    }
}

static HRESULT refuse(struct document_error *error, HRESULT code, const char *message)
{
    error->code = code;
    snprintf(error->path, sizeof error->path, "$");
    snprintf(error->message, sizeof error->message, "%s", message);
    return code;
}

static HRESULT parse_utf8(const char *text, size_t length, struct document *document, struct document_error *error)
{
    const char *what, *place = document_scan(text, length, &what);
    if (place) {
        place_in_text(error, text, place);
        return refuse(error, HCS_E_INVALID_JSON, what);
    }
    document->root = cJSON_ParseWithLength(text, length + 1);
    if (!document->root)
        return refuse(error, E_OUTOFMEMORY, "out of memory");
    struct check check = {error, false};
    struct place top = {NULL, NULL, 0};
    check_object(&check, &top, document->root, &spec_types[document->type], document->member);
    if (!check.failed && document_rules_hold(document, error))
        return S_OK;
    document_free(document);
    return error->code;
}

HRESULT document_parse(PCWSTR text, enum spec_type type, struct document *document, struct document_error *error)
{
    char few[2048], *buffer = few;
    document->type = type;
    document->root = NULL;
    memset(document->member, 0, spec_types[type].count * sizeof *document->member);
    error->line = error->column = 0;
    if (!text)
        return refuse(error, E_INVALIDARG, "a document is required");
    size_t length = text_length(text, DOCUMENT_BYTES);
    if (length > DOCUMENT_BYTES)
        return refuse(error, HCS_E_INVALID_JSON, "the document is larger than 16 MiB");
    if (length * 3 + 1 > sizeof few && !(buffer = malloc(length * 3 + 1)))
        return refuse(error, E_OUTOFMEMORY, "out of memory");
    ptrdiff_t bytes = text_to_utf8(text, length, buffer);
    HRESULT result = bytes < 0                ? refuse(error, HCS_E_INVALID_JSON, "unpaired surrogate")
                     : bytes > DOCUMENT_BYTES ? refuse(error, HCS_E_INVALID_JSON, "the document is larger than 16 MiB")
                                              : parse_utf8(buffer, (size_t)bytes, document, error);
    if (buffer != few)
        free(buffer);
    return result;
}

bool document_is_absent(PCWSTR text)
{
    return !text || (text[0] == 'n' && text[1] == 'u' && text[2] == 'l' && text[3] == 'l' && !text[4]);
}

void document_free(struct document *document)
{
    cJSON_Delete(document->root);
    document->root = NULL;
}

const cJSON *document_member(const cJSON *object, const char *name)
{
    const cJSON *item, *found = NULL;
    cJSON_ArrayForEach (item, object)
        if (item->string && !strcmp(item->string, name))
            found = item;
    return cJSON_IsNull(found) ? NULL : found;
}

const char *document_string(const struct document *document, int field)
{
    return cJSON_GetStringValue(document->member[field]);
}

bool document_true(const struct document *document, int field)
{
    return cJSON_IsTrue(document->member[field]);
}
