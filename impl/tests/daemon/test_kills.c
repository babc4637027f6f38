/* Clients of computecored that are killed: in each step of each call, and anywhere. Another client lives beside them
   and notices nothing; descriptors, threads and memory of the daemon are level afterwards. */
#include "daemon.h"
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

TestSuite(kills, .init = daemon_begin_with_witness, .fini = daemon_end_with_witness, .timeout = 900);

/* --- where a client is killed --- */

/* Before and after each message that it sends or looks for; 0: nowhere. These functions stand before the C library's.
 */
static long steps_left;

static void take_step(void)
{
    if (steps_left && --steps_left == 0)
        kill(getpid(), SIGKILL);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    take_step();
    ssize_t sent = syscall(SYS_sendmsg, socket, message, flags);
    take_step();
    return sent;
}

ssize_t recvmsg(int socket, struct msghdr *message, int flags)
{
    take_step();
    ssize_t received = syscall(SYS_recvmsg, socket, message, flags);
    take_step();
    return received;
}

int sendmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags)
{
    take_step();
    int sent = (int)syscall(SYS_sendmmsg, socket, messages, count, flags);
    take_step();
    return sent;
}

int recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
    take_step();
    int received = (int)syscall(SYS_recvmmsg, socket, messages, count, flags, timeout);
    take_step();
    return received;
}

/* --- what it does --- */

static HCS_OPERATION operation;

/* Waits for the operation; any result will do. */
static void call(HRESULT called)
{
    PWSTR document = NULL;
    if (SUCCEEDED(called))
        (void)HcsWaitForOperationResult(operation, INFINITE, &document);
    LocalFree(document);
}

