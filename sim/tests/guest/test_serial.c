/* Serial ports of virtual machines: pipes that a client opens, with the guest's console behind them. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#define PORT(number, name) "\"" number "\":{\"NamedPipe\":\"\\\\\\\\.\\\\pipe\\\\" name "\"}"
#define MACHINE(ports)                                                                                                 \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"VirtualMachine\":{\"Chipset\":{\"LinuxKernelDirect\":{"           \
    u"\"KernelFilePath\":\"k\",\"KernelCmdLine\":\"quiet\"}},\"Devices\":{\"ComPorts\":{" ports "}}}}"
#define WINDOWS_MACHINE(ports)                                                                                         \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"VirtualMachine\":{\"Devices\":{\"ComPorts\":{" ports "}}}}"
#define CONNECT_MS 10000

static char folder[32];
static int accept_error; /* why no program can be accepted; 0: it can */

/* In place of the system's, also for the library. */
int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
    errno = accept_error;
    return accept_error ? -1 : (int)syscall(SYS_accept4, listener, address, size, flags);
}

/* Makes a folder for the pipes of this test. */
static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/serial-XXXXXX");
    cr_assert(mkdtemp(folder));
    setenv("COMPUTECORE_PIPES", folder, 1);
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
}

static void end(void)
{
    expect_nothing_left();
    cr_expect_eq(rmdir(folder), 0, "something is left of the pipes: %s", strerror(errno));
}

static const char *path_of(const char *name)
{
    static char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct sockaddr_un address_of(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path_of(name), strlen(path_of(name)));
    return address;
}

/* Returns -1 if nothing listens. */
static int try_open(const char *name)
{
    struct sockaddr_un address = address_of(name);
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!connect(made, (struct sockaddr *)&address, sizeof address))
        return made;
    close(made);
    return -1;
}

static int open_pipe(const char *name)
{
    int made = try_open(name);
    cr_assert(made >= 0, "%s can't be opened: %s", name, strerror(errno));
    return made;
}

static void type(int pipe, const char *text)
{
    cr_assert_eq(write(pipe, text, strlen(text)), (ssize_t)strlen(text));
}

/* Reads until the text ends so, or the pipe ends, which adds "<end>". */
static const char *read_to(int pipe, const char *ending)
{
    static char text[1 << 16];
    size_t length = 0;
    for (;;) {
        struct pollfd look = {pipe, POLLIN, 0};
        text[length] = 0;
        if (length >= strlen(ending) && !strcmp(text + length - strlen(ending), ending))
            return text;
        cr_assert_gt(poll(&look, 1, CONNECT_MS), 0, "nothing more comes after '%s'", text);
        ssize_t got = read(pipe, text + length, sizeof text - length - 8);
        if (got <= 0) {
            snprintf(text + length, 8, "<end>");
            return text;
        }
        length += (size_t)got;
    }
}

/* The same of a text that is too long to be kept. Returns its length. */
static size_t read_past(int pipe, const char *ending)
{
    char text[4096];
    size_t sum = 0, kept = 0, length = strlen(ending);
    do {
        struct pollfd look = {pipe, POLLIN, 0};
        size_t known = kept < length ? kept : length; /* the ending may come in pieces */
        memmove(text, text + kept - known, known);
        cr_assert_gt(poll(&look, 1, CONNECT_MS), 0, "nothing more comes after %zu bytes", sum);
        ssize_t got = read(pipe, text + known, sizeof text - known);
        cr_assert_gt(got, 0);
        kept = known + (size_t)got;
        sum += (size_t)got;
    } while (kept < length || memcmp(text + kept - length, ending, length) != 0);
    return sum;
}

static void expect_says(int pipe, const char *typed, const char *answer)
{
    type(pipe, typed);
    const char *text = read_to(pipe, "# ");
    cr_expect_str_eq(text, answer, "'%s'", text);
}

