/* Which thread drives the core, and how time passes. */
#include "../client.h"
#include "include/HcsSim.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

Test(progress, long_sleeps_pass_at_once)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"sleep", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 86400\"}", &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL)); /* a day is beyond every limit of a test */
    HcsCloseProcess(process);
    drop_system(system);
}

Test(progress, nobody_hears_of_a_timeout_before_it_has_passed)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"timeout", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 10\"}", &information);
    double start = now();
    cr_expect_eq(HcsWaitForProcessExit(process, 50, NULL), HCS_E_OPERATION_TIMEOUT);
    cr_expect_geq(now() - start, 0.049); /* which load can only make longer */
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseProcess(process);
    drop_system(system);
}

Test(progress, a_client_that_only_polls_gets_there)
{
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"poll", CONTAINER, operation, NULL, &system));
    int polls = 0;
    while (HcsGetOperationResult(operation, NULL) == HCS_E_OPERATION_PENDING && polls < 1000)
        polls++;
    cr_expect_lt(polls, 1000);
    must(HcsStartComputeSystem(system, operation, NULL));
    for (polls = 0; HcsWaitForOperationResult(operation, 0, NULL) == HCS_E_OPERATION_TIMEOUT && polls < 1000; polls++)
        ;
    cr_expect_lt(polls, 1000);
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 5\"}", &information);
    for (polls = 0; HcsWaitForProcessExit(process, 0, NULL) == HCS_E_OPERATION_TIMEOUT && polls < 1000; polls++)
        ;
    cr_expect_lt(polls, 1000);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

static atomic_int events;

static void CALLBACK count_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    atomic_fetch_add(&events, 1);
}

Test(progress, events_come_while_the_client_does_nothing, .timeout = 20)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"pump", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"ping -n 5 host\"}", &information);
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, count_event));
    cr_expect(reaches(&events, 1));
    HcsCloseProcess(process);
    drop_system(system);
}

static void *wait_exit(void *process)
{
    return (void *)(intptr_t)HcsWaitForProcessExit(process, INFINITE, NULL);
}

Test(progress, many_threads_wait_for_many_exits, .timeout = 30)
{
    enum { COUNT = 8 };
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS processes[COUNT];
    pthread_t threads[COUNT];
    void *result;
    HCS_SYSTEM system = make_system(u"many", CONTAINER, true);
    for (int i = 0; i < COUNT; i++)
        processes[i] = make_process(system, u"{\"CommandLine\":\"sleep 3\"}", &information);
    for (int i = 0; i < COUNT; i++)
        pthread_create(&threads[i], NULL, wait_exit, processes[i]);
    for (int i = 0; i < COUNT; i++) {
        pthread_join(threads[i], &result);
        cr_expect_eq((HRESULT)(intptr_t)result, S_OK);
        HcsCloseProcess(processes[i]);
    }
    drop_system(system);
    expect_nothing_left();
}

static void *blocked(void *system)
{
    return (void *)(intptr_t)HcsWaitForComputeSystemExit(system, INFINITE, NULL);
}

Test(progress, ten_seconds_of_waiting_are_said_once, .timeout = 40)
{
    /* L8 */
    int pipes[2];
    char said[512];
    cr_assert_eq(pipe(pipes), 0);
    HCS_SYSTEM system = make_system(u"l8", CONTAINER, true), second;
    must(HcsOpenComputeSystem(u"l8", GENERIC_ALL, &second));
    int kept = dup(2);
    dup2(pipes[1], 2);
    pthread_t thread;
    pthread_create(&thread, NULL, blocked, second);
    sleep(12);
    dup2(kept, 2);
    HcsCloseComputeSystem(second);
    pthread_join(thread, NULL);
    close(pipes[1]);
    ssize_t got = read(pipes[0], said, sizeof said - 1);
    said[got > 0 ? got : 0] = 0;
    cr_expect_str_eq(said,
        "computecore: HcsWaitForComputeSystemExit has been blocked for 10 s, still waiting (the exit of "
        "system \"l8\")\n");
    drop_system(system);
}

