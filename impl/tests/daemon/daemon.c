/* A daemon for a test, and its clients. Entry points: daemon_begin(), raw_greeted(). */
#include "daemon.h"
#include "../scratch.h"
#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

pid_t daemon_process;
char daemon_socket[100];
const char *daemon_options[8];

void nap(void)
{
    const struct timespec moment = {0, 5000000};
    nanosleep(&moment, NULL);
}

/* --- the daemon --- */

const char *daemon_path(const char *name)
{
    return scratch_path(name);
}

void daemon_start(void)
{
    const char *arguments[6 + sizeof daemon_options / sizeof *daemon_options] = {
        COMPUTECORED, "--foreground", "--linger", "0", "--socket", daemon_socket};
    for (int i = 0; daemon_options[i]; i++)
        arguments[6 + i] = daemon_options[i];
    daemon_process = fork();
    if (daemon_process == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it outlives no test, however that ends */
        execv(COMPUTECORED, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int made;
    for (int i = 0; (made = raw_connect()) < 0 && i < MANY_LOOKS; i++)
        nap();
    cr_assert_geq(made, 0, "computecored does not listen");
    close(made);
}

void daemon_begin(void)
{
    char engine[300];
    snprintf(daemon_socket, sizeof daemon_socket, "%s", daemon_path("computecored.sock"));
    snprintf(engine, sizeof engine, "unix:%s", daemon_socket);
    daemon_start();
    setenv("COMPUTECORE_ENGINE", engine, 1);
}

void daemon_end(void)
{
    int status;
    kill(daemon_process, SIGTERM);
    cr_expect_eq(waitpid(daemon_process, &status, 0), daemon_process);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "computecored ended with %x", (unsigned)status);
}

static void read_until_end(int from, char said[SAID])
{
    char rest[SAID];
    size_t length = 0;
    ssize_t got = 0;
    while (length + 1 < SAID && (got = read(from, said + length, SAID - 1 - length)) > 0)
        length += (size_t)got;
    said[length] = 0;
    while (got > 0 && (got = read(from, rest, sizeof rest)) > 0)
        ;
    close(from);
}

int daemon_run(const char *const options[], char said[SAID])
{
    const char *arguments[16] = {COMPUTECORED, "--foreground", "--linger", "1"};
    int ends[2], status = -1;
    for (int i = 0; options[i]; i++)
        arguments[4 + i] = options[i];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(COMPUTECORED, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(ends[1]);
    read_until_end(ends[0], said);
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

unsigned daemon_count(const char *what)
{
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)daemon_process, what);
    DIR *folder = opendir(path);
    cr_assert(folder, "%s", path);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

long daemon_memory(void)
{
    char path[64];
    long size = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)daemon_process);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* --- clients that speak the protocol by themselves --- */

int raw_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon_socket);
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0)
        return made;
    close(made);
    return -1;
}

int raw_greeted(void)
{
    struct wire_hello hello = {.oldest = WIRE_NEWEST, .newest = WIRE_NEWEST};
    struct message welcome;
    int made = raw_connect();
    cr_assert_geq(made, 0);
    cr_assert_eq(
        message_send(made, &(struct message){.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello}),
        MESSAGE_DONE);
    cr_assert_eq(message_receive(made, &welcome), MESSAGE_DONE);
    cr_assert_eq(welcome.kind, WIRE_WELCOME);
    message_drop(&welcome);
    return made;
}

/* --- another client process --- */

struct shared *share(void)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(shared, MAP_FAILED);
    return shared;
}

bool reach(struct shared *shared, int step)
{
    for (int i = 0; atomic_load(&shared->step) < step && i < MANY_LOOKS; i++)
        nap();
    return atomic_load(&shared->step) >= step;
}

pid_t other_client(int (*act)(struct shared *shared), struct shared *shared)
{
    pid_t client = fork();
    cr_assert_geq(client, 0);
    if (client)
        return client;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(act(shared));
}

void expect_right(pid_t client)
{
    int status = -1;
    cr_expect_eq(waitpid(client, &status, 0), client);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "another client ended with %x", (unsigned)status);
}

HCS_SYSTEM running_system(PCWSTR id, PCWSTR document)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    bool runs = SUCCEEDED(finish(HcsCreateComputeSystem(id, document, operation, NULL, &system), operation)) &&
                SUCCEEDED(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    return runs ? system : NULL;
}

/* --- a client that must notice nothing --- */

static struct shared *seen;
static pid_t witness;

/* Lives as usual until it is told to stop (step 1). Returns how much went wrong. */
static int live(struct shared *shared)
{
    int wrong = 0;
    for (; !atomic_load(&shared->step); atomic_fetch_add(&shared->exits, 1)) {
        HCS_SYSTEM system = running_system(u"witness", CONTAINER);
        wrong += !system || FAILED(terminate_system(system));
        HcsCloseComputeSystem(system);
    }
    return wrong < 100 ? wrong : 100;
}

void daemon_begin_with_witness(void)
{
    daemon_begin();
    seen = share();
    witness = other_client(live, seen);
    cr_assert(reaches(&seen->exits, 1));
}

/* The witness still makes progress at the end of the test. */
void daemon_end_with_witness(void)
{
    int lives = atomic_load(&seen->exits);
    cr_expect(reaches(&seen->exits, lives + 2), "the other client has come to a stop");
    atomic_store(&seen->step, 1);
    expect_right(witness);
    daemon_end();
}
