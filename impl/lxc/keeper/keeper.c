/* computecore-keeper FOLDER: runs one container. It starts the container of FOLDER/document.json, is the parent of the
   processes in it, and outlives the daemon; the next daemon reconnects through FOLDER/keeper.sock. Single-threaded; the
   only program that calls liblxc. For a daemon that crashes, state.json and the exits (exits.jsonl, one per line) are
   written to FOLDER before they are reported. */
#include "attach.h"
#include "container.h"
#include "daemon/protocol/message.h"
#include "network.h"
#include "process.h"
#include "lxc/keeper_state.h"
#include "lxc/keeper_wire.h"
#include "rootfs.h"
#include "services.h"
#include "share.h"
#include "spare.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    CONFIGURATION_BYTES = 16 << 20,
    LOOK_MS = 2,
    REST_MS = 2000,
    START_LIMIT_S = 60,
    END_MS = 200,
    PREPARE_MS = 1
};

struct keeper {
    const char *folder;
    struct keeper_state state;
    cJSON *document;
    struct plan plan;
    struct rootfs rootfs;
    char upper[PATH_BYTES], work[PATH_BYTES], base[PATH_BYTES], init[PATH_BYTES];
    const char *base_layer[1];
    struct container *container;
    struct attach_target target;
    struct keeper_processes processes;
    struct services services;
    int daemon, listener, signals; /* -1: none */
    int spare;                     /* kept back for a new daemon, unless this one has it; -1: none */
    bool asked, ended;             /* asked: to shut down or to end; ended: process 1 has */
    bool prepares;                 /* a process was started: when there is nothing else to do, more are prepared */
    uint64_t oom_kills;
};

/* --- messages to the daemon --- */

static void hang_up(struct keeper *keeper)
{
    if (keeper->daemon >= 0)
        close(keeper->daemon);
    keeper->daemon = -1;
    spare_keep(&keeper->spare);
}

/* A daemon that has ended, or does not read, is given up: the next one reads the folder. */
static void send_message(struct keeper *keeper, struct message message)
{
    if (keeper->daemon >= 0 && message_send(keeper->daemon, &message) != MESSAGE_DONE)
        hang_up(keeper);
}

static struct writer begin(void)
{
    return (struct writer){.text.limit = MESSAGE_BYTES};
}

/* Without memory for its text an answer is ENOMEM; what else is sent has all that must arrive beside the text. */
static void say(struct keeper *keeper, struct message message, struct writer *writer)
{
    message.text = writer_finish(writer);
    message.length = message.text ? (uint32_t)strlen(message.text) : 0;
    if (!message.text && !message.result && message.kind == KEEPER_ANSWER)
        message.result = ENOMEM;
    send_message(keeper, message);
    free(message.text);
}

static void say_failure(struct keeper *keeper, uint32_t kind, uint32_t id, const struct failure *failure)
{
    struct writer writer = begin();
    writer_open(&writer, NULL, '{');
    if (failure->path[0])
        writer_string(&writer, "path", failure->path);
    writer_string(&writer, "message", failure->message);
    writer_close(&writer, '}');
    say(keeper, (struct message){.kind = kind, .id = id, .result = failure->error}, &writer);
}

/* What the kernel answers while a container ends: its process 1 is the last to go. */
static bool can_come_of_an_end(int error)
{
    return error == EIO || error == ENODEV || error == ENOMEM;
}

/* A request that fails because process 1 has ended fails for that reason, whatever went wrong first. */
static void refuse(struct keeper *keeper, uint32_t id, const struct failure *failure)
{
    struct failure ended = {0};
    struct pollfd watch = {keeper->target.init, POLLIN, 0};
    bool has_ended = poll(&watch, 1, can_come_of_an_end(failure->error) ? END_MS : 0) > 0;
    if (has_ended)
        failure_set(&ended, ESHUTDOWN, NULL, "the container has ended");
    say_failure(keeper, KEEPER_ANSWER, id, has_ended ? &ended : failure);
}

