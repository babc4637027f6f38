/* Processes on POSIX systems; see process.h. A keeper process, forked when the first process is
   started, knows the running process groups and kills them if the program ends without doing so. */
#include "platform/process.h"
#include "platform/process_ends.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* CHANNEL holds the descriptors of a channel and the process that is at its other end. */
#define CHANNEL "HCS_CHANNEL"
enum { REQUESTS = 3, ANSWERS = 4, GROUPS = 256, OTHERS = 64, END_MS = 5000 };

extern char **environ;
const int child_slice_ms = 10;
static int start_error; /* of the last process that could not be started */

/* --- the keeper --- */

static struct {
    pid_t process;
    int socket;           /* the program's end: sends each group that begins, or, negative, ends */
    pid_t others[OTHERS]; /* children that the process had before this program, such as those of a shell that executed
                             it */
    unsigned other_count; /* and, after those, children that end themselves */
} keeper;

/* The processes whose parent this one is. */
static unsigned list_children(pid_t *children, unsigned size)
{
    char path[64], list[4096] = "", *next = list, *end;
    unsigned count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int file = open(path, O_RDONLY | O_CLOEXEC); /* no stream: without memory, all would count as none */
    if (file < 0)
        return 0;
    ssize_t length = read(file, list, sizeof list - 1);
    close(file);
    list[length > 0 ? length : 0] = 0;
    for (long child; count < size && (child = strtol(next, &end, 10)) > 0; next = end)
        children[count++] = (pid_t)child;
    return count;
}

/* Closes every descriptor but its socket, so that readers of the program's pipes see their end. */
static void keeper_main(int socket)
{
    pid_t groups[GROUPS], told;
    unsigned count = 0;
    setsid();
    for (int number = 1; number < SIGRTMIN; number++)
        (void)signal(number, SIG_IGN); /* SIGKILL and SIGSTOP can't be */
    close_range(0, (unsigned)socket - 1, 0);
    close_range((unsigned)socket + 1, ~0u, 0);
    for (ssize_t got; (got = recv(socket, &told, sizeof told, 0)) != 0;) {
        if (got < 0)
            continue;
        for (unsigned i = 0; told < 0 && i < count; i++)
            if (groups[i] == -told)
                groups[i] = groups[--count];
        if (told > 0 && count < GROUPS)
            groups[count++] = told;
    }
    while (count)
        kill(-groups[--count], SIGKILL); // cppcheck-suppress uninitvar ; the first count are set
    _exit(0);
}

static void keeper_stop(void)
{
    close(keeper.socket);
    waitpid(keeper.process, NULL, 0);
}

