/* The platform on Windows; see platform.h for the contract of each function. */
#define _CRT_RAND_S
#include "platform/platform.h"
#include "platform/errors.h"
#include "guest_stream.h"
#include "threads.h"
#include <malloc.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIPE_BYTES = 65536, SLICE_MS = 5, NAME_BYTES = 96 };

void platform_lock(struct platform_mutex *mutex)
{
    threads_note_call();
    AcquireSRWLockExclusive(&mutex->lock);
}

bool platform_try_lock(struct platform_mutex *mutex)
{
    return TryAcquireSRWLockExclusive(&mutex->lock);
}

void platform_unlock(struct platform_mutex *mutex)
{
    ReleaseSRWLockExclusive(&mutex->lock);
}

/* Milliseconds until a monotonic time, rounded up. */
static DWORD milliseconds_until(uint64_t until)
{
    if (until == PLATFORM_FOREVER)
        return INFINITE;
    uint64_t now = platform_time(), left = until > now ? (until - now + 999999) / 1000000 : 0;
    return left < INFINITE ? (DWORD)left : INFINITE - 1;
}

void platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until)
{
    threads_note_rest(condition);
    SleepConditionVariableSRW(&condition->variable, &mutex->lock, milliseconds_until(until), 0);
    threads_note_rest(NULL);
}

void platform_notify_one(struct platform_condition *condition)
{
    threads_note_notice(condition);
    WakeConditionVariable(&condition->variable);
}

void platform_notify_all(struct platform_condition *condition)
{
    threads_note_notice(condition);
    WakeAllConditionVariable(&condition->variable);
}

void *platform_chunk(size_t size)
{
    void *chunk = _aligned_malloc(size, size);
    return chunk ? memset(chunk, 0, size) : NULL;
}

void platform_chunk_free(void *chunk)
{
    _aligned_free(chunk);
}

/* Fixed memory of the process heap: LocalFree and CoTaskMemFree both take it back. HCS-ROW: C-10 */
void *platform_document(size_t size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

void platform_document_free(void *document)
{
    if (document)
        HeapFree(GetProcessHeap(), 0, document);
}

uint64_t platform_time(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    uint64_t whole = (uint64_t)(count.QuadPart / frequency.QuadPart);
    uint64_t rest = (uint64_t)(count.QuadPart % frequency.QuadPart);
    return whole * 1000000000u + rest * 1000000000u / (uint64_t)frequency.QuadPart;
}

struct start {
    void (*run)(void *);
    void *argument;
    HMODULE module;
};

/* The thread holds the module it runs in, so that unloading waits for its end. */
static DWORD WINAPI thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    start.run(start.argument);
    FreeLibraryAndExitThread(start.module, 0);
}

bool platform_thread_start(void (*run)(void *), void *argument)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return false;
    *start = (struct start){run, argument, NULL};
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)(void *)thread_main, &start->module);
    HMODULE module = start->module;
    HANDLE thread = CreateThread(NULL, 0, thread_main, start, 0, NULL);
    if (thread) {
        CloseHandle(thread);
        return true;
    }
    if (module)
        FreeLibrary(module);
    free(start);
    return false;
}

/* The name is random: process ids are reused while other processes may still hold a pipe of the former one, and no
   other program must be able to create a pipe of that name first. */
static void name_pipe(WCHAR name[NAME_BYTES])
{
    static volatile LONG count;
    unsigned random[2] = {0, 0};
    (void)rand_s(&random[0]); /* on failure the process id and the count must do */
    (void)rand_s(&random[1]);
    swprintf(name, NAME_BYTES, L"\\\\.\\pipe\\computecore-%lu-%ld-%08x%08x", GetCurrentProcessId(),
        InterlockedIncrement(&count), random[0], random[1]);
}

static HANDLE open_client_end(const WCHAR *name, bool guest_reads, DWORD flags, SECURITY_ATTRIBUTES *inherited)
{
    return CreateFileW(name, guest_reads ? GENERIC_WRITE : GENERIC_READ, 0, inherited, OPEN_EXISTING, flags, NULL);
}

/* File numbers are private to a program on Windows, and closed standard streams have none: "N" (not inherited) is
   enough. */
FILE *platform_open_file(const char *path)
{
    return fopen(path, "rbN");
}

/* flags and inherited are those of the client's end. false: GetLastError() says why. */
static bool make_pipe(
    bool guest_reads, DWORD flags, SECURITY_ATTRIBUTES *inherited, platform_stream *guest, platform_stream *client)
{
    WCHAR name[NAME_BYTES];
    struct guest_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return false;
    name_pipe(name);
    DWORD direction = guest_reads ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND;
    HANDLE end = INVALID_HANDLE_VALUE;
    stream->pipe = CreateNamedPipeW(name, direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, PIPE_BYTES, PIPE_BYTES, 0, NULL);
    if (stream->pipe != INVALID_HANDLE_VALUE && (stream->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)))
        end = open_client_end(name, guest_reads, flags, inherited);
    if (end != INVALID_HANDLE_VALUE) {
        *guest = (platform_stream)stream;
        *client = (platform_stream)end;
        return true;
    }
    DWORD error = GetLastError();
    platform_stream_close((platform_stream)stream);
    SetLastError(error);
    return false;
}

