/* The cgroups of a container. Entry points: cgroups_open(), cgroups_kill(), cgroups_remove(). */
#include "cgroups.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LOOK_MS = 5 };
#define HIERARCHIES "/sys/fs/cgroup"

static void nap(void)
{
    const struct timespec moment = {0, LOOK_MS * 1000000L};
    nanosleep(&moment, NULL);
}

static void put(const char *group, const char *file, const char *text)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", group, file) >= PATH_BYTES)
        return;
    int opened = open(path, O_WRONLY | O_CLOEXEC);
    if (opened < 0)
        return; /* the hierarchy does not have it */
    (void)!write(opened, text, strlen(text));
    close(opened);
}

/* Kills the processes of one group and thaws it, so that frozen ones die. Returns how many there were; 1 if they can't
   be told. */
static unsigned kill_in(const char *group)
{
    char path[PATH_BYTES], line[32];
    unsigned count = 0;
    if (snprintf(path, sizeof path, "%s/cgroup.procs", group) >= PATH_BYTES)
        return 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return errno != ENOENT; /* without a group there is nothing in it */
    while (fgets(line, sizeof line, file)) {
        pid_t process = (pid_t)strtol(line, NULL, 10);
        if (process > 0 && ++count)
            (void)kill(process, SIGKILL); /* it may have ended */
    }
    fclose(file);
    if (count) {
        put(group, "freezer.state", "THAWED");
        put(group, "cgroup.freeze", "0");
    }
    return count;
}

/* An action for each group, the innermost first. Its results are added up. */
typedef unsigned (*group_action)(const char *group);

static unsigned remove_one(const char *group)
{
    return rmdir(group) && errno != ENOENT;
}

static unsigned walk(const char *group, group_action action)
{
    char inner[PATH_BYTES];
    unsigned left = 0;
    DIR *folder = opendir(group);
    if (!folder)
        return errno != ENOENT;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
            snprintf(inner, sizeof inner, "%s/%s", group, entry->d_name) < PATH_BYTES)
            left += walk(inner, action);
    closedir(folder);
    return left + action(group);
}

static unsigned walk_all(const char *name, group_action action)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, HIERARCHIES "/computecore/%s", name);
    unsigned left = walk(path, action);
    DIR *hierarchies = opendir(HIERARCHIES);
    if (!hierarchies)
        return left + 1;
    for (struct dirent *entry; (entry = readdir(hierarchies));) {
        struct stat there;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, HIERARCHIES "/%s", entry->d_name);
        if (lstat(path, &there) || !S_ISDIR(there.st_mode)) /* "cpu" is a link to "cpu,cpuacct" */
            continue;
        snprintf(path, sizeof path, HIERARCHIES "/%s/computecore/%s", entry->d_name, name);
        left += walk(path, action);
    }
    closedir(hierarchies);
    return left;
}

static bool until_none(const char *name, group_action action, unsigned limit_ms)
{
    for (unsigned waited = 0;; waited += LOOK_MS) {
        if (!walk_all(name, action))
            return true;
        if (waited >= limit_ms)
            return false;
        nap();
    }
}

bool cgroups_kill(const char *name, unsigned limit_ms)
{
    return until_none(name, kill_in, limit_ms);
}

bool cgroups_remove(const char *name, unsigned limit_ms)
{
    return until_none(name, remove_one, limit_ms);
}

/* --- where a process is --- */

/* A line of /proc/PID/cgroup: "4:memory:/path"; "0::/path" is the unified hierarchy. */
static bool open_line(struct cgroups *groups, char *line)
{
    char path[sizeof groups->procs];
    char *controllers = strchr(line, ':'), *place = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!place || groups->count == CGROUPS_MOST)
        return true;
    *place++ = 0;
    controllers++;
    place[strcspn(place, "\n")] = 0;
    bool root = !strcmp(place, "/");
    if (!strncmp(controllers, "name=", 5))
        controllers += 5;
    static const char *const forms[] = {
        HIERARCHIES "/%s%s/cgroup.procs", HIERARCHIES "/unified%s%s/cgroup.procs", HIERARCHIES "%s%s/cgroup.procs"};
    for (size_t i = *controllers ? 0 : 1; i < (*controllers ? 1 : 3); i++) {
        snprintf(path, sizeof path, forms[i], controllers, place);
        int opened = open(path, O_WRONLY | O_CLOEXEC);
        if (opened < 0)
            continue;
        groups->files[groups->count++] = opened;
        if (!root)
            snprintf(groups->procs, sizeof groups->procs, "%s", path);
        return true;
    }
    return root; /* not mounted here: skipped only if the process is in its root */
}

bool cgroups_open(struct cgroups *groups, pid_t process, struct failure *failure)
{
    char path[64], line[1024];
    *groups = (struct cgroups){.count = 0};
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)process);
    FILE *file = fopen(path, "re");
    if (!file)
        return failure_set(failure, errno, NULL, "%s: %m", path);
    bool opened = true;
    while (opened && fgets(line, sizeof line, file))
        opened = open_line(groups, line);
    fclose(file);
    return opened || failure_set(failure, ENOENT, NULL, "a cgroup of process %d can't be joined", (int)process);
}

void cgroups_close(struct cgroups *groups)
{
    for (unsigned i = 0; i < groups->count; i++)
        close(groups->files[i]);
    groups->count = 0;
}

int cgroups_enter(const struct cgroups *groups)
{
    for (unsigned i = 0; i < groups->count; i++)
        if (write(groups->files[i], "0", 1) != 1)
            return errno;
    return 0;
}
