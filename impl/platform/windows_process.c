/* Processes on Windows; see process.h. */
#include "process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES = 16384 };

/* Quotes as CommandLineToArgvW takes it apart. */
static bool append_argument(char *command, size_t size, const char *argument)
{
    size_t length = strlen(command);
    if (length + strlen(argument) * 2 + 4 > size)
        return false;
    char *out = command + length;
    if (length)
        *out++ = ' ';
    *out++ = '"';
    for (const char *p = argument; *p; p++) {
        size_t slashes = strspn(p, "\\");
        bool before_quote = p[slashes] == '"' || !p[slashes];
        for (size_t i = 0; i < slashes * (before_quote ? 2 : 1); i++)
            *out++ = '\\';
        p += slashes;
        if (!*p)
            break;
        if (*p == '"')
            *out++ = '\\';
        *out++ = *p;
    }
    *out++ = '"';
    *out = 0;
    return true;
}

/* A pipe of which only one end is inherited. */
static bool half_inherited(HANDLE *ours, HANDLE *theirs, bool we_write)
{
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, TRUE};
    HANDLE read, write;
    if (!CreatePipe(&read, &write, &attributes, 0))
        return false;
    *ours = we_write ? write : read;
    *theirs = we_write ? read : write;
    SetHandleInformation(*ours, HANDLE_FLAG_INHERIT, 0);
    return true;
}

bool child_start(struct child *child, const char *program, char *const arguments[], bool join)
{
    char command[COMMAND_BYTES] = "";
    HANDLE input[2] = {NULL, NULL}, output[2] = {NULL, NULL};
    PROCESS_INFORMATION process;
    for (int i = 0; arguments[i]; i++)
        if (!append_argument(command, sizeof command, i ? arguments[i] : program))
            return false;
    if (!half_inherited(&input[0], &input[1], true) || !half_inherited(&output[0], &output[1], false))
        return false;
    STARTUPINFOA startup = {.cb = sizeof startup,
        .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = input[1],
        .hStdOutput = output[1],
        .hStdError = join ? output[1] : GetStdHandle(STD_ERROR_HANDLE)};
    bool bare = !strpbrk(program, "/\\:");
    BOOL started = CreateProcessA(bare ? NULL : program, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process);
    CloseHandle(input[1]);
    CloseHandle(output[1]);
    if (!started) {
        CloseHandle(input[0]);
        CloseHandle(output[0]);
        return false;
    }
    CloseHandle(process.hThread);
    *child = (struct child){(intptr_t)process.hProcess, (platform_stream)input[0], (platform_stream)output[0]};
    return true;
}

void child_kill(struct child *child)
{
    TerminateProcess((HANDLE)child->process, 1);
}

int child_wait(struct child *child)
{
    DWORD code = 0;
    CloseHandle((HANDLE)child->input);
    WaitForSingleObject((HANDLE)child->process, INFINITE);
    GetExitCodeProcess((HANDLE)child->process, &code);
    CloseHandle((HANDLE)child->output);
    CloseHandle((HANDLE)child->process);
    child->process = 0;
    return (int)code;
}

void child_describe(int status, char *text, size_t size)
{
    snprintf(text, size, status < 0 ? "the process was ended by exception 0x%08X" : "the process ended with code %d",
        (unsigned)status);
}

void child_poll(const struct child *children, bool *ready, size_t count, int timeout)
{
    for (ULONGLONG end = GetTickCount64() + (ULONGLONG)timeout;;) {
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            DWORD bytes = 0;
            ready[i] = children[i].process &&
                       (!PeekNamedPipe((HANDLE)children[i].output, NULL, 0, NULL, &bytes, NULL) || bytes);
            any |= ready[i];
        }
        if (any || GetTickCount64() >= end)
            return;
        Sleep(1);
    }
}

size_t child_read(struct child *child, void *buffer, size_t size)
{
    DWORD got = 0;
    return ReadFile((HANDLE)child->output, buffer, (DWORD)size, &got, NULL) ? got : 0;
}

size_t child_write(struct child *child, const void *buffer, size_t size)
{
    DWORD written = 0;
    return WriteFile((HANDLE)child->input, buffer, (DWORD)size, &written, NULL) ? written : 0;
}

bool program_path(char *buffer, size_t size)
{
    DWORD length = GetModuleFileNameA(NULL, buffer, (DWORD)size);
    for (DWORD i = 0; i < length; i++)
        if (buffer[i] == '\\')
            buffer[i] = '/';
    return length > 0 && length < size;
}

unsigned program_id(void)
{
    return GetCurrentProcessId();
}

int program_open_pipes(void)
{
    return -1;
}

bool program_stream_is_private(platform_stream client)
{
    DWORD flags;
    return GetHandleInformation((HANDLE)client, &flags) && !(flags & HANDLE_FLAG_INHERIT);
}

int program_hide_input(void)
{
    return -1;
}

void program_show_input(int hidden)
{
    (void)hidden;
}

/* A job object could do it, but not everywhere where this runs: under Wine the limit is taken and not kept. */
bool program_limit_memory(void)
{
    return false;
}
