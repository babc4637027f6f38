/* Compute systems: create, the lifecycle, the end. Entry points: system_submit(), system_complete(). */
#include "system.h"
#include "backend/named.h"
#include "base/json_writer.h"
#include "core/trace.h"
#include "backend/ended.h"
#include "guest/files.h"
#include "guest/guest.h"
#include "modify.h"
#include "properties.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEFAULT_MEMORY_MB = 1024, EXIT_BYTES = 112 };
enum { FIRST_LOOK = 1000000, LAST_LOOK = 1000000000 }; /* virtual nanoseconds between looks for callbacks that end */

static unsigned bucket_of(const char *id)
{
    unsigned hash = 2166136261u;
    for (; *id; id++)
        hash = (hash ^ (unsigned)tolower((unsigned char)*id)) * 16777619u;
    return hash % SIM_BUCKETS;
}

/* HCS-ROW: Q-05 ids are compared without case */
struct sim_system *system_find(struct sim *sim, const char *id)
{
    struct sim_system *system = sim->buckets[bucket_of(id)];
    while (system && strcasecmp(system->id, id))
        system = system->bucket_next;
    return system;
}

/* A request that will not get so far: what it carries is freed. */
static void abandon(struct sim *sim, struct request *request)
{
    if (request->kind == REQUEST_CREATE_PROCESS)
        guest_abandon(sim, request);
    else if (request->kind == REQUEST_MODIFY)
        modify_abandon(request);
    else if (request->kind == REQUEST_PROPERTIES)
        properties_abandon(request);
}

/* What is pending ends with its system, if not before. */
static void list_request(struct sim_system *system, struct request *request)
{
    request->next = system->pending;
    request->previous = NULL;
    if (system->pending)
        system->pending->previous = request;
    system->pending = request;
}

void system_hold(struct sim_system *system, struct request *request)
{
    request->ticket = 0;
    list_request(system, request);
}

bool system_schedule(struct sim *sim, struct sim_system *system, struct request *request)
{
    if (!sim_schedule(sim, request)) {
        if (request->kind != REQUEST_CREATE_PROCESS) /* its caller does that */
            abandon(sim, request);
        request_complete(request, E_OUTOFMEMORY, NULL);
        return false;
    }
    if (system)
        list_request(system, request);
    return true;
}

void system_unlist(struct sim_system *system, struct request *request)
{
    if (request->previous)
        request->previous->next = request->next;
    else
        system->pending = request->next;
    if (request->next)
        request->next->previous = request->previous;
}

/* --- create --- */

static bool looks_like_guid(const char *id)
{
    if (strlen(id) != 36)
        return false;
    for (int i = 0; i < 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? id[i] != '-' : !isxdigit((unsigned char)id[i]))
            return false;
    return true;
}

/* HCS-ROW: Q-08, C-21 the id if it is a GUID, else one that is made from the seed */
static void set_runtime_id(struct sim *sim, struct sim_system *system)
{
    if (looks_like_guid(system->id)) {
        memcpy(system->runtime_id, system->id, sizeof system->runtime_id);
        return;
    }
    uint64_t high = random_next(&sim->random), low = random_next(&sim->random);
    snprintf(system->runtime_id, sizeof system->runtime_id, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
        (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF), (unsigned)(low >> 48 & 0x3FFF) | 0x8000u,
        (unsigned long long)(low & 0xFFFFFFFFFFFFu));
}

static const cJSON *follow(const cJSON *object, const char *const *names)
{
    for (; object && *names; names++)
        object = document_member(object, *names);
    return object;
}

static void read_configuration(struct sim_system *system, const struct document *document)
{
    static const char *const vm_memory[] = {
        FIELD_VirtualMachine_ComputeTopology, FIELD_Topology_Memory, FIELD_VirtualMachine_Memory_SizeInMB, NULL};
    static const char *const memory[] = {FIELD_Container_Memory, FIELD_Container_Memory_SizeInMB, NULL};
    static const char *const service[] = {FIELD_VirtualMachine_Services, FIELD_Services_Shutdown, NULL};
    const cJSON *vm = document->member[ComputeSystem_VirtualMachine];
    const cJSON *body = vm ? vm : document->member[ComputeSystem_Container];
    const cJSON *size = follow(body, vm ? vm_memory : memory);
    system->matrix = vm ? MATRIX_VirtualMachine : MATRIX_Container;
    system->memory_mb = DEFAULT_MEMORY_MB;
    if (document_unsigned(size, &system->memory_mb) && system->memory_mb > SIM_MAX_MEMORY_MB)
        system->memory_mb = SIM_MAX_MEMORY_MB;
    system->has_guest = !vm || document_member(vm, FIELD_VirtualMachine_GuestConnection);
    system->has_shutdown_service = follow(vm, service); /* HCS-ROW: S-12 there is none before schema 2.5 */
    system->terminate_on_close = document_true(document, ComputeSystem_ShouldTerminateOnLastHandleClosed);
}

