/* Real containers while a system call or an allocation of computecored or of a keeper fails, at one call site after the
   other. A call of the client may fail, with a result that is documented; nothing hangs or crashes, nothing half made
   is left, and the next client is served. */
#include "containers.h"
#include "failures.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

enum { LIMIT_MS = 30000, TRIALS = 2000, SAID = 4096 };

#define MEMORY ENOMEM

static const struct failing_kind kinds[] = {{"open", {EMFILE}}, {"openat", {EMFILE}}, {"openat2", {EMFILE}},
    {"fopen", {EMFILE}}, {"fdopen", {MEMORY}}, {"opendir", {EMFILE}}, {"fdopendir", {MEMORY}}, {"popen", {EMFILE}},
    {"dup", {EMFILE}}, {"dup2", {EMFILE}}, {"pipe2", {EMFILE}}, {"socket", {EMFILE}}, {"socketpair", {EMFILE}},
    {"eventfd", {EMFILE}}, {"signalfd", {EMFILE}}, {"memfd_create", {EMFILE}}, {"epoll_create1", {EMFILE}},
    {"fcntl", {EMFILE}}, {"pidfd_open", {EMFILE}}, {"read", {EIO}}, {"pread", {EIO}}, {"write", {ENOSPC}},
    {"fsync", {EIO}}, {"syncfs", {EIO}}, {"lseek", {EIO}}, {"renameat", {EIO}}, {"mkdir", {ENOSPC}},
    {"mkdirat", {ENOSPC}}, {"mknodat", {ENOSPC}}, {"symlinkat", {ENOSPC}}, {"unlink", {EROFS}}, {"unlinkat", {EROFS}},
    {"rmdir", {EBUSY}}, {"stat", {EIO}}, {"fstat", {EIO}}, {"lstat", {EIO}}, {"fstatat", {EIO}}, {"statfs", {EIO}},
    {"fstatfs", {EIO}}, {"access", {EACCES}}, {"fchmod", {EPERM}}, {"fchmodat", {EPERM}}, {"fchownat", {EPERM}},
    {"chdir", {EACCES}}, {"fchdir", {EACCES}}, {"flock", {ENOLCK}}, {"bind", {EADDRINUSE}}, {"listen", {EADDRINUSE}},
    {"connect", {EAGAIN}}, {"accept4", {ECONNABORTED}}, {"getsockopt", {ENOBUFS}}, {"sendmsg", {EAGAIN, ENOBUFS}},
    {"recvmsg", {EINTR, ENOMEM}}, {"epoll_ctl", {ENOSPC}}, {"epoll_wait", {EINTR}}, {"poll", {EINTR}}, {"ioctl", {EIO}},
    {"tcgetattr", {EIO}}, {"close_range", {EINVAL}}, {"fork", {EAGAIN}}, {"clone3", {EAGAIN}},
    {"posix_spawn", {EAGAIN}}, {"pthread_create", {EAGAIN}}, {"waitpid", {EINTR}}, {"pidfd_send_signal", {EPERM}},
    {"sigprocmask", {EINVAL}}, {"setsid", {EPERM}}, {"setresuid", {EAGAIN}}, {"setresgid", {EAGAIN}},
    {"setgroups", {EPERM}}, {"prctl", {EPERM}}, {"keyctl", {EDQUOT}}, {"capset", {EPERM}}, {"seccomp", {EINVAL}},
    {"unshare", {ENOSPC}}, {"setns", {EPERM}}, {"mount", {EPERM}}, {"umount2", {EBUSY}}, {"open_tree", {EPERM}},
    {"move_mount", {EPERM}}, {"mount_setattr", {EINVAL}}, {"malloc", {MEMORY}}, {"strdup", {MEMORY}},
    {"strndup", {MEMORY}}, {"lxc_container_new", {MEMORY}}, {"seccomp_init", {MEMORY}}, {"seccomp_attr_set", {MEMORY}},
    {"seccomp_export_bpf", {MEMORY}}};

