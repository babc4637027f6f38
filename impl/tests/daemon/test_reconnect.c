/* A client that has lost its daemon makes a new connection; its other threads do not wait for that. */
#include "daemon.h"
#include "core/lock.h"
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

TestSuite(reconnect, .init = daemon_begin, .timeout = 300);

/* Ends the daemon, and waits until the client knows. */
static void lose_daemon(void)
{
    HCS_SYSTEM system = running_system(u"one", CONTAINER);
    cr_assert(system);
    kill(daemon_process, SIGKILL);
    cr_assert_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    cr_assert_eq(unlink(daemon_socket), 0);
    cr_assert_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    HcsCloseComputeSystem(system);
}

/* A daemon that takes a connection and says nothing. */
static int listen_silently(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon_socket);
    cr_assert_eq(bind(made, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(made, 8), 0);
    return made;
}

struct opening {
    atomic_bool done;
    HRESULT result;
};

static void *open_system(void *context)
{
    struct opening *opening = context;
    HCS_SYSTEM system;
    opening->result = HcsOpenComputeSystem(u"one", GENERIC_ALL, &system);
    atomic_store(&opening->done, true);
    return NULL;
}

Test(reconnect, other_calls_go_on_while_a_connection_is_made)
{
    struct opening opening = {.result = S_OK};
    pthread_t thread;
    HCS_OPERATION_TYPE type;
    lose_daemon();
    int silent = listen_silently();
    cr_assert_eq(pthread_create(&thread, NULL, open_system, &opening), 0);
    int taken = accept(silent, NULL, NULL); /* it says hello, and waits for the answer */
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), asked = HcsCreateOperation(NULL, NULL);
    type = HcsGetOperationType(operation);
    cr_expect_eq(type, HcsOperationTypeNone);
    cr_expect_eq(HcsEnumerateComputeSystems(NULL, asked), S_OK, "it is begun, and waits for the connection");
    cr_expect_eq(HcsGetOperationResult(asked, NULL), HCS_E_OPERATION_PENDING);
    HcsCloseOperation(operation);
    cr_expect_not(atomic_load(&opening.done), "the connection is not there yet");
    close(taken);
    close(silent);
    pthread_join(thread, NULL);
    cr_expect_eq(opening.result, HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsWaitForOperationResult(asked, INFINITE, NULL), HCS_E_SERVICE_NOT_AVAILABLE);
    HcsCloseOperation(asked);
}

/* Takes a connection, and answers its hello. -1: none came. */
static int greet(int silent)
{
    struct wire_welcome welcome = {.version = WIRE_NEWEST, .host = {.os_build = 20348, .schema_minor = 5}};
    int taken = accept(silent, NULL, NULL);
    struct message hello;
    if (message_receive(taken, &hello) != MESSAGE_DONE) {
        close(taken);
        return -1;
    }
    message_drop(&hello);
    (void)message_send(
        taken, &(struct message){.kind = WIRE_WELCOME, .text = (char *)&welcome, .length = sizeof welcome});
    return taken;
}

/* Takes two connections and closes them, as a daemon that ends does, and answers the third. */
static void *end_twice(void *context)
{
    int silent = *(int *)context;
    for (int i = 0; i < 2; i++)
        close(accept(silent, NULL, NULL));
    int taken = greet(silent);
    struct message asked;
    bool greeted = taken >= 0 && message_receive(taken, &asked) == MESSAGE_DONE;
    if (greeted) /* a request came: this one was taken for a daemon */
        message_drop(&asked);
    close(taken);
    return greeted ? context : NULL;
}

Test(reconnect, a_daemon_that_ends_as_a_client_comes_is_followed_by_another)
{
    pthread_t thread;
    void *greeted = NULL;
    lose_daemon();
    int silent = listen_silently();
    cr_assert_eq(pthread_create(&thread, NULL, end_twice, &silent), 0);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsEnumerateComputeSystems(NULL, operation), operation), HCS_E_SERVICE_DISCONNECT);
    HcsCloseOperation(operation);
    pthread_join(thread, &greeted);
    cr_expect_eq(greeted, &silent);
    close(silent);
}