static void enter(struct sim *sim, struct sim_system *system)
{
    unsigned bucket = bucket_of(system->id);
    system->bucket_next = sim->buckets[bucket];
    sim->buckets[bucket] = system;
    system->previous = sim->last;
    if (sim->last)
        sim->last->next = system;
    else
        sim->first = system;
    sim->last = system;
}

static void remove_system(struct sim *sim, struct sim_system *system)
{
    struct sim_system **link = &sim->buckets[bucket_of(system->id)];
    while (*link != system)
        link = &(*link)->bucket_next;
    *link = system->bucket_next;
    if (system->previous)
        system->previous->next = system->next;
    else
        sim->first = system->next;
    if (system->next)
        system->next->previous = system->previous;
    else
        sim->last = system->previous;
}

static void free_system(struct sim_system *system)
{
    cJSON_Delete(system->configuration);
    files_free(system);
    free(system->processes);
    free(system->process_free);
    free(system->owner);
    free(system->id);
    free(system);
}

void system_destroy(struct sim *sim, struct sim_system *system)
{
    remove_system(sim, system);
    if (system->exit_ticket)
        queue_remove(&sim->queue, system->exit_ticket);
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (system->processes[i])
            guest_forget(sim, system->processes[i]);
    system_attach(system->core, NULL);
    system_unref(system->core);
    free_system(system);
}

/* --- the end --- */

/* HCS-ROW: E-24, E-25, C-29 */
static const char *exit_document(const struct sim *sim, const struct sim_system *system, char *bytes, size_t size)
{
    struct writer writer = {.text = {.bytes = bytes, .capacity = size, .limit = size - 1}}; /* needs no memory */
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, FIELD_SystemExitStatus_Status, system->exit_status);
    if (sim_knows(sim, TYPE_SystemExitStatus, SystemExitStatus_ExitType)) /* HCS-ROW: E-24 */
        writer_string(&writer, FIELD_SystemExitStatus_ExitType, system->exit_type);
    writer_close(&writer, '}');
    CHECK(!writer.text.failed);
    return bytes;
}

static bool about_process(const struct request *request)
{
    return spec_requests[request->kind].about == ABOUT_PROCESS;
}

static bool ends_system(enum request_kind kind)
{
    return spec_requests[kind].ends;
}

/* HCS-ROW: O-28, S-07 every request that is under way fails when the system ends. all: also those that ask for the
   end, since nothing is left that they could complete on. */
static void fail_pending(struct sim *sim, struct sim_system *system, bool all)
{
    struct request *request, *next;
    for (request = system->pending; request; request = next) {
        next = request->next;
        if (ends_system(request->kind) && request->ticket && !all)
            continue; /* they asked for it, and complete by themselves */
        if (request->ticket)
            queue_remove(&sim->queue, request->ticket);
        system_unlist(system, request);
        bool starting = request->kind == REQUEST_START,
             process = about_process(request) && !spec_requests[request->kind].makes;
        abandon(sim, request);
        request_complete(request,
            FAILED(request->decision) ? request->decision
            : starting                ? HCS_E_TERMINATED_DURING_START
            : process                 ? HCS_E_SYSTEM_ALREADY_STOPPED
                                      : HCS_E_TERMINATED,
            NULL);
    }
}

/* Whatever is under way gets that answer. */
static void answer_all(struct sim *sim, struct sim_system *system, HRESULT result)
{
    while (system->pending) {
        struct request *request = system->pending;
        if (request->ticket)
            queue_remove(&sim->queue, request->ticket);
        system_unlist(system, request);
        abandon(sim, request);
        request_complete(request, result, NULL);
    }
}