/* A keeper ends where its documents need memory that is not to be had; computecored must not. */
static const struct failing_kind document_kinds[] = {{"cJSON_Parse", {MEMORY}}, {"cJSON_ParseWithLength", {MEMORY}},
    {"cJSON_PrintUnformatted", {MEMORY}}, {"cJSON_Duplicate", {MEMORY}}, {"cJSON_CreateObject", {MEMORY}},
    {"cJSON_CreateArray", {MEMORY}}, {"cJSON_CreateString", {MEMORY}}, {"cJSON_AddNumberToObject", {MEMORY}},
    {"cJSON_AddStringToObject", {MEMORY}}};

/* It ends with its client, too, if the connection breaks. */
#define DOCUMENT                                                                                                       \
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":"           \
    "{" CONTAINER_MEMBERS "}}"

static const char *phase;
static HCS_SYSTEM system_;

/* --- the daemon --- */

static void read_log(char said[SAID])
{
    FILE *file = fopen(scratch_path("log"), "re");
    size_t length = file ? fread(said, 1, SAID - 1, file) : 0;
    said[length] = 0;
    if (file)
        fclose(file);
}

/* It listens, or has ended. */
static void start_daemon(void)
{
    daemon_process = failures_start(daemon_arguments(), NULL, NULL, scratch_path("log"));
    while (!failures_has_ended(daemon_process) && !daemon_listens())
        nap();
}

static HRESULT end_of(HRESULT begun, HCS_OPERATION operation)
{
    return SUCCEEDED(begun) ? HcsWaitForOperationResult(operation, LIMIT_MS, NULL) : begun;
}

/* Does it serve clients? The first call may be the one that notices the end of an earlier connection. */
static bool is_served(void)
{
    HRESULT result = HCS_E_SERVICE_DISCONNECT;
    for (int i = 0; i < 2 && result == HCS_E_SERVICE_DISCONNECT; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        result = end_of(HcsEnumerateComputeSystems(NULL, operation), operation);
        HcsCloseOperation(operation);
    }
    return SUCCEEDED(result);
}

static void restart_daemon(void)
{
    kill(daemon_process, SIGTERM);
    int code = failures_end_of(daemon_process);
    cr_expect_eq(code, 0, "%s: computecored ended with %d", phase, code);
    start_daemon();
    cr_assert(is_served(), "%s: the next computecored serves nobody", phase);
}

static void begin(void)
{
    failures_share(kinds, sizeof kinds / sizeof *kinds, "computecore*");
    failures_share(document_kinds, sizeof document_kinds / sizeof *document_kinds, "computecored");
    (void)signal(SIGPIPE, SIG_IGN); /* of programs that have ended */
    containers_begin();
}

TestSuite(container_failures, .init = begin, .fini = containers_end, .timeout = 600);

/* --- trials --- */

/* Failures must be documented, and may only come from a call that has failed. */
static HRESULT judge(HRESULT result, const char *failed)
{
    cr_assert_neq(result, HCS_E_OPERATION_TIMEOUT, "%s: a call hangs: %s", phase, failed ? failed : "nothing failed");
    cr_expect(SUCCEEDED(result) || (failed && spec_hresult_of(result)), "%s: 0x%08X: %s", phase, (unsigned)result,
        failed ? failed : "nothing failed");
    return result;
}

/* One that failed to remove something leaves it to the next daemon. */
static void expect_removed(const char *failed)
{
    if (!left_no_traces())
        restart_daemon();
    expect_no_traces(failed);
}