static void use_process(HCS_SYSTEM system)
{
    HCS_PROCESS process = NULL, again = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    if (SUCCEEDED(HcsCreateProcess(system,
            u"{\"CommandLine\":\"ping -t host\",\"CreateStdOutPipe\":true,\"CreateStdInPipe\":true}", operation, NULL,
            &process)))
        (void)HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
    if (SUCCEEDED(HcsOpenProcess(system, information.ProcessId, GENERIC_ALL, &again)))
        HcsCloseProcess(again);
    call(HcsGetProcessInfo(process, operation));
    call(HcsGetProcessProperties(process, operation, NULL));
    call(HcsSignalProcess(process, operation, u"{\"Signal\":\"CtrlC\"}"));
    call(HcsModifyProcess(
        process, operation, u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}"));
    (void)HcsWaitForProcessExit(process, 1, NULL);
    call(HcsTerminateProcess(process, operation, NULL));
    close((int)(intptr_t)information.StdInput);
    close((int)(intptr_t)information.StdOutput);
    HcsCloseProcess(process);
}

/* A document that no packet takes. */
static PCWSTR large_document(void)
{
    enum { SPACES = 100000 };
    static WCHAR text[SPACES + 100];
    static const char begin[] = "{\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":{},\"SchemaVersion\":",
                      end[] = "{\"Major\":2,\"Minor\":1}}";
    size_t length = 0;
    for (const char *c = begin; *c; c++)
        text[length++] = (WCHAR)*c;
    while (length < SPACES)
        text[length++] = ' ';
    for (const char *c = end; *c; c++)
        text[length++] = (WCHAR)*c;
    return text;
}

/* All that a client does. */
static int live(struct shared *shared)
{
    HCS_SYSTEM system = NULL, again = NULL;
    PWSTR document = NULL;
    (void)shared;
    operation = HcsCreateOperation(NULL, NULL);
    call(HcsCreateComputeSystem(u"doomed", LAST_HANDLE_CONTAINER, operation, NULL, &system));
    call(HcsStartComputeSystem(system, operation, NULL));
    if (SUCCEEDED(HcsOpenComputeSystem(u"doomed", GENERIC_ALL, &again)))
        HcsCloseComputeSystem(again);
    call(HcsEnumerateComputeSystems(NULL, operation));
    call(HcsGetComputeSystemProperties(system, operation, NULL));
    call(HcsModifyComputeSystem(system, operation,
        u"{\"ResourcePath\":\"Container/Memory\",\"RequestType\":\"Update\",\"Settings\":{\"SizeInMB\":64}}", NULL));
    call(HcsPauseComputeSystem(system, operation, NULL));
    call(HcsResumeComputeSystem(system, operation, NULL));
    if (SUCCEEDED(HcsGetServiceProperties(NULL, &document)))
        LocalFree(document);
    use_process(system);
    (void)HcsWaitForComputeSystemExit(system, 1, NULL);
    call(HcsShutDownComputeSystem(system, operation, NULL));
    call(HcsTerminateComputeSystem(system, operation, NULL));
    HcsCloseComputeSystem(system);
    call(HcsCreateComputeSystem(u"doomed", large_document(), operation, NULL, &system));
    call(HcsCrashComputeSystem(system, operation, NULL));
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}

static int live_for_some_steps(struct shared *shared)
{
    steps_left = atomic_load(&shared->step);
    return live(shared);
}

static int live_for_ever(struct shared *shared)
{
    while (live(shared) == 0)
        ;
    return 1;
}

/* --- what is left --- */

static struct {
    unsigned descriptors, threads;
    long memory;
} before;

static unsigned most(unsigned one, unsigned other)
{
    return one > other ? one : other;
}

/* The first lives make what is kept. What the witness does goes on, so that of several looks the most counts. */
static void warm_up(void)
{
    for (int i = 0; i < 3; i++)
        expect_right(other_client(live, share()));
    before.descriptors = before.threads = 0;
    for (int i = 0; i < 40; i++) {
        nap();
        before.descriptors = most(before.descriptors, daemon_count("fd"));
        before.threads = most(before.threads, daemon_count("task"));
    }
    before.memory = daemon_memory();
}

static bool is_gone(void)
{
    HCS_SYSTEM system;
    HRESULT result = HcsOpenComputeSystem(u"doomed", GENERIC_ALL, &system);
    if (SUCCEEDED(result))
        HcsCloseComputeSystem(system);
    return result == HCS_E_SYSTEM_NOT_FOUND;
}

/* The daemon may hear of the last client's end, and its threads may rest, only after a while: on a machine under load
   after a long one. */
static void expect_level(void)
{
    enum { MORE_KIB = 4096, OWN_SOCKET = 1 };
    unsigned descriptors = 0, threads = 0;
    bool gone = false, level = false;
    for (int i = 0; !level && i < MANY_LOOKS; i++, nap()) {
        gone = is_gone();
        descriptors = daemon_count("fd");
        threads = daemon_count("task");
        level = gone && descriptors <= before.descriptors + OWN_SOCKET && threads <= before.threads;
    }
    cr_expect(level, "its system %s, %u descriptors and %u before, %u threads and %u before",
        gone ? "is gone" : "is there", descriptors, before.descriptors, threads, before.threads);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
    cr_expect_leq(daemon_memory() - before.memory, MORE_KIB, "%ld KiB more", daemon_memory() - before.memory);
#endif
}

Test(kills, in_each_step_of_each_call)
{
    struct shared *shared = share();
    int status = 0, steps = 0;
    warm_up();
    do {
        atomic_store(&shared->step, ++steps);
        pid_t child = other_client(live_for_some_steps, shared);
        cr_assert_eq(waitpid(child, &status, 0), child);
    } while (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "after %d steps: %x", steps, (unsigned)status);
    cr_expect_geq(steps, 100, "only %d steps", steps);
    expect_level();
}

/* $DAEMON_KILLS: more of them where there is time. */
Test(kills, anywhere)
{
    enum { KILLS = 40 };
    const char *given = getenv("DAEMON_KILLS");
    unsigned kills = given ? (unsigned)strtoul(given, NULL, 10) : KILLS, state = 1;
    warm_up();
    for (unsigned i = 0; i < kills; i++) {
        pid_t child = other_client(live_for_ever, NULL);
        state = state * 1103515245 + 12345;
        usleep((state >> 16) % 8000);
        kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
    }
    expect_level();
}
