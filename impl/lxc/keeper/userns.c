/* User namespaces as descriptors: a child makes one, its parent writes the mapping and keeps it by a descriptor.
   Entry point: userns_open(). */
#include "userns.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child: reports that it is in the new namespace, and keeps it alive until the parent closes its end. */
static _Noreturn void hold(int channel)
{
    char byte = (char)(unshare(CLONE_NEWUSER) ? errno : 0);
    if (write(channel, &byte, 1) == 1)
        (void)read(channel, &byte, 1); /* returns when the parent closes its end or dies */
    _exit(0);
}

static bool write_map(pid_t child, const char *file, struct id_range range, struct failure *failure)
{
    char path[64], line[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)child, file);
    int length = snprintf(line, sizeof line, "0 %u %u\n", range.first, range.count);
    int map = open(path, O_WRONLY | O_CLOEXEC);
    bool written = map >= 0 && write(map, line, (size_t)length) == length;
    int error = errno;
    if (map >= 0)
        close(map);
    return written || failure_set(failure, error, NULL, "ids %u to %u can't be mapped: %m", range.first,
                          range.first + range.count - 1);
}

static int open_of(pid_t child, int channel, struct id_range range, struct failure *failure)
{
    char byte = 0, path[64];
    if (read(channel, &byte, 1) != 1 || byte) {
        int error = byte ? (unsigned char)byte : EIO;
        failure_set(failure, error, NULL, "no user namespace can be made: %m");
        return -1;
    }
    if (!write_map(child, "uid_map", range, failure) || !write_map(child, "gid_map", range, failure))
        return -1;
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)child);
    int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0)
        failure_set(failure, errno, NULL, "%s: %m", path);
    return opened;
}

int userns_open(struct id_range range, struct failure *failure)
{
    int ends[2], opened = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        failure_set(failure, errno, NULL, "can't make a socket: %m");
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        hold(ends[1]);
    }
    close(ends[1]);
    if (child < 0)
        failure_set(failure, errno, NULL, "can't start a process: %m");
    else
        opened = open_of(child, ends[0], range, failure);
    close(ends[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return opened;
}
