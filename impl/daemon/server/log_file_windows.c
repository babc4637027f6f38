/* The log's file on Windows. Entry point: log_file_write(). */
#include "log_file.h"
#include "log.h"
#include <errno.h>
#include <stdio.h>
#include <windows.h>

enum { PATH_BYTES = 4096 };

static char path[PATH_BYTES];
static HANDLE file = INVALID_HANDLE_VALUE;
static LONGLONG size;

/* What is written is added at the end. Others may read it meanwhile, and this program may rename it. */
static bool open_file(void)
{
    LARGE_INTEGER there = {0};
    file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS,
        FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    size = GetFileSizeEx(file, &there) ? there.QuadPart : 0;
    return true;
}

/* The file has reached its maximum size: renames it and starts a new one; on failure the log continues in the old one.
 */
static void begin_anew(void)
{
    char old[PATH_BYTES + sizeof ".old"];
    HANDLE before = file;
    snprintf(old, sizeof old, "%s.old", path);
    if (MoveFileExA(path, old, MOVEFILE_REPLACE_EXISTING) && open_file()) {
        CloseHandle(before);
        return;
    }
    file = before;
    size = 0;
}

bool log_file_open(const char *where)
{
    DWORD length = GetFullPathNameA(where, PATH_BYTES, path, NULL);
    errno = !length || length >= PATH_BYTES ? ENAMETOOLONG : EACCES;
    return errno != ENAMETOOLONG && open_file();
}

static void write_to(HANDLE place, const char *line, size_t length)
{
    DWORD written = 0;
    if (WriteFile(place, line, (DWORD)length, &written, NULL)) /* if the disk is full the line is lost */
        size += written;
}

void log_file_write(const char *line, size_t length)
{
    if (size > LOG_FILE_BYTES)
        begin_anew();
    write_to(file, line, length);
}

void log_error_write(const char *line, size_t length)
{
    write_to(GetStdHandle(STD_ERROR_HANDLE), line, length);
}
