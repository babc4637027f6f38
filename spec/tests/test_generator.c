/* hcs-spec as a program: what it writes, when it writes, and the line of every mistake. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int run(const char *command, char *said, size_t size)
{
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    size_t length = fread(said, 1, size - 1, pipe);
    said[length] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void copy_facts(void)
{
    char command[1024], said[64];
    snprintf(folder, sizeof folder, "/tmp/hcs-spec-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(command, sizeof command,
        "mkdir -p %s/impl %s/out && cp -r %s/spec %s/fixtures %s && cp -r %s/impl/include %s/impl", folder, folder,
        ROOT, ROOT, folder, ROOT, folder);
    cr_assert_eq(run(command, said, sizeof said), 0);
}

static void remove_facts(void)
{
    char command[128], said[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    run(command, said, sizeof said);
}

static int generate(char *said, size_t size)
{
    char command[512];
    snprintf(command, sizeof command, "%s generate --root %s --output %s/out 2>&1", HCS_SPEC, folder, folder);
    return run(command, said, size);
}

static int check(char *said, size_t size)
{
    char command[512];
    snprintf(command, sizeof command, "%s check --root %s 2>&1", HCS_SPEC, folder);
    return run(command, said, size);
}

TestSuite(generator, .init = copy_facts, .fini = remove_facts, .timeout = 600);

/* Replaces the first occurrence of a text in a fact file. */
static void spoil(const char *file, const char *from, const char *to)
{
    char path[256];
    static char text[1 << 20], changed[1 << 20];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *stream = fopen(path, "r");
    cr_assert_not_null(stream, "%s", path);
    text[fread(text, 1, sizeof text - 1, stream)] = 0;
    fclose(stream);
    char *place = strstr(text, from);
    cr_assert_not_null(place, "%s has no %s", file, from);
    int written = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
    stream = fopen(path, "w");
    cr_assert_eq(fwrite(changed, 1, (size_t)written, stream), (size_t)written);
    fclose(stream);
}

struct mistake {
    const char *file, *from, *to, *line;
};

