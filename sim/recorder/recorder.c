/* One call on its way to the target and back. Entry point: recorder_call(). */
#include "recorder.h"
#include "base/text/json_scan.h"
#include "base/text/utf16.h"
#include "callbacks.h"
#include "core/trace_write.h"
#include "inside.h"
#include "lines.h"
#include "spec_hresults.h"
#include "target.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ARGUMENTS = 8 };

const char computecore_recorder[] = "computecore_recorder";

/* A call from its first line to its last. */
struct recording {
    enum spec_function_index index;
    const struct spec_function *function;
    const union spec_argument *given;           /* by the client */
    union spec_argument passed[MOST_ARGUMENTS]; /* to the target */
    union spec_argument shown[MOST_ARGUMENTS];  /* as the trace has them */
    PWSTR texts[MOST_ARGUMENTS];                /* what the target gives for an out parameter */
    void *names[MOST_ARGUMENTS];                /* what the trace calls a handle that it gives */
    HCS_CREATE_OPTIONS_1 options;               /* the client's, with a callback of the recorder */
    struct registration *registration;          /* of a callback that this call sets; NULL: none */
    unsigned callback;                          /* of the operation, which this call sets */
    bool reserved;
    bool was_pending, was_due; /* as its operation was before */
};

/* --- the first call --- */

enum { UNKNOWN, RECORDS, FORWARDS };
static atomic_int state = UNKNOWN;

/* Loads the target and opens the trace. */
static void open_once(void)
{
    struct inside inside = inside_begin();
    if (atomic_load_explicit(&state, memory_order_relaxed) == UNKNOWN) {
        bool records = target_open() && lines_open(target_build());
        atomic_store_explicit(&state, records ? RECORDS : FORWARDS, memory_order_release);
    }
    inside_end(inside);
}

static bool records(void)
{
    if (core_is_forked())
        return false;
    if (atomic_load_explicit(&state, memory_order_acquire) == UNKNOWN)
        open_once();
    return atomic_load_explicit(&state, memory_order_relaxed) == RECORDS;
}

/* --- arguments --- */

/* Sets the kind of a handle that a parameter is, or points to. false: it is none. */
static bool kind_of(enum spec_parameter_kind parameter, enum handle_kind *kind)
{
    switch (parameter) {
    case PARAMETER_OPERATION:
        *kind = HANDLE_OPERATION;
        return true;
    case PARAMETER_SYSTEM:
    case PARAMETER_OUT_SYSTEM:
        *kind = HANDLE_SYSTEM;
        return true;
    case PARAMETER_PROCESS:
    case PARAMETER_OUT_PROCESS:
        *kind = HANDLE_PROCESS;
        return true;
    default:
        return false;
    }
}

static bool is_out_handle(enum spec_parameter_kind kind)
{
    return kind == PARAMETER_OUT_SYSTEM || kind == PARAMETER_OUT_PROCESS;
}

static void *name_pointer(uint64_t name)
{
    return (void *)(uintptr_t)name;
}

/* The value of a text that the target leaves as it was. */
static WCHAR untouched[1];

/* Names the handles of the arguments. A text that the target gives goes through a variable of the recorder: what the
   client's holds before is no text, and must not be read if the target leaves it. */
static void take_arguments(struct recording *recording)
{
    enum handle_kind handle;
    for (int i = 0; i < recording->function->parameter_count; i++) {
        enum spec_parameter_kind kind = recording->function->parameters[i].kind;
        recording->passed[i] = recording->shown[i] = recording->given[i];
        if (kind_of(kind, &handle) && !is_out_handle(kind))
            recording->shown[i].pointer = name_pointer(handles_name(handle, recording->given[i].pointer));
        if (kind == PARAMETER_OUT_TEXT && recording->given[i].pointer) {
            recording->texts[i] = untouched;
            recording->passed[i].pointer = &recording->texts[i];
        }
    }
}

static struct recorded_handle *operation_of(const struct recording *recording)
{
    for (int i = 0; i < recording->function->parameter_count; i++)
        if (recording->function->parameters[i].kind == PARAMETER_OPERATION)
            return handles_find(HANDLE_OPERATION, recording->given[i].pointer);
    return NULL;
}

/* --- callbacks --- */

static void *pointer_of(const struct recording *recording, int parameter)
{
    return (void *)(uintptr_t)recording->given[parameter].pointer;
}

static int parameter_named(const struct recording *recording, const char *name)
{
    int i = 0;
    while (i < recording->function->parameter_count && strcmp(recording->function->parameters[i].name, name) != 0)
        i++;
    return i < recording->function->parameter_count ? i : -1;
}

