/* Containers behind the host model. Entry point: lxc_engine. */
#include "backend.h"
#include "core/lock.h"
#include "base.h"
#include "daemon/protocol/message.h"
#include "daemon/protocol/place.h"
#include "host/configuration.h"
#include "lxc.h"
#include "needs.h"
#include "outcome.h"
#include "spec_hresults.h"
#include "tree.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define YEAR_2026 1767225600ull /* seconds since 1970 */

enum { NANOSECONDS = 1000000000, FOLDER_MODE = 0711, BUILD = 26100, CLEAR_MS = 60000, CLEAR_LOOK_MS = 5 };

/* --- objects, time, chance --- */

static struct host_system *system_make(struct host *host)
{
    struct lxc_system *system = calloc(1, sizeof *system);
    (void)host;
    // cppcheck-suppress memleak ; the host model holds it by its first member
    // -fanalyzer: the host model holds it by its first member, and gives it back to system_free()
    return system ? &system->host : NULL;
}

static void system_free(struct host *host, struct host_system *system)
{
    struct lxc_link *link = ((struct lxc_system *)system)->link;
    if (link) {
        link->system = NULL;
        if (!lxc_of(host)->closes) /* on close the system stays for the next daemon to adopt */
            link_end(link);
    }
    free(((struct lxc_system *)system)->own);
    free(system);
}

uint64_t lxc_time(uint64_t seconds, uint64_t nanoseconds)
{
    return seconds < YEAR_2026 ? 0 : (seconds - YEAR_2026) * NANOSECONDS + nanoseconds;
}

