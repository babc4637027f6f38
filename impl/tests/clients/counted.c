/* Counts system calls and allocations per lifecycle of a process, which do not depend on the machine's load. The
   program traces itself in a child. Exit code 1 when a count is over its limit, 2 when it can't be counted here. */
#include <computecore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define PLAIN u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\"}"
#define PIPES                                                                                                          \
    u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"CreateStdInPipe\":true,"             \
    u"\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}"

enum { ROUNDS = 200, MARK = 424242 };

/* Limits per 100 lifecycles: work shared by many counts less than one each. */
struct limits {
    const char *name;
    PCWSTR document;
    bool pipes;
    long calls, allocations; /* in 100 lifecycles */
};

/* Measured per lifecycle: 0 calls and 1 allocation without pipes, 8 to 11 and 3 with three. Without pipes only the
   growth of a pool makes system calls. With three, each pipe is made and closed at both ends; one that the guest never
   uses costs no further call. */
static const struct limits limits[] = {
    {"a process without pipes", PLAIN, false, 5, 110},
    {"a process with three pipes", PIPES, true, 1200, 310},
};

/* --- allocations --- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
static _Thread_local long allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}

/* --- the client --- */

static HCS_SYSTEM container;
static HCS_OPERATION operation;

static void must(HRESULT result)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "counted: a call answered 0x%08X\n", (unsigned)result);
    _exit(2);
}

static void open_container(void)
{
    operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"counted", CONTAINER, operation, NULL, &container));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    must(HcsStartComputeSystem(container, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
}

static void lifecycles(const struct limits *of)
{
    for (int i = 0; i < ROUNDS; i++) {
        HCS_PROCESS process;
        HCS_PROCESS_INFORMATION information;
        HCS_OPERATION own = HcsCreateOperation(NULL, NULL);
        must(HcsCreateProcess(container, of->document, own, NULL, &process));
        must(HcsWaitForOperationResultAndProcessInfo(own, INFINITE, &information, NULL));
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        if (of->pipes) {
            CloseHandle(information.StdInput);
            CloseHandle(information.StdOutput);
            CloseHandle(information.StdError);
        }
        HcsCloseProcess(process);
        HcsCloseOperation(own);
    }
}

static void mark(void)
{
    (void)syscall(SYS_getpgid, MARK);
}

/* The first round fills pools and starts threads; the second is counted. */
static void be_traced(void)
{
    int wrong = 0;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
        _exit(2);
    open_container();
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        lifecycles(&limits[i]);
        long before = allocations;
        mark();
        lifecycles(&limits[i]);
        mark();
        long count = (allocations - before) * 100 / ROUNDS;
        printf("%s: %ld.%02ld allocations (at most %ld.%02ld)\n", limits[i].name, count / 100, count % 100,
            limits[i].allocations / 100, limits[i].allocations % 100);
        wrong |= count > limits[i].allocations;
    }
    fflush(stdout);
    _exit(wrong);
}

/* --- system calls --- */

/* Returns whether the system call that the child is about to make is a mark. PTRACE_GET_SYSCALL_INFO gives its number
   and first argument on every architecture. */
static bool is_mark(pid_t child, bool *entry)
{
    struct __ptrace_syscall_info info = {0};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0)
        exit(2);
    *entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
    return *entry && info.entry.nr == SYS_getpgid && info.entry.args[0] == MARK;
}

static int count_calls(pid_t child)
{
    long calls = 0;
    unsigned marks = 0, wrong = 0;
    int status, signal = 0;
    for (;;) {
        bool entry;
        if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(long)signal) || waitpid(child, &status, 0) != child)
            return 2;
        if (WIFEXITED(status))
            return (int)wrong | WEXITSTATUS(status);
        if (WIFSIGNALED(status))
            return 2;
        signal = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
        if (signal)
            continue;
        if (!is_mark(child, &entry)) {
            calls += entry && marks % 2;
            continue;
        }
        const struct limits *of = &limits[marks / 2];
        if (marks++ % 2) {
            calls = calls * 100 / ROUNDS;
            printf("%s: %ld.%02ld system calls (at most %ld.%02ld)\n", of->name, calls / 100, calls % 100,
                of->calls / 100, of->calls % 100);
            wrong |= calls > of->calls;
        }
        calls = 0;
    }
}

int main(void)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        return 2;
    if (!child)
        be_traced();
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))) {
        fprintf(stderr, "counted: no process can be traced here\n");
        return 2;
    }
    return count_calls(child);
}
