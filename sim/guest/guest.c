/* Processes of simulated guests. Entry points: guest_submit(), guest_complete(), guest_step(). */
#include "guest.h"
#include "console.h"
#include "core/pool.h"
#include "core/trace.h"
#include "guest_run.h"
#include "host/properties.h"
#include "spec_hresults.h"
#include "host/system.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

/* Exit codes of processes that were ended. HCS-ROW: P-30 */
enum { KILLED_WINDOWS = 1067, KILLED_LINUX = 137, SIGNALLED_LINUX = 128, SIGNAL_KILL = 9, MAX_SIGNAL = 64 };
enum { FIRST_ID = 1000, ID_STEP = 4, MILLISECOND = 1000000 };
#define MAX_DELAY ((uint64_t)UINT32_MAX * MILLISECOND)
#define AWAITS UINT64_MAX /* as the value of a request that completes when its process has ended */

static struct pool pool = POOL(struct sim_process);

bool guest_is_running(const struct sim_process *process)
{
    return process->phase >= GUEST_RUN && process->phase < GUEST_ENDED;
}

bool guest_is_asleep(const struct sim_process *process)
{
    return process->phase == GUEST_SLEEP || process->phase == GUEST_PING;
}

/* --- the slots of a system --- */

static bool grow_slots(struct sim_system *system)
{
    uint32_t slots = system->process_slots ? system->process_slots * 2 : 16;
    struct sim_process **processes = realloc(system->processes, slots * sizeof(struct sim_process *));
    if (processes)
        system->processes = processes;
    uint32_t *list = realloc(system->process_free, slots * sizeof *list);
    if (list)
        system->process_free = list;
    if (!processes || !list)
        return false;
    for (uint32_t slot = slots; slot-- > system->process_slots;) {
        processes[slot] = NULL;
        list[system->process_free_count++] = slot;
    }
    system->process_slots = slots;
    return true;
}

static bool take_slot(struct sim_system *system, struct sim_process *process)
{
    if (!system->process_free_count && !grow_slots(system))
        return false;
    process->slot = system->process_free[--system->process_free_count];
    process->id = FIRST_ID + process->slot * ID_STEP;
    system->processes[process->slot] = process;
    process->system = system;
    return true;
}

void guest_forget(struct sim *sim, struct sim_process *process)
{
    struct sim_system *system = process->system;
    if (!system)
        return;
    if (process->ticket)
        queue_remove(&sim->queue, process->ticket);
    process->ticket = 0;
    guest_drop_command(process);
    system->processes[process->slot] = NULL;
    system->process_free[system->process_free_count++] = process->slot;
    process->system = NULL;
    process_unref(process->core);
}

/* --- create --- */

static HRESULT open_streams(struct process *process, const struct document *document)
{
    /* HCS-ROW: P-12 an emulated console has no error stream of its own */
    bool wanted[STREAM_COUNT] = {document_true(document, ProcessParameters_CreateStdInPipe),
        document_true(document, ProcessParameters_CreateStdOutPipe),
        document_true(document, ProcessParameters_CreateStdErrPipe) &&
            !document_true(document, ProcessParameters_EmulateConsole)};
    for (int i = 0; i < STREAM_COUNT; i++)
        if (wanted[i]) {
            HRESULT result = stream_open(process, (enum engine_stream)i);
            if (FAILED(result))
                return result;
        }
    return S_OK;
}

static HRESULT prepare(struct sim *sim, struct sim_system *system, struct request *request)
{
    struct sim_process *process = process_engine(request->process);
    if (!system->has_guest)
        return HRESULT_ERROR_NOT_SUPPORTED; /* only with a guest connection */
    HRESULT result = guest_take_command(sim, system, process, request->document);
    if (SUCCEEDED(result))
        result = open_streams(request->process, request->document);
    process->core = request->process;
    if (SUCCEEDED(result) && (!guest_reserve_output(process) || !take_slot(system, process)))
        result = E_OUTOFMEMORY;
    if (FAILED(result)) {
        guest_drop_command(process);
        process->core = NULL;
        return result;
    }
    process_ref(process->core);
    process->created = sim->now;
    process_set_id(request->process, process->id);
    return S_OK;
}

