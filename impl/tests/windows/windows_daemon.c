/* computecored on Windows and its clients, from mingw-w64's own headers and import library: what they share, what
   happens when one of them goes, and what does not get in. usage: windows-daemon COMPUTECORED CLIENT, where CLIENT is a
   program that is run as one more client. Exit code 0: everything held; else each broken contract is one line. */
#include "windows_check.h"
#include <windows.h>
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START_MS = 60000, LOOK_MS = 20, LARGE = 300 << 10, SERVICE_DISCONNECT = 0x8037011E, NAME_BYTES = 96 };

static const WCHAR short_lived[] = L"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{},"
                                   L"\"ShouldTerminateOnLastHandleClosed\":true}";

static HRESULT wait_for(HCS_OPERATION operation, HRESULT started)
{
    return started < 0 ? started : HcsWaitForOperationResult(operation, INFINITE, NULL);
}

static HRESULT create(HCS_OPERATION operation, const WCHAR *id, const WCHAR *document, HCS_SYSTEM *system)
{
    return wait_for(operation, HcsCreateComputeSystem(id, document, operation, NULL, system));
}

/* --- other programs --- */

static HANDLE start_as(char *command, DWORD flags)
{
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &process))
        return NULL;
    CloseHandle(process.hThread);
    return process.hProcess;
}

static HANDLE start(char *command)
{
    return start_as(command, CREATE_NEW_PROCESS_GROUP);
}

/* Returns its exit code, or 1000 if it does not end. */
static DWORD finish(HANDLE process)
{
    DWORD code = 1000;
    if (process && WaitForSingleObject(process, START_MS) == WAIT_OBJECT_0)
        GetExitCodeProcess(process, &code);
    if (process)
        CloseHandle(process);
    return code;
}

static DWORD run(const char *program, const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof command, "%s %s", program, arguments);
    return finish(start(command));
}

static const char *daemon_program;
static char pipe_name[NAME_BYTES], engine[NAME_BYTES + 8];

static int listens(void)
{
    char path[NAME_BYTES + 16];
    snprintf(path, sizeof path, "\\\\.\\pipe\\%s", pipe_name);
    return WaitNamedPipeA(path, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
}

static HANDLE start_daemon_as(DWORD flags, const char *options)
{
    char command[1024];
    snprintf(
        command, sizeof command, "%s --pipe %s --linger 0 --log-level warning %s", daemon_program, pipe_name, options);
    HANDLE daemon = start_as(command, flags);
    for (int waited = 0; daemon && !listens() && waited < START_MS; waited += LOOK_MS)
        Sleep(LOOK_MS);
    return daemon;
}

static HANDLE start_daemon(void)
{
    return start_daemon_as(CREATE_NEW_PROCESS_GROUP, "");
}

/* --- what a second process does --- */

static int open_shared(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM shared = NULL, doomed = NULL;
    PWSTR document = NULL;
    if (HcsOpenComputeSystem(L"shared", GENERIC_ALL, &shared) != S_OK ||
        HcsOpenComputeSystem(L"doomed", GENERIC_ALL, &doomed) != S_OK)
        return 1;
    if (HcsGetComputeSystemProperties(shared, operation, NULL) != S_OK ||
        HcsWaitForOperationResult(operation, INFINITE, &document) != S_OK || !wcsstr(document, L"\"Running\""))
        return 2;
    return wait_for(operation, HcsTerminateComputeSystem(doomed, operation, NULL)) == S_OK ? 0 : 3;
}

static int hold(void)
{
    HCS_SYSTEM system;
    if (create(HcsCreateOperation(NULL, NULL), L"held", short_lived, &system) == S_OK)
        Sleep(INFINITE);
    return 1;
}

/* --- checks --- */

static int is_listed(HCS_OPERATION operation, const WCHAR *id)
{
    PWSTR document = NULL;
    HRESULT started = HcsEnumerateComputeSystems(NULL, operation);
    int listed = started == S_OK && HcsWaitForOperationResult(operation, INFINITE, &document) == S_OK && document &&
                 wcsstr(document, id);
    LocalFree(document);
    return listed;
}

/* Others' steps take their time; the result is what counts. */
static int becomes_listed(HCS_OPERATION operation, const WCHAR *id, int listed)
{
    int is = is_listed(operation, id);
    for (int waited = 0; is != listed && waited < START_MS; waited += LOOK_MS) {
        Sleep(LOOK_MS);
        is = is_listed(operation, id);
    }
    return is == listed;
}

static void check_places(void)
{
    char arguments[1024], name[300] = "";
    memset(name, 'x', sizeof name - 1);
    snprintf(arguments, sizeof arguments, "--pipe %s --linger 1", pipe_name);
    expect(run(daemon_program, arguments) == 2, "a second daemon on one name ends with 2");
    snprintf(arguments, sizeof arguments, "--pipe %s --linger 1", name);
    expect(run(daemon_program, arguments) == 2, "a name that is too long ends with 2");
    expect(run(daemon_program, "--pipe a\\b --linger 1") == 2, "a name that is none ends with 2");
    expect(run(daemon_program, "--service") == 2, "a service that nobody started ends with 2");
    expect(run(daemon_program, "--help") == 0, "--help ends with 0");
}

static volatile LONG disconnects, exits;

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type == HcsEventServiceDisconnect)
        InterlockedIncrement(&disconnects);
    else if (event->Type == HcsEventSystemExited)
        InterlockedIncrement(&exits);
}