static void answer(struct keeper *keeper, uint32_t id, bool done, const struct failure *failure)
{
    if (done)
        send_message(keeper, (struct message){.kind = KEEPER_ANSWER, .id = id});
    else
        refuse(keeper, id, failure);
}

static void say_ready(struct keeper *keeper)
{
    struct writer writer = begin();
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, "version", KEEPER_VERSION);
    writer_integer(&writer, "init", container_init(keeper->container));
    writer_integer(&writer, "started", (int64_t)keeper->state.started);
    keeper_processes_write(&writer, "processes", &keeper->processes);
    writer_close(&writer, '}');
    say(keeper, (struct message){.kind = KEEPER_READY}, &writer);
}

/* --- the start --- */

static uint64_t microseconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* it can't fail */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool read_document(struct keeper *keeper, struct failure *failure)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/document.json", keeper->folder);
    size_t length;
    char *text = keeper_read_file(path, CONFIGURATION_BYTES, &length);
    if (text)
        errno = EBADMSG;
    keeper->document = text ? cJSON_ParseWithLength(text, length) : NULL;
    free(text);
    return keeper->document || failure_set(failure, errno, NULL, "%s can't be read: %m", path);
}

static bool mount_shares(struct keeper *keeper, struct failure *failure)
{
    char path[PATH_BYTES + 8];
    snprintf(path, sizeof path, "%s/root", keeper->work);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool mounted = root >= 0 || failure_set(failure, errno, NULL, "%s: %m", path);
    for (unsigned i = 0; mounted && i < keeper->plan.share_count; i++)
        mounted = share_mount(root, &keeper->plan.shares[i], keeper->rootfs.range, keeper->rootfs.userns, failure);
    mounted = mounted && network_mount_sys(&keeper->plan, root, keeper->rootfs.range, failure) &&
              services_open(&keeper->services, &keeper->plan, root, keeper->folder, &keeper->state,
                  keeper->rootfs.range, failure);
    if (root >= 0)
        close(root);
    return mounted;
}

static bool mount_root(struct keeper *keeper, struct failure *failure)
{
    struct rootfs *rootfs = &keeper->rootfs;
    *rootfs = (struct rootfs){.layers = keeper->plan.layers,
        .layer_count = keeper->plan.layer_count,
        .upper = keeper->plan.upper ? keeper->plan.upper : keeper->upper,
        .work = keeper->work,
        .range = {keeper->state.first_id, keeper->state.id_count}};
    if (!rootfs->layer_count) { /* no layers: the base image */
        keeper->base_layer[0] = keeper->state.base;
        rootfs->layers = keeper->base_layer;
        rootfs->layer_count = 1;
    }
    rootfs->userns = userns_open(rootfs->range, failure);
    return rootfs->userns >= 0 && rootfs_unshare(failure) && rootfs_mount(rootfs, failure) &&
           mount_shares(keeper, failure);
}

/* computecore-init at a path that the container's ids can reach: the folders above the program itself may be closed to
   them. The mount ends with this process' mount namespace. */
static bool mount_init(struct keeper *keeper, const char *path, struct failure *failure)
{
    int place = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0755);
    if (place < 0 || mount(keeper->state.init_program, path, NULL, MS_BIND, NULL))
        failure_set(failure, errno, NULL, "%s: %m", path);
    if (place >= 0)
        close(place);
    return !failure->error;
}