void guest_abandon(struct sim *sim, struct request *request)
{
    struct sim_process *process = process_engine(request->process);
    for (int i = 0; i < STREAM_COUNT; i++)
        stream_close(request->process, (enum engine_stream)i);
    process->phase = GUEST_FAILED;
    guest_forget(sim, process);
}

/* NULL: nothing happens. */
static const struct fault *meet_fault(struct sim *sim, struct sim_system *system, struct request *request)
{
    struct sim_process *process = process_engine(request->process);
    const struct fault *fault = system_meet_fault(sim, system, request);
    if (!fault)
        return NULL;
    if (fault->effect == FAULT_LOSE_EXIT) {
        process->lose_exit = true;
        process->exit_kept_by = fault->number;
    }
    process->lose_output |= fault->effect == FAULT_LOSE_OUTPUT;
    process->await_exit |= fault->effect == FAULT_AWAIT_EXIT;
    if (fault->effect == FAULT_DELAY_EXIT)
        process->exit_delay_ms = fault->delay < MAX_DELAY ? (uint32_t)(fault->delay / MILLISECOND) : UINT32_MAX;
    return fault;
}

static bool hangs(const struct fault *fault)
{
    return fault && fault->effect == FAULT_HANG;
}

/* HCS-ROW: R-28 the program is never run */
static void end_early(struct sim_process *process, uint32_t exit_code)
{
    process->cursor = NULL;
    process->exit_code = exit_code;
}

static void submit_create(struct sim *sim, struct sim_system *system, struct request *request)
{
    const struct spec_cell *cell = state_allows(system->matrix, CALL_HcsCreateProcess, system->state);
    struct sim_process *process = pool_take(&pool);
    if (!process) {
        request_complete(request, E_OUTOFMEMORY, NULL);
        return;
    }
    process_attach(request->process, process);
    request->decision = cell->choice;
    const struct fault *fault = meet_fault(sim, system, request);
    if (SUCCEEDED(request->decision))
        request->decision = prepare(sim, system, request);
    if (FAILED(request->decision))
        process->phase = GUEST_FAILED;
    else if (fault && fault->effect == FAULT_END_PROCESS)
        end_early(process, fault->exit_code);
    if (!hangs(fault) && !system_schedule(sim, system, request) && SUCCEEDED(request->decision))
        guest_forget(sim, process);
}

static void complete_create(struct sim *sim, struct request *request)
{
    struct sim_process *process = process_engine(request->process);
    if (SUCCEEDED(request->decision)) {
        process->phase = GUEST_RUN;
        if (process->system && ++process->system->running > process->system->most_processes)
            process->system->most_processes = process->system->running;
        process->ticket = queue_push(&sim->queue, sim->now, SIM_STEP, process);
    }
    request_complete(request, request->decision, NULL);
}

/* --- open --- */

/* HCS-ROW: C-36, P-40 */
static void submit_open(struct sim *sim, struct sim_system *system, struct request *request)
{
    if (sim_refuses(sim, request, system->id, system))
        return;
    const struct spec_cell *cell = state_allows(system->matrix, CALL_HcsOpenProcess, system->state);
    uint32_t slot = (request->process_id - FIRST_ID) / ID_STEP;
    struct sim_process *process = NULL;
    if (request->process_id >= FIRST_ID && request->process_id % ID_STEP == 0 && slot < system->process_slots)
        process = system->processes[slot];
    if (!process || process->phase == GUEST_NEW) {
        request_complete(request, cell->choice, NULL);
    } else if (process->phase == GUEST_ENDED) {
        request_complete(request, HCS_E_PROCESS_ALREADY_STOPPED, NULL);
    } else {
        request->process = process->core;
        request_complete(request, S_OK, NULL);
    }
}

/* --- the end --- */

static struct process_status status_of(const struct sim_process *process)
{
    bool ended = process->phase == GUEST_ENDED;
    return (struct process_status){process->id, ended ? process->exit_code : 0, process->last_wait_result, ended};
}

