/* Real containers, end to end, through the public API, compared with what the kernel reports. Each test leaves nothing
   on the machine. */
#include "containers.h"
#include "include/HcsSim.h"
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

TestSuite(containers, .init = containers_begin, .fini = containers_end, .timeout = 300);

/* --- processes --- */

Test(containers, a_command_line_runs_and_its_output_and_exit_code_come_back)
{
    char text[256];
    HCS_SYSTEM system = make_system(u"hello", CONTAINER, true);
    expect_traces();
    cr_expect_eq(run(system, "sh -c 'echo \\\"hello  world\\\"; exit 42'", "", text, sizeof text), 42);
    cr_expect_str_eq(text, "hello  world\n");
    cr_expect_eq(run(system, "hostname", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "hello\n");
    drop_system(system);
}

Test(containers, standard_input_ends_by_close_handle)
{
    char text[256];
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"input", CONTAINER, true);
    HCS_PROCESS process = make_process(
        system, u"{\"CommandLine\":\"cat\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", &information);
    int input = (int)(intptr_t)information.StdInput;
    cr_expect_eq(write(input, "one\ntwo\n", 8), 8);
    must(finish(
        HcsModifyProcess(process, operation, u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}"),
        operation));
    read_all(information.StdOutput, text, sizeof text);
    cr_expect_str_eq(text, "one\ntwo\n");
    cr_expect_eq(exit_code(process), 0);
    close(input);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(containers, arguments_environment_folder_and_user_are_those_of_the_document)
{
    char text[512];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"parameters", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        wide("{\"CommandArgs\":[\"sh\",\"-c\",\"echo $0 $A; pwd; id -u\",\"a  b\"],\"Environment\":{\"A\":\"c=d\"},"
             "\"WorkingDirectory\":\"/var/tmp\",\"User\":\"nobody\",\"CreateStdOutPipe\":true}"),
        &information);
    read_all(information.StdOutput, text, sizeof text);
    cr_expect_str_eq(text, "a b c=d\n/var/tmp\n65534\n");
    cr_expect_eq(exit_code(process), 0);
    HcsCloseProcess(process);
    drop_system(system);
}

/* HCS-ROW: P-03, P-04, P-05 */
Test(containers, what_can_not_be_started_says_why)
{
    HCS_SYSTEM system = make_system(u"refusals", CONTAINER, true);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"no-such-program\"}"), HRESULT_ERROR_FILE_NOT_FOUND);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"/bin/no-such-program\"}"), HRESULT_ERROR_FILE_NOT_FOUND);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"/no-such-folder/program\"}"), HRESULT_ERROR_PATH_NOT_FOUND);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"/etc/passwd\"}"), E_ACCESSDENIED);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"id\",\"WorkingDirectory\":\"/none\"}"), HRESULT_ERROR_DIRECTORY);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"id\",\"User\":\"nosuch\"}"), HRESULT_ERROR_LOGON_FAILURE);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"sh -c 'open\"}"), E_INVALIDARG);
    drop_system(system);
}

