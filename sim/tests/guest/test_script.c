/* Programs of a scenario in guests, and commands that are joined. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include "platform/platform.h"

static HCS_SYSTEM begin_with(const char *programs)
{
    char scenario[1024];
    snprintf(scenario, sizeof scenario,
        "{\"clients\":1,\"files\":[{\"path\":\"C:\\\\app\\\\notes.txt\",\"text\":\"read me\"}],\"programs\":[%s]}",
        programs);
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    must(HcsSimReset(NULL, NULL));
    return make_system(u"scripts", CONTAINER, true);
}

static uint64_t started;

/* Runs a command line to its end; said holds its output. */
static uint32_t run(HCS_SYSTEM system, PCWSTR document, char *said, size_t size)
{
    HCS_PROCESS_INFORMATION information;
    PWSTR status = NULL;
    char text[256];
    started = HcsSimNow();
    HCS_PROCESS process = make_process(system, document, &information);
    if (information.StdInput) {
        platform_client_write((platform_stream)(intptr_t)information.StdInput, "hello", 5);
        platform_client_close((platform_stream)(intptr_t)information.StdInput);
    }
    must(HcsWaitForProcessExit(process, INFINITE, &status));
    const HANDLE streams[] = {information.StdOutput, information.StdError};
    size_t length = 0;
    for (int i = 0; i < 2; i++) {
        ptrdiff_t got = 0;
        while (streams[i] && (got = platform_client_read(
                                  (platform_stream)(intptr_t)streams[i], said + length, size - 1 - length)) > 0)
            length += (size_t)got;
    }
    said[length] = 0;
    take_text(status, text, sizeof text);
    const char *code = strstr(text, "ExitCode\":");
    HcsCloseProcess(process);
    return code ? (uint32_t)strtoul(code + 10, NULL, 10) : UINT32_MAX;
}

#define LINE(command) u"{\"CommandLine\":\"" command u"\",\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}"

Test(script, a_program_writes_runs_and_ends_as_the_scenario_says)
{
    char said[200];
    HCS_SYSTEM system =
        begin_with("{\"name\":\"Server\",\"output\":\"ready\\n\",\"error\":\"bye\",\"runMs\":5000,\"exitCode\":7},"
                   "{\"name\":\"bad\",\"ends\":\"Crashes\"}");
    cr_expect_eq(run(system, LINE(u"C:\\\\Windows\\\\server.exe --port 80"), said, sizeof said), 7);
    cr_expect_str_eq(said, "ready\nbye");
    cr_expect_geq(HcsSimNow() - started, 5000000000u);
    cr_expect_eq(run(system, LINE(u"bad"), said, sizeof said), 0xC0000005u);
    cr_expect_eq(run(system, u"{\"CommandArgs\":[\"bad\"]}", said, sizeof said), 139);
    cr_expect_eq(run(system, LINE(u"cmd /c bad || server && echo never"), said, sizeof said), 7);
    drop_system(system);
}

Test(script, a_program_reads_its_input)
{
    char said[200];
    HCS_SYSTEM system = begin_with("{\"name\":\"upper\",\"input\":\"Echo\",\"output\":\"!\",\"exitCode\":1},"
                                   "{\"name\":\"sink\",\"input\":\"Read\",\"output\":\"done\"}");
    cr_expect_eq(run(system, u"{\"CommandLine\":\"upper\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", said,
                     sizeof said),
        1);
    cr_expect_str_eq(said, "hello!");
    cr_expect_eq(run(system, u"{\"CommandLine\":\"sink\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", said,
                     sizeof said),
        0);
    cr_expect_str_eq(said, "done");
    drop_system(system);
}