void system_close(struct sim *sim, struct sim_system *system)
{
    answer_all(sim, system, HCS_E_TERMINATED);
    system_destroy(sim, system);
}

static void end_system(
    struct sim *sim, struct sim_system *system, const char *type, HRESULT status, HRESULT process_result)
{
    if (system->state == STATE_EXITED)
        return;
    if (system->exit_ticket)
        queue_remove(&sim->queue, system->exit_ticket);
    system->exit_ticket = 0;
    system->state = STATE_EXITED;
    system->lifecycle = NULL;
    system->exit_type = type;
    system->exit_status = status;
    guest_end_all(sim, system, process_result); /* HCS-ROW: P-42 processes before the system */
    fail_pending(sim, system, false);
    if (system->matrix == MATRIX_VirtualMachine && system->has_guest && system->was_started)
        system_event(system->core, HcsEventSystemGuestConnectionClosed, NULL); /* HCS-ROW: E-19 */
    ended_note(sim, system->id);
    if (system->lose_status) /* HCS-ROW: R-20 */
        system_lose_status(system->core);
    if (!system->lose_exit && system->exit_delay) /* HCS-ROW: R-25 */
        system->exit_ticket = queue_push(&sim->queue, sim->now + system->exit_delay, SIM_TELL, system);
    if (system->lose_exit || system->exit_ticket) /* HCS-ROW: R-17 */
        trace_untold(HcsEventSystemExited, system->core);
    else
        system_tell_exit(sim, system);
}

void system_tell_exit(struct sim *sim, struct sim_system *system)
{
    system->exit_ticket = 0;
    char bytes[EXIT_BYTES];
    system_event(system->core, HcsEventSystemExited, exit_document(sim, system, bytes, sizeof bytes));
}

static void terminate_now(struct sim *sim, struct sim_system *system)
{
    system->exit_ticket = 0;
    end_system(sim, system, system->exit_type, system->exit_status, system->exit_status);
}

static void exit_later(struct sim *sim, struct sim_system *system, uint64_t delay, const char *type, HRESULT status)
{
    if (system->exit_ticket)
        return;
    system->exit_type = type;
    system->exit_status = status;
    system->exit_ticket = queue_push(&sim->queue, sim->now + delay, SIM_EXIT, system);
    if (!system->exit_ticket)
        terminate_now(sim, system);
}

static void crash(struct sim *sim, struct sim_system *system)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '{');
    writer_string(&writer, FIELD_CrashReport_SystemId, system->id);
    writer_string(&writer, FIELD_CrashReport_ActivityId, system->runtime_id);
    if (sim_knows(sim, TYPE_CrashReport, CrashReport_Status))
        writer_integer(&writer, FIELD_CrashReport_Status, S_OK);
    writer_close(&writer, '}');
    char *report = writer_finish(&writer);
    /* HCS-ROW: E-18 */
    system_event(system->core, HcsEventSystemCrashInitiated, report);
    system_event(system->core, HcsEventSystemCrashReport, report);
    free(report);
    end_system(sim, system, VALUE_NotificationType_UnexpectedExit, HCS_E_UNEXPECTED_EXIT, HCS_E_UNEXPECTED_EXIT);
}

/* Nobody holds the system any more, or something about it was completed.
   HCS-ROW: H-14, H-15, H-18, H-19; L5: a last close during create or start terminates after it */
void system_settle(struct sim *sim, struct sim_system *system)
{
    if (system_has_handles(system->core))
        return;
    if (system->state == STATE_EXITED) {
        if (!system->pending)
            system_destroy(sim, system);
    } else if (system->terminate_on_close && system->state != STATE_BUSY)
        exit_later(
            sim, system, latency_draw(&sim->scenario.close, &sim->random), VALUE_NotificationType_ForcedExit, S_OK);
}

/* A lifecycle call that ends nothing takes effect. */
static void reach_state(struct sim *sim, struct sim_system *system, enum request_kind kind)
{
    if (kind == REQUEST_START) {
        system->was_started = true;
        system->started = sim->now;
    }
    system->state = system->back;
    if (kind == REQUEST_RESUME)
        guest_resume_all(sim, system);
}

/* --- a restart of the service --- */

