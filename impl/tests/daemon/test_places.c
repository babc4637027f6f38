/* Where computecored listens and keeps its state when that place is not as it should be: paths that are too long, taken
   by another daemon, by a file, by another user; disks that are full or can't be written. Each says so in one line, and
   ends with 2. */
#include "base/files/files.h"
#include "daemon.h"
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { OTHER_USER = 65534, CROWD = 8 };

TestSuite(places, .timeout = 300);

/* Expects that the daemon does not start: exit code 2, and one line that contains the words. */
static void expect_refused(const char *const options[], const char *words)
{
    char said[SAID];
    int code = daemon_run(options, said);
    const char *newline = strchr(said, '\n');
    cr_expect_eq(code, 2, "exit code %d: %s", code, said);
    cr_expect(newline && !newline[1], "not one line: %s", said);
    cr_expect(strstr(said, words), "not '%s': %s", words, said);
}

static void refuse_socket(const char *path, const char *words)
{
    expect_refused((const char *const[]){"--socket", path, NULL}, words);
}

/* Names the daemon of daemon_socket to the library. */
static void choose_socket(const char *path)
{
    char engine[5000];
    snprintf(daemon_socket, sizeof daemon_socket, "%s", path);
    snprintf(engine, sizeof engine, "unix:%s", path);
    setenv("COMPUTECORE_ENGINE", engine, 1);
}

static HRESULT enumerate(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsEnumerateComputeSystems(NULL, operation), operation);
    HcsCloseOperation(operation);
    return result;
}

/* The same; said takes what the library writes on standard error. */
static HRESULT enumerate_and_listen(char said[SAID])
{
    FILE *words = tmpfile();
    int before = dup(STDERR_FILENO);
    (void)dup2(fileno(words), STDERR_FILENO);
    HRESULT result = enumerate();
    (void)dup2(before, STDERR_FILENO);
    rewind(words);
    said[fread(said, 1, SAID - 1, words)] = 0;
    fclose(words);
    close(before);
    return result;
}

/* Calls fail until the daemon is there; the client needs no restart. */
Test(places, a_client_may_come_before_its_daemon)
{
    choose_socket(daemon_path("computecored.sock"));
    cr_expect_eq(enumerate(), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(enumerate(), HCS_E_SERVICE_NOT_AVAILABLE);
    daemon_begin();
    HRESULT result = HCS_E_SERVICE_NOT_AVAILABLE;
    for (int i = 0; result == HCS_E_SERVICE_NOT_AVAILABLE && i < MANY_LOOKS; i++, nap())
        result = enumerate();
    cr_expect_eq(result, S_OK, "%08x", (unsigned)result);
    daemon_end();
}

static int enumerate_as_client(struct shared *unused)
{
    (void)unused;
    HRESULT result = enumerate();
    for (int i = 0; FAILED(result) && i < MANY_LOOKS; i++, result = enumerate())
        nap();
    return FAILED(result);
}

static int drop_user(void)
{
    return setresgid(OTHER_USER, OTHER_USER, OTHER_USER) || setresuid(OTHER_USER, OTHER_USER, OTHER_USER);
}

/* --- paths --- */

Test(places, a_folder_longer_than_the_address_of_a_socket)
{
    char path[700], said[SAID];
    size_t length = (size_t)snprintf(path, sizeof path, "%s", daemon_path(""));
    while (length < 400) {
        length += (size_t)snprintf(path + length, sizeof path - length, "/a-folder-with-a-long-name-in-it");
        cr_assert_eq(mkdir(path, 0755), 0);
    }
    snprintf(path + length, sizeof path - length, "/computecored.sock");
    const char *const options[] = {"--socket", path, NULL};
    choose_socket("");
    char engine[800];
    snprintf(engine, sizeof engine, "unix:%s", path);
    setenv("COMPUTECORE_ENGINE", engine, 1);
    pid_t server = fork();
    if (server == 0)
        _exit(daemon_run(options, said));
    for (int i = 0; access(path, F_OK) && i < MANY_LOOKS; i++)
        nap();
    expect_right(other_client(enumerate_as_client, NULL));
    expect_right(server);
}

Test(places, a_name_that_no_socket_can_have)
{
    char path[6000];
    size_t length = (size_t)snprintf(path, sizeof path, "%s/", daemon_path(""));
    memset(path + length, 'a', sizeof path - length);
    path[length + 200] = 0;
    refuse_socket(path, "File name too long");
    path[length + 200] = 'a';
    path[5000] = 0;
    refuse_socket(path, "File name too long");
    refuse_socket(daemon_path(""), "computecored: ");
    refuse_socket("", "computecored: ");
}

Test(places, a_folder_that_is_not_there)
{
    refuse_socket(daemon_path("not/there/computecored.sock"), "No such file or directory");
}

Test(places, a_file_that_is_no_socket_is_left_alone)
{
    char path[120];
    size_t length;
    snprintf(path, sizeof path, "%s", daemon_path("precious"));
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs("precious", file) >= 0 && fclose(file) == 0);
    refuse_socket(path, "File exists");
    char *text = file_read(path, 100, &length);
    cr_expect_str_eq(text, "precious");
    free(text);
}

