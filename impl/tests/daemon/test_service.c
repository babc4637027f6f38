/* computecored as a service: its log, the socket that is passed to it, what the service manager is told. */
#include "base/files/files.h"
#include "daemon.h"
#include "spec_requests.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { LOG_BYTES = 64 << 20 };

TestSuite(service, .timeout = 300);

/* --- the log --- */

static char *log_text(const char *path)
{
    size_t length;
    char *text = file_read(path, LOG_BYTES, &length);
    cr_assert(text, "%s", path);
    return text;
}

static HRESULT enumerate(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsEnumerateComputeSystems(NULL, operation), operation);
    HcsCloseOperation(operation);
    return result;
}

/* A daemon with a log, a system with that id made and ended, and what the log then has. */
static char *log_of(const char *path, const char *level, PCWSTR id)
{
    daemon_options[0] = "--log";
    daemon_options[1] = path;
    daemon_options[2] = "--log-level";
    daemon_options[3] = level;
    daemon_begin();
    HCS_SYSTEM system = running_system(id, CONTAINER);
    cr_assert(system);
    cr_expect_eq(enumerate(), S_OK);
    cr_expect_eq(terminate_system(system), S_OK);
    cr_expect_eq(terminate_system(system), HCS_E_SYSTEM_ALREADY_STOPPED);
    HcsCloseComputeSystem(system);
    daemon_end();
    return log_text(path);
}

Test(service, the_log_says_who_did_what)
{
    char who[80], path[120];
    snprintf(path, sizeof path, "%s", daemon_path("log"));
    char *text = log_of(path, "info", u"one");
    snprintf(who, sizeof who, "(uid %u, pid %u) ", (unsigned)geteuid(), (unsigned)getpid());
    cr_expect(strstr(text, who), "%s", text);
    cr_expect(strstr(text, " HcsCreateComputeSystem \"one\": 0x00000000\n"), "%s", text);
    cr_expect(strstr(text, " HcsTerminateComputeSystem \"one\": 0x80370110\n"), "%s", text);
    cr_expect(strstr(text, " disconnected; 0 left\n"), "%s", text);
    cr_expect_not(strstr(text, "HcsEnumerate"), "nothing changed: %s", text);
    free(text);
    struct stat status;
    cr_expect(stat(path, &status) == 0 && (status.st_mode & 07) == 0, "the log is not everybody's");
}

Test(service, the_log_has_everything_at_debug_and_nothing_at_error)
{
    char path[120];
    snprintf(path, sizeof path, "%s", daemon_path("log"));
    char *text = log_of(path, "debug", u"one");
    cr_expect(strstr(text, " HcsEnumerateComputeSystems -: 0x00000000\n"), "%s", text);
    free(text);
    snprintf(path, sizeof path, "%s", daemon_path("quiet"));
    text = log_of(path, "error", u"one");
    cr_expect_str_empty(text);
    free(text);
}

/* Nobody's request with a control character in an id is carried out; what else there may be in one is escaped. */
Test(service, an_id_can_not_forge_a_line_of_the_log)
{
    static const char id[] = "b\"c\\d\xC3\xA9";
    struct {
        struct wire_submit submit;
        char id[sizeof id], document[1];
    } text = {.submit = {.request = REQUEST_OPEN_SYSTEM, .id_length = sizeof id - 1, .has = WIRE_HAS_ID}};
    struct message answer;
    daemon_options[0] = "--log-level";
    daemon_options[1] = "debug";
    daemon_options[2] = "--log";
    daemon_options[3] = daemon_path("log");
    daemon_begin();
    int client = raw_greeted();
    memcpy(text.id, id, sizeof id);
    size_t length = sizeof text.submit + sizeof text.id + sizeof text.document;
    struct message message = {.kind = WIRE_SUBMIT, .id = 1, .text = (char *)&text, .length = (uint32_t)length};
    cr_assert_eq(message_send(client, &message), MESSAGE_DONE);
    cr_assert_eq(message_receive(client, &answer), MESSAGE_DONE);
    message_drop(&answer);
    close(client);
    daemon_end();
    char *said = log_text(daemon_options[3]);
    cr_expect(strstr(said, " \"b\\x22c\\x5Cd\\xC3\\xA9\": 0x8037010E\n"), "%s", said);
    free(said);
}

/* The file is as large as it may be: it becomes the old one, and what was the old one goes. */
Test(service, the_log_is_bounded)
{
    char path[120], old[140];
    struct stat status;
    snprintf(path, sizeof path, "%s", daemon_path("log"));
    snprintf(old, sizeof old, "%s.old", path);
    FILE *file = fopen(path, "w");
    cr_assert(file && ftruncate(fileno(file), 17 << 20) == 0 && fclose(file) == 0);
    char *text = log_of(path, "info", u"one");
    cr_expect(strstr(text, "listening") && strstr(text, "ended"), "%s", text);
    free(text);
    cr_expect(stat(old, &status) == 0 && status.st_size == 17 << 20);
}

/* A reader of the log that stops reading delays no client. */
Test(service, a_log_that_nobody_reads_blocks_nobody)
{
    int ends[2], before = dup(STDERR_FILENO);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    while (write(ends[1], "x", 1) == 1)
        ;
    cr_assert_eq(fcntl(ends[1], F_SETFL, 0), 0);
    (void)dup2(ends[1], STDERR_FILENO);
    daemon_options[0] = "--log-level";
    daemon_options[1] = "debug";
    daemon_begin();
    (void)dup2(before, STDERR_FILENO);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(enumerate(), S_OK);
    daemon_end();
}

