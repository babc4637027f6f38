/* hcs-conformance validate as a program: what it prints, on which stream, and its exit code. */
#include "../../impl/tests/command.h"
#include "base/text/utf8.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Captures standard error, too. */
static int run(const char *arguments)
{
    return command_run(TOOL " %s", arguments);
}

static int validate(const char *options, const char *text)
{
    const char *path = scratch_path("document.json");
    char arguments[512];
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    snprintf(arguments, sizeof arguments, "validate %s %s", options, path);
    return run(arguments);
}

Test(validate, a_valid_document_is_said_to_be_of_its_type)
{
    cr_expect_eq(validate("", "{\"CommandLine\":\"x\",\"User\":\"y\"}"), 0);
    SAYS(": a valid ProcessParameters (a guess by its members");
    cr_expect_eq(validate("--type ComputeSystem", "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"), 0);
    SAYS(": a valid ComputeSystem\n");
}

Test(validate, a_mistake_has_line_column_path_source_and_caret)
{
    cr_expect_eq(validate("--type ProcessParameters", "{\n  \"User\": 7,\n  \"CommandLin\": \"x\"\n}\n"), 1);
    SAYS(".json:2:11: error: $.User: expected a string, found the number 7\n    2 |   \"User\": 7,\n      |           "
         "^\n");
    SAYS(".json:3:3: error: $.CommandLin: 'CommandLin' is not a member of ProcessParameters; did you mean "
         "'CommandLine'?\n"
         "    3 |   \"CommandLin\": \"x\"\n      |   ^~~~~~~~~~~~\n");
    SAYS(": not a valid ProcessParameters: 2 errors\n");
}

Test(validate, of_two_bodies_the_second_is_the_mistake)
{
    cr_expect_eq(
        validate("", "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\n\"VirtualMachine\":{},\n\"Container\":{}}"), 1);
    SAYS(".json:3:1: error: $.Container: 'Container' is excluded by 'VirtualMachine'");
}

Test(validate, the_caret_stands_under_characters_not_bytes)
{
    cr_expect_eq(validate("--type ProcessParameters", "{\"User\":\"\xC3\xA4\xE2\x82\xAC\",\"CommandLine\":7}"), 1);
    SAYS(".json:1:28: error: $.CommandLine");
    SAYS("      |                            ^\n");
}

Test(validate, of_a_long_line_the_part_around_the_mistake_is_shown)
{
    char text[2048] = "{\"CommandLine\":\"";
    memset(text + strlen(text), 'x', 1000);
    strcpy(text + 1016, "\",\"User\":7,\"WorkingDirectory\":\"");
    size_t length = strlen(text);
    memset(text + length, 'y', 500);
    strcpy(text + length + 500, "\"}");
    cr_expect_eq(validate("--type ProcessParameters", text), 1);
    SAYS("...xxx");
    SAYS("\"User\":7,\"WorkingDirectory\":\"yyy");
    cr_expect_lt(strlen(said), 600);
}

Test(validate, what_is_accepted_and_not_read_is_a_warning)
{
    cr_expect_eq(validate("", "{\"CommandLine\":\"x\",\"EmulateConsole\":true,\"CreateStdErrPipe\":true}"), 0);
    SAYS("warning: $.CreateStdErrPipe: 'CreateStdErrPipe' is ignored when EmulateConsole is true");
    SAYS(", 1 warning\n");
}

Test(validate, a_build_decides_which_versions_there_are)
{
    static const char text[] = "{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"VirtualMachine\":{\"Services\":{}}}";
    cr_expect_eq(validate("", text), 0);
    cr_expect_eq(validate("--os-build 20348", text), 0);
    cr_expect_eq(validate("--os-build 17763", text), 1);
    SAYS("$.SchemaVersion: the host has the schema versions 2.0 to 2.1");
    cr_expect_eq(validate("--os-build 17763 --type SaveOptions", "{\"SaveType\":\"AsTemplate\"}"), 0);
    cr_expect_eq(validate("--os-build 17763 --type ShutdownOptions --strict", "{\"Force\":true}"), 1);
    SAYS("'Force' needs schema version 2.5; 2.1 is in force");
}

Test(validate, what_is_no_json_says_where)
{
    cr_expect_eq(validate("", "{\"CommandLine\":\n"), 1);
    SAYS(".json:2:1: error: $: expected a value");
    cr_expect_eq(validate("", "\xEF\xBB\xBF{}"), 1);
    SAYS("a byte-order mark is not allowed");
    cr_expect_eq(validate("", "{\"User\":\"\xFF\"}"), 1);
    SAYS(".json:1:10: error: $: the text is not UTF-8 here");
    cr_expect_eq(validate("", ""), 1);
    SAYS("error: $: expected a value");
}

