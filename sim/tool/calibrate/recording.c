/* Recordings. Entry point: recording_read(). */
#include "recording.h"
#include "base/allocate.h"
#include "backend/fault.h"
#include "base/text/identity.h"
#include "core/handle.h"
#include "document/document.h"
#include "known.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A handle on a system or process, by the id of the system. */
struct handle_of {
    const char *system;
    bool closed;
};

/* An operation, and the answer that it will have, by its number + 1. told: when the client was told of the end of that
   call; 0: it was not. */
struct operation_of {
    bool open;
    size_t pending;
    uint64_t told;
};

/* A thread or callback that is in a call. */
struct speaker_of {
    const cJSON *arguments;
    enum spec_function_index function;
    uint64_t began;
    size_t answer; /* its number + 1; 0: the call is none for the host */
};

struct reading {
    struct recording *recording;
    struct known known;
    struct table handles, operations, speakers;
    size_t capacity;
};

static const cJSON *argument(const struct speaker_of *speaker, int parameter)
{
    const char *name = parameter < 0 ? NULL : spec_functions[speaker->function].parameters[parameter].name;
    return name ? cJSON_GetObjectItemCaseSensitive(speaker->arguments, name) : NULL;
}

/* Returns the first parameter of one of two kinds, or -1. */
static int parameter_of(
    enum spec_function_index function, enum spec_parameter_kind kind, enum spec_parameter_kind otherwise)
{
    const struct spec_function *of = &spec_functions[function];
    for (int i = 0; i < of->parameter_count; i++)
        if (of->parameters[i].kind == kind || of->parameters[i].kind == otherwise)
            return i;
    return -1;
}

static int text_parameter(enum spec_function_index function, bool document)
{
    const struct spec_function *of = &spec_functions[function];
    for (int i = 0; i < of->parameter_count; i++)
        if (of->parameters[i].kind == PARAMETER_TEXT &&
            (document ? of->parameters[i].document != NULL : !strcmp(of->parameters[i].name, "id")))
            return i;
    return -1;
}

/* Returns the number of a handle's name; 0: none. */
static uint64_t handle_in(const cJSON *value)
{
    const char *name = cJSON_GetStringValue(value);
    return name ? handle_named(name) : 0;
}

static struct speaker_of *speaker_of(struct reading *reading, const struct trace_line *line)
{
    const char *by = trace_string(line->json, "by");
    return table_take(
        &reading->speakers, (uint64_t)(unsigned char)by[0] << 32 | (uint32_t)strtoul(by + !!*by, NULL, 10));
}

static struct recorded_answer *answer_at(const struct reading *reading, size_t number)
{
    return number ? &reading->recording->answers[number - 1] : NULL;
}

static size_t add_answer(struct reading *reading, struct recorded_answer answer)
{
    struct recording *recording = reading->recording;
    if (recording->count == reading->capacity) {
        reading->capacity = reading->capacity ? reading->capacity * 2 : 64;
        recording->answers = reallocate(recording->answers, reading->capacity * sizeof *recording->answers);
    }
    recording->answers[recording->count++] = answer;
    return recording->count;
}

/* True if the library itself refuses the document. */
static bool is_wrong(const struct recorded_answer *answer)
{
    const struct spec_request *request = &spec_requests[answer->kind];
    struct document_options options = {.minor = document_newest_minor(), .limit = 1};
    struct document document;
    struct document_report report;
    if (request->document == TYPE_Any || !answer->given || !*answer->given || !strcmp(answer->given, "null"))
        return request->needs_document && !answer->given;
    HRESULT result =
        document_check(answer->given, strlen(answer->given), request->document, &options, &document, &report);
    if (SUCCEEDED(result))
        document_free(&document);
    report_free(&report);
    return FAILED(result);
}

/* --- calls --- */

static void begin_call(struct reading *reading, const struct trace_line *line)
{
    struct speaker_of *speaker = speaker_of(reading, line);
    const char *name = trace_string(line->json, "call");
    *speaker = (struct speaker_of){.arguments = cJSON_GetObjectItemCaseSensitive(line->json, "arguments"),
        .function = spec_function_named(name),
        .began = line->time};
    enum request_kind kind = fault_call(name);
    if (speaker->function == FUNCTION_COUNT || kind == REQUEST_KINDS)
        return;
    int operation = parameter_of(speaker->function, PARAMETER_OPERATION, PARAMETER_OPERATION);
    int target = parameter_of(speaker->function, PARAMETER_SYSTEM, PARAMETER_PROCESS);
    const struct operation_of *with = table_find(&reading->operations, handle_in(argument(speaker, operation)));
    const struct handle_of *of = table_find(&reading->handles, handle_in(argument(speaker, target)));
    struct recorded_answer answer = {.line = line->number,
        .function = speaker->function,
        .kind = kind,
        .given = trace_file_text(reading->recording->trace, argument(speaker, text_parameter(speaker->function, true))),
        .began = line->time,
        .result = S_FALSE};
    answer.system = target >= 0                 ? (of ? of->system : NULL)
                    : spec_requests[kind].makes ? trace_file_text(reading->recording->trace,
                                                      argument(speaker, text_parameter(speaker->function, false)))
                                                : NULL;
    answer.refused =
        (operation >= 0 && !(with && with->open)) || (target >= 0 && !(of && !of->closed)) || is_wrong(&answer);
    speaker->answer = add_answer(reading, answer);
}