static void await(volatile LONG *count)
{
    for (int waited = 0; !*count && waited < START_MS; waited += LOOK_MS)
        Sleep(LOOK_MS);
}

static void check_two_clients(HCS_OPERATION operation, const char *self)
{
    HCS_SYSTEM doomed = NULL;
    expect(create(operation, L"doomed", container, &doomed) == S_OK, "create another system");
    expect(HcsSetComputeSystemCallback(doomed, HcsEventOptionNone, NULL, on_event) == S_OK, "a callback is set");
    expect(run(self, "open") == 0, "a second process opens what the first has created, and ends one of them");
    await(&exits);
    expect(exits == 1, "the first process hears what the second has done");
    HcsCloseComputeSystem(doomed);
}

static void check_killed_client(HCS_OPERATION operation, const char *self)
{
    char command[1024];
    snprintf(command, sizeof command, "%s hold", self);
    HANDLE client = start(command);
    expect(becomes_listed(operation, L"\"held\"", 1), "what another process holds is listed");
    TerminateProcess(client, 1);
    (void)finish(client);
    expect(becomes_listed(operation, L"\"held\"", 0), "the last handle was closed by the client's death");
}

/* Documents that no single piece of a message takes, there and back. */
static void check_large(HCS_OPERATION operation)
{
    static WCHAR text[LARGE + 256];
    HCS_SYSTEM system = NULL;
    PWSTR document = NULL;
    swprintf(text, 256, L"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{},\"Owner\":\"");
    size_t head = wcslen(text);
    for (size_t i = 0; i < LARGE; i++)
        text[head + i] = (WCHAR)(L'a' + i % 26);
    wcscpy(text + head + LARGE, L"\"}");
    expect(create(operation, L"large", text, &system) == S_OK, "a large document is taken");
    expect(HcsGetComputeSystemProperties(system, operation, NULL) == S_OK &&
               HcsWaitForOperationResult(operation, INFINITE, &document) == S_OK && document &&
               wcslen(document) > LARGE,
        "a large document comes back");
    LocalFree(document);
    HcsCloseComputeSystem(system);
}

