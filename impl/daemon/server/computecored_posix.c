/* computecored: the compute systems of a host as a service for several client processes. Entry point: run(). */
#include "base/allocate.h"
#include "computecored.h"
#include "core/progress/progress.h"
#include "log.h"
#include "daemon/protocol/place.h"
#include "platform/platform.h"
#include "server.h"
#include "systemd.h"
#ifdef HCS_CONTAINERS
#include "core/engines.h"
#include "lxc/backend/backend.h"
#include "lxc/backend/needs.h"
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOCKET_MODE = 0660, FOLDER_MODE = 0750, STATUS_MS = 1000, MILLISECOND = 1000000 };
enum { STATE_MODE = 0711 /* the root of a container goes through it */ };

struct values {
    int engine, level;
    const char *socket, *scenario, *state, *log;
    unsigned linger;
    bool foreground, temporary, check, pause, if_none;
};

/* Both are shared with the handler of SIGTERM and SIGINT. */
static struct server *volatile server;
static volatile sig_atomic_t is_ended;

static void on_end(int number)
{
    (void)number;
    is_ended = true;
    if (server)
        server_stop(server);
}

/* Comes before the socket: whoever can connect may already end this program. */
static void handle_signals(void)
{
    struct sigaction end = {.sa_handler = on_end, .sa_flags = SA_RESTART}, ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGINT, &end, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
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
        return fail_by_errno("can't make a pipe"), -2;
    pid_t child = fork();
    if (child < 0)
        return fail_by_errno("can't start a process"), -2;
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

/* What the one that started it ends with; 2 if nothing is said. */
static void say_code(int channel, unsigned char code)
{
    if (channel < 0)
        return;
    (void)!write(channel, &code, 1); /* the parent may have ended */
    close(channel);
}

/* It listens: whoever started it may go on, and is not written to from here on, but by a log that is wanted there. */
static void settle(int channel, bool logs_there)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC), last = logs_there ? STDOUT_FILENO : STDERR_FILENO;
    for (int standard = STDIN_FILENO; nowhere >= 0 && standard <= last; standard++)
        (void)dup2(nowhere, standard);
    if (nowhere > STDERR_FILENO)
        close(nowhere);
    (void)chdir("/");
    say_code(channel, 0);
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

static struct {
    char path[PLACE_BYTES];
    dev_t device;
    ino_t inode;
} own; /* the socket that this program has made; without a path none */

/* Nobody finds it any more; what others have put in its place stays. However this program ends by itself, it comes to
   this. */
static void remove_socket(void)
{
    struct stat there;
    if (*own.path && lstat(own.path, &there) == 0 && there.st_dev == own.device && there.st_ino == own.inode)
        (void)unlink(own.path); /* a stale one is as good as none */
}

static void note_socket(const char *path)
{
    struct stat made;
    char folder[PLACE_BYTES] = "";
    if (lstat(path, &made) || (*path != '/' && !getcwd(folder, sizeof folder)))
        return;
    if (snprintf(own.path, sizeof own.path, "%s%s%s", folder, *path == '/' ? "" : "/", path) >= PLACE_BYTES)
        *own.path = 0;
    own.device = made.st_dev;
    own.inode = made.st_ino;
    (void)atexit(remove_socket);
}

/* already: another one listens there, and that will do. */
static message_end listen_at(const struct values *values, bool *already)
{
    int passed = values->foreground ? systemd_listener() : MESSAGE_NO_END;
    if (passed == -2)
        return computecored_fail("LISTEN_FDS", "it must be one listening socket of type SOCK_SEQPACKET"),
               MESSAGE_NO_END;
    if (passed >= 0)
        return passed;
    char path[PLACE_BYTES];
    if (values->socket && snprintf(path, sizeof path, "%s", values->socket) >= PLACE_BYTES)
        return errno = ENAMETOOLONG, fail_by_errno("--socket"), -1;
    if (!values->socket && !place_socket(path))
        return computecored_fail(
                   "there is no folder for the socket", "XDG_RUNTIME_DIR is not set; name one with --socket"),
               -1;
    make_folder(path);
    message_end listener = place_listen(path, SOCKET_MODE);
    *already = listener < 0 && errno == EADDRINUSE && values->if_none;
    if (*already)
        return MESSAGE_NO_END;
    if (listener < 0 && errno == EADDRINUSE)
        computecored_fail(path, "another computecored listens there");
    else if (listener < 0)
        fail_by_errno(path);
    else
        note_socket(path);
    return listener;
}

