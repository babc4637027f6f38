/* The host model with a backend other than the simulator, which completes every task later, on another thread. */
#include "../client.h"
#include "core/engines.h"
#include "../dies.h"
#include "host/host.h"
#include "later.h"

static HRESULT reset(void)
{
    core_lock();
    HRESULT result = core_reset(&(struct engine_options){NULL, 0, false});
    core_unlock();
    return result;
}

static void choose(void)
{
    setenv("COMPUTECORE_ENGINE", later_engine.name, 1);
    engines_add(&later_engine);
}

static void leave(void)
{
    must(reset());
    expect_nothing_left();
}

TestSuite(host, .init = choose, .fini = leave);

static void properties(HCS_SYSTEM system, PCWSTR query, char text[1024])
{
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, query));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, 1024);
    HcsCloseOperation(operation);
}

Test(host, a_lifecycle_is_done_by_another_thread)
{
    char text[1024];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"life", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    cr_expect_eq(information.ProcessId, 7, "the id is the backend's");
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), S_OK);
    cr_expect_eq(finish(HcsResumeComputeSystem(system, operation, NULL), operation), S_OK);
    properties(system, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}", text);
    cr_expect_not_null(strstr(text, "\"ImageName\":\"program 7\""), "%s", text);
    cr_expect_not_null(strstr(text, "\"MemoryUsageCommitBytes\":1}"), "%s", text);
    cr_expect_eq(terminate_process(process), S_OK);
    cr_expect_eq(HcsWaitForProcessExit(process, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(host, a_start_that_fails_leaves_an_exited_system)
{
    HCS_SYSTEM system = make_system(u"start", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_fail(E_FAIL);
    core_unlock();
    cr_expect_eq(finish(HcsStartComputeSystem(system, operation, NULL), operation), E_FAIL);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(host, a_pause_that_fails_leaves_the_system_running)
{
    char text[1024];
    HCS_SYSTEM system = make_system(u"pause", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_fail(E_FAIL);
    core_unlock();
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), E_FAIL);
    properties(system, NULL, text);
    cr_expect_not_null(strstr(text, "\"State\":\"Running\""), "%s", text);
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(host, ends_are_told_by_the_backend_and_end_what_is_pending)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"ends", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS first = make_process(system, ENDLESS, &information), second;
    core_lock();
    later_end_process("ends", information.ProcessId, 5);
    later_hold(true);
    core_unlock();
    cr_expect_eq(HcsWaitForProcessExit(first, INFINITE, NULL), S_OK);
    must(HcsCreateProcess(system, ENDLESS, operation, NULL, &second));
    core_lock();
    later_end_system("ends"); /* while it is being spawned */
    later_hold(false);
    core_unlock();
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_TERMINATED);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseProcess(first);
    HcsCloseProcess(second);
    HcsCloseComputeSystem(system);
}

Test(host, a_terminate_overtakes_a_start)
{
    HCS_SYSTEM system = make_system(u"overtaken", CONTAINER, false);
    HCS_OPERATION start = HcsCreateOperation(NULL, NULL), end = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_hold(true);
    core_unlock();
    must(HcsStartComputeSystem(system, start, NULL));
    must(HcsTerminateComputeSystem(system, end, NULL));
    core_lock();
    later_hold(false);
    core_unlock();
    cr_expect_eq(HcsWaitForOperationResult(end, INFINITE, NULL), S_OK);
    cr_expect_eq(HcsWaitForOperationResult(start, INFINITE, NULL), HCS_E_TERMINATED_DURING_START);
    HcsCloseOperation(start);
    HcsCloseOperation(end);
    HcsCloseComputeSystem(system);
}

/* --- an end that overtakes another call, and fails --- */

static HRESULT begin_start(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsStartComputeSystem(system, operation, NULL);
}

static HRESULT begin_pause(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsPauseComputeSystem(system, operation, NULL);
}

static HRESULT begin_resume(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsResumeComputeSystem(system, operation, NULL);
}

static HRESULT begin_save(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsSaveComputeSystem(system, operation, u"{\"SaveType\":\"AsTemplate\"}");
}

static HRESULT begin_shut_down(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsShutDownComputeSystem(system, operation, NULL);
}

static HRESULT begin_crash(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsCrashComputeSystem(system, operation, NULL);
}

static HRESULT begin_terminate(HCS_SYSTEM system, HCS_OPERATION operation)
{
    return HcsTerminateComputeSystem(system, operation, NULL);
}

/* The calls that a terminate may overtake, and the state after they succeed or fail. */
static const struct overtaken {
    const char *name;
    HRESULT (*begin)(HCS_SYSTEM system, HCS_OPERATION operation);
    enum request_kind kind;
    bool vm;
    enum spec_state before, good, failed;
} overtaken[] = {{"start", begin_start, REQUEST_START, false, STATE_CREATED, STATE_RUNNING, STATE_EXITED},
    {"start of a VM", begin_start, REQUEST_START, true, STATE_CREATED, STATE_RUNNING, STATE_EXITED},
    {"pause", begin_pause, REQUEST_PAUSE, true, STATE_RUNNING, STATE_PAUSED, STATE_RUNNING},
    {"resume", begin_resume, REQUEST_RESUME, true, STATE_PAUSED, STATE_RUNNING, STATE_PAUSED},
    {"save", begin_save, REQUEST_SAVE, true, STATE_PAUSED, STATE_SAVED_AS_TEMPLATE, STATE_PAUSED},
    {"shut down", begin_shut_down, REQUEST_SHUT_DOWN, false, STATE_RUNNING, STATE_STOPPING, STATE_RUNNING},
    {"crash", begin_crash, REQUEST_CRASH, true, STATE_RUNNING, STATE_EXITED, STATE_RUNNING}};

/* How such a call ends. */
struct ways {
    bool fails, latest_first;
    unsigned ends; /* terminates that overtake it, and fail */
};

static enum spec_state state_of(const char *id)
{
    core_lock();
    enum spec_state state = host_find((const struct host *)core_engine(), id)->state;
    core_unlock();
    return state;
}

static HCS_SYSTEM make_system_in(const struct overtaken *call)
{
    HCS_SYSTEM system = make_system(u"late", call->vm ? VM_WITH_GUEST : CONTAINER, call->before != STATE_CREATED);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (call->before == STATE_PAUSED)
        must(finish(HcsPauseComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    return system;
}

static void overtake(const struct overtaken *call, const struct ways *ways)
{
    enum { ENDS = 2 };
    HCS_SYSTEM system = make_system_in(call);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), ends[ENDS];
    core_lock();
    later_hold(true);
    later_turn_around(ways->latest_first);
    core_unlock();
    must(call->begin(system, operation));
    for (unsigned i = 0; i < ways->ends; i++)
        must(HcsTerminateComputeSystem(system, ends[i] = HcsCreateOperation(NULL, NULL), NULL));
    core_lock();
    later_fail_kind(call->kind, E_ABORT, ways->fails);
    later_fail_kind(REQUEST_TERMINATE, E_FAIL, ways->ends);
    later_hold(false);
    core_unlock();
    for (unsigned i = 0; i < ways->ends; i++) {
        cr_expect_eq(HcsWaitForOperationResult(ends[i], INFINITE, NULL), E_FAIL, "%s", call->name);
        HcsCloseOperation(ends[i]);
    }
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), ways->fails ? E_ABORT : S_OK, "%s", call->name);
    cr_expect_eq(state_of("late"), ways->fails ? call->failed : call->good, "%s: %s, %s, %u", call->name,
        ways->fails ? "fails" : "succeeds", ways->latest_first ? "latest first" : "in order", ways->ends);
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(host, an_end_that_fails_takes_nothing_from_what_it_overtook)
{
    for (size_t i = 0; i < sizeof overtaken / sizeof *overtaken; i++)
        for (unsigned way = 0; way < 8; way++)
            overtake(&overtaken[i], &(struct ways){way & 1, way & 2, way & 4 ? 2 : 1});
}

static void overtake_a_create(bool fails, bool closed)
{
    HCS_SYSTEM system;
    HCS_OPERATION create = HcsCreateOperation(NULL, NULL), end = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_hold(true);
    core_unlock();
    must(HcsCreateComputeSystem(u"late", CONTAINER, create, NULL, &system));
    must(HcsTerminateComputeSystem(system, end, NULL));
    if (closed)
        HcsCloseComputeSystem(system);
    core_lock();
    later_fail_kind(REQUEST_CREATE_SYSTEM, E_ABORT, fails);
    later_fail_kind(REQUEST_TERMINATE, E_FAIL, 1);
    later_hold(false);
    core_unlock();
    cr_expect_eq(HcsWaitForOperationResult(end, INFINITE, NULL), E_FAIL);
    cr_expect_eq(HcsWaitForOperationResult(create, INFINITE, NULL), fails ? E_ABORT : S_OK);
    if (!fails && !closed)
        cr_expect_eq(state_of("late"), STATE_CREATED);
    HcsCloseOperation(create);
    HcsCloseOperation(end);
    if (closed && !fails)
        must(HcsOpenComputeSystem(u"late", GENERIC_ALL, &system));
    if (!closed || !fails)
        drop_system(system);
}

Test(host, a_create_goes_on_when_a_terminate_fails)
{
    drop_system(make_system(u"first", CONTAINER, false)); /* opens the engine */
    for (int way = 0; way < 4; way++)
        overtake_a_create(way & 1, way & 2);
}

/* Two terminates of a system: one that fails leaves it to the other. */
Test(host, two_terminates_that_fail_leave_the_system_running)
{
    for (unsigned failures = 1; failures <= 2; failures++)
        for (int latest_first = 0; latest_first < 2; latest_first++) {
            HCS_SYSTEM system = make_system(u"late", CONTAINER, true);
            HCS_OPERATION first = HcsCreateOperation(NULL, NULL), second = HcsCreateOperation(NULL, NULL);
            core_lock();
            later_hold(true);
            later_turn_around(latest_first);
            core_unlock();
            must(begin_terminate(system, first));
            must(begin_terminate(system, second));
            core_lock();
            later_fail_kind(REQUEST_TERMINATE, E_FAIL, failures);
            later_hold(false);
            core_unlock();
            HRESULT one = HcsWaitForOperationResult(first, INFINITE, NULL);
            HRESULT other = HcsWaitForOperationResult(second, INFINITE, NULL);
            cr_expect_eq((one == E_FAIL) + (other == E_FAIL), (int)failures);
            cr_expect_eq(state_of("late"), failures == 1 ? STATE_EXITED : STATE_RUNNING);
            HcsCloseOperation(first);
            HcsCloseOperation(second);
            drop_system(system);
        }
}

Test(host, what_is_pending_is_answered_when_it_is_closed)
{
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_hold(true);
    core_unlock();
    must(HcsStartComputeSystem(system, operation, NULL));
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    must(reset());
    expect_nothing_left();
}

/* --- planted violations: what a backend must not do --- */

static struct host_process *a_process(void)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"planted", VM_WITH_GUEST, true);
    (void)make_process(system, ENDLESS, &information);
    core_lock();
    return host_process_in(host_find((const struct host *)core_engine(), "planted"), 0);
}