/* Returns whether computecored ends a connection on which these bytes come. */
static int is_refused(const void *bytes, DWORD size)
{
    char path[NAME_BYTES + 16], answer[512];
    DWORD moved, mode = PIPE_READMODE_MESSAGE;
    snprintf(path, sizeof path, "\\\\.\\pipe\\%s", pipe_name);
    (void)WaitNamedPipeA(path, START_MS);
    HANDLE pipe = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    int ended = pipe != INVALID_HANDLE_VALUE && SetNamedPipeHandleState(pipe, &mode, NULL, NULL) &&
                (!WriteFile(pipe, bytes, size, &moved, NULL) || !ReadFile(pipe, answer, sizeof answer, &moved, NULL)) &&
                (GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_NO_DATA);
    if (pipe != INVALID_HANDLE_VALUE)
        CloseHandle(pipe);
    return ended;
}

static void check_garbage(HCS_OPERATION operation)
{
    static char bytes[100000];
    /* magic, flags, kind, id, result, length, value, count of handles, handles */
    uint32_t head[16] = {0x31434348, 0, 1};
    expect(is_refused(bytes, 0), "an empty message is refused");
    expect(is_refused(bytes, 1), "a byte is refused");
    expect(is_refused(bytes, 56), "a head without its mark is refused");
    expect(is_refused(bytes, sizeof bytes), "a message larger than any piece is refused");
    head[8] = 1;
    head[9] = (uint32_t)(uintptr_t)GetCurrentProcess();
    expect(is_refused(head, 56), "a client that sends handles is refused");
    head[8] = 0;
    head[1] = 1;
    head[5] = 64 << 20;
    expect(is_refused(head, 56), "a text over the limit is refused");
    head[5] = 0;
    head[2] = 4;
    expect(is_refused(head, 56), "a request before the hello is refused");
    expect(is_listed(operation, L"\"shared\""), "the other clients notice nothing");
}

/* HCS-ROW: R-01 */
static void check_restart(HCS_OPERATION operation, HCS_SYSTEM system, HANDLE *daemon)
{
    expect(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event) == S_OK, "a callback is set");
    TerminateProcess(*daemon, 1);
    (void)finish(*daemon);
    await(&disconnects);
    expect(disconnects == 1, "the end of the daemon is one HcsEventServiceDisconnect");
    expect(
        (uint32_t)wait_for(operation, HcsStartComputeSystem(system, operation, NULL)) == (uint32_t)SERVICE_DISCONNECT,
        "calls on old handles fail");
    HcsCloseComputeSystem(system);
    *daemon = start_daemon();
    expect(create(operation, L"anew", container, &system) == S_OK, "new handles are as always");
    HcsCloseComputeSystem(system);
}

static BOOL WINAPI go_on(DWORD event)
{
    return event == CTRL_C_EVENT;
}

/* For a daemon that shares the console; one that gets no key would not end. */
static void press_key(HANDLE daemon)
{
    int sent = GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    expect(sent, "Ctrl-C is sent");
    if (!sent)
        TerminateProcess(daemon, 1);
}

/* HCS-ROW: R-01 */
static void check_key(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL;
    HANDLE daemon = start_daemon_as(0, ""); /* a group of its own would ignore Ctrl-C */
    expect(create(operation, L"console", container, &system) == S_OK, "a daemon with a console");
    disconnects = 0;
    expect(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event) == S_OK, "a callback is set");
    press_key(daemon);
    expect(finish(daemon) == 0, "Ctrl-C ends a daemon well");
    await(&disconnects);
    expect(disconnects == 1, "Ctrl-C is one HcsEventServiceDisconnect for a client");
    expect(!listens(), "a daemon that Ctrl-C has ended listens no more");
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

/* Returns whether a program opens a pipe that was made with PIPE_NOWAIT. */
static int is_opened(HANDLE pipe)
{
    for (int waited = 0; waited < START_MS; waited += LOOK_MS) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() == ERROR_PIPE_CONNECTED)
            return 1;
        Sleep(LOOK_MS);
    }
    return 0;
}