/* HcsSetComputeSystemCallback, HcsSetProcessCallback. */
static void pass_registration(struct recording *recording, int context, int callback)
{
    HCS_EVENT_CALLBACK own = NULL, heard = callbacks_hear;
    memcpy(&own, &recording->given[callback].pointer, sizeof own);
    if (own)
        recording->registration =
            callbacks_register(own, pointer_of(recording, context), (uint64_t)(uintptr_t)recording->shown[0].pointer);
    if (!recording->registration)
        return;
    memcpy(&recording->passed[callback].pointer, &heard, sizeof heard);
    recording->passed[context].pointer = recording->registration;
}

/* The operation keeps its callback until the target has taken this one. */
static void pass_completion(struct recording *recording, int callback)
{
    bool creates = recording->index == FUNCTION_HcsCreateOperation;
    struct recorded_handle *operation = operation_of(recording);
    HCS_OPERATION_COMPLETION own = NULL;
    memcpy(&own, &recording->given[callback].pointer, sizeof own);
    recording->callback = operation ? !operation->callback : 0;
    if (creates)
        recording->reserved = own && handles_reserve();
    if (!own || (creates ? !recording->reserved : !operation))
        return;
    if (operation)
        operation->callbacks[recording->callback] = own;
    HCS_OPERATION_COMPLETION heard = callbacks_complete[recording->callback];
    memcpy(&recording->passed[callback].pointer, &heard, sizeof heard);
}

/* HcsCreateComputeSystemInNamespace. */
static void pass_options(struct recording *recording, int parameter)
{
    const HCS_CREATE_OPTIONS *given = pointer_of(recording, parameter);
    if (!given || *given != HcsCreateOptions_1)
        return;
    recording->options = *(const HCS_CREATE_OPTIONS_1 *)given;
    if (recording->options.Callback)
        recording->registration =
            callbacks_register(recording->options.Callback, recording->options.CallbackContext, 0);
    if (!recording->registration)
        return;
    recording->options.Callback = callbacks_hear;
    recording->options.CallbackContext = recording->registration;
    recording->passed[parameter].pointer = &recording->options;
}

/* Those of HcsCreateOperationWithNotifications, whose events may name no operation, are the client's own. */
static void pass_callbacks(struct recording *recording)
{
    int callback = parameter_named(recording, "callback"), context = parameter_named(recording, "context");
    int options =
        recording->index == FUNCTION_HcsCreateComputeSystemInNamespace ? parameter_named(recording, "options") : -1;
    if (recording->index == FUNCTION_HcsSetComputeSystemCallback || recording->index == FUNCTION_HcsSetProcessCallback)
        pass_registration(recording, context, callback);
    else if (recording->index == FUNCTION_HcsCreateOperation || recording->index == FUNCTION_HcsSetOperationCallback)
        pass_completion(recording, callback);
    else if (options >= 0)
        pass_options(recording, options);
}

/* --- before the call --- */

static bool closes(enum spec_function_index index)
{
    return index == FUNCTION_HcsCloseOperation || index == FUNCTION_HcsCloseComputeSystem ||
           index == FUNCTION_HcsCloseProcess;
}

static void begin(struct recording *recording)
{
    enum handle_kind kind;
    take_arguments(recording);
    if (lines_are_written())
        trace_write_call(lines_time(), recording->index, recording->shown);
    pass_callbacks(recording);
    struct recorded_handle *operation = operation_of(recording);
    if (operation && recording->function->asynchronous) {
        recording->was_pending = operation->pending;
        recording->was_due = operation->callback_due;
        operation->pending = operation->callback_due = true;
    }
    struct recorded_handle *closed = closes(recording->index) && kind_of(recording->function->parameters[0].kind, &kind)
                                         ? handles_find(kind, recording->given[0].pointer)
                                         : NULL;
    if (closed)
        handles_end(closed);
}

/* --- after the call --- */

static bool is_failure(const struct recording *recording, uint64_t value)
{
    return !strcmp(recording->function->result, "HRESULT") && FAILED((HRESULT)value);
}

static uint64_t given_name(enum handle_kind kind, const void *target)
{
    const struct recorded_handle *handle = target ? handles_take(kind, target) : NULL;
    return handle ? handle->name : handles_name(kind, target);
}

/* Shows what the target has put into an out parameter. Of a call that fails, what it may have left unset is not read as
   new. */
