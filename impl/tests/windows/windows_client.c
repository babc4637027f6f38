/* A Windows client made from mingw-w64's own headers and import library alone, run against our computecore.dll.
   Exit code 0: everything held; else each broken contract is one line. */
#include "windows_check.h"
#include <windows.h>
#include <computecore.h>
#include <objbase.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static HRESULT wait_for(HCS_OPERATION operation, HRESULT started)
{
    return started < 0 ? started : HcsWaitForOperationResult(operation, INFINITE, NULL);
}

/* C-03: the whole register is the error value */
static void check_register(void)
{
    uint64_t (*raw)(PCWSTR, DWORD, HCS_SYSTEM *);
    HCS_SYSTEM system;
    FARPROC address = GetProcAddress(GetModuleHandleA("computecore.dll"), "HcsOpenComputeSystem");
    memcpy(&raw, &address, sizeof raw);
    expect(raw(L"no such system", GENERIC_ALL, &system) == 0x8037010Eu, "C-03: an HRESULT is zero-extended");
    expect(raw(NULL, GENERIC_ALL, &system) == 0x80070057u, "C-03: E_INVALIDARG is zero-extended");
}

/* C-01, C-02: names that clients bind, beyond those that the import library refers to */
static void check_exports(void)
{
    static const char *const names[] = {"HcsAddResourceToOperation", "HcsCreateOperationWithNotifications",
        "HcsGetOperationProperties", "HcsInitializeLiveMigrationOnSource", "HcsStartLiveMigrationOnSource",
        "HcsStartLiveMigrationTransfer", "HcsFinalizeLiveMigration", "HcsCancelLiveMigration", "HcsCloseOperation",
        "HcsCloseComputeSystem", "HcsCloseProcess", "HcsGetOperationContext", "HcsGetOperationType",
        "HcsGetOperationId", "HcsGetComputeSystemFromOperation", "HcsGetProcessFromOperation"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect(GetProcAddress(GetModuleHandleA("computecore.dll"), names[i]) != NULL, names[i]);
}

/* C-10 */
static void check_documents(HCS_OPERATION operation)
{
    PWSTR document = NULL;
    expect(wait_for(operation, HcsEnumerateComputeSystems(NULL, operation)) == S_OK, "enumerate");
    expect(HcsGetOperationResult(operation, &document) == S_OK && document, "a result document");
    LocalFree(document);
    expect(HcsGetOperationResult(operation, &document) == S_OK && document, "a second result document");
    CoTaskMemFree(document);
}

/* C-31, C-33, C-34 */
static void check_pipes(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION streams = {0};
    char text[64] = "";
    DWORD moved = 0;
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    expect(SUCCEEDED(HcsCreateProcess(system,
               L"{\"CommandLine\":\"cmd /c more\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", operation, NULL,
               &process)),
        "create process");
    expect(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &streams, NULL) == S_OK, "process information");
    expect(streams.StdInput && streams.StdOutput && !streams.StdError, "the streams that were asked for");
    expect(SetFileCompletionNotificationModes(streams.StdOutput, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS),
        "C-31: completion modes can be set");
    BOOL done = ReadFile(streams.StdOutput, text, sizeof text, NULL, &overlapped);
    expect(!done && GetLastError() == ERROR_IO_PENDING, "C-31: a read with nothing there is pending");
    OVERLAPPED writing = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    WriteFile(streams.StdInput, "hello", 5, NULL, &writing);
    GetOverlappedResult(streams.StdInput, &writing, &moved, TRUE);
    expect(GetOverlappedResult(streams.StdOutput, &overlapped, &moved, TRUE) && moved == 5 && !memcmp(text, "hello", 5),
        "what was written comes back");
    expect(wait_for(operation, HcsModifyProcess(process, operation,
                                   L"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}")) == S_OK,
        "C-34: standard input is closed");
    CloseHandle(streams.StdInput);
    expect(HcsWaitForProcessExit(process, INFINITE, NULL) == S_OK, "the process ends");
    ResetEvent(overlapped.hEvent);
    done = ReadFile(streams.StdOutput, text, sizeof text, NULL, &overlapped) ||
           (GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(streams.StdOutput, &overlapped, &moved, TRUE));
    expect(!done && GetLastError() == ERROR_BROKEN_PIPE, "C-33: the end of output is a broken pipe");
    CloseHandle(streams.StdOutput);
    CloseHandle(overlapped.hEvent);
    CloseHandle(writing.hEvent);
    HcsCloseProcess(process);
}

