/* HcsSim.h: a clock that the test moves, resets, traces. */
#include "include/HcsSim.h"
#include "base/files/files.h"
#include "../client.h"
#include "../scratch.h"

#define MANUAL u"{\"time\":\"Manual\",\"clients\":1,\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":5000000}}}"
enum { MS = 1000000 };

Test(simulator, a_manual_clock_moves_only_by_hand)
{
    HCS_SYSTEM system;
    must(HcsSimReset(MANUAL, NULL));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"m", CONTAINER, operation, NULL, &system));
    cr_expect_eq(HcsWaitForOperationResult(operation, 60000, NULL), HCS_E_OPERATION_TIMEOUT);
    for (int i = 0; i < 10; i++)
        cr_expect_eq(HcsGetOperationResult(operation, NULL), HCS_E_OPERATION_PENDING, "a poll moves it");
    cr_expect_eq(HcsSimNow(), 0);
    must(HcsSimAdvance(30 * MS));
    cr_expect_eq(HcsSimNow(), 30 * MS);
    must(HcsGetOperationResult(operation, NULL));
    must(HcsStartComputeSystem(system, operation, NULL));
    must(HcsSimAdvance(4999 * (UINT64)MS));
    cr_expect_eq(HcsGetOperationResult(operation, NULL), HCS_E_OPERATION_PENDING);
    must(HcsSimAdvance(MS));
    must(HcsGetOperationResult(operation, NULL));
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(simulator, what_acts_is_counted_and_what_is_only_recorded_is_not)
{
    HCS_PROCESS_INFORMATION information;
    must(HcsSimReset(NULL, NULL));
    HCS_SYSTEM system = make_system(u"a", CONTAINER, false);
    must(terminate_system(system));
    HcsCloseComputeSystem(system);
    cr_expect_eq(HcsSimBackendCalls(), 0);
    system = make_system(u"b", CONTAINER, true);
    UINT64 started = HcsSimBackendCalls();
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    cr_expect_eq(HcsSimBackendCalls(), started + 1);
    must(terminate_process(process));
    cr_expect_eq(HcsSimBackendCalls(), started + 2);
    HcsCloseProcess(process);
    must(terminate_system(system));
    HcsCloseComputeSystem(system);
}

static void *wait_a_second(void *operation)
{
    return (void *)(intptr_t)HcsWaitForOperationResult(operation, 1000, NULL);
}

static HCS_SIM_COUNTS counts_now(void)
{
    HCS_SIM_COUNTS counts;
    must(HcsSimCount(&counts));
    return counts;
}

static atomic_bool let_go;

static void CALLBACK stay(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    while (!atomic_load(&let_go))
        usleep(100);
}

/* Each loop ends with what it waits for, or the test with its time limit. */
Test(simulator, a_test_sees_when_threads_wait_inside_and_callbacks_run, .timeout = 300)
{
    HCS_SYSTEM system;
    pthread_t thread;
    must(HcsSimReset(u"{\"time\":\"Manual\"}", NULL));
    cr_expect_eq(HcsSimCount(NULL), E_POINTER);
    cr_expect_eq(counts_now().Handles, 0);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"c", CONTAINER, operation, NULL, &system));
    cr_expect_eq(counts_now().Handles, 2);
    pthread_create(&thread, NULL, wait_a_second, operation);
    while (counts_now().Waiting != 1)
        usleep(100);
    must(HcsSimAdvance(30 * MS));
    pthread_join(thread, NULL);
    cr_expect_eq(counts_now().Waiting, 0);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, stay));
    must(HcsTerminateComputeSystem(system, operation, NULL));
    must(HcsSimAdvance(30 * MS));
    while (counts_now().Running != 1)
        usleep(100);
    cr_expect_eq(counts_now().Due, 0);
    atomic_store(&let_go, true);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    cr_expect_eq(counts_now().Running, 0);
    cr_expect_eq(counts_now().Handles, 0);
}

