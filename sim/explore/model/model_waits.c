/* Waits in the model: when they should end, and with which result. Entry points: model_ready(),
   model_woken(). */
#include "core/object.h"
#include "model_parts.h"
#include "spec_hresults.h"
#include <string.h>

/* L1: true if the runner of a callback waits for this actor, directly or through others. Each waits for the callback
   that blocked it at its last try. */
static bool waits_for(const struct model *model, int runner, unsigned actor)
{
    for (int length = 0; runner >= 0 && length < MODEL_ACTORS; length++) {
        if (runner == (int)actor)
            return true;
        const struct model_wait *wait = &model->waits[runner];
        const struct model_sink *next = wait->kind == MODEL_WAIT_CLOSE ? wait->sinks[wait->blocked] : NULL;
        uint64_t about = wait->blocked ? 0 : wait->about;
        if (!next || (about && next->running_operation != about))
            return false;
        runner = next->runner;
    }
    return false;
}

static bool sink_is_quiet(
    const struct model *model, unsigned actor, const struct model_sink *sink, uint64_t about, bool drain)
{
    if (about && sink->running_operation != about)
        return true;
    if (sink->runner >= 0)
        return waits_for(model, sink->runner, actor);
    return !drain || !sink->count || sink->overflowed;
}

/* Returns which of the two sinks blocks the actor's close; 2: none. */
static unsigned blocking_sink(const struct model *model, unsigned actor)
{
    const struct model_wait *wait = &model->waits[actor];
    unsigned i = 0;
    while (i < 2 &&
           (!wait->sinks[i] || sink_is_quiet(model, actor, wait->sinks[i], i ? 0 : wait->about, wait->needs_drain)))
        i++;
    return i;
}

bool model_ready(const struct model *model, unsigned actor)
{
    const struct model_wait *wait = &model->waits[actor];
    const struct model_handle *handle;
    switch (wait->kind) {
    case MODEL_WAIT_RESULT:
        return wait->captured;
    case MODEL_WAIT_EXIT:
        handle = model_handle_of((struct model *)(uintptr_t)model, wait->value);
        return !handle || !handle->open || wait->cut || model_has_exited(model, wait->object, wait->is_process);
    case MODEL_WAIT_CLOSE:
        return blocking_sink(model, actor) == 2;
    default:
        return true;
    }
}

bool model_is_unsure(const struct model *model, unsigned actor)
{
    const struct model_wait *wait = &model->waits[actor];
    for (int i = 0; wait->kind == MODEL_WAIT_CLOSE && i < 2; i++)
        if (wait->sinks[i] && wait->sinks[i]->overflowed)
            return true;
    return false;
}

void model_look(struct model *model, unsigned actor)
{
    struct model_wait *wait = &model->waits[actor];
    unsigned blocked = wait->kind == MODEL_WAIT_CLOSE ? blocking_sink(model, actor) : 2;
    if (blocked < 2)
        wait->blocked = (uint8_t)blocked;
}

void model_begin_close(struct model *model, unsigned actor, struct model_sink *sink, uint64_t value, bool drain)
{
    model->waits[actor] = (struct model_wait){.kind = MODEL_WAIT_CLOSE,
        .value = value,
        .needs_drain = drain,
        .sinks = {sink->registered ? sink : NULL, NULL}};
}

/* Frees the slot after a close, or after the clearing of a callback, which must not run any more. */
void model_end_close(struct model *model, unsigned actor)
{
    struct model_wait *wait = &model->waits[actor];
    struct model_operation *operation = wait->clears ? NULL : model_operation_of(model, wait->value);
    struct model_handle *handle = wait->clears ? NULL : model_handle_of(model, wait->value);
    if (operation)
        operation->closing = false;
    if (handle) {
        handle->closing = false;
        model_drop_sink(&handle->sink);
    }
    wait->kind = MODEL_NO_WAIT;
}
void model_expect_value(struct model *model, const struct client *client, uint64_t expected)
{
    if (client->value != expected)
        model_break(model, "%s returned 0x%08llX, not 0x%08llX", spec_functions[client->function].name,
            (unsigned long long)client->value, (unsigned long long)expected);
}
void model_woken(struct model *model, unsigned actor, const struct client *client)
{
    struct model_wait *wait = &model->waits[actor];
    switch (wait->kind) {
    case MODEL_WAIT_RESULT:
        model_expect_value(model, client, (uint32_t)wait->result);
        break;
    case MODEL_WAIT_EXIT:
        model_expect_value(model, client,
            (uint32_t)(model_has_exited(model, wait->object, wait->is_process)
                           ? model_exit_status(model, wait->object, wait->is_process)
                       : wait->cut ? HCS_E_SERVICE_DISCONNECT
                                   : E_HANDLE));
        break;
    case MODEL_WAIT_CLOSE:
        model_expect_value(model, client, 0);
        model_end_close(model, actor);
        break;
    default:
        break;
    }
    wait->kind = MODEL_NO_WAIT;
}

void model_timed_out(struct model *model, unsigned actor, const struct client *client)
{
    model_expect_value(model, client, (uint32_t)HCS_E_OPERATION_TIMEOUT);
    model->waits[actor].kind = MODEL_NO_WAIT;
}
