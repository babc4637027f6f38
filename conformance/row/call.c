/* One call of a row. Entry point: call_make(). */
#include "call.h"
#include "base/allocate.h"
#include "document/document.h"
#include "json.h"
#include "platform/process.h"
#include "row/fixture/scratch.h"
#include "row/fixture/shared.h"
#include "row/target/profile.h"
#include "spec_hresults.h"
#include "spec_rows.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 60000, LARGEST = 16 << 20, LARGE = LARGEST + 1, DEEP = 101, LONG_ID = 257, LONG_PATH = 32768 };

/* --- texts --- */

static PWSTR repeat(const char *start, char middle, size_t count, const char *end)
{
    size_t from = strlen(start), to = strlen(end);
    PWSTR text = allocate((from + count + to + 1) * sizeof *text);
    for (size_t i = 0; i < from; i++)
        text[i] = (WCHAR)start[i];
    for (size_t i = 0; i < count; i++)
        text[from + i] = (WCHAR)middle;
    for (size_t i = 0; i <= to; i++)
        text[from + count + i] = (WCHAR)end[i];
    return text;
}

static PWSTR too_deep(void)
{
    PWSTR text = repeat("{\"x\":", '[', DEEP, "");
    size_t length = 5 + DEEP;
    text = reallocate(text, (length + DEEP + 2) * sizeof *text);
    for (size_t i = 0; i < DEEP; i++)
        text[length + i] = ']';
    text[length + DEEP] = '}';
    text[length + DEEP + 1] = 0;
    return text;
}

/* A character of two halves in the second line, and half of one behind it. */
static PWSTR late_surrogate(void)
{
    PWSTR text = repeat("{\n\"", ' ', 3, "\"}");
    text[3] = (WCHAR)0xD83D;
    text[4] = (WCHAR)0xDE00;
    text[5] = (WCHAR)0xD800;
    return text;
}

/* An empty object behind that. */
static PWSTR behind(WCHAR first)
{
    PWSTR text = repeat("", ' ', 1, "{}");
    text[0] = first;
    return text;
}

/* NULL: there is no text of that name. */
static PWSTR generate(const char *what)
{
    if (!strcmp(what, "late-surrogate"))
        return late_surrogate();
    if (!strcmp(what, "too-deep"))
        return too_deep();
    if (!strcmp(what, "too-large"))
        return repeat("{\"x\":\"", 'a', LARGE, "\"}");
    if (!strcmp(what, "largest"))
        return repeat("{}", ' ', LARGEST - 2, "");
    if (!strcmp(what, "escaped-nul"))
        return repeat("{\"x\":\"\\u0000\"}", 0, 0, "");
    if (!strcmp(what, "id-257"))
        return repeat("", 'a', LONG_ID, "");
    if (!strcmp(what, "id-256"))
        return repeat("hcs-conformance-", 'a', LONG_ID - 1 - 16, "");
    if (!strcmp(what, "path-32768"))
        return repeat("C:\\", 'a', LONG_PATH - 3, "");
    if (!strcmp(what, "id-control"))
        return repeat("a\tb", 0, 0, "");
    if (!strcmp(what, "byte-order-mark"))
        return behind((WCHAR)0xFEFF);
    if (!strcmp(what, "unpaired-surrogate"))
        return behind((WCHAR)0xD800);
    return NULL;
}

/* Ids have a prefix and the process id, so that two runs on one host do not collide. */
static void fresh_id(char *buffer, size_t size)
{
    static unsigned sequence;
    snprintf(buffer, size, "hcs-conformance-%u-%u", program_id(), ++sequence);
}

static const char *id_text(struct fixture *fixture, const char *name, char *buffer, size_t size)
{
    struct variable *variable = fixture_find(fixture, name);
    if (!strcmp(name, "fresh"))
        fresh_id(buffer, size);
    else if (variable)
        snprintf(buffer, size, "%s", variable->id);
    else
        snprintf(buffer, size, "hcs-conformance-%u-unknown", program_id());
    return buffer;
}

/* Replaces <id:NAME> in the text by the id of a system. */
static PWSTR text_with_id(struct fixture *fixture, const char *text)
{
    enum { BYTES = 4096 };
    char whole[BYTES], name[NAME_BYTES], buffer[128];
    const char *mark = strstr(text, "<id:"), *end = mark ? strchr(mark, '>') : NULL;
    if (!end)
        return to_utf16(text);
    snprintf(name, sizeof name, "%.*s", (int)(end - mark - 4), mark + 4);
    snprintf(whole, sizeof whole, "%.*s%s%s", (int)(mark - text), text, id_text(fixture, name, buffer, sizeof buffer),
        end + 1);
    return to_utf16(whole);
}

