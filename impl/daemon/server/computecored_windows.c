/* computecored on Windows: its command line, its console, its life as a service. Entry point: run(). */
#include "base/allocate.h"
#include "computecored.h"
#include "log.h"
#include "daemon/protocol/place.h"
#include "server.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

struct values {
    int engine, level;
    const char *pipe, *scenario, *log;
    unsigned linger;
    bool foreground, service;
};

/* Both are shared with the threads of a console and of the service control manager. */
static _Atomic(struct server *) server; /* stays until the program ends, since any thread may stop it */
static atomic_bool is_ended;

static char service_name[] = "computecored";
static SERVICE_STATUS_HANDLE status; /* NULL: this is no service */
static HANDLE ended;                 /* set once all clients have been let go */

static void end(void)
{
    is_ended = true;
    if (server)
        server_stop(server);
}

/* --- what a service says to the system --- */

static void tell_state(DWORD state, DWORD exit_code)
{
    enum { AT_MOST_MS = 10000 };
    SERVICE_STATUS now = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
        .dwWin32ExitCode = exit_code ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR,
        .dwServiceSpecificExitCode = exit_code,
        .dwWaitHint = AT_MOST_MS};
    if (status)
        (void)SetServiceStatus(status, &now);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
    (void)type;
    (void)data;
    (void)context;
    if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_SHUTDOWN)
        return control == SERVICE_CONTROL_INTERROGATE ? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED;
    tell_state(SERVICE_STOP_PENDING, 0);
    end();
    return NO_ERROR;
}

/* When a console is closed or its user logs off, the process ends with the return of this function. A service hears of
   every user who logs off, and of a shutdown by its service manager. */
static BOOL WINAPI on_console(DWORD event)
{
    if (status && (event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT))
        return TRUE;
    end();
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        (void)WaitForSingleObject(ended, INFINITE); /* the system waits some seconds, not longer */
    return TRUE;
}

/* --- the start --- */

static message_end listen_at(const char *name)
{
    message_end listener = place_listen(name, 0);
    if (listener != MESSAGE_NO_END)
        return listener;
    switch (errno) {
    case EADDRINUSE:
        computecored_fail(name, "another computecored listens there");
        break;
    case ENAMETOOLONG:
        computecored_fail(name, "the name of a pipe has at most 256 characters, with \\\\.\\pipe\\");
        break;
    case EINVAL:
        computecored_fail(name, "not the name of a pipe");
        break;
    default:
        computecored_fail(name, strerror(errno));
    }
    return MESSAGE_NO_END;
}

static const char *const engines[] = {"sim", NULL};

static bool open_engine(const struct values *values)
{
    allocate_variable("COMPUTECORE_ENGINE", engines[values->engine]);
    return computecored_open_engine(values->scenario);
}

static int serve(const struct values *values)
{
    if (!log_open(values->log, (enum log_level)values->level))
        return computecored_fail(values->log, strerror(errno));
    ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!ended)
        return computecored_fail("the server can't be started", "out of memory");
    /* Comes before the pipe: whoever can connect may already end this program. Without a console there is nothing to
       handle. */
    (void)SetConsoleCtrlHandler(on_console, TRUE);
    message_end listener = listen_at(values->pipe);
    if (listener == MESSAGE_NO_END || !open_engine(values))
        return 2;
    struct server_options options = {.listener = listener, .linger_ms = values->linger * 1000};
    server = server_create(&options);
    if (!server)
        return computecored_fail("the server can't be started", "out of memory");
    if (is_ended) /* before there was a server to stop */
        server_stop(server);
    tell_state(SERVICE_RUNNING, 0);
    log_line(LOG_LEVEL_INFO, "listening");
    server_run(server);
    log_line(LOG_LEVEL_INFO, "ended");
    log_close();
    SetEvent(ended);
    return 0;
}

/* --- as a service --- */

static const struct values *service_values;
static int service_result = 2;

static void WINAPI service_main(DWORD count, char **arguments)
{
    (void)count;
    (void)arguments;
    status = RegisterServiceCtrlHandlerExA(service_name, on_control, NULL);
    if (!status)
        return;
    tell_state(SERVICE_START_PENDING, 0);
    service_result = serve(service_values);
    tell_state(SERVICE_STOPPED, (DWORD)service_result);
}

static int run_as_service(const struct values *values)
{
    SERVICE_TABLE_ENTRYA table[] = {{service_name, service_main}, {NULL, NULL}};
    service_values = values;
    if (StartServiceCtrlDispatcherA(table))
        return service_result;
    return computecored_fail("--service", "only the service control manager starts a service; see --help");
}

static int run(void *context, const struct command_words *words)
{
    const struct values *values = context;
    (void)words;
    return values->service ? run_as_service(values) : serve(values);
}

/* --- the table --- */

static const struct command_option options[] = {{.name = "engine",
                                                    .kind = OPTION_CHOICE,
                                                    .argument = "NAME",
                                                    .choices = engines,
                                                    .place = offsetof(struct values, engine),
                                                    .fallback = "sim",
                                                    .help = "what runs the compute systems: sim, the simulator"},
    {.name = "pipe",
        .kind = OPTION_TEXT,
        .argument = "NAME",
        .place = offsetof(struct values, pipe),
        .fallback = "computecored",
        .help = "the named pipe to listen on, with or without \\\\.\\pipe\\ before it"},
    COMPUTECORED_SCENARIO(struct values),
    {.name = "foreground",
        .letter = 'f',
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, foreground),
        .excludes = "service",
        .help = "accepted as on other systems; here it is always in the foreground, except as a service"},
    {.name = "log",
        .kind = OPTION_TEXT,
        .argument = "WHERE",
        .place = offsetof(struct values, log),
        .fallback = "stderr",
        .help = "where the log goes: stderr, or a file, to which it is appended"},
    COMPUTECORED_LOG_LEVEL(struct values), COMPUTECORED_LINGER(struct values),
    {.name = "service",
        .kind = OPTION_FLAG,
        .place = offsetof(struct values, service),
        .help = "it is started by the service control manager, after sc create computecored binPath= \"...\""},
    {.name = NULL}};

static const struct command serve_command = {.name = "",
    .summary = "compute systems for several client processes",
    .description =
        "Serves the clients whose COMPUTECORE_ENGINE is pipe:NAME: those of this user and of administrators, "
        "on this machine. Ctrl-C ends it.",
    .options = options,
    .examples = {"--pipe shared --scenario slow-host.json", "--linger 0"},
    .exit_codes = "Exit code: 0 it has ended; 2 it can't be started.",
    .size = sizeof(struct values),
    .run = run};

int main(int argc, char **argv)
{
    return computecored_main(&serve_command, argc, argv);
}
