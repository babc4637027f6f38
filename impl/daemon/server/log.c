/* The log of computecored. Entry point: log_line(). */
#include "log.h"
#include "log_file.h"
#include "platform/environment.h"
#include "platform/platform.h"
#include "systemd.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BUFFER_BYTES = 256 << 10, END_NS = 1000000000 };

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

/* The time, in front of a line for a file or a terminal; the journal has its own. */
static int put_time(char *line, size_t room)
{
    char now[PROGRAM_TIME_BYTES];
    program_time(now);
    return snprintf(line, room, "%s ", now);
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

static void write_line(enum log_level level, char *line)
{
    size_t bytes = strlen(line);
    if (place == JOURNAL) {
        systemd_journal((int)level, line);
        return;
    }
    line[bytes] = '\n'; /* replaces the terminating zero, which is not needed below */
    if (place == A_FILE)
        log_file_write(line, bytes + 1);
    else
        log_error_write(line, bytes + 1);
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

/* --- open and close --- */

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
    } else if (!log_file_open(where)) {
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