bool platform_pipe_outside(bool guest_reads, platform_stream *guest, platform_stream *client)
{
    WCHAR name[NAME_BYTES];
    name_pipe(name);
    HANDLE pipe = CreateNamedPipeW(name,
        (guest_reads ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND) | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, PIPE_BYTES, PIPE_BYTES, 0, NULL);
    HANDLE end = open_client_end(name, guest_reads, FILE_FLAG_OVERLAPPED, NULL);
    if (pipe != INVALID_HANDLE_VALUE && end != INVALID_HANDLE_VALUE) {
        *guest = (platform_stream)pipe;
        *client = (platform_stream)end;
        return true;
    }
    platform_client_close((platform_stream)pipe);
    platform_client_close((platform_stream)end);
    return false;
}

platform_stream platform_stream_duplicate(platform_stream outside)
{
    HANDLE copy, self = GetCurrentProcess();
    bool made = DuplicateHandle(self, (HANDLE)outside, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    return made ? (platform_stream)copy : PLATFORM_NO_STREAM;
}

void platform_stream_end(platform_stream outside)
{
    DisconnectNamedPipe((HANDLE)outside);
}

platform_stream platform_client_adopt(platform_stream descriptor)
{
    SetHandleInformation((HANDLE)descriptor, HANDLE_FLAG_INHERIT, 0);
    return descriptor;
}

bool platform_pipe(bool guest_reads, platform_stream *guest, platform_stream *client)
{
    /* HCS-ROW: C-31 the client's end is made for overlapped use and bound to no completion port */
    return make_pipe(guest_reads, FILE_FLAG_OVERLAPPED, NULL, guest, client);
}

void platform_stream_use(platform_stream guest)
{
    (void)guest; /* made so that it never blocks */
}

bool platform_pipe_to_program(bool tool_reads, platform_stream *tool, platform_stream *program)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    return make_pipe(tool_reads, 0, &inherited, tool, program);
}

/* A platform_poll() looks at streams without the lock that guards them, while another thread may close them. It finds
   them closed then, and they are freed after it. Whatever else changes under its eyes only makes it return too early,
   or a slice later. */
static struct {
    SRWLOCK lock;                /* held to look at streams, and to close one */
    unsigned polls;              /* how many are under way */
    struct guest_stream *closed; /* meanwhile */
} looks = {.lock = SRWLOCK_INIT};

static void end_stream(struct guest_stream *stream)
{
    AcquireSRWLockExclusive(&looks.lock);
    if (stream->pipe && stream->pipe != INVALID_HANDLE_VALUE)
        CloseHandle(stream->pipe);
    if (stream->overlapped.hEvent)
        CloseHandle(stream->overlapped.hEvent);
    bool stays = looks.polls;
    if (stays) {
        stream->closed = true;
        stream->next = looks.closed;
        looks.closed = stream;
    }
    ReleaseSRWLockExclusive(&looks.lock);
    if (!stays)
        free(stream);
}

static DWORD WINAPI close_when_written(void *argument)
{
    struct guest_stream *stream = argument;
    DWORD written;
    GetOverlappedResult(stream->pipe, &stream->overlapped, &written, TRUE);
    end_stream(stream);
    return 0;
}

void platform_stream_close(platform_stream guest)
{
    if (guest == PLATFORM_NO_STREAM)
        return;
    struct guest_stream *stream = guest_of(guest);
    if (stream->pending && !HasOverlappedIoCompleted(&stream->overlapped) &&
        QueueUserWorkItem(close_when_written, stream, WT_EXECUTELONGFUNCTION))
        return;
    end_stream(stream);
}

/* Bytes that can be read at once; negative: the other end is closed and nothing is left, or a program has come. */
static ptrdiff_t available(const struct guest_stream *stream)
{
    DWORD bytes = 0;
    if (stream->listening)
        return HasOverlappedIoCompleted(&stream->overlapped) ? -1 : 0;
    return PeekNamedPipe(stream->pipe, NULL, 0, NULL, &bytes, NULL) ? (ptrdiff_t)bytes : -1;
}

ptrdiff_t platform_stream_read(platform_stream guest, void *buffer, size_t size)
{
    struct guest_stream *stream = guest_of(guest);
    ptrdiff_t there = available(stream);
    if (there <= 0)
        return there ? PLATFORM_ENDED : PLATFORM_BLOCKED;
    ptrdiff_t got =
        platform_client_read((platform_stream)stream->pipe, buffer, size < (size_t)there ? size : (size_t)there);
    return got > 0 ? got : PLATFORM_ENDED;
}

