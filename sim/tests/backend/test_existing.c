/* Compute systems that exist before the first call. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include <criterion/redirect.h>

#define CONFIGURATION "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Owner\":\"before\",\"Container\":{}}"
#define MACHINE "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"GuestConnection\":{}}}"

static HRESULT begin_with(const char *systems)
{
    char scenario[1024];
    snprintf(scenario, sizeof scenario, "{\"clients\":1,\"systems\":[%s]}", systems);
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    return HcsSimReset(NULL, NULL);
}

static const char *enumeration(void)
{
    static char text[4000];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsEnumerateComputeSystems(NULL, operation));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, sizeof text);
    HcsCloseOperation(operation);
    return text;
}

Test(existing, they_are_listed_opened_used_and_ended)
{
    HCS_SYSTEM running, paused, exited;
    HCS_PROCESS_INFORMATION information;
    must(begin_with("{\"id\":\"run\",\"configuration\":" CONFIGURATION "},"
                    "{\"id\":\"vm\",\"state\":\"Paused\",\"configuration\":" MACHINE "},"
                    "{\"id\":\"over\",\"state\":\"Exited\",\"configuration\":" CONFIGURATION "}"));
    const char *list = enumeration();
    cr_expect(strstr(list, "\"run\"") && strstr(list, "\"vm\"") && strstr(list, "\"before\""), "%s", list);
    must(HcsOpenComputeSystem(u"run", GENERIC_ALL, &running));
    HCS_PROCESS process = make_process(running, u"{\"CommandLine\":\"cmd /c exit 3\"}", &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseProcess(process);
    drop_system(running);
    must(HcsOpenComputeSystem(u"vm", GENERIC_ALL, &paused));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsResumeComputeSystem(paused, operation, NULL), operation));
    HcsCloseOperation(operation);
    drop_system(paused);
    must(HcsOpenComputeSystem(u"over", GENERIC_ALL, &exited));
    must(HcsWaitForComputeSystemExit(exited, 0, NULL));
    HcsCloseComputeSystem(exited);
    cr_expect_str_eq(enumeration(), "[]");
    expect_nothing_left();
}

Test(existing, an_id_is_taken)
{
    HCS_SYSTEM system;
    must(begin_with("{\"id\":\"Taken\",\"configuration\":" CONFIGURATION "}"));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsCreateComputeSystem(u"taken", CONTAINER, operation, NULL, &system), operation),
        HCS_E_SYSTEM_ALREADY_EXISTS);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

#define IN "computecore: scenario in COMPUTECORE_SCENARIO: line 1, column "
#define RUNTIME "3f2504e0-4f89-11d3-9a0c-0305e82c330"

Test(existing, what_cannot_be_there_is_told, .init = cr_redirect_stderr)
{
    cr_expect_eq(begin_with("{\"id\":\"a\",\"configuration\":" CONFIGURATION
                            "},{\"id\":\"A\",\"configuration\":" CONFIGURATION "}"),
        E_INVALIDARG);
    cr_expect_eq(begin_with("{\"id\":\"a\",\"state\":\"Paused\",\"configuration\":" CONFIGURATION "}"), E_INVALIDARG);
    cr_expect_eq(begin_with("{\"id\":\"\",\"configuration\":" CONFIGURATION "}"), E_INVALIDARG);
    cr_expect_eq(begin_with("{\"id\":\"a\",\"configuration\":{}}"), E_INVALIDARG);
    cr_expect_eq(begin_with("{\"id\":\"a\",\"runtimeId\":\"" RUNTIME "A\",\"configuration\":" CONFIGURATION
                            "},{\"id\":\"b\",\"runtimeId\":\"" RUNTIME "a\",\"configuration\":" CONFIGURATION "}"),
        E_INVALIDARG);
    must(begin_with(""));
    fflush(stderr);
    cr_assert_stderr_eq_str(
        IN "130: $.systems[1].id: it is the same as $.systems[0].id\n" IN
           "43: $.systems[0].state: only a virtual machine can be in that state\n" IN
           "31: $.systems[0].id: it is empty\n" IN "51: "
           "$.systems[0].configuration.SchemaVersion: the member 'SchemaVersion' is required, and 1 more\n" IN
           "197: $.systems[1].runtimeId: it is the same as that of $.systems[0]\n");
}