static void take_output(struct recording *recording, int i, bool failed)
{
    enum spec_parameter_kind kind = recording->function->parameters[i].kind;
    enum handle_kind handle;
    if (!recording->given[i].pointer)
        return;
    if (kind == PARAMETER_OUT_INFORMATION && failed) {
        recording->shown[i].pointer = NULL;
    } else if (kind == PARAMETER_OUT_TEXT) {
        if (recording->texts[i] != untouched)
            *(PWSTR *)pointer_of(recording, i) = recording->texts[i];
        else
            recording->texts[i] = NULL;
        recording->shown[i].pointer = &recording->texts[i];
    } else if (is_out_handle(kind) && kind_of(kind, &handle)) {
        const void *target = *(void **)pointer_of(recording, i);
        bool known = !failed || handles_find(handle, target);
        recording->names[i] = name_pointer(known ? given_name(handle, target) : 0);
        recording->shown[i].pointer = &recording->names[i];
        if (recording->registration && !recording->registration->to)
            recording->registration->to = (uint64_t)(uintptr_t)recording->names[i];
    }
}

/* The value as the trace has it: the name of a handle. */
static uint64_t shown_value(const struct recording *recording, uint64_t value)
{
    const char *type = recording->function->result;
    const void *target = name_pointer(value);
    return !strcmp(type, "HCS_OPERATION") ? given_name(HANDLE_OPERATION, target)
           : !strcmp(type, "HCS_SYSTEM")  ? given_name(HANDLE_SYSTEM, target)
           : !strcmp(type, "HCS_PROCESS") ? given_name(HANDLE_PROCESS, target)
                                          : value;
}

/* The operation's callback is the new one, if the target has taken it. */
static void take_callback(const struct recording *recording, uint64_t value)
{
    struct recorded_handle *operation = NULL;
    if (recording->index == FUNCTION_HcsCreateOperation)
        operation = value ? handles_find(HANDLE_OPERATION, name_pointer(value)) : NULL;
    else if (recording->index == FUNCTION_HcsSetOperationCallback && SUCCEEDED((HRESULT)value))
        operation = operation_of(recording);
    if (!operation)
        return;
    if (recording->reserved)
        memcpy(&operation->callbacks[recording->callback],
            &recording->given[parameter_named(recording, "callback")].pointer, sizeof operation->callbacks[0]);
    operation->callback = recording->callback;
}

static bool gives_result(enum spec_function_index index)
{
    return index == FUNCTION_HcsGetOperationResult || index == FUNCTION_HcsGetOperationResultAndProcessInfo ||
           index == FUNCTION_HcsWaitForOperationResult || index == FUNCTION_HcsWaitForOperationResultAndProcessInfo;
}

/* True for the answers of those functions that are no result of the operation. */
static bool is_none(HRESULT result)
{
    return result == HCS_E_OPERATION_NOT_STARTED || result == HCS_E_OPERATION_PENDING ||
           result == HCS_E_OPERATION_TIMEOUT || result == HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
}

/* The target does not tell when an operation completes; the trace has it when the client gets the result. */
static void take_result(struct recording *recording, HRESULT result)
{
    struct recorded_handle *operation = operation_of(recording);
    if (!operation || !operation->pending || !handles_is_open(operation) || is_none(result))
        return;
    int text = parameter_named(recording, "resultDocument");
    PCWSTR document = text >= 0 && recording->given[text].pointer ? recording->texts[text] : NULL;
    char *utf8 = document ? utf8_copy_lossy(document, JSON_BYTES) : NULL;
    operation->pending = false;
    if (lines_are_written())
        trace_write_complete(lines_time(), operation->name, result, utf8);
    free(utf8);
}

static void end(struct recording *recording, uint64_t value)
{
    bool failed = is_failure(recording, value);
    for (int i = 0; i < recording->function->parameter_count; i++)
        take_output(recording, i, failed);
    uint64_t shown = shown_value(recording, value);
    take_callback(recording, value);
    if (recording->reserved)
        handles_unreserve();
    struct recorded_handle *operation = operation_of(recording);
    if (failed && operation && recording->function->asynchronous && !recording->was_pending) {
        operation->pending = false;
        operation->callback_due = recording->was_due;
    }
    if (gives_result(recording->index))
        take_result(recording, (HRESULT)value);
    if (lines_are_written())
        trace_write_return(lines_time(), recording->index, recording->shown, shown);
}

uint64_t recorder_call(enum spec_function_index function, const union spec_argument *arguments)
{
    struct recording recording = {.index = function, .function = &spec_functions[function], .given = arguments};
    if (!records())
        return target_call(function, arguments);
    CHECK(recording.function->parameter_count <= MOST_ARGUMENTS);
    struct inside inside = inside_begin();
    begin(&recording);
    inside_end(inside);
    uint64_t value = target_call(function, recording.passed);
    inside = inside_begin();
    end(&recording, value);
    inside_end(inside);
    return value;
}