/* What was under way has failed for its client; for the system it takes effect, or its end comes. */
static void go_on(struct sim *sim, struct sim_system *system, enum request_kind kind)
{
    if (ends_system(kind)) {
        exit_later(sim, system, 0, VALUE_NotificationType_ForcedExit, S_OK);
        return;
    }
    reach_state(sim, system, kind);
}

/* HCS-ROW: R-01, O-28 */
static void disconnect(struct sim *sim, struct sim_system *system)
{
    struct request *lifecycle = system->lifecycle;
    enum request_kind kind = lifecycle ? lifecycle->kind : REQUEST_KINDS;
    bool fails = lifecycle && FAILED(lifecycle->decision);
    answer_all(sim, system, HCS_E_SERVICE_DISCONNECT);
    system->lifecycle = NULL;
    system_disconnect(system->core);
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (system->processes[i])
            process_disconnect(system->processes[i]->core);
    if (kind == REQUEST_CREATE_SYSTEM && fails) {
        system_destroy(sim, system);
        return;
    }
    if (fails)
        end_system(sim, system, VALUE_NotificationType_UnexpectedExit, HCS_E_UNEXPECTED_EXIT, HCS_E_UNEXPECTED_EXIT);
    else if (lifecycle)
        go_on(sim, system, kind);
    system_settle(sim, system);
}

void system_disconnect_all(struct sim *sim)
{
    struct sim_system *next;
    for (struct sim_system *system = sim->first; system; system = next) {
        next = system->next;
        disconnect(sim, system);
    }
}

/* --- the beginning --- */

/* HCS-ROW: H-26 a host without the feature */
static HRESULT host_takes(const struct sim *sim, const struct sim_system *system)
{
    bool vm = system->matrix == MATRIX_VirtualMachine;
    if (vm && sim->scenario.no_hyperv)
        return HCS_E_HYPERV_NOT_INSTALLED;
    return !vm && sim->scenario.no_containers ? HCS_E_SERVICE_NOT_AVAILABLE : S_OK;
}

/* HCS-ROW: R-02 what the guest was asked for fails, then the system exits */
static void close_connection(struct sim *sim, struct sim_system *system)
{
    for (struct request *request = system->pending, *next; request; request = next) {
        next = request->next;
        if (!about_process(request))
            continue;
        if (request->ticket)
            queue_remove(&sim->queue, request->ticket);
        system_unlist(system, request);
        abandon(sim, request);
        request_complete(request, HCS_E_CONNECTION_CLOSED, NULL);
    }
    exit_later(sim, system, 0, VALUE_NotificationType_UnexpectedExit, HCS_E_UNEXPECTED_EXIT);
}

const struct fault *system_meet_fault(struct sim *sim, struct sim_system *system, struct request *request)
{
    const struct fault *fault = sim_fault(sim, request->kind, system->id, system, FAILED(request->decision));
    bool process = about_process(request);
    if (!fault || (system->state == STATE_EXITED && fault->effect != FAULT_FAIL))
        return NULL; /* there is no end left to wait for */
    switch (fault->effect) {
    case FAULT_FAIL:
        request->decision = fault->result;
        break;
    case FAULT_DISCONNECT:
        request->decision = HCS_E_SERVICE_DISCONNECT;
        system_disconnect_all(sim);
        break;
    case FAULT_CLOSE_CONNECTION:
        request->decision = HCS_E_CONNECTION_CLOSED;
        close_connection(sim, system);
        break;
    case FAULT_EXIT:
        exit_later(sim, system, 0, VALUE_NotificationType_UnexpectedExit, HCS_E_UNEXPECTED_EXIT);
        break;
    case FAULT_HANG:
        request->kept_by = fault->number;
        system_hold(system, request);
        break;
    default: /* what changes the end that is to come */
        if (!process && fault->effect == FAULT_LOSE_EXIT) {
            system->lose_exit = true;
            system->exit_kept_by = fault->number;
        }
        system->lose_status |= fault->effect == FAULT_LOSE_STATUS;
        system->await_callback |= fault->effect == FAULT_AWAIT_CALLBACK;
        if (!process && fault->effect == FAULT_DELAY_EXIT)
            system->exit_delay = fault->delay;
    }
    return fault;
}

/* An accepted request goes on its way, unless the fault plan has something else for it. false: it has been answered:
   there was no memory, or its system is gone. */
