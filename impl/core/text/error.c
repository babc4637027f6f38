/* Error documents and misuse. Entry points: error_document(), error_report_document(), error_open(), error_misuse(). */
#include "error.h"
#include "core/progress/progress.h"
#include "platform/platform.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "base/text/json_writer.h"
#include "engine.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Documents carry the older form of HCS codes, which has this bit. HCS-ROW: N-02 */
#define OLDER_FORM 0x40000000u
static const char provider[] = "17103e3f-3c6e-4677-bb17-3b267eb5be57";
enum { EVENT_ID = 11000 };

static uint32_t code_of(HRESULT result)
{
    const struct spec_hresult *known = spec_hresult_of(result);
    return (uint32_t)result | (known && known->older ? OLDER_FORM : 0);
}

const char *error_code(HRESULT result, char hex[ERROR_CODE_BYTES])
{
    snprintf(hex, ERROR_CODE_BYTES, "0x%08X", (unsigned)code_of(result));
    return hex;
}

const char *error_words(HRESULT result)
{
    const struct spec_hresult *known = spec_hresult_of(result);
    return known ? known->text : "the call failed";
}

static void event_data(struct writer *writer, const char *value)
{
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_EventData_Type, VALUE_EventDataType_String);
    writer_string(writer, FIELD_EventData_Value, value);
    writer_close(writer, '}');
}

void error_write_event(struct writer *writer, const struct error_event *event)
{
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_ErrorEvent_Message, event->message);
    writer_string(writer, FIELD_ErrorEvent_Provider, event->provider);
    writer_integer(writer, FIELD_ErrorEvent_EventId, event->id);
    if (event->flags)
        writer_integer(writer, FIELD_ErrorEvent_Flags, event->flags);
    writer_open(writer, FIELD_ErrorEvent_Data, '[');
    for (const char *const *data = event->data; *data; data++)
        event_data(writer, *data);
    writer_close(writer, ']');
    writer_close(writer, '}');
}

static void own_event(struct writer *writer, const char *message, const char *const *data)
{
    error_write_event(writer, &(struct error_event){message, provider, EVENT_ID, 0, data});
}

void error_open(struct writer *writer, HRESULT result, const char *message)
{
    writer_open(writer, NULL, '{');
    writer_integer(writer, FIELD_ResultError_Error, (int32_t)code_of(result));
    writer_string(writer, FIELD_ResultError_ErrorMessage, message);
}

static void open_document(struct writer *writer, HRESULT result, const char *message, char hex[ERROR_CODE_BYTES])
{
    (void)error_code(result, hex);
    error_open(writer, result, message);
    writer_open(writer, FIELD_ResultError_ErrorEvents, '[');
}

static char *close_document(struct writer *writer)
{
    writer_close(writer, ']');
    writer_close(writer, '}');
    return writer_finish(writer);
}

char *error_document(HRESULT result, const char *path, const char *message)
{
    const char *text = message ? message : error_words(result);
    struct writer writer = {.text.limit = RESULT_BYTES};
    char full[512], hex[ERROR_CODE_BYTES];
    snprintf(full, sizeof full, "%s%s%s", path ? path : "", path ? ": " : "", text);
    open_document(&writer, result, full, hex);
    own_event(&writer, full, (const char *const[]){hex, path ? path : "", NULL});
    return close_document(&writer);
}

enum { SENTENCE_BYTES = 1024 };

/* Writes a sentence such as "$.Owner: expected a string, found the number 7 (line 1, column 10)". */
static void mistake_sentence(const struct document_mistake *mistake, char *buffer, size_t size)
{
    char where[64] = "";
    if (mistake->line)
        snprintf(where, sizeof where, " (line %u, column %u)", mistake->line, mistake->column);
    snprintf(buffer, size, "%s: %s%s", mistake->path, mistake->text, where);
}

/* HCS-ROW: J-18 */
char *error_report_document(const struct document_report *report)
{
    if (!report->count)
        return error_document(report->code, NULL, NULL);
    struct writer writer = {.text.limit = RESULT_BYTES};
    char sentence[SENTENCE_BYTES], full[SENTENCE_BYTES + 64], hex[ERROR_CODE_BYTES], place[48];
    mistake_sentence(&report->list[0], sentence, sizeof sentence);
    snprintf(full, sizeof full, "%s", sentence);
    if (report->total > 1)
        snprintf(
            full, sizeof full, "%s, and %u more mistake%s", sentence, report->total - 1, report->total > 2 ? "s" : "");
    open_document(&writer, report->code, full, hex);
    for (unsigned i = 0; i < report->count; i++) {
        const struct document_mistake *mistake = &report->list[i];
        mistake_sentence(mistake, sentence, sizeof sentence);
        snprintf(place, sizeof place, "%u:%u", mistake->line, mistake->column);
        own_event(&writer, sentence,
            (const char *const[]){hex, mistake->path, place, mistake->expected, mistake->found, NULL});
    }
    return close_document(&writer);
}

enum misuse { MISUSE_UNREAD, MISUSE_ANSWER, MISUSE_REPORT, MISUSE_ABORT };

/* Reads COMPUTECORE_MISUSE. An unknown value is reported once and otherwise ignored. */
static enum misuse read_misuse(void)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    const char *how = getenv("COMPUTECORE_MISUSE");
    if (!how || !*how)
        return MISUSE_ANSWER;
    if (!strcmp(how, "report"))
        return MISUSE_REPORT;
    if (!strcmp(how, "abort"))
        return MISUSE_ABORT;
    if (!atomic_flag_test_and_set(&said))
        fprintf(stderr,
            "computecore: COMPUTECORE_MISUSE must be report or abort, not '%s'; bad handles are only answered\n", how);
    return MISUSE_ANSWER;
}

/* The setting, which each call with a document looks at: it is read once. */
static enum misuse misuse_wanted(void)
{
    static atomic_int known;   /* enum misuse */
    if (progress_is_by_hand()) /* explorers and replays misuse handles on purpose */
        return MISUSE_ANSWER;
    int wanted = atomic_load_explicit(&known, memory_order_relaxed);
    if (wanted == MISUSE_UNREAD) {
        wanted = (int)read_misuse();
        atomic_store_explicit(&known, wanted, memory_order_relaxed);
    }
    return (enum misuse)wanted;
}

bool error_reports_misuse(void)
{
    return misuse_wanted() != MISUSE_ANSWER;
}

void error_print_ignored(const char *function, const struct document_report *report)
{
    char sentence[SENTENCE_BYTES];
    int state = platform_cancel_off();
    for (unsigned i = 0; i < report->count; i++) {
        mistake_sentence(&report->list[i], sentence, sizeof sentence);
        fprintf(stderr, "computecore: %s ignores a part of its document: %s\n", function, sentence);
    }
    platform_cancel_restore(state);
}

HRESULT error_misuse(uint64_t value, const char *function)
{
    int state = platform_cancel_off(); /* a cancelled thread would leak the references that the caller may hold */
    enum misuse wanted = misuse_wanted();
    if (wanted != MISUSE_ANSWER)
        fprintf(stderr, "computecore: %s was called with %s\n", function,
            value ? "a handle that is closed or was never given out" : "a NULL handle");
    platform_cancel_restore(state);
    if (wanted == MISUSE_ABORT)
        abort();
    return value ? E_HANDLE : E_INVALIDARG;
}
