/* The fixture of one row. Entry points: fixture_begin(), fixture_end(). */
#include "fixture.h"
#include "base/allocate.h"
#include "base/text/utf16.h"
#include "platform/process.h"
#include "other.h"
#include "settle.h"
#include "spec_hresults.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLEANUP_MS = 60000, TEXT_UNITS = 1 << 30 };

bool fail(struct fixture *fixture, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!fixture->message[0])
        vsnprintf(fixture->message, sizeof fixture->message, format, arguments);
    va_end(arguments);
    return false;
}

bool fixture_lacks(struct fixture *fixture, const char *function)
{
    fixture->missing = true;
    return fail(fixture, "%s is not in this build", function);
}

const char *hresult_name(HRESULT code)
{
    static char unknown[4][16];
    static unsigned next;
    const struct spec_hresult *known = spec_hresult_of(code);
    if (known)
        return known->name;
    char *text = unknown[next++ % 4];
    snprintf(text, sizeof *unknown, "0x%08X", (unsigned)code);
    return text;
}

bool hresult_value(const char *name, HRESULT *value)
{
    if (!strncmp(name, "HRESULT_", 8))
        name += 8;
    const struct spec_hresult *known = spec_hresult_named(name);
    if (known)
        *value = known->value;
    return known;
}

PWSTR to_utf16(const char *text)
{
    PWSTR copy = utf16_copy(text);
    if (!copy)
        out_of_memory();
    return copy;
}

char *to_utf8(PCWSTR text)
{
    char *copy = utf8_copy_lossy(text, TEXT_UNITS);
    if (!copy)
        out_of_memory();
    return copy;
}

void fixture_begin(struct fixture *fixture, const struct target *target, bool strict)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->target = target;
    fixture->strict = strict;
    fixture->hidden_input = -1;
    fixture->lock = (struct platform_mutex)PLATFORM_MUTEX;
    fixture->changed = (struct platform_condition)PLATFORM_CONDITION;
}

struct variable *fixture_find(struct fixture *fixture, const char *name)
{
    for (int i = 0; i < VARIABLES; i++)
        if (fixture->variables[i].kind && !strcmp(fixture->variables[i].name, name))
            return &fixture->variables[i];
    return NULL;
}

struct variable *fixture_add(struct fixture *fixture, const char *name)
{
    struct variable *variable = fixture_find(fixture, name);
    for (int i = 0; i < VARIABLES && !variable; i++)
        if (!fixture->variables[i].kind)
            variable = &fixture->variables[i];
    if (!variable) {
        fail(fixture, "too many variables");
        return NULL;
    }
    snprintf(variable->name, sizeof variable->name, "%s", name);
    variable->kind = !strncmp(name, "operation", 9) ? VARIABLE_OPERATION
                     : !strncmp(name, "system", 6)  ? VARIABLE_SYSTEM
                                                    : VARIABLE_PROCESS;
    return variable;
}

struct watcher *fixture_watch(struct fixture *fixture, const char *name)
{
    struct watcher *watcher = &fixture->watchers[fixture->watcher_count++ % VARIABLES];
    memset(watcher, 0, sizeof *watcher);
    watcher->fixture = fixture;
    snprintf(watcher->name, sizeof watcher->name, "%s", name);
    return watcher;
}

static void add_record(struct fixture *fixture, const struct record *record)
{
    platform_lock(&fixture->lock);
    if (fixture->record_count < RECORDS)
        fixture->records[fixture->record_count++] = *record;
    else
        free(record->data);
    platform_notify_all(&fixture->changed);
    platform_unlock(&fixture->lock);
}

/* E-09, C-25: event and data are valid only during the call */
void CALLBACK fixture_on_event(HCS_EVENT *event, void *context)
{
    struct watcher *watcher = context;
    struct record record = {.type = (int)event->Type, .operation = event->Operation};
    memcpy(record.name, watcher->name, sizeof record.name);
    record.data = event->EventData ? to_utf8(event->EventData) : NULL;
    add_record(watcher->fixture, &record);
}

void CALLBACK fixture_on_completion(HCS_OPERATION operation, void *context)
{
    struct watcher *watcher = context;
    struct fixture *fixture = watcher->fixture;
    struct record record = {.type = -1, .operation = operation};
    memcpy(record.name, watcher->name, sizeof record.name);
    if (watcher->read || watcher->close) {
        union spec_argument arguments[2] = {{.pointer = operation}, {.pointer = NULL}};
        int get = FUNCTION_HcsGetOperationResult, close = FUNCTION_HcsCloseOperation;
        record.result = (HRESULT)spec_functions[get].call(fixture->target->function[get], arguments);
        if (watcher->close)
            spec_functions[close].call(fixture->target->function[close], arguments);
    }
    add_record(fixture, &record);
}

