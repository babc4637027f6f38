/* Simulated systems through the API: modifications, properties, enumeration. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"

/* The result document as UTF-8, cut to the buffer; every character in it is ASCII. */
static HRESULT result_text(HCS_OPERATION operation, HRESULT started, char *text, size_t size)
{
    PWSTR document = NULL;
    HRESULT result = SUCCEEDED(started) ? HcsWaitForOperationResult(operation, INFINITE, &document)
                                        : HcsGetOperationResult(operation, &document);
    size_t length = 0;
    for (; document && document[length] && length + 1 < size; length++)
        text[length] = (char)document[length];
    text[length] = 0;
    LocalFree(document);
    return result;
}

struct modification {
    PCWSTR document;
    HRESULT result;
    const char *named; /* what the error document must name */
};

static const struct modification modifications[] = {
    {u"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory/SizeInMB\",\"Settings\":3072}", S_OK, ""},
    {u"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory/"
     u"SizeInMB\",\"RequestType\":\"Update\",\"Settings\":\"big\"}",
        HCS_E_INVALID_JSON, "$.Settings"},
    {u"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory/SizeInMB\"}", HCS_E_INVALID_JSON, "$.Settings"},
    {u"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory\",\"Settings\":1}", E_INVALIDARG, "$.ResourcePath"},
    {u"{\"ResourcePath\":\"virtualmachine/computetopology/memory/sizeinmb\",\"Settings\":1}", E_INVALIDARG,
        "$.ResourcePath"},
    {u"{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"Settings\":512}", E_INVALIDARG, "$.ResourcePath"},
    {u"{\"ResourcePath\":\"VirtualMachine/Devices/Scsi/Primary/Attachments/0\",\"RequestType\":\"Add\"}",
        HCS_E_INVALID_JSON, "$.Settings"},
    {u"{\"ResourcePath\":\"VirtualMachine/Devices/Scsi/Primary/Attachments/"
     u"0\",\"RequestType\":\"Add\",\"Settings\":{}}",
        HRESULT_ERROR_NOT_FOUND, "$.ResourcePath"},
    {u"{\"ResourcePath\":\"VirtualMachine/Devices/Scsi/Primary/Attachments/x\",\"RequestType\":\"Add\"}", E_INVALIDARG,
        "$.ResourcePath"},
    {u"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Gpu\",\"RequestType\":\"Remove\"}", E_INVALIDARG,
        "$.RequestType"},
    {u"{\"ResourcePath\":\"\",\"Settings\":1}", E_INVALIDARG, "$.ResourcePath"},
};

Test(system, modifications_take_effect_or_say_why_not)
{
    char text[4096];
    HCS_SYSTEM system = make_system(u"modify", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (size_t i = 0; i < sizeof modifications / sizeof *modifications; i++) {
        const struct modification *m = &modifications[i];
        HRESULT started = HcsModifyComputeSystem(system, operation, m->document, NULL);
        HRESULT result = result_text(operation, started, text, sizeof text);
        cr_expect_eq(result, m->result, "modification %zu: 0x%08X", i, (unsigned)result);
        cr_expect_not_null(strstr(text, m->named), "modification %zu: %s", i, text);
    }
    HRESULT started = HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"Memory\"]}");
    must(result_text(operation, started, text, sizeof text));
    cr_expect_not_null(strstr(text, "\"AssignedMemory\":786432"), "%s", text);
    HcsCloseOperation(operation);
    drop_system(system);
    expect_nothing_left();
}

struct filter {
    PCWSTR query;
    bool one, two; /* which of the two systems it lets through */
};

static const struct filter filters[] = {
    {NULL, true, true},
    {u"{}", true, true},
    {u"{\"Ids\":[\"ONE\"]}", true, false},
    {u"{\"Ids\":[\"one\",\"two\"]}", true, true},
    {u"{\"Ids\":[]}", false, false},
    {u"{\"Types\":[\"VirtualMachine\"]}", false, true},
    {u"{\"Types\":[\"Container\"],\"Ids\":[\"two\"]}", false, false},
    {u"{\"Owners\":[\"\"]}", true, true},
    {u"{\"Owners\":[\"somebody\"]}", false, false},
    {u"{\"Names\":[\"nobody\"]}", false, false},
};

