/* Guests through the API: pause, determinism, what processes see. */
#include "../../../impl/tests/client.h"

static HRESULT pause_or_resume(HCS_SYSTEM system, bool pause)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result =
        finish(pause ? HcsPauseComputeSystem(system, operation, NULL) : HcsResumeComputeSystem(system, operation, NULL),
            operation);
    HcsCloseOperation(operation);
    return result;
}

Test(guest, a_paused_guest_stands_still)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"paused", VM_WITH_GUEST, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"cmd /c sleep 1 && exit 9\"}", &information);
    must(pause_or_resume(system, true));
    cr_expect_eq(HcsWaitForProcessExit(process, 100, NULL), HCS_E_OPERATION_TIMEOUT);
    must(pause_or_resume(system, false));
    PWSTR status = NULL;
    must(HcsWaitForProcessExit(process, INFINITE, &status));
    LocalFree(status);
    HcsCloseProcess(process);
    drop_system(system);
    expect_nothing_left();
}

Test(guest, a_pause_that_takes_its_time_stops_the_guest_from_its_beginning)
{
    HCS_PROCESS_INFORMATION information;
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"idleMs\":1000,\"latencies\":{\"HcsStartComputeSystem\":{\"fixedUs\":60000000},"
        "\"HcsPauseComputeSystem\":{\"fixedUs\":5000000}}}",
        1);
    HCS_SYSTEM system = make_system(u"paused", VM_WITH_GUEST, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"cmd /c sleep 1 && exit 9\"}", &information);
    cr_expect_eq(HcsWaitForProcessExit(process, 100, NULL), HCS_E_OPERATION_TIMEOUT, "it has begun to sleep");
    must(pause_or_resume(system, true));
    must(pause_or_resume(system, false));
    cr_expect_eq(HcsWaitForProcessExit(process, 800, NULL), HCS_E_OPERATION_TIMEOUT, "so much was left of it");
    cr_expect_eq(HcsWaitForProcessExit(process, 200, NULL), S_OK);
    HcsCloseProcess(process);
    drop_system(system);
}

/* Two things are due at the same time: the answer after which the client pauses the guest, and the end of its sleep. */
Test(guest, a_pause_at_the_very_end_of_a_sleep_does_not_prolong_it)
{
    HCS_PROCESS_INFORMATION information;
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"idleMs\":1000,\"latencies\":{\"HcsGetComputeSystemProperties\":{\"fixedUs\":2000000},"
        "\"HcsCreateProcess\":{\"fixedUs\":1000000}}}",
        1);
    HCS_SYSTEM system = make_system(u"paused", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, NULL));
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"cmd /c sleep 1 && exit 9\"}", &information);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
    must(pause_or_resume(system, true));
    must(pause_or_resume(system, false));
    cr_expect_eq(HcsWaitForProcessExit(process, 100, NULL), S_OK);
    HcsCloseProcess(process);
    drop_system(system);
}

static void expect_a_power_off_to_wait(PCWSTR command, HRESULT after)
{
    HCS_PROCESS_INFORMATION information;
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1,\"idleMs\":1000}", 1);
    HCS_SYSTEM system = make_system(u"paused", VM_WITH_GUEST, true);
    HCS_PROCESS process = make_process(system, command, &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseProcess(process);
    process = make_process(system, u"{\"CommandLine\":\"cmd /c sleep 999\"}", &information);
    must(pause_or_resume(system, true));
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 90000, NULL), HCS_E_OPERATION_TIMEOUT, "it is paused");
    must(pause_or_resume(system, false));
    cr_expect_eq(HcsWaitForProcessExit(process, 59000, NULL), HCS_E_OPERATION_TIMEOUT, "so much was left of the delay");
    cr_expect_eq(HcsWaitForProcessExit(process, 2000, NULL), S_OK);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 0, NULL), after);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(guest, a_paused_guest_does_not_shut_itself_down)
{
    expect_a_power_off_to_wait(u"{\"CommandLine\":\"shutdown /s /t 60\"}", S_OK);
}

Test(guest, a_paused_guest_does_not_reset)
{
    expect_a_power_off_to_wait(u"{\"CommandLine\":\"shutdown /r /t 60\"}", HCS_E_OPERATION_TIMEOUT);
}