Test(serial, the_console_of_the_guest_is_behind_the_pipe)
{
    begin();
    HCS_SYSTEM system = make_system(u"machine", MACHINE(PORT("0", "com1")), true);
    int pipe = open_pipe("com1");
    const char *boot = read_to(pipe, "# ");
    cr_expect(strstr(boot, "Command line: quiet\r\n"), "%s", boot);
    cr_expect(strstr(boot, "machine login: "), "%s", boot);
    expect_says(pipe, "echo hello\r", "echo hello\r\nhello\r\n# ");
    expect_says(pipe, "x=1; echo $x\n", "x=1; echo $x\r\n1\r\n# ");
    expect_says(pipe, "echo $x; nothing\r\n", "echo $x; nothing\r\n1\r\nsh: 1: nothing: not found\r\n# ");
    expect_says(pipe, "\r", "\r\n# ");
    drop_system(system);
    cr_expect_str_eq(read_to(pipe, "#"), "<end>");
    cr_expect_eq(try_open("com1"), -1);
    close(pipe);
    end();
}

Test(serial, a_windows_guest_has_its_own_shell)
{
    begin();
    HCS_SYSTEM system = make_system(u"windows", WINDOWS_MACHINE(PORT("1", "com2")), true);
    int pipe = open_pipe("com2");
    const char *text = read_to(pipe, "C:\\>");
    cr_expect(strstr(text, "Version 10.0."), "%s", text);
    type(pipe, "echo %USERNAME%& set x=1\r");
    (void)read_to(pipe, "C:\\>");
    type(pipe, "echo %x%\r");
    text = read_to(pipe, "C:\\>");
    cr_expect_str_eq(text, "echo %x%\r\n1\r\nC:\\>", "'%s'", text);
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, keys_edit_and_interrupt)
{
    begin();
    HCS_SYSTEM system = make_system(u"keys", MACHINE(PORT("0", "keys")), true);
    int pipe = open_pipe("keys");
    (void)read_to(pipe, "# ");
    expect_says(pipe,
        "echo ax\x7f"
        "b\r",
        "echo ax\b \bb\r\nab\r\n# ");
    expect_says(pipe,
        "\x7f"
        "nonsense\x03",
        "\anonsense^C\r\n# ");
    type(pipe, "sleep 1000000000\r");
    (void)read_to(pipe, "\r\n");
    expect_says(pipe, "\x03", "^C\r\n# ");
    type(pipe, "cat\r");
    (void)read_to(pipe, "cat\r\n");
    type(pipe, "a\r");
    const char *text = read_to(pipe, "a\r\na\r\n");
    cr_expect_str_eq(text, "a\r\na\r\n", "'%s'", text);
    expect_says(pipe, "\x04", "# ");
    type(pipe, "exit\r");
    text = read_to(pipe, "# ");
    cr_expect(strstr(text, "keys login: "), "%s", text);
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, the_guest_can_shut_down_and_restart_from_there)
{
    begin();
    HCS_SYSTEM system = make_system(u"power", MACHINE(PORT("0", "power")), true);
    int pipe = open_pipe("power");
    (void)read_to(pipe, "# ");
    type(pipe, "reboot\r");
    const char *text = read_to(pipe, "login: root (automatic login)\r\n\r\n# ");
    cr_expect(strstr(text, "reboot\r\n") && strstr(text, "Linux version"), "%s", text);
    type(pipe, "poweroff\r");
    must(HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    text = read_to(pipe, "<");
    cr_expect(strstr(text, "<end>"), "%s", text);
    close(pipe);
    HcsCloseComputeSystem(system);
    end();
}

Test(serial, one_client_at_a_time_and_what_nobody_reads_is_lost)
{
    begin();
    HCS_SYSTEM system = make_system(u"turns", MACHINE(PORT("0", "turns")), true);
    int first = open_pipe("turns");
    (void)read_to(first, "# ");
    int second = open_pipe("turns");
    type(second, "echo second\r");
    expect_says(first, "echo first\r", "echo first\r\nfirst\r\n# ");
    close(first);
    const char *text = read_to(second, "# ");
    cr_expect_str_eq(text, "echo second\r\nsecond\r\n# ", "'%s'", text);
    type(second, "sleep 5; echo kept > /tmp/kept; echo lost\r");
    (void)read_to(second, "\r\n");
    close(second);
    usleep(300000);
    int third = open_pipe("turns");
    expect_says(third, "cat /tmp/kept\r", "cat /tmp/kept\r\nkept\r\n# ");
    close(third);
    drop_system(system);
    end();
}

Test(serial, much_output_waits_for_its_reader)
{
    begin();
    HCS_SYSTEM system = make_system(u"much", MACHINE(PORT("0", "much")), true);
    int pipe = open_pipe("much");
    (void)read_to(pipe, "# ");
    type(pipe, "ping host\r");
    usleep(20000);
    type(pipe, "\x03");
    (void)read_to(pipe, "# ");
    type(pipe, "i=0; while [ $i -lt 20000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo "
               "all\r");
    cr_expect_gt(read_past(pipe, "all\r\n# "), 40 * 20000);
    close(pipe);
    drop_system(system);
    end();
}

struct typing {
    int pipe;
    char keys[1 << 16];
};

static void *type_on(void *argument)
{
    const struct typing *typing = argument;
    while (send(typing->pipe, typing->keys, sizeof typing->keys, MSG_NOSIGNAL) > 0)
        ;
    return NULL;
}

/* In a full line, where keys change nothing, and with the rubout key at the beginning of one. */
Test(serial, a_program_that_never_stops_typing_does_not_hold_up_the_end, .timeout = 60)
{
    enum { THREADS = 8 };
    static const char keys[] = {'x', '\x7f'};
    for (size_t i = 0; i < sizeof keys; i++) {
        static struct typing typing;
        pthread_t threads[THREADS];
        begin();
        HCS_SYSTEM system = make_system(u"types", MACHINE(PORT("0", "types")), true);
        typing.pipe = open_pipe("types");
        memset(typing.keys, keys[i], sizeof typing.keys);
        (void)read_to(typing.pipe, "# ");
        for (int j = 0; j < THREADS; j++)
            cr_assert_eq(pthread_create(&threads[j], NULL, type_on, &typing), 0);
        usleep(20000);
        uint64_t begun = platform_time();
        drop_system(system);
        cr_expect_lt(platform_time() - begun, 5000000000, "%d", keys[i]);
        for (int j = 0; j < THREADS; j++)
            pthread_join(threads[j], NULL);
        close(typing.pipe);
        end();
    }
}

Test(serial, a_paused_guest_does_not_answer)
{
    begin();
    HCS_SYSTEM system = make_system(u"pause", MACHINE(PORT("0", "pause")), true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    int pipe = open_pipe("pause");
    (void)read_to(pipe, "# ");
    must(finish(HcsPauseComputeSystem(system, operation, NULL), operation));
    type(pipe, "echo late\r");
    struct pollfd look = {pipe, POLLIN, 0};
    cr_expect_eq(poll(&look, 1, 100), 0);
    must(finish(HcsResumeComputeSystem(system, operation, NULL), operation));
    (void)read_to(pipe, "late\r\nlate\r\n# ");
    HcsCloseOperation(operation);
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, a_port_comes_and_goes_while_the_machine_runs)
{
    begin();
    HCS_SYSTEM system = make_system(u"plug", MACHINE(""), true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    static const PCWSTR add = u"{\"ResourcePath\":\"VirtualMachine/Devices/ComPorts/1\",\"RequestType\":\"Add\","
                              u"\"Settings\":{\"NamedPipe\":\"\\\\\\\\.\\\\pipe\\\\plug\"}}";
    must(finish(HcsModifyComputeSystem(system, operation, add, NULL), operation));
    int pipe = open_pipe("plug");
    (void)read_to(pipe, "# ");
    cr_expect_eq(
        finish(HcsModifyComputeSystem(system, operation, add, NULL), operation), HRESULT_ERROR_OBJECT_ALREADY_EXISTS);
    cr_expect_eq(finish(HcsModifyComputeSystem(system, operation,
                            u"{\"ResourcePath\":\"VirtualMachine/Devices/ComPorts/1\",\"RequestType\":\"Update\","
                            u"\"Settings\":{\"NamedPipe\":\"plug\"}}",
                            NULL),
                     operation),
        E_INVALIDARG);
    expect_says(pipe, "\r", "\r\n# ");
    must(finish(HcsModifyComputeSystem(system, operation,
                    u"{\"ResourcePath\":\"VirtualMachine/Devices/ComPorts/1\",\"RequestType\":\"Remove\"}", NULL),
        operation));
    cr_expect_str_eq(read_to(pipe, "#"), "<end>");
    HcsCloseOperation(operation);
    close(pipe);
    drop_system(system);
    end();
}

/* Starts a machine that must not start, and returns its error document. */
static const char *refused(PCWSTR document, HRESULT expected)
{
    static char text[600];
    PWSTR result = NULL;
    HCS_SYSTEM system = make_system(u"refused", document, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsStartComputeSystem(system, operation, NULL));
    HRESULT got = HcsWaitForOperationResult(operation, INFINITE, &result);
    take_text(result, text, sizeof text);
    cr_expect_eq(got, expected, "0x%08X %s", (unsigned)got, text);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    return text;
}

Test(serial, a_pipe_that_cannot_be_made_is_named_by_the_start)
{
    begin();
    static const PCWSTR wrong[] = {WINDOWS_MACHINE("\"0\":{\"NamedPipe\":\"com1\"}"), WINDOWS_MACHINE(PORT("0", "")),
        WINDOWS_MACHINE(PORT("0", "a/b")), WINDOWS_MACHINE(PORT("0", "a\\\\b")), WINDOWS_MACHINE(PORT("0", "..")),
        WINDOWS_MACHINE(PORT("0", "01234567890123456789012345678901234567890123456789"
                                  "01234567890123456789012345678901234567890123456789"))};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *text = refused(wrong[i], E_INVALIDARG);
        cr_expect(strstr(text, "VirtualMachine.Devices.ComPorts.0.NamedPipe"), "case %zu: %s", i, text);
    }
    FILE *other = fopen(path_of("taken"), "w");
    cr_assert(other);
    fclose(other);
    (void)refused(WINDOWS_MACHINE(PORT("0", "taken")), E_ACCESSDENIED);
    cr_expect_eq(unlink(path_of("taken")), 0, "the file is gone");
    cr_expect_eq(symlink("/tmp/serial-elsewhere", path_of("link")), 0);
    (void)refused(WINDOWS_MACHINE(PORT("0", "link")), E_ACCESSDENIED);
    cr_expect_neq(access("/tmp/serial-elsewhere", F_OK), 0);
    unlink(path_of("link"));
    chmod(folder, 0777);
    (void)refused(WINDOWS_MACHINE(PORT("0", "open")), E_ACCESSDENIED);
    chmod(folder, 0700);
    char link[64];
    snprintf(link, sizeof link, "%s-link//", folder);
    setenv("COMPUTECORE_PIPES", link, 1);
    link[strlen(link) - 2] = 0;
    cr_assert_eq(symlink(folder, link), 0);
    (void)refused(WINDOWS_MACHINE(PORT("0", "linked")), E_ACCESSDENIED);
    unlink(link);
    end();
}

Test(serial, only_its_user_may_open_it_and_a_stale_one_is_replaced)
{
    begin();
    struct sockaddr_un address = address_of("stale");
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(stale, (struct sockaddr *)&address, sizeof address), 0);
    close(stale);
    HCS_SYSTEM system = make_system(u"stale", MACHINE(PORT("0", "stale")), true);
    struct stat found;
    cr_assert_eq(stat(path_of("stale"), &found), 0);
    cr_expect_eq(found.st_mode & 0777, 0600);
    close(open_pipe("stale"));
    drop_system(system);
    end();
}

Test(serial, a_pipe_that_a_program_has_made_is_opened)
{
    begin();
    struct sockaddr_un address = address_of("made");
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(listener, 1), 0);
    HCS_SYSTEM system = make_system(u"made", MACHINE(PORT("0", "made")), true);
    int pipe = accept(listener, NULL, NULL);
    cr_expect(strstr(read_to(pipe, "# "), "Linux version"));
    expect_says(pipe, "echo a\r", "echo a\r\na\r\n# ");
    drop_system(system);
    cr_expect_str_eq(read_to(pipe, "#"), "<end>");
    close(pipe);
    close(listener);
    cr_expect_eq(unlink(path_of("made")), 0, "the program's own pipe is gone");
    end();
}