static bool keeper_start(void)
{
    int sockets[2];
    if (keeper.process)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
        return false;
    for (int i = 0; i < 2; i++) { /* never one of the standard streams */
        int lifted = fcntl(sockets[i], F_DUPFD_CLOEXEC, ANSWERS + 1);
        close(sockets[i]);
        sockets[i] = lifted;
    }
    (void)signal(SIGCHLD, SIG_DFL); /* if ignored, the exit status of children would be lost */
    keeper.other_count = list_children(keeper.others, OTHERS);
    keeper.process = fork();
    if (!keeper.process)
        keeper_main(sockets[1]);
    int error = errno;
    close(sockets[1]);
    keeper.socket = sockets[0];
    if (keeper.process < 0) {
        close(sockets[0]);
        keeper.process = 0;
        errno = error;
        return false;
    }
    /* Orphans outside their process's group become children of this process; child_end_strays() ends them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    atexit(keeper_stop);
    return true;
}

/* Children that end themselves are no strays. false: there is no room for one more. */
static bool keeper_spare(pid_t child)
{
    if (keeper.other_count == OTHERS)
        return false;
    keeper.others[keeper.other_count++] = child;
    return true;
}

static void keeper_tell(pid_t told)
{
    while (send(keeper.socket, &told, sizeof told, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* --- starting --- */

/* Moves an end above the descriptors that it is duplicated to in the child. */
static bool lift_end(platform_stream *end)
{
    int lifted = fcntl((int)*end, F_DUPFD_CLOEXEC, ANSWERS + 1);
    if (lifted < 0)
        return false;
    close((int)*end);
    *end = lifted;
    return true;
}

static bool make_pipes(const struct child_plan *plan, struct child_pipes *pipes, struct ends *ends)
{
    *pipes = (struct child_pipes){PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM};
    *ends = (struct ends){PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM};
    bool made = platform_pipe_to_program(true, &pipes->output, &ends->output) && lift_end(&ends->output);
    if (plan->channel)
        made = made && platform_pipe_to_program(false, &pipes->requests, &ends->requests) &&
               lift_end(&ends->requests) && platform_pipe_to_program(true, &pipes->answers, &ends->answers) &&
               lift_end(&ends->answers);
    if (made)
        return true;
    int error = errno;
    close_pipes(pipes);
    close_ends(ends);
    errno = error;
    return false;
}

/* Returns 0 or an errno. */
static int add_streams(posix_spawn_file_actions_t *actions, const struct child_plan *plan, const struct ends *ends)
{
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (!plan->own_output)
        error = error ? error : posix_spawn_file_actions_adddup2(actions, (int)ends->output, 1);
    if (!plan->own_errors)
        error = error ? error : posix_spawn_file_actions_adddup2(actions, (int)ends->output, 2);
    if (!plan->channel)
        return error;
    error = error ? error : posix_spawn_file_actions_adddup2(actions, (int)ends->requests, REQUESTS);
    error = error ? error : posix_spawn_file_actions_adddup2(actions, (int)ends->answers, ANSWERS);
    /* What runs a target gets nothing else that was open in whoever started the tool: a hostile one writes to it. */
    return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, ANSWERS + 1);
}

/* A new process group, with no signals blocked or ignored. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* 0: errno says why. */
static pid_t spawn(const struct child_plan *plan, const struct ends *ends)
{
    char channel[64];
    pid_t process;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    snprintf(channel, sizeof channel, "%d %d %d", REQUESTS, ANSWERS, (int)getpid());
    // NOLINTNEXTLINE(concurrency-mt-unsafe): tools start processes from one thread
    if (plan->channel && setenv(CHANNEL, channel, 1))
        return 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    int error = add_streams(&actions, plan, ends);
    if (!error)
        error = posix_spawnp(&process, plan->program, &actions, &attributes, plan->arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    unsetenv(CHANNEL); // NOLINT(concurrency-mt-unsafe): as above
    errno = error;
    return error ? 0 : process;
}

bool child_start(struct child *process, const struct child_plan *plan, struct child_pipes *pipes)
{
    struct ends ends;
    if (!keeper_start() || !make_pipes(plan, pipes, &ends)) {
        start_error = errno;
        return false;
    }
    pid_t id = spawn(plan, &ends);
    int error = errno;
    close_ends(&ends);
    if (!id) {
        close_pipes(pipes);
        errno = start_error = error;
        return false;
    }
    if (!plan->ends_itself || !keeper_spare(id))
        keeper_tell(id);
    *process = (struct child){id, pidfd_open(id, 0), 0};
    return true;
}

bool child_find(const char *program, char *path, size_t size)
{
    struct stat found;
    const char *folders = getenv("PATH");
    if (strchr(program, '/'))
        return snprintf(path, size, "%s", program) < (int)size;
    int length;
    for (const char *next = folders ? folders : "/bin:/usr/bin";; next += length + 1) {
        length = (int)strcspn(next, ":");
        if (snprintf(path, size, "%.*s/%s", length ? length : 1, length ? next : ".", program) < (int)size &&
            !access(path, X_OK) && !stat(path, &found) && S_ISREG(found.st_mode))
            return true;
        if (!next[length])
            return false;
    }
}

const char *child_start_error(void)
{
    return strerror(start_error); // NOLINT(concurrency-mt-unsafe): tools start processes from one thread
}

/* --- its end --- */

platform_stream child_watch(const struct child *process)
{
    return process->watch >= 0 ? process->watch : PLATFORM_NO_STREAM;
}

/* The id is not reused before it is waited for, so that it still names the group. */
bool child_has_ended(const struct child *process)
{
    siginfo_t information = {0};
    return waitid(P_PID, (id_t)process->id, &information, WEXITED | WNOHANG | WNOWAIT) < 0 || information.si_pid;
}

void child_ask_to_end(const struct child *process)
{
    kill((pid_t)process->id, SIGTERM);
}

void child_kill(const struct child *process)
{
    kill((pid_t)-process->id, SIGKILL);
    kill((pid_t)process->id, SIGKILL);
}

/* Waits for a child, or with a negative number for all children of that group. false: timed out. */
static bool reap(pid_t which, pid_t leader, int *status)
{
    for (uint64_t until = platform_time() + END_MS * (uint64_t)1000000;;) {
        int how = 0;
        pid_t got = waitpid(which, &how, WNOHANG);
        if (got < 0 && errno != EINTR)
            return true;
        if (got == leader)
            *status = how;
        if (got == 0 && platform_time() > until)
            return false;
        if (got == 0)
            poll(NULL, 0, 1);
    }
}

int child_close(struct child *process)
{
    pid_t id = (pid_t)process->id;
    int status = SIGKILL;
    child_kill(process);
    keeper_tell(-id);
    (void)reap(-id, id, &status); /* a process that SIGKILL does not end in time is left to the system */
    if (process->watch >= 0)
        close((int)process->watch);
    *process = (struct child){0, -1, 0};
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static bool is_stray(pid_t child)
{
    for (unsigned i = 0; i < keeper.other_count; i++)
        if (keeper.others[i] == child)
            return false;
    return child != keeper.process;
}

/* Repeats, since the children of a killed process become children of this one. */
void child_end_strays(void)
{
    pid_t children[OTHERS];
    for (bool found = keeper.process != 0; found;) {
        unsigned count = list_children(children, OTHERS);
        found = false;
        for (unsigned i = 0; i < count; i++)
            if (is_stray(children[i])) {
                int status;
                kill(children[i], SIGKILL);
                found |= reap(children[i], children[i], &status);
            }
    }
}

int child_exit_code(int status)
{
    enum { SIGNALLED = 128 };
    return status < 0 ? SIGNALLED - status : status;
}

void child_describe(int status, char *text, size_t size)
{
    snprintf(
        text, size, status < 0 ? "the process was ended by signal %d" : "the process ended with code %d", abs(status));
}

bool child_channel(platform_stream *requests, platform_stream *answers)
{
    int parent, in, out;
    const char *channel = getenv(CHANNEL);
    if (!channel || sscanf(channel, "%d %d %d", &in, &out, &parent) != 3)
        return false;
    unsetenv(CHANNEL); // NOLINT(concurrency-mt-unsafe): the first that a program does
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || fcntl(in, F_SETFD, FD_CLOEXEC) || fcntl(out, F_SETFD, FD_CLOEXEC))
        return false;
    *requests = in;
    *answers = out;
    return true;
}

bool program_path(char *buffer, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", buffer, size - 1);
    if (length <= 0)
        return false;
    buffer[length] = 0;
    return true;
}

unsigned program_id(void)
{
    return (unsigned)getpid();
}

void program_address(char *address, size_t size)
{
    const char *folder = getenv("TMPDIR");
    snprintf(address, size, "unix:%.900s/computecore-%u.sock", folder && *folder ? folder : "/tmp", program_id());
}

/* A descriptor of the socket's file leads to it as long as this process has it. */
bool program_hide_address(char *address, size_t size)
{
    const char *path = address + strlen("unix:");
    int socket = open(path, O_PATH | O_CLOEXEC);
    if (socket < 0 || unlink(path)) {
        if (socket >= 0)
            close(socket);
        return false;
    }
    snprintf(address, size, "unix:/proc/%d/fd/%d", (int)getpid(), socket);
    return true;
}

void program_count(struct program_counts *counts)
{
    *counts = (struct program_counts){-1, -1, -1};
    struct stat tasks;
    DIR *directory = opendir("/proc/self/fd");
    if (!stat("/proc/self/task", &tasks))
        counts->threads = (int)tasks.st_nlink - 2; /* a folder each */
    if (!directory)
        return;
    counts->pipes = counts->descriptors = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char target[16];
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
        counts->descriptors += length > 0;
        counts->pipes += length > 5 && !memcmp(target, "pipe:", 5);
    }
    closedir(directory);
}

bool program_stream_is_private(platform_stream client)
{
    int flags = fcntl((int)client, F_GETFD);
    return client > STDERR_FILENO && flags >= 0 && (flags & FD_CLOEXEC);
}

int program_hide_input(void)
{
    int hidden = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (hidden >= 0)
        close(STDIN_FILENO);
    return hidden;
}

void program_show_input(int hidden)
{
    if (hidden < 0)
        return;
    (void)dup2(hidden, STDIN_FILENO); /* of a descriptor that is there, onto one below it: it can't fail */
    close(hidden);
}

/* Sanitizers reserve terabytes of addresses; a limit would end them. */
bool program_limit_memory(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    enum { MORE_MIB = 8 };
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return false;
    int fields = fscanf(file, "%lu", &pages);
    fclose(file);
    rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)MORE_MIB << 20);
    struct rlimit limit = {bytes, bytes};
    return fields == 1 && setrlimit(RLIMIT_AS, &limit) == 0;
#endif
}