static uint64_t tell_time(struct host *host)
{
    struct timespec now;
    (void)host;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return lxc_time((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec);
}

static uint64_t draw(struct host *host, uint64_t below)
{
    uint64_t number = 0;
    (void)host;
    (void)!getrandom(&number, sizeof number, 0); /* does not fail for so few bytes */
    return below ? number % below : number;
}

/* --- the lifecycle --- */

static void create(struct host *host, struct host_task *task)
{
    struct lxc_link *link = link_make(lxc_of(host), (struct lxc_system *)task->system);
    if (!link)
        host_done(host, task, HRESULT_ERROR_NO_SYSTEM_RESOURCES);
    else if (link_await(link, WAIT_RECORD, 0, task) &&
             !job_record(link, configuration_tree(task->system->configuration), task->system->id))
        host_done(host, link_take(link, WAIT_RECORD, NULL), E_OUTOFMEMORY);
}

static void start(struct host *host, struct host_task *task)
{
    struct lxc_link *link = lxc_link_of(task);
    if (link_await(link, WAIT_START, 0, task) && !job_start(link))
        host_done(host, link_take(link, WAIT_START, NULL), outcome_of(errno));
}

static void shut_down(struct host *host, struct host_task *task)
{
    struct lxc_link *link = lxc_link_of(task);
    if (link && link->ready)
        (void)link_ask(link, WAIT_ANSWER, task, (struct message){.kind = KEEPER_SHUT_DOWN});
    else if (!link_leaves_to_end(link, task))
        host_done(host, task, HCS_E_INVALID_STATE);
}

static void terminate(struct host *host, struct host_task *task)
{
    struct lxc_link *link = lxc_link_of(task);
    if (!link)
        host_done(host, task, S_OK);
    else if (link_await(link, WAIT_END, 0, task))
        link_end(link);
}

static void freeze(struct host *host, struct lxc_link *link, struct host_task *task, bool frozen)
{
    if (link && link->ready)
        (void)link_ask(link, WAIT_ANSWER, task, (struct message){.kind = KEEPER_FREEZE, .result = frozen});
    else if (task && !link_leaves_to_end(link, task))
        host_done(host, task, HCS_E_INVALID_STATE);
}

static void pause_system(struct host *host, struct host_task *task)
{
    freeze(host, lxc_link_of(task), task, true);
}

static void resume(struct host *host, struct host_system *system, struct host_task *task)
{
    freeze(host, ((struct lxc_system *)system)->link, task, false);
}

static void abandon(struct host *host, struct host_system *system, enum backend_reason reason)
{
    struct lxc_link *link = ((struct lxc_system *)system)->link;
    (void)reason;
    if (link)
        link_end(link);
    else
        host_system_ended(host, system, HOST_END_FORCED, S_OK, S_OK);
}

static void cancel(struct host *host, struct host_task *task)
{
    link_cancel(lxc_of(host), task);
}

static void tell_end(struct lxc_link *link)
{
    struct host *host = &link->lxc->host;
    bool graceful = link->asked && !link->by_force;
    enum host_end end = link->by_force ? HOST_END_FORCED : graceful ? HOST_END_GRACEFUL : HOST_END_UNEXPECTED;
    HRESULT status = link->by_force || graceful ? S_OK : HCS_E_UNEXPECTED_EXIT;
    host_system_ended(host, &link->system->host, end, status, status);
}

void link_ended(struct lxc_link *link)
{
    CHECK_HELD();
    struct host *host = &link->lxc->host;
    struct host_task *task = link_take(link, WAIT_START, NULL);
    bool terminated = link->by_force && !link->failure.error; /* a start that was overtaken did not fail by itself */
    failure_set(&link->failure, ECONNRESET, NULL, "the keeper of the container has ended");
    link->ends = true;
    if (task && !terminated)
        host_failed(host, task, outcome_of(link->failure.error), link->failure.path, link->failure.message);
    else if (link->system)
        tell_end(link);
    while ((task = link_take(link, WAIT_END, NULL)))
        host_done(host, task, S_OK);
    link_free(link);
}

static const struct backend_operations lxc_backend = {
    .system_make = system_make,
    .system_free = system_free,
    .process_make = lxc_process_make,
    .process_free = lxc_process_free,
    .time = tell_time,
    .random = draw,
    .create = create,
    .start = start,
    .shut_down = shut_down,
    .terminate = terminate,
    .pause = pause_system,
    .resume = resume,
    .modify = lxc_modify,
    .statistics = lxc_statistics,
    .system_usage = lxc_system_usage,
    .process_usage = lxc_process_usage,
    .abandon = abandon,
    .cancel = cancel,
    .prepare = lxc_prepare,
    .spawn = lxc_spawn,
    .signal = lxc_signal,
    .change = lxc_change,
    .own_processes = lxc_own_processes,
    .image = lxc_image,
    .process_ended = lxc_process_ended,
    .process_forgotten = lxc_process_forgotten,
};

/* --- open and close --- */

/* Opens the state folder and locks it: one daemon at a time. */
static bool open_state(struct lxc *lxc, const char *state, struct failure *failure)
{
    char path[LXC_PATH];
    struct stat folder;
    if (!(state ? snprintf(lxc->state, LXC_PATH, "%s", state) < LXC_PATH - 64 : place_state(lxc->state)))
        return failure_set(failure, ENAMETOOLONG, NULL,
            "the path of the state folder is too long, or neither XDG_STATE_HOME nor HOME is set");
    snprintf(path, sizeof path, "%.*s/systems", LXC_PATH - 64, lxc->state);
    if ((mkdir(lxc->state, FOLDER_MODE) && errno != EEXIST) || (mkdir(path, FOLDER_MODE) && errno != EEXIST))
        return failure_set(failure, errno, NULL, "the state folder %s can't be made: %m", lxc->state);
    lxc->systems = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%.*s/lock", LXC_PATH - 64, lxc->state);
    lxc->lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lxc->systems < 0 || lxc->lock < 0 || fstat(lxc->systems, &folder))
        return failure_set(failure, errno, NULL, "the state folder %s: %m", lxc->state);
    lxc->owner = (unsigned)folder.st_ino;
    if (flock(lxc->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return failure_set(failure, errno, NULL,
        errno == EWOULDBLOCK ? "the state folder %s is in use by another computecored" : "the state folder %s: %m",
        lxc->state);
}

/* A daemon that can't see what an earlier one left must not begin. NULL after failure_set(). */
static DIR *list_systems(const struct lxc *lxc, struct failure *failure)
{
    int copy = dup(lxc->systems);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (list)
        return list;
    failure_set(failure, errno, NULL, "the state folder %s: %m", lxc->state);
    if (copy >= 0)
        close(copy);
    return NULL;
}

/* The backend's threads block all signals, like the library's. */
static bool start_threads(struct lxc *lxc, struct failure *failure)
{
    sigset_t all, before;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &lxc->wake};
    lxc->epoll = epoll_create1(EPOLL_CLOEXEC);
    lxc->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (lxc->epoll < 0 || lxc->wake < 0 || epoll_ctl(lxc->epoll, EPOLL_CTL_ADD, lxc->wake, &event))
        return failure_set(failure, errno, NULL, "can't make the descriptors of the daemon: %m");
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&lxc->watcher, NULL, link_watch, lxc);
    if (!error && (error = pthread_create(&lxc->worker, NULL, job_work, lxc))) {
        lxc->stops = true; /* the watcher has not got the lock yet, and ends as soon as it has */
        core_unlock();
        pthread_join(lxc->watcher, NULL);
        core_lock();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !error || failure_set(failure, error, NULL, "can't start a thread: %m");
}

static void give_back(struct lxc *lxc)
{
    const int descriptors[] = {lxc->systems, lxc->lock, lxc->epoll, lxc->wake};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    free(lxc);
}

static bool find_programs(struct lxc *lxc, struct failure *failure)
{
    return (needs_find_program("computecore-keeper", lxc->keeper, LXC_PATH) &&
               needs_find_program("computecore-init", lxc->init, LXC_PATH)) ||
           failure_set(failure, ENOENT, NULL, "a program that belongs to computecored was not found beside it");
}

static HRESULT open_lxc(const struct engine_options *options, struct engine **engine)
{
    struct failure failure = {0};
    struct lxc *lxc = calloc(1, sizeof *lxc);
    if (!lxc)
        return E_OUTOFMEMORY;
    lxc->systems = lxc->lock = lxc->epoll = lxc->wake = -1;
    lxc->work = (struct platform_condition)PLATFORM_CONDITION;
    lxc->host.base =
        (struct engine){.operations = &lxc_engine, .os_build = BUILD, .schema_minor = document_minor_of_build(BUILD)};
    lxc->host.backend = &lxc_backend;
    lxc->host.containers_pause = engine_option(options, "COMPUTECORE_CONTAINERS_PAUSE") != NULL;
    lxc->host.processors = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    host_open(&lxc->host);
    const char *state = engine_option(options, "COMPUTECORE_STATE");
    DIR *systems = NULL;
    if (needs_require(state, &failure) && find_programs(lxc, &failure) && open_state(lxc, state, &failure) &&
        base_make(lxc->state, &failure) && (systems = list_systems(lxc, &failure)) && start_threads(lxc, &failure)) {
        lxc_adopt(lxc, systems);
        *engine = &lxc->host.base;
        return S_OK;
    }
    if (systems)
        closedir(systems);
    fprintf(stderr, "computecored: %s\n", failure.message);
    give_back(lxc);
    return HCS_E_SERVICE_NOT_AVAILABLE;
}

static void stop_lxc(struct engine *engine)
{
    struct lxc *lxc = (struct lxc *)engine;
    core_lock();
    lxc->stops = true;
    platform_notify_all(&lxc->work);
    (void)eventfd_write(lxc->wake, 1);
    core_unlock();
    pthread_join(lxc->watcher, NULL);
    pthread_join(lxc->worker, NULL);
}

/* Waits until nothing is left of any system. */
static bool await_ends(struct lxc *lxc)
{
    const struct timespec moment = {0, CLEAR_LOOK_MS * 1000000L};
    for (int waited = 0;; waited += CLEAR_LOOK_MS) {
        core_lock();
        bool none = !lxc->links;
        core_unlock();
        if (none || waited >= CLEAR_MS)
            return none;
        nanosleep(&moment, NULL);
    }
}

static bool remove_state(const struct lxc *lxc)
{
    char folder[LXC_PATH];
    snprintf(folder, sizeof folder, "%s", lxc->state);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    int place = open(!slash ? "." : *folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool removed = place >= 0 && tree_remove(place, slash ? slash + 1 : folder);
    if (place >= 0)
        close(place);
    return removed;
}

bool lxc_clear(struct engine *engine)
{
    struct lxc *lxc = (struct lxc *)engine;
    core_lock();
    for (struct lxc_link *link = lxc->links; link; link = link->next)
        link_end(link);
    core_unlock();
    return await_ends(lxc) && remove_state(lxc);
}

/* Systems keep running: the next daemon adopts them. */
static void close_lxc(struct engine *engine)
{
    struct lxc *lxc = (struct lxc *)engine;
    lxc->closes = true;
    host_close(&lxc->host);
    while (lxc->links)
        link_free(lxc->links);
    give_back(lxc);
}

const struct engine_operations lxc_engine = {
    .name = "lxc",
    .open = open_lxc,
    .stop = stop_lxc,
    .close = close_lxc,
    .submit = host_submit,
    .system_released = host_system_released,
    .process_released = host_process_released,
    .process_freed = host_process_freed,
};
