/* Processes on Windows; see process.h. */
#include "platform/process.h"
#include "platform/process_ends.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CHANNEL holds the handles of a channel. */
#define CHANNEL "HCS_CHANNEL"
enum { COMMAND_BYTES = 16384, END_MS = 5000, ATTEMPTS = 5 };

const int child_slice_ms = 1;
static char start_error[200]; /* of the last process that could not be started */

/* Quotes for CommandLineToArgvW. */
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

/* --- starting --- */

/* missing: what the system did not give; it has just said so. Returns false. */
static bool not_started(const char *missing)
{
    char words[128] = "";
    DWORD code = GetLastError();
    FormatMessageA(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code, 0, words, sizeof words, NULL);
    words[strcspn(words, ".\r\n")] = 0;
    snprintf(start_error, sizeof start_error, "no %s: %s (error %lu)", missing, words, code);
    return false;
}

bool child_find(const char *program, char *path, size_t size)
{
    DWORD length = strpbrk(program, "/\\:") ? GetFullPathNameA(program, (DWORD)size, path, NULL)
                                            : SearchPathA(NULL, program, ".exe", (DWORD)size, path, NULL);
    return length > 0 && length < size;
}

const char *child_start_error(void)
{
    return start_error;
}

static bool make_pipes(const struct child_plan *plan, struct child_pipes *pipes, struct ends *ends)
{
    *pipes = (struct child_pipes){PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM};
    *ends = (struct ends){PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM};
    bool made = platform_pipe_to_program(true, &pipes->output, &ends->output);
    if (plan->channel)
        made = made && platform_pipe_to_program(false, &pipes->requests, &ends->requests) &&
               platform_pipe_to_program(true, &pipes->answers, &ends->answers);
    if (made)
        return true;
    (void)not_started("pipe"); /* before they are closed, which may fail, too */
    close_pipes(pipes);
    close_ends(ends);
    return false;
}

/* A job that kills its processes when its last handle is closed, which also happens when this program ends in any way.
 */
static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

static HANDLE open_nothing(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    return CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
}

/* The process is resumed only once it is in its job. Crashes show no dialog. Wine calls it an internal error when the
   new process ends before its first thread is there; another one is tried. */
static bool spawn(
    const struct child_plan *plan, char *command, const struct ends *ends, HANDLE job, PROCESS_INFORMATION *process)
{
    HANDLE nothing = open_nothing();
    STARTUPINFOA startup = {.cb = sizeof startup,
        .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = nothing,
        .hStdOutput = plan->own_output ? GetStdHandle(STD_OUTPUT_HANDLE) : (HANDLE)ends->output,
        .hStdError = plan->own_errors ? GetStdHandle(STD_ERROR_HANDLE) : (HANDLE)ends->output};
    bool bare = !strpbrk(plan->program, "/\\:");
    char channel[64];
    snprintf(
        channel, sizeof channel, "%llu %llu", (unsigned long long)ends->requests, (unsigned long long)ends->answers);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetEnvironmentVariableA(CHANNEL, plan->channel ? channel : NULL);
    BOOL started = FALSE;
    for (int attempt = 0; attempt < ATTEMPTS && !started; attempt++) {
        started = CreateProcessA(bare ? NULL : plan->program, command, NULL, NULL, TRUE,
            CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP, NULL, NULL, &startup, process);
        if (!started && GetLastError() != ERROR_INTERNAL_ERROR)
            break;
    }
    if (!started)
        (void)not_started("process");
    SetEnvironmentVariableA(CHANNEL, NULL);
    CloseHandle(nothing);
    if (!started)
        return false;
    AssignProcessToJobObject(job, process->hProcess);
    ResumeThread(process->hThread);
    CloseHandle(process->hThread);
    return true;
}

bool child_start(struct child *process, const struct child_plan *plan, struct child_pipes *pipes)
{
    char command[COMMAND_BYTES] = "";
    struct ends ends;
    PROCESS_INFORMATION started;
    for (int i = 0; plan->arguments[i]; i++)
        if (!append_argument(command, sizeof command, i ? plan->arguments[i] : plan->program)) {
            SetLastError(ERROR_BUFFER_OVERFLOW);
            return not_started("room for the command line");
        }
    HANDLE job = make_job();
    if (!job)
        return not_started("job");
    if (!make_pipes(plan, pipes, &ends)) {
        CloseHandle(job);
        return false;
    }
    bool good = spawn(plan, command, &ends, job, &started);
    close_ends(&ends);
    if (good) {
        *process = (struct child){(intptr_t)started.dwProcessId, (intptr_t)started.hProcess, (intptr_t)job};
        return true;
    }
    close_pipes(pipes);
    CloseHandle(job);
    return false;
}

/* --- its end --- */

platform_stream child_watch(const struct child *process)
{
    (void)process;
    return PLATFORM_NO_STREAM; /* a process handle is not a stream */
}

bool child_has_ended(const struct child *process)
{
    return WaitForSingleObject((HANDLE)process->watch, 0) == WAIT_OBJECT_0;
}

void child_ask_to_end(const struct child *process)
{
    child_kill(process);
}

void child_kill(const struct child *process)
{
    TerminateJobObject((HANDLE)process->job, 1);
    TerminateProcess((HANDLE)process->watch, 1); /* in case it could not be put into the job */
}

int child_close(struct child *process)
{
    DWORD code = 1;
    child_kill(process);
    WaitForSingleObject((HANDLE)process->watch, END_MS);
    GetExitCodeProcess((HANDLE)process->watch, &code);
    CloseHandle((HANDLE)process->watch);
    CloseHandle((HANDLE)process->job);
    *process = (struct child){0, 0, 0};
    return (int)code;
}

/* Nothing to do: a job contains all descendants. */
void child_end_strays(void)
{
}

int child_exit_code(int status)
{
    return status;
}

/* An exception ends a process with its own number, but so may the process itself. */
void child_describe(int status, char *text, size_t size)
{
    snprintf(text, size,
        status < 0 ? "the process ended with exception or code 0x%08X" : "the process ended with code %d",
        (unsigned)status);
}

bool child_channel(platform_stream *requests, platform_stream *answers)
{
    unsigned long long in, out;
    const char *channel = getenv(CHANNEL);
    if (!channel || sscanf(channel, "%llu %llu", &in, &out) != 2)
        return false;
    _putenv(CHANNEL "=");
    *requests = (platform_stream)in;
    *answers = (platform_stream)out;
    return SetHandleInformation((HANDLE)*requests, HANDLE_FLAG_INHERIT, 0) &&
           SetHandleInformation((HANDLE)*answers, HANDLE_FLAG_INHERIT, 0);
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

void program_address(char *address, size_t size)
{
    snprintf(address, size, "pipe:computecore-%u", program_id());
}

/* A pipe has no file. */
bool program_hide_address(char *address, size_t size)
{
    (void)address;
    (void)size;
    return true;
}

/* Running threads have handles, which are counted with the others. */
void program_count(struct program_counts *counts)
{
    DWORD handles;
    *counts = (struct program_counts){-1, -1, -1};
    if (GetProcessHandleCount(GetCurrentProcess(), &handles))
        counts->descriptors = (int)handles;
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