/* HCS-ROW: R-12 the signals that waited for the end are complete */
static void release_signals(struct sim_process *process)
{
    for (struct request *request = process->system->pending, *next; request; request = next) {
        next = request->next;
        if (request->process != process->core || request->value != AWAITS)
            continue;
        system_unlist(process->system, request);
        request_complete(request, S_OK, NULL);
    }
}

static void tell_exit(struct sim_process *process)
{
    struct process_status status = status_of(process);
    if (process->lose_exit) /* HCS-ROW: R-10 */
        trace_untold(HcsEventProcessExited, process->core);
    else
        process_event(process->core, &status);
}

static void end_process(struct sim *sim, struct sim_process *process, uint32_t code, HRESULT last_wait_result)
{
    struct process *core = process_ref(process->core);
    if (process->ticket)
        queue_remove(&sim->queue, process->ticket);
    process->ticket = 0;
    if (process->system) {
        properties_count_end(sim, process);
        process->system->running--;
    }
    process->phase = GUEST_ENDED;
    guest_drop_command(process);
    for (int i = 0; i < STREAM_COUNT; i++)
        if (i == STREAM_INPUT || !process->lose_output) /* HCS-ROW: R-11 */
            stream_close(core, (enum engine_stream)i);
    process->exit_code = code;
    process->last_wait_result = last_wait_result;
    if (process->await_exit && process->system)
        release_signals(process);
    if (process->exit_delay_ms) { /* HCS-ROW: R-10 */
        trace_untold(HcsEventProcessExited, core);
        process->ticket =
            queue_push(&sim->queue, sim->now + (uint64_t)process->exit_delay_ms * MILLISECOND, SIM_STEP, process);
    } else
        tell_exit(process);
    if (!process_has_handles(core))
        guest_forget(sim, process);
    process_unref(core);
}

static uint32_t killed_code(const struct sim_process *process)
{
    return process->linux_guest ? KILLED_LINUX : KILLED_WINDOWS;
}

void guest_end_all(struct sim *sim, struct sim_system *system, HRESULT last_wait_result)
{
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (system->processes[i] && guest_is_running(system->processes[i]))
            end_process(sim, system->processes[i], killed_code(system->processes[i]), last_wait_result);
}

/* --- steps --- */

static bool frozen(const struct sim_process *process)
{
    const struct sim_system *system = process->system;
    enum spec_state state = system->state;
    return state == STATE_PAUSED || state == STATE_SAVED_AS_TEMPLATE ||
           (state == STATE_BUSY && system->lifecycle && system->lifecycle->kind != REQUEST_START);
}

void guest_step(struct sim *sim, struct sim_process *process)
{
    process->ticket = 0;
    if (process->phase == GUEST_ENDED)
        tell_exit(process);
    else if (!frozen(process) && guest_run(sim, process))
        end_process(sim, process, process->exit_code, S_OK);
}

void guest_wake(struct sim *sim, struct sim_process *process)
{
    if (!process->system || !guest_is_running(process) || frozen(process))
        return;
    if (process->ticket && !(process->console && guest_is_asleep(process)))
        return;
    if (process->ticket) { /* perhaps the key that interrupts */
        process->console->tick = queue_time(&sim->queue, process->ticket);
        queue_remove(&sim->queue, process->ticket);
    }
    process->ticket = queue_push(&sim->queue, sim->now, SIM_STEP, process);
}

void guest_pause_all(struct sim *sim, struct sim_system *system)
{
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct sim_process *process = system->processes[i];
        if (!process || !guest_is_running(process))
            continue;
        process->paused_left = 0;
        if (process->ticket) {
            process->paused_left = queue_time(&sim->queue, process->ticket) - sim->now;
            queue_remove(&sim->queue, process->ticket);
        }
        if (process->deadline != UINT64_MAX && process->deadline > sim->now)
            process->deadline -= sim->now; /* what is left of it, until the guest goes on */
        process->ticket = 0;
    }
}