static void expect_type(const char *text, const char *type)
{
    char line[200];
    validate("", text);
    snprintf(line, sizeof line, " valid %s (a guess by its members", type);
    cr_expect(strstr(said, line), "%s: %s", text, said);
}

Test(validate, the_type_is_guessed_of_every_kind_of_document)
{
    expect_type(
        "{\"Status\":0,\"ExitType\":\"GracefulExit\",\"Attribution\":[{\"SystemExit\":{}}]}", "SystemExitStatus");
    expect_type("{\"Status\":-1,\"ExitType\":\"UnexpectedExit\"}", "SystemExitStatus");
    expect_type("{\"CrashLog\":\"panic\",\"CrashParameters\":[1]}", "CrashReport");
    expect_type("{\"PropertyTypes\":[\"ProcessorTopology\"]}", "Service_PropertyQuery");
    expect_type("{\"PropertyTypes\":[\"ProcessList\"]}", "System_PropertyQuery");
    expect_type("{\"PropertyTypes\":[\"ICHeartbeatStatus\"]}", "System_PropertyQuery");
    expect_type("{\"Id\":\"a\",\"SystemType\":\"Container\",\"Owner\":\"o\",\"State\":\"Running\"}", "Properties");
    expect_type("{\"Error\":-2143878910,\"ErrorMessage\":\"\"}", "ResultError");
    expect_type("{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"Settings\":512}", "ModifySettingRequest");
    expect_type("{\"host\":{},\"faults\":[]}", "Scenario");
    expect_type("{\"Ids\":[\"a\"]}", "SystemQuery");
    validate("", "{\"PropertyTypes\":[\"ProcessList\"]}");
    SAYS("; the runner-up is Service_PropertyQuery)\n");
    validate("--format json", "{\"PropertyTypes\":[\"ProcessList\"]}");
    SAYS("\"guessed\":\ttrue");
    SAYS("\"runnerUp\":\t\"Service_PropertyQuery\"");
}

/* --- which members and effects of a fault go together --- */

#define FAULT(call, more) "{\"faults\":[{" call more "}]}"
#define CALL(function) "\"call\":\"" function "\","
#define FAILS "\"effect\":\"Fail\",\"hresult\":\"E_FAIL\""
#define ON_SOMETHING "a call on a system or process that has an operation"