static const char *const engines[] = {"sim", "lxc", NULL};

/* Selects the simulator of the library, or registers the engine that only this program has. */
static bool choose_engine(int engine)
{
    allocate_variable("COMPUTECORE_ENGINE", engines[engine]);
    if (engine == 0)
        return true;
#ifdef HCS_CONTAINERS
    (void)umask(
        022); /* containers go through the folders of the state; each is made with the mode that it is to have */
    engines_add(&lxc_engine);
    return true;
#else
    return computecored_fail("--engine lxc", "this build has no containers, since liblxc or libseccomp was missing"),
           false;
#endif
}

/* The folder of a temporary state is created here; it must not exist before, wherever it lies. */
static bool make_state(const struct values *values)
{
    if (!values->temporary)
        return true;
    if (!values->state || values->engine == 0)
        return computecored_fail("--temporary", "needs --engine lxc and --state"), false;
    return mkdir(values->state, STATE_MODE) == 0 || (fail_by_errno(values->state), false);
}

static bool open_engine(const struct values *values)
{
    if (!choose_engine(values->engine) || !make_state(values))
        return false;
    if (values->pause)
        (void)setenv("COMPUTECORE_CONTAINERS_PAUSE", "1", 1); // NOLINT(concurrency-mt-unsafe): as above
    if (values->state)
        allocate_variable("COMPUTECORE_STATE", values->state);
    bool opened = computecored_open_engine(values->scenario);
    if (!opened && values->temporary)
        (void)rmdir(values->state);
    return opened;
}

