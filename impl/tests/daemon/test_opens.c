/* Opens through computecored: what their answers give is let go of before the caller has woken, or does not fit into
   memory. */
#include "../failures/failing.h"
#include "daemon.h"
#include "core/handle.h"
#include "core/lock.h"
#include "platform/platform.h"
#include <signal.h>
#include <sys/wait.h>

TestSuite(opens, .init = daemon_begin, .fini = daemon_end, .timeout = 300);

/* --- a caller that wakes late --- */

static _Thread_local bool wakes_late;
static _Thread_local size_t handles_before;
static atomic_int held_up; /* 1: the answer has come, and the caller has not looked yet */
static atomic_bool wakes;

static size_t handles(void)
{
    core_lock();
    size_t count = handle_count();
    core_unlock();
    return count;
}

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
void __real_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until);
void __wrap_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until);
void __wrap_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until)
{
    __real_platform_wait(condition, mutex, until);
    if (!wakes_late)
        return;
    platform_unlock(mutex);
    if (handles() !=
        handles_before) { /* else it was woken for something else than the answer, which opens the handle */
        atomic_store(&held_up, 1);
        while (!atomic_load(&wakes))
            nap();
    }
    platform_lock(mutex);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct opening {
    pthread_t thread;
    HCS_SYSTEM in; /* the system of the process; NULL: a system is opened */
    DWORD process_id;
    HCS_SYSTEM system;
    HCS_PROCESS process;
    HRESULT result;
    atomic_bool over;
};

static void *run_open(void *context)
{
    struct opening *opening = context;
    handles_before = handles();
    wakes_late = true;
    opening->result = opening->in ? HcsOpenProcess(opening->in, opening->process_id, GENERIC_ALL, &opening->process)
                                  : HcsOpenComputeSystem(u"opened", GENERIC_ALL, &opening->system);
    atomic_store(&opening->over, true);
    return NULL;
}

/* Returns once the open is answered, and its thread has not gone on since. A thread that has received its answer by
   itself goes on at once: then it is opened again, when the library's own thread receives what comes. */
static void begin_open(struct opening *opening)
{
    for (int tries = 0; tries < 100; tries++) {
        nap();
        cr_assert_eq(pthread_create(&opening->thread, NULL, run_open, opening), 0);
        while (!atomic_load(&held_up) && !atomic_load(&opening->over))
            nap();
        if (atomic_load(&held_up))
            return;
        pthread_join(opening->thread, NULL);
        must(opening->result);
        HcsCloseComputeSystem(opening->system);
        HcsCloseProcess(opening->process);
        atomic_store(&opening->over, false);
    }
    cr_assert_fail("each open has received its answer by itself");
}

static void end_open(struct opening *opening)
{
    atomic_store(&wakes, true);
    pthread_join(opening->thread, NULL);
    must(opening->result);
}

Test(opens, a_system_whose_other_handle_is_closed_meanwhile)
{
    HCS_SYSTEM system = make_system(u"opened", CONTAINER, true);
    struct opening opening = {.result = S_OK};
    begin_open(&opening);
    HcsCloseComputeSystem(system);
    end_open(&opening);
    cr_expect_eq(terminate_system(opening.system), S_OK);
    cr_expect_eq(HcsWaitForComputeSystemExit(opening.system, INFINITE, NULL), S_OK);
    HcsCloseComputeSystem(opening.system);
    expect_nothing_left();
}

Test(opens, a_process_whose_other_handle_is_closed_meanwhile)
{
    HCS_SYSTEM system = make_system(u"opened", CONTAINER, true);
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    struct opening opening = {.in = system, .process_id = information.ProcessId};
    begin_open(&opening);
    HcsCloseProcess(process);
    end_open(&opening);
    cr_expect_eq(terminate_process(opening.process), S_OK);
    cr_expect_eq(HcsWaitForProcessExit(opening.process, INFINITE, NULL), S_OK);
    HcsCloseProcess(opening.process);
    drop_system(system);
    expect_nothing_left();
}

/* The handle belongs to the service that has answered. HCS-ROW: R-01 */
Test(opens, a_system_whose_daemon_goes_meanwhile)
{
    HCS_SYSTEM system = make_system(u"opened", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    struct opening opening = {.result = S_OK};
    begin_open(&opening);
    kill(daemon_process, SIGKILL);
    cr_assert_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    end_open(&opening);
    cr_assert_eq(HcsPauseComputeSystem(opening.system, operation, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsWaitForComputeSystemExit(opening.system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    HcsCloseComputeSystem(opening.system);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    expect_nothing_left();
    daemon_start();
}

/* --- memory that is short --- */

enum { NOT_REACHED = 100, LIMIT = 2000 };

static long shortage; /* which allocation of the call fails */

/* Connects, and returns an operation for later: allocations are counted from here on. */
static HCS_OPERATION get_ready(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    (void)finish(HcsEnumerateComputeSystems(NULL, operation), operation); /* what it says does not matter */
    return operation;
}

/* The end of a client: the exit code. */
static int sum_up(bool reached, bool ended)
{
    core_lock();
    size_t left = object_count() + operation_count();
    core_unlock();
    return left ? 1 : !ended ? 2 : reached ? 0 : NOT_REACHED;
}

/* A system that ends with its last handle: waits, for a limited time, until it has. */
static bool ends(PCWSTR id)
{
    HCS_SYSTEM system;
    for (int i = 0; i < LIMIT; i++, nap()) {
        HRESULT result = HcsOpenComputeSystem(id, GENERIC_ALL, &system);
        if (FAILED(result))
            return result == HCS_E_SYSTEM_NOT_FOUND;
        HcsCloseComputeSystem(system);
    }
    return false;
}

/* A process that has ended is known until its last handle is closed: waits, for a limited time, until it is not. */
static bool is_forgotten(HCS_SYSTEM system, DWORD process_id)
{
    HCS_PROCESS process;
    HRESULT result = HCS_E_PROCESS_ALREADY_STOPPED;
    for (int i = 0; i < LIMIT && result == HCS_E_PROCESS_ALREADY_STOPPED; i++, nap())
        result = HcsOpenProcess(system, process_id, GENERIC_ALL, &process);
    return result == HRESULT_ERROR_NOT_FOUND;
}

/* Tells the other client what it is to open (step 1), closes its own handles once that has been opened and closed (2),
   and sees that nothing of it is left (3). */
static int create_for_another(struct shared *shared)
{
    HCS_SYSTEM system = running_system(u"scarce", LAST_HANDLE_CONTAINER);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    HRESULT result = HcsCreateProcess(system, ENDLESS, operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
    atomic_store(&shared->exits, (int)information.ProcessId);
    atomic_store(&shared->step, 1);
    if (FAILED(result) || !reach(shared, 2))
        return 1;
    result = terminate_process(process);
    if (SUCCEEDED(result))
        result = HcsWaitForProcessExit(process, INFINITE, NULL);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    bool ended = SUCCEEDED(result) && is_forgotten(system, information.ProcessId);
    HcsCloseComputeSystem(system);
    ended = ends(u"scarce") && ended;
    atomic_store(&shared->step, 3);
    return ended ? 0 : 1;
}

static int open_one_s_system(struct shared *shared)
{
    HCS_SYSTEM system = NULL;
    HcsCloseOperation(get_ready());
    if (!reach(shared, 1))
        return 3;
    failing_begin(FAILING_MEMORY, shortage, 1);
    HRESULT result = HcsOpenComputeSystem(u"scarce", GENERIC_ALL, &system);
    bool reached = failing_end();
    if (SUCCEEDED(result))
        HcsCloseComputeSystem(system);
    atomic_store(&shared->step, 2);
    bool ended = reach(shared, 3); /* while this client lives, whose end would release what it holds */
    return sum_up(reached, ended);
}

static int open_one_s_process(struct shared *shared)
{
    HCS_SYSTEM system = NULL;
    HCS_PROCESS process = NULL;
    if (!reach(shared, 1) || FAILED(HcsOpenComputeSystem(u"scarce", GENERIC_ALL, &system)))
        return 3;
    failing_begin(FAILING_MEMORY, shortage, 1);
    HRESULT result = HcsOpenProcess(system, (DWORD)atomic_load(&shared->exits), GENERIC_ALL, &process);
    bool reached = failing_end();
    if (SUCCEEDED(result))
        HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    atomic_store(&shared->step, 2);
    bool ended = reach(shared, 3);
    return sum_up(reached, ended);
}

static int end_of(pid_t client)
{
    int status = -1;
    cr_expect_eq(waitpid(client, &status, 0), client);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The client is a new one each time: what it has once made it need not allocate again. */
static void fail_each(int (*act)(struct shared *shared), bool opens)
{
    int code = 0;
    for (shortage = 1; !code; shortage++) {
        struct shared *shared = share();
        pid_t creator = opens ? other_client(create_for_another, shared) : 0;
        code = end_of(other_client(act, shared));
        if (creator)
            cr_assert_eq(end_of(creator), 0, "allocation %ld: something is left of what it opened", shortage);
    }
    cr_expect_eq(code, NOT_REACHED, "allocation %ld: the client ended with %d", shortage - 1, code);
    cr_expect_gt(shortage, 5, "%ld allocations are not all", shortage);
}

Test(opens, a_system_for_which_memory_is_short)
{
    fail_each(open_one_s_system, true);
}

Test(opens, a_process_for_which_memory_is_short)
{
    fail_each(open_one_s_process, true);
}

static int create_own(struct shared *shared)
{
    (void)shared;
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = get_ready();
    failing_begin(FAILING_MEMORY, shortage, 1);
    HRESULT begun = HcsCreateComputeSystem(u"scarce", LAST_HANDLE_CONTAINER, operation, NULL, &system);
    (void)finish(begun, operation); /* it may have failed */
    bool reached = failing_end();
    if (system)
        HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return sum_up(reached, ends(u"scarce"));
}

Test(opens, a_create_for_whose_answer_memory_is_short)
{
    fail_each(create_own, false);
}