/* --- other daemons --- */

Test(places, a_second_daemon_on_one_path)
{
    daemon_begin();
    refuse_socket(daemon_socket, "another computecored listens there");
    cr_expect_eq(enumerate(), S_OK, "the first one goes on");
    daemon_end();
}

Test(places, what_a_killed_daemon_left)
{
    daemon_begin();
    kill(daemon_process, SIGKILL);
    cr_assert_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    cr_assert_eq(access(daemon_socket, F_OK), 0);
    daemon_begin();
    cr_expect_eq(enumerate(), S_OK);
    daemon_end();
}

/* Starts one of several daemons, which begins once go is closed. *said: the pipe with its standard error. */
static pid_t start_one(const int go[2], int *said)
{
    int ends[2];
    char byte;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        close(go[1]);
        (void)!read(go[0], &byte, 1);
        execl(COMPUTECORED, COMPUTECORED, "--foreground", "--linger", "1", "--socket", daemon_socket, NULL);
        _exit(127);
    }
    close(ends[1]);
    *said = ends[0];
    return child;
}

/* Of several daemons that start at the same time, beside a stale socket, exactly one stays. */
Test(places, daemons_that_start_at_a_time, .timeout = 300)
{
    choose_socket(daemon_path("crowd.sock"));
    for (int round = 0; round < 100; round++) {
        int go[2], said[CROWD], stayed = 0;
        pid_t children[CROWD];
        cr_assert_eq(pipe(go), 0);
        for (int i = 0; i < CROWD; i++)
            children[i] = start_one(go, &said[i]);
        close(go[0]);
        close(go[1]);
        for (int i = 0; i < CROWD; i++) {
            char line[200] = "";
            ssize_t length = read(said[i], line, sizeof line - 1);
            bool stays = length > 0 && strstr(line, "listening");
            stayed += stays;
            cr_expect(stays || strstr(line, "another computecored listens there"), "%s", line);
        }
        cr_expect_eq(stayed, 1, "round %d: %d stayed", round, stayed);
        for (int i = 0; i < CROWD; i++) {
            kill(children[i], SIGKILL);
            cr_assert_eq(waitpid(children[i], NULL, 0), children[i]);
            close(said[i]);
        }
    }
}

/* --- other users --- */

static int run_as_other_user(struct shared *shared)
{
    const char *const options[] = {"--socket", daemon_socket, NULL};
    char said[SAID];
    if (drop_user())
        return 100;
    int code = daemon_run(options, said);
    atomic_store(&shared->step, strstr(said, "not permitted") || strstr(said, "Permission denied"));
    return code;
}

/* In a world-writable folder with the sticky bit, such as /tmp. */
Test(places, what_another_user_left)
{
    if (geteuid() != 0)
        cr_skip_test("only root can be two users");
    struct shared *shared = share();
    int status;
    daemon_begin();
    kill(daemon_process, SIGKILL);
    cr_assert_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    cr_assert_eq(chmod(daemon_path(""), 01777) + chmod(daemon_socket, 0666), 0);
    pid_t other = other_client(run_as_other_user, shared);
    cr_expect_eq(waitpid(other, &status, 0), other);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%x", (unsigned)status);
    cr_expect_eq(atomic_load(&shared->step), 1, "it says why");
    cr_expect_eq(access(daemon_socket, F_OK), 0);
}

/* A daemon sees all requests of a client: clients connect only to daemons of root or of their own user. */
static int listen_as_other_user(struct shared *shared)
{
    const char *const options[] = {"--socket", daemon_socket, NULL};
    char said[SAID];
    if (drop_user())
        return 100;
    atomic_store(&shared->step, 1);
    return daemon_run(options, said);
}

Test(places, a_daemon_of_another_user_is_not_spoken_with)
{
    if (geteuid() != 0)
        cr_skip_test("only root can be two users");
    struct shared *shared = share();
    char said[SAID];
    cr_assert_eq(chmod(daemon_path(""), 01777), 0);
    choose_socket(daemon_path("theirs.sock"));
    pid_t other = other_client(listen_as_other_user, shared);
    int listens;
    for (int i = 0; (listens = raw_connect()) < 0 && i < MANY_LOOKS; i++)
        nap();
    close(listens);
    HRESULT result = enumerate_and_listen(said);
    cr_expect_eq(result, HCS_E_SERVICE_NOT_AVAILABLE, "0x%08X", (unsigned)result);
    cr_expect(strstr(said, "is of user 65534"), "%s", said);
    expect_right(other);
}

/* --- sockets of something else --- */

enum what { ANOTHER_VERSION, HALF_A_WELCOME, AN_ANSWER, NOTHING, GARBAGE, WHATS };

