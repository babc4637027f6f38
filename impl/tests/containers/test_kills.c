/* Kills at any moment: of clients, of computecored, of keepers, of process 1 of containers. Clients of the public API
   work all the while; what they are told must be true (an exit code with only part of the output is not), every call
   must return, all that they saw must be explained by some order (hcs-sim check), and at the end nothing may be left on
   the machine. KILLS=10000 in the environment: 10,000 kills instead of 50; KILLS_KEEP=FOLDER: histories that nothing
   explains stay there. */
#include "containers.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENTS = 3,
    CALL_LIMIT_S = 40,
    ROUND = 250, /* kills between two looks at the histories */
    MOST_WAIT_US = 300000,
    MESSAGE_BYTES = 200,
    KILLED = 137,
    ENDED_WITH_ITS_SYSTEM = 1067
};

/* Shared by the test and its clients. */
struct board {
    atomic_bool stops;
    atomic_uint cycles, cut;          /* lifecycles: whole ones, ones that a kill cut off */
    atomic_llong busy_since[CLIENTS]; /* when the call of a client began; 0: none */
    atomic_uint life[CLIENTS];        /* the process id of each client, and the number of its present system */
    atomic_int process[CLIENTS];
    atomic_uint wrong;
    char message[MESSAGE_BYTES];
};

static struct board *board;

static void is_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void is_wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (atomic_fetch_add(&board->wrong, 1) == 0)
        (void)vsnprintf(board->message, MESSAGE_BYTES, format, arguments);
    va_end(arguments);
}

/* --- a client --- */

static unsigned self;

/* What a client may be told when something that it uses was killed. */
static bool is_told_of_a_kill(HRESULT result)
{
    static const HRESULT told[] = {HCS_E_SERVICE_DISCONNECT, HCS_E_SERVICE_NOT_AVAILABLE, HCS_E_SYSTEM_NOT_FOUND,
        HCS_E_SYSTEM_ALREADY_STOPPED, HCS_E_INVALID_STATE, HCS_E_UNEXPECTED_EXIT, HCS_E_PROCESS_ALREADY_STOPPED,
        HRESULT_ERROR_NOT_FOUND, HCS_E_TERMINATED};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (result == told[i])
            return true;
    return false;
}

/* Returns whether a call succeeded; one that fails must say why. */
static bool went(HRESULT result, const char *what)
{
    atomic_store(&board->busy_since[self], 0);
    if (SUCCEEDED(result))
        return true;
    if (!is_told_of_a_kill(result))
        is_wrong("%s answered 0x%08X", what, (unsigned)result);
    return false;
}

static void begins(void)
{
    atomic_store(&board->busy_since[self], (long long)time(NULL));
}

/* Exit code of a client whose library did not find its service once, and does not look for it again. */
enum { UNCONNECTED = 77 };

static bool wait_for(HRESULT begun, HCS_OPERATION operation, const char *what)
{
    return went(finish(begun, operation), what);
}

/* The exit code in the properties of the process; -1 if they could not be read because of a kill. */
static long long code_of(HCS_PROCESS process)
{
    char text[512] = "";
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    begins();
    HRESULT result = HcsGetProcessProperties(process, operation, NULL);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, &document);
    take_text(document, text, sizeof text);
    HcsCloseOperation(operation);
    const char *code = went(result, "HcsGetProcessProperties") ? strstr(text, "\"ExitCode\":") : NULL;
    return code ? strtoll(code + strlen("\"ExitCode\":"), NULL, 10) : -1;
}