static atomic_int calls;

static void CALLBACK count_call(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    atomic_fetch_add(&calls, 1);
}

Test(simulator, an_advance_ends_the_waits_of_other_threads_and_calls_back)
{
    HCS_SYSTEM system;
    pthread_t thread;
    void *result;
    must(HcsSimReset(u"{\"time\":\"Manual\",\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":5000000}}}", NULL));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"w", CONTAINER, operation, NULL, &system));
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, count_call));
    must(HcsSimAdvance(30 * MS));
    must(HcsStartComputeSystem(system, operation, NULL));
    pthread_create(&thread, NULL, wait_a_second, operation);
    usleep(50000);
    must(HcsSimAdvance(2000 * (UINT64)MS));
    pthread_join(thread, &result);
    cr_expect_eq((HRESULT)(intptr_t)result, HCS_E_OPERATION_TIMEOUT);
    must(HcsTerminateComputeSystem(system, operation, NULL) == HCS_E_OPERATION_ALREADY_STARTED ? S_OK : E_FAIL);
    HcsCloseOperation(operation);
    operation = HcsCreateOperation(NULL, NULL);
    must(HcsTerminateComputeSystem(system, operation, NULL));
    must(HcsSimAdvance(100 * MS));
    cr_expect(reaches(&calls, 1), "the exit");
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

#define AN_HOUR u"{\"time\":\"Realtime\",\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":3600000000}}"

/* A start and a wait of an hour end soon, since the speed is a million. */
Test(simulator, real_time_passes_by_its_speed)
{
    must(HcsSimReset(AN_HOUR u",\"clients\":2,\"speed\":1000000}", NULL));
    cr_expect_eq(HcsSimAdvance(1), HCS_E_INVALID_STATE);
    HCS_SYSTEM system = make_system(u"r", CONTAINER, true);
    enum { HOUR_MS = 3600 * 1000 };
    cr_expect_eq(HcsWaitForComputeSystemExit(system, HOUR_MS, NULL), HCS_E_OPERATION_TIMEOUT);
    drop_system(system);
}

/* Virtual time would advance with each of these polls, and a few would complete the start. */
Test(simulator, real_time_is_not_hurried)
{
    must(HcsSimReset(AN_HOUR u",\"clients\":1}", NULL));
    HCS_SYSTEM system = make_system(u"r", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsStartComputeSystem(system, operation, NULL));
    int polls = 0;
    while (polls < 1000 && HcsGetOperationResult(operation, NULL) == HCS_E_OPERATION_PENDING)
        polls++;
    cr_expect_eq(polls, 1000);
    cr_expect_eq(HcsWaitForOperationResult(operation, 20, NULL), HCS_E_OPERATION_TIMEOUT);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(simulator, real_time_calls_back_while_nobody_calls)
{
    HCS_PROCESS_INFORMATION information;
    must(HcsSimReset(u"{\"time\":\"Realtime\",\"speed\":10}", NULL));
    HCS_SYSTEM system = make_system(u"rc", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 1\"}", &information);
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, count_call));
    cr_expect(reaches(&calls, 1));
    HcsCloseProcess(process);
    drop_system(system);
}

Test(simulator, a_reset_begins_anew)
{
    const UINT64 seed = 77;
    must(HcsSimReset(u"{\"seed\":3}", NULL));
    cr_expect_eq(HcsSimSeed(), 3);
    HCS_SYSTEM first = make_system(u"again", CONTAINER, true);
    cr_expect_eq(HcsSimReset(NULL, NULL), HCS_E_INVALID_STATE, "a handle is open");
    HCS_OPERATION pending = HcsCreateOperation(NULL, NULL);
    must(HcsPauseComputeSystem(first, pending, NULL));
    HcsCloseOperation(pending);
    HcsCloseComputeSystem(first);
    must(HcsSimReset(NULL, &seed));
    expect_nothing_left();
    cr_expect_eq(HcsSimSeed(), 77);
    cr_expect_eq(HcsSimNow(), 0);
    HCS_SYSTEM second = make_system(u"again", CONTAINER, true);
    cr_expect_eq((void *)second, (void *)first, "the same value as in a new program");
    drop_system(second);
}