static bool start(struct keeper *keeper, struct failure *failure)
{
    char root[PATH_BYTES + 8];
    snprintf(root, sizeof root, "%s/root", keeper->work);
    if (!keeper_state_read(&keeper->state, keeper->folder, failure) || !read_document(keeper, failure) ||
        !plan_make(&keeper->plan, keeper->document, failure) || !mount_root(keeper, failure))
        return false;
    char init[PATH_BYTES + 8];
    snprintf(init, sizeof init, "%s/init", keeper->work);
    if (!mount_init(keeper, init, failure))
        return false;
    struct container_options options = {.name = keeper->state.name,
        .folder = keeper->folder,
        .root = root,
        .program = init,
        .id = keeper->state.id,
        .range = keeper->rootfs.range};
    keeper->container = container_start(&options, &keeper->plan, failure);
    if (!keeper->container)
        return false;
    keeper->state.init = container_init(keeper->container);
    if (!keeper->state.init)
        return failure_set(failure, ESRCH, NULL, "process 1 of the container ended at once");
    keeper->state.started = microseconds_now();
    return attach_open(&keeper->target, keeper->state.init, failure) &&
           keeper_state_write(&keeper->state, keeper->folder, "running", failure);
}

/* --- requests --- */

static void signal_process(struct keeper *keeper, const struct message *message)
{
    struct failure failure = {0};
    struct keeper_process *process = keeper_process_find(&keeper->processes, message->value);
    bool sent = process && !process->exited && kill(process->process, message->result) == 0;
    answer(keeper, message->id, sent || failure_set(&failure, ESRCH, NULL, "the process has ended"), &failure);
}

static void resize(struct keeper *keeper, const struct message *message)
{
    struct failure failure = {0};
    struct keeper_process *process = keeper_process_find(&keeper->processes, message->value);
    answer(keeper, message->id, keeper_process_resize(process, message->text, &failure), &failure);
}

static void spawn(struct keeper *keeper, struct message *message)
{
    struct failure failure = {0};
    struct message reply = {.kind = KEEPER_ANSWER, .id = message->id};
    struct keeper_process *process = keeper_process_start(&keeper->processes, &keeper->target, message, &failure);
    if (!process) {
        refuse(keeper, message->id, &failure);
        return;
    }
    reply.value = (uint64_t)process->inner;
    send_message(keeper, reply);
    keeper->prepares = true;
}

static void freeze(struct keeper *keeper, const struct message *message)
{
    struct failure failure = {0};
    answer(keeper, message->id, container_freeze(keeper->container, message->result != 0, &failure), &failure);
}

/* Sends the signal to process 1. After SIGKILL the container is thawed, since frozen processes do not die. */
static void end(struct keeper *keeper, const struct message *message, int signal)
{
    struct failure failure = {0};
    keeper->asked = true;
    bool sent = syscall(SYS_pidfd_send_signal, keeper->target.init, signal, NULL, 0) == 0 || errno == ESRCH;
    if (!sent)
        failure_set(&failure, errno, NULL, "process 1 of the container can't be signalled: %m");
    if (signal == SIGKILL && !sent) {
        hang_up(keeper); /* the daemon ends what a keeper that has gone leaves */
        return;
    }
    struct failure frozen = {0};
    if (signal == SIGKILL)
        (void)container_freeze(keeper->container, false, &frozen); /* it may not be frozen */
    answer(keeper, message->id, sent, &failure);
}

static void measure(struct keeper *keeper, const struct message *message)
{
    struct container_statistics s;
    container_measure(keeper->container, &s);
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {{"memory", s.memory}, {"memoryPeak", s.memory_peak}, {"memoryCommit", s.memory_commit},
        {"processor", s.processor_ns}, {"user", s.user_ns}, {"kernel", s.kernel_ns}, {"readBytes", s.read_bytes},
        {"writtenBytes", s.written_bytes}, {"reads", s.reads}, {"writes", s.writes}, {"oomKills", s.oom_kills}};
    struct writer writer = begin();
    writer_open(&writer, NULL, '{');
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        writer_integer(&writer, numbers[i].name, (int64_t)numbers[i].value);
    writer_close(&writer, '}');
    say(keeper, (struct message){.kind = KEEPER_ANSWER, .id = message->id}, &writer);
}

