/* Processes in a running container. Entry points: attach_start(), attach_prepare(). Three processes take part: the
   caller; a helper (the stage), which enters the namespaces; and the new process, which the stage creates, since
   setns() puts only later children into the pid namespace. CLONE_PARENT makes it a child of the caller, which reaps it.
   A socket, closed by execve(), reports progress. To enter a cgroup takes the kernel up to some 15 ms, so a stage can
   be made before there is a process to start; it is told by the same socket. */
#include "attach.h"
#include "account.h"
#include "confine.h"
#include "order.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 10000, DEVPTS_MAGIC = 0x1CD1, PTMX_MAJOR = 5, PTMX_MINOR = 2, JOIN_SESSION_KEYRING = 1 };
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* A message from the new process or its stage. */
struct word {
    enum { WORD_PROCESS, WORD_INNER, WORD_TERMINAL, WORD_FAILED } kind;
    int value; /* a process id, or the error of step */
    enum attach_step step;
};

/* descriptor: sent along; -1: none. */
static void send_word(int channel, struct word word, int descriptor)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {&word, sizeof word};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        control.header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    (void)sendmsg(channel, &message, MSG_NOSIGNAL); /* fails harmlessly if the caller is gone */
}

static _Noreturn void give_up(int channel, enum attach_step step, int error)
{
    send_word(channel, (struct word){WORD_FAILED, error ? error : EIO, step}, -1);
    _exit(127);
}

/* --- the new process --- */

/* Opens a terminal of the container. /dev/ptmx may be anything there, so its type is checked, and the other side is
   opened through it, not by a path. */
static int open_terminal(const struct attach_process *process, int channel)
{
    struct stat there;
    struct statfs system;
    struct winsize size = {process->rows, process->columns, 0, 0};
    int unlocked = 0;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0 || fstat(master, &there) || fstatfs(master, &system))
        give_up(channel, ATTACH_CONSOLE, errno);
    if (!S_ISCHR(there.st_mode) || there.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR) || system.f_type != DEVPTS_MAGIC)
        give_up(channel, ATTACH_CONSOLE, ENOTTY);
    if (ioctl(master, TIOCSPTLCK, &unlocked))
        give_up(channel, ATTACH_CONSOLE, errno);
    int terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0 || (size.ws_row && ioctl(terminal, TIOCSWINSZ, &size)))
        give_up(channel, ATTACH_CONSOLE, errno);
    send_word(channel, (struct word){WORD_TERMINAL, 0, ATTACH_STARTED}, master);
    close(master);
    return terminal;
}

static void set_streams(const struct attach_process *process, int channel)
{
    int streams[3];
    memcpy(streams, process->streams, sizeof streams);
    if (setsid() < 0)
        give_up(channel, ATTACH_CONSOLE, errno);
    if (process->console) {
        streams[0] = streams[1] = streams[2] = open_terminal(process, channel);
        if (ioctl(streams[0], TIOCSCTTY, 0))
            give_up(channel, ATTACH_CONSOLE, errno);
    }
    for (int i = 0; i < 3; i++)
        if (dup2(streams[i], i) < 0)
            give_up(channel, ATTACH_CONSOLE, errno);
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC)) /* the program inherits none of the keeper's descriptors */
        give_up(channel, ATTACH_CONSOLE, errno);
}

// NOLINTBEGIN(concurrency-mt-unsafe): a new process has one thread
static void reset_signals(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL); /* SIGKILL and SIGSTOP can't be set, and need not be */
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_environment(const struct attach_process *process, const struct account *account)
{
    (void)clearenv();
    for (char *const *entry = process->environment; entry && *entry; entry++)
        (void)putenv(*entry);
    (void)setenv("PATH", DEFAULT_PATH, 0);
    (void)setenv("HOME", account->home, 0);
    if (process->console)
        (void)setenv("TERM", "xterm", 0);
}
// NOLINTEND(concurrency-mt-unsafe)

/* Windows distinguishes a missing file from a missing folder; ENOENT does not. HCS-ROW: P-03 */
static enum attach_step step_of(const char *program, int error)
{
    const char *slash = strrchr(program, '/');
    char *folder = slash && error == ENOENT ? strndup(program, (size_t)(slash - program) + 1) : NULL;
    bool missing = folder && access(folder, F_OK) != 0;
    free(folder);
    return missing ? ATTACH_PROGRAM_FOLDER : ATTACH_PROGRAM;
}

