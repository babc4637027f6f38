/* Real containers for tests. Entry points: containers_begin(), containers_end(). Runs as root. */
#include "containers.h"
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { LEVEL_S = 10, LEVEL_SOON_S = 2 };

pid_t daemon_process;
static char socket_path[100], state_path[100], before[16384];

void nap(void)
{
    const struct timespec moment = {0, 5000000};
    nanosleep(&moment, NULL);
}

void ask_shell(const char *command, char *text, size_t size)
{
    FILE *output = popen(command, "re");
    cr_assert_not_null(output);
    size_t length = fread(text, 1, size - 1, output);
    text[length] = 0;
    if (length && text[length - 1] == '\n')
        text[length - 1] = 0;
    cr_assert_eq(pclose(output), 0, "%s: %s", command, text);
}

/* Lists all traces of this daemon's containers on the machine: cgroups, processes in them, keepers, mounts, folders of
   the state. The names of containers begin with the inode number of that folder. */
static void traces(char *text, size_t size)
{
    char command[1024], folder[120];
    struct stat systems;
    snprintf(folder, sizeof folder, "%s/systems", state_path);
    cr_assert_eq(stat(folder, &systems), 0);
    snprintf(command, sizeof command,
        "ls -d /sys/fs/cgroup/computecore/%08x* /sys/fs/cgroup/*/computecore/%08x* 2>/dev/null; "
        "cat /proc/[0-9]*/cgroup 2>/dev/null | grep -c /computecore/%08x; "
        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'computecore-[k]eeper %s'; "
        "grep %s /proc/mounts | grep -vc '^" CONTAINERS_DISK " '; ls %s; true",
        (unsigned)systems.st_ino, (unsigned)systems.st_ino, (unsigned)systems.st_ino, state_path, scratch(), folder);
    ask_shell(command, text, size);
}

char *const *daemon_arguments(void)
{
    static char *const arguments[] = {COMPUTECORED, "--engine", "lxc", "--state", state_path, "--foreground",
        "--linger", "0", "--socket", socket_path, NULL};
    return arguments;
}

void daemon_start(void)
{
    const char *other = getenv("COMPUTECORED"); /* another build's, with a planted hole */
    cr_assert_eq(
        posix_spawn(&daemon_process, other ? other : COMPUTECORED, NULL, NULL, daemon_arguments(), environ), 0);
    /* it listens before it has opened its engine, which makes the folder */
    for (int i = 0; (access(socket_path, F_OK) || access(scratch_path("state/base"), F_OK)) && i < MANY_LOOKS; i++)
        nap();
    cr_assert_eq(access(socket_path, F_OK), 0, "computecored --engine lxc does not listen");
}

bool daemon_listens(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool connected = connect(made, (struct sockaddr *)&address, sizeof address) == 0;
    close(made);
    return connected;
}

void daemon_kill(void)
{
    cr_assert_gt(daemon_process, 1);
    kill(daemon_process, SIGKILL);
    cr_expect_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    unlink(socket_path);
}

void daemon_stop(void)
{
    int status;
    kill(daemon_process, SIGTERM);
    cr_expect_eq(waitpid(daemon_process, &status, 0), daemon_process);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "computecored ended with %x", (unsigned)status);
}

void containers_begin(void)
{
    char engine[300];
    cr_assert_eq(geteuid(), 0, "containers need root");
    snprintf(socket_path, sizeof socket_path, "%s", scratch_path("computecored.sock"));
    snprintf(state_path, sizeof state_path, "%s", scratch_path("state"));
    cr_assert_eq(chmod(scratch(), 0711), 0);
    snprintf(engine, sizeof engine, "unix:%s", socket_path);
    daemon_start();
    setenv("COMPUTECORE_ENGINE", engine, 1);
    traces(before, sizeof before);
    cr_expect_str_eq(before, "0\n0\n0");
}

/* Are the traces gone? What is on its way is waited for. */
static bool is_level(char *after, size_t size, int limit_s)
{
    time_t end = time(NULL) + limit_s;
    do {
        traces(after, size);
        if (!strcmp(before, after))
            return true;
        nap();
    } while (time(NULL) < end);
    return false;
}

bool left_no_traces(void)
{
    char after[sizeof before];
    return is_level(after, sizeof after, LEVEL_SOON_S);
}

void expect_no_traces(const char *what)
{
    char after[sizeof before] = "";
    cr_expect(is_level(after, sizeof after, LEVEL_S), "%s: left: %s", what, after);
}

void containers_end(void)
{
    char after[sizeof before] = "", command[200];
    if (!is_level(after, sizeof after, LEVEL_S)) {
        cr_expect(false, "left: %s", after);
        snprintf(command, sizeof command, "pkill -KILL -f '[c]omputecore-keeper %s'; true", state_path);
        ask_shell(command, after, sizeof after); /* the daemon takes away what is left of their systems */
        (void)is_level(after, sizeof after, LEVEL_S);
    }
    daemon_stop();
}

PCWSTR wide(const char *text)
{
    static WCHAR texts[4][4096];
    static unsigned next;
    WCHAR *to = texts[next++ % 4];
    size_t i = 0;
    for (; text[i] && i < 4095; i++)
        to[i] = (unsigned char)text[i];
    to[i] = 0;
    return to;
}

void read_all(HANDLE stream, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while (length + 1 < size && (got = read((int)(intptr_t)stream, text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = 0;
    close((int)(intptr_t)stream);
}

uint32_t exit_code(HCS_PROCESS process)
{
    char text[512] = "";
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    must(HcsGetProcessProperties(process, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, sizeof text);
    HcsCloseOperation(operation);
    const char *code = strstr(text, "\"ExitCode\":");
    cr_assert(code, "%s", text);
    return (uint32_t)strtoul(code + strlen("\"ExitCode\":"), NULL, 10);
}

uint32_t run(HCS_SYSTEM system, const char *command, const char *more, char *output, size_t size)
{
    char document[2048];
    HCS_PROCESS_INFORMATION information;
    snprintf(document, sizeof document, "{\"CommandLine\":\"%s\",\"CreateStdOutPipe\":true%s}", command, more);
    HCS_PROCESS process = make_process(system, wide(document), &information);
    read_all(information.StdOutput, output, size);
    uint32_t code = exit_code(process);
    HcsCloseProcess(process);
    return code;
}

HRESULT refused(HCS_SYSTEM system, const char *document)
{
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsCreateProcess(system, wide(document), operation, NULL, &process), operation);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    return result;
}

void kill_recorded(const char *name)
{
    char text[64], command[512];
    snprintf(command, sizeof command, "sed -n 's/.*\"%s\":[^0-9]*\\([0-9]*\\).*/\\1/p' %s/systems/*/state.json", name,
        state_path);
    ask_shell(command, text, sizeof text);
    pid_t process = (pid_t)strtol(text, NULL, 10);
    cr_assert_gt(process, 1, "%s", text);
    kill(process, SIGKILL);
}

void expect_traces(void)
{
    char now[sizeof before];
    traces(now, sizeof now);
    cr_expect(strstr(now, "/sys/fs/cgroup") && strcmp(now, before), "%s", now);
}
