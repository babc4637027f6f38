/* For each schedule of fixtures/schedules/ a client that is wrong and one that is right, made of the calls of that
   schedule: scheduled-clients SCHEDULE.json wrong|right ATTEMPT. Exit code: 0 nothing went wrong, 1 the client's fault
   showed. */
#include "turns.h"
#include <computecore.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 4 };
#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define VM u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"GuestConnection\":{}}}"
#define ENDLESS u"{\"CommandLine\":\"ping -t host\"}"

static bool right;
static HCS_SYSTEM system_handle;
static HCS_PROCESS process_handle;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void fault(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
    _Exit(1);
}

static void too_late(int signal)
{
    static const char what[] = "it waits for ever\n";
    (void)signal;
    (void)!write(1, what, sizeof what - 1);
    _Exit(1);
}

static HRESULT finish(HRESULT started, HCS_OPERATION operation)
{
    return FAILED(started) ? started : HcsWaitForOperationResult(operation, INFINITE, NULL);
}

static void make_system(PCWSTR id, PCWSTR document, HCS_SYSTEM *system, bool started)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (FAILED(finish(HcsCreateComputeSystem(id, document, operation, NULL, system), operation)) ||
        (started && FAILED(finish(HcsStartComputeSystem(*system, operation, NULL), operation))))
        exit(2);
    HcsCloseOperation(operation);
}

static void make_process(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (FAILED(finish(HcsCreateProcess(system_handle, ENDLESS, operation, NULL, &process_handle), operation)))
        exit(2);
    HcsCloseOperation(operation);
}

static void run(void *(*first)(void *), void *(*second)(void *))
{
    pthread_t threads[2];
    if (pthread_create(&threads[0], NULL, first, NULL) || pthread_create(&threads[1], NULL, second, NULL))
        exit(2);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* --- close against an exit callback: the wrong one closes with a lock that the callback takes (R-14) --- */

static atomic_int users;

static void CALLBACK on_exit_under_lock(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    turn("k0", "begins");
    turn("k0", "HcsGetProcessInfo");
    pthread_mutex_lock(&lock);
    users++;
    pthread_mutex_unlock(&lock);
    turn("k0", "ends");
}

static void *closes_process(void *unused)
{
    (void)unused;
    turn("c0", "HcsCloseProcess");
    pthread_mutex_lock(&lock);
    HCS_PROCESS process = process_handle;
    process_handle = NULL;
    if (right)
        pthread_mutex_unlock(&lock);
    HcsCloseProcess(process);
    if (!right)
        pthread_mutex_unlock(&lock);
    return NULL;
}

static void *ends_process(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = process_handle; /* the client's own copy: a call with a closed handle returns an error */
    (void)unused;
    turn("c1", "HcsTerminateProcess");
    HRESULT result = HcsTerminateProcess(process, operation, NULL);
    turn("c1", "HcsWaitForOperationResult");
    if (SUCCEEDED(result))
        (void)HcsWaitForOperationResult(operation, INFINITE, NULL);
    HcsCloseOperation(operation);
    return NULL;
}

static void close_against_exit_callback(void)
{
    make_system(u"client", CONTAINER, &system_handle, true);
    make_process();
    HcsSetProcessCallback(process_handle, HcsEventOptionNone, NULL, on_exit_under_lock);
    run(closes_process, ends_process);
}

/* --- close inside its own callback: the wrong one lets two threads give a record back --- */

static atomic_int given_back;

static void give_back(_Atomic(HCS_SYSTEM) *held)
{
    HCS_SYSTEM system = right ? atomic_exchange(held, NULL) : atomic_load(held);
    if (right && !system)
        return;
    HcsCloseComputeSystem(system);
    if (atomic_fetch_add(&given_back, 1))
        fault("the record of a system is given back twice");
}

static _Atomic(HCS_SYSTEM) held;

static void CALLBACK on_exit_give_back(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    turn("k0", "begins");
    turn("k0", "HcsCloseComputeSystem");
    give_back(&held);
    turn("k0", "ends");
}

static void *ends_system(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    (void)unused;
    turn("c0", "HcsTerminateComputeSystem");
    if (SUCCEEDED(HcsTerminateComputeSystem(system_handle, operation, NULL)))
        (void)HcsWaitForOperationResult(operation, INFINITE, NULL);
    HcsCloseOperation(operation);
    return NULL;
}

static void *closes_held(void *unused)
{
    (void)unused;
    turn("c1", "HcsCloseComputeSystem");
    give_back(&held);
    return NULL;
}

static void close_inside_its_own_callback(void)
{
    make_system(u"client", CONTAINER, &system_handle, true);
    atomic_store(&held, system_handle);
    HcsSetComputeSystemCallback(system_handle, HcsEventOptionNone, NULL, on_exit_give_back);
    run(ends_system, closes_held);
}

/* --- completion before the call returns: the wrong one says that it waits when the call has returned (R-31) --- */

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool pending;

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    (void)context;
    turn("k0", "begins");
    pthread_mutex_lock(&lock);
    pending = false;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    turn("k0", "ends");
}