static _Noreturn void become(const struct attach_target *target, const struct attach_process *process, int channel)
{
    struct account account;
    send_word(channel, (struct word){WORD_INNER, getpid(), ATTACH_STARTED}, -1);
    set_streams(process, channel);
    reset_signals();
    umask(022);
    int error = account_find(process->user, &account);
    if (error)
        give_up(channel, ATTACH_USER, error);
    error = confine_bound();
    if (error)
        give_up(channel, ATTACH_CONFINE, error);
    error = account_enter(&account);
    if (error)
        give_up(channel, ATTACH_USER, error);
    const char *folder = process->folder && *process->folder ? process->folder : account.home;
    if (chdir(folder) && (folder != account.home || chdir("/")))
        give_up(channel, ATTACH_FOLDER, errno);
    set_environment(process, &account);
    error = confine_enter(&target->filter);
    if (error)
        give_up(channel, ATTACH_CONFINE, error);
    (void)execvp(process->arguments[0], process->arguments);
    error = errno;
    give_up(channel, step_of(process->arguments[0], error), error);
}

/* --- the stage --- */

static void enter(const struct attach_target *target, int channel)
{
    const int spaces =
        CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;
    /* processes in the container must not inspect it, since its program and open files belong to the host */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL) < 0)
        give_up(channel, ATTACH_ENTER, errno);
    int joined = cgroups_enter(&target->cgroups);
    if (joined)
        give_up(channel, ATTACH_ENTER, joined);
    if (setns(target->init, spaces) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
        give_up(channel, ATTACH_ENTER, errno);
}

/* The new process is a child of the keeper, too. */
static void start(const struct attach_target *target, const struct attach_process *process, int channel)
{
    struct clone_args arguments = {.flags = CLONE_PARENT};
    long made = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (made == 0)
        become(target, process, channel);
    send_word(
        channel, (struct word){made < 0 ? WORD_FAILED : WORD_PROCESS, made < 0 ? errno : (int)made, ATTACH_ENTER}, -1);
}

/* Starts what it is told to. It keeps none of the keeper's descriptors: what has to be closed for somebody to go on
   must not stay open here. */
static _Noreturn void serve_orders(const struct attach_target *target, int stage)
{
    enum { PLACE = 3 };
    struct attach_process process;
    int channel;
    if ((stage != PLACE && dup3(stage, PLACE, O_CLOEXEC) < 0) || close_range(PLACE + 1, ~0u, 0))
        _exit(1);
    while (order_receive(PLACE, &process, &channel)) {
        if (process.arguments && process.environment)
            start(target, &process, channel);
        else
            send_word(channel, (struct word){WORD_FAILED, ENOMEM, ATTACH_ENTER}, -1);
        order_drop(&process, channel);
    }
    _exit(0);
}

/* process: NULL for a stage that is told later. Returns its process id, and the other end of its channel; -1 with
 * errno.
 */