void guest_resume_all(struct sim *sim, struct sim_system *system)
{
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct sim_process *process = system->processes[i];
        if (!process || !guest_is_running(process) || process->ticket)
            continue;
        if (process->deadline != UINT64_MAX)
            process->deadline += sim->now;
        process->ticket = queue_push(&sim->queue, sim->now + process->paused_left, SIM_STEP, process);
    }
}

/* --- calls on a process --- */

static enum spec_state state_of(const struct sim_process *process)
{
    if (!process->system || process->system->state == STATE_EXITED)
        return STATE_EXITED;
    if (process->phase == GUEST_ENDED)
        return STATE_ENDED;
    return process->system->state == STATE_PAUSED ? STATE_PAUSED : STATE_RUNNING;
}

/* The document is there only during submit: what it says is kept as the exit code, as the streams to close, or as the
   size of the console: rows in bits 32 to 47, columns in bits 16 to 31. */
enum { CLOSE_INPUT = 1, CLOSE_OUTPUT = 2, CLOSE_ERROR = 4, RESIZE = 8 };

/* HCS-ROW: P-33 strings for Windows guests, numbers for Linux guests, nothing: 9 on Linux */
static HRESULT read_signal(const struct sim_process *process, struct request *request)
{
    const cJSON *signal = request->document ? request->document->member[SignalProcessOptions_Signal] : NULL;
    if (process->linux_guest) {
        double number = signal ? signal->valuedouble : SIGNAL_KILL;
        if ((signal && !cJSON_IsNumber(signal)) || number < 1 || number > MAX_SIGNAL)
            return HCS_E_INVALID_JSON;
        request->value = SIGNALLED_LINUX + (uint64_t)number;
        return S_OK;
    }
    request->value = INTERRUPTED_WINDOWS;
    return signal && !cJSON_IsString(signal) ? HCS_E_INVALID_JSON : S_OK;
}

static void read_modification(struct request *request)
{
    const cJSON *close = request->document->member[ProcessModifyRequest_CloseHandle];
    const char *handle = document_text(close, FIELD_CloseHandle_Handle);
    const char *operation = document_string(request->document, ProcessModifyRequest_Operation);
    const cJSON *size = request->document->member[ProcessModifyRequest_ConsoleSize];
    request->value = 0;
    if (!strcmp(operation, VALUE_ModifyOperation_ConsoleSize))
        request->value = RESIZE | (uint64_t)document_number(size, FIELD_ConsoleSize_Height, 0) << 32 |
                         (uint64_t)document_number(size, FIELD_ConsoleSize_Width, 0) << 16;
    if (!handle || strcmp(operation, VALUE_ModifyOperation_CloseHandle))
        return;
    request->value = !strcmp(handle, VALUE_StdHandle_StdIn)    ? CLOSE_INPUT
                     : !strcmp(handle, VALUE_StdHandle_StdOut) ? CLOSE_OUTPUT
                     : !strcmp(handle, VALUE_StdHandle_StdErr) ? CLOSE_ERROR
                                                               : CLOSE_INPUT | CLOSE_OUTPUT | CLOSE_ERROR;
}

static void modify(struct sim *sim, struct sim_process *process, uint64_t streams)
{
    if (streams & RESIZE && process->console) /* HCS-ROW: P-39 without one, nothing happens */
        console_resize(process->console, (uint16_t)(streams >> 32), (uint16_t)(streams >> 16));
    if (streams & CLOSE_INPUT)
        process->input_closed = true;
    if (streams & CLOSE_OUTPUT)
        stream_close(process->core, STREAM_OUTPUT);
    if (streams & CLOSE_ERROR)
        stream_close(process->core, STREAM_ERROR);
    if (process->phase == GUEST_COPY)
        guest_wake(sim, process);
}

static bool is_signal(const struct request *request)
{
    return spec_requests[request->kind].signals;
}

static void signal_process(struct sim *sim, struct sim_process *process, const struct request *request)
{
    if (request->kind == REQUEST_TERMINATE_PROCESS)
        end_process(sim, process, killed_code(process), S_OK);
    else if (!(process->script && process->script->ignores_signals))
        end_process(sim, process, (uint32_t)request->value, S_OK);
}