static HRESULT create(void)
{
    static unsigned number;
    char id[24];
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(id, sizeof id, "failing-%u", ++number);
    HRESULT result = end_of(HcsCreateComputeSystem(wide(id), wide(DOCUMENT), operation, NULL, &system_), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT on_system(HRESULT (*function)(HCS_SYSTEM, HCS_OPERATION, PCWSTR))
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = end_of(function(system_, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT start(void)
{
    return on_system(HcsStartComputeSystem);
}

static HRESULT terminate(void)
{
    return on_system(HcsTerminateComputeSystem);
}

static void drop(const char *failed)
{
    (void)terminate(); /* it may have ended */
    HcsCloseComputeSystem(system_);
    system_ = NULL;
    expect_removed(failed);
}

static void make_ready(void)
{
    judge(create(), NULL);
    judge(start(), NULL);
}

static HRESULT run_true(void)
{
    HCS_PROCESS process = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result =
        end_of(HcsCreateProcess(system_, u"{\"CommandLine\":\"true\"}", operation, NULL, &process), operation);
    if (SUCCEEDED(result))
        result = HcsWaitForProcessExit(process, LIMIT_MS, NULL);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    return result;
}

/* After a step in which a call failed the container runs, or has ended and is removed. */
static void restore(const char *failed)
{
    HRESULT there = run_true();
    if (SUCCEEDED(there))
        return;
    judge(there, failed);
    drop(failed);
    make_ready();
}

/* Repeats a step until no call in it fails any more that has not failed before. */
static void each_site(const char *name, HRESULT (*step)(void))
{
    const char *failed = "";
    phase = name;
    for (int i = 0; failed && i < TRIALS; i++) {
        failures_arm();
        HRESULT result = step();
        failed = failures_disarm();
        judge(result, failed);
        restore(failed);
    }
    cr_expect_null(failed, "%s never ends", name);
}

Test(container_failures, of_a_create_a_start_and_an_end_leave_nothing)
{
    static HRESULT (*const steps[])(void) = {create, start, terminate};
    static const char *const names[] = {"create", "start", "terminate"};
    for (size_t armed = 0; armed < sizeof steps / sizeof *steps; armed++) {
        const char *failed = "";
        phase = names[armed];
        for (int i = 0; failed && i < TRIALS; i++) {
            HRESULT result = S_OK;
            failed = NULL;
            for (size_t step = 0; SUCCEEDED(result) && step < sizeof steps / sizeof *steps; step++) {
                if (step == armed)
                    failures_arm();
                result = steps[step]();
                if (step == armed)
                    failed = failures_disarm();
                judge(result, failed);
                if (step == 1 && failed && SUCCEEDED(result))
                    judge(run_true(), failed); /* it may have ended at once */
            }
            drop(failed);
        }
        cr_expect_null(failed, "%s never ends", phase);
    }
}

/* --- processes --- */

/* Creates a process and waits for its end; on_start is told of its information. */
static HRESULT run_process(
    PCWSTR document, HRESULT (*on_start)(HCS_PROCESS process, HCS_PROCESS_INFORMATION *information))
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = HcsCreateProcess(system_, document, operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, LIMIT_MS, &information, NULL);
    if (SUCCEEDED(result)) {
        HRESULT started = on_start(process, &information);
        result = HcsWaitForProcessExit(process, LIMIT_MS, NULL);
        result = FAILED(started) ? started : result;
    }
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    return result;
}

/* Input may be lost where reading or writing it failed; no other setting of the document ever is. */
static HRESULT use_pipes(HCS_PROCESS process, HCS_PROCESS_INFORMATION *information)
{
    static const char always[] = "b\n/tmp\n65534\n";
    char text[64] = "";
    (void)process;
    (void)!write((int)(intptr_t)information->StdInput, "in\n", 3);
    close((int)(intptr_t)information->StdInput);
    read_all(information->StdOutput, text, sizeof text);
    close((int)(intptr_t)information->StdError);
    const char *rest = strncmp(text, "in\n", 3) ? text : text + 3;
    cr_expect(!*text || !strcmp(rest, always), "%s: %s", phase, text);
    return S_OK;
}

static HRESULT run_with_pipes(void)
{
    return run_process(
        u"{\"CommandArgs\":[\"sh\",\"-c\",\"cat; echo $A; pwd; id -u; exit 7\"],\"Environment\":{\"A\":\"b\"},"
        u"\"WorkingDirectory\":\"/tmp\",\"User\":\"nobody\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,"
        u"\"CreateStdErrPipe\":true}",
        use_pipes);
}

static HRESULT on_process(HRESULT (*function)(HCS_PROCESS, HCS_OPERATION, PCWSTR), HCS_PROCESS process, PCWSTR document)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = end_of(function(process, operation, document), operation);
    HcsCloseOperation(operation);
    return result;
}

/* One that can't be resized ends with its input, too. */
static HRESULT use_console(HCS_PROCESS process, HCS_PROCESS_INFORMATION *information)
{
    char text[256];
    HRESULT resized = on_process(
        HcsModifyProcess, process, u"{\"Operation\":\"ConsoleSize\",\"ConsoleSize\":{\"Height\":30,\"Width\":90}}");
    (void)!write((int)(intptr_t)information->StdInput, "in\n", 3);
    close((int)(intptr_t)information->StdInput);
    read_all(information->StdOutput, text, sizeof text);
    cr_expect(FAILED(resized) || !*text || strstr(text, "30 90"), "%s: %s", phase, text);
    return resized;
}

static HRESULT run_with_console(void)
{
    return run_process(u"{\"CommandLine\":\"sh -c 'read a; stty size'\",\"EmulateConsole\":true,"
                       u"\"ConsoleSize\":[20,80],\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}",
        use_console);
}

static HRESULT end_at_once(HCS_PROCESS process, HCS_PROCESS_INFORMATION *information)
{
    (void)information;
    return on_process(HcsTerminateProcess, process, NULL);
}

static HRESULT signal_or_end(HCS_PROCESS process, HCS_PROCESS_INFORMATION *information)
{
    (void)information;
    HRESULT signalled = on_process(HcsSignalProcess, process, NULL);
    if (FAILED(signalled))
        (void)on_process(HcsTerminateProcess, process, NULL); /* it may have ended */
    return signalled;
}

static HRESULT signal_process(void)
{
    return run_process(u"{\"CommandLine\":\"sleep 1000\"}", signal_or_end);
}

static HRESULT end_process(void)
{
    return run_process(u"{\"CommandLine\":\"sleep 1000\"}", end_at_once);
}

Test(container_failures, of_a_process_cost_it_at_most)
{
    make_ready();
    each_site("a process with pipes", run_with_pipes);
    each_site("a process with a console", run_with_console);
    each_site("a process that is signalled", signal_process);
    each_site("a process that is ended", end_process);
    drop(NULL);
}

/* --- what a container is asked while it runs --- */

static HRESULT look(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = end_of(
        HcsGetComputeSystemProperties(system_, operation, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}"),
        operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT modify(const char *resource, const char *request, const char *settings)
{
    char document[1024];
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(document, sizeof document, "{\"ResourcePath\":\"%s\",\"RequestType\":\"%s\",\"Settings\":%s}", resource,
        request, settings);
    HRESULT result = end_of(HcsModifyComputeSystem(system_, operation, wide(document), NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT limit_memory(void)
{
    return modify("Container/Memory/SizeInMB", "Update", "256");
}

static HRESULT limit_processors(void)
{
    return modify("Container/Processor", "Update", "{\"Count\":1}");
}

/* What was added and could not be removed is in the way of the next. */
static HRESULT share_folder(void)
{
    static unsigned number;
    char settings[512];
    snprintf(settings, sizeof settings, "{\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/a/%u\",\"ReadOnly\":true}",
        scratch_path("shared"), ++number);
    HRESULT added = modify("Container/MappedDirectories", "Add", settings);
    HRESULT removed = modify("Container/MappedDirectories", "Remove", settings);
    return FAILED(added) ? added : removed;
}

Test(container_failures, of_what_is_asked_of_a_container_cost_it_at_most)
{
    char text[8];
    ask_shell("mkdir $SCRATCH/shared", text, sizeof text);
    make_ready();
    each_site("properties", look);
    each_site("a memory limit", limit_memory);
    each_site("processors", limit_processors);
    each_site("a mapped directory", share_folder);
    drop(NULL);
}

/* --- before a start, and between two daemons --- */

static HRESULT change_before_the_start(void)
{
    HRESULT result = create();
    if (SUCCEEDED(result))
        result = limit_memory();
    HcsCloseComputeSystem(system_); /* that ends it */
    system_ = NULL;
    return result;
}

Test(container_failures, of_a_change_before_the_start_leave_nothing)
{
    const char *failed = "";
    phase = "a change before the start";
    for (int i = 0; failed && i < TRIALS; i++) {
        failures_arm();
        HRESULT result = change_before_the_start();
        failed = failures_disarm();
        judge(result, failed);
        expect_removed(failed);
    }
    cr_expect_null(failed, "%s never ends", phase);
}

/* Starts computecored while a call fails. It serves, or has said why not in one line. Returns the failure. */
static const char *start_failing(void)
{
    failures_arm();
    start_daemon();
    bool served = is_served();
    const char *failed = failures_disarm();
    cr_expect(served || failed, "%s", phase);
    if (served || is_served()) /* it has cost a client */
        return failed;
    char said[SAID];
    int code = failures_end_of(daemon_process);
    read_log(said);
    cr_expect(code == 2 && strchr(said, '\n') == said + strlen(said) - 1, "%s: %s: it ended with %d: %s", phase, failed,
        code, said);
    start_daemon();
    cr_assert(is_served(), "%s: the next computecored serves nobody: %s", phase, failed);
    return failed;
}

static void stop_daemon(void)
{
    kill(daemon_process, SIGTERM);
    int code = failures_end_of(daemon_process);
    cr_expect_eq(code, 0, "%s: computecored ended with %d", phase, code);
}

/* Each has a state folder of its own, in which the base image is made. */
static void fail_in_first_starts(void)
{
    const char *failed = "";
    char text[8];
    phase = "the first start";
    for (int i = 0; failed && i < TRIALS; i++) {
        stop_daemon();
        ask_shell("rm -r $SCRATCH/state", text, sizeof text);
        failed = start_failing();
    }
    cr_expect_null(failed, "%s never ends", phase);
}

static bool is_there(void)
{
    return SUCCEEDED(HcsOpenComputeSystem(u"adopted", GENERIC_ALL, &system_)) && SUCCEEDED(run_true());
}

/* Makes a system that runs, unless it is there. One that a daemon had no memory for is there for the next. */
static void expect_adopted(const char *failed)
{
    if (is_there())
        return;
    if (system_)
        drop(failed);
    else if (!left_no_traces())
        restart_daemon();
    if (is_there())
        return;
    expect_no_traces(failed);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    judge(end_of(HcsCreateComputeSystem(u"adopted", CONTAINER, operation, NULL, &system_), operation), NULL);
    HcsCloseOperation(operation);
    judge(start(), NULL);
}

static void fail_in_adoptions(void)
{
    const char *failed = "";
    phase = "an adoption";
    expect_adopted(NULL);
    for (int i = 0; failed && i < TRIALS; i++) {
        HcsCloseComputeSystem(system_);
        system_ = NULL;
        kill(daemon_process, SIGKILL);
        cr_expect_eq(failures_end_of(daemon_process), FAILURES_CODE_SIGNAL);
        failed = start_failing();
        expect_adopted(failed);
    }
    cr_expect_null(failed, "%s never ends", phase);
    drop(NULL);
}

Test(container_failures, of_a_start_of_computecored_are_told_in_one_line_or_cost_a_system)
{
    cr_assert(is_served()); /* a client that has been connected connects again */
    fail_in_first_starts();
    fail_in_adoptions();
}
