/* Tests that the library recognises what each thread of the client waits for, and that the clock does not wait for
   threads that wait for the library. A separate program, since a test framework has threads of its own. Exit code 1
   after a line for each failure. */
#include "core/progress/progress.h"
#include "platform/threads.h"
#include <computecore.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"

static int wrong;

static void expect(bool holds, const char *what, const char *of)
{
    if (holds)
        return;
    fprintf(stderr, "waiting-clients: %s %s\n", what, of);
    wrong = 1;
}

/* A precondition of a check. */
static void must(bool holds, const char *what)
{
    expect(holds, what, "can't be done here");
    if (!holds)
        exit(2);
}

static int ends[2];

static bool is_ours(intptr_t descriptor)
{
    return descriptor == ends[0];
}

static atomic_bool over;

static void *reads(void *descriptor)
{
    char byte;
    return read((int)(intptr_t)descriptor, &byte, 1) == 1 ? descriptor : NULL;
}

static void *polls(void *unused)
{
    struct pollfd polled[2] = {{0, 0, 0}, {ends[0], POLLIN, 0}};
    (void)poll(polled, 2, -1);
    return unused;
}

static void *waits_for_epoll(void *unused)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(0);
    must(!epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event), "epoll_ctl");
    (void)epoll_wait(set, &event, 1, -1);
    close(set);
    return unused;
}

static void *joins(void *unused)
{
    pthread_t reader;
    pthread_create(&reader, NULL, reads, (void *)(intptr_t)ends[0]);
    pthread_join(reader, NULL);
    return unused;
}

static void *sleeps(void *unused)
{
    while (!atomic_load(&over))
        usleep(100000);
    return unused;
}

static void *runs(void *unused)
{
    while (!atomic_load(&over))
        ;
    return unused;
}

struct posture {
    const char *name;
    void *(*run)(void *);
    enum platform_stand stand;
};

static const struct posture postures[] = {
    {"polls", polls, PLATFORM_STAND_INSIDE},
    {"waits for epoll", waits_for_epoll, PLATFORM_STAND_INSIDE},
    {"joins one that reads", joins, PLATFORM_STAND_INSIDE},
    {"runs", runs, PLATFORM_STAND_RUNS},
    {"sleeps", sleeps, PLATFORM_STAND_AWAY},
};

/* Polls until the thread has reached the wanted state, up to a limit. */
static enum platform_stand look_until(enum platform_stand wanted, const struct platform_look *look)
{
    enum platform_stand stand = PLATFORM_STAND_UNSEEN;
    for (int i = 0; i < 5000 && stand != wanted; i++) {
        usleep(1000);
        stand = platform_look_at_threads(look);
    }
    return stand;
}

static void check_postures(void)
{
    struct platform_look look = {.is_ours = is_ours};
    for (size_t i = 0; i < sizeof postures / sizeof *postures; i++) {
        pthread_t thread;
        must(!pipe(ends), "pipe");
        atomic_store(&over, false);
        expect(platform_look_at_threads(&look) == PLATFORM_STAND_INSIDE, "somebody else is there before one that",
            postures[i].name);
        pthread_create(&thread, NULL, postures[i].run, NULL);
        expect(look_until(postures[i].stand, &look) == postures[i].stand, "not seen as it is: a thread that",
            postures[i].name);
        atomic_store(&over, true);
        must(write(ends[1], "x", 1) == 1, "write");
        pthread_join(thread, NULL);
        close(ends[0]);
        close(ends[1]);
    }
}

static void check_stranger(void)
{
    struct platform_look look = {.is_ours = is_ours};
    pthread_t thread;
    int others[2];
    must(!pipe(ends) && !pipe(others), "pipe");
    pthread_create(&thread, NULL, reads, (void *)(intptr_t)others[0]);
    expect(look_until(PLATFORM_STAND_AWAY, &look) == PLATFORM_STAND_AWAY, "not away: a thread that", "reads elsewhere");
    must(write(others[1], "x", 1) == 1, "write");
    pthread_join(thread, NULL);
}

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;

static void *locks(void *unused)
{
    pthread_mutex_lock(&taken);
    pthread_mutex_unlock(&taken);
    return unused;
}

