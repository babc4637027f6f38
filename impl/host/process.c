/* Processes in the host model: create, calls, the end. Entry points: process_submit(), process_finish(). */
#include "base/check.h"
#include "core/lock.h"
#include "core/pool.h"
#include "host.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

/* Exit codes of processes that were ended. HCS-ROW: P-30 */
enum { KILLED_WINDOWS = 1067, KILLED_LINUX = 137, SIGNALLED_LINUX = 128, SIGNAL_KILL = 9, MAX_SIGNAL = 64 };

/* --- the slots of a system --- */

/* With a million processes, every page that a call touches counts: the array lies in large pages where available, and
   its free slots form a list within it. */
enum { FIRST_SLOTS = 16 };

static size_t slot_bytes(uint32_t slots)
{
    return slots * sizeof(union host_process_slot);
}

static bool grow_slots(struct host_system *system)
{
    uint32_t slots = system->process_slots ? system->process_slots * 2 : FIRST_SLOTS;
    union host_process_slot *larger =
        pool_array_enlarge(system->processes, slot_bytes(system->process_slots), slot_bytes(slots));
    if (!larger)
        return false;
    system->processes = larger;
    for (uint32_t slot = slots; slot-- > system->process_slots;) {
        larger[slot].next_free = (uintptr_t)system->process_free << 1 | 1;
        system->process_free = slot + 1;
    }
    system->process_slots = slots;
    return true;
}

void process_free_slots(struct host_system *system)
{
    CHECK_HELD();
    pool_array_give(system->processes, slot_bytes(system->process_slots));
}

static bool take_slot(struct host_system *system, struct host_process *process)
{
    CHECK(!process->system);
    if (!system->process_free && !grow_slots(system))
        return false;
    process->slot = system->process_free - 1;
    union host_process_slot *slot = &system->processes[process->slot];
    CHECK(process->slot < system->process_slots && (slot->next_free & 1));
    system->process_free = (uint32_t)(slot->next_free >> 1);
    slot->process = NULL; /* set when the backend's prepare() has succeeded */
    process->system = system;
    return true;
}

static void give_slot(struct host_process *process)
{
    struct host_system *system = process->system;
    union host_process_slot *slot = &system->processes[process->slot];
    CHECK(!slot->process || slot->process == process); /* empty if its create failed early */
    slot->next_free = (uintptr_t)system->process_free << 1 | 1;
    system->process_free = process->slot + 1;
    process->system = NULL;
}

void process_forget(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    if (!process->system)
        return;
    CHECK(host_process_in(process->system, process->slot) == process);
    host->backend->process_forgotten(host, process);
    give_slot(process);
    process_unref(process->core);
}

/* --- create --- */

static HRESULT prepare(struct host *host, struct host_system *system, struct host_task *task)
{
    struct host_process *process = task->process;
    if (!system->has_guest)
        return HRESULT_ERROR_NOT_SUPPORTED; /* only with a guest connection */
    if (!take_slot(system, process))
        return E_OUTOFMEMORY;
    process->linux_guest = cJSON_GetArraySize(task->request->document->member[ProcessParameters_CommandArgs]) > 0;
    HRESULT result = host->backend->prepare(host, process, task->request->document);
    if (FAILED(result)) {
        give_slot(process);
        return result;
    }
    system->processes[process->slot].process = process;
    process->created = host->backend->time(host);
    process_ref(process->core);
    return S_OK;
}

void process_abandon(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    CHECK(process->phase <= HOST_FAILED);
    process->phase = HOST_FAILED;
    process_forget(host, process);
}

static void submit_create(struct host *host, struct host_system *system, struct request *request)
{
    struct host_process *process = host->backend->process_make(host, request->process);
    if (!process) {
        request_complete(request, E_OUTOFMEMORY, NULL);
        return;
    }
    process->core = request->process;
    process_attach(request->process, process);
    struct host_task *task = task_make(host, request, system, process);
    if (!task) {
        process->phase = HOST_FAILED;
        return;
    }
    task->decision = system_cell(host, system, CALL_HcsCreateProcess)->choice;
    if (!task_apply_faults(host, task))
        return;
    if (SUCCEEDED(task->decision))
        task->decision = prepare(host, system, task);
    if (FAILED(task->decision))
        process->phase = HOST_FAILED;
    if (task_send_decided(host, task))
        task_go(host, task);
}

