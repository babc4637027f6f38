/* A lifecycle while memory or threads run out: for each n, a child process in which the n-th allocation, or thread,
   fails. The call may report that; the next try must work, and nothing may be lost, leaked or hang. usage: memory
   [--threads | --scenario] [FIRST [LAST]]; with --scenario there is one to read, with something of everything. Exit
   code 0: all n up to the last one that is asked for hold. */
#include "core/lock.h"
#include "core/object.h"
#include "core/operation.h"
#include "failing.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Owner\":\"m\",\"Container\":{}}"
#define ECHO u"{\"CommandLine\":\"cmd /c echo hello\",\"CreateStdOutPipe\":true}"
#define HELLO "hello\r\n"
#define PROCESSOR u"{\"ResourcePath\":\"Container/Processor\",\"RequestType\":\"Update\",\"Settings\":"
#define FIRST PROCESSOR u"{\"Count\":1}}"
#define SECOND PROCESSOR u"{\"Count\":2}}"
#define QUERY u"{\"Queries\":{\"Container/Processor\":{}}}"
#define GROUP u"\"GroupId\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\""
#define SERVICE u"{\"PropertyType\":\"CpuGroup\",\"Settings\":{\"Operation\":"
#define CREATE_GROUP                                                                                                   \
    SERVICE u"\"CreateGroup\",\"OperationDetails\":"                                                                   \
            u"{" GROUP u",\"LogicalProcessorCount\":1,\"LogicalProcessors\":[0]}}}"
#define SET_PROPERTY                                                                                                   \
    SERVICE u"\"SetProperty\",\"OperationDetails\":{" GROUP u",\"PropertyCode\":65536,\"PropertyValue\":100}}}"
#define DELETE_GROUP SERVICE u"\"DeleteGroup\",\"OperationDetails\":{" GROUP u"}}}"
#define SHARE                                                                                                          \
    u"{\"ResourcePath\":\"Container/MappedDirectories\",\"RequestType\":\"Add\",\"Settings\":{"                        \
    u"\"HostPath\":\"C:\\\\a\",\"ContainerPath\":\"C:\\\\b\"}}"
#define SCENARIO                                                                                                       \
    "{\"systems\":[{\"id\":\"other\",\"state\":\"Running\",\"configuration\":{\"Owner\":\"m\",\"SchemaVersion\":{"     \
    "\"Major\":2,\"Minor\":1},\"Container\":{}}}],\"latencies\":{\"HcsStartComputeSystem\":{\"empiricalUs\":[5,7]}},"  \
    "\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_ABORT\",\"system\":\"x*\"}]," \
    "\"programs\":[{\"name\":\"greet\",\"output\":\"hello\"}],\"users\":[\"Ann\"],"                                    \
    "\"files\":[{\"path\":\"C:\\\\a.txt\",\"text\":\"a\"}],"                                                           \
    "\"host\":{\"files\":[{\"path\":\"/vms/saved\",\"kind\":\"RuntimeState\",\"requirements\":{}},"                    \
    "{\"path\":\"/vms/disk\"}]}}"
#define SAVED "{\"kind\":\"RuntimeState\",\"format\":1,\"requirements\":{}}"
#define MACHINE                                                                                                        \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Owner\":\"m\",\"VirtualMachine\":{\"ComputeTopology\":{"          \
    u"\"Memory\":{\"SizeInMB\":64},\"Processor\":{\"Count\":1}},\"Devices\":{\"Scsi\":{\"0\":{\"Attachments\":{"       \
    u"\"0\":{\"Type\":\"VirtualDisk\",\"Path\":\"/vms/disk\"}}}}}}}"

enum { LIMIT_S = 20, TRIES = 3, NOT_REACHED = 3 };

static atomic_int process_exits, system_exits, completions, without_data;
static size_t placed; /* systems of the scenario, which stay */
static char folder[64] = "/vms";

static _Noreturn void wrong(int line, const char *what, unsigned code)
{
    (void)failing_end();
    fprintf(stderr, "memory.c:%d: %s answered 0x%08X\n", line, what, code);
    _exit(1);
}

static bool is_shortage(HRESULT result)
{
    return result == E_OUTOFMEMORY || result == HCS_E_OPERATION_RESULT_ALLOCATION_FAILED ||
           result == HCS_E_SERVICE_NOT_AVAILABLE || result == HRESULT_ERROR_NO_SYSTEM_RESOURCES;
}

/* Tries the call again while it reports a shortage. */
#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        HRESULT answer = (call);                                                                                       \
        for (int tries = 1; is_shortage(answer) && tries < TRIES; tries++)                                             \
            answer = (call);                                                                                           \
        if (FAILED(answer))                                                                                            \
            wrong(__LINE__, #call, (unsigned)answer);                                                                  \
    } while (0)

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type == HcsEventProcessExited)
        atomic_fetch_add(&process_exits, 1);
    if (event->Type == HcsEventSystemExited)
        atomic_fetch_add(&system_exits, 1);
    if (!event->EventData)
        atomic_fetch_add(&without_data, 1);
}

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    (void)context;
    atomic_fetch_add(&completions, 1);
}