static const struct {
    const char *text, *says; /* says NULL: it is valid */
} company[] = {{FAULT("", "\"effect\":\"Exit\""), "$.faults[0].effect: 'Exit' is possible only with " ON_SOMETHING},
    {FAULT(CALL("HcsGetServiceProperties"), "\"effect\":\"Hang\""), "'Hang' is possible only with " ON_SOMETHING},
    {FAULT(CALL("HcsOpenComputeSystem"), "\"effect\":\"LoseExit\""), "'LoseExit' is possible only with " ON_SOMETHING},
    {FAULT(CALL("HcsSignalProcess"), "\"effect\":\"AwaitExit\""), NULL},
    {FAULT(CALL("HcsModifyProcess"), "\"effect\":\"AwaitExit\""),
        "'AwaitExit' is possible only with a signal to a process"},
    {FAULT(CALL("HcsCreateProcess"), "\"effect\":\"LoseStatus\""),
        "'LoseStatus' is possible only with a call on a system that has an operation"},
    {FAULT(CALL("HcsPauseComputeSystem"), "\"effect\":\"CloseConnection\""),
        "'CloseConnection' is possible only with a call on a process that has an operation"},
    {FAULT(CALL("HcsStartComputeSystem"), "\"effect\":\"Ignore\""),
        "'Ignore' is possible only with the call HcsModifyComputeSystem, HcsModifyProcess or HcsSignalProcess"},
    {FAULT(CALL("HcsModifyComputeSystem"), FAILS ",\"resource\":\"x\""), NULL},
    {FAULT("", FAILS ",\"resource\":\"x\""),
        "$.faults[0].resource: 'resource' is possible only with the call HcsModifyComputeSystem"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"property\":\"Memory\""),
        "'property' is possible only with the call HcsGetComputeSystemProperties or HcsGetServiceProperties"},
    {FAULT(CALL("HcsGetComputeSystemProperties"), "\"effect\":\"Hang\",\"property\":\"Memory\""),
        "'property' is possible only with the effect Fail"},
    {FAULT(CALL("HcsGetComputeSystemProperties"), FAILS ",\"property\":\"Memory\",\"document\":{}"),
        "$.faults[0].document: 'document' is excluded by 'property'"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"document\":{}"), NULL},
    {FAULT(CALL("HcsEnumerateComputeSystems"), FAILS ",\"document\":{}"),
        "'document' is possible only with " ON_SOMETHING},
    {FAULT("", FAILS ",\"document\":{}"), "'document' is possible only with " ON_SOMETHING},
    {FAULT(CALL("HcsStartComputeSystem"), "\"effect\":\"Hang\",\"document\":{}"),
        "'document' is possible only with the effect Fail"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"exitType\":\"GracefulExit\""),
        "'exitType' is possible only with the effect Exit"},
    {FAULT(CALL("HcsGetServiceProperties"), FAILS ",\"state\":\"Running\""),
        "$.faults[0].state: 'state' is possible only with a call on a system or process"},
    {FAULT(CALL("HcsEnumerateComputeSystems"), FAILS ",\"kind\":\"Container\""),
        "'kind' is possible only with a call on a system or process"},
    {FAULT(CALL("HcsGrantVmAccess"), FAILS ",\"withinMsOfStart\":1"),
        "'withinMsOfStart' is possible only with a call on a system or process"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"events\":\"DiskNotOpened\",\"attribution\":\"AccessDenied\""),
        NULL},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"events\":\"DiskNotOpend\""),
        "$.faults[0].events: expected a value of ScenarioEvents (HyperVMissing, DiskNotOpened, NotInitialized, "
        "DirectoryNotFound), found the string \"DiskNotOpend\"; did you mean 'DiskNotOpened'?"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"attribution\":\"ConstructFaild\""),
        "did you mean 'ConstructFailed'?"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"attribution\":\"DiskNotOpened\""),
        "expected a value of ScenarioAttribution (ConstructFailed, AccessDenied), found the string \"DiskNotOpened\""},
    {FAULT(CALL("HcsOpenProcess"), FAILS ",\"events\":\"DiskNotOpened\""),
        "'events' is possible only with " ON_SOMETHING},
    {FAULT(CALL("HcsStartComputeSystem"), "\"effect\":\"Hang\",\"attribution\":\"AccessDenied\""),
        "'attribution' is possible only with the effect Fail"},
    {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"document\":{},\"events\":\"DiskNotOpened\""),
        "$.faults[0].events: 'events' is excluded by 'document'"},
    {FAULT(CALL("HcsGetComputeSystemProperties"), FAILS ",\"property\":\"Memory\",\"countPer\":\"handle\""),
        "'countPer' is excluded by 'property'"},
    {FAULT(CALL("HcsGetServiceProperties"), FAILS ",\"afterMsOfStart\":1"),
        "'afterMsOfStart' is possible only with a call on a system or process"},
    {FAULT(CALL("HcsOpenProcess"), FAILS ",\"kind\":\"Container\",\"state\":\"Running\",\"withinMsOfStart\":1"), NULL},
    {FAULT("", FAILS ",\"kind\":\"Container\",\"state\":\"Running\",\"withinMsOfStart\":1"), NULL},
    {FAULT("", FAILS ",\"fromMs\":3,\"toMs\":2"), "$.faults[0].fromMs: 'fromMs' is greater than 'toMs'"},
    {FAULT("", FAILS ",\"toMs\":18446744073709551614,\"fromMs\":18446744073709551615"),
        "'fromMs' is greater than 'toMs'"},
    {FAULT("", FAILS ",\"fromMs\":2,\"toMs\":2"), NULL},
    {FAULT(CALL("HcsPauseComputeSystem"), FAILS ",\"afterMsOfStart\":3,\"withinMsOfStart\":2"),
        "$.faults[0].afterMsOfStart: 'afterMsOfStart' is greater than 'withinMsOfStart'"},
    {FAULT(CALL("HcsPauseComputeSystem"), FAILS ",\"afterMsOfStart\":0,\"withinMsOfStart\":0"), NULL}};

Test(validate, members_and_effects_of_a_fault_go_with_certain_calls)
{
    for (size_t i = 0; i < sizeof company / sizeof *company; i++) {
        cr_expect_eq(validate("--type Scenario", company[i].text), company[i].says != NULL, "%s", company[i].text);
        cr_expect(
            strstr(said, company[i].says ? company[i].says : ": a valid Scenario"), "%s: %s", company[i].text, said);
        cr_expect(!company[i].says || strstr(said, ".json:1:"), "%s: %s", company[i].text, said);
    }
}