/* Hears a hello and answers as no computecored of this version does. */
static void answer_as(int listener, enum what what)
{
    static const char refusal[] = "computecored speaks the versions 7 to 9 of its protocol, this client 1 to 1";
    struct message hello;
    int made = accept(listener, NULL, NULL);
    (void)message_receive(made, &hello);
    if (what == ANOTHER_VERSION)
        (void)message_send(made,
            &(struct message){.kind = WIRE_REFUSED, .text = (char *)(uintptr_t)refusal, .length = sizeof refusal - 1});
    else if (what == HALF_A_WELCOME || what == AN_ANSWER)
        (void)message_send(made, &(struct message){.kind = what == AN_ANSWER ? WIRE_ANSWER : WIRE_WELCOME,
                                     .text = (char *)(uintptr_t)refusal,
                                     .length = 4});
    else if (what == GARBAGE)
        (void)send(made, refusal, sizeof refusal, MSG_NOSIGNAL);
    close(made);
}

static int listen_as_something_else(struct shared *shared)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon_socket);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8))
        return 1;
    atomic_store(&shared->step, 1);
    for (int what = 0; what < WHATS; what++)
        answer_as(listener, (enum what)what);
    return 0;
}

/* A client process: no service, and one line that says why. */
static int hear_something_else(struct shared *shared)
{
    char said[SAID];
    HRESULT result = enumerate_and_listen(said);
    const char *newline = strchr(said, '\n');
    bool versions = atomic_load(&shared->exits) != ANOTHER_VERSION || strstr(said, "7 to 9");
    bool right = result == HCS_E_SERVICE_NOT_AVAILABLE && newline && !newline[1] && versions;
    if (!right)
        fprintf(stderr, "%d: 0x%08X, and '%s'\n", atomic_load(&shared->exits), (unsigned)result, said);
    return !right;
}

Test(places, a_socket_that_something_else_listens_on)
{
    struct shared *shared = share();
    choose_socket(daemon_path("else.sock"));
    pid_t other = other_client(listen_as_something_else, shared);
    cr_assert(reach(shared, 1));
    for (int what = 0; what < WHATS; what++) {
        atomic_store(&shared->exits, what);
        expect_right(other_client(hear_something_else, shared));
    }
    expect_right(other);
}

/* --- disks --- */

/* In a mount namespace of its own: the folder is a disk of 64 KiB, full or read-only. */
static int on_bad_disk(const char *folder, const char *options, unsigned long flags)
{
    char path[300], block[4096] = "";
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", folder, "tmpfs", flags, options))
        return -1;
    snprintf(path, sizeof path, "%s/filler", folder);
    FILE *filler = flags & MS_RDONLY ? NULL : fopen(path, "w");
    while (filler && fwrite(block, 1, sizeof block, filler) == sizeof block)
        ;
    if (filler)
        (void)fclose(filler);
    return 0;
}

static void refuse_on_disk(const char *disk, unsigned long flags, const char *const options[], const char *words)
{
    char folder[120];
    if (geteuid() != 0)
        cr_skip_test("only root can mount");
    snprintf(folder, sizeof folder, "%s", daemon_path("disk"));
    cr_assert_eq(mkdir(folder, 0755), 0);
    cr_assert_eq(on_bad_disk(folder, disk, flags), 0, "no disk");
    expect_refused(options, words);
    cr_expect_eq(umount(folder), 0, "the daemon has left nothing on it");
}

Test(places, a_socket_on_a_disk_that_is_read_only)
{
    refuse_on_disk("size=64k", MS_RDONLY, (const char *const[]){"--socket", daemon_path("disk/s.sock"), NULL},
        "Read-only file system");
}

Test(places, a_socket_on_a_disk_that_is_full)
{
    refuse_on_disk("size=8k,nr_inodes=2", 0, (const char *const[]){"--socket", daemon_path("disk/s.sock"), NULL},
        "No space left on device");
}

#ifdef HCS_CONTAINERS
static void refuse_state(const char *disk, unsigned long flags, const char *words)
{
    char state[120], path[120];
    snprintf(state, sizeof state, "%s", daemon_path("disk/state"));
    cr_assert_eq(chmod(daemon_path(""), 0711), 0); /* the way to it is not what is wrong */
    snprintf(path, sizeof path, "%s", daemon_path("s.sock"));
    refuse_on_disk(
        disk, flags, (const char *const[]){"--engine", "lxc", "--state", state, "--socket", path, NULL}, words);
}

Test(places, state_that_containers_can_not_reach)
{
    char state[120];
    snprintf(state, sizeof state, "%s", daemon_path("closed"));
    cr_assert_eq(mkdir(state, 0700) + chmod(daemon_path(""), 0711), 0);
    expect_refused((const char *const[]){"--engine", "lxc", "--state", state, "--socket", daemon_path("s.sock"), NULL},
        "closed, and containers have to");
}

Test(places, state_on_a_disk_that_is_read_only)
{
    refuse_state("size=64k", MS_RDONLY, "Read-only file system");
}

Test(places, state_on_a_disk_that_is_full)
{
    refuse_state("size=8k,nr_inodes=2", 0, "No space left on device");
}
#endif