Test(service, a_log_that_can_not_be_opened)
{
    char said[SAID];
    const char *const options[] = {"--socket", daemon_path("s"), "--log", daemon_path("not/there"), NULL};
    cr_expect_eq(daemon_run(options, said), 2);
    cr_expect(strstr(said, "not/there: No such file or directory"), "%s", said);
}

/* --- the socket --- */

Test(service, a_daemon_that_has_ended_leaves_no_socket)
{
    daemon_begin();
    cr_assert_eq(access(daemon_socket, F_OK), 0);
    daemon_end();
    cr_expect_eq(access(daemon_socket, F_OK), -1);
}

/* The scenario is read from a pipe, so that the daemon listens and gets no further until somebody writes there. */
static int start_unfinished(void)
{
    const char *scenario = daemon_path("scenario");
    cr_assert_eq(mkfifo(scenario, 0600), 0);
    daemon_options[0] = "--scenario";
    daemon_options[1] = scenario;
    daemon_begin();
    int written = open(scenario, O_WRONLY | O_CLOEXEC);
    cr_assert_geq(written, 0);
    return written;
}

Test(service, a_daemon_that_is_ended_while_it_starts_ends_as_always)
{
    int scenario = start_unfinished();
    kill(daemon_process, SIGTERM);
    cr_assert_eq(write(scenario, "{}", 2), 2);
    close(scenario);
    daemon_end();
    cr_expect_eq(access(daemon_socket, F_OK), -1);
}

Test(service, a_daemon_that_can_not_start_leaves_no_socket)
{
    int scenario = start_unfinished(), status;
    cr_assert_eq(write(scenario, "{", 1), 1);
    close(scenario);
    cr_assert_eq(waitpid(daemon_process, &status, 0), daemon_process);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%x", (unsigned)status);
    cr_expect_eq(access(daemon_socket, F_OK), -1);
}

Test(service, a_socket_that_somebody_has_put_in_its_place_stays)
{
    daemon_begin();
    cr_assert_eq(unlink(daemon_socket), 0);
    FILE *file = fopen(daemon_socket, "w");
    cr_assert(file && fclose(file) == 0);
    daemon_end();
    cr_expect_eq(access(daemon_socket, F_OK), 0);
}

#ifdef HCS_SYSTEMD
/* A socket of that type, listening on daemon_socket. */
static int make_listener(int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int made = socket(AF_UNIX, type, 0);
    snprintf(daemon_socket, sizeof daemon_socket, "%s", daemon_path("passed.sock"));
    (void)unlink(daemon_socket);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon_socket);
    cr_assert_eq(bind(made, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(made, 8), 0);
    return made;
}

/* As a service manager starts it: the socket is descriptor 3, and the environment says so. */
static void start_with_listener(int listener)
{
    daemon_process = fork();
    if (daemon_process)
        return;
    char self[16];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(listener, 3);
    snprintf(self, sizeof self, "%d", (int)getpid());
    setenv("LISTEN_PID", self, 1);
    setenv("LISTEN_FDS", "1", 1);
    execl(COMPUTECORED, COMPUTECORED, "--foreground", "--linger", "0", NULL);
    _exit(127);
}

Test(service, a_socket_that_is_passed)
{
    char engine[120];
    int listener = make_listener(SOCK_SEQPACKET);
    start_with_listener(listener);
    close(listener);
    snprintf(engine, sizeof engine, "unix:%s", daemon_socket);
    setenv("COMPUTECORE_ENGINE", engine, 1);
    cr_expect_eq(enumerate(), S_OK);
    daemon_end();
    cr_expect_eq(access(daemon_socket, F_OK), 0, "it is the service manager's");
}

Test(service, a_socket_of_the_wrong_kind_is_refused)
{
    int status, listener = make_listener(SOCK_STREAM);
    start_with_listener(listener);
    close(listener);
    cr_assert_eq(waitpid(daemon_process, &status, 0), daemon_process);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%x", (unsigned)status);
}

/* --- the service manager --- */

static unsigned count(const char *text, const char *words)
{
    unsigned times = 0;
    for (; (text = strstr(text, words)); text++)
        times++;
    return times;
}

/* Waits until what was told so far has the words, so often. */
static void expect_told(int manager, const char *words, unsigned times)
{
    static char text[4096];
    static size_t length;
    for (int i = 0; count(text, words) < times && i < MANY_LOOKS; i++) {
        ssize_t got = recv(manager, text + length, sizeof text - 1 - length, MSG_DONTWAIT);
        if (got <= 0)
            nap();
        else
            length += (size_t)got;
        text[length] = 0;
    }
    cr_expect_geq(count(text, words), times, "not told %s: %s", words, text);
}

Test(service, the_service_manager_is_told)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon_path("notify"));
    cr_assert_eq(bind(manager, (struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "300000", 1);
    daemon_begin();
    unsetenv("NOTIFY_SOCKET");
    expect_told(manager, "READY=1", 1);
    expect_told(manager, "STATUS=Clients: ", 1);
    expect_told(manager, "WATCHDOG=1", 3);
    daemon_end();
    expect_told(manager, "STOPPING=1", 1);
    close(manager);
}
#endif
