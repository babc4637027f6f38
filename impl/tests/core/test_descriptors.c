/* A client with closed standard streams: the library's files never get their descriptors. */
#include "../client.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#define TRACE "/tmp/computecore-closed-streams.jsonl"
#define SCENARIO ROOT "/fixtures/scenarios/happy.json"

/* A system, a process with three pipes, and a blocking wait: opens files, pipes and wake-up descriptors. */
static void live(void)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        u"{\"CommandLine\":\"cmd /c echo x\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,"
        u"\"CreateStdErrPipe\":true}",
        &information);
    HcsWaitForProcessExit(process, INFINITE, NULL);
}

/* The exit code: how many of the standard streams something was opened on. */
static int live_without_streams(void)
{
    int open = 0;
    for (int i = 0; i < 3; i++)
        close(i);
    live();
    for (int i = 0; i < 3; i++)
        open += write(i, "harm\n", 5) == 5 || errno != EBADF;
    return open;
}

Test(descriptors, no_file_of_the_library_is_a_standard_stream)
{
    static char text[1 << 20];
    int status;
    setenv("COMPUTECORE_TRACE", TRACE, 1);
    setenv("COMPUTECORE_SCENARIO", SCENARIO, 1);
    pid_t child = fork();
    if (!child)
        _exit(live_without_streams());
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
    FILE *trace = fopen(TRACE, "r");
    cr_assert_not_null(trace);
    text[fread(text, 1, sizeof text - 1, trace)] = 0;
    fclose(trace);
    remove(TRACE);
    cr_expect_not_null(strstr(text, "HcsCreateProcess"));
    cr_expect_null(strstr(text, "harm"));
}

Test(descriptors, a_trace_is_not_handed_to_programs_that_the_client_starts)
{
    setenv("COMPUTECORE_TRACE", TRACE ".exec", 1);
    make_system(u"exec", CONTAINER, false);
    char line[256];
    snprintf(line, sizeof line, "! ls -l /proc/self/fd | grep -q %s", TRACE ".exec");
    cr_expect_eq(system(line), 0);
    remove(TRACE ".exec");
}