static bool run_process(HCS_SYSTEM system, unsigned number)
{
    char document[256], output[64], expected[64];
    HCS_PROCESS process;
    HCS_PROCESS_INFORMATION information = {0};
    unsigned code = number % 100;
    snprintf(document, sizeof document,
        "{\"CommandLine\":\"sh -c 'echo number %u; exit %u'\",\"CreateStdOutPipe\":true}", number, code);
    snprintf(expected, sizeof expected, "number %u\n", number);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    begins();
    HRESULT result = HcsCreateProcess(system, wide(document), operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
    HcsCloseOperation(operation);
    if (!went(result, "HcsCreateProcess")) {
        HcsCloseProcess(process);
        return false;
    }
    read_all(information.StdOutput, output, sizeof output);
    begins();
    bool ended = went(HcsWaitForProcessExit(process, INFINITE, NULL), "HcsWaitForProcessExit");
    long long said = ended ? code_of(process) : -1;
    if (said == code && strcmp(output, expected) != 0)
        is_wrong("exit code %u with the output \"%s\"", code, output);
    else if (said >= 0 && said != code && said != KILLED && said != ENDED_WITH_ITS_SYSTEM)
        is_wrong("exit code %lld instead of %u", said, code);
    HcsCloseProcess(process);
    return said == code;
}

static void name_system(char id[64], int process, unsigned number)
{
    snprintf(id, 64, "kills-%d-%u", process, number);
}

/* Looks at the system of another client, in whatever state that is. */
static void look_at_neighbour(unsigned number)
{
    char id[64];
    HCS_SYSTEM system = NULL;
    unsigned other = (self + 1 + number % (CLIENTS - 1)) % CLIENTS;
    name_system(id, atomic_load(&board->process[other]), atomic_load(&board->life[other]));
    begins();
    if (!went(HcsOpenComputeSystem(wide(id), GENERIC_ALL, &system), "HcsOpenComputeSystem"))
        return;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    begins();
    (void)wait_for(HcsGetComputeSystemProperties(system, operation, NULL), operation, "properties");
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
}

static void live(unsigned number)
{
    char id[64];
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    name_system(id, (int)getpid(), number);
    atomic_store(&board->life[self], number);
    begins();
    HRESULT made = finish(HcsCreateComputeSystem(wide(id), CONTAINER, operation, NULL, &system), operation);
    if (made == HCS_E_SERVICE_NOT_AVAILABLE)
        _exit(UNCONNECTED);
    bool whole = went(made, "create");
    if (whole) {
        begins();
        whole = went(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event), "a callback");
    }
    if (whole) {
        begins();
        whole = wait_for(HcsStartComputeSystem(system, operation, NULL), operation, "start");
    }
    look_at_neighbour(number);
    for (unsigned i = 0; whole && i < 3; i++)
        whole = run_process(system, number * 3 + i);
    if (system) {
        begins();
        whole &= wait_for(HcsTerminateComputeSystem(system, operation, NULL), operation, "terminate");
    }
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    atomic_fetch_add(whole ? &board->cycles : &board->cut, 1);
    if (!whole)
        nap(); /* a new daemon needs a moment */
}

/* The history of this client. */
static void record(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/history-%d.jsonl", getenv("SCRATCH"), (int)getpid()); /* the folder of the test */
    setenv("COMPUTECORE_TRACE", path, 1);
}

static void await_daemon(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/computecored.sock", getenv("SCRATCH"));
    for (bool there = false; !there && !atomic_load(&board->stops); nap()) {
        int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        there = connect(probe, (struct sockaddr *)&address, sizeof address) == 0;
        close(probe);
    }
}

static _Noreturn void be_client(unsigned index)
{
    self = index;
    atomic_store(&board->process[index], (int)getpid());
    record();
    await_daemon();
    for (unsigned number = 0; !atomic_load(&board->stops); number++)
        live(number);
    _exit(0);
}

/* Ends every system that is left, as a returning owner would. */
static _Noreturn void clean_up(void)
{
    PWSTR list = NULL;
    static char text[1 << 20];
    record();
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (FAILED(HcsEnumerateComputeSystems(NULL, operation)) ||
        FAILED(HcsWaitForOperationResult(operation, INFINITE, &list)))
        _exit(1);
    take_text(list, text, sizeof text);
    for (char *p = text; (p = strstr(p, "\"Id\":\""));) {
        HCS_SYSTEM system;
        p += strlen("\"Id\":\"");
        p[strcspn(p, "\"")] = 0;
        if (SUCCEEDED(HcsOpenComputeSystem(wide(p), GENERIC_ALL, &system)))
            drop_system(system);
        p += strlen(p) + 1;
    }
    _exit(0);
}

