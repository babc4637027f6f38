/* Blocking work, done in order on a thread of its own. Entry points: job_record(), job_start(), job_remove(). */
#include "lxc.h"
#include "core/lock.h"
#include "outcome.h"
#include "remains.h"
#include "spec_hresults.h"
#include "tree.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { FOLDER_MODE = 0711 /* the container's root goes through it */ };

enum lxc_work { WORK_RECORD, WORK_CHANGE, WORK_START, WORK_REMOVE };

struct lxc_job {
    enum lxc_work work;
    struct lxc_link *link; /* stays until its removal is done */
    char *document, *id;   /* document: for WORK_RECORD and WORK_CHANGE; id: for the first */
    uint32_t user;         /* for WORK_RECORD, and the next */
    char runtime_id[GUID_TEXT];
    struct failure failure;
    int channel; /* for WORK_START: the keeper's end of the link's socket */
    pid_t keeper;
    struct lxc_job *next;
};

/* --- without the lock; of the link, only what never changes is read --- */

static bool write_document(int folder, const char *text, struct failure *failure)
{
    return keeper_write_whole(folder, "document.json", text) ||
           failure_set(failure, errno, NULL, "the state folder can't be written: %m");
}

static void folder_of(const struct lxc_link *link, char path[LXC_PATH])
{
    (void)!snprintf(path, LXC_PATH, "%.*s/systems/%s", LXC_PATH - 100, link->lxc->state, link->name);
}

/* state.json is written last: a folder without it is not a system. */
static void record(struct lxc_job *job)
{
    const struct lxc_link *link = job->link;
    const struct lxc *lxc = link->lxc;
    struct keeper_state state = {
        .first_id = LXC_FIRST_ID + link->slot * LXC_ID_RANGE, .id_count = LXC_ID_RANGE, .user = job->user};
    char path[LXC_PATH];
    folder_of(link, path);
    bool fits =
        (size_t)snprintf(state.id, sizeof state.id, "%s", job->id) < sizeof state.id &&
        (size_t)snprintf(state.base, sizeof state.base, "%s/base", lxc->state) < sizeof state.base &&
        (size_t)snprintf(state.init_program, sizeof state.init_program, "%s", lxc->init) < sizeof state.init_program;
    snprintf(state.name, sizeof state.name, "%s", link->name);
    snprintf(state.runtime_id, sizeof state.runtime_id, "%s", job->runtime_id);
    if (!fits)
        failure_set(&job->failure, ENAMETOOLONG, NULL, "the id, or the path of the state folder, is too long");
    else if (mkdirat(lxc->systems, link->name, FOLDER_MODE))
        failure_set(&job->failure, errno, NULL, "the state folder can't be written: %m");
    int folder = job->failure.error ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        failure_set(&job->failure, errno, NULL, "%s: %m", path);
    else if (write_document(folder, job->document, &job->failure))
        (void)(keeper_state_write(&state, path, "created", &job->failure) &&
               (fsync(lxc->systems) == 0 || failure_set(&job->failure, errno, NULL, "the state folder: %m")));
    if (folder >= 0)
        close(folder);
}

static pid_t spawn(const char *program, const char *folder, int channel, struct failure *failure)
{
    char *arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)folder, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t keeper = 0;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, channel, KEEPER_SOCKET);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn(&keeper, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        failure_set(failure, error, NULL, "%s: %m", program);
    return error ? 0 : keeper;
}

static void change(struct lxc_job *job)
{
    char path[LXC_PATH];
    folder_of(job->link, path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        failure_set(&job->failure, errno, NULL, "%s: %m", path);
        return;
    }
    (void)write_document(folder, job->document, &job->failure);
    close(folder);
}

/* The keeper reads the recorded document, and reports the outcome. */
static void start(struct lxc_job *job)
{
    char path[LXC_PATH];
    folder_of(job->link, path);
    job->keeper = spawn(job->link->lxc->keeper, path, job->channel, &job->failure);
}

/* The folder of an ended system that could not be removed: the disk was read-only, for one. */
struct lxc_folder {
    struct lxc_folder *next;
    char name[];
};

static void remember(struct lxc *lxc, const char *name)
{
    struct lxc_folder *folder = malloc(sizeof *folder + strlen(name) + 1);
    if (!folder)
        return; /* the next daemon removes it */
    memcpy(folder->name, name, strlen(name) + 1);
    folder->next = lxc->folders;
    // -fanalyzer: the list has it
    lxc->folders = folder;
}

/* What held it up may have passed. again: those that are still held up are tried once more later. */
static void remove_folders(struct lxc *lxc, bool again)
{
    struct lxc_folder *folder = lxc->folders;
    lxc->folders = NULL;
    for (struct lxc_folder *next; folder; folder = next) {
        next = folder->next;
        if (!tree_remove(lxc->systems, folder->name) && again)
            remember(lxc, folder->name);
        free(folder);
    }
}