static bool begin_request(struct sim *sim, struct sim_system *system, struct request *request)
{
    const struct fault *fault = system_meet_fault(sim, system, request);
    if (fault && fault->effect == FAULT_DISCONNECT && !system_engine(request->system)) {
        abandon(sim, request); /* the restart was the end of it */
        request_complete(request, request->decision, NULL);
        return false;
    }
    if (fault && fault->effect == FAULT_EXIT)
        request->decision = HCS_E_UNEXPECTED_EXIT; /* HCS-ROW: R-04 */
    return (fault && fault->effect == FAULT_HANG) || system_schedule(sim, system, request);
}

/* A new system behind the core's object, entered, its state not yet set. NULL: no memory. */
static struct sim_system *make_system(
    struct sim *sim, const char *id, const struct document *document, struct system *core)
{
    struct sim_system *system = calloc(1, sizeof *system);
    const char *owner = document_string(document, ComputeSystem_Owner);
    if (!system || !(system->id = strdup(id)) || !(system->owner = strdup(owner ? owner : "")) ||
        !(system->configuration = cJSON_Duplicate(document->root, 1))) {
        if (system)
            free_system(system);
        return NULL;
    }
    read_configuration(system, document);
    set_runtime_id(sim, system);
    system->core = system_ref(core);
    system_attach(core, system);
    enter(sim, system);
    return system;
}

static void create_system(struct sim *sim, struct request *request)
{
    if (system_find(sim, request->id)) {
        system_schedule(sim, NULL, request); /* completes as a duplicate: no system is attached */
        return;
    }
    struct sim_system *system = make_system(sim, request->id, request->document, request->system);
    if (!system) {
        request_complete(request, E_OUTOFMEMORY, NULL);
        return;
    }
    system->state = STATE_BUSY;
    system->back = STATE_CREATED;
    request->decision = host_takes(sim, system);
    if (begin_request(sim, system, request))
        system->lifecycle = request; /* only now: a restart of the service ends what is under way */
    else
        system_destroy(sim, system);
}

/* --- systems that are there before the first call --- */

enum {
    PLACED_Created = STATE_CREATED,
    PLACED_Running = STATE_RUNNING,
    PLACED_Paused = STATE_PAUSED,
    PLACED_Exited = STATE_EXITED,
};

static enum spec_state state_named(const char *name)
{
#define PLACED(name) {VALUE_ScenarioState_##name, PLACED_##name},
    static const struct named states[] = {VALUES_ScenarioState(PLACED)};
    return (enum spec_state)NAMED(states, name, STATE_RUNNING);
}

static HRESULT refuse_system(const char *id, const char *what)
{
    fprintf(stderr, "computecore: scenario: system '%s': %s\n", id, what);
    return E_INVALIDARG;
}

static HRESULT place(struct sim *sim, const char *id, const struct document *document, enum spec_state state)
{
    bool vm = document->member[ComputeSystem_VirtualMachine];
    if (!*id || system_find(sim, id))
        return refuse_system(id, *id ? "the id is there already" : "the id is empty");
    if (state == STATE_PAUSED && !vm)
        return refuse_system(id, "only a virtual machine can be paused");
    struct system *core = system_create();
    struct sim_system *system = core ? make_system(sim, id, document, core) : NULL;
    if (core)
        system_unref(core); /* the engine has it */
    if (!system)
        return E_OUTOFMEMORY;
    system->state = state == STATE_EXITED ? STATE_RUNNING : state;
    system->was_started = state != STATE_CREATED;
    if (state == STATE_EXITED)
        end_system(sim, system, VALUE_NotificationType_GracefulExit, S_OK, S_OK);
    return S_OK;
}

HRESULT system_place_all(struct sim *sim)
{
    struct document_options options = {sim->base.schema_minor, false, 1};
    HRESULT result = S_OK;
    const cJSON *item;
    cJSON_ArrayForEach (item, sim->scenario.systems) {
        struct document document;
        struct document_report report;
        const char *id = document_text(item, FIELD_ScenarioSystem_id);
        char *text = cJSON_PrintUnformatted(document_member(item, FIELD_ScenarioSystem_configuration));
        if (!id || !text)
            return E_OUTOFMEMORY;
        result = document_check(text, strlen(text), TYPE_ComputeSystem, &options, &document, &report);
        if (report.count)
            refuse_system(id, report.list[0].text);
        report_free(&report);
        free(text);
        if (FAILED(result))
            return result;
        result = place(sim, id, &document, state_named(document_text(item, FIELD_ScenarioSystem_state)));
        document_free(&document);
        if (FAILED(result))
            return result;
    }
    return S_OK;
}