bool call_text(struct fixture *fixture, const char *value, PWSTR *text)
{
    char buffer[128];
    *text = NULL;
    if (!strcmp(value, "NULL"))
        return true;
    if (!strncmp(value, "text:", 5))
        *text = text_with_id(fixture, value + 5);
    else if (!strncmp(value, "generated:", 10))
        *text = generate(value + 10);
    else if (!strncmp(value, "@file/", 6))
        return (*text = scratch_path(fixture, value + 6)) || fail(fixture, "there is no folder for files");
    else if (!strncmp(value, "@id/", 4))
        *text = to_utf16(id_text(fixture, value + 4, buffer, sizeof buffer));
    if (!strcmp(value, "@system/any"))
        value = fixture->without_containers ? "@system/vm" : "@system/container";
    char *own = *text ? NULL : profile_document(value);
    if (own)
        *text = to_utf16(own);
    free(own);
    for (unsigned i = 0; i < spec_document_count && !*text; i++)
        if (!strcmp(spec_documents[i].alias, value))
            *text = to_utf16(spec_documents[i].text);
    return *text || fail(fixture, "there is no document %s", value);
}

/* --- handles --- */

static const char *const default_names[] = {"", "operation", "system", "process"};

static void close_operation(struct fixture *fixture, const void *operation)
{
    union spec_argument arguments[1] = {{.pointer = operation}};
    int close = FUNCTION_HcsCloseOperation;
    spec_functions[close].call(fixture->target->function[close], arguments);
}

/* A value that was a handle and is closed. */
static const void *stale(struct fixture *fixture, enum variable_kind kind)
{
    void *operation = fixture_operation(fixture);
    close_operation(fixture, operation);
    if (kind == VARIABLE_OPERATION) {
        /* makes another operation that may reuse the memory of the closed one */
        struct variable *spare = fixture_add(fixture, "operation_spare");
        if (spare && !spare->handle)
            spare->handle = fixture_operation(fixture);
        return operation;
    }
    struct variable *variable = fixture_find(fixture, default_names[kind]);
    if (!variable || !variable->handle)
        return operation;
    const void *handle = variable->handle;
    int close = kind == VARIABLE_SYSTEM ? FUNCTION_HcsCloseComputeSystem : FUNCTION_HcsCloseProcess;
    union spec_argument arguments[3] = {{.pointer = handle}, {.number = GENERIC_ALL}, {.pointer = &variable->handle}};
    if (kind == VARIABLE_SYSTEM) { /* the row must still end the system: opens it again first */
        PWSTR id = to_utf16(variable->id);
        int open = FUNCTION_HcsOpenComputeSystem;
        arguments[0].pointer = id;
        spec_functions[open].call(fixture->target->function[open], arguments);
        free(id);
        arguments[0].pointer = handle;
    } else
        variable->handle = NULL;
    spec_functions[close].call(fixture->target->function[close], arguments);
    return handle;
}

bool call_handle(struct fixture *fixture, enum variable_kind kind, const char *value, const void **handle)
{
    static const char forged[64];
    if (!strcmp(value, "NULL"))
        *handle = NULL;
    else if (!strcmp(value, "forged"))
        *handle = forged;
    else if (!strcmp(value, "stale"))
        *handle = stale(fixture, kind);
    else if (!strcmp(value, "wrong-kind")) {
        struct variable *other = fixture_add(fixture, kind == VARIABLE_OPERATION ? "system" : "operation");
        if (other && !other->handle && kind != VARIABLE_OPERATION)
            other->handle = fixture_operation(fixture);
        *handle = other && other->handle ? other->handle : forged;
    } else {
        struct variable *variable = fixture_find(fixture, value + (*value == '$'));
        if (!variable)
            return fail(fixture, "there is no variable %s", value);
        *handle = variable->handle;
    }
    return true;
}

/* --- arguments; C-08: reserved pointers are NULL unless a row says otherwise --- */

struct frame {
    const struct spec_function *function;
    const cJSON *arguments;
    union spec_argument values[8];
    PWSTR texts[8];  /* to be freed */
    void *operation; /* the operation that the call uses */
    void *out;
    PWSTR document;
    HCS_PROCESS_INFORMATION information;
    bool takes_information;
};

static const char *argument_text(const struct frame *frame, const struct spec_parameter *parameter)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(frame->arguments, parameter->name);
    if (cJSON_IsString(given))
        return given->valuestring;
    return given ? NULL : parameter->example;
}

