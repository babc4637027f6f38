/* The environment of a program on Windows; see environment.h. */
#include "platform/environment.h"
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

unsigned processor_count(void)
{
    SYSTEM_INFO information;
    GetSystemInfo(&information);
    return information.dwNumberOfProcessors;
}

bool program_output_is_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
}

/* A program that was started without a stream has no file number for it. */
void program_open_standard_streams(void)
{
    FILE *const streams[] = {stdin, stdout, stderr};
    for (int i = 0; i < 3; i++)
        if (_fileno(streams[i]) < 0)
            (void)freopen(
                "NUL", i ? "w" : "r", streams[i]); /* without the null device no error could be printed either */
}

void program_time(char text[PROGRAM_TIME_BYTES])
{
    SYSTEMTIME now;
    GetSystemTime(&now);
    snprintf(text, PROGRAM_TIME_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", now.wYear % 10000u, now.wMonth % 100u,
        now.wDay % 100u, now.wHour % 100u, now.wMinute % 100u, now.wSecond % 100u, now.wMilliseconds % 1000u);
}

bool program_set_environment(const char *name, const char *value)
{
    return SetEnvironmentVariableA(name, value) && !_putenv_s(name, value);
}

/* A file reserves the name; the folder takes its place. */
bool program_scratch(char *path, unsigned size)
{
    char folder[MAX_PATH], name[MAX_PATH];
    if (!GetTempPathA(sizeof folder, folder) || !GetTempFileNameA(folder, "hcs", 0, name) || !DeleteFileA(name) ||
        !CreateDirectoryA(name, NULL))
        return false;
    int length = snprintf(path, size, "%s", name);
    return length > 0 && (unsigned)length < size;
}

void program_scratch_end(const char *path)
{
    (void)RemoveDirectoryA(path);
}
