/* A client that prints all that it could notice of a recorder between it and its library: contexts, what its variables
   hold, handles that are closed, many of them, callbacks that are set anew, threads, a child. */
#include <windows.h>
#include <computecore.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { WAIT_MS = 60000, MANY = 3000, THREADS = 4 };

static const WCHAR container[] =
    u"{\"Owner\":\"noticing\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}";

static int contexts[2];
static atomic_uint first, second;

static void count(HCS_OPERATION operation, void *context, int expected, atomic_uint *calls)
{
    PWSTR document = NULL;
    bool mine = context == &contexts[expected] && HcsGetOperationContext(operation) == context;
    HRESULT result = HcsGetOperationResult(operation, &document);
    printf("completion of callback %d: context %s, 0x%08X, type %d\n", expected, mine ? "mine" : "another's",
        (unsigned)result, HcsGetOperationType(operation));
    LocalFree(document);
    atomic_fetch_add(calls, 1);
}

static void CALLBACK complete_first(HCS_OPERATION operation, void *context)
{
    count(operation, context, 0, &first);
}

static void CALLBACK complete_second(HCS_OPERATION operation, void *context)
{
    count(operation, context, 1, &second);
}

static void await(atomic_uint *calls, unsigned wanted)
{
    for (int i = 0; i < WAIT_MS && atomic_load(calls) < wanted; i++)
        usleep(1000);
}

/* The callback and context of an operation, set, read and changed. */
static void use_contexts(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(&contexts[0], complete_first);
    printf("context: %d\n", HcsGetOperationContext(operation) == &contexts[0]);
    printf("properties: 0x%08X\n", (unsigned)HcsGetComputeSystemProperties(system, operation, NULL));
    await(&first, 1);
    printf("set: 0x%08X\n", (unsigned)HcsSetOperationCallback(operation, &contexts[1], complete_second));
    printf("context: %d\n", HcsGetOperationContext(operation) == &contexts[1]);
    printf("properties: 0x%08X\n", (unsigned)HcsGetComputeSystemProperties(system, operation, NULL));
    await(&second, 1);
    printf("clear: 0x%08X\n", (unsigned)HcsSetOperationCallback(operation, NULL, NULL));
    printf("change: 0x%08X\n", (unsigned)HcsSetOperationContext(operation, &contexts[0]));
    printf("context: %d\n", HcsGetOperationContext(operation) == &contexts[0]);
    HcsCloseOperation(operation);
    printf("closed: 0x%08X\n", (unsigned)HcsSetOperationContext(operation, NULL));
    printf("callbacks: %u and %u\n", atomic_load(&first), atomic_load(&second));
}

/* Variables that held something else before. */
static void use_variables(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_SYSTEM other = (HCS_SYSTEM)&contexts;
    PWSTR text = (PWSTR)&contexts;
    HCS_PROCESS_INFORMATION information;
    memset(&information, 0x55, sizeof information);
    printf(
        "open nothing: 0x%08X, %d\n", (unsigned)HcsOpenComputeSystem(u"nothing", GENERIC_ALL, &other), other == NULL);
    printf(
        "no operation: 0x%08X, %d\n", (unsigned)HcsGetOperationResult((HCS_OPERATION)&contexts, &text), text == NULL);
    text = (PWSTR)&contexts;
    printf("not started: 0x%08X, %d\n", (unsigned)HcsGetOperationResult(operation, &text), text == NULL);
    printf("no process: 0x%08X, %x\n",
        (unsigned)HcsGetOperationResultAndProcessInfo((HCS_OPERATION)&contexts, &information, NULL),
        (unsigned)information.ProcessId);
    text = (PWSTR)&contexts;
    printf("properties: 0x%08X\n", (unsigned)HcsGetComputeSystemProperties(system, operation, NULL));
    HRESULT result = HcsWaitForOperationResult(operation, WAIT_MS, &text);
    printf("its result: 0x%08X, %d\n", (unsigned)result, text && text[0] == '{');
    LocalFree(text);
    printf("of the operation: %d\n", HcsGetComputeSystemFromOperation(operation) == system);
}

static void use_many(void)
{
    HCS_OPERATION kept = HcsCreateOperation(&contexts[0], complete_first);
    unsigned made = 0;
    for (int i = 0; i < MANY; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, i % 2 ? complete_second : NULL);
        made += operation != NULL;
        HcsCloseOperation(operation);
    }
    printf("made: %u, context %d\n", made, HcsGetOperationContext(kept) == &contexts[0]);
    HcsCloseOperation(kept);
}

static void *use_thread(void *result)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (int i = 0; i < 50; i++) {
        PWSTR document = NULL;
        HRESULT got = HcsEnumerateComputeSystems(NULL, operation);
        *(HRESULT *)result |= SUCCEEDED(got) ? HcsWaitForOperationResult(operation, WAIT_MS, &document) : got;
        LocalFree(document);
    }
    HcsCloseOperation(operation);
    return NULL;
}

static void use_threads(void)
{
    pthread_t threads[THREADS];
    HRESULT results[THREADS] = {S_OK};
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, use_thread, &results[i]))
            abort();
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        printf("thread %d: 0x%08X\n", i, (unsigned)results[i]);
    }
}

static void use_child(HCS_SYSTEM system, HCS_OPERATION operation)
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        exit(HcsGetComputeSystemProperties(system, operation, NULL) == HCS_E_SERVICE_NOT_AVAILABLE ? 3 : 4);
    waitpid(child, &status, 0);
    printf("child: %d\n", WEXITSTATUS(status));
}

int main(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL;
    HRESULT result = HcsCreateComputeSystem(u"a", container, operation, NULL, &system);
    printf("create: 0x%08X\n", (unsigned)result);
    printf("created: 0x%08X\n", (unsigned)HcsWaitForOperationResult(operation, WAIT_MS, NULL));
    use_contexts(system);
    HCS_OPERATION unused = HcsCreateOperation(NULL, NULL);
    use_variables(system, unused);
    HcsCloseOperation(unused);
    use_many();
    use_threads();
    use_child(system, operation);
    HcsCloseComputeSystem(system);
    printf("closed: 0x%08X\n", (unsigned)HcsStartComputeSystem(system, operation, NULL));
    HcsCloseOperation(operation);
    return 5;
}
