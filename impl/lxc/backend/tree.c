/* Removes a folder. Entry point: tree_remove(). Without recursion, since a container may nest folders very deeply. */
#include "tree.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_MOVES = 1 << 20 };

static int open_within(int place, const char *name)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    return (int)syscall(SYS_openat2, place, name, &how, sizeof how);
}

/* Removes what can be removed at once. A folder that is not empty is moved up beside the top, under a number as
   its name, and is emptied later, so paths do not grow. Returns false with errno. */
static bool remove_within(int place, int top, unsigned *moves)
{
    char moved[32];
    int copy = dup(place);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    bool done = folder;
    if (folder)
        rewinddir(folder); /* dup() shares the read position */
    for (struct dirent *entry; done && (entry = readdir(folder));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (unlinkat(place, entry->d_name, 0) == 0 || unlinkat(place, entry->d_name, AT_REMOVEDIR) == 0)
            continue;
        if (place == top)
            continue; /* empty_one() does it later */
        snprintf(moved, sizeof moved, ".%u", (*moves)++);
        done = *moves < MOST_MOVES && renameat(place, entry->d_name, top, moved) == 0;
    }
    int error = errno;
    if (folder)
        closedir(folder);
    else if (copy >= 0)
        close(copy);
    errno = error;
    return done;
}

/* Empties and removes one folder of the top; its non-empty folders are moved to the top. */
static bool empty_one(int top, const char *name, unsigned *moves)
{
    int inner = open_within(top, name);
    if (inner < 0)
        return errno == ENOENT;
    (void)fchmod(inner, 0700);
    bool done = remove_within(inner, top, moves);
    close(inner);
    if (done && unlinkat(top, name, AT_REMOVEDIR) && errno == ENOTEMPTY)
        return ++*moves < MOST_MOVES; /* readdir() has skipped some entries: the next pass retries */
    return done;
}

static bool empty(int top)
{
    unsigned moves = 0;
    for (bool left = true; left;) {
        if (!remove_within(top, top, &moves))
            return false;
        left = false;
        DIR *folder = fdopendir(dup(top));
        if (!folder)
            return false;
        rewinddir(folder);
        for (struct dirent *entry; (entry = readdir(folder));) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
                continue;
            left = true;
            if (!empty_one(top, entry->d_name, &moves)) {
                closedir(folder);
                return false;
            }
        }
        closedir(folder);
    }
    return true;
}

bool tree_remove(int place, const char *name)
{
    int top = open_within(place, name);
    if (top < 0)
        return errno == ENOENT;
    bool done = empty(top);
    int error = errno;
    close(top);
    errno = error;
    return done && unlinkat(place, name, AT_REMOVEDIR) == 0;
}
