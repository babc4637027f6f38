/* A daemon for rows or a schedule alone. Entry points: own_daemon_load(), own_daemon_start_host(). */
#include "own_daemon.h"
#include "include/HcsSim.h"
#include "row/fixture/pause.h"
#include "base/allocate.h"
#include "platform/process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START_MS = 30000, END_MS = 90000, LOOK_NS = 20000000, PATH_BYTES = 1000 };

static struct child process;         /* it ends with this one */
static char engine[PATH_BYTES + 32]; /* the value of COMPUTECORE_ENGINE that names it: unix:PATH or pipe:NAME */
static char *const path = engine + 5;

/* Reads the daemon's output until the word appears, or to the end if word is NULL. false: the output ended before the
   word, or the time limit has passed. */
static bool read_until(platform_stream output, const char *word, char words[OWN_DAEMON_WORDS])
{
    uint64_t end = platform_time() + START_MS * UINT64_C(1000000);
    struct platform_watch watch = {.stream = output};
    size_t length = 0;
    words[0] = 0;
    while (!(word && strstr(words, word)) && length + 1 < OWN_DAEMON_WORDS && platform_time() < end) {
        ptrdiff_t got = platform_stream_read(output, words + length, OWN_DAEMON_WORDS - 1 - length);
        if (got == PLATFORM_ENDED || got == 0)
            return !word;
        if (got > 0)
            words[length += (size_t)got] = 0;
        else
            (void)platform_poll(&watch, 1, NULL, START_MS);
    }
    return word && strstr(words, word);
}

bool own_daemon_runs(void)
{
    return process.id != 0;
}

/* Starts the program and names it to the target once it listens. */
static bool start(const struct child_plan *plan, char *error, size_t size)
{
    struct child_pipes pipes;
    char words[OWN_DAEMON_WORDS];
    if (!child_start(&process, plan, &pipes)) {
        snprintf(error, size, "%s can't be started: %s", plan->program, child_start_error());
        return false;
    }
    bool listens = read_until(pipes.output, "listening\n", words);
    platform_stream_close(pipes.output); /* its log is not read */
    if (listens)
        allocate_variable("COMPUTECORE_ENGINE", engine);
    else
        snprintf(error, size, "%s does not listen: %s", plan->program, words);
    return listens;
}

/* Chooses its address. Returns the option that takes the path. */
static char *choose_address(void)
{
    static char socket[] = "--socket", pipe[] = "--pipe";
    program_address(engine, sizeof engine);
    return strncmp(engine, "pipe:", 5) == 0 ? pipe : socket;
}

/* Its socket is no longer needed once it has been connected to, or has ended. A pipe is no file. */
static void remove_socket(void)
{
    if (strncmp(engine, "unix:", 5) == 0)
        (void)remove(path);
}

/* A path of this process' own for the state of its daemon. */
static void name_state(char *state, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(state, size, "%.900s/hcs-conformance-%u", folder && *folder ? folder : "/tmp", program_id());
}

static bool start_simulator(const char *program, char *error, size_t size)
{
    char *option = choose_address();
    char *arguments[] = {(char *)(uintptr_t)program, "--foreground", "--linger", "0", option, path, NULL};
    return start(&(struct child_plan){.program = program, .arguments = arguments}, error, size);
}

static bool join(const struct target *target, char *error, size_t size)
{
    HCS_SIM_COUNTS counts;
    bool joined = target->simulator.count && SUCCEEDED(target->simulator.count(&counts));
    if (!joined)
        snprintf(error, size, "%s does not speak with its computecored", target->path);
    else if (!(joined = program_hide_address(engine, sizeof engine)))
        snprintf(error, size, "the socket %s can't be opened and removed", path);
    if (joined)
        allocate_variable("COMPUTECORE_ENGINE", engine); /* for a second process of a row */
    else
        remove_socket();
    return joined;
}

bool own_daemon_load(struct target *target, const char *library, const char *program, char *error, size_t size)
{
    if (!*program)
        return target_load(target, library, error, size);
    return start_simulator(program, error, size) && target_load(target, library, error, size) &&
           join(target, error, size);
}

/* --- with containers --- */

bool own_daemon_find(char *found, size_t length, char *error, size_t size)
{
    char own[PATH_BYTES];
    bool known = program_path(own, sizeof own);
    char *slash = known ? strrchr(own, '/') : NULL;
    snprintf(found, length, "%.*scomputecored", slash ? (int)(slash + 1 - own) : 0, own);
    FILE *file = known ? fopen(found, "rb") : NULL;
    bool there = file != NULL;
    if (file)
        fclose(file);
    else
        snprintf(error, size, "computecored was not found beside this tool; name it with --daemon");
    return there;
}

int own_daemon_check(const char *program, char words[OWN_DAEMON_WORDS])
{
    struct child checker;
    struct child_pipes pipes;
    char state[PATH_BYTES];
    name_state(state, sizeof state);
    char *arguments[] = {(char *)(uintptr_t)program, "--engine", "lxc", "--check", "--state", state, NULL};
    if (!child_start(&checker, &(struct child_plan){.program = program, .arguments = arguments}, &pipes)) {
        snprintf(words, OWN_DAEMON_WORDS, "%s can't be started: %s", program, child_start_error());
        return -1;
    }
    bool said = read_until(pipes.output, NULL, words);
    platform_stream_close(pipes.output);
    uint64_t end = platform_time() + START_MS * UINT64_C(1000000);
    while (!child_has_ended(&checker) && platform_time() < end)
        pause_for(LOOK_NS);
    int code = child_close(&checker);
    return said && (code == 0 || code == 1) ? code : -1;
}

bool own_daemon_start_host(const char *program, char *error, size_t size)
{
    char state[PATH_BYTES];
    char *option = choose_address();
    name_state(state, sizeof state);
    char *arguments[] = {(char *)(uintptr_t)program, "--engine", "lxc", "--foreground", "--linger", "0", "--temporary",
        option, path, "--state", state, NULL};
    return start(&(struct child_plan){.program = program, .arguments = arguments, .ends_itself = true}, error, size);
}

bool own_daemon_end(void)
{
    uint64_t end = platform_time() + END_MS * UINT64_C(1000000);
    child_ask_to_end(&process);
    while (!child_has_ended(&process) && platform_time() < end)
        pause_for(LOOK_NS);
    int code = child_close(&process);
    remove_socket();
    if (code)
        fprintf(stderr, "hcs-conformance: computecored did not end well (%d): something of it is left, see %s\n", code,
            path);
    return code == 0;
}