Test(guest, pings_go_on_after_a_pause)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"ping", VM_WITH_GUEST, true);
    HCS_PROCESS process =
        make_process(system, u"{\"CommandLine\":\"ping -n 3 host\",\"CreateStdOutPipe\":true}", &information);
    must(pause_or_resume(system, true));
    must(pause_or_resume(system, false));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    char text[4096];
    size_t length = 0;
    for (ssize_t got; (got = read((int)(intptr_t)information.StdOutput, text + length, sizeof text - length)) > 0;)
        length += (size_t)got;
    int lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    cr_expect_geq(lines, 3);
    CloseHandle(information.StdOutput);
    HcsCloseProcess(process);
    drop_system(system);
}

static void properties_of(PCWSTR id, PWSTR *document)
{
    HCS_SYSTEM system = make_system(id, CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}"));
    must(HcsWaitForOperationResult(operation, INFINITE, document));
    HcsCloseOperation(operation);
    drop_system(system);
}

/* Makes one run in a child process; its document is read through a pipe. */
static size_t run(const char *seed, char *text, size_t size)
{
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    if (fork() == 0) {
        PWSTR document;
        setenv("COMPUTECORE_SEED", seed, 1);
        properties_of(u"same", &document);
        for (PWSTR c = document; *c; c++)
            if (write(pipes[1], c, 1) != 1)
                _exit(1);
        _exit(0);
    }
    close(pipes[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(pipes[0], text + length, size - length)) > 0;)
        length += (size_t)got;
    close(pipes[0]);
    return length;
}

Test(guest, same_seed_and_calls_give_the_same_document)
{
    static char one[4096], two[4096], other[4096];
    size_t length = run("11", one, sizeof one);
    cr_assert_gt(length, 100);
    cr_expect_eq(run("11", two, sizeof two), length);
    cr_expect_eq(memcmp(one, two, length), 0);
    run("12", other, sizeof other);
    cr_expect_neq(memcmp(one, other, length), 0, "another seed gives other times");
}

struct command {
    PCWSTR document;
    const char *output;
    DWORD exit_code;
};

static const struct command commands[] = {
    {u"{\"CommandLine\":\"cmd /c echo a && echo b && exit 4\",\"CreateStdOutPipe\":true}", "a\r\nb\r\n", 4},
    {u"{\"CommandLine\":\"cmd /c exit 2 && echo no\",\"CreateStdOutPipe\":true}", "", 2},
    {u"{\"CommandLine\":\"cmd /c nonsense && echo no\",\"CreateStdOutPipe\":true}", "", 1},
    {u"{\"CommandArgs\":[\"echo\",\"a\",\"b c\"],\"CreateStdOutPipe\":true}", "a b c\n", 0},
    {u"{\"CommandArgs\":[\"false\"],\"CreateStdOutPipe\":true}", "", 1},
    {u"{\"CommandLine\":\"echo \\u00e4\",\"CreateStdOutPipe\":true}", "\xc3\xa4\r\n", 0},
    {u"{\"CommandLine\":\"timeout /t 100\",\"CreateStdOutPipe\":true}", "", 0},
};

Test(guest, commands_write_and_exit_as_they_should)
{
    HCS_SYSTEM system = make_system(u"commands", CONTAINER, true);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        HCS_PROCESS_INFORMATION information;
        char text[256] = "";
        PWSTR status = NULL;
        HCS_PROCESS process = make_process(system, commands[i].document, &information);
        must(HcsWaitForProcessExit(process, INFINITE, &status));
        ssize_t got = read((int)(intptr_t)information.StdOutput, text, sizeof text - 1);
        cr_expect_str_eq(text, commands[i].output, "command %zu (%zd bytes)", i, got);
        char number[32], narrow[256];
        snprintf(number, sizeof number, "\"ExitCode\":%u,", (unsigned)commands[i].exit_code);
        size_t length = 0;
        for (; status[length]; length++)
            narrow[length] = (char)status[length];
        narrow[length] = 0;
        cr_expect_not_null(strstr(narrow, number), "command %zu: %s", i, narrow);
        LocalFree(status);
        CloseHandle(information.StdOutput);
        HcsCloseProcess(process);
    }
    drop_system(system);
    expect_nothing_left();
}