/* --- the test; it does not call the library itself, so that its forked children can --- */

static pid_t start_client(unsigned index)
{
    pid_t client = fork();
    if (client == 0)
        be_client(index);
    cr_assert_gt(client, 0);
    atomic_store(&board->busy_since[index], 0);
    return client;
}

/* A process that the state of some system names; 0: there is none now. */
static pid_t recorded(const char *member, unsigned which)
{
    char text[64], command[300];
    snprintf(command, sizeof command,
        "sed -n 's/.*\"%s\":[^0-9]*\\([0-9]*\\).*/\\1/p' $SCRATCH/state/systems/*/state.json 2>/dev/null | grep -v "
        "'^0$' | "
        "sed -n '%up'",
        member, which % CLIENTS + 1);
    FILE *output = popen(command, "re");
    cr_assert_not_null(output);
    bool any = fgets(text, sizeof text, output);
    pclose(output);
    return any ? (pid_t)strtol(text, NULL, 10) : 0;
}

static void kill_one(unsigned roll, pid_t *clients)
{
    unsigned index = roll / 8 % CLIENTS;
    pid_t victim = 0;
    switch (roll % 4) {
    case 0:
        kill(clients[index], SIGKILL);
        cr_assert_eq(waitpid(clients[index], NULL, 0), clients[index]);
        clients[index] = start_client(index);
        break;
    case 1:
        daemon_kill();
        daemon_start();
        break;
    default:
        victim = recorded(roll % 4 == 2 ? "keeper" : "init", index);
        if (victim > 1)
            (void)kill(victim, SIGKILL); /* it may have ended meanwhile */
    }
}

static void expect_no_hang(void)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        long long since = atomic_load(&board->busy_since[i]);
        cr_assert(
            !since || time(NULL) - since < CALL_LIMIT_S, "a call of client %u has not ended for %d s", i, CALL_LIMIT_S);
    }
}

static void begin(void)
{
    containers_begin();
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(board, MAP_FAILED);
}

static void await(pid_t client)
{
    int status = 0;
    for (int i = 0; i < CALL_LIMIT_S * 200 && waitpid(client, &status, WNOHANG) == 0; i++)
        nap();
    cr_expect(WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == UNCONNECTED),
        "a client ended with %x", (unsigned)status);
}

TestSuite(kills, .init = begin, .fini = containers_end, .timeout = 36000);

static void expect_histories_hold(void)
{
    static const char command[] =
        "cd $SCRATCH; for f in history-*.jsonl; do [ -s $f ] || rm -f $f; done; " HCS_SIM
        " check history-*.jsonl >verdict 2>&1 && cat verdict >&2 || { echo $?; cat verdict; [ ! \"$KILLS_KEEP\" "
        "] || cp -r . \"$KILLS_KEEP\"; }; "
        "rm -f history-*.jsonl";
    static char text[1 << 16];
    ask_shell(command, text, sizeof text);
    cr_expect_str_empty(text, "what clients saw: %s", text);
}

static void restart_unconnected(pid_t *clients)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        if (waitpid(clients[i], NULL, WNOHANG) == clients[i])
            clients[i] = start_client(i);
}

/* Without kills clients get through, however slow the machine is. */
static void await_whole_lifecycle(pid_t *clients)
{
    for (int i = 0; !atomic_load(&board->cycles) && !atomic_load(&board->wrong) && i < CALL_LIMIT_S * 200; i++) {
        restart_unconnected(clients);
        nap();
    }
}

static void kill_some(unsigned long count)
{
    static unsigned dice = 1;
    pid_t clients[CLIENTS];
    atomic_store(&board->stops, false);
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = start_client(i);
    for (unsigned long i = 0; i < count && !atomic_load(&board->wrong); i++) {
        dice = dice * 1103515245u + 12345u;
        usleep(dice / 16 % MOST_WAIT_US);
        restart_unconnected(clients);
        kill_one(dice / 4096, clients);
        expect_no_hang();
    }
    await_whole_lifecycle(clients);
    atomic_store(&board->stops, true);
    for (unsigned i = 0; i < CLIENTS; i++)
        await(clients[i]);
    pid_t last = fork();
    if (last == 0)
        clean_up();
    await(last);
    expect_histories_hold();
}

