/* Emulated consoles of guests, and the users that processes run as. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"

/* Reads all output of a process. input: typed first; NULL for no input, and the stream stays open. */
static uint32_t run(PCWSTR document, const char *input, char *output, size_t size)
{
    HCS_PROCESS_INFORMATION information;
    char status[300];
    PWSTR text = NULL;
    size_t length = 0;
    HCS_SYSTEM system = make_system(u"console", CONTAINER, true);
    HCS_PROCESS process = make_process(system, document, &information);
    if (input)
        cr_assert_eq(write((int)(intptr_t)information.StdInput, input, strlen(input)), (ssize_t)strlen(input));
    must(HcsWaitForProcessExit(process, INFINITE, &text));
    take_text(text, status, sizeof status);
    for (ssize_t got; (got = read((int)(intptr_t)information.StdOutput, output + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    output[length] = 0;
    HcsCloseProcess(process);
    drop_system(system);
    return (uint32_t)strtoul(strstr(status, "\"ExitCode\":") + 11, NULL, 10);
}

#define STREAMS "\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true"
#define TTY STREAMS ",\"EmulateConsole\":true"

static const struct {
    PCWSTR document;
    const char *input, *output;
    uint32_t exit_code;
} consoles[] = {
    {u"{\"CommandArgs\":[\"stty\",\"size\"],\"ConsoleSize\":[40,120]," TTY "}", NULL, "40 120\r\n", 0},
    {u"{\"CommandArgs\":[\"stty\",\"size\"],\"ConsoleSize\":[0,0]," TTY "}", NULL, "25 80\r\n", 0},
    {u"{\"CommandArgs\":[\"stty\",\"size\"],\"ConsoleSize\":[40,120]," STREAMS "}", NULL, "", 1},
    {u"{\"CommandLine\":\"mode con\",\"ConsoleSize\":[40,120]," TTY "}", NULL, "Lines: 40, Columns: 120\r\n", 0},
    {u"{\"CommandArgs\":[\"echo\",\"a\"]," TTY "}", NULL, "a\r\n", 0},
    {u"{\"CommandArgs\":[\"echo\",\"a\"]," STREAMS "}", NULL, "a\n", 0},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"nothing; echo b\"]," TTY "}", NULL, "sh: 1: nothing: not found\r\nb\r\n",
        0}, /* P-12 */
    {u"{\"CommandArgs\":[\"cat\"]," TTY "}", "typed\x04", "typedtyped", 0},
    {u"{\"CommandLine\":\"more\"," TTY "}", "typed\x1a", "typedtyped", 0},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"cat; echo no\"]," TTY "}", "x\x03", "x", 130},
    {u"{\"CommandLine\":\"more\"," TTY "}", "\x03", "", 0xC000013A},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"sleep 100; echo no\"]," TTY "}", "\x03", "", 130},
    {u"{\"CommandLine\":\"cmd /c timeout 9999999 || echo no\"," TTY "}", "ab\x03", "", 0xC000013A},
    {u"{\"CommandLine\":\"deaf\"," TTY "}", "\x03", "heard\r\n", 0},
    {u"{\"CommandLine\":\"timeout 100\"," STREAMS "}", "\x03", "", 0},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"sleep 2; cat; echo then\"]," TTY "}", "typed\x04", "typedtypedthen\r\n", 0},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"cat > /tmp/x; cat /tmp/x\"]," TTY "}", "x\x04", "xx", 0},
    {u"{\"CommandLine\":\"whoami\"," STREAMS "}", NULL, "user manager\\containeradministrator\r\n", 0},
    {u"{\"CommandLine\":\"whoami\",\"User\":\"ContainerUser\"," STREAMS "}", NULL, "ContainerUser\r\n", 0},
    {u"{\"CommandArgs\":[\"whoami\"]," STREAMS "}", NULL, "root\n", 0},
    {u"{\"CommandArgs\":[\"whoami\"],\"User\":\"builder\"," STREAMS "}", NULL, "builder\n", 0},
};

Test(console, what_is_typed_and_shown_passes_through_it)
{
    char output[400];
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"users\":[\"Builder\"],"
        "\"programs\":[{\"name\":\"deaf\",\"output\":\"heard\\r\\n\",\"runMs\":5000,\"ignoresSignals\":true}]}",
        1);
    for (size_t i = 0; i < sizeof consoles / sizeof *consoles; i++) {
        uint32_t code = run(consoles[i].document, consoles[i].input, output, sizeof output);
        cr_expect_str_eq(output, consoles[i].output, "case %zu: '%s'", i, output);
        cr_expect_eq(code, consoles[i].exit_code, "case %zu: %u", i, code);
    }
    expect_nothing_left();
}

