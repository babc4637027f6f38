/* Values of plain types. Entry point: check_plain(). */
#include "check.h"
#include "base/text/format.h"
#include "base/text/identity.h"
#include "base/text/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_text(struct check *check, const struct place *place, enum spec_type type)
{
    static const struct {
        enum spec_type type;
        bool (*fits)(const char *);
        const char *expected;
    } formats[] = {{TYPE_Guid, identity_is_guid, "a GUID"},
        {TYPE_MacAddress, format_is_mac_address, "a MAC address such as 00-15-5D-00-00-01"},
        {TYPE_DateTime, format_is_date_time, "an RFC 3339 time"}, {TYPE_ByteArray, format_is_base64, "bytes in base64"},
        {TYPE_NullableByteArray, format_is_base64, "bytes in base64"},
        {TYPE_string_binary, format_is_base64, "bytes in base64"}};
    const char *text = cJSON_GetStringValue(place->node), *expected = "a string";
    bool fits = true;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].type == type) {
            expected = formats[i].expected;
            fits = text && formats[i].fits(text);
        }
    if (!text)
        check_mistake(check, place, DECISION_WRONG_TYPE, expected);
    else if (!fits)
        check_mistake(check, place, DECISION_BAD_FORMAT, expected);
}

/* --- integers --- */

struct range {
    int64_t minimum;
    uint64_t maximum;
};

static struct range range_of(enum spec_type type)
{
    switch (type) {
    case TYPE_int32:
        return (struct range){INT32_MIN, INT32_MAX};
    case TYPE_int64:
        return (struct range){INT64_MIN, INT64_MAX};
    case TYPE_uint8:
        return (struct range){0, UINT8_MAX};
    case TYPE_uint16:
        return (struct range){0, UINT16_MAX};
    case TYPE_uint32:
        return (struct range){0, UINT32_MAX};
    default:
        return (struct range){0, UINT64_MAX};
    }
}

/* Compares a number that a double can't hold exactly by its digits, which its node has as text. */
static bool digits_in_range(const char *digits, const struct range *range)
{
    char *end;
    errno = 0;
    if (*digits == '-') {
        long long value = strtoll(digits, &end, 10);
        return !errno && !*end && value >= range->minimum;
    }
    unsigned long long value = strtoull(digits, &end, 10);
    return !errno && !*end && value <= range->maximum;
}

static bool in_range(const cJSON *value, const struct range *range)
{
    double number = value->valuedouble;
    if (number > -DOCUMENT_EXACT && number < DOCUMENT_EXACT)
        return number >= (double)range->minimum && (number < 0 || (uint64_t)number <= range->maximum);
    bool wide = range->maximum > UINT32_MAX;
    if (wide && value->valuestring && !value->valuestring[strcspn(value->valuestring, ".eE")])
        return digits_in_range(value->valuestring, range);
    /* 2^63 and 2^64 can be represented exactly, the maxima below them can't */
    double above = range->maximum == UINT64_MAX ? 18446744073709551616.0 : 9223372036854775808.0;
    return wide && number >= (double)range->minimum && number < above;
}

static void check_integer(struct check *check, const struct place *place, enum spec_type type)
{
    const cJSON *value = place->node;
    struct range range = range_of(type);
    double number = value->valuedouble;
    bool integral = !(number > -DOCUMENT_EXACT && number < DOCUMENT_EXACT) || number == (double)(int64_t)number;
    if (cJSON_IsNumber(value) && integral && in_range(value, &range))
        return;
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %lld to %llu", (long long)range.minimum,
        (unsigned long long)range.maximum);
    check_mistake(check, place,
        !cJSON_IsNumber(value) ? DECISION_WRONG_TYPE
        : integral             ? DECISION_OUT_OF_RANGE
                               : DECISION_NOT_INTEGRAL,
        expected);
}

void check_plain(struct check *check, const struct place *place, enum spec_type type)
{
    switch (type) {
    case TYPE_Any:
        break;
    case TYPE_bool:
        if (!cJSON_IsBool(place->node))
            check_mistake(check, place, DECISION_WRONG_TYPE, "true or false");
        break;
    case TYPE_int32:
    case TYPE_int64:
    case TYPE_uint8:
    case TYPE_uint16:
    case TYPE_uint32:
    case TYPE_uint64:
        check_integer(check, place, type);
        break;
    case TYPE_string:
        if (!cJSON_IsString(place->node))
            check_mistake(check, place, DECISION_WRONG_TYPE, "a string");
        break;
    default:
        check_text(check, place, type);
    }
}

bool check_is_key(const char *name, enum spec_type type)
{
    if (type == TYPE_string)
        return true;
    if (type == TYPE_Guid)
        return identity_is_guid(name);
    struct range range = range_of(type);
    bool one_spelling = name[0] != '0' || !name[1]; /* else two names could be one number */
    return *name >= '0' && *name <= '9' && one_spelling && digits_in_range(name, &range);
}

bool document_unsigned(const cJSON *value, uint64_t *number)
{
    if (!cJSON_IsNumber(value) || value->valuedouble < 0)
        return false;
    if (value->valuedouble < DOCUMENT_EXACT) {
        *number = (uint64_t)value->valuedouble;
        return value->valuedouble == (double)*number;
    }
    char *end;
    errno = 0;
    *number = value->valuestring ? strtoull(value->valuestring, &end, 10) : 0;
    if (value->valuestring && !*end && !errno)
        return true;
    *number = value->valuedouble < 18446744073709551616.0 ? (uint64_t)value->valuedouble : 0;
    return *number != 0;
}

unsigned document_number(const cJSON *object, const char *name, unsigned otherwise)
{
    uint64_t found;
    return document_unsigned(document_member(object, name), &found) ? (unsigned)found : otherwise;
}

void document_clean(char *text)
{
    size_t length = strlen(text);
    for (const char *bad = text; (bad = utf8_invalid(bad, length - (size_t)(bad - text)));)
        text[bad - text] = '?';
}