static void reach(atomic_int *counter, int value, int line, const char *what)
{
    for (int i = 0; i < 10000 && atomic_load(counter) < value; i++)
        usleep(1000);
    if (atomic_load(counter) != value)
        wrong(line, what, (unsigned)atomic_load(counter));
}

static HCS_OPERATION make_operation(HCS_OPERATION_COMPLETION callback)
{
    HCS_OPERATION operation = NULL;
    for (int tries = 0; !operation && tries < TRIES; tries++)
        operation = HcsCreateOperation(NULL, callback);
    if (!operation)
        wrong(__LINE__, "HcsCreateOperation", 0);
    return operation;
}

static HRESULT result_of(HRESULT started, HCS_OPERATION operation)
{
    PWSTR document = NULL;
    if (FAILED(started))
        return started;
    HRESULT result = HcsWaitForOperationResult(operation, INFINITE, &document);
    if (result == HCS_E_OPERATION_RESULT_ALLOCATION_FAILED) { /* it is still there */
        LocalFree(document);
        result = HcsWaitForOperationResult(operation, INFINITE, &document);
    }
    LocalFree(document);
    return result;
}

static HRESULT create(PCWSTR id, PCWSTR configuration, HCS_OPERATION operation, HCS_SYSTEM *system)
{
    HRESULT result = result_of(HcsCreateComputeSystem(id, configuration, operation, NULL, system), operation);
    if (FAILED(result) && *system)
        HcsCloseComputeSystem(*system);
    return result;
}

static HRESULT create_process(
    HCS_SYSTEM system, HCS_OPERATION operation, HCS_PROCESS *process, HCS_PROCESS_INFORMATION *information)
{
    HRESULT result = HcsCreateProcess(system, ECHO, operation, NULL, process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, information, NULL);
    if (FAILED(result) && *process)
        HcsCloseProcess(*process);
    return result;
}

static void read_output(HANDLE output)
{
    char said[64];
    size_t length = 0;
    ssize_t got;
    while ((got = read((int)(intptr_t)output, said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)got;
    said[length] = 0;
    close((int)(intptr_t)output);
    if (strcmp(said, HELLO) != 0)
        wrong(__LINE__, said, (unsigned)length);
}

static HRESULT wait_for_exit(HCS_PROCESS process)
{
    PWSTR document = NULL;
    HRESULT result = HcsWaitForProcessExit(process, INFINITE, &document);
    LocalFree(document);
    return result;
}

static void run_process(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    MUST(create_process(system, operation, &process, &information));
    MUST(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, on_event));
    read_output(information.StdOutput);
    MUST(wait_for_exit(process));
    reach(&process_exits, 1, __LINE__, "the event of the process");
    MUST(result_of(HcsGetProcessProperties(process, operation, NULL), operation));
    HcsCloseProcess(process);
}

static HRESULT complete_with_callback(void)
{
    HCS_OPERATION operation = make_operation(on_completion);
    HRESULT started = HcsEnumerateComputeSystems(NULL, operation);
    if (SUCCEEDED(started))
        reach(&completions, 1, __LINE__, "the completion callback");
    HcsCloseOperation(operation);
    return started;
}

/* --- settings --- */

static bool holds(PCWSTR document, PCWSTR part)
{
    for (size_t i = 0; document[i]; i++)
        for (size_t j = 0; document[i + j] == part[j] || !part[j]; j++)
            if (!part[j])
                return true;
    return false;
}

/* What is in force must hold the part. */
static HRESULT look_at_processor(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR part, int line)
{
    PWSTR document = NULL;
    HRESULT result = HcsGetComputeSystemProperties(system, operation, QUERY);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, &document);
    if (SUCCEEDED(result) && !(document && holds(document, part)))
        wrong(line, "the settings of the processor", (unsigned)result);
    LocalFree(document);
    return result;
}

/* A change that fails for lack of memory has changed nothing. */
static void change_processor(HCS_SYSTEM system, HCS_OPERATION operation)
{
    MUST(result_of(HcsModifyComputeSystem(system, operation, FIRST, NULL), operation));
    HRESULT changed = result_of(HcsModifyComputeSystem(system, operation, SECOND, NULL), operation);
    if (is_shortage(changed)) {
        MUST(look_at_processor(system, operation, u"\"Count\":1", __LINE__));
        changed = result_of(HcsModifyComputeSystem(system, operation, SECOND, NULL), operation);
    }
    MUST(changed);
    MUST(look_at_processor(system, operation, u"\"Count\":2", __LINE__));
}

static HRESULT change_service(PCWSTR settings)
{
    PWSTR document = NULL;
    HRESULT result = HcsModifyServiceSettings(settings, &document);
    LocalFree(document);
    return result;
}

static HRESULT look_at_groups(void)
{
    PWSTR document = NULL;
    HRESULT result = HcsGetServiceProperties(u"{\"PropertyTypes\":[\"CpuGroup\"]}", &document);
    if (SUCCEEDED(result) && !(holds(document, u"\"HypervisorGroupId\":") && holds(document, u"\"PropertyValue\":100")))
        wrong(__LINE__, "the groups of processors", (unsigned)result);
    LocalFree(document);
    return result;
}

