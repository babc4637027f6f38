/* Opens through computecored, whose objects are let go of before the callers have woken. */
#include "daemon.h"
#include "platform/platform.h"
#include <signal.h>
#include <sys/wait.h>

TestSuite(opens, .init = daemon_begin, .fini = daemon_end, .timeout = 300);

static _Thread_local bool wakes_late;
static atomic_int asleep; /* 1: the answer has come, and the caller has not looked yet */
static atomic_bool wakes;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
void __real_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until);
void __wrap_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until);
void __wrap_platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until)
{
    __real_platform_wait(condition, mutex, until);
    if (!wakes_late)
        return;
    platform_unlock(mutex);
    atomic_store(&asleep, 1);
    while (!atomic_load(&wakes))
        nap();
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
        while (!atomic_load(&asleep) && !atomic_load(&opening->over))
            nap();
        if (atomic_load(&asleep))
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