/* HCS-ROW: the first of them is delivered, the others stand behind it. true: the request waits. */
static bool awaits_exit(struct sim *sim, struct sim_process *process, struct request *request)
{
    bool first = true;
    if (!process->await_exit || !process->system || !is_signal(request))
        return false;
    for (const struct request *other = process->system->pending; other; other = other->next)
        first &= other->process != process->core || other->value != AWAITS;
    if (first)
        signal_process(sim, process, request);
    if (process->phase == GUEST_ENDED)
        return false;
    request->value = AWAITS;
    system_hold(process->system, request);
    return true;
}

static void take_effect(struct sim *sim, struct sim_process *process, struct request *request)
{
    char *document = NULL;
    struct process_status status = status_of(process);
    if (request->kind == REQUEST_PROCESS_PROPERTIES)
        document = process_status_document(&status);
    if (request->kind == REQUEST_MODIFY_PROCESS)
        modify(sim, process, request->value);
    if (awaits_exit(sim, process, request))
        return;
    if (is_signal(request) && process->phase != GUEST_ENDED)
        signal_process(sim, process, request);
    bool lacks = request->kind == REQUEST_PROCESS_PROPERTIES && !document;
    request_complete(request, lacks ? E_OUTOFMEMORY : S_OK, document);
}

/* A process whose create is pending or failed. HCS-ROW: P-16 */
static HRESULT not_there(const struct request *request)
{
    return request->kind == REQUEST_PROCESS_INFO ? HCS_E_PROCESS_INFO_NOT_AVAILABLE : HCS_E_INVALID_STATE;
}

static void complete_call(struct sim *sim, struct request *request)
{
    struct sim_process *process = process_engine(request->process);
    if (!process) {
        request_complete(request, FAILED(request->decision) ? request->decision : not_there(request), NULL);
        return;
    }
    const struct spec_cell *cell = state_allows(MATRIX_Process, spec_requests[request->kind].call, state_of(process));
    if (FAILED(request->decision))
        request_complete(request, request->decision, NULL);
    else if (process->phase <= GUEST_FAILED)
        request_complete(request, not_there(request), NULL);
    else if (FAILED(cell->choice))
        request_complete(request, cell->choice, NULL);
    else
        take_effect(sim, process, request);
}

/* A call on a process often ends it: with many of them, what that touches comes from far away. */
static void expect_end(struct sim *sim, const struct sim_process *process)
{
    queue_expect(&sim->queue, process->ticket);
    if (process->system)
        __builtin_prefetch(&process->system->processes[process->slot], 1);
}

static void submit_call(struct sim *sim, struct sim_system *system, struct request *request)
{
    const struct sim_process *process = process_engine(request->process);
    request->decision = S_OK;
    if (process)
        expect_end(sim, process);
    if (process && request->kind == REQUEST_SIGNAL_PROCESS)
        request->decision = read_signal(process, request);
    if (request->kind == REQUEST_MODIFY_PROCESS)
        read_modification(request);
    if (!process || !system || !hangs(meet_fault(sim, system, request)))
        system_schedule(sim, system, request);
}

void guest_released(struct sim *sim, struct sim_process *process)
{
    if (process->phase == GUEST_ENDED)
        guest_forget(sim, process);
}

void guest_free(struct sim_process *process)
{
    pool_give(&pool, process);
}

void guest_submit(struct sim *sim, struct request *request)
{
    struct sim_system *system = system_engine(request->system);
    if (!spec_requests[request->kind].makes) {
        submit_call(sim, system, request);
    } else if (!system) {
        request_complete(request, HCS_E_SYSTEM_NOT_FOUND, NULL);
    } else if (request->kind == REQUEST_CREATE_PROCESS) {
        submit_create(sim, system, request);
    } else {
        submit_open(sim, system, request);
    }
}

void guest_complete(struct sim *sim, struct request *request)
{
    struct sim_system *system = system_engine(request->system);
    if (system)
        system_unlist(system, request);
    if (request->kind == REQUEST_CREATE_PROCESS)
        complete_create(sim, request);
    else
        complete_call(sim, request);
    if (system)
        system_settle(sim, system);
}