static pid_t make_stage(const struct attach_target *target, const struct attach_process *process, int *channel)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return -1;
    pid_t stage = fork();
    int error = errno;
    if (stage == 0) {
        close(ends[0]);
        enter(target, ends[1]);
        if (!process)
            serve_orders(target, ends[1]);
        start(target, process, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *channel = ends[0];
    if (stage < 0)
        close(ends[0]);
    errno = error;
    return stage;
}

/* --- the caller --- */

static int descriptor_of(struct msghdr *message)
{
    int descriptor = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Returns 1: a message came; 0: the other side closed; -1 with errno, ETIMEDOUT among others. */
static int receive(int channel, uint64_t until, struct word *word, int *descriptor)
{
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {word, sizeof *word};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct pollfd watch = {channel, POLLIN, 0};
    for (;;) {
        uint64_t now = now_ms();
        int ready = poll(&watch, 1, now < until ? (int)(until - now) : 0);
        if (ready > 0)
            break;
        if (ready == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
    ssize_t length;
    while ((length = recvmsg(channel, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (length < 0)
        return -1;
    *descriptor = length > 0 ? descriptor_of(&message) : -1;
    return length == (ssize_t)sizeof *word ? 1 : 0;
}

static const char *const step_names[] = {[ATTACH_STARTED] = "it ended at once",
    [ATTACH_ENTER] = "the container can't be entered",
    [ATTACH_USER] = "the user",
    [ATTACH_CONSOLE] = "the console",
    [ATTACH_FOLDER] = "the working directory",
    [ATTACH_CONFINE] = "the confinement",
    [ATTACH_PROGRAM] = "the program",
    [ATTACH_PROGRAM_FOLDER] = "the program's folder"};

static bool listen_to(int channel, struct attached *attached, struct failure *failure)
{
    struct word word;
    int descriptor, received;
    uint64_t until = now_ms() + LIMIT_MS;
    while ((received = receive(channel, until, &word, &descriptor)) > 0) {
        if (word.kind == WORD_PROCESS)
            attached->process = word.value;
        else if (word.kind == WORD_INNER)
            attached->inner = word.value;
        else if (word.kind == WORD_TERMINAL)
            attached->terminal = descriptor;
        else {
            attached->step = word.step;
            failure_set(failure, word.value, NULL, "%s: %m", step_names[word.step]);
        }
    }
    if (received < 0 && errno == ETIMEDOUT)
        failure_set(failure, errno, NULL, "the process did not start within %d s", LIMIT_MS / 1000);
    else if (received < 0)
        failure_set(failure, errno, NULL, "can't read what became of the process: %m");
    if (attached->process <= 0 || attached->inner <= 0)
        failure_set(failure, EIO, NULL, "the process did not report its id"); /* nothing may be sent to process 0 */
    return !failure->error;
}

static void reap(pid_t process, bool kill_first)
{
    if (process <= 0)
        return;
    if (kill_first)
        (void)kill(process, SIGKILL); /* it may have ended */
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
        ;
}

void attach_prepare(struct attach_target *target)
{
    if (!target->stage && (target->stage = make_stage(target, NULL, &target->channel)) < 0)
        target->stage = 0; /* the next process makes its own */
}

void attach_stage_ended(struct attach_target *target)
{
    if (target->stage)
        close(target->channel);
    target->stage = 0;
}

void attach_drop_stage(struct attach_target *target)
{
    if (target->stage)
        (void)kill(target->stage, SIGKILL); /* the caller reaps it */
    attach_stage_ended(target);
}

/* Has the stage start it. Returns the channel on which it tells of it; -1: there is no stage, or it can't take the
   order. One that has said something by itself has failed. */
static int send_order(struct attach_target *target, const struct attach_process *process)
{
    struct pollfd watch = {target->channel, POLLIN, 0};
    int ends[2];
    if (!target->stage || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return -1;
    bool sent = poll(&watch, 1, 0) == 0 && order_send(target->channel, process, ends[1]);
    close(ends[1]);
    if (sent)
        return ends[0];
    close(ends[0]);
    return -1;
}

/* Undoes what there is of a process that was not started. */
static void undo(struct attached *attached)
{
    reap(attached->process, true);
    if (attached->terminal >= 0)
        close(attached->terminal);
    attached->terminal = -1;
}

/* By the stage of the container. false: nothing has been done, since there is none, or it was killed meanwhile. */
static bool start_by_stage(struct attach_target *target, const struct attach_process *process,
    struct attached *attached, struct failure *failure)
{
    struct failure own = {0};
    int channel = send_order(target, process);
    if (channel < 0)
        return false;
    bool started = listen_to(channel, attached, &own);
    close(channel);
    if (started)
        return true;
    bool silent = own.error == EIO && attached->process <= 0 && attached->inner <= 0;
    if (silent || own.error == ETIMEDOUT) /* it must not start it later */
        attach_drop_stage(target);
    if (!silent)
        *failure = own;
    return !silent;
}

static void start_by_itself(const struct attach_target *target, const struct attach_process *process,
    struct attached *attached, struct failure *failure)
{
    int channel;
    pid_t stage = make_stage(target, process, &channel);
    if (stage < 0) {
        failure_set(failure, errno, NULL, "can't start a process: %m");
        return;
    }
    bool started = listen_to(channel, attached, failure);
    close(channel);
    reap(stage, !started);
}

bool attach_start(struct attach_target *target, const struct attach_process *process, struct attached *attached,
    struct failure *failure)
{
    *attached = (struct attached){.terminal = -1};
    if (!start_by_stage(target, process, attached, failure))
        start_by_itself(target, process, attached, failure);
    if (failure->error)
        undo(attached);
    return !failure->error;
}

bool attach_open(struct attach_target *target, pid_t init, struct failure *failure)
{
    *target = (struct attach_target){.init = -1};
    target->init = (int)syscall(SYS_pidfd_open, init, 0);
    if (target->init < 0)
        return failure_set(failure, errno, NULL, "process 1 of the container: %m");
    if (cgroups_open(&target->cgroups, init, failure) && confine_prepare(&target->filter, failure))
        return true;
    attach_close(target);
    return false;
}

void attach_close(struct attach_target *target)
{
    attach_drop_stage(target);
    if (target->init >= 0)
        close(target->init);
    cgroups_close(&target->cgroups);
    *target = (struct attach_target){.init = -1};
}
