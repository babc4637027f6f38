/* computecored and its clients while system calls and allocations fail: the n-th call of a kind, for all n or a sample.
   Nothing crashes, hangs or stays open, the next client is served, and a daemon that can't start says why in one line,
   with exit code 2. */
#include "daemon.h"
#include "../failures/failures.h"
#include <errno.h>
#include <signal.h>

enum { LOOKS = 4000, DENSE = 40 };

static char engine[128], log_path[128], said_path[128];

static void prepare(void)
{
    snprintf(daemon_socket, sizeof daemon_socket, "%s", daemon_path("computecored.sock"));
    snprintf(log_path, sizeof log_path, "%s", daemon_path("log"));
    snprintf(said_path, sizeof said_path, "%s", daemon_path("said"));
    snprintf(engine, sizeof engine, "unix:%s", daemon_socket);
    setenv("COMPUTECORE_ENGINE", engine, 1);
}

TestSuite(failures, .init = prepare, .timeout = 3600);

static void read_file(const char *path, char said[SAID])
{
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(said, 1, SAID - 1, file) : 0;
    said[length] = 0;
    if (file)
        fclose(file);
}

static void start_failing_daemon(const char *call)
{
    char *arguments[] = {COMPUTECORED, "--foreground", "--linger", "0", "--socket", daemon_socket, NULL};
    unlink(daemon_socket);
    unlink(log_path);
    daemon_process = failures_start(arguments, call, NULL, log_path);
}

/* False if it has ended instead. */
static bool listens(void)
{
    char said[SAID];
    for (int i = 0; i < LOOKS && !failures_has_ended(daemon_process); i++, nap()) {
        read_file(log_path, said);
        if (strstr(said, "listening"))
            return true;
    }
    return false;
}

/* Each has a system of its own: the last one's may have stayed. */
static int run_client(const char *call)
{
    static unsigned number;
    char id[16], *arguments[] = {LIFECYCLE, id, NULL};
    snprintf(id, sizeof id, "%u", ++number);
    return failures_end_of(failures_start(arguments, call, NULL, said_path));
}

static void expect_served(const char *call)
{
    char said[SAID];
    int code = run_client(NULL);
    read_file(said_path, said);
    cr_expect_eq(code, 0, "%s: the next client ended with %d: %s", call, code, said);
}

/* It may fail, but nothing else. */
static void expect_harmless(const char *call, const char *of_client)
{
    char said[SAID];
    int code = run_client(of_client);
    read_file(said_path, said);
    cr_expect(code == 0 || code == 1, "%s: a client ended with %d: %s", call, code, said);
}

/* Descriptors are closed soon after the client has gone. */
static void expect_closed(const char *call, unsigned descriptors)
{
    for (int i = 0; i < LOOKS / 10 && daemon_count("fd") > descriptors; i++)
        nap();
    cr_expect_leq(
        daemon_count("fd"), descriptors, "%s: %u descriptors became %u", call, descriptors, daemon_count("fd"));
}

/* --- the daemon --- */

static void expect_no_start(const char *call)
{
    char said[SAID];
    int code = failures_end_of(daemon_process);
    read_file(log_path, said);
    size_t length = strlen(said);
    cr_expect(
        code == 2 && length && strchr(said, '\n') == said + length - 1, "%s: it ended with %d: %s", call, code, said);
    if (strncmp(call, "unlink ", 7) != 0)
        cr_expect(access(daemon_socket, F_OK), "%s: its socket is left, and nobody listens there", call);
}

static bool daemon_fails(const char *call)
{
    start_failing_daemon(call);
    if (!listens()) {
        expect_no_start(call);
        return true;
    }
    unsigned descriptors = daemon_count("fd") + 1; /* it makes up for one that failed */
    expect_harmless(call, NULL);
    bool reached = failures_reached(); /* otherwise it would be the next client that has it */
    if (reached)
        expect_served(call);
    expect_closed(call, descriptors);
    kill(daemon_process, SIGTERM);
    int code = failures_end_of(daemon_process);
    cr_expect_eq(code, 0, "%s: it ended with %d", call, code);
    return reached;
}

