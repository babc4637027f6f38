/* The log of computecored. Entry point: log_line(). */
#include "log.h"
#include "platform/platform.h"
#include "systemd.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 << 10, PATH_BYTES = 4096, END_NS = 1000000000, MODE = 0640 };

static enum { NOWHERE, STANDARD_ERROR, JOURNAL, A_FILE } place;
static enum log_level limit;

/* Guards the buffer. Each line is its level as a byte, its text, and a zero. */
static struct platform_mutex mutex = PLATFORM_MUTEX;
static struct platform_condition came = PLATFORM_CONDITION, emptied = PLATFORM_CONDITION;
static char buffers[2][BUFFER_BYTES]; /* one is filled while the other is written */
static char *filled = buffers[0];
static size_t length;
static unsigned lost;
static bool writes, ends;

/* Of the thread that writes. */
static char path[PATH_BYTES];
static int file = -1;
static off_t size;

static const char *const names[] = {"error", "warning", "info", "debug"};

/* --- lines --- */

const char *log_quote(const char *text, char quoted[LOG_QUOTED_BYTES])
{
    enum { ROOM = LOG_QUOTED_BYTES - sizeof "\\xNN\"..." };
    size_t at = 0;
    if (!text)
        return memcpy(quoted, "-", 2);
    quoted[at++] = '"';
    for (; *text && at < ROOM; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = c >= ' ' && c < 0x7F && c != '"' && c != '\\';
        at += (size_t)snprintf(quoted + at, LOG_QUOTED_BYTES - at, plain ? "%c" : "\\x%02X", c);
    }
    (void)snprintf(quoted + at, LOG_QUOTED_BYTES - at, "\"%s", *text ? "..." : "");
    return quoted;
}

/* The time, to a thousandth of a second, in front of a line for a file or a terminal; the journal has its own. */
static int put_time(char *line, size_t room)
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    size_t written = strftime(line, room, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &parts));
    return (int)written + snprintf(line + written, room - written, ".%03ldZ ", now.tv_nsec / 1000000);
}

bool log_takes(enum log_level level)
{
    return place != NOWHERE && level <= limit;
}

static void add(enum log_level level, const char *line)
{
    size_t more = strlen(line) + 2;
    platform_lock(&mutex);
    if (length + more > BUFFER_BYTES) {
        lost++;
    } else {
        filled[length] = (char)level;
        memcpy(filled + length + 1, line, more - 1);
        length += more;
        platform_notify_one(&came);
    }
    platform_unlock(&mutex);
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[LOG_LINE_BYTES];
    int head = 0;
    if (!log_takes(level))
        return;
    if (place != JOURNAL) {
        head = put_time(line, sizeof line);
        head += snprintf(line + head, sizeof line - (size_t)head, "computecored: %s: ", names[level]);
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + head, sizeof line - (size_t)head, format, arguments); /* cut if it is too long */
    va_end(arguments);
    add(level, line);
}

/* --- writing --- */

static bool open_file(void)
{
    struct stat status;
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, MODE);
    if (file < 0)
        return false;
    size = fstat(file, &status) == 0 ? status.st_size : 0;
    return true;
}

/* The path, whatever folder the program goes to. */
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

static void write_line(enum log_level level, char *line)
{
    size_t bytes = strlen(line);
    if (place == JOURNAL) {
        systemd_journal((int)level, line);
        return;
    }
    if (place == A_FILE && size > LOG_FILE_BYTES)
        begin_anew();
    line[bytes] = '\n'; /* in place of the zero, which nobody needs any more */
    ssize_t written = write(place == A_FILE ? file : STDERR_FILENO, line, bytes + 1);
    if (written > 0) /* where there is no room for it a line is lost */
        size += written;
}

static void write_lines(char *lines, size_t bytes, unsigned missing)
{
    char line[LOG_LINE_BYTES];
    for (char *end = lines + bytes; lines < end;) {
        size_t next = strlen(lines + 1) + 2;
        write_line((enum log_level) * lines, lines + 1);
        lines += next;
    }
    if (missing) {
        int head = place == JOURNAL ? 0 : put_time(line, sizeof line);
        snprintf(line + head, sizeof line - (size_t)head, "%s%u lines of the log are lost: there were too many",
            place == JOURNAL ? "" : "computecored: warning: ", missing);
        write_line(LOG_LEVEL_WARNING, line);
    }
}

static void write_all(void *unused)
{
    (void)unused;
    platform_lock(&mutex);
    for (;;) {
        while (!length && !ends)
            platform_wait(&came, &mutex, PLATFORM_FOREVER);
        if (!length)
            break;
        char *lines = filled;
        size_t bytes = length;
        unsigned missing = lost;
        filled = filled == buffers[0] ? buffers[1] : buffers[0];
        length = 0;
        lost = 0;
        platform_unlock(&mutex);
        write_lines(lines, bytes, missing);
        platform_lock(&mutex);
    }
    writes = false;
    platform_notify_one(&emptied);
    platform_unlock(&mutex);
}

/* --- its life --- */

bool log_open(const char *where, enum log_level level)
{
    limit = level;
    if (!where)
        return true;
    if (strcmp(where, "journal") == 0) {
        if (!systemd_is_built_in()) {
            errno = ENOTSUP;
            return false;
        }
        place = JOURNAL;
    } else if (strcmp(where, "stderr") == 0) {
        place = STANDARD_ERROR;
    } else if (!make_path(where) || !open_file()) {
        return false;
    } else {
        place = A_FILE;
    }
    return writes = platform_thread_start(write_all, NULL);
}

void log_close(void)
{
    uint64_t end = platform_time() + END_NS;
    platform_lock(&mutex);
    ends = true;
    platform_notify_one(&came);
    while (writes && platform_time() < end)
        platform_wait(&emptied, &mutex, end);
    platform_unlock(&mutex);
}