static unsigned count_now(struct fixture *fixture, const char *name, int type)
{
    unsigned count = 0;
    platform_lock(&fixture->lock);
    for (unsigned i = 0; i < fixture->record_count; i++)
        count += fixture->records[i].type == type && !strcmp(fixture->records[i].name, name);
    platform_unlock(&fixture->lock);
    return count;
}

unsigned fixture_count(struct fixture *fixture, const char *name, int type, unsigned wait_ms)
{
    struct settling settling = {.limit_ms = wait_ms};
    unsigned count = count_now(fixture, name, type);
    while (!count && settle_step(fixture, &settling))
        count = count_now(fixture, name, type);
    return count;
}

static uint64_t call(struct fixture *fixture, int function, const union spec_argument *arguments)
{
    void *address = fixture->target->function[function];
    return address ? spec_functions[function].call(address, arguments) : (uint32_t)E_NOTIMPL;
}

void *fixture_operation(struct fixture *fixture)
{
    union spec_argument none[2] = {{.pointer = NULL}, {.pointer = NULL}};
    void *operation = (void *)(uintptr_t)call(fixture, FUNCTION_HcsCreateOperation, none);
    if (!operation)
        fail(fixture, "HcsCreateOperation gave NULL");
    return operation;
}

HRESULT fixture_wait(struct fixture *fixture, void *operation, DWORD timeout_ms, char **document)
{
    PWSTR text = NULL;
    union spec_argument arguments[3] = {{.pointer = operation}, {.number = timeout_ms}, {.pointer = &text}};
    HRESULT result = (HRESULT)call(fixture, FUNCTION_HcsWaitForOperationResult, arguments);
    if (document) {
        free(*document);
        *document = text ? to_utf8(text) : NULL;
    }
    LocalFree(text);
    return result;
}

void close_stream(HANDLE *stream)
{
    if (*stream && *stream != INVALID_HANDLE_VALUE)
        CloseHandle(*stream);
    *stream = NULL;
}

/* Ends a system that the row made, whatever its state. */
static void end_system(struct fixture *fixture, const struct variable *variable)
{
    void *operation = fixture_operation(fixture);
    union spec_argument end[3] = {{.pointer = variable->handle}, {.pointer = operation}, {.pointer = NULL}};
    if ((HRESULT)call(fixture, FUNCTION_HcsTerminateComputeSystem, end) >= 0 &&
        fixture_wait(fixture, operation, CLEANUP_MS, NULL) == HCS_E_OPERATION_TIMEOUT)
        fail(fixture, "the system %s could not be ended", variable->id);
    union spec_argument close[1] = {{.pointer = operation}};
    call(fixture, FUNCTION_HcsCloseOperation, close);
}

/* A system that a process of the row made and that nobody holds any more, or another process than this one. */
static void open_left(struct fixture *fixture, struct variable *variable)
{
    PWSTR id = to_utf16(variable->id);
    union spec_argument open[3] = {{.pointer = id}, {.number = GENERIC_ALL}, {.pointer = &variable->handle}};
    call(fixture, FUNCTION_HcsOpenComputeSystem, open); /* it may be gone */
    variable->owned = true;
    free(id);
}

static void end_variable(struct fixture *fixture, struct variable *variable)
{
    static const int functions[] = {
        -1, FUNCTION_HcsCloseOperation, FUNCTION_HcsCloseComputeSystem, FUNCTION_HcsCloseProcess};
    bool made = variable->kind == VARIABLE_SYSTEM && (variable->owned || variable->made_elsewhere);
    if (fixture->had_other && made && !variable->handle)
        open_left(fixture, variable);
    if (variable->kind == VARIABLE_SYSTEM && variable->handle && variable->owned)
        end_system(fixture, variable);
    union spec_argument close[1] = {{.pointer = variable->handle}};
    if (variable->handle)
        call(fixture, functions[variable->kind], close);
    close_stream(&variable->information.StdInput);
    close_stream(&variable->information.StdOutput);
    close_stream(&variable->information.StdError);
    free(variable->standard_output);
    free(variable->standard_error);
}

/* Processes first, then systems, then operations: the order of a careful client. */
bool fixture_end(struct fixture *fixture)
{
    static const enum variable_kind order[] = {VARIABLE_PROCESS, VARIABLE_SYSTEM, VARIABLE_OPERATION};
    char *kept = fixture->message[0] ? allocate_copy(fixture->message) : NULL;
    fixture->message[0] = 0;
    (void)other_finish(fixture); /* a failure leaves a message */
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < VARIABLES; i++)
            if (fixture->variables[i].kind == order[pass])
                end_variable(fixture, &fixture->variables[i]);
    program_show_input(fixture->hidden_input);
    bool clean = !fixture->message[0];
    if (kept)
        snprintf(fixture->message, sizeof fixture->message, "%s", kept);
    free(kept);
    free(fixture->document);
    free(fixture->kept_document);
    for (unsigned i = 0; i < fixture->record_count; i++)
        free(fixture->records[i].data);
    return clean;
}