static const struct failing_kind daemon_kinds[] = {{"open", {EMFILE}}, {"fcntl", {EMFILE}}, {"socket", {EMFILE}},
    {"bind", {EACCES}}, {"listen", {EADDRINUSE}}, {"connect", {EACCES, EAGAIN}},
    {"accept4", {ECONNABORTED, EINTR, EMFILE}}, {"getsockopt", {ENOBUFS}}, {"sendmsg", {EINTR, EAGAIN, ENOBUFS, EPIPE}},
    {"recvmsg", {EINTR, ENOMEM, ECONNRESET}}, {"epoll_create1", {EMFILE}}, {"epoll_ctl", {ENOSPC}},
    {"epoll_wait", {EINTR}}, {"eventfd", {EMFILE}}, {"memfd_create", {EMFILE}}, {"pread", {EIO}}, {"fstat", {EIO}},
    {"pipe2", {EMFILE}}, {"mkdir", {EACCES}}, {"unlink", {EACCES}}, {"lstat", {EACCES}}, {"flock", {EINTR, ENOLCK}},
    {"pthread_create", {EAGAIN}}};

Test(failures, of_a_system_call_of_the_daemon_cost_one_client_at_most)
{
    failures_each(daemon_kinds, sizeof daemon_kinds / sizeof *daemon_kinds, DENSE, daemon_fails);
}

Test(failures, of_an_allocation_of_the_daemon_cost_one_client_at_most)
{
    static const struct failing_kind memory = {"malloc", {ENOMEM}};
    failures_each(&memory, 1, DENSE, daemon_fails);
}

/* --- a client --- */

static bool client_fails(const char *call)
{
    unsigned descriptors = daemon_count("fd");
    expect_harmless(call, call);
    bool reached = failures_reached();
    expect_served(call);
    expect_closed(call, descriptors);
    return reached;
}

static const struct failing_kind client_kinds[] = {{"open", {EMFILE}}, {"fcntl", {EMFILE}}, {"socket", {EMFILE}},
    {"connect", {EACCES, EAGAIN}}, {"getsockopt", {ENOBUFS}}, {"sendmsg", {EINTR, EAGAIN, ENOBUFS, EPIPE}},
    {"recvmsg", {EINTR, ENOMEM, ECONNRESET}}, {"epoll_create1", {EMFILE}}, {"epoll_ctl", {ENOSPC}},
    {"epoll_wait", {EINTR}}, {"eventfd", {EMFILE}}, {"memfd_create", {EMFILE}}, {"poll", {EINTR}}, {"pipe2", {EMFILE}},
    {"pthread_create", {EAGAIN}}, {"read", {EINTR}}, {"malloc", {ENOMEM}}};

Test(failures, of_a_client_are_its_own)
{
    start_failing_daemon(NULL);
    cr_assert(listens());
    expect_served("none");
    failures_each(client_kinds, sizeof client_kinds / sizeof *client_kinds, DENSE, client_fails);
    kill(daemon_process, SIGTERM);
    cr_expect_eq(failures_end_of(daemon_process), 0);
}

/* --- in the background --- */

static int start_in_background(const char *call, const char *log)
{
    char *arguments[] = {
        COMPUTECORED, "--linger", "1", "--socket", daemon_socket, "--log", (char *)(uintptr_t)log, NULL};
    unlink(daemon_socket);
    return failures_end_of(failures_start(arguments, call, NULL, said_path));
}

static void expect_logged(const char *what)
{
    char said[SAID] = "";
    for (int i = 0; i < LOOKS && !strstr(said, what); i++, nap())
        read_file(log_path, said);
    cr_expect(strstr(said, what), "'%s' is not in: %s", what, said);
}

Test(failures, to_go_to_the_background_are_told_by_the_one_that_waits)
{
    static const char *const calls[] = {"pipe2 1 24", "fork 1 11"};
    char said[SAID];
    cr_expect_eq(start_in_background(NULL, log_path), 0);
    expect_logged("listening");
    expect_logged("ended"); /* by itself, after a second without clients */
    cr_expect_eq(start_in_background(NULL, "/no/such/folder/log"), 2);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        cr_expect_eq(start_in_background(calls[i], log_path), 2, "%s", calls[i]);
        read_file(said_path, said);
        cr_expect(strstr(said, "computecored: "), "%s: %s", calls[i], said);
    }
}