Test(simulator, a_reset_with_a_wrong_scenario_says_so)
{
    cr_expect_eq(HcsSimReset(u"{\"time\":\"Sideways\"}", NULL), E_INVALIDARG);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(HcsEnumerateComputeSystems(NULL, operation), HCS_E_SERVICE_NOT_AVAILABLE);
    HcsCloseOperation(operation);
    must(HcsSimReset(u"{}", NULL));
    drop_system(make_system(u"well", CONTAINER, true));
}

static PWSTR trace_path(void)
{
    static WCHAR wide[256];
    const char *path = scratch_path("trace");
    for (size_t i = 0; i <= strlen(path); i++)
        wide[i] = (WCHAR)path[i];
    return wide;
}

static uint64_t traced(UINT64 seed, PCWSTR process_parameters)
{
    UINT64 hash = 0;
    must(HcsSimReset(u"{\"clients\":1}", &seed));
    must(HcsSimTrace(trace_path(), &hash));
    HCS_SYSTEM system = make_system(u"t", CONTAINER, true);
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS process = make_process(system, process_parameters, &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseProcess(process);
    drop_system(system);
    must(HcsSimTrace(NULL, &hash));
    return hash;
}

Test(simulator, the_same_calls_have_the_same_trace)
{
    static const PCWSTR exit3 = u"{\"CommandLine\":\"cmd /c exit 3\"}", exit4 = u"{\"CommandLine\":\"cmd /c exit 4\"}";
    uint64_t hash = traced(5, exit3);
    cr_expect_neq(hash, 0);
    cr_expect_eq(traced(5, exit3), hash);
    cr_expect_neq(traced(5, exit4), hash, "another call");
    cr_expect_neq(traced(6, exit3), hash, "another seed, other times");
    size_t length;
    char *text = file_read(scratch_path("trace"), 1 << 20, &length);
    cr_assert(text);
    cr_expect(strstr(text, "\"seed\":\"6\""));
    cr_expect(strstr(text, "\"call\":\"HcsWaitForProcessExit\""));
    cr_expect(strstr(text, "\"event\":\"HcsEventSystemExited\""));
    free(text);
    cr_expect_eq(HcsSimTrace(u"/nonexistent/file", NULL), E_INVALIDARG);
}

Test(simulator, a_trace_has_what_calls_return_that_is_no_hresult)
{
    size_t length;
    HCS_PROCESS_INFORMATION information;
    must(HcsSimReset(u"{\"clients\":1}", NULL));
    must(HcsSimTrace(trace_path(), NULL));
    HCS_SYSTEM system = make_system(u"t", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"ping -t host\"}", &information);
    HCS_OPERATION operation = HcsCreateOperation(&length, NULL);
    must(finish(HcsGetProcessInfo(process, operation), operation));
    cr_expect_eq(HcsGetProcessFromOperation(operation), process);
    cr_expect_eq(HcsGetOperationContext(operation), &length);
    must(finish(HcsGetComputeSystemProperties(system, operation, NULL), operation));
    cr_expect_eq(HcsGetComputeSystemFromOperation(operation), system);
    UINT64 id = HcsGetOperationId(operation);
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    drop_system(system);
    must(HcsSimTrace(NULL, NULL));
    char *text = file_read(scratch_path("trace"), 1 << 20, &length), number[40];
    cr_assert(text);
    snprintf(number, sizeof number, "\"return\":%u,", (unsigned)id);
    const char *const returns[] = {"\"return\":\"p0.1\"", "\"return\":\"s0.1\"", "\"return\":true", number};
    for (size_t i = 0; i < sizeof returns / sizeof *returns; i++)
        cr_expect(strstr(text, returns[i]), "%s is not in %s", returns[i], text);
    free(text);
}

/* --- another scenario while systems live --- */

static HRESULT start(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsStartComputeSystem(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT ask(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsGetComputeSystemProperties(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

#define QUERY_FAILS(result)                                                                                            \
    u"{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Fail\",\"hresult\":\"" result u"\"}"

Test(simulator, faults_change_while_a_system_lives)
{
    must(HcsSimReset(u"{\"faults\":[" QUERY_FAILS(u"E_FAIL") u"]}", NULL));
    HCS_SYSTEM system = make_system(u"f", CONTAINER, false);
    cr_expect_eq(ask(system), E_FAIL);
    must(HcsSimScenario(u" {\"faults\":[" QUERY_FAILS(u"0x80370109") u"]}"));
    cr_expect_eq(ask(system), (HRESULT)0x80370109);
    must(HcsSimScenario(u"{\"latencies\":{}}"));
    cr_expect_eq(ask(system), (HRESULT)0x80370109, "faults that are not named stay");
    must(HcsSimScenario(u"{\"faults\":[]}"));
    must(ask(system));
    drop_system(system);
}

Test(simulator, a_count_of_calls_goes_on_unless_faults_change)
{
#define SECOND                                                                                                         \
    u"{\"faults\":[{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\",\"nth\":2}]" \
    u"}"
    must(HcsSimReset(SECOND, NULL));
    HCS_SYSTEM system = make_system(u"c", CONTAINER, true);
    must(ask(system));
    must(HcsSimScenario(u"{\"host\":{\"memoryInMB\":4096}}"));
    cr_expect_eq(ask(system), E_FAIL);
    must(ask(system));
    must(HcsSimScenario(SECOND));
    must(ask(system));
    cr_expect_eq(ask(system), E_FAIL);
    drop_system(system);
}

Test(simulator, latencies_change_one_by_one)
{
    must(HcsSimReset(u"{\"clients\":1,\"latencies\":{\"HcsStartComputeSystem\":{\"uniformUs\":[7,7]},"
                     u"\"HcsCreateComputeSystem\":{\"fixedUs\":1000}}}",
        NULL));
    must(HcsSimScenario(u"{\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":3000000}}}"));
    HCS_SYSTEM system = make_system(u"l", CONTAINER, false);
    cr_expect_eq(HcsSimNow(), MS, "that of the create has stayed");
    must(start(system));
    cr_expect_eq(HcsSimNow(), 3001 * (UINT64)MS);
    drop_system(system);
    must(HcsSimScenario(u"{\"latencies\":{\"HcsCreateComputeSystem\":null}}"));
    UINT64 before = HcsSimNow();
    system = make_system(u"m", CONTAINER, false);
    cr_expect_geq(HcsSimNow() - before, 20 * MS, "the default");
    drop_system(system);
}

Test(simulator, facts_of_the_host_change_one_by_one)
{
    must(HcsSimReset(u"{\"host\":{\"lacks\":[\"HyperV\"],\"refusesAtOnce\":true}}", NULL));
    HCS_SYSTEM system = make_system(u"h", CONTAINER, true), other;
    must(HcsSimScenario(u"{\"host\":{\"elevated\":false}}"));
    cr_expect_eq(ask(system), HCS_E_ACCESS_DENIED);
    must(HcsSimScenario(u"{\"host\":{\"elevated\":null}}"));
    must(ask(system));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"vm", VM_WITH_GUEST, operation, NULL, &other));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_HYPERV_NOT_INSTALLED);
    HcsCloseComputeSystem(other);
    must(HcsSimScenario(u"{\"host\":null}"));
    other = make_system(u"vm", VM_WITH_GUEST, false);
    cr_expect_eq(
        HcsModifyComputeSystem(system, operation, u"{", NULL), HCS_E_INVALID_JSON, "refusesAtOnce can't change");
    HcsCloseOperation(operation);
    drop_system(other);
    drop_system(system);
}

Test(simulator, strict_documents_are_those_of_which_a_host_ignores_nothing)
{
    static const WCHAR *const wrong[] = {u"{\"CommandLine\":\"hostname\",\"Enviroment\":{}}",
        u"{\"CommandLine\":\"hostname\",\"emulateConsole\":true}",
        u"{\"CommandLine\":\"ver\",\"CommandLine\":\"hostname\"}",
        u"{\"CommandLine\":\"hostname\",\"EmulateConsole\":true,\"CreateStdErrPipe\":true}"};
    HCS_SYSTEM other;
    HCS_PROCESS process;
    PWSTR document;
    char text[2000];
    for (int strict = 0; strict < 2; strict++) {
        must(HcsSimReset(strict ? u"{\"clients\":1,\"documents\":\"Strict\"}" : u"{\"clients\":1}", NULL));
        HCS_SYSTEM system = make_system(u"s", CONTAINER, true);
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            HRESULT result = HcsCreateProcess(system, wrong[i], operation, NULL, &process);
            cr_assert_eq(result, strict ? HCS_E_INVALID_JSON : S_OK, "%zu", i);
            if (SUCCEEDED(result)) {
                must(HcsWaitForOperationResult(operation, INFINITE, NULL));
                HcsCloseProcess(process);
            }
        }
        must(HcsCreateProcess(system, u"{\"CommandLine\":\"hostname\",\"User\":null}", operation, NULL, &process));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        HcsCloseProcess(process);
        cr_expect_eq(HcsSimScenario(u"{\"documents\":\"AsHosts\"}"), HCS_E_INVALID_STATE, "it can't change");
        HcsCloseOperation(operation);
        drop_system(system);
    }
    must(HcsSimReset(u"{\"clients\":1,\"documents\":\"Strict\"}", NULL));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"n",
        u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,"
        u"\"VirtualMachine\":{\"ComputeTopology\":{\"Procesor\":{\"Count\":2}}}}",
        operation, NULL, &other));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, &document), HCS_E_INVALID_JSON);
    take_text(document, text, sizeof text);
    cr_expect_not_null(strstr(text, "$.VirtualMachine.ComputeTopology.Procesor"), "%s", text);
    cr_expect_not_null(strstr(text, "did you mean 'Processor'?"), "%s", text);
    HcsCloseComputeSystem(other);
    HcsCloseOperation(operation);
}