Test(progress, returning_from_main_while_a_callback_runs, .timeout = 20)
{
    int status = system(RETURNS);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static int thread_count(void)
{
    int threads = -1;
    char line[128];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "Threads: %d", &threads);
    if (file)
        fclose(file);
    return threads;
}

/* Asks the engine itself: a call of the API could advance time. */
static bool something_is_due(void)
{
    core_lock();
    bool due = core_engine()->operations->due(core_engine()) != UINT64_MAX;
    core_unlock();
    return due;
}

Test(progress, the_world_moves_on_while_the_client_is_elsewhere, .timeout = 30)
{
    HCS_SYSTEM system = make_system(u"elsewhere", CONTAINER_ON_CLOSE, true), again = NULL;
    HcsCloseComputeSystem(system);
    for (int i = 0; i < 1000 && something_is_due(); i++)
        usleep(10000); /* on a machine at rest that is twice */
    cr_expect_eq(HcsOpenComputeSystem(u"elsewhere", GENERIC_ALL, &again), HCS_E_SYSTEM_NOT_FOUND);
    expect_nothing_left();
}

static void CALLBACK wait_inside(HCS_EVENT *event, void *system)
{
    if (event->Type == HcsEventSystemExited)
        HcsWaitForComputeSystemExit(system, INFINITE, NULL);
}

static long sleeps(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

/* None wakes the other when it goes to sleep, which would wake the first. */
Test(progress, callbacks_that_wait_beside_each_other_sleep, .timeout = 30)
{
    HCS_SIM_COUNTS counts = {0};
    HCS_SYSTEM last = make_system(u"last", CONTAINER, false), systems[2];
    for (int i = 0; i < 2; i++) {
        systems[i] = make_system(i ? u"first" : u"second", CONTAINER, false);
        must(HcsSetComputeSystemCallback(systems[i], HcsEventOptionNone, last, wait_inside));
        must(terminate_system(systems[i]));
    }
    for (int i = 0; i < 10000 && SUCCEEDED(HcsSimCount(&counts)) && counts.Running < 2; i++)
        usleep(1000);
    cr_assert_eq(counts.Running, 2);
    usleep(100000); /* for the callbacks to sleep */
    long before = sleeps();
    usleep(300000);
    cr_expect_lt(sleeps() - before, 1000, "%ld", sleeps() - before); /* some of the pump; it was 20,000 */
    must(terminate_system(last));
    for (int i = 0; i < 2; i++)
        HcsCloseComputeSystem(systems[i]);
    HcsCloseComputeSystem(last);
}

/* The pump has to give up the lock while the wait ends before the next event of the host. */
Test(progress, without_idle_time_a_wait_ends_before_the_next_event, .timeout = 30)
{
    setenv("COMPUTECORE_SCENARIO", "{\"idleMs\":0}", 1);
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"hurried", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 1000000\"}", &information);
    HRESULT result = HcsWaitForProcessExit(process, 30, NULL);
    for (int i = 0; i < 100 && result == S_OK; i++) { /* the process had ended before the call */
        HcsCloseProcess(process);
        process = make_process(system, u"{\"CommandLine\":\"sleep 1000000\"}", &information);
        result = HcsWaitForProcessExit(process, 30, NULL);
    }
    cr_expect_eq(result, HCS_E_OPERATION_TIMEOUT);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(progress, with_one_client_the_world_stands_still_while_it_is_elsewhere)
{
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1,\"idleMs\":1}", 1);
    HCS_SYSTEM system = make_system(u"alone", CONTAINER_ON_CLOSE, true), again = NULL;
    HcsCloseComputeSystem(system);
    usleep(50000);
    must(HcsOpenComputeSystem(u"alone", GENERIC_ALL, &again));
    drop_system(again);
}

Test(progress, with_one_client_no_thread_exists_until_one_is_needed)
{
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    int before = thread_count();
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"threads", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"true\"}", &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    cr_expect_eq(thread_count(), before);
    HcsCloseProcess(process);
    drop_system(system);
}