Test(system, filters_are_anded_and_their_values_ored)
{
    char text[4096];
    HCS_SYSTEM one = make_system(u"one", CONTAINER, true), two = make_system(u"two", VM_WITH_GUEST, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        must(result_text(operation, HcsEnumerateComputeSystems(filters[i].query, operation), text, sizeof text));
        cr_expect_eq(strstr(text, "\"Id\":\"one\"") != NULL, filters[i].one, "filter %zu: %s", i, text);
        cr_expect_eq(strstr(text, "\"Id\":\"two\"") != NULL, filters[i].two, "filter %zu: %s", i, text);
    }
    HcsCloseOperation(operation);
    drop_system(one);
    drop_system(two);
    expect_nothing_left();
}

Test(system, process_list_shows_what_runs)
{
    char text[4096];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"list", CONTAINER, true);
    HCS_PROCESS ended = make_process(system, u"{\"CommandLine\":\"true\"}", &information);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(HcsWaitForProcessExit(ended, INFINITE, NULL));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT started = HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"ProcessList\"]}");
    must(result_text(operation, started, text, sizeof text));
    cr_expect_not_null(strstr(text, "\"ImageName\":\"ping.exe\""), "%s", text);
    cr_expect_null(strstr(text, "true.exe"), "%s", text);
    HcsCloseOperation(operation);
    HcsCloseProcess(ended);
    HcsCloseProcess(process);
    drop_system(system);
    expect_nothing_left();
}

Test(system, the_document_of_a_fault_keeps_the_digits_of_its_numbers)
{
    char text[256];
    setenv("COMPUTECORE_SCENARIO",
        "{\"faults\":[{\"call\":\"HcsShutDownComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\","
        "\"document\":{\"Error\":-2147467259,\"Time\":132539328000000001}}]}",
        1);
    must(HcsSimReset(NULL, NULL));
    HCS_SYSTEM system = make_system(u"failing", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(result_text(operation, HcsShutDownComputeSystem(system, operation, NULL), text, sizeof text), E_FAIL);
    cr_expect_str_eq(text, "{\"Error\":-2147467259,\"Time\":132539328000000001}");
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(system, a_terminate_may_follow_a_shutdown_whose_operation_is_closed)
{
    HCS_SYSTEM system = make_system(u"stopping", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), others[8];
    must(HcsShutDownComputeSystem(system, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation); /* the exit is still pending, and the operation that asked for it is closed */
    for (int i = 0; i < 8; i++) {
        others[i] = HcsCreateOperation(NULL, NULL);
        must(HcsGetComputeSystemProperties(system, others[i], NULL));
    }
    operation = HcsCreateOperation(NULL, NULL);
    must(HcsTerminateComputeSystem(system, operation, NULL));
    (void)HcsWaitForOperationResult(operation, INFINITE, NULL); /* stopped already, or by this */
    for (int i = 0; i < 8; i++)
        HcsCloseOperation(others[i]);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

Test(system, a_thousand_systems_with_ids_that_differ_in_case_only_once)
{
    static HCS_SYSTEM systems[1000];
    WCHAR id[] = u"system-aaa";
    for (int i = 0; i < 1000; i++) {
        id[7] = (WCHAR)(u'a' + i / 100);
        id[8] = (WCHAR)(u'a' + i / 10 % 10);
        id[9] = (WCHAR)(u'a' + i % 10);
        systems[i] = make_system(id, CONTAINER, false);
    }
    HCS_SYSTEM again = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"SYSTEM-AAA", CONTAINER, operation, NULL, &again));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_SYSTEM_ALREADY_EXISTS);
    HcsCloseComputeSystem(again);
    HcsCloseOperation(operation);
    for (int i = 0; i < 1000; i++)
        drop_system(systems[i]);
    expect_nothing_left();
}