/* Faults that are possible each and that no call ever meets, or members without an effect. */
Test(validate, a_fault_that_never_happens_is_a_mistake)
{
    static const char *const texts[][2] = {
        {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"afterMsOfStart\":1"),
            "error: $.faults[0].afterMsOfStart: a system that was started is not started again"},
        {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"withinMsOfStart\":1"), "error: $.faults[0].withinMsOfStart: "},
        {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"afterMsOfStart\":1,\"state\":\"Running\""), NULL},
        {FAULT(CALL("HcsStartComputeSystem"), FAILS ",\"withinMsOfStart\":1,\"before\":\"check\""), NULL},
        {FAULT(CALL("HcsCreateComputeSystem"), FAILS ",\"afterMsOfStart\":1,\"before\":\"check\""),
            "error: $.faults[0].afterMsOfStart: a system that is being created was never started"},
        {FAULT(CALL("HcsCreateComputeSystem"), FAILS ",\"withinMsOfStart\":1"), "error: $.faults[0].withinMsOfStart: "},
        {FAULT(CALL("HcsPauseComputeSystem"), FAILS ",\"countPer\":\"handle\""),
            "error: $.faults[0].countPer: only 'nth' and 'times' count"},
        {FAULT(CALL("HcsPauseComputeSystem"), FAILS ",\"countPer\":\"handle\",\"nth\":2"), NULL},
        {FAULT(CALL("HcsPauseComputeSystem"), FAILS ",\"countPer\":\"handle\",\"times\":2"), NULL},
        {FAULT(CALL("HcsEnumerateComputeSystems"), FAILS ",\"countPer\":\"handle\",\"nth\":2"),
            "error: $.faults[0].countPer: the call is made through no handle"},
        {FAULT("", FAILS ",\"countPer\":\"handle\",\"nth\":2"), NULL}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_expect_eq(validate("--type Scenario", texts[i][0]), texts[i][1] != NULL, "%s: %s", texts[i][0], said);
        cr_expect(
            texts[i][1] ? strstr(said, texts[i][1]) != NULL : !strstr(said, "error"), "%s: %s", texts[i][0], said);
    }
}

#define VM(members) "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{" members "}}"

Test(validate, what_clients_send_beyond_the_reference_is_a_note)
{
    static const char *const texts[][2] = {
        {VM("\"SecuritySettings\":{}"), "'SecuritySettings' is not a member of VirtualMachine"},
        {VM("\"ComputeTopology\":{\"Memory\":{\"Backing\":\"Virtual\"}}"),
            "'Backing' is not a member of VirtualMachine_Memory"},
        {VM("\"Devices\":{\"Scsi\":{\"0\":{\"Attachments\":{\"0\":{\"Type\":\"ExtensibleVirtualDisk\"}}}}}"),
            "'ExtensibleVirtualDisk' is not a value of AttachmentType"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_expect_eq(validate("", texts[i][0]), 0, "%s", said);
        SAYS("note: $.VirtualMachine.");
        SAYS(texts[i][1]);
        SAYS(", 1 note\n");
        cr_expect_eq(validate("--strict", texts[i][0]), 1);
        SAYS("error: $.VirtualMachine.");
    }
}

Test(validate, members_that_shims_send_beyond_the_reference_are_notes)
{
    static const char *const texts[][2] = {{"Attachment", "{\"ExtensibleVirtualDiskType\":\"space\"}"},
        {"Chipset", "{\"FirmwareFile\":{\"Parameters\":\"AAEC\"}}"},
        {"Container", "{\"IsolationType\":\"HostProcess\"}"},
        {"GuestState", "{\"GuestStateFileType\":\"BlockStorage\"}"}, {"HvSocketServiceConfig", "{\"Disabled\":true}"},
        {"Storage", "{\"PrivilegedContainerRootPath\":\"C:\\\\hpc\"}"},
        {"Topology", "{\"Numa\":{\"VirtualNodeCount\":2}}"},
        {"VirtualMachine", "{\"MigrationOptions\":{\"Origin\":\"Destination\"}}"},
        {"VirtualMachine", "{\"ResourcePartitionId\":\"6d7a4a8e-0d5a-4c2f-9a51-1a2b3c4d5e6f\"}"},
        {"VirtualMachine_Memory", "{\"HostingProcessNameSuffix\":\"WSL\"}"},
        {"VirtualMachine_Memory", "{\"SlitType\":\"FirmwareFallbackMeasured\"}"},
        {"VirtualMachine_Processor", "{\"NumaProcessorsSettings\":{\"node_per_socket\":1}}"},
        {"VirtualPciDevice", "{\"PropagateNumaAffinity\":true}"}, {"WindowsCrashReporting", "{\"DumpType\":\"Full\"}"}};
    char options[80], note[120];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(options, sizeof options, "--type %s", texts[i][0]);
        snprintf(note, sizeof note, "is not a member of %s in the reference, but production clients", texts[i][0]);
        cr_expect_eq(validate(options, texts[i][1]), 0, "%s", said);
        SAYS(note);
        SAYS(", 1 note\n");
    }
}