static void finish_create(struct host *host, struct host_task *task)
{
    struct host_process *process = task->process;
    struct host_system *system = process->system;
    CHECK(process->phase <= HOST_FAILED);
    if (SUCCEEDED(task->decision)) {
        CHECK(process->phase == HOST_NEW && process->id);
        process->phase = HOST_RUNNING;
        process_set_id(process->core, process->id);
        if (system && ++system->running > system->peak_processes)
            system->peak_processes = system->running;
    } else if (process->phase == HOST_NEW) {
        process_abandon(host, process);
    }
    task_answer(host, task, task->decision, NULL);
}

struct host_process *host_place_process(struct host *host, struct host_system *system, uint32_t id)
{
    CHECK_HELD();
    struct process *core = process_create(system->core);
    struct host_process *process = core ? host->backend->process_make(host, core) : NULL;
    if (process)
        process_attach(core, process); /* is freed with the core's object */
    if (!process || !take_slot(system, process)) {
        if (core)
            process_unref(core);
        return NULL;
    }
    system->processes[process->slot].process = process;
    process->core = core;
    process->id = id;
    process->created = host->backend->time(host);
    process->phase = HOST_RUNNING;
    process->linux_guest = true;
    process_set_id(core, id);
    if (++system->running > system->peak_processes)
        system->peak_processes = system->running;
    return process;
}

/* --- open --- */

static struct host_process *find(struct host *host, const struct host_system *system, uint32_t id)
{
    if (host->backend->find_process)
        return host->backend->find_process(host, system, id);
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct host_process *process = host_process_in(system, i);
        if (process && process->id == id)
            return process;
    }
    return NULL;
}

/* HCS-ROW: C-36, P-40 */
static void submit_open(struct host *host, struct host_system *system, struct request *request)
{
    if (host_refuses(host, request, system->id, system))
        return;
    const struct spec_cell *cell = system_cell(host, system, CALL_HcsOpenProcess);
    struct host_process *process = find(host, system, request->process_id);
    if (!process || process->phase == HOST_NEW) {
        request_complete(request, cell->choice, NULL);
    } else if (process->phase == HOST_ENDED) {
        request_complete(request, HCS_E_PROCESS_ALREADY_STOPPED, NULL);
    } else {
        request->process = process->core;
        request_complete(request, S_OK, NULL);
    }
}

/* --- the end --- */

static struct process_status status_of(const struct host_process *process)
{
    bool ended = process->phase == HOST_ENDED;
    return (struct process_status){process->id, ended ? process->exit_code : 0, process->last_wait_result, ended};
}

void host_report_process(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    struct process_status status = status_of(process);
    (void)host;
    CHECK(status.exited);
    process_event(process->core, &status);
}

void host_process_ended(struct host *host, struct host_process *process, uint32_t exit_code, HRESULT last_wait_result)
{
    CHECK_HELD();
    CHECK(process->phase == HOST_RUNNING && (!process->system || process->system->running > 0));
    struct process *core = process_ref(process->core);
    if (process->system)
        process->system->running--;
    process->phase = HOST_ENDED;
    process->exit_code = exit_code;
    process->last_wait_result = last_wait_result;
    if (!host->backend->process_ended(host, process))
        host_report_process(host, process);
    if (!process_has_handles(core))
        process_forget(host, process);
    process_unref(core);
}

void process_end_all(struct host *host, struct host_system *system, HRESULT last_wait_result)
{
    CHECK_HELD();
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct host_process *process = host_process_in(system, i);
        if (process && process->phase == HOST_RUNNING)
            host_process_ended(host, process, process->linux_guest ? KILLED_LINUX : KILLED_WINDOWS, last_wait_result);
    }
}

/* --- calls on a process --- */

static enum spec_state state_of(const struct host_process *process)
{
    if (!process->system || process->system->state == STATE_EXITED)
        return STATE_EXITED;
    if (process->phase == HOST_ENDED)
        return STATE_ENDED;
    return process->system->state == STATE_PAUSED ? STATE_PAUSED : STATE_RUNNING;
}

/* HCS-ROW: P-33 strings for Windows guests, numbers for Linux guests, nothing: 9 on Linux */
static HRESULT read_signal(const struct host_process *process, struct host_task *task)
{
    const struct document *document = task->request->document;
    const cJSON *signal = document ? document->member[SignalProcessOptions_Signal] : NULL;
    if (process->linux_guest) {
        double number = signal ? signal->valuedouble : SIGNAL_KILL;
        if ((signal && !cJSON_IsNumber(signal)) || number < 1 || number > MAX_SIGNAL)
            return HCS_E_INVALID_JSON;
        task->signal.number = (unsigned)number;
        task->signal.exit_code = SIGNALLED_LINUX + (unsigned)number;
        return S_OK;
    }
    task->signal.exit_code = HOST_INTERRUPTED;
    return signal && !cJSON_IsString(signal) ? HCS_E_INVALID_JSON : S_OK;
}

