/* computecored: the compute systems of a host as a service for several client processes. Entry point: run(). */
#include "base/command_line.h"
#include "core/client_wait.h"
#include "core/progress.h"
#include "core/trace.h"
#include "place.h"
#include "server.h"
#ifdef HCS_CONTAINERS
#include "core/engines.h"
#include "lxc/backend/backend.h"
#include "lxc/backend/needs.h"
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINGER_S = 30, SOCKET_MODE = 0660, FOLDER_MODE = 0750, STATE_MODE = 0711 };

struct values {
    int engine;
    const char *socket, *scenario, *state, *log;
    unsigned linger;
    bool foreground, temporary, check;
};

static struct server *server;

static void on_end(int number)
{
    (void)number;
    server_stop(server);
}

__attribute__((format(printf, 1, 2))) static void log_line(const char *format, ...)
{
    char line[512], when[32];
    time_t now = time(NULL);
    struct tm parts;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    fprintf(stderr, "%s computecored: %s\n", when, line); /* the log, or /dev/null */
}

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "computecored: %s: %s\n", what, why);
    return 2;
}

/* The reason is errno's; %m is thread-safe, unlike strerror(). */
static int fail_by_errno(const char *what)
{
    fprintf(stderr, "computecored: %s: %m\n", what);
    return 2;
}

/* --- the background --- */

/* Forks. The parent waits for one byte from the child and ends with it as its exit code. Returns, in the child, the
   descriptor to write it to; -2 after a message. */
static int go_to_background(void)
{
    int ends[2];
    unsigned char code = 2;
    if (pipe2(ends, O_CLOEXEC))
        return fail_by_errno("no pipe"), -2;
    pid_t child = fork();
    if (child < 0)
        return fail_by_errno("no process"), -2;
    if (child > 0) {
        close(ends[1]);
        if (read(ends[0], &code, 1) != 1)
            code = 2;
        _exit(code);
    }
    close(ends[0]);
    (void)setsid();
    return ends[1];
}

/* Called once it listens: lets the parent end, and sends all further messages to the log. */
static void settle(int channel, const char *log)
{
    unsigned char code = 0;
    int file = log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640) : -1;
    if (file < 0)
        file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(file, STDERR_FILENO);
    (void)dup2(file, STDOUT_FILENO);
    close(file);
    (void)chdir("/");
    (void)!write(channel, &code, 1); /* the parent may have ended */
    close(channel);
}

/* --- the start --- */

/* Makes the folder of the socket. */
static void make_folder(const char *path)
{
    char folder[PLACE_BYTES];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder) {
        *slash = 0;
        (void)mkdir(folder, FOLDER_MODE); /* if it can't be, listening fails and says why */
    }
}

static message_end listen_at(const struct values *values)
{
    char path[PLACE_BYTES];
    if (values->socket && snprintf(path, sizeof path, "%s", values->socket) >= PLACE_BYTES)
        return errno = ENAMETOOLONG, fail_by_errno("--socket"), -1;
    if (!values->socket && !place_socket(path))
        return fail("no place for the socket", "XDG_RUNTIME_DIR is not set; name one with --socket"), -1;
    make_folder(path);
    message_end listener = place_listen(path, SOCKET_MODE);
    if (listener < 0 && errno == EADDRINUSE)
        fail(path, "another computecored listens there");
    else if (listener < 0)
        fail_by_errno(path);
    return listener;
}

static const char *const engines[] = {"sim", "lxc", NULL};

/* Selects the simulator of the library, or registers the engine that only this program has. */
static bool choose_engine(int engine)
{
    (void)setenv("COMPUTECORE_ENGINE", engines[engine], 1); // NOLINT(concurrency-mt-unsafe): before there are threads
    if (engine == 0)
        return true;
#ifdef HCS_CONTAINERS
    engines_add(&lxc_engine);
    return true;
#else
    return fail("--engine lxc", "this build has no containers, since liblxc or libseccomp was missing"), false;
#endif
}

/* The folder of a temporary state is made here and by nobody else, wherever it lies. */
static bool make_state(const struct values *values)
{
    if (!values->temporary)
        return true;
    if (!values->state || values->engine == 0)
        return fail("--temporary", "comes with --engine lxc and --state"), false;
    return mkdir(values->state, STATE_MODE) == 0 || (fail_by_errno(values->state), false);
}

static bool open_engine(const struct values *values)
{
    if (!choose_engine(values->engine) || !make_state(values))
        return false;
    if (values->state)
        (void)setenv("COMPUTECORE_STATE", values->state, 1); // NOLINT(concurrency-mt-unsafe): as above
    if (values->scenario)
        (void)setenv("COMPUTECORE_SCENARIO", values->scenario, 1); // NOLINT(concurrency-mt-unsafe): as above
    core_lock();
    bool opened = core_engine() != NULL; /* on failure it has reported the reason */
    client_waits_take_clock();
    core_unlock();
    (void)trace_is_on(); /* COMPUTECORE_TRACE begins now */
    if (!opened && values->temporary)
        (void)rmdir(values->state);
    return opened;
}

