/* Error documents and misuse. Entry points: error_document(), error_misuse(). */
#include "error.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Documents carry the older form of HCS codes, which has this bit. HCS-ROW: N-02 */
#define OLDER_FORM 0x40000000u
static const char provider[] = "17103e3f-3c6e-4677-bb17-3b267eb5be57";
enum { EVENT_ID = 11000 };

static const struct spec_hresult *find(HRESULT result)
{
    for (unsigned i = 0; i < spec_hresult_count; i++)
        if (spec_hresults[i].value == result)
            return &spec_hresults[i];
    return NULL;
}

static void event_data(struct writer *writer, const char *value)
{
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_EventData_Type, VALUE_EventDataType_String);
    writer_string(writer, FIELD_EventData_Value, value);
    writer_close(writer, '}');
}

static void error_event(struct writer *writer, const char *path, const char *message, const char *code)
{
    writer_open(writer, FIELD_ResultError_ErrorEvents, '[');
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_ErrorEvent_Message, message);
    writer_string(writer, FIELD_ErrorEvent_Provider, provider);
    writer_integer(writer, FIELD_ErrorEvent_EventId, EVENT_ID);
    writer_open(writer, FIELD_ErrorEvent_Data, '[');
    event_data(writer, code);
    event_data(writer, path ? path : "");
    writer_close(writer, ']');
    writer_close(writer, '}');
    writer_close(writer, ']');
}

char *error_document(HRESULT result, const char *path, const char *message, unsigned line, unsigned column)
{
    const struct spec_hresult *known = find(result);
    uint32_t code = (uint32_t)result | (known && known->hcs ? OLDER_FORM : 0);
    const char *text = message ? message : known ? known->text : "the call failed";
    char hex[16], full[512], where[64] = "";
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)code);
    if (line)
        snprintf(where, sizeof where, " (line %u, column %u)", line, column);
    snprintf(full, sizeof full, "%s%s%s%s", path ? path : "", path ? ": " : "", text, where);
    struct writer writer = {0};
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, FIELD_ResultError_Error, (int32_t)code);
    writer_string(&writer, FIELD_ResultError_ErrorMessage, full);
    error_event(&writer, path, full, hex);
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

HRESULT error_misuse(uint64_t value, const char *function)
{
    const char *how = getenv("COMPUTECORE_MISUSE");
    HRESULT result = value ? E_HANDLE : E_INVALIDARG;
    if (how && (!strcmp(how, "report") || !strcmp(how, "abort")))
        fprintf(stderr, "computecore: %s was called with %s\n", function,
            value ? "a handle that is closed or was never given out" : "a NULL handle");
    if (how && !strcmp(how, "abort"))
        abort();
    return result;
}