/* The scenario is read from a pipe, so that the daemon listens and gets no further until the pipe is closed. */
static void check_early_key(void)
{
    enum { BUFFER = 64 };
    char options[NAME_BYTES + 64];
    DWORD written = 0;
    snprintf(options, sizeof options, "--scenario \\\\.\\pipe\\%s-scenario", pipe_name);
    HANDLE scenario = CreateNamedPipeA(
        strchr(options, '\\'), PIPE_ACCESS_OUTBOUND, PIPE_TYPE_BYTE | PIPE_NOWAIT, 1, BUFFER, 0, 0, NULL);
    HANDLE daemon = start_daemon_as(0, options);
    expect(is_opened(scenario) && listens(), "a daemon listens while it starts");
    press_key(daemon);
    expect(WriteFile(scenario, "{}", 2, &written, NULL) && written == 2, "the start goes on");
    CloseHandle(scenario);
    expect(finish(daemon) == 0, "Ctrl-C ends a daemon well while it starts");
    expect(!listens(), "a daemon that Ctrl-C has ended while it started listens no more");
}

/* Who sits before the console of a daemon ends it with a key; its clients are told. */
static void check_console(void)
{
    FreeConsole(); /* others may sit before it */
    expect(AllocConsole() && SetConsoleCtrlHandler(go_on, TRUE), "a console of its own");
    check_key();
    check_early_key();
}

/* Returns whether a service reaches a state. */
static int reaches(SC_HANDLE service, DWORD state)
{
    SERVICE_STATUS status = {0};
    for (int waited = 0; QueryServiceStatus(service, &status) && waited < START_MS; waited += LOOK_MS) {
        if (status.dwCurrentState == state)
            return 1;
        Sleep(LOOK_MS);
    }
    return 0;
}

/* The database of services is locked while another one starts, as they do when Wine has just begun. */
static int start_service(SC_HANDLE service)
{
    for (int i = 0; service && i < START_MS / LOOK_MS; i++) {
        if (StartServiceA(service, 0, NULL))
            return 1;
        if (GetLastError() != ERROR_SERVICE_DATABASE_LOCKED)
            return 0;
        Sleep(LOOK_MS);
    }
    return 0;
}

static void check_service(void)
{
    char program[MAX_PATH], command[MAX_PATH + 128];
    SERVICE_STATUS status = {0};
    GetFullPathNameA(daemon_program, sizeof program, program, NULL);
    snprintf(command, sizeof command, "\"%s\" --service --pipe %s --linger 0", program, pipe_name);
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE service = CreateServiceA(manager, pipe_name, NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
        SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);
    expect(start_service(service) && reaches(service, SERVICE_RUNNING), "it runs as a service");
    expect(listens(), "a service listens once it runs");
    expect(ControlService(service, SERVICE_CONTROL_STOP, &status) && reaches(service, SERVICE_STOPPED),
        "a service ends when it is told to");
    expect(QueryServiceStatus(service, &status) && status.dwWin32ExitCode == NO_ERROR, "its end is a success");
    DeleteService(service);
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

static void check_all(const char *self, const char *client)
{
    HANDLE daemon = start_daemon();
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    expect(create(operation, L"shared", container, &system) == S_OK, "create");
    expect(wait_for(operation, HcsStartComputeSystem(system, operation, NULL)) == S_OK, "start");
    check_places();
    check_two_clients(operation, self);
    expect(run(client, "") == 0, "a client with streams finds all as in the process");
    check_killed_client(operation, self);
    check_large(operation);
    check_garbage(operation);
    check_restart(operation, system, &daemon);
    HcsCloseOperation(operation);
    TerminateProcess(daemon, 0);
    (void)finish(daemon);
    check_console();
    check_service();
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return strcmp(argv[1], "hold") == 0 ? hold() : open_shared();
    if (argc != 3)
        return 2;
    setvbuf(stdout, NULL, _IONBF, 0);
    daemon_program = argv[1];
    snprintf(pipe_name, sizeof pipe_name, "windows-daemon-%lu", GetCurrentProcessId());
    snprintf(engine, sizeof engine, "pipe:%s", pipe_name);
    _putenv_s("COMPUTECORE_ENGINE", engine);
    check_all(argv[0], argv[2]);
    printf("windows daemon: %d broken\n", broken);
    return broken != 0;
}