static bool take_handle(struct fixture *fixture, struct frame *frame, int i, enum variable_kind kind)
{
    const struct spec_parameter *parameter = &frame->function->parameters[i];
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(frame->arguments, parameter->name);
    const char *text = cJSON_GetStringValue(given);
    if (kind == VARIABLE_OPERATION && !text) {
        struct variable *variable = fixture_find(fixture, "operation");
        if (!variable || !variable->handle) {
            variable = fixture_add(fixture, "operation");
            if (variable)
                variable->handle = fixture_operation(fixture);
        }
        text = "operation";
    }
    if (!call_handle(fixture, kind, text ? text : default_names[kind], &frame->values[i].pointer))
        return false;
    if (kind == VARIABLE_OPERATION)
        frame->operation = (void *)(uintptr_t)frame->values[i].pointer;
    return true;
}

static bool take_number(struct fixture *fixture, struct frame *frame, int i)
{
    const struct spec_parameter *parameter = &frame->function->parameters[i];
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(frame->arguments, parameter->name);
    const char *text = argument_text(frame, parameter);
    uint32_t number = !strcmp(parameter->name, "timeoutMs") ? WAIT_MS : 0;
    if (cJSON_IsNumber(given))
        number = (uint32_t)given->valuedouble;
    else if (text && !strcmp(text, "GENERIC_ALL"))
        number = GENERIC_ALL;
    else if (text && !strcmp(text, "INFINITE"))
        number = INFINITE;
    else if (text && !strncmp(text, "@pid/", 5)) {
        struct variable *variable = fixture_find(fixture, text + 5);
        number = variable ? variable->process_id : 0;
    } else if (text)
        number = (uint32_t)strtoul(text, NULL, 10);
    frame->values[i].number = number;
    return true;
}

static bool take_text(struct fixture *fixture, struct frame *frame, int i)
{
    const char *text = argument_text(frame, &frame->function->parameters[i]);
    bool ok = call_text(fixture, text ? text : "NULL", &frame->texts[i]);
    frame->values[i].pointer = frame->texts[i];
    return ok;
}

/* The variable whose callbacks a registration records. */
static const char *watched_name(const struct frame *frame)
{
    static const char *const names[] = {"computeSystem", "process", "operation"};
    if (document_text(frame->arguments, "_as"))
        return document_text(frame->arguments, "_as");
    for (int i = 0; i < 3; i++) {
        const char *text = document_text(frame->arguments, names[i]);
        if (text)
            return text + (*text == '$');
    }
    return !strcmp(frame->function->name, "HcsSetComputeSystemCallback") ? "system"
           : !strcmp(frame->function->name, "HcsSetProcessCallback")     ? "process"
                                                                         : "operation";
}

static void take_pointer(struct fixture *fixture, struct frame *frame, int i)
{
    const struct spec_parameter *parameter = &frame->function->parameters[i];
    const char *text = argument_text(frame, parameter), *type = parameter->type;
    static const char nothing[64];
    if (text && !strcmp(text, "NULL"))
        return;
    if (text && !strcmp(text, "forged"))
        frame->values[i].pointer = nothing;
    else if (!strcmp(type, "PWSTR*") || !strcmp(type, "PCWSTR*"))
        frame->values[i].pointer = &frame->document;
    else if (!strcmp(type, "HCS_SYSTEM*") || !strcmp(type, "HCS_PROCESS*"))
        frame->values[i].pointer = &frame->out;
    else if (!strcmp(type, "HCS_PROCESS_INFORMATION*")) {
        frame->values[i].pointer = &frame->information;
        frame->takes_information = true;
    } else if (!strcmp(parameter->name, "context") && strcmp(frame->function->name, "HcsCreateOperation"))
        frame->values[i].pointer = fixture_watch(fixture, watched_name(frame));
    else if (!strcmp(type, "HCS_EVENT_CALLBACK") || !strcmp(type, "HCS_OPERATION_COMPLETION")) {
        void (*callback)(void) = (void (*)(void))fixture_on_event;
        if (!strcmp(type, "HCS_OPERATION_COMPLETION"))
            callback = (void (*)(void))fixture_on_completion;
        if (strcmp(frame->function->name, "HcsCreateOperation"))
            memcpy(&frame->values[i].pointer, &callback, sizeof callback);
    }
}

