/* computecored --engine lxc while its n-th allocation fails, for a sample of n (FAILURES_ALL in the environment: for
   all): a call may fail with a documented code, the next client is served, and nothing half made is left. */
#include "../failures/failures.h"
#include "containers.h"
#include <errno.h>
#include <signal.h>

enum { LIMIT_MS = 30000, DENSE = 4, SAID = 1024 };

static HRESULT end_of(HRESULT begun, HCS_OPERATION operation, const char *call)
{
    HRESULT result = SUCCEEDED(begun) ? HcsWaitForOperationResult(operation, LIMIT_MS, NULL) : begun;
    cr_expect_neq(result, HCS_E_OPERATION_TIMEOUT, "%s: a call hangs", call);
    cr_expect(SUCCEEDED(result) || spec_hresult_of(result), "%s: 0x%08X", call, (unsigned)result);
    return result;
}

/* The first call may be the one that notices the end of the last connection. */
static bool is_served(const char *call)
{
    HRESULT result = E_FAIL;
    for (int i = 0; i < 3 && FAILED(result); i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        result = end_of(HcsEnumerateComputeSystems(NULL, operation), operation, call);
        HcsCloseOperation(operation);
    }
    return SUCCEEDED(result);
}

static HRESULT run_process(HCS_SYSTEM system, HCS_OPERATION operation, const char *call)
{
    HCS_PROCESS process = NULL;
    HRESULT result =
        end_of(HcsCreateProcess(system, u"{\"CommandLine\":\"true\"}", operation, NULL, &process), operation, call);
    if (SUCCEEDED(result))
        result = HcsWaitForProcessExit(process, LIMIT_MS, NULL);
    HcsCloseProcess(process);
    return result;
}

/* A life of a container. Returns the first failure; it ends with its handle. */
static HRESULT live(const char *call)
{
    static unsigned number;
    char id[32];
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(id, sizeof id, "short-%u", ++number);
    HRESULT result =
        end_of(HcsCreateComputeSystem(wide(id), CONTAINER_ON_CLOSE, operation, NULL, &system), operation, call);
    if (SUCCEEDED(result))
        result = end_of(HcsStartComputeSystem(system, operation, NULL), operation, call);
    if (SUCCEEDED(result))
        result = run_process(system, operation, call);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return result;
}

/* One that can't begin says why in one line. */
static void expect_refusal(const char *call)
{
    char said[SAID];
    ask_shell("cat $SCRATCH/log", said, sizeof said);
    int code = failures_end_of(daemon_process);
    cr_expect(code == 2 && *said && !strchr(said, '\n'), "%s: it ended with %d: %s", call, code, said);
    daemon_start();
}

static bool allocation_fails(const char *call)
{
    daemon_stop();
    daemon_process = failures_start(daemon_arguments(), call, "computecored", scratch_path("log"));
    for (int i = 0; i < MANY_LOOKS && !daemon_listens() && !failures_has_ended(daemon_process); i++)
        nap();
    bool served = is_served(call); /* it listens before it has opened its engine, which may fail */
    HRESULT result = served ? live(call) : E_FAIL;
    bool reached = failures_reached();
    cr_expect(SUCCEEDED(result) || reached, "%s: 0x%08X, and none has failed", call, (unsigned)result);
    if (!served)
        expect_refusal(call);
    if (!reached) { /* otherwise it would be the next client that has it */
        daemon_stop();
        daemon_start();
        return false;
    }
    cr_expect(is_served(call) && SUCCEEDED(live(call)), "%s: the next client is not served", call);
    if (!left_no_traces()) { /* what there was no memory to remove is the next daemon's */
        daemon_stop();
        daemon_start();
    }
    expect_no_traces(call);
    return true;
}

TestSuite(memory, .init = containers_begin, .fini = containers_end, .timeout = 3600);

Test(memory, that_computecored_lacks_costs_one_call_at_most)
{
    static const struct failing_kind memory = {"malloc", {ENOMEM}};
    cr_assert(is_served("none")); /* a client that has been connected connects again */
    failures_each(&memory, 1, DENSE, allocation_fails);
}
