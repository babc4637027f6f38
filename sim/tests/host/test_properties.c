/* Properties whose values add up: what a system used is the sum of what its processes used. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include <cjson/cJSON.h>

static cJSON *query(HCS_SYSTEM system, PCWSTR text)
{
    PWSTR document = NULL;
    static char narrow[1 << 17];
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, text));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    size_t length = 0;
    for (; document[length] && length + 1 < sizeof narrow; length++)
        narrow[length] = (char)document[length];
    narrow[length] = 0;
    LocalFree(document);
    HcsCloseOperation(operation);
    cJSON *root = cJSON_Parse(narrow);
    cr_assert_not_null(root, "%s", narrow);
    return root;
}

/* The value at a path of members, separated by dots. */
static double at(const cJSON *node, const char *path)
{
    char name[64];
    while (*path) {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        node = cJSON_GetObjectItemCaseSensitive(node, name);
        cr_assert_not_null(node, "%s", name);
        path += length + (path[length] == '.');
    }
    return node->valuedouble;
}

enum { OWN_PROCESSES = 11 }; /* of a container: smss.exe, csrss.exe, … (F-08) */

struct sums {
    double user, kernel, commit;
    int count;
};

static struct sums sums_of(const cJSON *root)
{
    struct sums sums = {0, 0, 0, 0};
    const cJSON *process;
    cJSON_ArrayForEach (process, cJSON_GetObjectItemCaseSensitive(root, "ProcessList")) {
        sums.user += at(process, "UserTime100ns");
        sums.kernel += at(process, "KernelTime100ns");
        sums.commit += at(process, "MemoryCommitBytes");
        sums.count++;
    }
    return sums;
}

#define BOTH u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}"

Test(properties, processes_make_up_what_a_container_used)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"sums", CONTAINER, true);
    HCS_PROCESS one = make_process(system, ENDLESS, &information), two = make_process(system, ENDLESS, &information);
    HCS_PROCESS nap = make_process(system, u"{\"CommandLine\":\"sleep 100\"}", &information);
    cJSON *root = query(system, BOTH);
    struct sums sums = sums_of(root);
    cr_expect_eq(sums.count, 3 + OWN_PROCESSES);
    cr_expect_gt(sums.user, 0);
    cr_expect_eq(at(root, "Statistics.Processor.RuntimeUser100ns"), sums.user);
    cr_expect_eq(at(root, "Statistics.Processor.RuntimeKernel100ns"), sums.kernel);
    cr_expect_eq(at(root, "Statistics.Processor.TotalRuntime100ns"), sums.user + sums.kernel);
    cr_expect_eq(at(root, "Statistics.Memory.MemoryUsageCommitBytes"), sums.commit);
    cr_expect_gt(at(root, "Statistics.Memory.MemoryUsageCommitPeakBytes"), sums.commit, "F-07");
    cJSON_Delete(root);
    must(HcsWaitForProcessExit(nap, INFINITE, NULL)); /* 100 s later */
    root = query(system, BOTH);
    struct sums later = sums_of(root);
    cr_expect_eq(later.count, 2 + OWN_PROCESSES);
    cr_expect_gt(later.user, sums.user);
    cr_expect_gt(at(root, "Statistics.Processor.RuntimeUser100ns"), later.user, "what the third one used stays");
    cr_expect_eq(at(root, "Statistics.Memory.MemoryUsageCommitBytes"), later.commit);
    cr_expect_gt(at(root, "Statistics.Memory.MemoryUsageCommitPeakBytes"), later.commit);
    cr_expect_geq(at(root, "Statistics.Uptime100ns"), 1e9);
    cr_expect_lt(at(root, "Statistics.Processor.TotalRuntime100ns"), 3 * at(root, "Statistics.Uptime100ns"));
    cJSON_Delete(root);
    HcsCloseProcess(one);
    HcsCloseProcess(two);
    HcsCloseProcess(nap);
    drop_system(system);
    expect_nothing_left();
}

/* Units of 100 ns since midnight; the test does not go on until the next one. */
static double time_at(const cJSON *node, const char *name)
{
    unsigned hours, minutes, seconds, ticks;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(node, name));
    cr_assert(text && sscanf(text, "%*10cT%2u:%2u:%2u.%7uZ", &hours, &minutes, &seconds, &ticks) == 4, "%s", text);
    return ((hours * 60.0 + minutes) * 60 + seconds) * 1e7 + ticks;
}