Test(script, a_program_that_hangs_and_ignores_signals_ends_by_a_terminate_alone)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = begin_with("{\"name\":\"stubborn\",\"ends\":\"Hangs\",\"ignoresSignals\":true}");
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"stubborn\"}", &information);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsSignalProcess(process, operation, NULL), operation));
    cr_expect_eq(HcsWaitForProcessExit(process, 3600000, NULL), HCS_E_OPERATION_TIMEOUT);
    must(terminate_process(process));
    must(HcsWaitForProcessExit(process, 0, NULL));
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(script, shells_join_commands)
{
    char said[200];
    HCS_SYSTEM system = begin_with("");
    cr_expect_eq(run(system,
                     u"{\"CommandArgs\":[\"sh\",\"-c\",\"echo a; false || echo b; true && echo c; exit "
                     u"3\"],\"CreateStdOutPipe\":true}",
                     said, sizeof said),
        3);
    cr_expect_str_eq(said, "a\nb\nc\n");
    cr_expect_eq(run(system, LINE(u"cmd /c false || ver && exit 4"), said, sizeof said), 4);
    cr_expect_str_eq(said, "Microsoft Windows\r\n");
    cr_expect_eq(run(system, LINE(u"cmd /c false && echo no || exit 5"), said, sizeof said), 5);
    cr_expect_str_eq(said, "");
    drop_system(system);
}

Test(script, files_and_the_environment_are_shown)
{
    char said[200];
    HCS_SYSTEM system = begin_with("");
    cr_expect_eq(run(system, LINE(u"cmd /c type c:/APP/notes.txt"), said, sizeof said), 0);
    cr_expect_str_eq(said, "read me");
    cr_expect_eq(run(system, LINE(u"cmd /c type C:/none || echo missing"), said, sizeof said), 0);
    cr_expect(strstr(said, "missing") && strstr(said, "cannot find"), "%s", said);
    cr_expect_eq(run(system,
                     u"{\"CommandLine\":\"cmd /c set && "
                     u"ver\",\"CreateStdOutPipe\":true,\"Environment\":{\"A\":\"1\",\"B\":\"two\"}}",
                     said, sizeof said),
        0);
    cr_expect_str_eq(said, "A=1\r\nB=two\r\nMicrosoft Windows\r\n");
    cr_expect_eq(run(system, u"{\"CommandArgs\":[\"env\"],\"CreateStdOutPipe\":true,\"Environment\":{\"A\":\"1\"}}",
                     said, sizeof said),
        0);
    cr_expect_str_eq(said, "A=1\n");
    drop_system(system);
}

#define FILLED(command) u"{\"CommandLine\":\"" command u"\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}"

Test(script, what_is_written_to_a_file_is_there_for_other_processes_until_the_system_ends)
{
    char said[200];
    HCS_SYSTEM system = begin_with("");
    cr_expect_eq(run(system, LINE(u"cmd /c echo one> C:\\\\a.txt && echo two>>C:\\\\a.txt"), said, sizeof said), 0);
    cr_expect_str_eq(said, "", "nothing goes to the stream");
    cr_expect_eq(run(system, LINE(u"cmd /c type c:/A.TXT"), said, sizeof said), 0);
    cr_expect_str_eq(said, "one\r\ntwo\r\n");
    cr_expect_eq(
        run(system, FILLED(u"cmd /c more > C:\\\\a.txt"), said, sizeof said), 0, "standard input, into a file");
    cr_expect_eq(run(system, LINE(u"cmd /c type C:\\\\a.txt"), said, sizeof said), 0);
    cr_expect_str_eq(said, "hello");
    cr_expect_eq(run(system, LINE(u"cmd /c echo more >> C:\\\\app\\\\notes.txt && type C:\\\\app\\\\notes.txt"), said,
                     sizeof said),
        0, "the scenario's, gone on with");
    cr_expect_str_eq(said, "read memore\r\n");
    cr_expect_eq(
        run(system, LINE(u"cmd /c del /q C:\\\\app\\\\notes.txt && type C:\\\\app\\\\notes.txt"), said, sizeof said),
        1);
    cr_expect(strstr(said, "cannot find the file"), "%s", said);
    HCS_SYSTEM other = make_system(u"other", CONTAINER, true);
    cr_expect_eq(run(other, LINE(u"cmd /c type C:\\\\app\\\\notes.txt && type C:\\\\a.txt"), said, sizeof said), 1,
        "another system has the scenario's alone");
    cr_expect(!strncmp(said, "read me", 7) && strstr(said, "cannot find"), "%s", said);
    drop_system(other);
    drop_system(system);
    expect_nothing_left();
}

