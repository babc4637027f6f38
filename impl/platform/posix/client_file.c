/* Files that a client names. Entry points: those of client_file.h. */
#include "platform/client_file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_DESCRIPTOR = 3 };

/* Opens it above the standard streams, whose descriptors the client may have closed. With O_EXCL nothing is left of it
   after a failure. */
static int open_above(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);
    if (file < 0 || file >= FIRST_DESCRIPTOR)
        return file;
    int higher = fcntl(file, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR), error = errno;
    (void)close(file); /* the other one is used */
    if (higher < 0 && flags & O_EXCL)
        (void)unlink(path);
    errno = error;
    return higher;
}

static bool has_folder(const char *path)
{
    char folder[PATH_MAX];
    struct stat found;
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return true;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return !stat(folder, &found) && S_ISDIR(found.st_mode);
}

static enum client_file_status status_of(int error, const char *path)
{
    struct stat found;
    switch (error) {
    case EEXIST:
        return CLIENT_FILE_THERE;
    case ENOENT:
        return has_folder(path) ? CLIENT_FILE_MISSING : CLIENT_FILE_NO_FOLDER;
    case ENOTDIR:
        return CLIENT_FILE_NO_FOLDER;
    case EISDIR: /* the path ends with a slash */
        return !stat(path, &found) ? CLIENT_FILE_THERE : CLIENT_FILE_NO_FOLDER;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
        return CLIENT_FILE_REFUSED;
    case ENAMETOOLONG:
        return CLIENT_FILE_LONG;
    case ENOSPC:
    case EDQUOT:
        return CLIENT_FILE_FULL;
    case ETXTBSY:
        return CLIENT_FILE_BUSY;
    default:
        return CLIENT_FILE_FAILED;
    }
}

static int write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

enum client_file_status client_file_create(const char *path, const void *bytes, size_t length)
{
    int file = open_above(path, O_WRONLY | O_CREAT | O_EXCL);
    if (file < 0)
        return status_of(errno, path);
    int error = write_all(file, bytes, length);
    if (close(file) && !error)
        error = errno;
    if (error)
        (void)unlink(path); /* it is this call's own; what could not be written is what counts */
    return error ? status_of(error, path) : CLIENT_FILE_GOOD;
}

/* Who may open a file is up to its owner, and to root. */
enum client_file_status client_file_owned(const char *path)
{
    struct stat found;
    if (stat(path, &found))
        return status_of(errno, path);
    return found.st_uid == geteuid() || geteuid() == 0 ? CLIENT_FILE_GOOD : CLIENT_FILE_REFUSED;
}

static enum client_file_status read_open(int file, char *buffer, size_t size, size_t *length)
{
    struct stat found;
    if (fstat(file, &found))
        return CLIENT_FILE_FAILED;
    if (S_ISDIR(found.st_mode))
        return CLIENT_FILE_REFUSED;
    if (!S_ISREG(found.st_mode) || found.st_size < 0 || (uint64_t)found.st_size > size)
        return CLIENT_FILE_STRANGE;
    for (*length = 0; *length < size;) {
        ssize_t got = read(file, buffer + *length, size - *length);
        if (got < 0 && errno != EINTR)
            return CLIENT_FILE_FAILED;
        if (!got)
            break;
        *length += got > 0 ? (size_t)got : 0;
    }
    return CLIENT_FILE_GOOD;
}

enum client_file_status client_file_read(const char *path, void *buffer, size_t size, size_t *length)
{
    int file = open_above(path, O_RDONLY);
    if (file < 0)
        return status_of(errno, path);
    enum client_file_status status = read_open(file, buffer, size, length);
    (void)close(file); /* nothing was written */
    return status;
}