static struct host *the_host(void)
{
    return (struct host *)core_engine();
}

static void end_a_process_twice(void)
{
    struct host_process *process = a_process();
    host_process_ended(the_host(), process, 0, S_OK);
    host_process_ended(the_host(), process, 0, S_OK);
}

static void tell_the_exit_of_a_process_that_runs(void)
{
    struct host_process *process = a_process();
    host_report_process(the_host(), process);
}

static void tell_the_exit_of_a_system_that_runs(void)
{
    struct host_process *process = a_process();
    host_report_system(the_host(), process->system);
}

static void end_a_system_without_the_lock(void)
{
    struct host_system *system = a_process()->system;
    core_unlock();
    host_system_ended(the_host(), system, HOST_END_FORCED, S_OK, S_OK);
}

static void do_what_was_cut(void)
{
    struct host_system *system = a_process()->system;
    struct request request = {.kind = REQUEST_PAUSE, .system = system->core};
    struct host_task task = {.request = &request, .system = system};
    host_done(the_host(), &task, S_OK);
}

static void submit_an_answered_request(void)
{
    struct request request = {.kind = REQUEST_PAUSE, .system = a_process()->system->core, .done = true};
    host_submit(&the_host()->base, &request);
}

static void start_what_runs(void)
{
    struct host_system *system = a_process()->system;
    system->back = STATE_CREATED;
    system_reach_state(the_host(), system, REQUEST_RESUME);
}

static void destroy_what_is_worked_on(void)
{
    struct host_system *system = a_process()->system;
    system->acting++;
    table_destroy(the_host(), system);
}

Test(host, violations_of_its_contract_are_caught)
{
    expect_check(end_a_process_twice, "check failed: process->phase == HOST_RUNNING");
    expect_check(tell_the_exit_of_a_process_that_runs, "check failed: status.exited");
    expect_check(tell_the_exit_of_a_system_that_runs, "check failed: system->state == STATE_EXITED");
    expect_check(end_a_system_without_the_lock, "check failed: core_is_held()");
    expect_check(do_what_was_cut, "check failed: task->acting || (task->listed && task->completes)");
    expect_check(submit_an_answered_request, "check failed: !request->done");
    expect_check(start_what_runs, "check failed: may_follow(system->state, state)");
    expect_check(destroy_what_is_worked_on, "check failed: !system->pending && !system->acting");
}