Test(script, errors_may_go_to_a_file_with_the_output_or_alone)
{
    char said[200];
    HCS_SYSTEM system = begin_with("{\"name\":\"both\",\"output\":\"out\\n\",\"error\":\"err\\n\"}");
    cr_expect_eq(run(system, LINE(u"sh -c 'both > /tmp/x 2>&1; cat /tmp/x'"), said, sizeof said), 0);
    cr_expect_str_eq(said, "out\nerr\n");
    cr_expect_eq(run(system, LINE(u"sh -c 'both 2>/dev/null; both >nul 2> /tmp/x'"), said, sizeof said), 0);
    cr_expect_str_eq(said, "out\n");
    cr_expect_eq(
        run(system, LINE(u"sh -c 'cat /tmp/x; echo \\\"a > b\\\"; rm -f /tmp/x; rm /tmp/x'"), said, sizeof said), 1);
    cr_expect(!strncmp(said, "err\na > b\r\n", 11), "%s", said);
    cr_expect_eq(
        run(system, LINE(u"sh -c 'echo again > /tmp/x; cat /tmp/x >> /tmp/x; cat /tmp/x'"), said, sizeof said), 0);
    cr_expect_str_eq(said, "again\r\nagain\r\n", "a file, behind itself");
    cr_expect_eq(run(system, LINE(u"cmd /c both 2>&1"), said, sizeof said), 0);
    cr_expect_str_eq(said, "out\nerr\n");
    drop_system(system);
}

Test(script, a_file_needs_a_folder_a_name_and_room)
{
    char said[200];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = begin_with("");
    cr_expect_eq(run(system, LINE(u"cmd /c echo x > C:\\\\none\\\\a.txt"), said, sizeof said), 1);
    cr_expect(strstr(said, "cannot find the path"), "%s", said);
    cr_expect_eq(run(system, LINE(u"cmd /c md C:\\\\none\\\\deep || md C:\\\\none && echo x > C:\\\\none\\\\a.txt"),
                     said, sizeof said),
        0);
    cr_expect_eq(run(system, LINE(u"cmd /c md C:\\\\none"), said, sizeof said), 1, "it is there already");
    cr_expect_eq(run(system, LINE(u"cmd /c echo x > C:\\\\none"), said, sizeof said), 1, "a folder is no file");
    cr_expect_eq(run(system, u"{\"CommandLine\":\"ver\",\"WorkingDirectory\":\"C:\\\\none\"}", said, sizeof said), 0);
    cr_expect_eq(run(system, LINE(u"cmd /c echo x >"), said, sizeof said), 1);
    cr_expect(strstr(said, "syntax"), "%s", said);
    HCS_PROCESS process = make_process(system,
        u"{\"CommandLine\":\"cmd /c more > C:\\\\big\",\"CreateStdInPipe\":true,\"CreateStdErrPipe\":true}",
        &information);
    char *bytes = calloc(1, 2 << 20);
    cr_expect_eq(platform_client_write((platform_stream)(intptr_t)information.StdInput, bytes, 2 << 20), 2 << 20);
    free(bytes);
    platform_client_close((platform_stream)(intptr_t)information.StdInput);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    ptrdiff_t got = platform_client_read((platform_stream)(intptr_t)information.StdError, said, sizeof said - 1);
    said[got > 0 ? got : 0] = 0;
    cr_expect(strstr(said, "not enough space"), "%s", said);
    HcsCloseProcess(process);
    drop_system(system);
}
