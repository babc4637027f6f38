/* Many threads on few systems: creates, waits, closes, callbacks, all at once. Run plain, and under the thread and
   address sanitizers; with the argument "linux" on Linux containers, with fewer rounds. Exit code 0: every call got a
   known answer and nothing is left. */
#include <computecore.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM                                                                                                         \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{},\"ShouldTerminateOnLastHandleClosed\":true}"

enum { THREADS = 4, ROUNDS = 150, ROUNDS_OF_CONTAINERS = 12, DOCUMENTS = 3, LOOKS = 500, LOOK_US = 20000 };

static const WCHAR *const windows_documents[DOCUMENTS] = {
    u"{\"CommandLine\":\"cmd /c echo x\",\"CreateStdOutPipe\":true}", u"{\"CommandLine\":\"sleep 5\"}",
    u"{\"CommandLine\":\"ping -t host\"}"};
static const WCHAR *const linux_documents[DOCUMENTS] = {u"{\"CommandLine\":\"echo x\",\"CreateStdOutPipe\":true}",
    u"{\"CommandLine\":\"sleep 5\"}", u"{\"CommandLine\":\"sleep 1000000\"}"};
static const WCHAR *const *documents = windows_documents;
static unsigned rounds = ROUNDS;

static atomic_int unknown, events;
static HCS_SYSTEM shared;

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    atomic_fetch_add(&events, 1);
}

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)context;
    HcsGetOperationResult(operation, NULL);
    HcsCloseOperation(operation);
    atomic_fetch_add(&events, 1);
}

static void known(HRESULT result)
{
    static const HRESULT answers[] = {S_OK, E_HANDLE, HCS_E_INVALID_STATE, HCS_E_SYSTEM_ALREADY_STOPPED,
        HCS_E_OPERATION_TIMEOUT, HCS_E_PROCESS_ALREADY_STOPPED, HCS_E_TERMINATED, HCS_E_TERMINATED_DURING_START,
        HCS_E_OPERATION_PENDING};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (result == answers[i])
            return;
    fprintf(stderr, "stress: an answer of 0x%08X\n", (unsigned)result);
    atomic_fetch_add(&unknown, 1);
}

static void run_process(HCS_SYSTEM system, unsigned seed)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    known(HcsCreateProcess(system, documents[seed % DOCUMENTS], operation, NULL, &process));
    known(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL));
    known(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, on_event));
    if (seed % DOCUMENTS)
        known(HcsTerminateProcess(process, operation, NULL));
    known(HcsWaitForProcessExit(process, 1000, NULL));
    if (information.StdOutput)
        CloseHandle(information.StdOutput);
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
}

static void *work(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    for (unsigned i = 0; i < rounds; i++) {
        WCHAR id[] = u"stress-a-aa";
        id[7] = (WCHAR)(u'a' + number);
        id[9] = (WCHAR)(u'a' + i / 26 % 26);
        id[10] = (WCHAR)(u'a' + i % 26);
        HCS_SYSTEM system = NULL;
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        known(HcsCreateComputeSystem(id, SYSTEM, operation, NULL, &system));
        known(HcsWaitForOperationResult(operation, INFINITE, NULL));
        known(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
        known(HcsStartComputeSystem(system, operation, NULL));
        known(HcsWaitForOperationResult(operation, INFINITE, NULL));
        run_process(system, i + number);
        run_process(shared, i);
        known(HcsEnumerateComputeSystems(NULL, HcsCreateOperation(NULL, on_completion)));
        if (i % 2)
            known(HcsTerminateComputeSystem(system, operation, NULL));
        HcsCloseOperation(operation); /* pending or not */
        HcsCloseComputeSystem(system);
    }
    return NULL;
}

/* Handles closed from four threads at once. */
static void *close_one(void *system)
{
    HcsCloseComputeSystem(system);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    if (argc > 1 && !strcmp(argv[1], "linux")) {
        documents = linux_documents;
        rounds = ROUNDS_OF_CONTAINERS;
    }
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    known(HcsCreateComputeSystem(u"shared", SYSTEM, operation, NULL, &shared));
    known(HcsWaitForOperationResult(operation, INFINITE, NULL));
    known(HcsStartComputeSystem(shared, operation, NULL));
    known(HcsWaitForOperationResult(operation, INFINITE, NULL));
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, close_one, shared);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    PWSTR left = NULL;
    int gone = 0;
    for (int i = 0; i < LOOKS && !gone; i++) {
        LocalFree(left);
        left = NULL;
        known(HcsEnumerateComputeSystems(NULL, operation));
        known(HcsWaitForOperationResult(operation, INFINITE, &left));
        gone = left && left[0] == '[' && left[1] == ']';
        if (rounds != ROUNDS && !gone)
            usleep(LOOK_US); /* real containers take real time to end */
    }
    LocalFree(left);
    HcsCloseOperation(operation);
    printf("stress: %d events, %s left, %d unknown answers\n", atomic_load(&events), gone ? "nothing" : "something",
        atomic_load(&unknown));
    return gone && !atomic_load(&unknown) ? 0 : 1;
}