Test(validate, what_the_version_hides_is_a_warning_and_what_is_inside_is_checked)
{
    cr_expect_eq(validate("", VM("\"Chipset\":{\"LinuxKernelDirect\":{\"KernelFilePath\":\"k\"}}")), 0, "%s", said);
    SAYS(
        "warning: $.VirtualMachine.Chipset.LinuxKernelDirect: 'LinuxKernelDirect' needs schema version 2.2; 2.1 is in");
    cr_expect_eq(validate("--strict", VM("\"Chipset\":{\"LinuxKernelDirect\":{\"KernelFilePath\":\"k\"}}")), 1);
    cr_expect_eq(validate("", VM("\"Chipset\":{\"LinuxKernelDirect\":{\"KernelFilePath\":7}}")), 1);
    SAYS("LinuxKernelDirect.KernelFilePath: expected a string, found the number 7");
    cr_expect_eq(validate("--format json", VM("\"Chipset\":{\"LinuxKernelDirect\":{\"KernelFilePath\":7}}")), 1);
    cr_expect(!strstr(said, "\"refusedByApi\":\ttrue"), "the API does not look inside: %s", said);
    cr_expect_eq(validate("", VM("\"Chipset\":{\"Uefi\":{\"ApplySecureBootTemplate\":\"Apply\"}}")), 0, "%s", said);
    cr_expect_eq(validate("", VM("\"Services\":{\"Shutdwn\":{}}")), 1);
    SAYS("$.VirtualMachine.Services.Shutdwn");
}

/* Shims give devices to containers by their class in documents of version 2.1, which has no Type of a device. */
Test(validate, a_device_is_read_by_its_class_where_the_version_has_no_type)
{
#define DEVICE(members)                                                                                                \
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"AssignedDevices\":[{" members                       \
    "\"InterfaceClassGuid\":\"6d7a4a8e-0d5a-4c2f-9a51-1a2b3c4d5e6f\"}]}}"
    cr_expect_eq(validate("--strict", DEVICE("")), 0, "%s", said);
    cr_expect_eq(validate("", DEVICE("\"Type\":\"ClassGuid\",")), 0, "%s", said);
    SAYS("'Type' needs schema version 2.2; 2.1 is in force");
    SAYS(", 1 warning\n");
}

Test(validate, a_document_of_schema_1_is_called_one_and_no_more)
{
    static const char text[] =
        "{\"SystemType\":\"Container\",\"Name\":\"c\",\"Owner\":\"o\",\"LayerFolderPath\":\"C:\\\\l\","
        "\"Layers\":[{\"ID\":\"e498afab-37ca-5c38-b2d7-af8b6803358c\",\"Path\":\"C:\\\\p\"}],\"HvPartition\":false}";
    cr_expect_eq(validate("", text), 0, "%s", said);
    SAYS("warning: $: this is a schema 1 document");
    cr_expect_eq(validate("--type ComputeSystem", text), 0, "%s", said);
    SAYS(": a valid ComputeSystem, 1 warning\n");
    cr_expect_eq(validate("--strict", text), 1);
}

#define LIMITS "VirtualMachine/ComputeTopology/Processor/Limits"
#define SERVICES "VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/"
#define GUID "3f2504e0-4f89-11d3-9a0c-0305e82c3301"