Test(containers, a_killed_process_has_been_reaped_when_that_is_said)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"kill", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 1000\"}", &information);
    must(terminate_process(process));
    cr_expect_eq(HcsWaitForProcessExit(process, 0, NULL), S_OK);
    cr_expect_eq(exit_code(process), 137);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(containers, a_signal_reaches_the_process)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"signal", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        wide("{\"CommandArgs\":[\"sh\",\"-c\",\"trap 'exit 7' USR1; echo set; while :; do sleep 0.02; done\"],"
             "\"CreateStdOutPipe\":true}"),
        &information);
    cr_expect_eq(read((int)(intptr_t)information.StdOutput, text, sizeof text), 4);
    must(finish(HcsSignalProcess(process, operation, u"{\"Signal\":10}"), operation));
    cr_expect_eq(exit_code(process), 7);
    close((int)(intptr_t)information.StdOutput);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(containers, a_console_is_a_terminal_of_that_size)
{
    char text[512] = "";
    size_t length = 0;
    ssize_t got = -1;
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"console", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        wide("{\"CommandLine\":\"sh -c 'tty; stty size; read a; echo got $a'\",\"EmulateConsole\":true,"
             "\"ConsoleSize\":[30,100],\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}"),
        &information);
    int input = (int)(intptr_t)information.StdInput, output = (int)(intptr_t)information.StdOutput;
    cr_expect_eq(write(input, "word\n", 5), 5);
    while (length + 1 < sizeof text && (got = read(output, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    cr_expect_eq(got, 0, "the output of a console ends as a file does: %zd", got);
    cr_expect(strstr(text, "/dev/pts/") && strstr(text, "30 100") && strstr(text, "got word"), "%s", text);
    cr_expect_eq(exit_code(process), 0);
    close(input);
    close(output);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(containers, a_console_whose_input_is_closed_reads_its_end)
{
    char text[256];
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"console", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        wide("{\"CommandLine\":\"sh -c 'cat; echo after'\",\"EmulateConsole\":true,\"CreateStdInPipe\":true,"
             "\"CreateStdOutPipe\":true}"),
        &information);
    cr_expect_eq(write((int)(intptr_t)information.StdInput, "line\n", 5), 5);
    must(finish(
        HcsModifyProcess(process, operation, u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}"),
        operation));
    read_all(information.StdOutput, text, sizeof text);
    cr_expect(strstr(text, "line") && strstr(text, "after"), "%s", text);
    cr_expect_eq(exit_code(process), 0);
    close((int)(intptr_t)information.StdInput);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

/* A program that sends a socket on to a pipe by sendfile() keeps the kernel from closing that pipe meanwhile. */
Test(containers, a_client_closes_its_output_first_whatever_the_program_does)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"closes", CONTAINER, true);
    HCS_PROCESS process = make_process(
        system, u"{\"CommandLine\":\"cat\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", &information);
    usleep(50000); /* it waits for its input by then; a test that comes too early passes */
    close((int)(intptr_t)information.StdOutput);
    cr_expect_eq(write((int)(intptr_t)information.StdInput, "hello", 5), 5);
    close((int)(intptr_t)information.StdInput);
    cr_expect_eq(exit_code(process), 141);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(containers, much_goes_in_and_comes_out)
{
    enum { LINES = 40000 };
    static char text[LINES * 16];
    char number[32], said[64];
    size_t length = 0;
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"much", CONTAINER, true);
    HCS_PROCESS process = make_process(
        system, u"{\"CommandLine\":\"md5sum\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", &information);
    for (int i = 0; i < LINES; i++)
        length += (size_t)sprintf(text + length, "line %d\n", i);
    for (size_t done = 0; done < length;) {
        ssize_t put = write((int)(intptr_t)information.StdInput, text + done, length - done);
        cr_assert_gt(put, 0);
        done += (size_t)put;
    }
    close((int)(intptr_t)information.StdInput);
    read_all(information.StdOutput, number, sizeof number);
    ask_shell("i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done | md5sum", said, sizeof said);
    cr_expect_eq(strncmp(number, said, 30), 0, "%s, not %s", number, said);
    cr_expect_eq(exit_code(process), 0);
    HcsCloseProcess(process);
    drop_system(system);
}

/* --- systems --- */

static HRESULT call_system(HRESULT (*function)(HCS_SYSTEM, HCS_OPERATION, PCWSTR), HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(function(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

Test(containers, a_pause_is_refused_as_on_windows_unless_the_host_is_told_otherwise)
{
    char text[256];
    HCS_SYSTEM system = make_system(u"refuses", CONTAINER, true);
    cr_expect_eq(call_system(HcsPauseComputeSystem, system), HRESULT_ERROR_NOT_SUPPORTED);
    drop_system(system);
    daemon_kill();
    setenv("COMPUTECORE_CONTAINERS_PAUSE", "1", 1);
    daemon_start();
    system = make_system(u"pauses", CONTAINER, true);
    cr_expect_eq(run(system, "sh -c '(while :; do date +%s%N >/tmp/beat; sleep 0.01; done) >/dev/null 2>&1 &'", "",
                     text, sizeof text),
        0);
    must(call_system(HcsPauseComputeSystem, system));
    cr_expect_eq(call_system(HcsPauseComputeSystem, system), HCS_E_INVALID_STATE);
    cr_expect_eq(call_system(HcsSaveComputeSystem, system), HRESULT_ERROR_NOT_SUPPORTED);
    cr_expect_eq(refused(system, "{\"CommandLine\":\"true\"}"), HCS_E_INVALID_STATE);
    must(call_system(HcsResumeComputeSystem, system));
    cr_expect_eq(run(system, "cat /tmp/beat", "", text, sizeof text), 0);
    must(call_system(HcsPauseComputeSystem, system));
    drop_system(system); /* what is frozen can be ended */
}

Test(containers, nobody_resets_them_as_a_simulator)
{
    HCS_SIM_COUNTS counts;
    char text[64];
    HCS_SYSTEM system = make_system(u"stays", CONTAINER, true);
    HcsCloseComputeSystem(system);
    cr_expect_eq(HcsSimReset(NULL, NULL), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsSimCount(&counts), HCS_E_SERVICE_NOT_AVAILABLE);
    must(HcsOpenComputeSystem(u"stays", GENERIC_ALL, &system));
    cr_expect_eq(run(system, "echo there", "", text, sizeof text), 0);
    drop_system(system);
}

Test(containers, what_a_document_asks_for_and_can_not_be_had_is_refused_by_the_start_with_its_path)
{
    char text[1024];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"refused",
        wide("{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"MappedDirectories\":"
             "[{\"HostPath\":\"/no/such/folder\",\"ContainerPath\":\"/mnt/x\"}]}}"),
        false);
    must(HcsStartComputeSystem(system, operation, NULL));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, &document), HRESULT_ERROR_FILE_NOT_FOUND);
    take_text(document, text, sizeof text);
    cr_expect(strstr(text, "MappedDirectories[0]") && strstr(text, "/no/such/folder"), "%s", text);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

Test(containers, beyond_its_memory_a_process_is_killed)
{
    char text[64];
    HCS_SYSTEM system = make_system(u"memory",
        wide("{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"Memory\":{\"SizeInMB\":32}}}"), true);
    cr_expect_eq(run(system, "sh -c 'a=0123456789abcdef; while :; do a=$a$a; done'", "", text, sizeof text), 137);
    cr_expect_eq(run(system, "echo alive", "", text, sizeof text), 0);
    drop_system(system);
}

Test(containers, a_mapped_directory_is_read_only_where_the_document_says_so)
{
    char text[256], document[1024], path[300];
    cr_assert_eq(mkdir(scratch_path("shared"), 0755), 0);
    snprintf(path, sizeof path, "%s/file", scratch_path("shared"));
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs("content\n", file);
    fclose(file);
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"MappedDirectories\":["
        "{\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/r\",\"ReadOnly\":true},"
        "{\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/w\"}]}}",
        scratch_path("shared"), scratch_path("shared"));
    HCS_SYSTEM system = make_system(u"shared", wide(document), true);
    cr_expect_eq(run(system, "cat /mnt/r/file", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "content\n");
    cr_expect_neq(run(system, "touch /mnt/r/new", "", text, sizeof text), 0);
    cr_expect_eq(run(system, "touch /mnt/w/new", "", text, sizeof text), 0);
    drop_system(system);
}

static HRESULT modify(HCS_SYSTEM system, const char *document)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsModifyComputeSystem(system, operation, wide(document), NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

#define DIRECTORY(request, settings)                                                                                   \
    "{\"ResourcePath\":\"Container/MappedDirectories\",\"RequestType\":\"" request "\",\"Settings\":{" settings "}}"

/* HCS-ROW: F-26 */
Test(containers, a_folder_comes_and_goes_while_it_runs)
{
    char text[256], document[1024];
    ask_shell("mkdir -m 777 $SCRATCH/late && echo here >$SCRATCH/late/file", text, sizeof text);
    HCS_SYSTEM system = make_system(u"late", CONTAINER, true);
    snprintf(document, sizeof document,
        DIRECTORY("Add", "\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/late/one\",\"ReadOnly\":true"),
        scratch_path("late"));
    must(modify(system, document));
    cr_expect_eq(modify(system, document), HRESULT_ERROR_OBJECT_ALREADY_EXISTS);
    cr_expect_eq(run(system, "cat /mnt/late/one/file", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "here\n");
    cr_expect_neq(run(system, "touch /mnt/late/one/new", "", text, sizeof text), 0);
    must(modify(system, DIRECTORY("Remove", "\"ContainerPath\":\"/mnt/late/one\"")));
    cr_expect_neq(run(system, "cat /mnt/late/one/file", "", text, sizeof text), 0);
    cr_expect_eq(modify(system, DIRECTORY("Remove", "\"ContainerPath\":\"/mnt/late/one\"")), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify(system, DIRECTORY("Add", "\"HostPath\":\"/none\",\"ContainerPath\":\"/mnt/x\"")),
        HRESULT_ERROR_FILE_NOT_FOUND);
    cr_expect_eq(run(system, "ln -s /etc /mnt/link", "", text, sizeof text), 0);
    snprintf(document, sizeof document, DIRECTORY("Add", "\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/../x\""),
        scratch_path("late"));
    cr_expect(FAILED(modify(system, document)));
    drop_system(system);
}

/* A daemon that is killed between the change and the start must not lose the change. */
Test(containers, what_was_changed_before_the_start_is_in_force_after_a_crash_of_the_daemon)
{
    char text[64];
    HCS_SYSTEM system = make_system(u"changed", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(modify(system, "{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\",\"Settings\":64}"));
    daemon_kill();
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    HcsCloseComputeSystem(system);
    daemon_start();
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"changed", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    ask_shell("id=$(ls $SCRATCH/state/systems); cat /sys/fs/cgroup/memory/computecore/$id/container/"
              "memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/computecore/$id/container/memory.max",
        text, sizeof text);
    cr_expect_str_eq(text, "67108864");
    HcsCloseOperation(operation);
    drop_system(system);
}

/* HCS-ROW: F-26 a start that ignored the change would be worse than the refusal */
Test(containers, what_a_linux_container_does_not_have_is_not_changed_before_the_start_either)
{
    HCS_SYSTEM system = make_system(u"unlike", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (int started = 0; started < 2; started++) {
        cr_expect_eq(modify(system, "{\"ResourcePath\":\"Container/RegistryFlushState\",\"RequestType\":\"Update\","
                                    "\"Settings\":{\"Enabled\":false}}"),
            HRESULT_ERROR_NOT_SUPPORTED);
        cr_expect_eq(
            modify(system, "{\"ResourcePath\":\"Container/Devices/Generic\",\"RequestType\":\"Add\",\"Settings\":{}}"),
            HRESULT_ERROR_NOT_SUPPORTED);
        if (!started)
            must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    }
    HcsCloseOperation(operation);
    drop_system(system);
}

/* HCS-ROW: F-26 */
Test(containers, processors_are_limited_while_it_runs)
{
    static const char look[] =
        "id=$(ls $SCRATCH/state/systems); cat /sys/fs/cgroup/cpu/computecore/$id/container/"
        "cpu.cfs_quota_us 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/computecore/$id/container/cpu.max";
    char text[64];
    HCS_SYSTEM system = make_system(u"slow", CONTAINER, true);
    must(modify(
        system, "{\"ResourcePath\":\"Container/Processor\",\"RequestType\":\"Update\",\"Settings\":{\"Count\":1}}"));
    ask_shell(look, text, sizeof text);
    cr_expect_str_eq(text, "100000");
    must(modify(system, "{\"ResourcePath\":\"Container/Processor\",\"RequestType\":\"Remove\"}"));
    ask_shell(look, text, sizeof text);
    cr_expect(!strcmp(text, "-1") || !strcmp(text, "max"), "%s", text);
    drop_system(system);
}

Test(containers, terminate_ends_what_runs_and_tells_it)
{
    enum { PROCESSES = 8 };
    HCS_PROCESS processes[PROCESSES];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"terminate", CONTAINER, true);
    for (int i = 0; i < PROCESSES; i++)
        processes[i] = make_process(system, u"{\"CommandLine\":\"sh -c 'sleep 1000 & sleep 1000'\"}", &information);
    must(terminate_system(system));
    for (int i = 0; i < PROCESSES; i++) {
        cr_expect_eq(exit_code(processes[i]), 137);
        HcsCloseProcess(processes[i]);
    }
    must(HcsWaitForComputeSystemExit(system, 0, NULL));
    HcsCloseComputeSystem(system);
}

Test(containers, a_shut_down_ends_it_gracefully)
{
    char text[256];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"graceful", CONTAINER, true);
    must(finish(HcsShutDownComputeSystem(system, operation, NULL), operation));
    must(HcsWaitForComputeSystemExit(system, INFINITE, &document));
    take_text(document, text, sizeof text);
    cr_expect(strstr(text, "GracefulExit"), "%s", text);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

Test(containers, statistics_and_processes_are_those_of_the_machine)
{
    char text[4096];
    PWSTR document = NULL;
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"numbers", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 1000\"}", &information);
    must(HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}"));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, sizeof text);
    cr_expect(strstr(text, "\"ImageName\":\"sleep\""), "%s", text);
    const char *memory = strstr(text, "\"MemoryUsageCommitBytes\":");
    cr_expect(memory && strtoull(memory + strlen("\"MemoryUsageCommitBytes\":"), NULL, 10) > 0, "%s", text);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

/* A daemon that has adopted the container lists them as the one that started it. */
Test(containers, all_processes_of_a_container_are_listed)
{
    char text[4096];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"listed", CONTAINER, true);
    HCS_PROCESS process =
        make_process(system, u"{\"CommandLine\":\"sh -c 'sleep 1000 & sleep 1001 & exec tail -f /dev/null'\"}", NULL);
    cr_expect_eq(
        run(system, "sh -c 'until [ $(pidof sleep | wc -w) = 2 ]; do sleep 0.01; done'", "", text, sizeof text), 0);
    for (int i = 0; i < 2; i++) {
        must(HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"ProcessList\"]}"));
        must(HcsWaitForOperationResult(operation, INFINITE, &document));
        take_text(document, text, sizeof text);
        cr_expect_eq(count_of(text, "\"ProcessId\":"), 4, "%s", text);
        cr_expect_eq(count_of(text, "\"ImageName\":\"sleep\""), 2, "%s", text);
        cr_expect_eq(count_of(text, "\"ImageName\":\"init\""), 1, "%s", text);
        cr_expect_eq(count_of(text, "\"ProcessId\":1,"), 1, "%s", text);
        if (i)
            break;
        HcsCloseProcess(process);
        HcsCloseComputeSystem(system);
        daemon_kill();
        daemon_start();
        must(HcsOpenComputeSystem(u"listed", GENERIC_ALL, &system));
    }
    HcsCloseOperation(operation);
    drop_system(system);
}

/* The helper of a container's keeper: it stands in the groups of the container, and is there soon after a start. */
#define HELPER                                                                                                         \
    "keeper=$(sed -n 's/.*\"keeper\":[^0-9]*\\([0-9]*\\).*/\\1/p' $SCRATCH/state/systems/*/state.json); n=0; "         \
    "while [ $n -lt 1000 ]; do for p in $(cat /proc/$keeper/task/$keeper/children); do "                               \
    "if grep -q /container$ /proc/$p/cgroup; then %s; exit; fi; done; sleep 0.01; n=$((n+1)); done; exit 1"

Test(containers, the_helper_that_starts_processes_is_none_of_them_and_may_be_killed)
{
    char text[4096], command[512];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"helped", CONTAINER, true);
    cr_expect_eq(run(system, "echo first", "", text, sizeof text), 0);
    snprintf(command, sizeof command, HELPER, "echo $p");
    ask_shell(command, text, sizeof text);
    must(HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"ProcessList\"]}"));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, sizeof text);
    cr_expect_null(strstr(text, "computecore-kee"), "%s", text);
    for (int i = 0; i < 3; i++) { /* without it, with it, and after its end */
        cr_expect_eq(run(system, "sh -c 'echo $PPID'", "", text, sizeof text), 0);
        cr_expect_eq(atoi(text), 0, "its parent is outside");
        snprintf(command, sizeof command, HELPER, "kill -9 $p");
        ask_shell(command, text, sizeof text);
    }
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(containers, twenty_start_at_a_time)
{
    enum { SYSTEMS = 20 };
    char text[64];
    HCS_SYSTEM systems[SYSTEMS];
    HCS_OPERATION operations[SYSTEMS];
    for (int i = 0; i < SYSTEMS; i++) {
        snprintf(text, sizeof text, "many-%d", i);
        systems[i] = make_system(wide(text), CONTAINER, false);
        operations[i] = HcsCreateOperation(NULL, NULL);
        must(HcsStartComputeSystem(systems[i], operations[i], NULL));
    }
    for (int i = 0; i < SYSTEMS; i++) {
        must(HcsWaitForOperationResult(operations[i], INFINITE, NULL));
        HcsCloseOperation(operations[i]);
    }
    for (int i = 0; i < SYSTEMS; i++) {
        cr_expect_eq(run(systems[i], "sh -c 'exit 3'", "", text, sizeof text), 3);
        drop_system(systems[i]);
    }
}

Test(containers, a_container_whose_process_1_is_killed_has_ended_unexpectedly)
{
    char text[256];
    PWSTR document = NULL;
    HCS_SYSTEM system = make_system(u"crash", CONTAINER, true);
    kill_recorded("init");
    must(HcsWaitForComputeSystemExit(system, INFINITE, &document));
    take_text(document, text, sizeof text);
    cr_expect(strstr(text, "UnexpectedExit"), "%s", text);
    HcsCloseComputeSystem(system);
}

/* HCS-ROW: R-01 */
Test(containers, a_daemon_that_is_killed_finds_its_systems_and_their_processes_again)
{
    char text[256];
    uint32_t id;
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"survivor", CONTAINER, true), created = make_system(u"waits", CONTAINER, false);
    HCS_PROCESS process = make_process(system,
        u"{\"CommandLine\":\"sh -c 'while [ ! -e /tmp/go ]; do sleep 0.02; done; echo done; exit 9'\","
        u"\"CreateStdOutPipe\":true}",
        &information);
    id = information.ProcessId;
    daemon_kill();
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    daemon_start();
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    HcsCloseComputeSystem(created);
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"survivor", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    must(HcsOpenProcess(system, id, GENERIC_ALL, &process));
    cr_expect_eq(run(system, "touch /tmp/go", "", text, sizeof text), 0);
    read_all(information.StdOutput, text, sizeof text);
    cr_expect_str_eq(text, "done\n");
    cr_expect_eq(exit_code(process), 9);
    HcsCloseProcess(process);
    drop_system(system);
    must(HcsOpenComputeSystem(u"waits", GENERIC_ALL, &created));
    drop_system(created);
}

