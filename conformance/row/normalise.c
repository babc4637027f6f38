/* Documents with stable names. Entry point: normalise(). */
#include "json.h"
#include "normalise.h"
#include "base/allocate.h"
#include "base/text/identity.h"
#include "spec_schema.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 64 };

/* The texts seen so far, so that equal texts get equal names. */
struct names {
    char *seen[MAX_NAMES];
    unsigned count;
};

static unsigned number_of(struct names *names, const char *text)
{
    for (unsigned i = 0; i < names->count; i++)
        if (!strcmp(names->seen[i], text))
            return i + 1;
    if (names->count < MAX_NAMES)
        names->seen[names->count++] = allocate_copy(text);
    return names->count;
}

/* 2026-11-27T12:00:00… */
static bool is_time(const char *text)
{
    static const char shape[] = "0000-00-00T00:00:00";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

/* True for measured or random numbers, whose differences mean nothing. */
static bool is_measured(const char *name)
{
    static const char *const ends[] = {
        "ProcessId", "100ns", "Timestamp", "Time", "Bytes", "Normalized", "Address", "Port", "ThreadId"};
    for (size_t i = 0; name && i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

static void rename_value(cJSON *value, const char *kind, unsigned number)
{
    char text[48];
    snprintf(text, sizeof text, number ? "<%s:%u>" : "<%s>", kind, number);
    cJSON *name = json_string(text);
    /* turns it into this string in place */
    value->type = (value->type & ~0xFF) | cJSON_String;
    cJSON_free(value->valuestring);
    value->valuestring = name->valuestring;
    name->valuestring = NULL;
    cJSON_Delete(name);
}

static void rename_values(cJSON *value, struct names *names)
{
    const char *text = cJSON_GetStringValue(value);
    for (cJSON *child = value->child; child; child = child->next)
        rename_values(child, names);
    if (text && identity_is_guid(text))
        rename_value(value, "guid", number_of(names, text));
    else if (text && is_time(text))
        rename_value(value, "time", 0);
    else if (text && value->string && !strcmp(value->string, FIELD_ContainerCredentialGuardState_Cookie))
        rename_value(value, "cookie", number_of(names, text));
    else if (text && !strncmp(text, "hcs-conformance-", 16))
        rename_value(value, "id", number_of(names, text));
    else if (cJSON_IsNumber(value) && is_measured(value->string))
        rename_value(value, "number", 0);
}

void normalise(cJSON *document)
{
    struct names names = {.count = 0};
    rename_values(document, &names);
    for (unsigned i = 0; i < names.count; i++)
        free(names.seen[i]);
}
