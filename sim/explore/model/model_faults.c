/* The effects of faults on systems and processes of the model. Entry point: model_meet_fault(). */
#include "model_parts.h"
#include "spec_hresults.h"

static bool is_process_request(enum request_kind kind)
{
    return kind < REQUEST_KINDS && spec_requests[kind].about == ABOUT_PROCESS;
}

static void decide(struct model_request *request, HRESULT result)
{
    request->expected = result;
    request->loose = request->hangs = false;
}

/* HCS-ROW: R-02 pending calls to the guest fail, then the system exits */
static void close_connection(struct model *model, struct model_request *request)
{
    for (int i = 0; i < MODEL_REQUESTS; i++) {
        struct model_request *other = &model->requests[i];
        if (other->operation && other->listed && other->system == request->system && is_process_request(other->kind))
            decide(other, HCS_E_CONNECTION_CLOSED);
    }
    decide(request, HCS_E_CONNECTION_CLOSED);
    model->system[request->system].may_exit = true;
}

/* A lifecycle call that is pending when the service restarts still takes effect, or ends its system. HCS-ROW: R-01 */
static void let_effects_follow(struct model *model, struct model_system *system)
{
    const struct model_request *request = system->lifecycle ? model_request_of(model, system->lifecycle) : NULL;
    if (!request || request == model->submitting)
        return;
    system->lifecycle = 0;
    if (request->kind == REQUEST_CREATE_SYSTEM && FAILED(request->expected)) {
        system->orphan = true;
        system->orphan_move = model->move;
    } else if (FAILED(request->expected)) {
        system->may_exit = true;
        system->exit_due = model->due = model->move;
    } else if (system->state == STATE_STOPPING) {
        system->may_exit = true;
    } else {
        system->state = system->back;
    }
}

static void disconnect(struct model *model, struct model_request *request)
{
    for (unsigned i = 0; i < model->system_count; i++)
        if (model_system_exists(&model->system[i]))
            let_effects_follow(model, &model->system[i]);
    for (int i = 0; i < MODEL_REQUESTS; i++) {
        struct model_request *other = &model->requests[i];
        if (!other->operation || !other->listed || other == request)
            continue;
        decide(other, HCS_E_SERVICE_DISCONNECT);
        other->cut = true;
    }
    decide(request, HCS_E_SERVICE_DISCONNECT);
}

static void exit_under(struct model *model, struct model_request *request)
{
    request->exits = true;
    model->system[request->system].may_exit = true;
    if (request->kind < REQUEST_KINDS && spec_requests[request->kind].about == ABOUT_SYSTEM) /* HCS-ROW: R-04 */
        request->expected = HCS_E_UNEXPECTED_EXIT;
    request->loose = true; /* the exit may also come first */
}

void model_meet_fault(struct model *model, struct model_request *request, enum trace_fault effect, HRESULT result)
{
    struct model_system *system = request->system < 0 ? NULL : &model->system[request->system];
    if (effect != TRACE_FAULT_FAIL && (!system || system->exited))
        return; /* its system has no exit left that the fault could change */
    request->fault = true;
    if (request->process >= 0)
        model->process[request->process].disturbed = true;
    switch (effect) {
    case TRACE_FAULT_FAIL:
        request->expected = result;
        break;
    case TRACE_FAULT_HANG:
        request->hangs = true;
        break;
    case TRACE_FAULT_EXIT:
        exit_under(model, request);
        break;
    case TRACE_FAULT_DISCONNECT:
        disconnect(model, request);
        break;
    case TRACE_FAULT_CLOSE_CONNECTION:
        close_connection(model, request);
        break;
    case TRACE_FAULT_LOSE_STATUS:
        system->loses_status = true;
        break;
    case TRACE_FAULT_END_PROCESS:
        model->process[request->process].may_exit = true;
        break;
    case TRACE_FAULT_AWAIT_EXIT:
        model->process[request->process].awaits = true;
        break;
    case TRACE_FAULT_LOSE_EXIT: /* effects on when an exit is reported */
    case TRACE_FAULT_LOSE_OUTPUT:
    case TRACE_FAULT_DELAY_EXIT:
    case TRACE_FAULT_AWAIT_CALLBACK:
    case TRACE_FAULT_IGNORE: /* has no effect that the model follows */
    case TRACE_FAULTS:
        break;
    }
}
