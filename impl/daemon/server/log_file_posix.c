/* The log's file on POSIX systems. Entry point: log_file_write(). */
#include "log_file.h"
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, MODE = 0640 };

static char path[PATH_BYTES];
static int file = -1;
static off_t size;

static bool open_file(void)
{
    struct stat status;
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, MODE);
    if (file < 0)
        return false;
    size = fstat(file, &status) == 0 ? status.st_size : 0;
    return true;
}

/* Makes the path absolute, so that it stays valid when the program changes its folder. */
static bool make_path(const char *where)
{
    char folder[PATH_BYTES] = "";
    if (*where != '/' && !getcwd(folder, sizeof folder))
        return false;
    errno = ENAMETOOLONG;
    return snprintf(path, sizeof path, "%s%s%s", folder, *where == '/' ? "" : "/", where) < PATH_BYTES;
}

/* The file has reached its maximum size: renames it and starts a new one; on failure the log continues in the old one.
 */
static void begin_anew(void)
{
    char old[PATH_BYTES + sizeof ".old"];
    int before = file;
    snprintf(old, sizeof old, "%s.old", path);
    if (rename(path, old) == 0 && open_file()) {
        close(before);
        return;
    }
    file = before;
    size = 0;
}

bool log_file_open(const char *where)
{
    return make_path(where) && open_file();
}

void log_file_write(const char *line, size_t length)
{
    if (size > LOG_FILE_BYTES)
        begin_anew();
    ssize_t written = write(file, line, length);
    if (written > 0) /* if the disk is full the line is lost */
        size += written;
}

void log_error_write(const char *line, size_t length)
{
    (void)!write(STDERR_FILENO, line, length); /* as above */
}