/* What a request says; NULL after failure_set(). */
static cJSON *read_request(const struct message *message, struct failure *failure)
{
    errno = EBADMSG;
    cJSON *json = message->text ? cJSON_Parse(message->text) : NULL;
    if (!json)
        failure_set(failure, errno, NULL, "the request can't be read: %m");
    return json;
}

static void limit(struct keeper *keeper, const struct message *message)
{
    struct failure failure = {0};
    cJSON *json = read_request(message, &failure);
    const cJSON *memory = cJSON_GetObjectItemCaseSensitive(json, "memoryMB");
    bool done = json;
    if (memory)
        done = container_limit_memory(keeper->container, (uint64_t)memory->valuedouble, &failure);
    else if (json)
        done = container_limit_processors(keeper->container,
            (unsigned)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "count")),
            (unsigned)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "maximum")),
            (unsigned)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "weight")), &failure);
    cJSON_Delete(json);
    answer(keeper, message->id, done, &failure);
}

/* A mapped directory comes or goes while the container runs. */
static void share(struct keeper *keeper, const struct message *message)
{
    struct failure failure = {0};
    cJSON *json = read_request(message, &failure);
    struct plan_share wanted;
    bool add = message->kind == KEEPER_SHARE;
    bool done = json && plan_read_share(&wanted, json, add, &failure) &&
                (add ? share_add(keeper->target.init, &wanted, keeper->rootfs.range, keeper->rootfs.userns, &failure)
                     : share_remove(keeper->target.init, &wanted, keeper->rootfs.range, &failure));
    cJSON_Delete(json);
    answer(keeper, message->id, done, &failure);
}

static void list(struct keeper *keeper, const struct message *message)
{
    struct writer writer = begin();
    keeper_processes_in_container(&writer, keeper->target.cgroups.procs, keeper->target.stage);
    say(keeper, (struct message){.kind = KEEPER_ANSWER, .id = message->id}, &writer);
}

static void serve(struct keeper *keeper, struct message *message)
{
    struct failure failure = {0};
    switch (message->kind) {
    case KEEPER_SPAWN:
        spawn(keeper, message);
        break;
    case KEEPER_SIGNAL:
        signal_process(keeper, message);
        break;
    case KEEPER_RESIZE:
        resize(keeper, message);
        break;
    case KEEPER_FREEZE:
        freeze(keeper, message);
        break;
    case KEEPER_SHUT_DOWN:
        end(keeper, message, SIGTERM);
        break;
    case KEEPER_TERMINATE:
        end(keeper, message, SIGKILL);
        break;
    case KEEPER_MEASURE:
        measure(keeper, message);
        break;
    case KEEPER_PROCESSES:
        list(keeper, message);
        break;
    case KEEPER_LIMIT:
        limit(keeper, message);
        break;
    case KEEPER_SHARE:
    case KEEPER_UNSHARE:
        share(keeper, message);
        break;
    case KEEPER_FORGET:
        keeper_process_forget(&keeper->processes, message->value);
        break;
    default:
        failure_set(&failure, ENOSYS, NULL, "unknown request %u", message->kind);
        answer(keeper, message->id, false, &failure);
    }
}

/* --- the loop --- */

static bool oom_happened(struct keeper *keeper)
{
    struct container_statistics statistics;
    container_measure(keeper->container, &statistics);
    bool happened = statistics.oom_kills > keeper->oom_kills;
    keeper->oom_kills = statistics.oom_kills;
    return happened;
}

static void reap(struct keeper *keeper)
{
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        bool oom = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && oom_happened(keeper);
        if (ended == keeper->target.stage)
            attach_stage_ended(&keeper->target);
        struct keeper_process *process = keeper_process_ended(&keeper->processes, ended, status, oom);
        if (!process)
            continue;
        keeper_state_note_exit(keeper->folder, process);
        struct writer writer = begin();
        keeper_process_write(&writer, process);
        say(keeper,
            (struct message){
                .kind = KEEPER_PROCESS_EXITED, .value = (uint64_t)process->inner, .result = process->status},
            &writer);
    }
}