Test(validate, a_resource_path_that_no_resource_has_is_an_error)
{
    static const char *const texts[][2] = {
        {"{\"ResourcePath\":\"VirtualMachine/Bogus\",\"RequestType\":\"Update\"}",
            "error: $.ResourcePath: no resource has the path 'VirtualMachine/Bogus'\n"},
        {"{\"ResourcePath\":\"VirtualMachine/Devices/Scsi/0/Attachment/1\",\"RequestType\":\"Remove\"}",
            "did you mean 'Attachments' where 'Attachment' stands?"},
        {"{\"ResourcePath\":\"VirtualMachin/Devices/Plan9/Shares\",\"RequestType\":\"Add\"}",
            "did you mean 'VirtualMachine' where 'VirtualMachin' stands?"},
        {"{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Gpu\",\"RequestType\":\"Add\",\"Settings\":{}}",
            "error: $.RequestType: the resource does not support Add, only Update"},
        {"{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\"}",
            "error: $.Settings: the member 'Settings' is required here"},
        {"{\"ResourcePath\":\"" SERVICES "ssh\",\"RequestType\":\"Remove\"}", "no resource has the path"},
        {"{\"ResourcePath\":\"" SERVICES GUID "\",\"RequestType\":\"Add\",\"Settings\":{}}",
            "error: $.RequestType: the resource does not support Add, only Remove Update"},
        {"{\"ResourcePath\":\"" LIMITS "\",\"Settings\":{\"Limit\":-1}}", "error: $.Settings.Limit:"},
        {"{\"ResourcePath\":\"" LIMITS "\",\"RequestType\":\"Update\"}",
            "error: $.Settings: the member 'Settings' is required here"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_expect_eq(validate("", texts[i][0]), 1, "%s", said);
        SAYS(texts[i][1]);
    }
    cr_expect_eq(
        validate("", "{\"ResourcePath\":\"VirtualMachine/Devices/Scsi/0/Attachments/1\",\"RequestType\":\"Remove\"}"),
        0);
}

/* HCS-ROW: F-26 */
Test(validate, a_resource_path_that_production_clients_send_is_valid)
{
    static const char *const texts[] = {"\"" SERVICES GUID "\",\"RequestType\":\"Remove\"",
        "\"" SERVICES GUID "\",\"RequestType\":\"Update\",\"Settings\":{\"AllowWildcardBinds\":true}",
        "\"" LIMITS "\",\"Settings\":{\"Limit\":50000}",
        "\"Container/Processor\",\"RequestType\":\"Update\",\"Settings\":{\"Maximum\":5000}",
        "\"Container/MappedDirectories\",\"RequestType\":\"Add\",\"Settings\":{\"ContainerPath\":\"C:\\\\x\"}",
        "\"Container/MappedPipes\",\"RequestType\":\"Add\",\"Settings\":{\"ContainerPipeName\":\"x\"}",
        "\"Container/Devices/Generic\",\"RequestType\":\"Add\",\"Settings\":{\"x\":1}",
        "\"Container/RegistryFlushState\",\"RequestType\":\"Update\",\"Settings\":{\"Enabled\":false}",
        "\"VirtualMachine/Devices/Licensing\",\"RequestType\":\"Update\",\"Settings\":{\"x\":1}"};
    char document[512];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(document, sizeof document, "{\"ResourcePath\":%s}", texts[i]);
        cr_expect_eq(validate("", document), 0, "%s", said);
        SAYS(": a valid ModifySettingRequest");
        cr_expect_not(strstr(said, "warning"), "%s", said);
    }
}

Test(validate, an_enumeration_lists_its_values_where_none_is_near)
{
    cr_expect_eq(validate("--type System_PropertyQuery", "{\"PropertyTypes\":[\"Everything\"]}"), 1);
    SAYS("Memory, Statistics, ProcessList, TerminateOnLastHandleClosed, SharedMemoryRegion, GuestConnection, Basic");
    cr_expect_eq(validate("--type System_PropertyQuery", "{\"PropertyTypes\":[\"Statistic\"]}"), 1);
    SAYS("did you mean 'Statistics'?");
}

