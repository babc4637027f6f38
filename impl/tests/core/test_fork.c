/* What a client does to its whole process: it forks, cancels threads, closes all descriptors. */
#include "../client.h"
#include "spec_api.h"
#include "spec_functions.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { FORKS = 20, LIMIT_S = 20 };

static atomic_bool over;

/* Keeps the lock busy. */
static void *be_busy(void *unused)
{
    (void)unused;
    while (!atomic_load(&over)) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        finish(HcsEnumerateComputeSystems(NULL, operation), operation);
        HcsCloseOperation(operation);
    }
    return NULL;
}

/* Runs in a child that must not hang; its answer is its exit code, -1: it was ended by a signal. */
static int in_child(int (*run)(void))
{
    int status;
    pid_t child = fork();
    if (!child) {
        alarm(LIMIT_S);
        _exit(run());
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The index of the first function that does not answer as one whose service is away, 100 above; 0: all do. */
static int call_everything(void)
{
    union spec_argument arguments[8] = {{.pointer = NULL}};
    void *out, *address;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        const struct spec_function *function = &spec_functions[i];
        out = &out;
        for (int j = 0; j < function->parameter_count; j++) {
            bool handle = function->parameters[j].kind >= PARAMETER_OUT_TEXT &&
                          function->parameters[j].kind <= PARAMETER_OUT_PROCESS;
            arguments[j].pointer = handle ? &out : NULL;
        }
        memcpy(&address, &spec_entries[i], sizeof address);
        uint64_t answer = function->call(address, arguments);
        bool away = !strcmp(function->result, "HRESULT") ? (HRESULT)answer == HCS_E_SERVICE_NOT_AVAILABLE
                                                         : !strstr(function->result, "HCS_SYSTEM") || !answer;
        if (!away || (out && out != &out))
            return 100 + i;
    }
    return 0;
}

Test(fork, a_child_of_busy_threads_gets_no_service_and_never_hangs)
{
    pthread_t threads[2];
    drop_system(make_system(u"before", CONTAINER, true));
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, be_busy, NULL);
    for (int i = 0; i < FORKS; i++)
        cr_assert_eq(in_child(call_everything), 0);
    atomic_store(&over, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    expect_nothing_left();
}

static int make_a_system(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsCreateComputeSystem(u"child", CONTAINER, operation, NULL, &system), operation);
    HcsCloseOperation(operation);
    if (system)
        drop_system(system);
    return SUCCEEDED(result) ? 0 : 1;
}

Test(fork, a_child_of_a_process_that_has_not_called_yet_is_like_any_other)
{
    cr_expect_eq(in_child(make_a_system), 0);
    cr_expect_eq(make_a_system(), 0);
    cr_expect_neq(in_child(make_a_system), 0);
}

/* --- pthread_cancel --- */

static HCS_PROCESS endless;

static void *wait_for_exit(void *started)
{
    atomic_store((atomic_bool *)started, true);
    HcsWaitForProcessExit(endless, INFINITE, NULL);
    return started;
}

static int cancel_a_wait(void)
{
    atomic_bool started = false;
    pthread_t thread;
    void *result;
    HCS_SYSTEM system = make_system(u"cancel", CONTAINER, true);
    HCS_PROCESS_INFORMATION information;
    endless = make_process(system, ENDLESS, &information);
    pthread_create(&thread, NULL, wait_for_exit, &started);
    while (!atomic_load(&started))
        usleep(1000);
    usleep(20000); /* until it sleeps, most likely; the test holds if it does not yet */
    pthread_cancel(thread);
    must(terminate_process(endless));
    pthread_join(thread, &result);
    HcsCloseProcess(endless);
    drop_system(system);
    return result == &started || result == PTHREAD_CANCELED ? 0 : 1;
}

Test(fork, a_thread_that_is_cancelled_inside_a_wait_leaves_no_lock_behind)
{
    cr_expect_eq(in_child(cancel_a_wait), 0);
}

/* --- descriptors --- */

static atomic_int told;

static void CALLBACK tell(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type == HcsEventProcessExited || event->Type == HcsEventSystemExited)
        atomic_fetch_add(&told, 1);
}

enum { FILES = 8 };

/* As a daemon does, then opens files, which get the numbers of what was closed. */
static void close_all_and_open(int files[FILES])
{
    for (int i = 3; i < 256; i++)
        close(i);
    for (int i = 0; i < FILES; i++)
        files[i] = open("/tmp", O_TMPFILE | O_RDWR, 0600);
}

/* Whether all files are still open and empty. */
static bool are_untouched(const int files[FILES])
{
    for (int i = 0; i < FILES; i++)
        if (files[i] < 0 || lseek(files[i], 0, SEEK_END) != 0)
            return false;
    return true;
}

static int close_all_beside_callbacks(void)
{
    int files[FILES];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, true);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, tell));
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, tell));
    close_all_and_open(files);
    must(terminate_process(process));
    bool first = reaches(&told, 1);
    must(terminate_system(system));
    bool second = reaches(&told, 2);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    return !first ? 1 : !second ? 2 : !are_untouched(files) ? 3 : 0;
}

static int close_all_beside_pipes(void)
{
    int files[FILES];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, true);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, tell));
    HCS_PROCESS process = make_process(
        system, u"{\"CommandLine\":\"cat\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", &information);
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, tell));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (int i = 0; i < 10; i++) /* the guest waits for its input */
        must(finish(HcsEnumerateComputeSystems(NULL, operation), operation));
    HcsCloseOperation(operation);
    usleep(50000); /* until the pump polls, most likely; the test holds if it does not */
    close_all_and_open(files);
    must(terminate_system(system));
    bool all = reaches(&told, 2);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    return !all ? 1 : !are_untouched(files) ? 3 : 0;
}

Test(fork, who_closes_all_descriptors_keeps_its_callbacks_and_its_next_files)
{
    cr_expect_eq(in_child(close_all_beside_callbacks), 0);
    cr_expect_eq(in_child(close_all_beside_pipes), 0);
}

static int count_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 256; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

Test(fork, callbacks_need_no_descriptor)
{
    int before = count_descriptors();
    HCS_SYSTEM system = make_system(u"none", CONTAINER, true);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, tell));
    cr_expect_eq(count_descriptors(), before);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, NULL));
    drop_system(system);
}
