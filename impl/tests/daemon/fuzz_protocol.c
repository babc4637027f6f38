/* The protocol of computecored under libFuzzer: whatever two clients send, in messages of all kinds, valid or wrong,
   with and without descriptors, the server ends a connection or answers each request once, in UTF-8; afterwards no
   object, no descriptor and no memory is left. */
#include "base/text/utf8.h"
#include "core/progress/client_wait.h"
#include "core/object.h"
#include "core/progress/progress.h"
#include "daemon/session/session.h"
#include "daemon/protocol/wire.h"
#include "spec_hresults.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 2, STEPS = 64, PACKET = 4096, TEXT = 60000, OTHER_USER = 65533 };

/* The bytes that say what the clients do; zeros once they are used up. */
struct plan {
    const unsigned char *at, *end;
};

struct client {
    int socket; /* the client's end */
    struct session *session;
    unsigned submitted, answered;
};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static unsigned next(struct plan *plan)
{
    return plan->at < plan->end ? *plan->at++ : 0;
}

static size_t next_bytes(struct plan *plan, char *to, size_t limit)
{
    size_t left = (size_t)(plan->end - plan->at), length = next(plan) * (next(plan) % 4 + 1u);
    left = (size_t)(plan->end - plan->at);
    length = length < limit ? length : limit;
    length = length < left ? length : left;
    memcpy(to, plan->at, length);
    plan->at += length;
    return length;
}

/* --- what is sent --- */

static const char *const documents[] = {"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}",
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":{}}",
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"GuestConnection\":{}}}",
    "{\"CommandLine\":\"cmd /c echo Hello\",\"CreateStdOutPipe\":true,\"CreateStdInPipe\":true}",
    "{\"CommandLine\":\"ping -t host\"}", "{\"Signal\":\"CtrlC\"}", "{\"Ids\":[\"a\"]}",
    "{\"PropertyTypes\":[\"ProcessList\",\"Statistics\",\"Memory\"]}", "{\"PropertyTypes\":[\"Basic\"]}",
    "{\"ResourcePath\":\"Container/Memory\",\"RequestType\":\"Update\",\"Settings\":{\"SizeInMB\":64}}",
    "{\"SaveType\":\"AsTemplate\",\"SaveStateFilePath\":\"C:\\\\s.vmrs\"}", "{\"Operation\":\"CloseHandle\"}",
    "{\"SuspensionLevel\":\"Suspend\"}", "{}", ""};
static const char *const ids[] = {"a", "b", "c", ""};

static size_t put_text(struct plan *plan, char *to, size_t limit, const char *const list[], size_t count)
{
    unsigned which = next(plan);
    if (which >= 128)
        return next_bytes(plan, to, limit);
    const char *text = list[which % count];
    memcpy(to, text, strlen(text));
    return strlen(text);
}

static uint64_t next_target(struct plan *plan)
{
    unsigned byte = next(plan);
    return byte >= 128 ? WIRE_MADE_BY | (byte & 7) : byte % 8;
}

static void plan_submit(struct plan *plan, struct message *message, char *text)
{
    struct wire_submit submit = {.system = next_target(plan),
        .process = next_target(plan),
        .request = next(plan) % (REQUEST_KINDS + 1),
        .process_id = next(plan),
        .type = next(plan) | next(plan) << 8,
        .has = next(plan)};
    if (submit.request < REQUEST_KINDS && submit.type % 4)
        submit.type = next(plan);
    char *at = text + sizeof submit;
    submit.id_length = (uint32_t)put_text(plan, at, PACKET, ids, sizeof ids / sizeof *ids);
    at += submit.id_length;
    *at++ = 0;
    submit.document_length = (uint32_t)put_text(plan, at, PACKET, documents, sizeof documents / sizeof *documents);
    at += submit.document_length;
    *at++ = 0;
    memcpy(text, &submit, sizeof submit);
    message->text = text;
    message->length = (uint32_t)(at - text);
}

static void plan_message(struct plan *plan, struct message *message, char *text)
{
    static const int32_t results[] = {0, 1, 2, 3, 4, 5, 100, -1};
    *message = (struct message){.kind = next(plan) % 24, .id = next(plan) % 16, .result = results[next(plan) % 8]};
    message->value = next_target(plan);
    if (message->kind == WIRE_SUBMIT) {
        plan_submit(plan, message, text);
    } else if (next(plan) % 2) {
        message->text = text;
        message->length = (uint32_t)next_bytes(plan, text, PACKET);
    }
}