Test(validate, what_other_readers_allow_is_named)
{
    static const char *const texts[][2] = {{"{\"User\":\"x\",\n}", "1:12: error: $: trailing comma before '}'"},
        {"{\"CommandArgs\":[\"x\" , ]}", "1:21: error: $: trailing comma before ']'"},
        {"{\"User\":\"x\" // who\n}", "1:13: error: $: comments are not allowed"},
        {"/* a */ {}", "1:1: error: $: comments are not allowed"},
        {"{\"User\":\"x\"}\n// end", "2:1: error: $: comments are not allowed"},
        {"{'User':\"x\"}", "1:2: error: $: strings need double quotes"},
        {"{\"User\":'x'}", "1:9: error: $: strings need double quotes"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_expect_eq(validate("--type ProcessParameters", texts[i][0]), 1);
        SAYS(texts[i][1]);
    }
}

/* The name is longer than what is shown of it, and the cut is not at a character. */
Test(validate, a_long_name_is_cut_between_characters)
{
    char text[400], name[80];
    memset(name, 'a', 59);
    strcpy(name + 59, "\xC3\xA4 and more");
    snprintf(text, sizeof text, "{\"properties\":[{\"name\":\"%s\",\"value\":{}}]}", name);
    cr_expect_eq(validate("--type Scenario --format json", text), 1, "%s", said);
    SAYS("has no property");
    cr_expect_null(utf8_invalid(said, strlen(said)), "%s", said);
    snprintf(text, sizeof text,
        "{\"host\":{\"processors\":4},\"systems\":[{\"id\":\"%s\",\"state\":\"Running\",\"configuration\":"
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"ComputeTopology\":"
        "{\"Memory\":{\"SizeInMB\":512},\"Processor\":{\"Count\":99}}}}}]}",
        name);
    cr_expect_eq(validate("--type Scenario --format json", text), 1, "%s", said);
    SAYS("aaa', which runs, has 99");
    cr_expect_null(utf8_invalid(said, strlen(said)), "%s", said);
}

Test(validate, json_for_editors_has_all_of_it)
{
    cr_expect_eq(validate("--format json --type=ProcessParameters", "{\"User\":7,\"commandLine\":\"x\"}"), 1);
    cJSON *root = cJSON_Parse(said);
    cr_assert_not_null(root, "%s", said);
    const cJSON *file = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "files"), 0);
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(file, "mistakes"), 0), *second = first->next;
    cr_expect(cJSON_IsFalse(cJSON_GetObjectItem(file, "valid")));
    cr_expect_str_eq(cJSON_GetObjectItem(first, "path")->valuestring, "$.User");
    cr_expect_eq(cJSON_GetObjectItem(first, "column")->valueint, 9);
    cr_expect_eq(cJSON_GetObjectItem(first, "offset")->valueint, 8);
    cr_expect_eq(cJSON_GetObjectItem(first, "length")->valueint, 1);
    cr_expect_str_eq(cJSON_GetObjectItem(first, "expected")->valuestring, "a string");
    cr_expect(cJSON_IsTrue(cJSON_GetObjectItem(first, "refusedByApi")));
    cr_expect_str_eq(cJSON_GetObjectItem(second, "kind")->valuestring, "letter-case");
    cr_expect_str_eq(cJSON_GetObjectItem(second, "suggestion")->valuestring, "CommandLine");
    cr_expect_str_eq(cJSON_GetObjectItem(second, "rule")->valuestring, "J-07");
    cr_expect(cJSON_IsFalse(cJSON_GetObjectItem(second, "refusedByApi")));
    cJSON_Delete(root);
}

Test(validate, standard_input_and_several_files)
{
    cr_expect_eq(run("validate --type SystemQuery - < " ROOT "/fixtures/documents/valid/query/own-owner.json"), 0);
    SAYS("-: a valid SystemQuery\n");
    cr_expect_eq(run("validate " ROOT "/fixtures/documents/valid/system/vm.json " ROOT
                     "/fixtures/documents/invalid/two-bodies.json"),
        1);
    SAYS("vm.json: a valid ComputeSystem");
    SAYS("two-bodies.json: not a valid ComputeSystem (a guess by its members): 1 error");
}

Test(validate, every_valid_fixture_is_taken_by_the_api_and_no_invalid_one)
{
    cr_expect_eq(run("validate --format json " ROOT "/fixtures/documents/invalid/*.json"), 1);
    cJSON *root = cJSON_Parse(said);
    const cJSON *file;
    cJSON_ArrayForEach (file, cJSON_GetObjectItem(root, "files"))
        cr_expect(
            cJSON_IsFalse(cJSON_GetObjectItem(file, "valid")), "%s", cJSON_GetObjectItem(file, "file")->valuestring);
    cJSON_Delete(root);
    cr_expect_eq(run("validate --type ComputeSystem " ROOT "/fixtures/documents/valid/system/*.json"), 0, "%s", said);
}