static const struct mistake mistakes[] = {
    {"spec/hresults.json", "\"0x80004004\"", "\"80004004\"",
        "spec/hresults.json:6: error: '80004004' is not 32 bits in hexadecimal"},
    {"spec/hresults.json", "\"E_ABORT\"", "\"E_FAIL\"", "spec/hresults.json:16: error: E_FAIL occurs twice"},
    {"spec/functions/HcsOpenProcess.json", "\"name\": \"HcsOpenProcess\"", "\"name\": \"HcsOpen\"",
        "spec/functions/HcsOpenProcess.json:2: error: the function and its file have different names"},
    {"spec/functions/HcsCreateProcess.json", "\"document\": \"ProcessParameters\"",
        "\"document\": \"ProcessParameter\"",
        "spec/functions/HcsCreateProcess.json:25: error: unknown document type 'ProcessParameter'"},
    {"spec/functions/HcsCreateProcess.json", "HcsOperationTypeCreateProcess", "HcsOperationTypeProcess",
        "spec/functions/HcsCreateProcess.json:47: error: unknown operation type 'HcsOperationTypeProcess'"},
    {"spec/functions/HcsCreateProcess.json", "\"code\": \"S_OK\"", "\"code\": \"S_FINE\"",
        "spec/functions/HcsCreateProcess.json:56: error: unknown HRESULT 'S_FINE'"},
    {"spec/functions/HcsCreateProcess.json", "\"row\": 1", "\"row\": 2",
        "spec/functions/HcsCreateProcess.json:54: error: row 1 of operationResults has the wrong number"},
    {"spec/states/process.json", "\"state\": \"running\"", "\"state\": \"runing\"",
        "spec/states/process.json:6: error: unknown state 'runing'"},
    {"spec/states/process.json", "\"next\": \"ended\"", "\"next\": \"gone\"",
        "spec/states/process.json:6: error: unknown next state"},
    {"spec/states/process.json", "\"choice\": \"HCS_E_PROCESS_ALREADY_STOPPED\"", "\"choice\": \"E_FAIL\"",
        "spec/states/process.json:7: error: the choice is not one of the outcomes"},
    {"spec/states/process.json", "\"call\": \"HcsTerminateProcess\"", "\"call\": \"HcsEndProcess\"",
        "spec/states/process.json:6: error: unknown call 'HcsEndProcess'"},
    {"spec/states/process.json", "\"strength\": \"documented\"", "\"strength\": \"sure\"",
        "spec/states/process.json:6: error: the strength must be documented, relied-on, observed or unspecified"},
    {"spec/events.json", "\"HcsEventInvalid\"", "\"HcsEventNone\"",
        "spec/events.json:4: error: unknown event 'HcsEventNone'"},
    {"spec/requests.json", "\"HcsStartComputeSystem\"", "\"HcsBeginComputeSystem\"",
        "spec/requests.json:6: error: unknown function 'HcsBeginComputeSystem'"},
    {"spec/requests.json", "\"ends\"", "\"stops\"", "spec/requests.json:7: error: unknown attribute"},
    {"spec/requests.json", "\"about\": \"service\"", "\"about\": \"host\"",
        "spec/requests.json:15: error: a request is about service, system, process or file"},
    {"spec/failures.json", "\"codes\": [\"HCS_E_HYPERV_NOT_INSTALLED\"]", "\"codes\": [\"HCS_E_NO_HYPERV\"]",
        "spec/failures.json:4: error: unknown code 'HCS_E_NO_HYPERV'"},
    {"spec/failures.json", "\"Construct\"", "\"Building\"",
        "spec/failures.json:8: error: 'Building' is not a value of OperationFailureDetail"},
    {"spec/failures.json", "\"machine\"]", "\"host\"]", "spec/failures.json:10: error: unknown data"},
    {"spec/failures.json", "\"id\": 11008, ", "", "spec/failures.json:5: error: an event needs provider, id and text"},
    {"spec/rules.json", "\"id\": \"N-02\"", "\"id\": \"N-01\"", "spec/rules.json:4: error: rule N-01 occurs twice"},
    {"spec/rows/operations.json", "\"rule\": \"O-25\"", "\"rule\": \"O-99\"",
        ": error: row HcsCancelOperation.return.E_NOTIMPL: unknown rule 'O-99'"},
    {"spec/rows/processes.json", "\"@process/echo-all-pipes\"", "\"@process/nothing\"",
        "no document @process/nothing below fixtures/documents"},
    {"spec/rows/processes.json", "\"processParameters\"", "\"parameters\"",
        "unknown parameter of HcsCreateProcess 'parameters'"},
    {"spec/rows/processes.json", "\"stdout\"", "\"output\"", "unknown expectation 'output'"},
    {"spec/rows/systems.json", "\"HcsResumeComputeSystem\": {}", "\"HcsResume\": {}", "unknown function 'HcsResume'"},
    {"spec/rows/operations.json", "\"HcsGetOperationType\": {}", "\"HcsGetOperationTyp\": {}",
        "unknown function 'HcsGetOperationTyp'; did you mean 'HcsGetOperationType'?"},
    {"spec/rows/events.json", "[\"system\"]", "[\"sytem\"]",
        "spec/rows/events.json:7: error: row event.HcsEventSystemExited.terminate: unknown need 'sytem'; did you mean "
        "'system'?"},
    {"spec/rows/events.json", "\"strength\": \"observed\"", "\"strength\": \"observd\"",
        "the strength must be documented, relied-on, observed or unspecified"},
    {"spec/rows/events.json", "\"container\"", "\"contaner\"", "unknown need 'contaner'; did you mean 'container'?"},
    {"spec/rows/clients.json", "system:vm/created", "system:vm/running",
        "it starts a virtual machine, but 'needs' lacks virtual-machine"},
    {"spec/rows/clients.json", "system:vm/paused", "system:vm/created",
        "it needs virtual-machine but starts none; system is enough"},
    {"spec/rows/events.json", "system:any/running", "system:any/runing",
        "spec/rows/events.json:8: error: row event.HcsEventSystemExited.terminate: unknown state 'runing'; did you "
        "mean "
        "'running'?"},
    {"spec/rows/events.json", "system:container/running", "system:container", "unknown state ''"},
    {"spec/rows/events.json", "system:container/running", "system:containr/running",
        "unknown kind of system 'containr'; did you mean 'container'?"},
    {"spec/rows/events.json", "\"callback:system\"", "\"calback:system\"",
        "unknown step 'calback'; did you mean 'callback'?"},
    {"spec/rows/events.json", "\"callback:system2\"", "\"callback:system3\"",
        "unknown variable 'system3'; did you mean 'system'?"},
    {"spec/rows/events.json", "[\"system:HcsEventSystemExited\"]", "[\"system:HcsEventSystemExit\"]",
        "spec/rows/events.json:10: error: row event.HcsEventSystemExited.terminate: unknown event "
        "'HcsEventSystemExit'; "
        "did you mean 'HcsEventSystemExited'?"},
    {"spec/rows/systems.json", "\"system\": \"paused\"", "\"system\": \"pause\"",
        "unknown state 'pause'; did you mean 'paused'?"},
    {"spec/rows/processes.json", "\"process:running\"", "\"process:run\"", "unknown way to make a process 'run'"},
    {"spec/rows/processes.json", "\"close-streams:input\"", "\"close-streams:inputs\"",
        "unknown stream 'inputs'; did you mean 'input'?"},
    {"spec/rows/processes.json", "\"_out\"", "\"_outt\"", "unknown member '_outt'; did you mean '_out'?"},
    {"spec/rows/operations.json", "\"operation:completed\"", "\"operation:complete\"",
        "unknown way to make an operation 'complete'; did you mean 'completed'?"},
    {"spec/rows/operations.json", "\"value\": \"nonzero\"", "\"value\": \"non-zero\"",
        "unknown value 'non-zero'; did you mean 'nonzero'?"},
    {"spec/rows/faults.json", "\\\"effect\\\":\\\"Fail\\\"", "\\\"effect\\\":\\\"Fial\\\"",
        "spec/rows/faults.json:3: error: row fault.start-that-fails-leaves-an-exited-system: scenario "
        "$.faults[0].effect: unknown value 'Fial'; did you mean 'Fail'?"},
    {"spec/rows/faults.json", "\\\"effect\\\":\\\"Fail\\\"", "\\\"efect\\\":\\\"Fail\\\"",
        "scenario $.faults[0]: unknown member 'efect'; did you mean 'effect'?"},
    {"spec/rows/faults.json", "\\\"effect\\\":\\\"Fail\\\",", "", "scenario $.faults[0]: 'effect' is required"},
    {"spec/rows/faults.json", "\\\"hresult\\\":\\\"", "\\\"hresult\\\":\\\"X",
        "scenario $.faults[0].hresult: unknown value 'X"},
    {"spec/rows/faults.json", "\\\"call\\\":\\\"Hcs", "\\\"call\\\":\\\"Hsc",
        "scenario $.faults[0].call: unknown value 'Hsc"},
    {"spec/rows/faults.json", "\\\"clients\\\":1", "\\\"cleints\\\":1",
        "scenario $: unknown member 'cleints'; did you mean 'clients'?"},
    {"spec/rows/faults.json", "\\\"clients\\\":1", "\\\"clients\\\":1.5",
        "scenario $.clients: expected an integer from 0 to 4294967295"},
    {"spec/rows/faults.json", "\\\"idleMs\\\":1000", "\\\"idleMs\\\":60001",
        "scenario $.idleMs: expected a number from 0 to 60000"},
    {"spec/rows/faults.json", "\\\"idleMs\\\":1000", "\\\"idleMs\\\":\\\"20\\\"",
        "scenario $.idleMs: expected an integer from 0 to 4294967295"},
    {"spec/rows/faults.json", "\\\"faults\\\":[", "\\\"faults\\\":[{}],\\\"files\\\":[",
        "scenario $.faults[0]: 'effect' is required"},
    {"spec/rows/faults.json", "\\\"HyperV\\\"", "\\\"HyperW\\\"",
        "scenario $.host.lacks[0]: unknown value 'HyperW'; did you mean 'HyperV'?"},
    {"spec/rows/faults.json", "\\\"lacks\\\":[\\\"HyperV\\\"]", "\\\"lacks\\\":\\\"HyperV\\\"",
        "scenario $.host.lacks: expected an array"},
    {"spec/rows/faults.json", "\\\"elevated\\\":false", "\\\"elevated\\\":0",
        "scenario $.host.elevated: expected true or false"},
    {"spec/rows/faults.json", "\\\"effect\\\":\\\"Fail\\\"", "\\\"effect\\\":\\\"EndProcess\\\"",
        "spec/rows/faults.json:3: error: row fault.start-that-fails-leaves-an-exited-system: scenario "
        "$.faults[0]: 'EndProcess' is possible only with the call HcsCreateProcess"},
    {"spec/rows/faults.json", "\\\"call\\\":\\\"HcsStartComputeSystem\\\",\\\"effect\\\":\\\"Fail\\\"",
        "\\\"call\\\":\\\"HcsEnumerateComputeSystems\\\",\\\"effect\\\":\\\"Hang\\\"",
        "scenario $.faults[0]: 'Hang' is possible only with a call on a system or process that has an operation"},
    {"spec/rows/faults.json", "\\\"call\\\":\\\"HcsStartComputeSystem\\\",\\\"effect\\\":\\\"Fail\\\"",
        "\\\"effect\\\":\\\"Hang\\\"",
        "scenario $.faults[0]: 'Hang' is possible only with a call on a system or process that has an operation"},
    {"spec/rows/faults.json", "\\\"clients\\\":1",
        "\\\"latencies\\\":{\\\"HcsStartComputeSystem\\\":{\\\"uniformUs\\\":[2,1]}},\\\"clients\\\":1",
        "spec/rows/faults.json:3: error: row fault.start-that-fails-leaves-an-exited-system: scenario "
        "$.latencies.HcsStartComputeSystem.uniformUs: the smaller number comes first"},
    {"spec/rows/faults.json", "\\\"clients\\\":1",
        "\\\"latencies\\\":{\\\"HcsStartComputeSystem\\\":{\\\"empiricalUs\\\":[]}},\\\"clients\\\":1",
        "scenario $.latencies.HcsStartComputeSystem.empiricalUs: at least one element is required"},
    {"spec/rows/faults.json", "\\\"clients\\\":1", "\\\"clients\\\":1,\\\"clients\\\":2",
        "scenario $.clients: it occurs twice"},
    {"spec/rows/faults.json", "\"error\": \"code\"", "\"error\": \"cod\"",
        "unknown word about an error document 'cod'; did you mean 'code'?"},
    {"spec/rows/systems.json", "\"$.State\"", "\"$.Stat\"",
        "unknown member of a document 'Stat'; did you mean 'State'?"},
    {"spec/rows/events.json", "\"$.Status\"", "\"$.Statsu\"",
        "unknown member of a document 'Statsu'; did you mean 'Status'?"},
    {"spec/rows/service.json", "\"hazard\": true", "\"hazard\": \"true\"", "'hazard' must be true or false"},
    {"spec/rows/processes.json", "\"exitCode\": 42", "\"exitCode\": \"42\"",
        "'exitCode' must be a number, or a list of them"},
    {"spec/rows/operations.json", "\"completions\": {\"operation\": 1}", "\"completions\": 1",
        "'completions' must be operations with numbers"},
    {"spec/rows/processes.json", "\"stdout\": \"hello\\n\"", "\"stdout\": [\"hello\\n\"]", "'stdout' must be a text"},
    {"spec/rows/events.json", "\"noEvents\": [", "\"noEvents\": \"system:HcsEventSystemExited\", \"events\": [",
        "'noEvents' must be a list of events"},
    {"spec/rows/events.json", "\"events\": [\"system:HcsEventSystemExited\"]", "\"events\": []",
        "'events' must be a list of events"},
    {"spec/rows/shared.json", "\"listed\": {\"system\": \"present\", \"system2\": \"present\"}", "\"listed\": {}",
        "'listed' must be systems with present or absent"},
    {"spec/rows/hosts.json",
        "\"exit\": {\"$.Attribution[0].SystemExit.Detail\": \"Terminate\", "
        "\"$.Attribution[0].SystemExit.Initiator\": \"Client\"}",
        "\"exit\": {}", "'exit' must be places with what is there"},
    {"spec/rows/hosts.json", "\"operationType\": \"HcsOperationTypeCreate\"", "\"operationType\": 1",
        "'operationType' must be a text"},
    {"spec/rows/hosts.json", "\"expect\": {\"either\": \"failure\"}", "\"expect\": {}",
        "'expect' must be an object that expects something"},
    {"spec/rows/hosts.json", "{\"return\": \"S_OK\", \"result\"", "{\"either\": \"S_OK\", \"result\"",
        "'either' is compared alone"},
    {"spec/rows/hosts.json", "{\"either\": [\"HCS_E_SYSTEM_ALREADY_EXISTS\", \"S_OK\"], \"strict\"", "{\"strict\"",
        "'strict' is compared as one of 'return', 'result' or 'either', and there is none"},
    {"spec/rows/hosts.json", "\"result\": [\"HCS_E_INVALID_JSON\", \"HRESULT_ERROR_INVALID_DATA\", \"E_INVALIDARG\"]",
        "\"result\": \"S_OK\"", "an error document of a call that succeeds is not looked for"},
    {"spec/rows/clients.json", "generated:largest", "generated:larges",
        "spec/rows/clients.json:254: error: row client.largest-document: unknown generated text 'larges'; did you mean "
        "'largest'?"},
    {"spec/rows/processes.json", "\"ProcessId\": \"nonzero\"", "\"ProcessId\": \"absent\"", "unknown value 'absent'"},
    {"spec/rows/faults.json", "\"_timeout\": ", "\"_timeout\": \"soon\", \"_x\": ", "'_timeout' must be a number"},
    {"spec/rows/operations.json", "\"_wait\": false", "\"_wait\": 0", "'_wait' must be true or false"},
    {"spec/rows/faults.json", "\"out\": \"handle\"", "\"out\": \"nonzero\"",
        "spec/rows/faults.json:4: error: row fault.create-that-fails-leaves-none: unknown value 'nonzero'"},
    {"spec/rows/shared.json", "in other: system:same", "in other: sytem:same",
        "unknown step of a second process 'sytem'; did you mean 'system'?"},
    {"spec/rows/shared.json", "in other: system:same", "in othr: system:same", "unknown step 'in othr'"},
    {"spec/rows/shared.json", "in other: system:same", "in other: kill:other",
        "unknown step of a second process 'kill'"},
    {"spec/rows/shared.json", "in other: system:same", "in other: system:any/runing",
        "unknown state 'runing'; did you mean 'running'?"},
    {"spec/rows/shared.json", "in other: callback:system", "in other: callback:process", "unknown variable 'process'"},
    {"spec/rows/shared.json", "\"exit:other\"", "\"exit:othr\"",
        "spec/rows/shared.json:82: error: row shared.outlives-a-process-that-exits: unknown process 'othr'; did you "
        "mean 'other'?"},
    {"spec/rows/shared.json", "\"_in\": \"other\"", "\"_in\": \"othr\"",
        "unknown process 'othr'; did you mean 'other'?"},
    {"spec/rows/shared.json", "\"shared-host\", ", "",
        "a second process makes this step, but 'needs' lacks shared-host"},
    {"spec/rows/shared.json", "{\"id\": \"@id/system\"}", "{\"id\": \"@id/system\", \"_in\": \"other\"}",
        "the row's own call must be made by its first process"},
    {"spec/rows/systems.json", "\"needs\": [\"system\"]", "\"needs\": [\"system\", \"shared-host\"]",
        "it needs shared-host, but a second process makes no step"},
    {"spec/rows/systems.json", "\"section\": \"Operation Results\"", "\"section\": \"Operation Result\"",
        "unknown section 'Operation Result'; did you mean 'Operation Results'?"},
    {"spec/rows/systems.json", "\"row\": 1}", "\"row\": 9}", " has no row 9 in "},
    {"spec/rows/operations.json", "\"HCS_E_OPERATION_NOT_STARTED\"", "\"HCS_E_OPERATION_NOT_STARTD\"",
        "unknown HRESULT 'HCS_E_OPERATION_NOT_STARTD'; did you mean 'HCS_E_OPERATION_NOT_STARTED'?"},
    {"spec/schema/types.json", "\"AttachmentType\", \"version\"", "\"AttachmentKind\", \"version\"",
        ": error: unknown type 'AttachmentKind'"},
    {"spec/schema/types.json", "\"member\": \"EmulateConsole\"", "\"member\": \"EmulatedConsole\"",
        ": error: 'ProcessParameters' has no field 'EmulatedConsole'"},
    {"spec/schema/types.json", "[\"Count\", \"Maximum\", \"Weight\"]", "[\"Count\", \"Maximum\", \"Share\"]",
        ": error: 'Container_Processor' has no field 'Share'"},
    {"spec/schema/types.json", "\"range\": [0, 10000]", "\"range\": [10000, 0]",
        ": error: a range is two numbers, the smaller one first"},
    {"spec/schema/types.json", ", \"since\": \"2.3\"", "", "first occurs in the file of 2.3, which 'since' must say"},
    {"spec/schema/decisions.json", "\"api\": \"refuse\"", "\"api\": \"reject\"",
        "spec/schema/decisions.json:3: error: 'malformed': api is refuse, refuse-in-call, drop or ignore"},
    {"spec/schema/scenario.json", "\"type\": \"ScenarioHost\"", "\"type\": \"ScenarioHosts\"",
        "spec/schema/scenario.json:11: error: unknown type 'ScenarioHosts'"},
    {"spec/schema/scenario.json", "\"calls\": \"process\"", "\"calls\": \"proces\"",
        ": error: the calls of an effect are any, asynchronous, of-a-system, system, process, signals or functions, "
        "not 'proces'"},
    {"spec/schema/scenario.json", "\"type\": \"array<uint32>\"", "\"type\": \"uint32\"",
        ": error: only a list can be nonEmpty"},
    {"spec/schema/scenario.json", "\"type\": \"array<uint32,2>\"", "\"type\": \"array<uint32>\"",
        ": error: only two integers can be ordered"},
    {"spec/hosts.json", "\"build\": 18362", "\"build\": 17762",
        "spec/hosts.json:5: error: hosts must be in the order of their builds"},
    {"spec/contradictions.json", "\"id\": \"D-02\"", "\"id\": \"D-03\"",
        ": error: the id of this contradiction must be D-02"},
    {"spec/schema/combinations.json", "\"at\": \"Devices.NetworkAdapters\"",
        "\"at\": \"Devices.NetworkAdapters.a.b.c.d.e.f.g\"",
        ": error: a path has at most 8 names of at most 47 bytes: 'Devices.NetworkAdapters.a.b.c.d.e.f.g'"},
    {"spec/schema/combinations.json", "{\"keyOf\": \"Devices.Scsi\"",
        "{\"keyOf\": \"DevicesDevicesDevicesDevicesDevicesDevicesDevices.Scsi\"",
        ": error: a path has at most 8 names of at most 47 bytes: "},
    {"spec/schema/combinations.json", "\"when\": {\"CommandLine\": \"present\"",
        "\"when\": {\"CommandLine..User\": \"present\"", ": error: a path has at most 8 names of at most 47 bytes: "},
    {"spec/schema/scenario.json", "\"notAbove\": {\"member\": \"toMs\"}", "\"notAbove\": {\"member\": \"call\"}",
        ": error: only unsigned integers are compared, not 'fromMs' and 'call'"},
    {"spec/resources.json", "\"settings\": \"CpuGroup\"", "\"settings\": \"CpuGroups\"",
        ": error: unknown type 'CpuGroups'"},
    {"spec/resources.json", "Devices/FlexibleIov/{Identifier}", "Devices/FlexibleIov/{Name}",
        ": error: a segment in braces is {Identifier}, {Guid} or {UnsignedInt}"},
    {"spec/resources.json", "\"path\": \"VirtualMachine/ComputeTopology/Gpu",
        "\"path\": \"{Identifier}/ComputeTopology/Gpu",
        ": error: a segment in braces is {Identifier}, {Guid} or {UnsignedInt}"},
    {"spec/resources.json", "[\"Update\", \"Remove\"], \"settings\": \"HvSocketServiceConfig\"",
        "[\"Add\", \"Remove\"], \"settings\": \"HvSocketServiceConfig\"",
        ": error: only a resource that can be updated has updateAdds"},
    /* pages of the documentation */
    {"spec/untestable.json", "\"Overview\", \"APIOverview\"", "\"Overveiw\", \"APIOverview\"",
        "spec/untestable.json:17: error: the documentation has no page 'Overveiw'"},
    {"spec/untestable.json", "\"Overview\", \"APIOverview\"", "\"APIOverview\"",
        "spec/untestable.json:1: error: Overview has no rows, and no reason for it"},
    {"spec/untestable.json", "{\"reason\": \"A sample:", "{\"why\": \"A sample:",
        "spec/untestable.json:1: error: Tutorial has no rows, and no reason for it"},
    {"spec/untestable.json", "\"Overview\", \"APIOverview\"", "\"Overview\", \"HcsOpenProcess\", \"APIOverview\"",
        "spec/untestable.json:17: error: HcsOpenProcess has rows"},
    {"spec/untestable.json", "\"untestable\": []",
        "\"untestable\": [{\"page\": \"a\", \"section\": \"a\"}, {\"page\": \"b\", \"section\": \"b\"}, "
        "{\"page\": \"c\", \"section\": \"c\"}, {\"page\": \"d\", \"section\": \"d\"}]",
        "spec/untestable.json:1: error: at most three documented results may be untestable"},
    {"spec/rules.json", "3a81c3fca465ee84", "3a81c3fca465ee85",
        "spec/rules.json:23: error: spec/documentation.json has no sentence '3a81c3fca465ee85' of SchemaReference"},
    {"spec/rules.json", "{\"page\": \"SchemaReference\", \"digest\": \"3a81",
        "{\"page\": \"HCSHResult\", \"digest\": \"3a81",
        "spec/rules.json:23: error: spec/documentation.json has no sentence '3a81c3fca465ee84' of HCSHResult"},
    {"spec/states/container.json", "bfead891fd25bb12", "bfead891fd25bb13",
        "spec/states/container.json:6: error: spec/documentation.json has no sentence 'bfead891fd25bb13' of "
        "HcsCreateComputeSystem"},
    /* what a fact needs */
    {"spec/hresults.json", "\"family\": \"", "\"famly\": \"", ": error: an HRESULT needs name, value, text and family"},
    {"spec/rules.json",
        "\"statement\": ", "\"statment\": ", "spec/rules.json:3: error: a rule needs id, statement and confidence"},
    {"spec/failures.json", "\"codes\": ", "\"code\": ", ": error: a failure needs failure, rule and codes"},
    {"spec/functions/HcsOpenProcess.json", "\"summary\"", "\"sumary\"",
        ": error: a function needs summary, return, dll and group"},
    {"spec/functions/HcsOpenProcess.json", "\"page\"", "\"pge\"", ": error: a documented function needs its page"},
    {"spec/states/process.json", "\"outcomes\": [\"S_OK\"]", "\"outcomes\": []",
        ": error: a cell needs at least one outcome"},
    {"spec/rows/operations.json", "\"call\"", "\"cal\"", ": error: a row needs id and call"},
    {"spec/documentation.json", "5e568e0905f6189a", "5e568e0905f6189", "needs its line and digest"},
    {"spec/documentation.json", "\"19 5e568e0905f6189a\"", "19", "needs its line and digest"},
    {"spec/documentation.json", "[38, \"cc7c350329f381f1\"]", "[38, \"cc7c\"]",
        "error: 'Parameters/layerPath' needs the line and the digest of its sentence"},
    {"spec/documentation.json", "[38, \"cc7c350329f381f1\"]", "[]",
        "error: 'Parameters/layerPath' needs the line and the digest of its sentence"},
    {"spec/documentation.json", "\"date\": \"", "\"date\": \"x",
        "spec/documentation.json:1: error: the record needs repository, revision and date"},
    {"spec/events.json", "{", "{{", "spec/events.json:1: error: not valid JSON"},
};