static void take_daemon(struct keeper *keeper)
{
    int daemon = spare_accept(keeper->listener, SOCK_CLOEXEC, &keeper->spare);
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (daemon < 0)
        return;
    if (getsockopt(daemon, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != geteuid()) {
        close(daemon);
        spare_keep(&keeper->spare);
        return;
    }
    hang_up(keeper); /* a new connection replaces the old daemon's */
    keeper->daemon = daemon;
    say_ready(keeper);
}

static void receive(struct keeper *keeper)
{
    struct message message;
    enum message_outcome outcome = message_receive(keeper->daemon, &message);
    if (outcome == MESSAGE_DONE) {
        serve(keeper, &message);
        message_drop(&message);
    } else if (outcome != MESSAGE_LATER) {
        hang_up(keeper);
    }
}

/* What the keeper itself waits for; behind it stand the descriptors of relays and services. */
enum { WATCH_SIGNALS, WATCH_INIT, WATCH_LISTENER, WATCH_DAEMON, WATCHES };

static void act_on(struct keeper *keeper, const struct pollfd *watches)
{
    struct signalfd_siginfo signal;
    if (watches[WATCH_SIGNALS].revents)
        (void)read(keeper->signals, &signal, sizeof signal); /* reap() checks all children */
    reap(keeper);
    keeper->ended |= watches[WATCH_INIT].revents != 0;
    if (keeper->ended)
        attach_drop_stage(&keeper->target);
    if (watches[WATCH_LISTENER].revents)
        take_daemon(keeper);
    else if (watches[WATCH_DAEMON].revents)
        receive(keeper);
}

/* Containers in which nothing was started keep no stage. */
static void prepare_next(struct keeper *keeper)
{
    keeper->prepares = false;
    if (!keeper->ended)
        attach_prepare(&keeper->target);
}

static void run(struct keeper *keeper)
{
    struct relays *relays = &keeper->processes.relays;
    struct pollfd *watches = NULL;
    while (!keeper->ended || keeper_processes_alive(&keeper->processes)) {
        size_t relayed = relays_watched(relays), served = services_watched(&keeper->services);
        struct pollfd *larger = realloc(watches, (WATCHES + relayed + served) * sizeof *watches);
        if (!larger)
            break; /* as a keeper that crashed: the daemon removes what is left */
        watches = larger;
        watches[WATCH_SIGNALS] = (struct pollfd){keeper->signals, POLLIN, 0};
        watches[WATCH_INIT] = (struct pollfd){keeper->ended ? -1 : keeper->target.init, POLLIN, 0};
        watches[WATCH_LISTENER] = (struct pollfd){keeper->listener, POLLIN, 0};
        watches[WATCH_DAEMON] = (struct pollfd){keeper->daemon, POLLIN, 0};
        relays_watch(relays, watches + WATCHES);
        services_watch(&keeper->services, relays, watches + WATCHES + relayed);
        int ready = poll(watches, WATCHES + relayed + served, keeper->prepares ? PREPARE_MS : -1);
        if (ready < 0 && errno != EINTR)
            break;
        if (!ready)
            prepare_next(keeper);
        relays_serve(relays, watches + WATCHES); /* before anything begins another */
        services_serve(&keeper->services, relays, watches + WATCHES + relayed);
        act_on(keeper, watches);
    }
    services_close(&keeper->services);
    relays_end(relays);
    free(watches);
}

/* liblxc's monitor ends after it has said that the container stopped. */
static void reap_rest(void)
{
    const struct timespec moment = {0, LOOK_MS * 1000000L};
    pid_t ended;
    for (int waited = 0; (ended = waitpid(-1, NULL, WNOHANG)) >= 0 && waited < REST_MS; waited += ended ? 0 : LOOK_MS)
        if (ended == 0)
            nanosleep(&moment, NULL);
}

static void finish(struct keeper *keeper)
{
    struct failure failure = {0};
    bool oom = oom_happened(keeper);
    attach_close(&keeper->target);
    container_finish(keeper->container);
    reap_rest();
    rootfs_unmount(&keeper->rootfs);
    keeper->state.asked = keeper->asked;
    (void)keeper_state_write(
        &keeper->state, keeper->folder, "exited", &failure); /* a full disk: the janitor finds nothing alive */
    struct writer writer = begin();
    writer_open(&writer, NULL, '{');
    writer_boolean(&writer, "asked", keeper->asked);
    writer_boolean(&writer, "oom", oom);
    writer_close(&writer, '}');
    say(keeper, (struct message){.kind = KEEPER_SYSTEM_EXITED, .result = keeper->asked}, &writer);
}

/* The daemon that has started this keeper may have been killed before the next one could find the keeper's socket: to
   the next one the system is one that was never started, and it may start it again, or remove it. From the moment on at
   which the keeper listens, every later daemon finds it; so a keeper whose daemon has gone by then must not begin. */
static bool is_wanted(const struct keeper *keeper, struct failure *failure)
{
    struct pollfd watch = {keeper->daemon, POLLIN, 0};
    (void)poll(&watch, 1, 0); /* it can't fail with one descriptor */
    return !(watch.revents & POLLHUP) || failure_set(failure, ECONNRESET, NULL, "computecored has gone");
}

/* Nothing of another keeper is touched by one that is not wanted. */
static bool listen_for_daemons(struct keeper *keeper, struct failure *failure)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/keeper.sock", keeper->folder);
    if (!is_wanted(keeper, failure))
        return false;
    spare_keep(&keeper->spare);
    keeper->listener = keeper_listen(path, failure);
    return keeper->listener >= 0 && is_wanted(keeper, failure);
}

