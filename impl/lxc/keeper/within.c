/* Paths within a folder. Entry point: within_open(). */
#include "within.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

int within_open(int root, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

int within_make_folders(int root, const char *path, struct id_range range)
{
    char part[PATH_BYTES];
    int folder = within_open(root, "/", O_PATH | O_DIRECTORY);
    for (const char *end = path; folder >= 0 && (end = strchr(end + 1, '/'));) {
        snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
        int next = within_open(root, part, O_PATH | O_DIRECTORY);
        if (next < 0 && errno == ENOENT) {
            const char *name = strrchr(part, '/') + 1;
            if (mkdirat(folder, name, 0755) == 0 && fchownat(folder, name, range.first, range.first, 0) == 0)
                next = within_open(root, part, O_PATH | O_DIRECTORY);
        }
        int error = errno;
        close(folder);
        errno = error;
        folder = next;
    }
    return folder;
}