/* At this schema version the member is hidden. */
Test(serial, a_guest_whose_kernel_is_hidden_is_a_linux_guest)
{
    begin();
    HCS_SYSTEM system = make_system(u"older",
        u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"Chipset\":{\"LinuxKernelDirect\":{"
        u"\"KernelFilePath\":\"k\"}},\"Devices\":{\"ComPorts\":{" PORT("0", "older") "}}}}",
        true);
    int pipe = open_pipe("older");
    cr_expect(strstr(read_to(pipe, "# "), "Linux version"));
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, without_a_name_nothing_is_made)
{
    begin();
    HCS_SYSTEM system = make_system(u"none", MACHINE("\"0\":{},\"1\":{\"NamedPipe\":\"\"}"), true);
    drop_system(system);
    end();
}

static double used_seconds(void)
{
    struct timespec used;
    cr_assert_eq(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* The library rests, and answers. */
static void expect_well(void)
{
    PWSTR result = NULL;
    double before = used_seconds();
    usleep(500000);
    cr_expect_lt(used_seconds() - before, 0.2, "it was busy for %.3f s of 0.5 s", used_seconds() - before);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsEnumerateComputeSystems(NULL, operation));
    must(HcsWaitForOperationResult(operation, 3000, &result));
    LocalFree(result);
    HcsCloseOperation(operation);
}

/* A socket that no descriptor is needed for any more. */
static void connect_to(int made, const char *name)
{
    struct sockaddr_un address = address_of(name);
    cr_assert_eq(connect(made, (struct sockaddr *)&address, sizeof address), 0);
}

Test(serial, without_descriptors_programs_are_refused_and_the_clock_goes_on, .timeout = 30)
{
    enum { LIMIT = 128 };
    struct rlimit old, low;
    int held[LIMIT], count = 0, made[2];
    begin();
    HCS_SYSTEM system = make_system(u"full", MACHINE(PORT("0", "full")), true);
    for (int i = 0; i < 2; i++)
        made[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = (struct rlimit){LIMIT, old.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
    while (count < LIMIT && (held[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        count++;
    for (int i = 0; i < 2; i++) {
        connect_to(made[i], "full");
        expect_well();
        cr_expect_str_eq(read_to(made[i], "#"), "<end>");
        close(made[i]);
        held[count++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    while (count)
        close(held[--count]);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    int pipe = open_pipe("full");
    (void)read_to(pipe, "# ");
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, without_memory_a_program_waits_and_the_clock_goes_on, .timeout = 30)
{
    begin();
    HCS_SYSTEM system = make_system(u"short", MACHINE(PORT("0", "short")), true);
    accept_error = ENOMEM;
    int pipe = open_pipe("short");
    expect_well();
    accept_error = 0;
    cr_expect(strstr(read_to(pipe, "# "), "Linux version"));
    close(pipe);
    drop_system(system);
    end();
}

Test(serial, a_port_ends_in_the_folder_that_it_was_made_in)
{
    begin();
    char other[64];
    snprintf(other, sizeof other, "%s-other", folder);
    HCS_SYSTEM system = make_system(u"moved", MACHINE(PORT("0", "moved")), true);
    setenv("COMPUTECORE_PIPES", other, 1);
    drop_system(system);
    cr_expect_neq(rmdir(other), 0, "a folder was made for a port that ends");
    end();
}

Test(serial, the_end_of_a_port_does_not_wait_for_a_child_of_the_client)
{
    begin();
    HCS_SYSTEM system = make_system(u"forks", MACHINE(PORT("0", "forks")), true);
    int pipe = open_pipe("forks"), next = open_pipe("forks");
    (void)read_to(pipe, "# ");
    pid_t child = fork();
    if (!child) {
        alarm(20);
        for (;;)
            pause();
    }
    cr_assert_gt(child, 0);
    drop_system(system);
    cr_expect_str_eq(read_to(pipe, "#"), "<end>");
    cr_expect_str_eq(read_to(next, "#"), "<end>");
    close(pipe);
    close(next);
    kill(child, SIGKILL);
    cr_expect_eq(waitpid(child, NULL, 0), child);
    end();
}