/* A descriptor that no message of a client should bring. */
static int next_descriptor(struct plan *plan)
{
    int memory, ends[2];
    switch (next(plan) % 5) {
    case 0:
        return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    case 1:
        return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    case 2:
        if (pipe2(ends, O_CLOEXEC))
            return -1;
        close(ends[next(plan) % 2 ? 1 : 0]);
        return fcntl(ends[0], F_GETFD) >= 0 ? ends[0] : ends[1];
    default:
        memory = memfd_create("text", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        (void)!ftruncate(memory, next(plan));
        (void)fcntl(memory, F_ADD_SEALS, (int)(next(plan) % 16));
        return memory;
    }
}

/* Bytes as they come, with descriptors; the first ones may be the valid ones. */
static void send_raw(struct plan *plan, int socket)
{
    struct {
        uint32_t magic, flags, kind, id;
        int32_t result;
        uint32_t length;
        uint64_t value;
    } head = {0x31434348, next(plan) % 5, next(plan) % 24, next(plan), 0, next(plan), next(plan)};
    char bytes[PACKET];
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control;
    int descriptors[8];
    unsigned count = next(plan) % 9;
    struct iovec parts[2] = {{&head, sizeof head}, {bytes, next_bytes(plan, bytes, sizeof bytes)}};
    struct msghdr packet = {.msg_iov = parts + next(plan) % 2, .msg_iovlen = 1 + next(plan) % 2};
    if (packet.msg_iov > parts)
        packet.msg_iovlen = 1;
    for (unsigned i = 0; i < count; i++)
        descriptors[i] = next_descriptor(plan);
    if (count) {
        memset(&control, 0, sizeof control);
        packet.msg_control = control.bytes;
        packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
    }
    (void)sendmsg(socket, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
    for (unsigned i = 0; i < count; i++)
        close(descriptors[i]);
}

/* A message whose text may be too long for a packet, with all its ends. */
static void send_planned(struct plan *plan, struct client *client)
{
    static char text[TEXT + 2 * PACKET];
    struct message message;
    plan_message(plan, &message, text);
    if (message.text && next(plan) == 255) {
        memset(text + message.length, ' ', TEXT);
        message.length += TEXT;
    }
    if (message_send(client->socket, &message) == MESSAGE_DONE)
        client->submitted += message.kind == WIRE_SUBMIT;
}

/* --- the two sides --- */

static void on_changed(void *context)
{
    (void)context;
}

/* Whatever other clients have sent. */
static void check_text(const struct message *message)
{
    size_t head = message->kind == WIRE_ANSWER ? sizeof(struct wire_answer) : 0;
    if (message->text && (head || message->kind == WIRE_SYSTEM_EVENT))
        must(!utf8_invalid(message->text + head, message->length - head), "documents are UTF-8");
}

static void take_answers(struct client *client)
{
    struct message message;
    if (client->session)
        (void)connection_flush(session_connection(client->session));
    while (message_receive(client->socket, &message) == MESSAGE_DONE) {
        client->answered += message.kind == WIRE_ANSWER;
        check_text(&message);
        message_drop(&message);
    }
    must(client->answered <= client->submitted, "a request is answered once");
}

static void leave(struct client *client)
{
    if (client->session)
        session_close(client->session);
    client->session = NULL;
}

/* As the server does. */
static void hear(struct client *client)
{
    struct message message;
    while (client->session && session_connection(client->session)->end != MESSAGE_NO_END) {
        enum message_outcome outcome = message_receive(session_connection(client->session)->end, &message);
        if (outcome == MESSAGE_LATER)
            return;
        bool valid = outcome == MESSAGE_DONE && session_receive(client->session, &message);
        if (outcome == MESSAGE_DONE)
            message_drop(&message);
        if (!valid)
            leave(client);
    }
    leave(client);
}

static void enter(struct client *client, bool says_hello)
{
    struct wire_hello hello = {.oldest = WIRE_NEWEST, .newest = WIRE_NEWEST};
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0, "there are sockets");
    *client = (struct client){.socket = ends[0]};
    client->session = session_open(ends[1], (struct peer){.user = OTHER_USER, .process = 1}, on_changed, NULL);
    must(client->session != NULL, "there is memory");
    if (says_hello)
        (void)message_send(
            ends[0], &(struct message){.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello});
    hear(client);
}

static void drive(unsigned steps)
{
    struct client_wait *over;
    while (steps--)
        if (!client_waits_drive() && (over = client_waits_time_out(true)))
            session_send_time_out(over);
    sessions_answer_counts();
}

static void play(struct plan *plan, struct client clients[CLIENTS])
{
    for (int i = 0; i < STEPS && plan->at < plan->end; i++) {
        unsigned what = next(plan);
        struct client *client = &clients[what % CLIENTS];
        if (what >= 224)
            drive(what % 16);
        else if (what >= 192)
            take_answers(client);
        else if (what >= 160)
            send_raw(plan, client->socket);
        else
            send_planned(plan, client);
        hear(client);
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    /* the clients own nothing: they may write no trace and begin nothing anew */
    setenv("COMPUTECORE_ENGINE", "sim", 1);
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    progress_by_hand(true);
    return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct plan plan = {data, data + size};
    struct client clients[CLIENTS];
    struct engine_options none = {.environment = true};
    core_lock();
    must(core_engine() != NULL, "there is a simulator");
    int descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), after;
    close(descriptor);
    unsigned greetings = next(&plan);
    for (int i = 0; i < CLIENTS; i++)
        enter(&clients[i], (greetings >> i & 1) == 0);
    play(&plan, clients);
    for (int i = 0; i < CLIENTS; i++) {
        leave(&clients[i]);
        take_answers(&clients[i]);
        close(clients[i].socket);
    }
    must(core_reset(&none) == S_OK, "the simulator begins anew: no handle is left");
    must(object_count() == 0, "no object is left");
    after = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    close(after);
    must(after == descriptor, "no descriptor is left");
    core_unlock();
    return 0;
}
