/* Virtual clients. Entry points: client_call(), client_try(). */
#include "client.h"
#include "platform/platform.h"
#include "spec_api.h"
#include "spec_hresults.h"
#include <string.h>

enum { MILLISECOND = 1000000 };

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event; /* never called, since the explorer takes deliveries itself; only shows that a callback is set */
    (void)context;
}

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    (void)context;
}

static const void *pointer_to_event(void)
{
    HCS_EVENT_CALLBACK callback = on_event;
    const void *pointer;
    memcpy(&pointer, &callback, sizeof pointer);
    return pointer;
}

static const void *pointer_to_completion(void)
{
    HCS_OPERATION_COMPLETION callback = on_completion;
    const void *pointer;
    memcpy(&pointer, &callback, sizeof pointer);
    return pointer;
}

void client_forget(struct client *client)
{
    platform_document_free(client->out.text);
    const HANDLE streams[] = {
        client->out.information.StdInput, client->out.information.StdOutput, client->out.information.StdError};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i])
            platform_client_close((platform_stream)(intptr_t)streams[i]);
    client->out = (struct client_out){NULL, NULL, {0, 0, NULL, NULL, NULL}};
}

static void place_outputs(struct client *client, const union spec_argument *arguments)
{
    const struct spec_function *function = &spec_functions[client->function];
    for (int i = 0; i < function->parameter_count; i++) {
        union spec_argument *argument = &client->arguments[i];
        *argument = arguments[i];
        if (function->parameters[i].kind == PARAMETER_NUMBER || !argument->pointer)
            continue;
        switch (function->parameters[i].kind) {
        case PARAMETER_OUT_TEXT:
            argument->pointer = &client->out.text;
            break;
        case PARAMETER_OUT_SYSTEM:
        case PARAMETER_OUT_PROCESS:
            argument->pointer = &client->out.handle;
            break;
        case PARAMETER_OUT_INFORMATION:
            argument->pointer = &client->out.information;
            break;
        case PARAMETER_CALLBACK:
            argument->pointer = strcmp(function->parameters[i].type, "HCS_EVENT_CALLBACK") ? pointer_to_completion()
                                                                                           : pointer_to_event();
            break;
        default:
            break;
        }
    }
}

static HCS_EVENT_CALLBACK event_callback(const void *pointer)
{
    return pointer ? on_event : NULL;
}

static void *handle_of(const void *pointer)
{
    return (void *)(uintptr_t)pointer;
}

/* Begins a call and returns true if the function is one that may wait; *waits: whether it has to now. Returns false for
   all other functions. */
static bool begin(struct client *client, bool *waits)
{
    const union spec_argument *a = client->arguments;
    struct blocking *blocking = &client->blocking;
    const char *name = spec_functions[client->function].name;
    switch ((int)client->function) {
    case FUNCTION_HcsWaitForOperationResult:
        *waits = blocking_read(blocking, name, handle_of(a[0].pointer),
            (struct reading){a[1].number, HCS_E_OPERATION_TIMEOUT, false, NULL, handle_of(a[2].pointer)});
        return true;
    case FUNCTION_HcsWaitForOperationResultAndProcessInfo:
        *waits = blocking_read(blocking, name, handle_of(a[0].pointer),
            (struct reading){
                a[1].number, HCS_E_OPERATION_TIMEOUT, true, handle_of(a[2].pointer), handle_of(a[3].pointer)});
        return true;
    case FUNCTION_HcsWaitForComputeSystemExit:
    case FUNCTION_HcsWaitForProcessExit:
        *waits = blocking_exit(blocking, name, a[0].pointer,
            client->function == FUNCTION_HcsWaitForProcessExit ? HANDLE_PROCESS : HANDLE_SYSTEM, a[1].number,
            handle_of(a[2].pointer));
        return true;
    case FUNCTION_HcsCloseOperation:
        *waits = blocking_close(blocking, name, a[0].pointer, HANDLE_OPERATION);
        return true;
    case FUNCTION_HcsCloseComputeSystem:
        *waits = blocking_close(blocking, name, a[0].pointer, HANDLE_SYSTEM);
        return true;
    case FUNCTION_HcsCloseProcess:
        *waits = blocking_close(blocking, name, a[0].pointer, HANDLE_PROCESS);
        return true;
    case FUNCTION_HcsSetComputeSystemCallback:
    case FUNCTION_HcsSetProcessCallback:
        *waits = blocking_register(blocking, name, a[0].pointer,
            client->function == FUNCTION_HcsSetProcessCallback ? HANDLE_PROCESS : HANDLE_SYSTEM,
            (HCS_EVENT_OPTIONS)a[1].number, a[2].pointer, event_callback(a[3].pointer));
        return true;
    case FUNCTION_HcsSetOperationCallback:
        *waits = blocking_set_callback(
            blocking, name, handle_of(a[0].pointer), a[1].pointer, a[2].pointer ? on_completion : NULL);
        return true;
    default:
        return false;
    }
}

static void finish(struct client *client)
{
    const char *type = spec_functions[client->function].result;
    client->waits = false;
    client->value = strcmp(type, "void") ? (uint32_t)client->blocking.result : 0;
    if (trace_is_on())
        trace_end(&client->trace, client->value);
}

static void speak(struct client *client)
{
    event_run_as(&client->runner);
    trace_set_speaker(client->speaker);
}

bool client_call(struct client *client, enum spec_function_index function, const union spec_argument *arguments)
{
    bool waits;
    void *address;
    client_forget(client);
    client->function = function;
    place_outputs(client, arguments);
    speak(client);
    if (trace_is_on())
        trace_begin(&client->trace, function, client->arguments);
    if (!begin(client, &waits)) {
        memcpy(&address, &spec_entries[function], sizeof address);
        client->value = spec_functions[function].call(address, client->arguments);
        return true;
    }
    if (!waits) {
        finish(client);
        return true;
    }
    DWORD timeout = client->blocking.timeout_ms;
    client->waits = true;
    client->deadline = timeout == INFINITE ? PLATFORM_FOREVER : core_now() + (uint64_t)timeout * MILLISECOND;
    core_unlock();
    return false;
}

bool client_try(struct client *client)
{
    speak(client);
    core_lock();
    if (!blocking_try(&client->blocking)) {
        core_unlock();
        return false;
    }
    blocking_end(&client->blocking, true);
    finish(client);
    return true;
}

void client_time_out(struct client *client)
{
    speak(client);
    core_lock();
    blocking_end(&client->blocking, false);
    finish(client);
}

bool client_take(struct client *client, struct delivery *delivery)
{
    event_run_as(&client->runner);
    core_lock();
    bool taken = event_take(delivery);
    core_unlock();
    return taken;
}

void client_done(struct client *client, struct delivery *delivery)
{
    event_run_as(&client->runner);
    core_lock();
    event_done(delivery);
    core_unlock();
}