/* More than a full pipe takes, read only after the exit: nothing is lost (C-33). */
static void check_late_reader(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION streams = {0};
    char text[256];
    DWORD moved = 0, total = 0;
    HcsCreateProcess(
        system, L"{\"CommandLine\":\"ping -n 200 host\",\"CreateStdOutPipe\":true}", operation, NULL, &process);
    HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &streams, NULL);
    expect(HcsWaitForProcessExit(process, INFINITE, NULL) == S_OK, "a process with much to say ends");
    for (;;) {
        OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
        BOOL ok =
            ReadFile(streams.StdOutput, text, sizeof text, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING;
        ok = ok && GetOverlappedResult(streams.StdOutput, &overlapped, &moved, TRUE);
        CloseHandle(overlapped.hEvent);
        if (!ok || !moved)
            break;
        total += moved;
    }
    expect(total == 200 * 17, "C-33: unread output survives the exit");
    CloseHandle(streams.StdOutput);
    HcsCloseProcess(process);
}

static volatile LONG events;

/* C-06: callbacks find room on the stack of their thread */
static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    volatile char room[128 * 1024];
    (void)context;
    room[0] = room[sizeof room - 1] = (char)event->Type;
    InterlockedIncrement(&events);
}

static void check_events(HCS_SYSTEM system, HCS_OPERATION operation)
{
    expect(HcsSetComputeSystemCallback(system, 4, NULL, on_event) == S_OK, "C-18: option 4 is accepted");
    expect(wait_for(operation, HcsTerminateComputeSystem(system, operation, L"")) == S_OK, "terminate");
    HcsCloseComputeSystem(system);
    expect(events == 1, "the exit came once, before the close returned");
}

/* The library can be unloaded while its threads rest, and loaded again. */
static void check_reload(void)
{
    for (int i = 0; i < 20; i++) {
        HMODULE library = LoadLibraryA("computecore.dll");
        expect(library != NULL, "the library can be loaded again");
        FreeLibrary(library);
    }
}

static bool ends_with(const char *text, size_t length, const char *ending)
{
    size_t size = strlen(ending);
    return length >= size && !memcmp(text + length - size, ending, size);
}

/* Reads from a pipe until the text ends so; false at the end of the pipe. */
static bool read_to(HANDLE pipe, const char *ending)
{
    char text[4096];
    DWORD length = 0, got;
    while (!ends_with(text, length, ending)) {
        if (length == sizeof text || !ReadFile(pipe, text + length, 1, &got, NULL) || !got)
            return false;
        length += got;
    }
    return true;
}

/* The name of the pipe tells clients apart that run at once. */
static HANDLE open_port(void)
{
    char name[48];
    snprintf(name, sizeof name, "\\\\.\\pipe\\windows-client-%lu", GetCurrentProcessId());
    return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

/* The console of a guest is behind the pipe of its serial port, for one program at a time. */
static void check_serial_port(HCS_OPERATION operation)
{
    DWORD written;
    HCS_SYSTEM system;
    WCHAR configuration[160];
    _snwprintf(configuration, sizeof configuration / sizeof *configuration,
        L"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"Devices\":{\"ComPorts\":{\"0\":{"
        L"\"NamedPipe\":\"\\\\\\\\.\\\\pipe\\\\windows-client-%lu\"}}}}}",
        GetCurrentProcessId());
    expect(wait_for(operation, HcsCreateComputeSystem(L"serial", configuration, operation, NULL, &system)) == S_OK &&
               wait_for(operation, HcsStartComputeSystem(system, operation, NULL)) == S_OK,
        "a virtual machine with a serial port starts");
    HANDLE pipe = open_port();
    expect(pipe != INVALID_HANDLE_VALUE, "the pipe of a serial port can be opened");
    expect(read_to(pipe, "C:\\>"), "a serial port prompts");
    expect(open_port() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY, "a serial port has one program");
    expect(WriteFile(pipe, "echo hello\r", 11, &written, NULL) && read_to(pipe, "\r\nhello\r\nC:\\>"),
        "a line that is typed runs");
    CloseHandle(pipe);
    for (int i = 0; i < 1000 && (pipe = open_port()) == INVALID_HANDLE_VALUE; i++)
        Sleep(10);
    expect(WriteFile(pipe, "\r", 1, &written, NULL) && read_to(pipe, "\r\nC:\\>"), "the next program can come");
    expect(wait_for(operation, HcsTerminateComputeSystem(system, operation, NULL)) == S_OK, "terminate");
    expect(!read_to(pipe, "never"), "the pipe ends with the machine");
    CloseHandle(pipe);
    expect(open_port() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND, "the pipe is gone");
    HcsCloseComputeSystem(system);
}

int main(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    expect(
        wait_for(operation, HcsCreateComputeSystem(L"windows", container, operation, NULL, &system)) == S_OK, "create");
    expect(wait_for(operation, HcsStartComputeSystem(system, operation, L"")) == S_OK, "start");
    check_register();
    check_exports();
    check_documents(operation);
    check_pipes(system, operation);
    check_late_reader(system, operation);
    check_events(system, operation);
    check_serial_port(operation);
    check_reload();
    HcsCloseOperation(operation);
    printf("windows client: %d broken\n", broken);
    return broken != 0;
}