/* What its properties say that a restart of the service must not change. */
static void tell_identity(HCS_SYSTEM system, char text[512])
{
    static const char *const members[] = {"\"RuntimeId\":\"", "\"ContainerStartTime\":\"", "\"SizeInMB\":"};
    char whole[8192];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    size_t length = 0;
    must(HcsGetComputeSystemProperties(
        system, operation, u"{\"Queries\":{\"Statistics\":null,\"Container/Memory\":null}}"));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, whole, sizeof whole);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *at = strstr(whole, members[i]);
        cr_assert(at, "%s is not in %s", members[i], whole);
        length += (size_t)snprintf(text + length, 512 - length, "%.*s ", (int)strcspn(at, ",}"), at);
    }
    HcsCloseOperation(operation);
}

Test(containers, who_a_system_is_and_what_it_was_changed_to_outlasts_a_daemon)
{
    char before[512], after[512];
    HCS_SYSTEM system = make_system(u"lasting", CONTAINER, true);
    must(modify(system, "{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\",\"Settings\":96}"));
    tell_identity(system, before);
    cr_expect(strstr(before, "\"SizeInMB\":96"), "%s", before);
    daemon_kill();
    daemon_start();
    HcsCloseComputeSystem(system);
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"lasting", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    tell_identity(system, after);
    cr_expect_str_eq(after, before);
    drop_system(system);
}

