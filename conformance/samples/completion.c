/* The three ways to learn that an operation is complete: wait for it, a callback of the operation, and an event of
   the compute system. */
#include "sample.h"
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int completed;
static HRESULT last_result;

static void note(HRESULT result)
{
    pthread_mutex_lock(&lock);
    completed++;
    last_result = result;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void await(const char *what, int count)
{
    pthread_mutex_lock(&lock);
    while (completed < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    check(what, last_result);
}

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)context;
    note(HcsGetOperationResult(operation, NULL));
    HcsCloseOperation(operation);
}

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type == HcsEventOperationCallback)
        note(HcsGetOperationResult(event->Operation, NULL));
}

int main(void)
{
    HCS_SYSTEM system = NULL;

    HCS_OPERATION waited = HcsCreateOperation(NULL, NULL);
    HcsCreateComputeSystem(TEXT16("completion"), SAMPLE_VM, waited, NULL, &system);
    check("waited for", HcsWaitForOperationResult(waited, INFINITE, NULL));

    HCS_OPERATION called = HcsCreateOperation(NULL, on_completion);
    HcsStartComputeSystem(system, called, NULL); /* the callback closes the operation */
    await("called back", 1);

    HcsSetComputeSystemCallback(system, HcsEventOptionEnableOperationCallbacks, NULL, on_event);
    HcsPauseComputeSystem(system, waited, NULL);
    await("told by an event", 2);

    HcsTerminateComputeSystem(system, waited, NULL);
    await("terminated", 3);
    HcsCloseOperation(waited);
    HcsCloseComputeSystem(system);
    return 0;
}
