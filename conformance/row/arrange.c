/* The steps that set up a row's fixture. Entry point: arrange_step(). */
#include "call.h"
#include "base/allocate.h"
#include "other.h"
#include "own_daemon.h"
#include "platform/process.h"
#include "json.h"
#include "row.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes a call that must succeed, given as JSON text. */
static bool must(struct fixture *fixture, const char *format, const char *a, const char *b, const char *c)
{
    char text[512];
    // cppcheck-suppress wrongPrintfScanfArgNum ; formats use as many of the texts as they need
    snprintf(text, sizeof text, format, a, b, c);
    cJSON *call = json_read(text);
    bool ok = call && call_make(fixture, call);
    const char *name = call && call->child ? call->child->string : text;
    if (ok && (HRESULT)fixture->value < 0)
        ok = fail(fixture, "%s answered %s", name, hresult_name((HRESULT)fixture->value));
    if (ok && fixture->has_result && fixture->result < 0)
        ok = fail(fixture, "%s ended with %s", name, hresult_name(fixture->result));
    cJSON_Delete(call);
    return ok;
}

/* A separate operation for the steps, so that the row's own stays fresh. */
static bool step_operation(struct fixture *fixture)
{
    struct variable *operation = fixture_add(fixture, "operation_step");
    if (!operation)
        return false;
    if (operation->handle)
        return true;
    operation->handle = fixture_operation(fixture);
    return operation->handle != NULL;
}

static bool make_operation(struct fixture *fixture, struct variable *operation, const char *how)
{
    union spec_argument arguments[2] = {{.pointer = NULL}, {.pointer = NULL}};
    void (*callback)(void) = (void (*)(void))fixture_on_completion;
    int create = FUNCTION_HcsCreateOperation;
    if (strstr(how, "callback")) {
        struct watcher *watcher = fixture_watch(fixture, operation->name);
        watcher->read = !strcmp(how, "reading-callback");
        watcher->close = !strcmp(how, "closing-callback");
        arguments[0].pointer = watcher;
        memcpy(&arguments[1].pointer, &callback, sizeof callback);
    } else if (!strcmp(how, "context"))
        arguments[0].pointer = operation;
    operation->handle = (void *)(uintptr_t)spec_functions[create].call(fixture->target->function[create], arguments);
    if (!operation->handle)
        return fail(fixture, "HcsCreateOperation gave NULL");
    if (!strcmp(how, "completed"))
        return must(fixture, "{\"HcsEnumerateComputeSystems\":{\"operation\":\"$%s\"}}", operation->name, "", "");
    return true;
}

static bool step_call(struct fixture *fixture, const char *function, const char *system)
{
    return step_operation(fixture) &&
           must(
               fixture, "{\"%s\":{\"computeSystem\":\"$%s\",\"operation\":\"$operation_step\"}}", function, system, "");
}

/* Makes a call on the system that stays pending. */
static bool leave_pending(struct fixture *fixture, const char *function, const char *system)
{
    struct variable *operation = fixture_add(fixture, "operation_pending");
    return operation && make_operation(fixture, operation, "fresh") &&
           must(fixture, "{\"%s\":{\"computeSystem\":\"$%s\",\"operation\":\"$operation_pending\",\"_wait\":false}}",
               function, system, "");
}

static bool reach_state(struct fixture *fixture, const char *system, const char *state)
{
    if (!strcmp(state, "created"))
        return true;
    if (!strcmp(state, "busy"))
        return leave_pending(fixture, "HcsStartComputeSystem", system);
    if (!step_call(fixture, "HcsStartComputeSystem", system))
        return false;
    if (!strcmp(state, "running"))
        return true;
    if (!strcmp(state, "stopping"))
        return leave_pending(fixture, "HcsTerminateComputeSystem", system);
    if (!strcmp(state, "exited"))
        return step_call(fixture, "HcsTerminateComputeSystem", system);
    if (!step_call(fixture, "HcsPauseComputeSystem", system))
        return false;
    if (!strcmp(state, "paused"))
        return true;
    if (!strcmp(state, "saved-as-template"))
        return must(fixture,
            "{\"HcsSaveComputeSystem\":{\"computeSystem\":\"$%s\",\"operation\":\"$operation_step\",\"options\":\"@"
            "save/"
            "as-template\"}}",
            system, "", "");
    return fail(fixture, "there is no way to the state %s", state);
}

/* "system:KIND/STATE" or "system2:same", a second handle of the system. */
static bool make_system(struct fixture *fixture, const char *name, const char *how)
{
    char kind[64];
    const char *slash = strchr(how, '/');
    if (!strcmp(how, "same"))
        return must(fixture, "{\"HcsOpenComputeSystem\":{\"id\":\"@id/system\",\"_out\":\"%s\"}}", name, "", "");
    if (!slash || (size_t)(slash - how) >= sizeof kind)
        return fail(fixture, "unknown step %s:%s", name, how);
    memcpy(kind, how, (size_t)(slash - how));
    kind[slash - how] = 0;
    return step_operation(fixture) &&
           must(fixture,
               "{\"HcsCreateComputeSystem\":{\"id\":\"@id/fresh\",\"configuration\":\"@system/%s\",\"operation\":"
               "\"$operation_step\",\"_out\":\"%s\"}}",
               kind, name, "") &&
           reach_state(fixture, name, slash + 1);
}