static void read_kill(const struct host_process *process, struct host_task *task)
{
    task->signal.kill = true;
    task->signal.number = SIGNAL_KILL;
    task->signal.exit_code = process->linux_guest ? KILLED_LINUX : KILLED_WINDOWS;
}

static void read_change(struct host_task *task)
{
    const struct document *document = task->request->document;
    const cJSON *close = document->member[ProcessModifyRequest_CloseHandle];
    const cJSON *size = document->member[ProcessModifyRequest_ConsoleSize];
    const char *handle = document_text(close, FIELD_CloseHandle_Handle);
    const char *operation = document_string(document, ProcessModifyRequest_Operation);
    task->change.resize = !strcmp(operation, VALUE_ModifyOperation_ConsoleSize);
    task->change.rows = (uint16_t)document_number(size, FIELD_ConsoleSize_Height, 0);
    task->change.columns = (uint16_t)document_number(size, FIELD_ConsoleSize_Width, 0);
    if (!handle || strcmp(operation, VALUE_ModifyOperation_CloseHandle) != 0)
        return;
    bool all = !strcmp(handle, VALUE_StdHandle_All);
    task->change.close[STREAM_INPUT] = all || !strcmp(handle, VALUE_StdHandle_StdIn);
    task->change.close[STREAM_OUTPUT] = all || !strcmp(handle, VALUE_StdHandle_StdOut);
    task->change.close[STREAM_ERROR] = all || !strcmp(handle, VALUE_StdHandle_StdErr);
}

/* Returns the result of a call on a process whose create is pending or failed. HCS-ROW: P-16 */
static HRESULT not_there(enum request_kind kind)
{
    return kind == REQUEST_PROCESS_INFO ? HCS_E_PROCESS_INFO_NOT_AVAILABLE : HCS_E_INVALID_STATE;
}

static void submit_call(struct host *host, struct host_system *system, struct request *request)
{
    struct host_process *process = process_engine(request->process);
    struct host_task *task = task_make(host, request, system, process);
    if (!task)
        return;
    if (!process) /* its create failed because the system did not exist any more */
        task->decision = not_there(request->kind);
    else if (request->kind == REQUEST_SIGNAL_PROCESS)
        task->decision = read_signal(process, task);
    else if (request->kind == REQUEST_TERMINATE_PROCESS)
        read_kill(process, task);
    else if (request->kind == REQUEST_MODIFY_PROCESS)
        read_change(task);
    if (system ? task_send(host, task) : task_send_plainly(host, task))
        task_go(host, task);
}

void process_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    struct host_system *system = system_engine(request->system);
    if (!spec_requests[request->kind].makes)
        submit_call(host, system, request);
    else if (!system)
        request_complete(request, HCS_E_SYSTEM_NOT_FOUND, NULL);
    else if (request->kind == REQUEST_CREATE_PROCESS)
        submit_create(host, system, request);
    else
        submit_open(host, system, request);
}

/* --- calls to the backend, and their results --- */

/* Checks the state of the process when the task is due, not when it was submitted. */
static HRESULT still_allows(const struct host_process *process, enum request_kind kind)
{
    if (process->phase <= HOST_FAILED)
        return not_there(kind);
    return state_allows(MATRIX_Process, spec_requests[kind].call, state_of(process))->choice;
}

bool process_act(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct host_process *process = task->process;
    enum request_kind kind = task->request->kind;
    if (kind == REQUEST_CREATE_PROCESS) {
        host->backend->spawn(host, task);
        return true;
    }
    task->decision = task->ignored ? S_OK : still_allows(process, kind);
    if (task->ignored || FAILED(task->decision))
        return false;
    if (kind == REQUEST_MODIFY_PROCESS)
        host->backend->change(host, task);
    else if (spec_requests[kind].signals && process->phase == HOST_RUNNING)
        host->backend->signal(host, task);
    else
        return false;
    return true;
}

void process_finish(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    char *document = NULL;
    if (task->request->kind == REQUEST_CREATE_PROCESS) {
        finish_create(host, task);
        return;
    }
    if (SUCCEEDED(task->decision) && task->request->kind == REQUEST_PROCESS_PROPERTIES) {
        struct process_status status = status_of(task->process);
        document = process_status_document(&status);
    }
    bool lacks = SUCCEEDED(task->decision) && task->request->kind == REQUEST_PROCESS_PROPERTIES && !document;
    task_answer(host, task, lacks ? E_OUTOFMEMORY : task->decision, document);
}