/* HCS-ROW: R-01 nobody has closed the handle: the system is not one whose last handle was closed. */
Test(containers, a_service_that_is_restarted_finds_its_systems_again)
{
    HCS_SYSTEM system = make_system(u"lasting",
        u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":{}}",
        true);
    char text[64];
    daemon_stop();
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    daemon_start();
    HcsCloseComputeSystem(system);
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"lasting", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    cr_expect_eq(run(system, "echo here", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "here\n");
    drop_system(system);
}

Test(containers, a_keeper_that_is_killed_takes_its_system_with_it)
{
    HCS_SYSTEM system = make_system(u"orphan", CONTAINER, true);
    kill_recorded("keeper");
    must(HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    HcsCloseComputeSystem(system);
}

/* Starts a keeper for the only system, as a daemon does that has died meanwhile. Returns its exit code. */
static int run_forsaken_keeper(void)
{
    static const char command[] = "exec $(dirname " COMPUTECORED ")/computecore-keeper $SCRATCH/state/systems/*";
    char *arguments[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], status = -1;
    pid_t keeper;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    close(ends[0]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
    cr_assert_eq(posix_spawn(&keeper, "/bin/sh", &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    for (int i = 0; i < MANY_LOOKS / 10 && waitpid(keeper, &status, WNOHANG) == 0; i++)
        nap();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The next daemon takes the system for one that was never started, and starts it again: two keepers would write the
   same files. */
Test(containers, a_keeper_whose_daemon_has_gone_before_it_could_be_found_begins_nothing)
{
    char before[4096], after[4096];
    static const char look[] = "cd $SCRATCH/state/systems; ls *; cat */state.json";
    HCS_SYSTEM system = make_system(u"forsaken", CONTAINER, false);
    daemon_kill();
    ask_shell(look, before, sizeof before);
    cr_expect_eq(run_forsaken_keeper(), 1);
    ask_shell(look, after, sizeof after);
    cr_expect_str_eq(after, before);
    daemon_start();
    HcsCloseComputeSystem(system);
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"forsaken", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    cr_expect_eq(run(system, "true", "", after, sizeof after), 0);
    drop_system(system);
}

/* What is left of a container is removed before its end is told; calls that come meanwhile wait for that end. */
Test(containers, nobody_hears_of_an_end_before_it_has_come)
{
    for (int i = 0; i < 5; i++) {
        HCS_SYSTEM system = make_system(u"ending", CONTAINER, true);
        kill_recorded("keeper");
        nap();
        HRESULT result = refused(system, "{\"CommandLine\":\"true\"}");
        cr_expect(result == HCS_E_TERMINATED || result == HCS_E_SYSTEM_ALREADY_STOPPED, "0x%08X", (unsigned)result);
        cr_expect_eq(terminate_system(system), HCS_E_SYSTEM_ALREADY_STOPPED);
        HcsCloseComputeSystem(system);
    }
}