static void restore(const char *file)
{
    char command[512], said[64];
    snprintf(command, sizeof command, "cp %s/%s %s/%s", ROOT, file, folder, file);
    cr_assert_eq(run(command, said, sizeof said), 0);
}

/* The tables of conditions have room for so many. */
Test(generator, more_conditions_of_one_type_than_the_tables_take_are_refused)
{
    enum { MANY = 65 };
    static char said[65536], values[MANY * 64];
    size_t length = 0;
    for (int i = 0; i < MANY; i++)
        length += (size_t)snprintf(values + length, sizeof values - length,
            "{\"name\": \"Effect%d\", \"version\": \"2.0\", \"calls\": \"any\"},\n", i);
    snprintf(values + length, sizeof values - length, "{\"name\": \"Hang\",");
    spoil("spec/schema/scenario.json", "{\"name\": \"Hang\",", values);
    cr_expect_eq(check(said, sizeof said), 1);
    cr_expect(strstr(said, ": error: 'ScenarioFault' has more than 64 conditions"), "%s", said);
    restore("spec/schema/scenario.json");
}

/* The check finds what the generator finds; every tenth is shown to both. */
Test(generator, every_mistake_has_its_file_and_line)
{
    static char said[65536];
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        spoil(m->file, m->from, m->to);
        int code = check(said, sizeof said);
        cr_expect(code == 1 && strstr(said, m->line), "%s -> %s: code %d, said:\n%s", m->from, m->to, code, said);
        if (i % 10 == 0) {
            code = generate(said, sizeof said);
            cr_expect(code == 1 && strstr(said, m->line), "generate: %s -> %s: %s", m->from, m->to, said);
        }
        restore(m->file);
    }
}

