/* Role: shared by the tests of the API: short functions that create a container and processes in it. */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define CONTAINER_ON_CLOSE                                                                                             \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{},\"ShouldTerminateOnLastHandleClosed\":true}"
#define VM_WITH_GUEST u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"GuestConnection\":{}}}"
#define ENDLESS u"{\"CommandLine\":\"ping -t host\"}"

static inline HRESULT finish(HRESULT started, HCS_OPERATION operation)
{
    return SUCCEEDED(started) ? HcsWaitForOperationResult(operation, INFINITE, NULL) : started;
}

static inline void must(HRESULT result)
{
    cr_assert(SUCCEEDED(result), "a call answered 0x%08X", (unsigned)result);
}

static inline HCS_SYSTEM make_system(PCWSTR id, PCWSTR document, bool started)
{
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCreateComputeSystem(id, document, operation, NULL, &system), operation));
    if (started)
        must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    return system;
}

static inline HCS_PROCESS make_process(HCS_SYSTEM system, PCWSTR document, HCS_PROCESS_INFORMATION *information)
{
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateProcess(system, document, operation, NULL, &process));
    must(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, information, NULL));
    HcsCloseOperation(operation);
    return process;
}

static inline HRESULT terminate_system(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsTerminateComputeSystem(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

static inline HRESULT terminate_process(HCS_PROCESS process)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsTerminateProcess(process, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

/* A document as plain text, which holds no other characters; frees it. */
static inline void take_text(PWSTR document, char *text, size_t size)
{
    size_t length = 0;
    for (; document && document[length] && length + 1 < size; length++)
        text[length] = (char)document[length];
    text[length] = 0;
    LocalFree(document);
}

/* Ends the system and closes the handle. */
static inline void drop_system(HCS_SYSTEM system)
{
    terminate_system(system);
    HcsCloseComputeSystem(system);
}

/* Waits, up to a minute, until a counter has reached a value. */
static inline bool reaches(atomic_int *counter, int value)
{
    for (int i = 0; i < 60000 && atomic_load(counter) < value; i++)
        usleep(1000);
    return atomic_load(counter) >= value;
}

/* No handle, operation, system or process is left. */
static inline void expect_nothing_left(void)
{
    core_lock();
    size_t objects = object_count(), operations = operation_count();
    core_unlock();
    cr_expect_eq(objects, 0, "%zu objects are left", objects);
    cr_expect_eq(operations, 0, "%zu operations are left", operations);
}

#endif