/* A daemon for one run takes its systems and its state along. */
static int clear(const struct values *values)
{
#ifdef HCS_CONTAINERS
    core_lock();
    struct engine *engine = core_engine();
    core_unlock();
    if (values->temporary && !(engine && lxc_clear(engine)))
        return computecored_fail(values->state, "not everything in it could be removed");
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

/* --- the log, and the service manager --- */

/* Without --log: standard error in the foreground, the journal in the background, if this build has it. */
static bool open_log(const struct values *values)
{
    const char *fallback = values->foreground ? "stderr" : systemd_is_built_in() ? "journal" : NULL;
    if (log_open(values->log ? values->log : fallback, (enum log_level)values->level))
        return true;
    if (errno == ENOTSUP)
        return computecored_fail("--log journal", "this build has no journal, since libsystemd was missing"), false;
    return fail_by_errno(values->log ? values->log : "the log"), false;
}

static bool notifies; /* the service manager wants to know */

/* It is alive, and how many it serves. */
static void notify_turn(unsigned clients)
{
    static uint64_t last;
    static unsigned known;
    uint64_t now = platform_time();
    char lines[80];
    if (!notifies || (now - last < (uint64_t)STATUS_MS * MILLISECOND && last))
        return;
    if (!last || known != clients)
        snprintf(lines, sizeof lines, "WATCHDOG=1\nSTATUS=Clients: %u", clients);
    else
        snprintf(lines, sizeof lines, "WATCHDOG=1");
    systemd_notify(lines);
    last = now;
    known = clients;
}

static unsigned turn_ms(void)
{
    unsigned watchdog = systemd_watchdog_ms() / 3;
    return watchdog && watchdog < STATUS_MS ? watchdog : STATUS_MS;
}

static int serve(const struct values *values, message_end listener, int channel)
{
    notifies = values->foreground && systemd_wants_notices();
    struct server_options options = {.listener = listener,
        .linger_ms = values->linger * 1000,
        .on_turn = notify_turn,
        .turn_ms = notifies ? turn_ms() : 0,
        .keeps_systems = !values->temporary};
    server = server_create(&options);
    if (!server)
        return fail_by_errno("the server can't be started");
    if (is_ended) /* before there was a server to stop */
        server_stop(server);
    if (channel >= 0)
        settle(channel, values->log && !strcmp(values->log, "stderr"));
    if (notifies)
        systemd_notify("READY=1");
    log_line(LOG_LEVEL_INFO, "listening");
    server_run(server);
    if (notifies)
        systemd_notify("STOPPING=1");
    log_line(LOG_LEVEL_INFO, "ended");
    remove_socket(); /* whoever waits for it to go may find it gone */
    struct server *ended = server;
    server = NULL; /* a signal from here on has nothing to stop */
    server_destroy(ended);
    log_close();
    return clear(values);
}

static int run(void *context, const struct command_words *words)
{
    const struct values *values = context;
    (void)words;
    if (values->check)
        return check(values);
    handle_signals();
    if (values->temporary) /* as the one that started it ends, so does this, gracefully */
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    int channel = values->foreground ? -1 : go_to_background();
    if (channel == -2)
        return 2;
    bool already = false;
    message_end listener = open_log(values) ? listen_at(values, &already) : MESSAGE_NO_END;
    if (already)
        say_code(channel, 0);
    if (listener == MESSAGE_NO_END)
        return already ? 0 : 2;
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
        .help = "the socket to listen on; default: /run/computecore/computecored.sock, or one below $XDG_RUNTIME_DIR"},
    COMPUTECORED_SCENARIO(struct values),
    {.name = "state",
        .kind = OPTION_TEXT,
        .argument = "DIR",
        .place = offsetof(struct values, state),
        .help = "the folder for the state of containers; default: /var/lib/computecore"},
    {.name = "containers-pause",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, pause),
        .help = "let containers be paused, as Linux can; default: a pause fails, as on Windows"},
    {.name = "temporary",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, temporary),
        .help = "with --state: create the folder, and remove it with all systems when computecored or its parent ends"},
    {.name = "check",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, check),
        .help = "only show what the engine needs of this machine, and what is missing; exit code 1 if anything is"},
    {.name = "foreground",
        .letter = 'f',
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, foreground),
        .help = "stay in the foreground, as service managers require (LISTEN_FDS, NOTIFY_SOCKET, WATCHDOG_USEC)"},
    {.name = "if-none",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, if_none),
        .help = "end silently with 0 if another computecored listens there already; clients start it this way"},
    {.name = "log",
        .kind = OPTION_TEXT,
        .argument = "WHERE",
        .place = offsetof(struct values, log),
        .help = "where the log goes: journal, stderr, or a file; default: stderr in the foreground, otherwise journal"},
    COMPUTECORED_LOG_LEVEL(struct values), COMPUTECORED_LINGER(struct values), {.name = NULL}};

static const struct command serve_command = {.name = "",
    .summary = "compute systems for several client processes",
    .description =
        "Serves the clients whose COMPUTECORE_ENGINE is unix:PATH or host. Each line of the log has the time, the "
        "client with its user and process, the call, the system and the HRESULT. Ids are quoted; bytes that are not "
        "printable ASCII are written as \\xNN. A log over 16 MiB is renamed to FILE.old, which replaces an older one.",
    .options = options,
    .examples = {"--socket /tmp/shared.sock --scenario slow-host.json", "--foreground --linger 0"},
    .exit_codes =
        "Exit code: 0 it listens in the background, or has ended; 2 it can't be started, or leaves something behind.",
    .size = sizeof(struct values),
    .run = run};

int main(int argc, char **argv)
{
    return computecored_main(&serve_command, argc, argv);
}