Test(simulator, what_can_not_change_is_refused_and_nothing_has_changed)
{
    must(HcsSimReset(u"{\"seed\":3,\"host\":{\"osBuild\":20348}}", NULL));
    HCS_SYSTEM system = make_system(u"r", CONTAINER, false);
    cr_expect_eq(HcsSimScenario(NULL), E_POINTER);
    cr_expect_eq(HcsSimScenario(u"/nonexistent/file"), E_INVALIDARG);
    cr_expect_eq(HcsSimScenario(u"{\"faults\":[{\"effect\":\"Fial\"}]}"), E_INVALIDARG);
    cr_expect_eq(HcsSimScenario(u"{\"faults\":[{\"effect\":\"Hang\"}]}"), E_INVALIDARG, "it needs a call");
    cr_expect_eq(HcsSimScenario(u"{\"seed\":4,\"faults\":[" QUERY_FAILS(u"E_FAIL") u"]}"), HCS_E_INVALID_STATE);
    cr_expect_eq(HcsSimScenario(u"{\"host\":{\"osBuild\":26100}}"), HCS_E_INVALID_STATE);
    cr_expect_eq(HcsSimScenario(u"{\"host\":{\"refusesAtOnce\":true}}"), HCS_E_INVALID_STATE);
    cr_expect_eq(HcsSimScenario(u"{\"programs\":[]}"), HCS_E_INVALID_STATE);
    must(ask(system));
    drop_system(system);
    must(HcsSimScenario(u"{\"seed\":3,\"host\":{\"osBuild\":20348},\"faults\":[]}"));
}

