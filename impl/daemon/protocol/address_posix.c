/* Addresses of unix sockets. Entry point: address_of(). */
#include "address.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, FIRST_DESCRIPTOR = 3 };

int address_of(const char *path, struct sockaddr_un *address)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    int length = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length >= PATH_BYTES) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int place = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place < 0)
        return -1;
    length =
        snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", place, slash ? slash + 1 : path);
    if ((size_t)length < sizeof address->sun_path)
        return place;
    close(place);
    errno = ENAMETOOLONG;
    return -1;
}

int address_socket(void)
{
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0 || made >= FIRST_DESCRIPTOR)
        return made;
    int moved = fcntl(made, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    close(made);
    return moved;
}