/* The result of a call, which has ended then, is known. */
static void end_answer(
    struct reading *reading, struct recorded_answer *answer, HRESULT result, const char *document, uint64_t ended)
{
    answer->result = result;
    answer->document = document;
    answer->took = ended - answer->began;
    if (!answer->refused)
        answer->natural = known_takes(&reading->known, answer);
}

static void give_handle(
    struct reading *reading, const struct speaker_of *speaker, const cJSON *out, const struct recorded_answer *answer)
{
    int parameter = parameter_of(speaker->function, PARAMETER_OUT_SYSTEM, PARAMETER_OUT_PROCESS);
    const char *name = parameter < 0 ? NULL : spec_functions[speaker->function].parameters[parameter].name;
    uint64_t value = name ? handle_in(cJSON_GetObjectItemCaseSensitive(out, name)) : 0;
    if (value)
        *(struct handle_of *)table_take(&reading->handles, value) = (struct handle_of){.system = answer->system};
}

static void take_exit(struct reading *reading, const cJSON *handle)
{
    const struct handle_of *of = table_find(&reading->handles, handle_in(handle));
    if (of && of->system)
        known_exits(&reading->known, of->system);
}

/* A call that is about an operation or a handle alone has returned. */
static void take_other(struct reading *reading, const struct speaker_of *speaker, const cJSON *json)
{
    enum spec_function_index function = speaker->function;
    if (function == FUNCTION_HcsCreateOperation && handle_in(cJSON_GetObjectItemCaseSensitive(json, "return")))
        *(struct operation_of *)table_take(&reading->operations,
            handle_in(cJSON_GetObjectItemCaseSensitive(json, "return"))) = (struct operation_of){.open = true};
    struct operation_of *operation = table_find(&reading->operations, handle_in(argument(speaker, 0)));
    struct handle_of *handle = table_find(&reading->handles, handle_in(argument(speaker, 0)));
    if (function == FUNCTION_HcsCloseOperation && operation)
        operation->open = false;
    if ((function == FUNCTION_HcsCloseComputeSystem || function == FUNCTION_HcsCloseProcess) && handle)
        handle->closed = true;
    if (function == FUNCTION_HcsWaitForComputeSystemExit && SUCCEEDED(trace_result(json, "return")))
        take_exit(reading, argument(speaker, 0));
}

static bool is_of_operation(HRESULT result)
{
    return result == HCS_E_OPERATION_ALREADY_STARTED || result == HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET ||
           result == HRESULT_ERROR_PROC_NOT_FOUND;
}

static void end_call(struct reading *reading, const struct trace_line *line)
{
    struct speaker_of *speaker = speaker_of(reading, line);
    const cJSON *out = cJSON_GetObjectItemCaseSensitive(line->json, "out");
    struct recorded_answer *answer = answer_at(reading, speaker->answer);
    HRESULT result = trace_result(line->json, "return");
    if (speaker->function == FUNCTION_COUNT || !speaker->arguments)
        return;
    if (!answer) {
        take_other(reading, speaker, line->json);
        return;
    }
    int operation = parameter_of(speaker->function, PARAMETER_OPERATION, PARAMETER_OPERATION);
    int text = parameter_of(speaker->function, PARAMETER_OUT_TEXT, PARAMETER_OUT_TEXT);
    const char *name = text < 0 ? NULL : spec_functions[speaker->function].parameters[text].name;
    answer->refused |= FAILED(result) && is_of_operation(result);
    answer->at_once = operation >= 0 && FAILED(result);
    if (operation < 0 || FAILED(result))
        end_answer(reading, answer, result,
            name ? trace_file_text(reading->recording->trace, cJSON_GetObjectItemCaseSensitive(out, name)) : NULL,
            line->time);
    give_handle(reading, speaker, out, answer);
    speaker->answer = 0;
}

static void pend(struct operation_of *operation, size_t answer)
{
    operation->pending = answer;
    operation->told = 0;
}

