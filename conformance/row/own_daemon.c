/* A daemon for one worker. Entry point: own_daemon_start(). */
#include "own_daemon.h"
#include "include/HcsSim.h"
#include "platform/environment.h"
#include "platform/process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START_MS = 30000, SAID = 4096 };

static struct child process; /* it ends with this one */
static char engine[1024] = "unix:";
static char *const path = engine + 5;

/* Has it said that it listens? The time for that is limited; said has its words. */
static bool await(platform_stream output, char said[SAID])
{
    uint64_t end = platform_time() + START_MS * UINT64_C(1000000);
    struct platform_watch watch = {.stream = output};
    size_t length = 0;
    said[0] = 0;
    while (!strstr(said, "listening\n") && length + 1 < SAID && platform_time() < end) {
        ptrdiff_t got = platform_stream_read(output, said + length, SAID - 1 - length);
        if (got == PLATFORM_ENDED || got == 0)
            return false;
        if (got > 0)
            said[length += (size_t)got] = 0;
        else
            (void)platform_poll(&watch, 1, NULL, START_MS);
    }
    return strstr(said, "listening\n") != NULL;
}

bool own_daemon_runs(void)
{
    return process.id != 0;
}

bool own_daemon_start(const char *program, char *error, size_t size)
{
    struct child_pipes pipes;
    const char *folder = getenv("TMPDIR");
    char said[SAID];
    snprintf(path, sizeof engine - 5, "%s/hcs-conformance-%u.sock", folder && *folder ? folder : "/tmp", program_id());
    char *arguments[] = {(char *)(uintptr_t)program, "--foreground", "--linger", "0", "--socket", path, NULL};
    struct child_plan plan = {.program = program, .arguments = arguments};
    if (!child_start(&process, &plan, &pipes)) {
        snprintf(error, size, "%s can't be started", program);
        return false;
    }
    bool listens = await(pipes.output, said);
    platform_stream_close(pipes.output); /* nobody reads its log */
    if (listens)
        program_set_environment("COMPUTECORE_ENGINE", engine);
    else
        snprintf(error, size, "%s does not listen: %s", program, said);
    return listens;
}

bool own_daemon_join(const struct target *target, char *error, size_t size)
{
    HCS_SIM_COUNTS counts;
    bool joined = target->simulator.count && SUCCEEDED(target->simulator.count(&counts));
    (void)remove(path);
    if (!joined)
        snprintf(error, size, "%s does not speak with its computecored", target->path);
    return joined;
}
