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

bool program_scratch(char *path, unsigned size)
{
    enum { TRIES = 1000 };
    char folder[MAX_PATH];
    DWORD found = GetTempPathA(sizeof folder, folder);
    for (unsigned i = 0; found && found < sizeof folder && i < TRIES; i++) {
        int length = snprintf(path, size, "%shcs-%lu-%u", folder, GetCurrentProcessId(), i);
        if (length < 0 || (unsigned)length >= size)
            return false;
        if (CreateDirectoryA(path, NULL))
            return true;
        if (GetLastError() != ERROR_ALREADY_EXISTS)
            return false;
    }
    return false;
}

void program_scratch_end(const char *path)
{
    (void)RemoveDirectoryA(path);
}