/* What a scenario may say and no code knows: the file that reads it does not compile. */
static const struct {
    const char *from, *to, *list, *missing;
} unknown_values[] = {
    {"{\"name\": \"Hang\",", "{\"name\": \"Melt\", \"version\": \"2.0\", \"calls\": \"any\"},\n{\"name\": \"Hang\",",
        "VALUES_ScenarioEffect(", "EFFECT_Melt"},
    {"{\"name\": \"HcsGetServiceProperties\", \"version\": \"2.0\"}",
        "{\"name\": \"HcsGetServiceProperties\", \"version\": \"2.0\"}, {\"name\": \"HcsImportLayer\", \"version\": "
        "\"2.0\"}",
        "VALUES_ScenarioCall(", "REQUEST_OF_HcsImportLayer"},
    {"{\"name\": \"Busy\",", "{\"name\": \"Melted\", \"version\": \"2.0\"}, {\"name\": \"Busy\",",
        "VALUES_ScenarioPhase(", "PHASE_Melted"},
    {"{\"name\": \"Realtime\",", "{\"name\": \"Backwards\", \"version\": \"2.0\"}, {\"name\": \"Realtime\",",
        "VALUES_ScenarioTime(", "TIME_Backwards"},
    {"{\"name\": \"HyperV\",", "{\"name\": \"Sandbox\", \"version\": \"2.0\"}, {\"name\": \"HyperV\",",
        "VALUES_ScenarioFeature(", "FEATURE_Sandbox"},
    {"{\"name\": \"exitAfterShutDown\",",
        "{\"name\": \"melting\", \"type\": \"ScenarioLatency\", \"version\": \"2.0\"}, "
        "{\"name\": \"exitAfterShutDown\",",
        "FIELDS_ScenarioLatencies(", "LATENCY_melting"},
    {"{\"name\": \"Echo\",", "{\"name\": \"Count\", \"version\": \"2.0\"}, {\"name\": \"Echo\",",
        "VALUES_ScenarioInput(", "INPUT_Count"},
    {"{\"name\": \"Hangs\",", "{\"name\": \"Sleeps\", \"version\": \"2.0\"}, {\"name\": \"Hangs\",",
        "VALUES_ScenarioEnd(", "END_Sleeps"},
    {"{\"name\": \"Exited\", \"version\": \"2.0\", \"note\": \"it stays",
        "{\"name\": \"Melted\", \"version\": \"2.0\"}, {\"name\": \"Exited\", \"version\": \"2.0\", \"note\": \"it "
        "stays",
        "VALUES_ScenarioState(", "PLACED_Melted"},
};