void system_terminate_now(struct sim *sim, struct sim_system *system)
{
    terminate_now(sim, system);
    system_settle(sim, system);
}

/* --- requests --- */

static enum spec_call call_of(const struct sim_system *system, const struct request *request)
{
    const struct document *document = request->document;
    const char *type = NULL;
    if (request->kind == REQUEST_SAVE && document)
        type = document_string(document, SaveOptions_SaveType);
    if (type && !strcmp(type, VALUE_SaveType_AsTemplate) && system->matrix == MATRIX_VirtualMachine)
        return CALL_HcsSaveComputeSystem_AsTemplate;
    if (request->kind == REQUEST_PROPERTIES && system->matrix == MATRIX_Container && document &&
        properties_want_statistics(document))
        return CALL_HcsGetComputeSystemProperties_Statistics;
    if (request->kind == REQUEST_SHUT_DOWN && document && system->has_shutdown_service &&
        system->state == STATE_RUNNING && document_string(document, ShutdownOptions_Mechanism) &&
        !strcmp(document_string(document, ShutdownOptions_Mechanism), VALUE_ShutdownMechanism_IntegrationService))
        return CALL_HcsShutDownComputeSystem_IntegrationService;
    return spec_requests[request->kind].call;
}

/* A lifecycle call was accepted: the system is busy, or stopping, until it completes. */
static void begin_lifecycle(struct sim *sim, struct sim_system *system, struct request *request, enum spec_state next)
{
    if (ends_system(request->kind) && system->lifecycle && !ends_system(system->lifecycle->kind)) {
        /* HCS-ROW: S-07 what was under way never gets done; it fails when the system ends */
        if (system->lifecycle->ticket)
            queue_remove(&sim->queue, system->lifecycle->ticket);
        system->lifecycle->ticket = 0;
    }
    if (request->kind == REQUEST_PAUSE)
        guest_pause_all(sim, system);
    system->state = ends_system(request->kind) ? STATE_STOPPING : STATE_BUSY;
    system->lifecycle = request;
    system->back = next;
}

/* HCS-ROW: S-21 what runs, and what is about to, has its memory */
static HRESULT memory_suffices(const struct sim *sim, const struct sim_system *system)
{
    uint64_t sum = system->memory_mb;
    if (sim->scenario.memory_mb == UINT64_MAX || system->matrix != MATRIX_VirtualMachine)
        return S_OK;
    for (const struct sim_system *other = sim->first; other; other = other->next)
        if (other != system && other->matrix == MATRIX_VirtualMachine && other->state != STATE_EXITED &&
            (other->was_started || (other->lifecycle && other->lifecycle->kind == REQUEST_START)))
            sum += other->memory_mb;
    return sum <= sim->scenario.memory_mb ? S_OK : HRESULT_ERROR_COMMITMENT_LIMIT;
}

void system_submit(struct sim *sim, struct request *request)
{
    struct sim_system *system;
    if (request->kind == REQUEST_CREATE_SYSTEM) {
        request->decision = S_OK;
        create_system(sim, request);
        return;
    }
    if (request->kind == REQUEST_OPEN_SYSTEM) {
        system = system_find(sim, request->id);
        if (sim_refuses(sim, request, request->id, system))
            return;
        request->system = system ? system->core : NULL;
        request_complete(request, system ? S_OK : HCS_E_SYSTEM_NOT_FOUND, NULL);
        return;
    }
    system = system_engine(request->system);
    if (!system) { /* HCS-ROW: H-25 its create failed */
        request_complete(request, HCS_E_SYSTEM_NOT_FOUND, NULL);
        return;
    }
    const struct spec_cell *cell = state_allows(system->matrix, call_of(system, request), system->state);
    request->decision = cell->choice;
    request->value = 0;
    request->answer = NULL;
    if (SUCCEEDED(cell->choice) && request->kind == REQUEST_MODIFY && !modify_accepts(system, request))
        return;
    if (request->kind == REQUEST_PROPERTIES && !properties_accept(request))
        return;
    if (SUCCEEDED(cell->choice) && request->kind == REQUEST_START)
        request->decision = memory_suffices(sim, system);
    if (!begin_request(sim, system, request) || FAILED(cell->choice) || !spec_requests[request->kind].lifecycle)
        return;
    /* a start that will fail is under way like any other; of the rest, only what will take effect */
    if (request->kind == REQUEST_START || SUCCEEDED(request->decision))
        begin_lifecycle(sim, system, request, cell->next);
}