static void say_pending(void)
{
    pthread_mutex_lock(&lock);
    pending = true;
    pthread_mutex_unlock(&lock);
}

static void completion_before_the_call_returns(void)
{
    make_system(u"client", VM, &system_handle, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, on_completion);
    if (right)
        say_pending();
    turn("c0", "HcsPauseComputeSystem");
    if (FAILED(HcsPauseComputeSystem(system_handle, operation, NULL)))
        exit(2);
    turn("c0", "HcsWaitForOperationResult"); /* as if the thread had been preempted here */
    if (!right)
        say_pending();
    pthread_mutex_lock(&lock);
    while (pending)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    HcsCloseOperation(operation);
}

/* --- exit before registration: the wrong one forgets what it was told while it registered (R-05, R-06) --- */

static bool exited;

static void CALLBACK on_exit_tell(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    turn("k0", "begins");
    pthread_mutex_lock(&lock);
    exited = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    turn("k0", "ends");
}

static void *registers(void *unused)
{
    (void)unused;
    turn("c1", "HcsSetProcessCallback");
    HcsSetProcessCallback(process_handle, HcsEventOptionNone, NULL, on_exit_tell);
    turn("c1", "HcsGetProcessInfo"); /* as if the thread had been preempted here */
    pthread_mutex_lock(&lock);
    if (!right)
        exited = false; /* "it has just been registered" */
    while (!exited)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *terminates(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    (void)unused;
    turn("c0", "HcsTerminateProcess");
    (void)finish(HcsTerminateProcess(process_handle, operation, NULL), operation);
    HcsCloseOperation(operation);
    return NULL;
}

static void exit_before_registration(void)
{
    make_system(u"client", CONTAINER, &system_handle, true);
    make_process();
    run(terminates, registers);
}

/* --- terminate during start: the wrong one takes a failed start for the end of the system (R-03, R-21) --- */

static void *starts(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM again = NULL;
    (void)unused;
    turn("c0", "HcsStartComputeSystem");
    HRESULT result = HcsStartComputeSystem(system_handle, operation, NULL);
    turn("c0", "HcsWaitForOperationResult");
    if (FAILED(finish(result, operation))) {
        if (right) {
            (void)HcsWaitForComputeSystemExit(system_handle, INFINITE, NULL);
            HcsCloseComputeSystem(system_handle);
        }
        if (FAILED(finish(HcsCreateComputeSystem(u"client", CONTAINER, operation, NULL, &again), operation)))
            fault("the id of a system that did not start is still taken");
    }
    HcsCloseOperation(operation);
    return NULL;
}

static void *terminates_system(void *unused)
{
    HCS_SYSTEM system = system_handle;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    (void)unused;
    turn("c1", "HcsTerminateComputeSystem");
    (void)finish(HcsTerminateComputeSystem(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return NULL;
}

static void terminate_during_start(void)
{
    make_system(u"client", CONTAINER, &system_handle, false);
    run(starts, terminates_system);
}

/* --- two callbacks close each other: the wrong one takes a close for the end of the other's callback (L1) --- */

struct record {
    HCS_SYSTEM system, other;
    struct record *friend;
    const char *name;
    atomic_int uses, gone;
};
static struct record records[2];
static atomic_int begun, ended;

static void let_go(struct record *record)
{
    if (atomic_fetch_sub(&record->uses, 1) == 1)
        atomic_store(&record->gone, 1);
}

static void CALLBACK on_exit_close_other(HCS_EVENT *event, void *context)
{
    struct record *record = context;
    (void)event;
    atomic_fetch_add(&begun, 1);
    turn(record->name, "begins");
    turn(record->name, "HcsCloseComputeSystem");
    HcsCloseComputeSystem(record->other);
    if (right)
        let_go(record->friend); /* its callback holds a reference of its own */
    else
        atomic_store(&record->friend->gone, 1);
    turn(record->name, "ends");
    if (atomic_load(&record->gone))
        fault("a callback works on with a record that is gone");
    let_go(record);
    atomic_fetch_add(&ended, 1);
}

static void *ends_other(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    (void)unused;
    turn("c1", "HcsGetComputeSystemProperties");
    if (SUCCEEDED(HcsTerminateComputeSystem(records[1].system, operation, NULL)))
        (void)HcsWaitForOperationResult(operation, INFINITE, NULL);
    HcsCloseOperation(operation);
    return NULL;
}

static void two_callbacks_close_each_other(void)
{
    static const PCWSTR ids[] = {u"client-0", u"client-1"};
    static const char *const names[] = {"k0", "k1"};
    for (int i = 0; i < 2; i++) {
        records[i].name = names[i];
        records[i].friend = &records[1 - i];
        atomic_store(&records[i].uses, 2); /* the registration's, released by the other, and the callback's */
        make_system(ids[i], CONTAINER, &records[i].system, true);
    }
    for (int i = 0; i < 2; i++) {
        records[i].other = records[1 - i].system;
        HcsSetComputeSystemCallback(records[i].system, HcsEventOptionNone, &records[i], on_exit_close_other);
    }
    system_handle = records[0].system;
    run(ends_system, ends_other);
    while (!atomic_load(&begun) || atomic_load(&ended) < atomic_load(&begun)) /* the alarm limits the wait */
        usleep(1000);
}

/* --- two closers: the wrong one closes what another thread has opened meanwhile (H-02) --- */

static _Atomic(HCS_SYSTEM) shared;

static void close_shared(void)
{
    HCS_SYSTEM system = right ? atomic_exchange(&shared, NULL) : atomic_load(&shared);
    if (system)
        HcsCloseComputeSystem(system);
}

static void *closes_and_opens(void *unused)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM fresh = NULL;
    (void)unused;
    turn("c0", "HcsTerminateComputeSystem");
    close_shared();
    if (FAILED(HcsOpenComputeSystem(u"client", GENERIC_ALL, &fresh)))
        exit(2);
    if (!right)
        atomic_store(&shared, fresh);
    turn("c0", "HcsCloseComputeSystem");
    if (FAILED(finish(HcsGetComputeSystemProperties(fresh, operation, NULL), operation)))
        fault("a handle is closed by somebody who did not open it");
    HcsCloseOperation(operation);
    return NULL;
}

static void *closes_too(void *unused)
{
    (void)unused;
    turn("c1", "HcsCloseComputeSystem");
    close_shared();
    return NULL;
}

static void two_closers(void)
{
    make_system(u"client", CONTAINER, &system_handle, true);
    atomic_store(&shared, system_handle);
    run(closes_and_opens, closes_too);
}

/* --- */

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } clients[] = {{"close-against-exit-callback", close_against_exit_callback},
        {"close-inside-its-own-callback", close_inside_its_own_callback},
        {"completion-before-the-call-returns", completion_before_the_call_returns},
        {"exit-before-registration", exit_before_registration}, {"terminate-during-start", terminate_during_start},
        {"two-callbacks-close-each-other", two_callbacks_close_each_other}, {"two-closers", two_closers}};
    if (argc != 4)
        return 2;
    right = !strcmp(argv[2], "right");
    turns_begin(argv[1], (unsigned)strtoul(argv[3], NULL, 10));
    signal(SIGALRM, too_late);
    alarm(LIMIT_S);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        if (strstr(argv[1], clients[i].name)) {
            clients[i].run();
            _Exit(0);
        }
    fprintf(stderr, "scheduled-clients: there is no client for %s\n", argv[1]);
    return 2;
}