static int compile_readers(const char *list, char *said, size_t size)
{
    char command[2048];
    snprintf(command, sizeof command,
        "for file in $(grep -rlF '%s' %s/sim %s/impl --include='*.c'); do gcc -std=c11 -D_GNU_SOURCE -fshort-wchar "
        "-fsyntax-only -I%s/out -I%s/out/include -I%s/impl -I%s/sim -I%s/spec -I/usr/include/cjson $file 2>&1 || exit "
        "1; "
        "done",
        list, ROOT, ROOT, folder, folder, ROOT, ROOT, ROOT);
    return run(command, said, size);
}

Test(generator, a_value_of_a_scenario_that_no_code_knows_does_not_compile)
{
    static char said[1 << 20];
    cr_assert_eq(generate(said, sizeof said), 0, "%s", said);
    for (size_t i = 0; i < sizeof unknown_values / sizeof *unknown_values; i++)
        cr_expect_eq(compile_readers(unknown_values[i].list, said, sizeof said), 0, "%s", said);
    for (size_t i = 0; i < sizeof unknown_values / sizeof *unknown_values; i++) {
        spoil("spec/schema/scenario.json", unknown_values[i].from, unknown_values[i].to);
        cr_assert_eq(generate(said, sizeof said), 0, "%s", said);
        cr_expect_eq(compile_readers(unknown_values[i].list, said, sizeof said), 1, "%s", unknown_values[i].missing);
        cr_expect_not_null(strstr(said, unknown_values[i].missing), "%s: %s", unknown_values[i].missing, said);
        restore("spec/schema/scenario.json");
    }
}