Test(validate, wrong_use_is_one_line_and_exit_code_2)
{
    static const char *const wrong[][2] = {{"validate", "FILE is missing"},
        {"validate --type", "a value must follow --type"}, {"validate --colour red x.json", "unknown option --colour"},
        {"validate --os-build old x.json", "a number from 1 to "},
        {"validate --os-build 9600 x.json", "a Windows build from 17763 on, not 9600"},
        {"validate --format xml x.json", "text or json, not 'xml'"},
        {"validate --type ProcessParameter x.json",
            "--type takes no 'ProcessParameter'; did you mean 'ProcessParameters'?"},
        {"validate --type string x.json", "--type takes no 'string'"},
        {"validate /no/such/file.json", "/no/such/file.json can't be read"},
        {"validate --type Layer /tmp", "/tmp can't be read"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(run(wrong[i][0]), 2, "%s:\n%s", wrong[i][0], said);
        SAYS(wrong[i][1]);
        cr_expect_eq(strcspn(said, "\n") + 1, strlen(said), "%s: more than one line:\n%s", wrong[i][0], said);
    }
    cr_expect_eq(validate("", "{}"), 2);
    SAYS("name its --type");
}

Test(validate, help_and_types)
{
    cr_expect_eq(run("validate --help"), 0);
    SAYS("usage: hcs-conformance validate");
    cr_expect_eq(run("validate --types"), 0);
    SAYS("ComputeSystem\n");
    cr_expect_null(strstr(said, "string\n"));
}

Test(validate, a_thousand_mistakes_are_listed_and_the_rest_counted)
{
    enum { MANY = 1500 };
    char *text = malloc(MANY * 2 + 64), *p = text + sprintf(text, "{\"CommandArgs\":[");
    for (int i = 0; i < MANY; i++)
        p += sprintf(p, "1%s", i + 1 < MANY ? "," : "]}");
    cr_expect_eq(validate("--type ProcessParameters", text), 1);
    SAYS(": 500 more mistakes are not shown\n");
    SAYS(": 1500 errors\n");
    free(text);
}

/* --- members that are valid each and do not go together --- */

static const struct {
    const char *text, *says; /* says NULL: they go together */
} together[] = {{VM("\"Chipset\":{\"Uefi\":{\"SecureBootTemplateId\":\"1734c6e8-3154-4dda-ba5f-a874cc483422\"}}"),
                    "warning: $.VirtualMachine.Chipset.Uefi.SecureBootTemplateId: the template is not used unless "
                    "ApplySecureBootTemplate is 'Apply' (J-16)"},
    {VM("\"Chipset\":{\"Uefi\":{\"SecureBootTemplateId\":\"1734c6e8-3154-4dda-ba5f-a874cc483422\","
        "\"ApplySecureBootTemplate\":\"Skip\"}}"),
        "the template is not used"},
    {VM("\"Chipset\":{\"Uefi\":{\"SecureBootTemplateId\":\"1734c6e8-3154-4dda-ba5f-a874cc483422\","
        "\"ApplySecureBootTemplate\":\"Apply\"}}"),
        NULL},
    {VM("\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DeviceType\":\"ScsiDrive\"}}}"),
        "warning: $.VirtualMachine.Chipset.Uefi.BootThis.DeviceType: the machine may boot nothing without a "
        "DevicePath"},
    {VM("\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DeviceType\":\"Network\"}}}"), NULL},
    {VM("\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DeviceType\":\"ScsiDrive\",\"DevicePath\":\"mian\"}}},"
        "\"Devices\":{\"Scsi\":{\"main\":{}}}"),
        "warning: $.VirtualMachine.Chipset.Uefi.BootThis.DevicePath: no controller below Devices.Scsi has this name"},
    {VM("\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DeviceType\":\"ScsiDrive\",\"DevicePath\":\"main\"}}},"
        "\"Devices\":{\"Scsi\":{\"main\":{}}}"),
        NULL},
    {VM("\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DeviceType\":\"ScsiDrive\",\"DevicePath\":\"Scsi(0,0)\"}}}"), NULL},
    {VM("\"Devices\":{\"NetworkAdapters\":{\"a\":{}}},\"RestoreState\":{\"TemplateSystemId\":\"t\"}"),
        "warning: $.VirtualMachine.Devices.NetworkAdapters: a clone of a template gets its network adapters after"},
    {VM("\"Devices\":{\"NetworkAdapters\":{\"a\":{}}},\"RestoreState\":{\"TemplateSystemId\":\"\"}"), NULL},
    {VM("\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":1025}}"), "'SizeInMB' should be a multiple of 2"},
    {"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"HostedSystem\":{\"Container\":{}}}",
        "warning: $.HostedSystem: a hosted system needs the id of a virtual machine as HostingSystemId (S-24)"},
    {"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"HostedSystem\":{\"Container\":{}},\"HostingSystemId\":\"vm\"}",
        NULL},
    {"{\"CommandLine\":\"sh\",\"CommandArgs\":[\"sh\"]}", "warning: $.CommandArgs: guests read either CommandLine"},
    {"{\"CommandLine\":\"\",\"CommandArgs\":[\"sh\"]}", NULL}};

Test(validate, members_that_do_not_go_together_are_warnings)
{
    for (size_t i = 0; i < sizeof together / sizeof *together; i++) {
        cr_expect_eq(validate("", together[i].text), 0, "%s: %s", together[i].text, said);
        cr_expect(together[i].says ? strstr(said, together[i].says) != NULL
                                   : !strstr(said, "-16)") && !strstr(said, "-19)") && !strstr(said, "-24)") &&
                                         !strstr(said, "-01)"),
            "%s: %s", together[i].text, said);
    }
}