static bool take_arguments(struct fixture *fixture, struct frame *frame)
{
    for (int i = 0; i < frame->function->parameter_count; i++) {
        const char *type = frame->function->parameters[i].type;
        bool ok = true;
        if (!strcmp(type, "HCS_OPERATION"))
            ok = take_handle(fixture, frame, i, VARIABLE_OPERATION);
        else if (!strcmp(type, "HCS_SYSTEM"))
            ok = take_handle(fixture, frame, i, VARIABLE_SYSTEM);
        else if (!strcmp(type, "HCS_PROCESS"))
            ok = take_handle(fixture, frame, i, VARIABLE_PROCESS);
        else if (!strcmp(type, "DWORD") || !strcmp(type, "HCS_EVENT_OPTIONS"))
            ok = take_number(fixture, frame, i);
        else if (!strcmp(type, "PCWSTR"))
            ok = take_text(fixture, frame, i);
        else
            take_pointer(fixture, frame, i);
        if (!ok)
            return false;
    }
    return true;
}

/* --- results --- */

static void keep_document(struct fixture *fixture, PWSTR document)
{
    free(fixture->document);
    fixture->document = document ? to_utf8(document) : NULL;
    LocalFree(document);
}

/* A handle returned by the call becomes a variable, so that it is closed at the end. */
static void keep_out(struct fixture *fixture, const struct frame *frame)
{
    const char *wanted = document_text(frame->arguments, "_out");
    bool system = strstr(frame->function->name, "ComputeSystem") != NULL;
    const char *name = wanted ? wanted : system ? "system" : "process";
    char spare[NAME_BYTES];
    fixture->out = frame->out;
    if (!frame->out)
        return;
    struct variable *variable = fixture_find(fixture, name);
    for (int i = 2; variable && variable->handle && i < 9; i++) {
        snprintf(spare, sizeof spare, "%s%d", system ? "system" : "process", i);
        name = spare;
        variable = fixture_find(fixture, name);
    }
    variable = fixture_add(fixture, name);
    if (!variable)
        return;
    variable->handle = frame->out;
    variable->owned = !strcmp(frame->function->name, "HcsCreateComputeSystem");
    if (system && frame->texts[0]) {
        char *id = to_utf8(frame->texts[0]);
        snprintf(variable->id, sizeof variable->id, "%.95s", id);
        free(id);
    }
}

/* Keeps an operation that the row's call created. */
static void keep_operation(struct fixture *fixture, const struct frame *frame)
{
    const char *wanted = document_text(frame->arguments, "_out");
    bool made = !strcmp(frame->function->name, "HcsCreateOperation") && fixture->value;
    struct variable *operation = made ? fixture_add(fixture, wanted ? wanted : "operation") : NULL;
    if (operation)
        operation->handle = (void *)(uintptr_t)fixture->value;
}

/* The streams belong to the process variable, which closes them; a second set is closed at once. */
static void keep_information(struct fixture *fixture, HCS_PROCESS_INFORMATION information)
{
    struct variable *process = fixture_find(fixture, "process");
    fixture->information = information; /* only for comparison */
    fixture->has_information = true;
    const HCS_PROCESS_INFORMATION *held = process ? &process->information : NULL;
    if (held && !held->StdInput && !held->StdOutput && !held->StdError) {
        process->information = information;
        process->process_id = information.ProcessId;
        return;
    }
    close_stream(&information.StdInput);
    close_stream(&information.StdOutput);
    close_stream(&information.StdError);
}

static bool carries_information(const struct frame *frame)
{
    return frame->function->operation_type == HcsOperationTypeCreateProcess ||
           frame->function->operation_type == HcsOperationTypeGetProcessInfo;
}

static void wait_for_result(struct fixture *fixture, struct frame *frame)
{
    const cJSON *wait = cJSON_GetObjectItemCaseSensitive(frame->arguments, "_wait");
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(frame->arguments, "_timeout");
    const cJSON *plain = cJSON_GetObjectItemCaseSensitive(frame->arguments, "_plain");
    if (!frame->function->asynchronous || !frame->operation || cJSON_IsFalse(wait) || (HRESULT)fixture->value < 0)
        return;
    DWORD limit = cJSON_IsNumber(timeout) ? (DWORD)timeout->valuedouble : WAIT_MS;
    fixture->has_result = true;
    if (!carries_information(frame) || cJSON_IsTrue(plain)) {
        fixture->result = fixture_wait(fixture, frame->operation, limit, &fixture->document);
        return;
    }
    int function = FUNCTION_HcsWaitForOperationResultAndProcessInfo;
    HCS_PROCESS_INFORMATION information = {0};
    PWSTR document = NULL;
    union spec_argument arguments[4] = {
        {.pointer = frame->operation}, {.number = limit}, {.pointer = &information}, {.pointer = &document}};
    fixture->result = (HRESULT)spec_functions[function].call(fixture->target->function[function], arguments);
    keep_document(fixture, document);
    if (fixture->result >= 0)
        keep_information(fixture, information);
}