/* HCS-ROW: R-26, E-23 the end is not complete before its callbacks are. true: not yet, and the request comes again. */
static bool awaits_callback(struct sim *sim, struct sim_system *system, struct request *request)
{
    if (!system->await_callback || sim->faults_are_over || system->state != STATE_EXITED ||
        !system_has_callbacks(system->core))
        return false;
    request->value = request->value ? request->value * 2 : FIRST_LOOK;
    if (request->value > LAST_LOOK)
        request->value = LAST_LOOK;
    request->ticket = queue_push(&sim->queue, sim->now + request->value, SIM_COMPLETE, request);
    if (request->ticket)
        list_request(system, request);
    return request->ticket != 0;
}

/* A lifecycle call takes effect. */
static void finish_lifecycle(struct sim *sim, struct sim_system *system, struct request *request)
{
    enum request_kind kind = request->kind;
    if (kind == REQUEST_TERMINATE) {
        /* HCS-ROW: S-09 completion means that the system is stopped */
        end_system(sim, system, VALUE_NotificationType_ForcedExit, S_OK, S_OK);
    } else if (kind == REQUEST_SHUT_DOWN) {
        /* HCS-ROW: S-13 completion means delivered; the exit comes later */
        exit_later(sim, system, latency_draw(&sim->scenario.shutdown, &sim->random),
            VALUE_NotificationType_GracefulExit, S_OK);
    } else if (kind == REQUEST_CRASH) {
        request_complete(request, S_OK, NULL);
        crash(sim, system);
        return;
    } else {
        reach_state(sim, system, kind);
    }
    if (!awaits_callback(sim, system, request))
        request_complete(request, S_OK, NULL);
}

/* HCS-ROW: S-06 a failed start leaves an exited system behind, H-25 a failed create none at all. true: the system is
   gone. */
static bool complete_failure(struct sim *sim, struct sim_system *system, struct request *request, bool lifecycle)
{
    HRESULT result = request->decision;
    enum request_kind kind = request->kind;
    bool starting = kind == REQUEST_START && lifecycle;
    abandon(sim, request);
    if (kind == REQUEST_CREATE_SYSTEM) {
        fail_pending(sim, system, true);
        system_destroy(sim, system);
    }
    request_complete(request, result, NULL);
    if (starting)
        end_system(sim, system, VALUE_NotificationType_UnexpectedExit, result, result);
    return kind == REQUEST_CREATE_SYSTEM;
}

void system_complete(struct sim *sim, struct request *request)
{
    struct sim_system *system = system_engine(request->system);
    if (!system) { /* only a create that met its id in use comes here without a system */
        request_complete(request, HCS_E_SYSTEM_ALREADY_EXISTS, NULL);
        return;
    }
    system_unlist(system, request);
    bool lifecycle = system->lifecycle == request;
    if (lifecycle) /* its operation may be gone from here on */
        system->lifecycle = NULL;
    if (FAILED(request->decision)) {
        if (complete_failure(sim, system, request, lifecycle))
            return;
    } else if (request->kind == REQUEST_CREATE_SYSTEM) {
        system->state = system->back;
        request_complete(request, S_OK, NULL);
    } else if (request->kind == REQUEST_PROPERTIES) {
        properties_complete(sim, system, request);
    } else if (request->kind == REQUEST_MODIFY) {
        modify_complete(system, request);
    } else if (system->state == STATE_EXITED) { /* a second terminate, overtaken by the first, or one that waited */
        if (!awaits_callback(sim, system, request))
            request_complete(request, S_OK, NULL);
    } else {
        finish_lifecycle(sim, system, request);
    }
    system_settle(sim, system);
}
