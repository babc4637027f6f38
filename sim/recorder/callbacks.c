/* Callbacks on their way from the target to the client. Entry points: callbacks_hear(), callbacks_complete[]. */
#include "callbacks.h"
#include "base/text/json_scan.h"
#include "base/text/utf16.h"
#include "core/trace_write.h"
#include "inside.h"
#include "lines.h"
#include <stdlib.h>

static struct registration *registrations;

/* A callback under way: its number in the trace, and who spoke in its thread before. */
struct delivered {
    uint32_t number; /* 0: it is not in the trace */
    struct trace_speaker before;
};

static struct delivered begin(uint64_t to, int type, const void *operation, PCWSTR document)
{
    struct delivered delivered = {0};
    CHECK_HELD();
    if (!lines_are_written())
        return delivered;
    char *utf8 = document ? utf8_copy_lossy(document, JSON_BYTES) : NULL;
    delivered.before = trace_speak_as((struct trace_speaker){0, 0});
    delivered.number = trace_write_deliver(lines_time(), to, type, handles_name(HANDLE_OPERATION, operation), utf8);
    free(utf8);
    return delivered;
}

static void end(struct delivered delivered)
{
    if (!delivered.number)
        return;
    struct inside inside = inside_begin();
    if (lines_are_written())
        trace_write_delivered(lines_time(), delivered.number);
    (void)trace_speak_as(delivered.before); /* that was the callback itself */
    inside_end(inside);
}

/* --- of systems and processes --- */

struct registration *callbacks_register(HCS_EVENT_CALLBACK callback, void *context, uint64_t to)
{
    CHECK_HELD();
    struct registration *registration = malloc(sizeof *registration);
    if (!registration)
        return NULL;
    *registration = (struct registration){callback, context, to, registrations};
    registrations = registration;
    return registration;
}

void CALLBACK callbacks_hear(HCS_EVENT *event, void *context)
{
    const struct registration *registration = context;
    struct inside inside = inside_begin();
    struct delivered delivered = begin(registration->to, (int)event->Type, event->Operation, event->EventData);
    inside_end(inside);
    registration->callback(event, registration->context);
    end(delivered);
}

/* --- of operations --- */

static void complete(HCS_OPERATION operation, void *context, unsigned which)
{
    struct inside inside = inside_begin();
    struct recorded_handle *handle = handles_find(HANDLE_OPERATION, operation);
    HCS_OPERATION_COMPLETION callback = handle ? handle->callbacks[which] : NULL;
    if (handle)
        handle->callback_due = false;
    struct delivered delivered = begin(handle ? handle->name : 0, HcsEventOperationCallback, operation, NULL);
    inside_end(inside);
    if (callback)
        callback(operation, context);
    end(delivered);
}

static void CALLBACK complete_first(HCS_OPERATION operation, void *context)
{
    complete(operation, context, 0);
}

static void CALLBACK complete_second(HCS_OPERATION operation, void *context)
{
    complete(operation, context, 1);
}

const HCS_OPERATION_COMPLETION callbacks_complete[HANDLE_CALLBACKS] = {complete_first, complete_second};