/* before: what the system had used by the last time. */
static void expect_times_within(HCS_SYSTEM system, double processors, double *before)
{
    cJSON *root = query(system, BOTH);
    const cJSON *process, *statistics = cJSON_GetObjectItemCaseSensitive(root, "Statistics");
    double used = at(statistics, "Processor.TotalRuntime100ns");
    cr_expect_leq(used, processors * at(statistics, "Uptime100ns"));
    cr_expect_geq(used, *before);
    *before = used;
    cJSON_ArrayForEach (process, cJSON_GetObjectItemCaseSensitive(root, "ProcessList")) {
        double age = time_at(statistics, "Timestamp") - time_at(process, "CreateTimestamp");
        double own = at(process, "UserTime100ns") + at(process, "KernelTime100ns");
        cr_expect_leq(own, age > 0 ? age : 0, "a process of %g ms", age / 1e4);
    }
    cJSON_Delete(root);
}

static void use_time(const char *scenario, PCWSTR document, double processors)
{
    enum { PROCESSES = 60 };
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS made[PROCESSES];
    double before = 0;
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    must(HcsSimReset(NULL, NULL));
    HCS_SYSTEM system = make_system(u"busy", document, true);
    for (int i = 0; i < PROCESSES; i++) {
        expect_times_within(system, processors, &before);
        made[i] = make_process(system, ENDLESS, &information);
    }
    for (int i = 0; i < 200; i++)
        expect_times_within(system, processors, &before);
    for (int i = 0; i < PROCESSES; i++) {
        must(terminate_process(made[i]));
        HcsCloseProcess(made[i]);
        expect_times_within(system, processors, &before);
    }
    drop_system(system);
    expect_nothing_left();
}

#define QUICK(processors)                                                                                              \
    "{\"clients\":1,\"host\":{\"processors\":" processors "},\"latencies\":{\"HcsGetComputeSystemProperties\":{"       \
    "\"fixedUs\":700},\"HcsCreateProcess\":{\"fixedUs\":30},\"HcsTerminateProcess\":{\"fixedUs\":1}}}"

Test(properties, nothing_uses_more_processor_time_than_there_was)
{
    use_time(QUICK("8"), CONTAINER, 8);
    use_time(QUICK("1"), CONTAINER, 1);
    use_time(QUICK("1"), VM_WITH_GUEST, 1);
}

Test(properties, a_virtual_machine_has_all_its_memory_and_a_system_of_its_own)
{
    HCS_SYSTEM system = make_system(u"vm", VM_WITH_GUEST, true);
    cJSON *root = query(system, u"{\"PropertyTypes\":[\"Statistics\",\"Memory\"]}");
    double pages = at(root, "Memory.VirtualMachineMemory.AssignedMemory");
    cr_expect_eq(at(root, "Statistics.Memory.MemoryUsagePrivateWorkingSetBytes"), pages * 4096);
    cr_expect_gt(at(root, "Statistics.Memory.MemoryUsageCommitBytes"), pages * 4096);
    cr_expect_eq(at(root, "Statistics.Processor.TotalRuntime100ns"),
        at(root, "Statistics.Processor.RuntimeUser100ns") + at(root, "Statistics.Processor.RuntimeKernel100ns"));
    cJSON_Delete(root);
    drop_system(system);
    expect_nothing_left();
}

Test(properties, both_forms_of_a_query_say_the_same)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"forms", CONTAINER, true);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    cJSON *root =
        query(system, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\",\"TerminateOnLastHandleClosed\"],"
                      u"\"Queries\":{\"Statistics\":{},\"ProcessList\":{},\"TerminateOnLastHandleClosed\":{}}}");
    static const char *const names[] = {"Statistics", "ProcessList", "TerminateOnLastHandleClosed"};
    for (int i = 0; i < 3; i++) {
        const cJSON *responses = cJSON_GetObjectItemCaseSensitive(root, "PropertyResponses");
        const cJSON *response =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(responses, names[i]), "Response");
        cr_expect(cJSON_Compare(response, cJSON_GetObjectItemCaseSensitive(root, names[i]), 1), "%s", names[i]);
    }
    cJSON_Delete(root);
    HcsCloseProcess(process);
    drop_system(system);
    expect_nothing_left();
}