/* "process:running", "process:ended", "process:@process/…", "process2:same". */
static bool make_process(struct fixture *fixture, const char *name, const char *how)
{
    if (!strcmp(how, "same"))
        return must(fixture, "{\"HcsOpenProcess\":{\"processId\":\"@pid/process\",\"_out\":\"%s\"}}", name, "", "");
    const char *document = *how == '@' ? how : !strcmp(how, "ended") ? "@process/exit-0" : "@process/endless";
    if (!step_operation(fixture) ||
        !must(fixture,
            "{\"HcsCreateProcess\":{\"processParameters\":\"%s\",\"operation\":\"$operation_step\",\"_out\":\"%s\"}}",
            document, name, ""))
        return false;
    struct variable *process = fixture_find(fixture, name);
    if (process && fixture->has_information && !process->process_id)
        process->process_id = fixture->information.ProcessId;
    return strcmp(how, "ended") || expect_ended(fixture, name);
}

/* "callback:system", "callback:system/operations". */
static bool make_callback(struct fixture *fixture, const char *how)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(how, "/"), how);
    struct variable *variable = fixture_find(fixture, name);
    if (!variable)
        return fail(fixture, "there is no variable %s", name);
    const char *format = variable->kind == VARIABLE_SYSTEM
                             ? "{\"HcsSetComputeSystemCallback\":{\"computeSystem\":\"$%s\",\"callbackOptions\":%s}}"
                             : "{\"HcsSetProcessCallback\":{\"process\":\"$%s\",\"callbackOptions\":%s}}";
    return must(fixture, format, name, strchr(how, '/') ? "1" : "0", "");
}

static bool write_input(struct fixture *fixture, const char *text)
{
    struct variable *process = fixture_find(fixture, "process");
    if (!process || !process->information.StdInput)
        return fail(fixture, "the process has no standard input");
    size_t length = strlen(text);
    ptrdiff_t written = platform_client_write((platform_stream)(intptr_t)process->information.StdInput, text, length);
    return written == (ptrdiff_t)length ||
           fail(fixture, "standard input took %d bytes of %d", (int)written, (int)length);
}

static bool close_streams(struct fixture *fixture, const char *which)
{
    struct variable *process = fixture_find(fixture, "process");
    if (!process)
        return fail(fixture, "there is no process");
    bool all = !strcmp(which, "all");
    if (all || !strcmp(which, "input"))
        close_stream(&process->information.StdInput);
    if (all || !strcmp(which, "output"))
        close_stream(&process->information.StdOutput);
    if (all || !strcmp(which, "error"))
        close_stream(&process->information.StdError);
    return true;
}

static bool close_variable(struct fixture *fixture, const char *name)
{
    struct variable *variable = fixture_find(fixture, name);
    if (!variable)
        return fail(fixture, "there is no variable %s", name);
    const char *format = variable->kind == VARIABLE_SYSTEM ? "{\"HcsCloseComputeSystem\":{\"computeSystem\":\"$%s\"}}"
                         : variable->kind == VARIABLE_PROCESS ? "{\"HcsCloseProcess\":{\"process\":\"$%s\"}}"
                                                              : "{\"HcsCloseOperation\":{\"operation\":\"$%s\"}}";
    char text[128];
    snprintf(text, sizeof text, format, name);
    cJSON *call = json_read(text);
    bool ok = call_make(fixture, call);
    cJSON_Delete(call);
    return ok;
}

/* Before the first call of this process; where a daemon has its simulator already, that one begins anew. */
static bool set_scenario(struct fixture *fixture, const char *how)
{
    allocate_variable("COMPUTECORE_SCENARIO", how);
    if (!own_daemon_runs())
        return true;
    PWSTR text = to_utf16(how);
    HRESULT result = fixture->target->simulator.reset(text, NULL);
    free(text);
    return SUCCEEDED(result) || fail(fixture, "the daemon's simulator can't begin anew: %s", hresult_name(result));
}

bool arrange_step(struct fixture *fixture, const char *step)
{
    char name[NAME_BYTES];
    const char *how = strchr(step, ':');
    if (!how || (size_t)(how - step) >= sizeof name)
        return fail(fixture, "unknown step %s", step);
    memcpy(name, step, (size_t)(how - step));
    name[how++ - step] = 0;
    if (!strcmp(name, "scenario"))
        return set_scenario(fixture, how);
    if (!strcmp(name, "callback"))
        return make_callback(fixture, how);
    if (!strcmp(name, "close"))
        return close_variable(fixture, how);
    if (!strcmp(name, "kill") || !strcmp(name, "exit"))
        return other_end(fixture, !strcmp(name, "kill"));
    if (!strcmp(name, "write"))
        return write_input(fixture, how);
    if (!strcmp(name, "close-streams"))
        return close_streams(fixture, how);
    if (!strcmp(name, "standard-input")) {
        fixture->hidden_input = program_hide_input();
        return true;
    }
    if (!strcmp(name, "memory")) {
        allocate_tell(NULL); /* it is short of memory by intention, and no others are */
        return program_limit_memory() || fail(fixture, "memory can't be limited here");
    }
    if (!strncmp(name, "system", 6))
        return make_system(fixture, name, how);
    if (!strncmp(name, "process", 7))
        return make_process(fixture, name, how);
    struct variable *variable = strncmp(name, "operation", 9) ? NULL : fixture_add(fixture, name);
    return variable ? make_operation(fixture, variable, how) : fail(fixture, "unknown step %s", step);
}