/* Takes at most one piece, and none while one is being written. */
ptrdiff_t platform_stream_write(platform_stream guest, const void *buffer, size_t size)
{
    struct guest_stream *stream = guest_of(guest);
    DWORD written, piece = size < GUEST_PIECE ? (DWORD)size : GUEST_PIECE;
    if (stream->pending) {
        if (!HasOverlappedIoCompleted(&stream->overlapped))
            return PLATFORM_BLOCKED;
        stream->pending = false;
        if (!GetOverlappedResult(stream->pipe, &stream->overlapped, &written, FALSE))
            return PLATFORM_ENDED;
    }
    memcpy(stream->piece, buffer, piece);
    ResetEvent(stream->overlapped.hEvent);
    if (WriteFile(stream->pipe, stream->piece, piece, NULL, &stream->overlapped))
        return (ptrdiff_t)piece;
    if (GetLastError() != ERROR_IO_PENDING)
        return PLATFORM_ENDED;
    stream->pending = true;
    return (ptrdiff_t)piece;
}

static ptrdiff_t finish(HANDLE file, OVERLAPPED *overlapped, BOOL started)
{
    DWORD moved = 0;
    bool ok = started || GetLastError() == ERROR_IO_PENDING;
    ok = ok && GetOverlappedResult(file, overlapped, &moved, TRUE);
    CloseHandle(overlapped->hEvent);
    return ok ? (ptrdiff_t)moved : PLATFORM_ENDED;
}

bool platform_is_same_pipe(platform_stream guest, platform_stream client)
{
    (void)guest;
    (void)client;
    return false;
}

ptrdiff_t platform_client_read(platform_stream client, void *buffer, size_t size)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL started = ReadFile((HANDLE)client, buffer, (DWORD)size, NULL, &overlapped);
    return finish((HANDLE)client, &overlapped, started);
}

ptrdiff_t platform_client_write(platform_stream client, const void *buffer, size_t size)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL started = WriteFile((HANDLE)client, buffer, (DWORD)size, NULL, &overlapped);
    return finish((HANDLE)client, &overlapped, started);
}

void platform_client_close(platform_stream client)
{
    if (client != PLATFORM_NO_STREAM)
        CloseHandle((HANDLE)client);
}

struct platform_waker {
    HANDLE event;
};

struct platform_waker *platform_waker_create(void)
{
    struct platform_waker *waker = malloc(sizeof *waker);
    if (waker && !(waker->event = CreateEventW(NULL, FALSE, FALSE, NULL))) {
        free(waker);
        waker = NULL;
    }
    return waker;
}

uint64_t platform_stream_identity(platform_stream guest)
{
    return guest != PLATFORM_NO_STREAM;
}

void platform_waker_free(struct platform_waker *waker)
{
    if (waker)
        CloseHandle(waker->event);
    free(waker);
}

bool platform_waker_is_own(const struct platform_waker *waker)
{
    return waker; /* programs on Windows do not close all their handles */
}

struct errors errors_now(void)
{
    DWORD code = GetLastError(); /* first: finding errno may change it */
    return (struct errors){.number = errno, .code = code};
}

void errors_restore(struct errors errors)
{
    errno = errors.number;
    SetLastError(errors.code);
}

int platform_cancel_off(void)
{
    return 0;
}

void platform_cancel_restore(int state)
{
    (void)state;
}

bool platform_on_fork(void (*child)(void))
{
    return child; /* there is no fork() */
}

void platform_waker_wake(struct platform_waker *waker)
{
    SetEvent(waker->event);
}

static bool is_ready(const struct platform_watch *watch)
{
    const struct guest_stream *stream = guest_of(watch->stream);
    if (stream->closed)
        return false;
    if (watch->write)
        return !stream->pending || HasOverlappedIoCompleted(&stream->overlapped);
    return available(stream) != 0;
}

static int look_at(struct platform_watch *watches, size_t count)
{
    int ready = 0;
    AcquireSRWLockShared(&looks.lock);
    for (size_t i = 0; i < count; i++)
        ready += watches[i].ready = is_ready(&watches[i]);
    ReleaseSRWLockShared(&looks.lock);
    return ready;
}

/* Windows has no wait for readable pipes: streams are polled in intervals. */
static int poll_in_slices(struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout)
{
    uint64_t end = timeout < 0 ? PLATFORM_FOREVER : platform_time() + (uint64_t)timeout * 1000000u;
    for (;;) {
        int ready = look_at(watches, count);
        DWORD left = milliseconds_until(end);
        if (ready || left == 0)
            return ready;
        DWORD slice = count && left > SLICE_MS ? SLICE_MS : left;
        if (!waker)
            Sleep(slice);
        else if (WaitForSingleObject(waker->event, slice) == WAIT_OBJECT_0)
            return 0;
    }
}

static void begin_looks(void)
{
    AcquireSRWLockExclusive(&looks.lock);
    looks.polls++;
    ReleaseSRWLockExclusive(&looks.lock);
}

static void end_looks(void)
{
    AcquireSRWLockExclusive(&looks.lock);
    struct guest_stream *first = --looks.polls ? NULL : looks.closed;
    if (first)
        looks.closed = NULL;
    ReleaseSRWLockExclusive(&looks.lock);
    for (struct guest_stream *next; first; first = next) {
        next = first->next;
        free(first);
    }
}

int platform_poll(struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout)
{
    begin_looks();
    int ready = poll_in_slices(watches, count, waker, timeout);
    end_looks();
    return ready;
}