Test(simulator, a_fault_gives_the_document_of_its_failure)
{
#define DOCUMENT u"\"document\":{\"Error\":-1,\"Attribution\":[{\"WindowsFirmware\":{}}]}"
    char text[200];
    PWSTR document = NULL;
    must(HcsSimReset(
        u"{\"faults\":[{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\","
        u"\"times\":"
        u"1," DOCUMENT u"},{\"call\":\"HcsCreateProcess\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\"," DOCUMENT u"}]}",
        NULL));
    HCS_SYSTEM system = make_system(u"d", CONTAINER, true);
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, NULL));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, &document), E_FAIL);
    take_text(document, text, sizeof text);
    cr_expect_str_eq(text, "{\"Error\":-1,\"Attribution\":[{\"WindowsFirmware\":{}}]}");
    must(HcsCreateProcess(system, ENDLESS, operation, NULL, &process));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, &document), E_FAIL);
    take_text(document, text, sizeof text);
    cr_expect_str_eq(text, "{\"Error\":-1,\"Attribution\":[{\"WindowsFirmware\":{}}]}");
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    cr_expect_eq(
        HcsSimScenario(u"{\"faults\":[{\"effect\":\"Fail\",\"hresult\":\"E_FAIL\",\"document\":{}}]}"), E_INVALIDARG);
    cr_expect_eq(
        HcsSimScenario(u"{\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Hang\",\"document\":{}}]}"),
        E_INVALIDARG);
    cr_expect_eq(
        HcsSimScenario(u"{\"faults\":[{\"call\":\"HcsOpenComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\","
                       u"\"document\":{}}]}"),
        E_INVALIDARG);
    drop_system(system);
}