Test(console, a_user_that_the_guest_does_not_have_is_refused)
{
    HCS_PROCESS process;
    HCS_SYSTEM system = make_system(u"users", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(
        HcsCreateProcess(system, u"{\"CommandLine\":\"whoami\",\"User\":\"builder\"}", operation, NULL, &process),
        operation);
    cr_expect_eq(result, HRESULT_ERROR_LOGON_FAILURE);
}

/* F-21: the console of a Windows guest ends with the input that it does not have, whatever runs on it. */
static const struct {
    PCWSTR document;
    uint32_t exit_code;
} without_input[] = {
    {u"{\"CommandLine\":\"cmd /c exit 7\",\"EmulateConsole\":true}", 0xC000013A},
    {u"{\"CommandLine\":\"ping -t host\",\"EmulateConsole\":true,\"CreateStdOutPipe\":true}", 0xC000013A},
    {u"{\"CommandLine\":\"deaf\",\"EmulateConsole\":true,\"CreateStdInPipe\":false}", 0xC000013A},
    {u"{\"CommandLine\":\"cmd /c exit 7\",\"EmulateConsole\":true,\"CreateStdInPipe\":true}", 7},
    {u"{\"CommandLine\":\"cmd /c exit 7\",\"EmulateConsole\":false}", 7},
    {u"{\"CommandArgs\":[\"sh\",\"-c\",\"exit 7\"],\"EmulateConsole\":true}", 7},
};

Test(console, of_a_windows_guest_ends_without_an_input)
{
    char status[300];
    PWSTR text;
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"programs\":[{\"name\":\"deaf\",\"output\":\"heard\",\"ignoresSignals\":true}]}", 1);
    HCS_SYSTEM system = make_system(u"no-input", CONTAINER, true);
    for (size_t i = 0; i < sizeof without_input / sizeof *without_input; i++) {
        HCS_PROCESS_INFORMATION information;
        HCS_PROCESS process = make_process(system, without_input[i].document, &information);
        cr_assert_eq(HcsWaitForProcessExit(process, 60000, &text), S_OK, "case %zu", i);
        take_text(text, status, sizeof status);
        uint32_t code = (uint32_t)strtoul(strstr(status, "\"ExitCode\":") + 11, NULL, 10);
        cr_expect_eq(code, without_input[i].exit_code, "case %zu: %x", i, code);
        HcsCloseProcess(process);
    }
    drop_system(system);
    expect_nothing_left();
}

/* P-39 */
Test(console, a_new_size_is_seen_by_what_runs_next)
{
    HCS_PROCESS_INFORMATION information;
    char text[100];
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    HCS_SYSTEM system = make_system(u"resize", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = make_process(system,
        u"{\"CommandArgs\":[\"sh\",\"-c\",\"sleep 5; stty size\"],\"CreateStdOutPipe\":true,\"EmulateConsole\":true}",
        &information);
    must(finish(HcsModifyProcess(process, operation,
                    u"{\"Operation\":\"ConsoleSize\",\"ConsoleSize\":{\"Height\":50,\"Width\":132}}"),
        operation));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    ssize_t length = read((int)(intptr_t)information.StdOutput, text, sizeof text - 1);
    cr_assert_gt(length, 0);
    text[length] = 0;
    cr_expect_str_eq(text, "50 132\r\n");
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

/* F-22: until its console is there, a process can't be resized; the end of its input can be told to it, and one without
   a console takes every size. */
Test(console, is_there_some_time_after_its_process)
{
    static const WCHAR resize[] = u"{\"Operation\":\"ConsoleSize\",\"ConsoleSize\":{\"Height\":50,\"Width\":132}}";
    HCS_PROCESS_INFORMATION information;
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"latencies\":{\"consoleAfterCreateProcess\":{\"fixedUs\":2000000}}}", 1);
    HCS_SYSTEM system = make_system(u"late", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"ping -t host\"," TTY "}", &information);
    HCS_PROCESS plain = make_process(system, u"{\"CommandLine\":\"ping -t host\"}", &information);
    cr_expect_eq(finish(HcsModifyProcess(process, operation, resize), operation), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(finish(HcsModifyProcess(plain, operation, resize), operation), S_OK);
    cr_expect_eq(finish(HcsModifyProcess(process, operation,
                            u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}"),
                     operation),
        S_OK);
    cr_assert_neq(HcsWaitForProcessExit(process, 1900, NULL), S_OK);
    cr_expect_eq(finish(HcsModifyProcess(process, operation, resize), operation), HRESULT_ERROR_NOT_FOUND);
    cr_assert_neq(HcsWaitForProcessExit(process, 100, NULL), S_OK);
    cr_expect_eq(finish(HcsModifyProcess(process, operation, resize), operation), S_OK);
    HcsCloseProcess(plain);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    drop_system(system);
}

/* Keys typed between two lines of ping do not cause another line; Ctrl-C ends it at once. */
Test(console, a_program_that_runs_is_interrupted)
{
    HCS_PROCESS_INFORMATION information;
    char text[400];
    size_t length = 0, lines = 0;
    PWSTR status = NULL;
    setenv("COMPUTECORE_SCENARIO", "{\"time\":\"Manual\",\"latencies\":{\"HcsCreateProcess\":{\"fixedUs\":0}}}", 1);
    must(HcsSimReset(NULL, NULL));
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"ping", CONTAINER, operation, NULL, &system));
    must(HcsSimAdvance(1000000000u));
    must(HcsStartComputeSystem(system, operation, NULL));
    must(HcsSimAdvance(1000000000u));
    HCS_PROCESS process;
    must(HcsCreateProcess(system, u"{\"CommandLine\":\"ping -t host\"," TTY "}", operation, NULL, &process));
    must(HcsSimAdvance(1000000000u));
    must(HcsGetOperationResultAndProcessInfo(operation, &information, NULL));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(write((int)(intptr_t)information.StdInput, "k", 1), 1);
        must(HcsSimAdvance(500000000u));
    }
    cr_assert_eq(write((int)(intptr_t)information.StdInput, "\x03", 1), 1);
    must(HcsSimAdvance(1000u));
    must(HcsWaitForProcessExit(process, 0, &status));
    take_text(status, text, sizeof text);
    cr_expect(strstr(text, "3221225786"), "%s", text);
    for (ssize_t got; (got = read((int)(intptr_t)information.StdOutput, text + length, sizeof text - 1 - length)) > 0;)
        length += (size_t)got;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    cr_expect(lines == 2 || lines == 3, "%zu lines in 2.5 seconds: %.*s", lines, (int)length, text);
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
}