static void remove_system(struct lxc_job *job)
{
    const struct lxc_link *link = job->link;
    if (remains_remove(link->lxc->systems, link->name, job->keeper) == REMAINS_FILES)
        remember(link->lxc, link->name);
}

static void work(struct lxc_job *job)
{
    remove_folders(job->link->lxc, true);
    if (job->work == WORK_RECORD)
        record(job);
    else if (job->work == WORK_CHANGE)
        change(job);
    else if (job->work == WORK_START)
        start(job);
    else
        remove_system(job);
}

/* --- with the lock --- */

static void free_job(struct lxc_job *job)
{
    if (job->channel >= 0)
        close(job->channel);
    free(job->document);
    free(job->id);
    free(job);
}

static struct lxc_job *make(struct lxc_link *link, enum lxc_work kind, const cJSON *configuration, const char *id)
{
    bool writes = kind == WORK_RECORD || kind == WORK_CHANGE; /* without memory there is no configuration to write */
    struct lxc_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    *job = (struct lxc_job){.work = kind, .link = link, .channel = -1, .keeper = link->keeper};
    job->user = link->system ? link->system->host.user : 0;
    if (link->system)
        memcpy(job->runtime_id, link->system->host.runtime_id, sizeof job->runtime_id);
    job->document = configuration ? cJSON_PrintUnformatted(configuration) : NULL;
    job->id = id ? strdup(id) : NULL;
    if ((!writes || job->document) && (!id || job->id))
        return job;
    free_job(job);
    return NULL;
}

/* NULL is allowed. */
static bool add(struct lxc_job *job)
{
    if (!job)
        return false;
    struct lxc *lxc = job->link->lxc;
    if (lxc->last_job)
        lxc->last_job->next = job;
    else
        lxc->first_job = job;
    lxc->last_job = job;
    platform_notify_all(&lxc->work);
    return true; // -fanalyzer: the job stands in the list
}

bool job_record(struct lxc_link *link, const cJSON *configuration, const char *id)
{
    CHECK_HELD();
    return add(make(link, WORK_RECORD, configuration, id));
}

bool job_change(struct lxc_link *link, const cJSON *configuration)
{
    CHECK_HELD();
    return add(make(link, WORK_CHANGE, configuration, NULL));
}

/* The socket is watched before there is a keeper: one that can't be heard must not begin. */
bool job_start(struct lxc_link *link)
{
    CHECK_HELD();
    int ends[2];
    struct lxc_job *job = make(link, WORK_START, NULL, NULL);
    bool made = job && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
    if (made)
        job->channel = ends[1];
    if (made && link_attach(link, ends[0])) {
        link->starting = true;
        return add(job);
    }
    int error = errno;
    if (job)
        free_job(job);
    errno = error;
    return false;
}

bool job_prepare(struct lxc_link *link)
{
    CHECK_HELD();
    link->removal = make(link, WORK_REMOVE, NULL, NULL);
    return link->removal;
}

void job_remove(struct lxc_link *link)
{
    CHECK_HELD();
    if (!link->removal)
        return; /* it is on its way */
    link->removal->keeper = link->keeper;
    (void)add(link->removal); /* there is one */
    link->removal = NULL;
}

static void fail(struct lxc_link *link, enum lxc_wait wait)
{
    struct host_task *task = link_take(link, wait, NULL);
    if (task)
        host_failed(&link->lxc->host, task, outcome_of(link->failure.error), link->failure.path, link->failure.message);
}

/* Without a keeper the link's socket ends as soon as the job is freed. */
static void finish_start(struct lxc_link *link, const struct lxc_job *job)
{
    link->keeper = job->keeper;
    if (job->failure.error)
        link->failure = job->failure;
}

/* Answers the task that waits for what is written. */
static void finish_writing(struct lxc_link *link, const struct lxc_job *job)
{
    enum lxc_wait wait = job->work == WORK_RECORD ? WAIT_RECORD : WAIT_CHANGE;
    struct host_task *task;
    if (job->failure.error) {
        link->failure = job->failure;
        fail(link, wait);
    } else if ((task = link_take(link, wait, NULL)))
        host_done(&link->lxc->host, task, S_OK);
}

static void finish(struct lxc_job *job)
{
    struct lxc_link *link = job->link;
    if (job->work == WORK_REMOVE)
        link_ended(link);
    else if (job->work == WORK_START)
        finish_start(link, job);
    else
        finish_writing(link, job);
    free_job(job);
}

void *job_work(void *context)
{
    struct lxc *lxc = context;
    core_lock();
    while (!lxc->stops || lxc->first_job) {
        struct lxc_job *job = lxc->first_job;
        if (!job) {
            core_rest(&lxc->work, PLATFORM_FOREVER);
            continue;
        }
        lxc->first_job = job->next;
        if (!job->next)
            lxc->last_job = NULL;
        core_unlock();
        work(job);
        core_lock();
        finish(job);
    }
    core_unlock();
    remove_folders(lxc, false);
    return NULL;
}