static void change_groups(void)
{
    MUST(change_service(CREATE_GROUP));
    MUST(change_service(SET_PROPERTY));
    MUST(look_at_groups());
    MUST(change_service(DELETE_GROUP));
}

/* --- files of virtual machines --- */

static const char *path_of(const char *name)
{
    static char path[sizeof folder + 16];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static PCWSTR wide_path_of(const char *name)
{
    static WCHAR wide[sizeof folder + 16];
    const char *path = path_of(name);
    size_t i = 0;
    do
        wide[i] = (WCHAR)(unsigned char)path[i];
    while (path[i++]);
    return wide;
}

static HRESULT look_into_saved_state(void)
{
    PCWSTR document = NULL;
    HRESULT result = HcsGetProcessorCompatibilityFromSavedState(wide_path_of("saved"), &document);
    if (SUCCEEDED(result) != (document != NULL))
        wrong(__LINE__, "the requirements of a saved state", (unsigned)result);
    LocalFree((HLOCAL)(uintptr_t)document);
    return result;
}

/* Those of the host that the scenario has, else in a folder of the test. A file that could not be made is not there. */
static void use_files(void)
{
    if (!placed)
        (void)remove(path_of("new")); /* of the run before */
    MUST(HcsCreateEmptyGuestStateFile(wide_path_of("new")));
    MUST(HcsGrantVmAccess(u"machine", wide_path_of("new")));
    MUST(HcsRevokeVmAccess(u"machine", wide_path_of("new")));
    MUST(HcsGrantVmGroupAccess(wide_path_of("new")));
    MUST(HcsRevokeVmGroupAccess(wide_path_of("new")));
    MUST(look_into_saved_state());
}

/* On a host that has files a machine starts if its disk is granted. */
static void start_machine(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = make_operation(NULL);
    MUST(HcsGrantVmAccess(u"machine", wide_path_of("disk")));
    MUST(create(u"machine", MACHINE, operation, &system));
    MUST(result_of(HcsStartComputeSystem(system, operation, NULL), operation));
    MUST(result_of(HcsTerminateComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

static void live(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = make_operation(NULL);
    MUST(create(u"memory", CONTAINER, operation, &system));
    MUST(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    MUST(result_of(HcsStartComputeSystem(system, operation, NULL), operation));
    run_process(system, operation);
    MUST(complete_with_callback());
    change_processor(system, operation);
    change_groups();
    MUST(result_of(HcsModifyComputeSystem(system, operation, SHARE, NULL), operation));
    use_files();
    if (placed)
        start_machine();
    MUST(result_of(HcsGetComputeSystemProperties(system, operation, NULL), operation));
    MUST(result_of(HcsTerminateComputeSystem(system, operation, NULL), operation));
    reach(&system_exits, 1, __LINE__, "the event of the system");
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

static void look_for_leaks(void)
{
    core_lock();
    size_t objects = object_count(), operations = operation_count();
    core_unlock();
    if (objects != placed || operations)
        wrong(__LINE__, "what is left", (unsigned)(objects + operations));
    if (atomic_load(&without_data))
        wrong(__LINE__, "an event without its document", (unsigned)atomic_load(&without_data));
}

/* The exit code of one run; the leak checker looks at its end. */
static int run_one(enum failing_kind kind, long n)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        alarm(LIMIT_S);
        failing_begin(kind, n, 1);
        live();
        int reached = failing_end();
        look_for_leaks();
        exit(reached ? 0 : NOT_REACHED);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The folder of the client's own files, with a saved state in it. */
static bool make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/hcs-memory-XXXXXX");
    if (!mkdtemp(folder))
        return false;
    FILE *file = fopen(path_of("saved"), "w");
    return file && fputs(SAVED, file) >= 0 && !fclose(file);
}

static void remove_folder(void)
{
    (void)remove(path_of("saved"));
    (void)remove(path_of("new")); /* there is none after a run that went wrong early */
    (void)rmdir(folder);
}

int main(int argc, char **argv)
{
    bool threads = argc > 1 && !strcmp(argv[1], "--threads"), scenario = argc > 1 && !strcmp(argv[1], "--scenario");
    int options = threads || scenario;
    long first = argc > 1 + options ? atol(argv[1 + options]) : 1, n = first, bad = 0;
    long end = argc > 2 + options ? atol(argv[2 + options]) : 10000;
    placed = scenario;
    if (scenario)
        setenv("COMPUTECORE_SCENARIO", SCENARIO, 1);
    else if (!make_folder())
        return 1;
    for (int code = 0; n <= end && code != NOT_REACHED; n++) {
        code = run_one(threads ? FAILING_THREADS : FAILING_MEMORY, n);
        if (code && code != NOT_REACHED) {
            printf("%ld: exit code %d\n", n, code);
            bad++;
        }
    }
    if (!scenario)
        remove_folder();
    printf("memory: %ld %s failed one at a time, %ld runs went wrong\n", n - first, threads ? "threads" : "allocations",
        bad);
    return bad || n - first < 2;
}
