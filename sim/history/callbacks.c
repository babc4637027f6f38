/* What callbacks of one client are told, held against what happened to it before. */
#include "reader.h"
#include "core/handle.h"
#include "document/document.h"
#include <string.h>

static bool is_exit(const char *event)
{
    return !strcmp(event, "HcsEventSystemExited") || !strcmp(event, "HcsEventProcessExited");
}

static void cut(struct reader *reader, struct seen_object *object)
{
    object->cut = true;
    reader->history->restarts = true;
}

static void happens(struct reader *reader, struct seen_object *object, const struct trace_line *line, const char *event)
{
    struct history_moment when = reader_moment(reader, line);
    if (!strcmp(event, "HcsEventServiceDisconnect"))
        cut(reader, object);
    if (!is_exit(event))
        return;
    if (object->events++)
        history_break(reader->history, when, "the exit of one handle's object is reported a second time");
    reader_see_exit(reader, object, when, event);
    if (object->is_process)
        reader_see_process(reader, object, when, when,
            trace_file_text(reader->trace, cJSON_GetObjectItemCaseSensitive(line->json, "document")));
}

void reader_event(struct reader *reader, const struct trace_line *line)
{
    const cJSON *handle, *of = cJSON_GetObjectItemCaseSensitive(line->json, "of");
    cJSON_ArrayForEach (handle, of) {
        struct seen_object *object = cJSON_IsString(handle) ? reader_object(reader, handle->valuestring) : NULL;
        if (object)
            happens(reader, object, line, trace_string(line->json, "event"));
    }
}

/* A completion is told once to the operation's own callback, and once through the handle. */
static void tell_completion(struct reader *reader, const struct trace_line *line, bool through)
{
    struct history_moment when = reader_moment(reader, line);
    struct seen_operation *operation = reader_operation(reader, trace_string(line->json, "operation"));
    unsigned *told = !operation ? NULL : through ? &operation->told_through : &operation->told;
    if (!told || !operation->completions)
        history_break(reader->history, when, "a callback about an operation that has not completed");
    else if (++*told > operation->completions)
        history_break(reader->history, when, "a completion is delivered a second time");
}

static void tell_exit(struct reader *reader, struct seen_object *object, const struct trace_line *line)
{
    struct history_moment when = reader_moment(reader, line);
    if (object->receiver.told)
        history_break(reader->history, when, "an exit is delivered a second time");
    object->receiver.told = true;
    reader_see_exit(reader, object, when, trace_string(line->json, "event"));
    if (object->is_process)
        reader_see_process(reader, object, when, when,
            trace_file_text(reader->trace, cJSON_GetObjectItemCaseSensitive(line->json, "document")));
}

void reader_deliver(struct reader *reader, const struct trace_line *line)
{
    const char *to = trace_string(line->json, "to"), *event = trace_string(line->json, "event");
    struct history_moment when = reader_moment(reader, line);
    struct seen_object *object = reader_object(reader, to);
    struct seen_operation *operation = object ? NULL : reader_operation(reader, to);
    struct receiver *receiver = object ? &object->receiver : operation ? &operation->receiver : NULL;
    uint64_t number = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(line->json, "deliver"));
    if (!receiver) {
        history_break(reader->history, when, "a callback of a handle that was never given out");
        return;
    }
    if (object ? object->closed : operation->closed)
        history_break(reader->history, when, "a callback of a handle that is closed (L1, L2)");
    else if (!receiver->registered)
        history_break(reader->history, when, "a callback where none is registered");
    if (receiver->running)
        history_break(reader->history, when, "two callbacks of one handle at a time");
    receiver->running = true;
    *(uint64_t *)table_take(&reader->deliveries, number) = handle_named(to);
    if (!strcmp(event, "HcsEventOperationCallback"))
        tell_completion(reader, line, object != NULL);
    else if (object && is_exit(event))
        tell_exit(reader, object, line);
    else if (object && !strcmp(event, "HcsEventServiceDisconnect"))
        cut(reader, object);
}

void reader_delivered(struct reader *reader, const struct trace_line *line)
{
    uint64_t number = (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(line->json, "delivered"));
    const uint64_t *to = table_find(&reader->deliveries, number);
    struct seen_object *object = to ? table_find(&reader->objects, *to) : NULL;
    struct seen_operation *operation = to ? table_find(&reader->operations, *to) : NULL;
    if (object)
        object->receiver.running = false;
    if (operation)
        operation->receiver.running = false;
}

/* Callbacks may come before the call that registers has returned. Of what completed before, they may be told again. L6
 */
void reader_register(struct reader *reader, struct seen_speaker *speaker, struct receiver *receiver, bool has_callback)
{
    speaker->registers = has_callback && !receiver->registered;
    receiver->clears |= !has_callback;
    if (!speaker->registers)
        return;
    *receiver = (struct receiver){.registered = true};
    for (size_t i = 0; i < reader->operations.slots; i++) {
        struct seen_operation *operation = reader->operations.slot[i].element;
        if (operation)
            operation->told = operation->told_through = 0;
    }
}

void reader_registered(struct seen_speaker *speaker, struct receiver *receiver, bool has_callback, HRESULT result)
{
    if (FAILED(result) ? speaker->registers : !has_callback)
        receiver->registered = receiver->running = false;
}

/* L1. A callback that closes its own handle drops what is left. */
void reader_look_at_close(struct reader *reader, struct seen_object *object, const struct seen_speaker *speaker,
    const char *by, struct history_moment when)
{
    object->closed = true;
    if (*by == 'C' || !object->receiver.registered || object->receiver.told || object->receiver.running ||
        object->receiver.clears || object->cut || reader->history->faults || !object->exit_known_at ||
        object->exit_known_at >= speaker->at.line)
        return;
    history_break(reader->history, when,
        "a handle with a callback was closed, and the exit that line %u knows of was never told (L1)",
        (unsigned)object->exit_known_at);
}