Test(generator, facts_as_they_are_are_consistent)
{
    static char said[65536];
    cr_expect_eq(generate(said, sizeof said), 0, "%s", said);
    cr_expect_str_empty(said);
}

static long long changed_at(const char *name)
{
    char path[256];
    struct stat status;
    snprintf(path, sizeof path, "%s/out/%s", folder, name);
    cr_assert_eq(stat(path, &status), 0, "%s", path);
    return (long long)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

Test(generator, outputs_are_rewritten_only_when_they_change)
{
    static char said[65536];
    cr_assert_eq(generate(said, sizeof said), 0);
    long long before = changed_at("spec_states.c");
    usleep(20000);
    cr_assert_eq(generate(said, sizeof said), 0);
    cr_expect_eq(changed_at("spec_states.c"), before);
    spoil("spec/states/process.json", "ERROR_NOT_FOUND", "E_FAIL");
    cr_assert_eq(generate(said, sizeof said), 0, "%s", said);
    cr_expect_neq(changed_at("spec_states.c"), before);
    cr_expect_lt(changed_at("spec_schema.c"), changed_at("spec_states.c"), "the schema has nothing to do with it");
}

/* The outputs of a small part, line by line as they were read over: what a generator change does shows here. */
Test(generator, outputs_are_golden)
{
    static char said[65536], expected[65536];
    cr_assert_eq(generate(said, sizeof said), 0);
    char command[512];
    snprintf(command, sizeof command,
        "cd %s/out && grep -h -e 'STATE_ABSENT' -e 'HCS_E_INVALID_JSON' -e 'CALL_HcsTerminateProcess\\]' -e "
        "'_HcsCloseOperation' "
        "spec_states.c spec_states.h spec_hresults.h spec_hresults.c spec_functions.c computecore.map; grep -h -B12 "
        "'HRESULT WINAPI "
        "HcsWaitForProcessExit' include/computecore.h; head -c 40 spec_rows.c",
        folder);
    run(command, said, sizeof said);
    FILE *golden = fopen(ROOT "/spec/tests/outputs.golden", "r");
    cr_assert_not_null(golden);
    expected[fread(expected, 1, sizeof expected - 1, golden)] = 0;
    fclose(golden);
    cr_expect_str_eq(said, expected);
}

Test(generator, wrong_use_is_one_line_and_code_2)
{
    static const char *const uses[] = {
        "", "nonsense", "generate", "generate --root", "check --root x --colour y", "generate --root x"};
    static char said[4096];
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        char command[256];
        snprintf(command, sizeof command, "%s %s 2>&1", HCS_SPEC, uses[i]);
        cr_expect_eq(run(command, said, sizeof said), 2, "%s", uses[i]);
        cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s: %s", uses[i], said);
    }
    cr_expect_eq(run(HCS_SPEC " --help", said, sizeof said), 0);
    cr_expect_not_null(strstr(said, "usage: hcs-spec"));
    cr_expect_eq(run(HCS_SPEC " check --root " ROOT " 2>&1", said, sizeof said), 0, "%s", said);
}

Test(generator, rules_that_nobody_cites_are_named)
{
    static char said[1 << 18];
    char command[512];
    snprintf(command, sizeof command, "%s cite --root %s 2>&1", HCS_SPEC, folder);
    cr_expect_eq(run(command, said, sizeof said), 1, "the copy has no code and no tests");
    cr_expect_not_null(
        strstr(said, "error: rule O-09: no row, code or test cites it, and no reason is given"), "%s", said);
    snprintf(command, sizeof command,
        "cp -r %s/impl %s/sim %s/conformance %s && printf '/* HCS-ROW: Z-99 */\n' > %s/sim/x.c && %s cite --root %s "
        "2>&1",
        ROOT, ROOT, ROOT, folder, folder, HCS_SPEC, folder);
    cr_expect_eq(run(command, said, sizeof said), 1);
    cr_expect_str_eq(said, "sim/x.c:1: error: there is no rule Z-99\n");
}