static void check_lock(void)
{
    struct platform_look look = {.lock = {&taken, sizeof taken}}, other = {.lock = {NULL, 0}};
    pthread_t thread;
    pthread_mutex_lock(&taken);
    pthread_create(&thread, NULL, locks, NULL);
    expect(look_until(PLATFORM_STAND_INSIDE, &other) == PLATFORM_STAND_INSIDE, "its owner decides for a thread that",
        "wants another lock");
    expect(platform_look_at_threads(&look) == PLATFORM_STAND_RUNS, "about to run is a thread that", "wants the lock");
    pthread_mutex_unlock(&taken);
    pthread_join(thread, NULL);
}

/* Without a free descriptor /proc can't be read, as on a machine without /proc. */
static void check_blind(void)
{
    struct platform_look look = {.is_ours = is_ours};
    struct rlimit limit, none;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    expect(platform_look_at_threads(&look) == PLATFORM_STAND_UNSEEN, "something is seen", "without a descriptor");
    setrlimit(RLIMIT_NOFILE, &limit);
}

static struct pump_moves moves_since(struct pump_moves before)
{
    core_lock();
    struct pump_moves after = pump_moves();
    core_unlock();
    return (struct pump_moves){after.at_once - before.at_once, after.rested - before.rested};
}

/* Expects a limited number of real waits per virtual step; counted, since their duration depends on the machine. */
static void expect_few_rests(struct pump_moves moves, unsigned steps, const char *of)
{
    char what[80];
    snprintf(what, sizeof what, "%u rests in %u steps, where %u steps were expected, of", moves.rested,
        moves.at_once + moves.rested, steps);
    expect(moves.at_once + moves.rested >= steps && moves.rested <= steps / 10, what, of);
}

static HCS_OPERATION operation;
static HCS_SYSTEM container;

static void open_container(void)
{
    operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"waits", CONTAINER, operation, NULL, &container) == S_OK &&
             HcsWaitForOperationResult(operation, INFINITE, NULL) == S_OK &&
             HcsStartComputeSystem(container, operation, NULL) == S_OK &&
             HcsWaitForOperationResult(operation, INFINITE, NULL) == S_OK,
        "a container");
}

static void check_reader(void)
{
    HCS_PROCESS process;
    HCS_PROCESS_INFORMATION information;
    char bytes[4096];
    must(HcsCreateProcess(container, u"{\"CommandLine\":\"ping -n 200 host\",\"CreateStdOutPipe\":true}", operation,
             NULL, &process) == S_OK &&
             HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL) == S_OK,
        "a process");
    struct pump_moves before = moves_since((struct pump_moves){0, 0});
    while (read((int)(intptr_t)information.StdOutput, bytes, sizeof bytes) > 0)
        ;
    expect_few_rests(moves_since(before), 199, "a client that reads");
    CloseHandle(information.StdOutput);
    HcsCloseProcess(process);
}

enum { RAPID = 50 };
static unsigned made; /* by one callback after the other */
static bool enough;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;

static void CALLBACK make_another(HCS_OPERATION completed, void *context)
{
    HCS_PROCESS process;
    (void)context;
    if (made++ < RAPID && HcsCreateProcess(container, u"{\"CommandLine\":\"true\"}", completed, NULL, &process) == S_OK)
        return;
    pthread_mutex_lock(&lock);
    enough = true;
    pthread_cond_signal(&told);
    pthread_mutex_unlock(&lock);
}

static void check_callbacks(void)
{
    HCS_OPERATION own = HcsCreateOperation(NULL, make_another);
    struct pump_moves before = moves_since((struct pump_moves){0, 0});
    make_another(own, NULL);
    pthread_mutex_lock(&lock);
    while (!enough)
        pthread_cond_wait(&told, &lock);
    pthread_mutex_unlock(&lock);
    expect_few_rests(moves_since(before), RAPID, "callbacks that each make a process");
    HcsCloseOperation(own);
}

int main(void)
{
    check_postures();
    check_stranger();
    check_lock();
    check_blind();
    open_container();
    check_reader();
    check_callbacks();
    return wrong;
}