/* Pauses the system through that handle, or resumes it. */
static HRESULT pause_or_resume(HCS_SYSTEM system, bool resumes)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT started =
        resumes ? HcsResumeComputeSystem(system, operation, NULL) : HcsPauseComputeSystem(system, operation, NULL);
    HRESULT result = finish(started, operation);
    HcsCloseOperation(operation);
    return result;
}

Test(simulator, a_fault_counts_the_calls_of_each_handle_apart)
{
    HCS_SYSTEM second;
    must(HcsSimReset(u"{\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\","
                     u"\"times\":1,\"countPer\":\"handle\"}]}",
        NULL));
    HCS_SYSTEM first = make_system(u"two-handles", VM_WITH_GUEST, true);
    must(HcsOpenComputeSystem(u"two-handles", GENERIC_ALL, &second));
    cr_expect_eq(pause_or_resume(first, false), E_FAIL);
    must(pause_or_resume(first, false));
    must(pause_or_resume(first, true));
    cr_expect_eq(pause_or_resume(second, false), E_FAIL);
    must(pause_or_resume(second, false));
    HcsCloseComputeSystem(second);
    drop_system(first);
}

Test(simulator, a_fault_comes_some_time_after_the_start)
{
    must(HcsSimReset(u"{\"time\":\"Manual\",\"clients\":1,\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":0},"
                     u"\"HcsCreateComputeSystem\":{\"fixedUs\":0},\"HcsPauseComputeSystem\":{\"fixedUs\":0},"
                     u"\"HcsResumeComputeSystem\":{\"fixedUs\":0},\"HcsTerminateComputeSystem\":{\"fixedUs\":0}},"
                     u"\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\","
                     u"\"afterMsOfStart\":10}]}",
        NULL));
    must(HcsSimAdvance(50 * MS));
    HCS_SYSTEM system = make_system(u"late", VM_WITH_GUEST, true);
    must(pause_or_resume(system, false));
    must(pause_or_resume(system, true));
    must(HcsSimAdvance(10 * MS));
    cr_expect_eq(pause_or_resume(system, false), E_FAIL);
    drop_system(system);
}