/* What a daemon answers an open with. */
struct given {
    const char *what;
    struct wire_answer answer;
    bool process; /* the open of a system goes before, and is answered well */
    int silent;
};

/* Returns the id of the next request. */
static uint32_t next_request(int taken)
{
    struct message asked = {.kind = 0};
    while (asked.kind != WIRE_SUBMIT && message_receive(taken, &asked) == MESSAGE_DONE)
        free(asked.text);
    return asked.id;
}

static void answer(int taken, uint32_t id, struct wire_answer given)
{
    char text[sizeof given + 1] = "";
    memcpy(text, &given, sizeof given);
    (void)message_send(taken, &(struct message){.kind = WIRE_ANSWER, .id = id, .text = text, .length = sizeof text});
}

static void answer_next(int taken, struct wire_answer given)
{
    answer(taken, next_request(taken), given);
}

/* Until the client has had enough of it. */
static void drain(int taken)
{
    struct message message;
    while (message_receive(taken, &message) == MESSAGE_DONE)
        message_drop(&message);
    close(taken);
}

static void *answer_wrong(void *context)
{
    const struct given *wrong = context;
    int taken = greet(wrong->silent);
    if (wrong->process)
        answer_next(taken, (struct wire_answer){.system = 1});
    answer_next(taken, wrong->answer);
    drain(taken);
    return NULL;
}

static HRESULT open_one(bool process)
{
    HCS_SYSTEM system;
    HCS_PROCESS opened;
    HRESULT result = HcsOpenComputeSystem(u"one", GENERIC_ALL, &system);
    if (FAILED(result) || !process)
        return result;
    result = HcsOpenProcess(system, 1, GENERIC_ALL, &opened);
    HcsCloseComputeSystem(system);
    return result;
}

Test(reconnect, a_daemon_that_answers_nonsense_is_given_up)
{
    static struct given cases[] = {{"no number", {.system = 0}, false, 0},
        {"a number that takes a gibibyte", {.system = 1 << 27}, false, 0},
        {"a number that takes more than there is", {.system = UINT32_MAX}, false, 0},
        {"a number of 64 bits", {.system = UINT64_MAX}, false, 0},
        {"a document that is not there", {.system = 1, .document_length = 9}, false, 0},
        {"a process without a number", {.process = 0, .process_id = 1}, true, 0},
        {"a process without an id", {.process = 1, .process_id = 0}, true, 0},
        {"a process of too high a number", {.process = UINT32_MAX, .process_id = 1}, true, 0}};
    lose_daemon();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pthread_t thread;
        cases[i].silent = listen_silently();
        cr_assert_eq(pthread_create(&thread, NULL, answer_wrong, &cases[i]), 0);
        HRESULT result = open_one(cases[i].process);
        cr_expect_eq(result, HCS_E_SERVICE_DISCONNECT, "%s: 0x%08X", cases[i].what, (unsigned)result);
        pthread_join(thread, NULL);
        close(cases[i].silent);
        cr_assert_eq(unlink(daemon_socket), 0);
    }
}

/* Tells of the exit of a process with another id than its own. */
static void *end_another(void *context)
{
    struct wire_status exit = {.process_id = 2};
    int taken = greet(*(int *)context);
    answer_next(taken, (struct wire_answer){.system = 1});
    answer_next(taken, (struct wire_answer){.process = 1, .process_id = 1});
    (void)message_send(taken,
        &(struct message){.kind = WIRE_PROCESS_EXITED, .value = 1, .text = (char *)&exit, .length = sizeof exit});
    drain(taken);
    return NULL;
}