/* A call whose operation may complete before it returns is the last one with that operation. */
static void note_operation(struct reading *reading, const struct trace_line *line)
{
    const struct speaker_of *speaker = speaker_of(reading, line);
    if (!speaker->answer)
        return;
    int parameter = parameter_of(speaker->function, PARAMETER_OPERATION, PARAMETER_OPERATION);
    struct operation_of *operation = table_find(&reading->operations, handle_in(argument(speaker, parameter)));
    if (operation && !operation->pending)
        pend(operation, speaker->answer);
}

/* A call that was refused leaves its operation to the one that is under way. One that has begun has it for its own: the
   result of the one before was never asked for. */
static void settle_operation(struct reading *reading, const struct trace_line *line)
{
    const struct speaker_of *speaker = speaker_of(reading, line);
    int parameter = speaker->answer ? parameter_of(speaker->function, PARAMETER_OPERATION, PARAMETER_OPERATION) : -1;
    struct operation_of *operation =
        parameter < 0 ? NULL : table_find(&reading->operations, handle_in(argument(speaker, parameter)));
    if (!operation)
        return;
    bool failed = FAILED(trace_result(line->json, "return"));
    if (failed && operation->pending == speaker->answer)
        operation->pending = 0;
    else if (!failed && answer_at(reading, speaker->answer)->result == S_FALSE && operation->pending != speaker->answer)
        pend(operation, speaker->answer);
}

/* In a recording an operation completes when the client gets its result. A callback or an event tells of the end before
   that, and without what the client does in between. */
static void tell(struct reading *reading, const struct trace_line *line)
{
    struct operation_of *operation =
        table_find(&reading->operations, handle_in(cJSON_GetObjectItemCaseSensitive(line->json, "operation")));
    if (operation && operation->pending && !operation->told)
        operation->told = line->time;
}

static void complete(struct reading *reading, const struct trace_line *line)
{
    struct operation_of *operation =
        table_find(&reading->operations, handle_in(cJSON_GetObjectItemCaseSensitive(line->json, "complete")));
    struct recorded_answer *answer = operation ? answer_at(reading, operation->pending) : NULL;
    if (!answer)
        return;
    operation->pending = 0;
    end_answer(reading, answer, trace_result(line->json, "result"),
        trace_file_text(reading->recording->trace, cJSON_GetObjectItemCaseSensitive(line->json, "document")),
        operation->told ? operation->told : line->time);
}

/* --- the trace --- */

static void take_line(struct reading *reading, const struct trace_line *line)
{
    const cJSON *handle;
    bool is_exit = !strcmp(trace_string(line->json, "event"), "HcsEventSystemExited");
    switch (line->kind) {
    case TRACE_CALL:
        begin_call(reading, line);
        note_operation(reading, line);
        break;
    case TRACE_RETURN:
        settle_operation(reading, line);
        end_call(reading, line);
        break;
    case TRACE_COMPLETE:
        complete(reading, line);
        break;
    case TRACE_EVENT:
        cJSON_ArrayForEach (handle, cJSON_GetObjectItemCaseSensitive(line->json, "of"))
            if (is_exit)
                take_exit(reading, handle);
        break;
    case TRACE_DELIVER: /* all that a recorder sees of an event */
        if (is_exit)
            take_exit(reading, cJSON_GetObjectItemCaseSensitive(line->json, "to"));
        else if (!strcmp(trace_string(line->json, "event"), "HcsEventOperationCallback"))
            tell(reading, line);
        break;
    default:
        break;
    }
}

bool recording_read(const char *path, const struct trace_file *trace, struct recording *recording)
{
    struct reading reading = {.recording = recording,
        .handles.size = sizeof(struct handle_of),
        .operations.size = sizeof(struct operation_of),
        .speakers.size = sizeof(struct speaker_of)};
    const cJSON *build = cJSON_GetObjectItemCaseSensitive(trace->head, "osBuild");
    *recording = (struct recording){.trace = trace, .build = cJSON_IsNumber(build) ? (unsigned)build->valueint : 0};
    bool of_client = true;
    for (size_t i = 0; i < trace->count && of_client; i++) {
        of_client = trace->lines[i].kind < TRACE_CLIENT_REQUEST || trace->lines[i].kind > TRACE_CLIENT_TIME_OUT;
        take_line(&reading, &trace->lines[i]);
    }
    for (size_t i = 0; i < recording->count; i++)
        recording->unanswered += recording->answers[i].result == S_FALSE;
    if (!of_client)
        fprintf(stderr, "hcs-sim: calibrate: %s: is the trace of a service; calibrate reads those of clients\n", path);
    known_free(&reading.known);
    table_free(&reading.handles);
    table_free(&reading.operations);
    table_free(&reading.speakers);
    return of_client;
}

void recording_free(struct recording *recording)
{
    free(recording->answers);
    recording->answers = NULL;
    recording->count = 0;
}

bool recording_same_system(const struct recorded_answer *one, const struct recorded_answer *other)
{
    return one->system && other->system ? identity_same(one->system, other->system) : one->system == other->system;
}