/* The id of a process whose information was not read, from its properties. */
static void keep_process_id(struct fixture *fixture, const struct frame *frame)
{
    struct variable *process = fixture_find(fixture, "process");
    if (frame->function->operation_type != HcsOperationTypeGetProcessProperties || !process || process->process_id ||
        !fixture->document)
        return;
    cJSON *status = json_read(fixture->document);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(status, FIELD_ProcessStatus_ProcessId);
    if (cJSON_IsNumber(id))
        process->process_id = (DWORD)id->valuedouble;
    cJSON_Delete(status);
}

static void forget_closed(struct fixture *fixture, const struct frame *frame)
{
    static const char *const closes[] = {"", "HcsCloseOperation", "HcsCloseComputeSystem", "HcsCloseProcess"};
    for (int i = 0; i < VARIABLES; i++)
        if (fixture->variables[i].kind && !strcmp(frame->function->name, closes[fixture->variables[i].kind]) &&
            fixture->variables[i].handle == frame->values[0].pointer)
            fixture->variables[i].handle = NULL;
}

bool call_is_exported(const struct fixture *fixture, const cJSON *call, const char **missing)
{
    enum spec_function_index index = spec_function_named(call->string);
    *missing = call->string;
    return index < FUNCTION_COUNT && fixture->target->function[index];
}

/* Only for calls that succeeded: the latency of a failure means little. */
static void keep_latency(struct fixture *fixture, int function, uint64_t nanoseconds)
{
    if (!fixture->has_result || fixture->result < 0 || fixture->latency_count == LATENCIES)
        return;
    fixture->latencies[fixture->latency_count++] = (struct latency){function, (double)nanoseconds / 1000};
}

static void note_success(struct fixture *fixture, const struct frame *frame)
{
    const char *function = frame->function->name;
    PWSTR last = NULL;
    if ((HRESULT)fixture->value < 0 || (fixture->has_result && fixture->result < 0))
        return;
    fixture->creates += !strcmp(function, "HcsCreateComputeSystem");
    if (!fixture->share.wanted)
        return;
    for (int i = 0; i < 8; i++)
        last = frame->texts[i] ? frame->texts[i] : last;
    char *document = last ? to_utf8(last) : NULL;
    shared_note_call(fixture, function, document ? document : "");
    free(document);
}

bool call_make(struct fixture *fixture, const cJSON *call)
{
    struct frame frame = {0};
    int index = (int)spec_function_named(call->child->string);
    if (index == FUNCTION_COUNT || !fixture->target->function[index])
        return fixture_lacks(fixture, call->child->string);
    frame.function = &spec_functions[index];
    frame.arguments = call->child;
    fixture->has_result = fixture->has_information = false;
    fixture->function = index;
    bool ok = take_arguments(fixture, &frame);
    if (ok) {
        free(fixture->document);
        fixture->document = NULL;
        uint64_t start = platform_time();
        fixture->before = fixture->last[index];
        fixture->value = frame.function->call(fixture->target->function[index], frame.values);
        fixture->last[index] = fixture->value;
        keep_out(fixture, &frame);
        keep_operation(fixture, &frame);
        forget_closed(fixture, &frame);
        if (frame.document)
            keep_document(fixture, frame.document);
        if (frame.takes_information && (HRESULT)fixture->value >= 0)
            keep_information(fixture, frame.information);
        wait_for_result(fixture, &frame);
        keep_process_id(fixture, &frame);
        keep_latency(fixture, index, platform_time() - start);
        note_success(fixture, &frame);
    }
    for (int i = 0; i < 8; i++)
        free(frame.texts[i]);
    return ok;
}

bool call_with_document(struct fixture *fixture, const char *function, cJSON *arguments, const cJSON *document)
{
    char *text = json_text(document), *argument = allocate(strlen(text) + sizeof "text:");
    cJSON *call = json_object();
    sprintf(argument, "text:%s", text);
    json_add_text(arguments, "configuration", argument);
    json_add(call, function, arguments);
    bool done =
        call_make(fixture, call) && (HRESULT)fixture->value >= 0 && fixture->has_result && fixture->result == S_OK;
    cJSON_Delete(call);
    free(argument);
    free(text);
    return done;
}