Test(reconnect, a_daemon_that_ends_one_process_for_another_is_given_up)
{
    pthread_t thread;
    HCS_SYSTEM system;
    HCS_PROCESS process;
    lose_daemon();
    int silent = listen_silently();
    cr_assert_eq(pthread_create(&thread, NULL, end_another, &silent), 0);
    must(HcsOpenComputeSystem(u"one", GENERIC_ALL, &system));
    must(HcsOpenProcess(system, 1, GENERIC_ALL, &process));
    cr_expect_eq(HcsWaitForProcessExit(process, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    pthread_join(thread, NULL);
    close(silent);
}

/* Answers an open and ends, before the client looks at either: nothing arrives without the lock. */
static void *answer_and_end(void *context)
{
    const struct given *given = context;
    int taken = greet(given->silent);
    if (given->process)
        answer_next(taken, (struct wire_answer){.system = 1});
    uint32_t id = next_request(taken);
    core_lock();
    answer(taken, id, given->answer);
    shutdown(taken, SHUT_WR);
    core_unlock();
    drain(taken);
    return NULL;
}

Test(reconnect, what_is_opened_as_the_daemon_ends_is_disconnected, .timeout = 60)
{
    static struct given cases[] = {
        {"a system", {.system = 1}, false, 0}, {"a process", {.process = 1, .process_id = 1}, true, 0}};
    lose_daemon();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pthread_t thread;
        HCS_SYSTEM system = NULL;
        HCS_PROCESS process = NULL;
        cases[i].silent = listen_silently();
        cr_assert_eq(pthread_create(&thread, NULL, answer_and_end, &cases[i]), 0);
        cr_assert_eq(HcsOpenComputeSystem(u"one", GENERIC_ALL, &system), S_OK, "%s", cases[i].what);
        if (cases[i].process)
            cr_assert_eq(HcsOpenProcess(system, 1, GENERIC_ALL, &process), S_OK, "%s", cases[i].what);
        pthread_join(thread, NULL);
        cr_expect_eq(process ? HcsWaitForProcessExit(process, INFINITE, NULL)
                             : HcsWaitForComputeSystemExit(system, INFINITE, NULL),
            HCS_E_SERVICE_DISCONNECT, "%s", cases[i].what);
        HcsCloseProcess(process);
        HcsCloseComputeSystem(system);
        close(cases[i].silent);
        cr_assert_eq(unlink(daemon_socket), 0);
    }
}

/* Several begin at once, and all are heard by the new daemon. */
Test(reconnect, what_is_asked_meanwhile_is_answered)
{
    enum { CALLS = 40 };
    HCS_OPERATION operations[CALLS];
    lose_daemon();
    daemon_start();
    for (int i = 0; i < CALLS; i++) {
        operations[i] = HcsCreateOperation(NULL, NULL);
        cr_assert_eq(HcsEnumerateComputeSystems(NULL, operations[i]), S_OK);
    }
    for (int i = 0; i < CALLS; i++) {
        cr_expect_eq(HcsWaitForOperationResult(operations[i], INFINITE, NULL), S_OK);
        HcsCloseOperation(operations[i]);
    }
    daemon_end();
}

/* One thread reads for all: each of those that wait gets its own answer. */
static void *call_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < 500; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        PWSTR document = NULL;
        HRESULT result = finish(HcsEnumerateComputeSystems(NULL, operation), operation);
        HCS_SYSTEM system;
        cr_expect_eq(result, S_OK);
        cr_expect_eq(HcsOpenComputeSystem(u"none", GENERIC_ALL, &system), HCS_E_SYSTEM_NOT_FOUND);
        cr_expect_eq(HcsGetServiceProperties(NULL, &document), S_OK);
        LocalFree(document);
        HcsCloseOperation(operation);
    }
    return NULL;
}

Test(reconnect, threads_that_wait_at_a_time_all_get_their_answers)
{
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, call_often, NULL), 0);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    daemon_end();
}