/* Signals are read from a descriptor; signals to the daemon's process group do not end a keeper. */
static bool prepare(struct keeper *keeper, struct failure *failure)
{
    sigset_t awaited;
    (void)setsid();
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* else liblxc's monitor stays a zombie until process 1 looks */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a keeper has one thread
    (void)setenv("PATH", "/nonexistent", 1); /* liblxc looks for helpers there; see container.c */
    umask(022);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a keeper has one thread
    if (sigprocmask(SIG_BLOCK, &awaited, NULL) || (keeper->signals = signalfd(-1, &awaited, SFD_CLOEXEC)) < 0)
        return failure_set(failure, errno, NULL, "signals: %m");
    snprintf(keeper->upper, sizeof keeper->upper, "%s/upper", keeper->folder);
    snprintf(keeper->work, sizeof keeper->work, "%s/mounts", keeper->folder);
    return listen_for_daemons(keeper, failure) && (mkdir(keeper->upper, 0755) == 0 || errno == EEXIST ||
                                                      failure_set(failure, errno, NULL, "%s: %m", keeper->upper));
}

int main(int argc, char **argv)
{
    static struct keeper keeper = {
        .daemon = KEEPER_SOCKET, .listener = -1, .signals = -1, .spare = -1, .target = {.init = -1}};
    struct failure failure = {0};
    if (argc != 2 || fcntl(KEEPER_SOCKET, F_SETFD, FD_CLOEXEC)) {
        fputs("computecore-keeper: computecored starts this program; it can't be used by itself\n", stderr);
        return 2;
    }
    keeper.folder = argv[1];
    (void)alarm(START_LIMIT_S); /* liblxc waits without limit; when this one ends, computecored removes what is left */
    bool started = prepare(&keeper, &failure) && start(&keeper, &failure);
    (void)alarm(0);
    if (!started) {
        if (keeper.container) {
            container_kill(keeper.container);
            container_finish(keeper.container);
        }
        say_failure(&keeper, KEEPER_FAILED, 0, &failure);
        return 1;
    }
    say_ready(&keeper);
    run(&keeper);
    finish(&keeper);
    return 0;
}