Test(kills, whoever_is_killed_what_clients_are_told_is_true_and_nothing_is_left)
{
    const char *wanted = getenv("KILLS");
    unsigned long count = wanted ? strtoul(wanted, NULL, 10) : 50;
    for (unsigned long done = 0; done < count && !atomic_load(&board->wrong); done += ROUND)
        kill_some(count - done < ROUND ? count - done : ROUND);
    cr_expect_eq(atomic_load(&board->wrong), 0, "%s", board->message);
    cr_expect_gt(atomic_load(&board->cycles), 0);
    cr_expect_gt(atomic_load(&board->cut), 0);
    fprintf(stderr, "%lu kills: %u lifecycles whole, %u cut off\n", count, atomic_load(&board->cycles),
        atomic_load(&board->cut));
}

/* --- at named points --- */

/* After the N-th call of that name on the state folder. */
static const struct point {
    const char *program, *at, *what;
} points[] = {
    {"computecored", "mkdir 1", "the folder is made"},
    {"computecored", "write 1", "the document is written, not renamed"},
    {"computecored", "rename 1", "the document is there, the state is not"},
    {"computecored", "fsync 3", "the state is written, not renamed"},
    {"computecored", "rename 2", "the system is recorded, the creation not answered"},
    {"computecored", "remove 1", "the removal has begun"},
    {"computecore-keeper", "create 1", "the keeper makes its first file"},
    {"computecore-keeper", "write 1", "the state is written as running, not renamed"},
    {"computecore-keeper", "rename 1", "the container runs, the start is not answered"},
    {"computecore-keeper", "rename 2", "the container has ended, nobody was told"},
};

static void start_daemon_with(const struct point *point)
{
    char below[200];
    snprintf(below, sizeof below, "%s/state/systems", scratch());
    setenv("RECORDED_BELOW", below, 1);
    setenv("RECORDED_CALLS", scratch_path("calls"), 1);
    setenv("KILLED_AT", point->at, 1);
    setenv("KILLED_PROGRAM", point->program, 1);
    setenv("LD_PRELOAD", RECORDED_CALLS, 1);
    daemon_start();
    unsetenv("LD_PRELOAD");
}

static _Noreturn void live_once(void)
{
    self = 0;
    record();
    live(0);
    _exit(0);
}

/* If the daemon was killed, starts the next one. */
static void follow_daemon(void)
{
    if (waitpid(daemon_process, NULL, WNOHANG) != daemon_process)
        return;
    unlink(scratch_path("computecored.sock"));
    daemon_start();
}

/* Waits for a client; a daemon that is killed meanwhile is followed by another one. */
static void await_beside_daemon(pid_t client)
{
    int status = -1;
    for (int i = 0; i < CALL_LIMIT_S * 200 && waitpid(client, &status, WNOHANG) == 0; i++) {
        follow_daemon();
        nap();
    }
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a client ended with %x", (unsigned)status);
}

static void kill_at(const struct point *point)
{
    char text[64];
    daemon_kill();
    start_daemon_with(point);
    pid_t client = fork();
    if (client == 0)
        live_once();
    await_beside_daemon(client);
    follow_daemon();
    pid_t last = fork();
    if (last == 0)
        clean_up();
    await_beside_daemon(last);
    ask_shell("for i in $(seq 400); do grep -q ^killed $SCRATCH/calls && break; sleep 0.02; done; "
              "grep -c ^killed $SCRATCH/calls; rm $SCRATCH/calls; true",
        text, sizeof text);
    cr_expect_str_eq(text, "1", "%s, %s: it was not killed", point->program, point->what);
    follow_daemon();
    expect_no_traces(point->what);
}

Test(kills, at_named_points_leave_nothing_and_are_told_truly)
{
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        kill_at(&points[i]);
    cr_expect_eq(atomic_load(&board->wrong), 0, "%s", board->message);
    expect_histories_hold();
}