/* A daemon for one run takes its systems and its state along. */
static int clear(const struct values *values)
{
#ifdef HCS_CONTAINERS
    if (values->temporary && values->socket)
        (void)unlink(values->socket); /* whoever waits for it to go may find it gone */
    if (values->temporary && !lxc_clear(core_engine()))
        return fail(values->state, "not all that was in it could be removed");
#endif
    (void)values;
    return 0;
}

static void tell_need(void *unused, const char *need, const char *lack, const char *remedy)
{
    (void)unused;
    if (lack)
        printf("%-30s no: %s; %s\n", need, lack, remedy);
    else
        printf("%-30s yes\n", need);
}

/* What the engine needs of this machine; nothing is created. */
static int check(const struct values *values)
{
    if (values->engine == 0)
        return 0;
#ifdef HCS_CONTAINERS
    return needs_check(values->state, tell_need, NULL) ? 0 : 1;
#else
    tell_need(
        NULL, "liblxc", "this build has no containers", "apt-get install lxc-dev libseccomp-dev, then build again");
    return 1;
#endif
}

static int serve(const struct values *values, message_end listener, int channel)
{
    struct server_options options = {listener, values->linger * 1000, log_line};
    server = server_create(&options);
    if (!server)
        return fail_by_errno("the server can't be made");
    struct sigaction end = {.sa_handler = on_end}, ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGINT, &end, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
    if (channel >= 0)
        settle(channel, values->log);
    log_line("listening");
    server_run(server);
    log_line("ended");
    (void)sigaction(SIGTERM, &ignore, NULL); /* the server, which they would stop, goes */
    (void)sigaction(SIGINT, &ignore, NULL);
    server_destroy(server);
    return clear(values);
}

static int run(void *context, const struct command_words *words)
{
    const struct values *values = context;
    (void)words;
    if (values->check)
        return check(values);
    if (values->temporary) /* as the one that started it ends, so does this, gracefully */
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    int channel = values->foreground ? -1 : go_to_background();
    if (channel == -2)
        return 2;
    message_end listener = listen_at(values);
    if (listener < 0)
        return 2;
    return open_engine(values) ? serve(values, listener, channel) : 2;
}

/* --- the table --- */

static const struct command_option options[] = {
    {.name = "engine",
        .kind = OPTION_CHOICE,
        .argument = "NAME",
        .choices = engines,
        .place = offsetof(struct values, engine),
        .fallback = "sim",
        .help = "what runs the compute systems: sim, the simulator; lxc, Linux containers"},
    {.name = "socket",
        .kind = OPTION_TEXT,
        .argument = "PATH",
        .place = offsetof(struct values, socket),
        .help = "where it listens; without it /run/computecore/computecored.sock, or below $XDG_RUNTIME_DIR"},
    {.name = "scenario",
        .kind = OPTION_TEXT,
        .argument = "FILE",
        .place = offsetof(struct values, scenario),
        .help = "of the simulator: a file, or JSON text"},
    {.name = "state",
        .kind = OPTION_TEXT,
        .argument = "DIR",
        .place = offsetof(struct values, state),
        .help = "of containers: the folder of their state; without it /var/lib/computecore"},
    {.name = "temporary",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, temporary),
        .help = "with --state: a new folder, which goes with all systems when computecored or its parent ends"},
    {.name = "check",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, check),
        .help = "only say what the engine needs of this machine, and what is missing; exit code 1: something is"},
    {.name = "foreground",
        .letter = 'f',
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, foreground),
        .help = "stay in the foreground, with the log on standard error"},
    {.name = "log",
        .kind = OPTION_OUTPUT,
        .argument = "FILE",
        .place = offsetof(struct values, log),
        .help = "where the log goes in the background; without it nowhere"},
    {.name = "linger",
        .kind = OPTION_NUMBER,
        .argument = "SECONDS",
        .place = offsetof(struct values, linger),
        .maximum = 86400,
        .fallback = "30",
        .help = "end after that time without clients and systems; 0: never"},
    {.name = NULL}};

static const struct command serve_command = {.name = "",
    .summary = "compute systems for several client processes",
    .description = "Serves the clients whose COMPUTECORE_ENGINE is unix:PATH, or host.",
    .options = options,
    .examples = {"--socket /tmp/shared.sock --scenario slow-host.json", "--foreground --linger 0"},
    .exit_codes = "Exit code: 0 it listens in the background, or has ended; 2 it can't.",
    .size = sizeof(struct values),
    .run = run};

static const struct command *const commands[] = {&serve_command, NULL};

static const struct tool computecored = {
    "computecored", "The compute systems of a host, for several client processes.", commands};

int main(int argc, char **argv)
{
    return tool_main(&computecored, argc, argv);
}
