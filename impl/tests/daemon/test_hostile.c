/* Clients of computecored that mean harm, or make mistakes: half messages, wrong descriptors, more than anybody needs,
   answers that are never read. It ends their connections or refuses; other clients notice nothing. */
#include "daemon.h"
#include "base/text/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

TestSuite(hostile, .init = daemon_begin_with_witness, .fini = daemon_end_with_witness, .timeout = 300);

struct head {
    uint32_t magic, flags, kind, id;
    int32_t result;
    uint32_t length;
    uint64_t value;
};
enum { MAGIC = 0x31434348, HAS_TEXT = 1, HAS_MEMORY = 2 };

/* Sends a head with descriptors; closes them. */
static void send_with(int socket, struct head head, const int *descriptors, unsigned count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(64 * sizeof(int))];
    } control = {.bytes = ""};
    struct iovec part = {&head, sizeof head};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
    packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
    cr_expect_eq(sendmsg(socket, &packet, MSG_NOSIGNAL), (ssize_t)sizeof head, "%s", strerror(errno));
    for (unsigned i = 0; i < count; i++)
        close(descriptors[i]);
}

/* The other side has closed, after whatever it said. */
static void expect_cut_off(int socket, const char *what)
{
    struct timeval limit = {20, 0};
    char bytes[100000];
    ssize_t length;
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    do
        length = recv(socket, bytes, sizeof bytes, 0);
    while (length > 0);
    cr_expect(length == 0 || errno == ECONNRESET, "%s: is not cut off", what);
    close(socket);
}

/* A request with any bytes as the id of a system and as the document; NULL: without. */
struct bytes {
    const char *bytes;
    uint32_t length;
};
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        text, sizeof text - 1                                                                                          \
    }
struct asked {
    uint32_t request, type;
    uint64_t system; /* its number */
    struct bytes id, document;
    bool is_path; /* the document is the path of a file */
};

#define CREATE(name, owner)                                                                                            \
    {                                                                                                                  \
        .request = REQUEST_CREATE_SYSTEM, .type = TYPE_ComputeSystem, .id = BYTES(name),                               \
        .document = BYTES("{\"Owner\":\"" owner "\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}")    \
    }
#define QUERY(text)                                                                                                    \
    {                                                                                                                  \
        .request = REQUEST_ENUMERATE, .type = TYPE_SystemQuery, .document = BYTES(text)                                \
    }

static void ask(int socket, uint32_t id, const struct asked *asked)
{
    char text[sizeof(struct wire_submit) + 300] = "";
    struct wire_submit submit = {.system = asked->system,
        .request = asked->request,
        .type = asked->type,
        .id_length = asked->id.length,
        .document_length = asked->document.length,
        .has = (asked->id.bytes ? WIRE_HAS_ID : 0) | (asked->is_path             ? WIRE_HAS_PATH
                                                         : asked->document.bytes ? WIRE_HAS_DOCUMENT
                                                                                 : 0)};
    char *at = text + sizeof submit;
    cr_assert_leq(submit.id_length + submit.document_length + 2, 300);
    memcpy(text, &submit, sizeof submit);
    memcpy(at, asked->id.bytes ? asked->id.bytes : "", submit.id_length);
    at += submit.id_length + 1;
    memcpy(at, asked->document.bytes ? asked->document.bytes : "", submit.document_length);
    at += submit.document_length + 1;
    (void)message_send(
        socket, &(struct message){.kind = WIRE_SUBMIT, .id = id, .text = text, .length = (uint32_t)(at - text)});
}

/* The next message of that kind, which the caller drops. */
static struct message next_message(int socket, uint32_t kind, const char *what)
{
    struct timeval limit = {60, 0};
    struct message message;
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (;;) {
        cr_assert_eq(message_receive(socket, &message), MESSAGE_DONE, "%s: there is no answer", what);
        if (message.kind == kind)
            return message;
        message_drop(&message);
    }
}

static void expect_message(int socket, uint32_t kind, HRESULT result, const char *what)
{
    struct message answer = next_message(socket, kind, what);
    cr_expect_eq(answer.result, result, "%s: 0x%08X", what, (unsigned)answer.result);
    message_drop(&answer);
}

/* --- messages --- */

Test(hostile, garbage_ends_a_connection_and_nothing_else)
{
    unsigned state = 1;
    for (int round = 0; round < 300; round++) {
        unsigned char bytes[512];
        int made = round % 3 ? raw_greeted() : raw_connect();
        cr_assert_geq(made, 0);
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((state = state * 1103515245 + 12345) >> 16);
        if (round % 2) /* a valid head with random contents */
            (void)message_send(made, &(struct message){.kind = bytes[0] % 20,
                                         .id = bytes[1],
                                         .value = bytes[2] % 4,
                                         .text = (char *)bytes,
                                         .length = bytes[3]});
        else
            (void)send(made, bytes, bytes[0] + 1u, MSG_NOSIGNAL);
        close(made);
    }
}

Test(hostile, half_a_message_ends_its_connection)
{
    struct {
        struct head head;
        struct wire_hello hello;
    } whole = {{MAGIC, HAS_TEXT, WIRE_HELLO, 0, 0, sizeof(struct wire_hello), 0}, {WIRE_NEWEST, WIRE_NEWEST, 0, 0}};
    for (size_t length = 1; length < sizeof whole; length++) {
        int made = raw_connect();
        cr_assert_eq(send(made, &whole, length, MSG_NOSIGNAL), (ssize_t)length);
        expect_cut_off(made, "half a hello");
    }
}

Test(hostile, a_message_before_the_hello_or_a_second_hello_ends_its_connection)
{
    struct wire_hello hello = {.oldest = WIRE_NEWEST, .newest = WIRE_NEWEST};
    struct message again = {.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello};
    int made = raw_connect();
    ask(made, 1, &(struct asked){.request = REQUEST_ENUMERATE});
    expect_cut_off(made, "a request without a hello");
    made = raw_greeted();
    cr_assert_eq(message_send(made, &again), MESSAGE_DONE);
    expect_cut_off(made, "a second hello");
}

/* In a client's own process texts come from UTF-16, and are always valid. */
Test(hostile, texts_that_are_not_utf8_are_refused_and_reach_nobody)
{
    static const struct {
        const char *what;
        struct asked asked;
        HRESULT result;
    } cases[] = {{"an id", CREATE("a\xFF", "me"), E_INVALIDARG},
        {"a surrogate in an id", CREATE("\xED\xA0\x80", "me"), E_INVALIDARG},
        {"the id of an open", {.request = REQUEST_OPEN_SYSTEM, .id = BYTES("\xC0\x80")}, E_INVALIDARG},
        {"an id where none belongs", {.request = REQUEST_ENUMERATE, .id = BYTES("\xFF")}, E_INVALIDARG},
        {"an owner", CREATE("a", "\xFF"), HCS_E_INVALID_JSON},
        {"a surrogate in a query", QUERY("{\"Owners\":[\"\xED\xA0\x80\"]}"), HCS_E_INVALID_JSON},
        {"a name of a member", QUERY("{\"\xE2\x82\":1}"), HCS_E_INVALID_JSON},
        {"valid texts", CREATE("\xC3\xA4", "\xE2\x82\xAC"), S_OK}};
    int made = raw_greeted();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(made, 1, &cases[i].asked);
        expect_message(made, WIRE_ANSWER, cases[i].result, cases[i].what);
    }
    ask(made, 1, &(struct asked){.request = REQUEST_ENUMERATE});
    struct message listed = next_message(made, WIRE_ANSWER, "the systems");
    cr_expect_null(utf8_invalid(listed.text + sizeof(struct wire_answer), listed.length - sizeof(struct wire_answer)));
    message_drop(&listed);
    close(made);
}

#define PATH(kind, path)                                                                                               \
    {                                                                                                                  \
        .request = kind, .document = BYTES(path), .is_path = true                                                      \
    }
#define PATH_FOR(kind, name, path)                                                                                     \
    {                                                                                                                  \
        .request = kind, .id = BYTES(name), .document = BYTES(path), .is_path = true                                   \
    }

/* The daemon touches no file for a client: S_FALSE sends it back to its own. */
Test(hostile, requests_about_files_are_whole_or_refused)
{
    static const struct {
        const char *what;
        struct asked asked;
        HRESULT result;
    } cases[] = {{"a file of the client", PATH(REQUEST_CREATE_GUEST_STATE, "/etc/hcs-test.vmgs"), S_FALSE},
        {"with an id", PATH_FOR(REQUEST_CREATE_GUEST_STATE, "a", "/etc/x"), E_INVALIDARG},
        {"a grant", PATH_FOR(REQUEST_GRANT_VM, "a", "/etc/passwd"), S_FALSE},
        {"a grant to nobody", PATH(REQUEST_GRANT_VM, "/etc/passwd"), E_INVALIDARG},
        {"an empty path", PATH(REQUEST_GRANT_GROUP, ""), E_INVALIDARG},
        {"a path that is not UTF-8", PATH(REQUEST_GRANT_GROUP, "/\xFF"), E_INVALIDARG},
        {"a control character", PATH(REQUEST_GRANT_GROUP, "/a\nb"), E_INVALIDARG},
        {"no path", {.request = REQUEST_REVOKE_GROUP}, E_INVALIDARG},
        {"a document", {.request = REQUEST_REVOKE_GROUP, .type = TYPE_ShutdownOptions, .document = BYTES("{}")},
            E_INVALIDARG},
        {"a path where none belongs", PATH(REQUEST_ENUMERATE, "/etc/passwd"), E_INVALIDARG},
        {"a create of a path", PATH_FOR(REQUEST_CREATE_SYSTEM, "a", "/etc/passwd"), E_INVALIDARG}};
    int made = raw_greeted();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(made, 1, &cases[i].asked);
        expect_message(made, WIRE_ANSWER, cases[i].result, cases[i].what);
    }
    cr_expect_neq(access("/etc/hcs-test.vmgs", F_OK), 0);
    close(made);
}

Test(hostile, a_zero_inside_a_text_ends_its_connection)
{
    int made = raw_greeted();
    ask(made, 1, &(struct asked)CREATE("a\0b", "me"));
    expect_cut_off(made, "a zero in an id");
    made = raw_greeted();
    ask(made, 1, &(struct asked)CREATE("a", "m\0e"));
    expect_cut_off(made, "a zero in a document");
}

Test(hostile, a_zero_inside_the_path_of_a_trace_is_refused)
{
    char path[200];
    struct message message = {.kind = WIRE_CONTROL, .id = 1, .result = CONTROL_TRACE, .text = path};
    message.length = (uint32_t)snprintf(path, sizeof path, "%s", daemon_path("trace")) + 3; /* "\0x\0" */
    int made = raw_greeted();
    path[message.length - 2] = 'x';
    path[message.length - 1] = 0;
    cr_assert_eq(message_send(made, &message), MESSAGE_DONE);
    expect_message(made, WIRE_CONTROL_ANSWER, E_INVALIDARG, "a zero in a path");
    cr_expect_neq(access(path, F_OK), 0, "nothing is written");
    close(made);
}

/* Numbers that stand for nothing, among them that of the create whose id would be 0, as objects have that were opened.
 */
Test(hostile, a_request_about_nothing_is_refused)
{
    static const uint64_t numbers[] = {WIRE_MADE_BY, WIRE_MADE_BY | 2, WIRE_MADE_BY | UINT64_C(1) << 32 | 1,
        WIRE_MADE_BY | UINT64_C(1) << 62 | 1, UINT32_MAX, UINT64_C(1) << 32 | 1, UINT64_MAX, 1 << 20};
    int creator = raw_greeted(), made = raw_greeted();
    ask(creator, 1, &(struct asked)CREATE("owned", "me"));
    expect_message(creator, WIRE_ANSWER, S_OK, "a create");
    ask(made, 1, &(struct asked)CREATE("own", "me"));
    expect_message(made, WIRE_ANSWER, S_OK, "another create");
    ask(made, 3, &(struct asked){.request = REQUEST_OPEN_SYSTEM, .id = BYTES("owned")});
    expect_message(made, WIRE_ANSWER, S_OK, "an open");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char what[40];
        snprintf(what, sizeof what, "0x%llx", (unsigned long long)numbers[i]);
        ask(made, 4, &(struct asked){.request = REQUEST_TERMINATE, .system = numbers[i]});
        expect_message(made, WIRE_ANSWER, E_HANDLE, what);
    }
    ask(made, 4, &(struct asked){.request = REQUEST_TERMINATE});
    expect_message(made, WIRE_ANSWER, E_INVALIDARG, "no system");
    ask(made, 4, &(struct asked){.request = REQUEST_TERMINATE, .system = WIRE_MADE_BY | 1});
    expect_message(made, WIRE_ANSWER, S_OK, "its own");
    close(creator);
    close(made);
}

Test(hostile, a_request_without_an_id_ends_its_connection)
{
    int made = raw_greeted();
    ask(made, 0, &(struct asked){.request = REQUEST_ENUMERATE});
    expect_cut_off(made, "the id 0");
}

/* --- descriptors --- */

static int memory_of(off_t size, int seals)
{
    int memory = memfd_create("text", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    cr_assert_eq(ftruncate(memory, size), 0);
    cr_assert_eq(fcntl(memory, F_ADD_SEALS, seals), 0);
    return memory;
}

Test(hostile, wrong_descriptors_end_a_connection_and_none_is_kept)
{
    enum { TEXT = 100, SEALS = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW };
    unsigned before = daemon_count("fd");
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    const struct {
        const char *what;
        int descriptor;
    } wrong[] = {{"memory without seals", memory_of(TEXT, 0)},
        {"memory that can be written", memory_of(TEXT, F_SEAL_SHRINK | F_SEAL_GROW)},
        {"memory that can shrink", memory_of(TEXT, F_SEAL_WRITE | F_SEAL_GROW)},
        {"memory that is too short", memory_of(TEXT - 1, SEALS)},
        {"memory that is too long", memory_of(TEXT + 1, SEALS)},
        {"a directory", open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)},
        {"a socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)}, {"the end of a pipe", ends[0]},
        {"a file", open("/proc/self/exe", O_RDONLY | O_CLOEXEC)}, {"a device", open("/dev/zero", O_RDWR | O_CLOEXEC)}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int made = raw_greeted();
        cr_assert_geq(wrong[i].descriptor, 0, "%s", wrong[i].what);
        send_with(
            made, (struct head){MAGIC, HAS_TEXT | HAS_MEMORY, WIRE_SUBMIT, 1, 0, TEXT, 0}, &wrong[i].descriptor, 1);
        expect_cut_off(made, wrong[i].what);
    }
    close(ends[1]);
    for (unsigned count = 1; count <= 64; count *= 2) {
        int made = raw_greeted(), many[64];
        for (unsigned i = 0; i < count; i++)
            many[i] = memory_of(TEXT, SEALS);
        send_with(made, (struct head){MAGIC, 0, WIRE_POLLED, 0, 0, 0, 0}, many, count);
        expect_cut_off(made, "descriptors that nobody asked for");
    }
    for (int i = 0; daemon_count("fd") > before && i < MANY_LOOKS; i++)
        nap();
    cr_expect_leq(daemon_count("fd"), before + 1, "%u descriptors, and %u before", daemon_count("fd"), before);
}

/* --- more than anybody needs --- */

#ifdef __SANITIZE_ADDRESS__
enum { MUCH = 640 << 10 }; /* what was freed is kept for a while */
#else
enum { MUCH = 160 << 10 };
#endif
enum { TRIES = 20000000 };

/* Sends until it is cut off; the daemon's memory stays bounded. */
static void expect_bounded(int made, void (*say)(int made, uint32_t id))
{
    long before = daemon_memory(), most = before;
    struct timeval limit = {20, 0};
    bool cut_off = false;
    (void)setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    for (uint32_t i = 1; i < TRIES && !cut_off && most - before < 2 * MUCH; i++) {
        say(made, i);
        struct pollfd watch = {made, 0, 0};
        cut_off = i % 16 == 0 && poll(&watch, 1, 0) > 0 && watch.revents & POLLHUP;
        if (i % 1024 == 0 && daemon_memory() > most)
            most = daemon_memory();
    }
    cr_expect(cut_off, "it was never cut off");
    cr_expect_leq(most - before, MUCH, "%ld KiB more", most - before);
    close(made);
}

static void ask_for_time(int made, uint32_t id)
{
    (void)message_send(made, &(struct message){.kind = WIRE_CONTROL, .id = id, .result = 0});
}

static void ask_for_systems(int made, uint32_t id)
{
    ask(made, id, &(struct asked){.request = REQUEST_ENUMERATE});
}

Test(hostile, who_never_reads_is_cut_off)
{
    expect_bounded(raw_greeted(), ask_for_time);
    expect_bounded(raw_greeted(), ask_for_systems);
}

static void sleep_once_more(int made, uint32_t id)
{
    (void)message_send(made, &(struct message){.kind = WIRE_WAIT_SLEEPS, .id = id, .result = 1000000});
}

Test(hostile, who_sleeps_in_more_calls_than_a_process_has_threads_is_cut_off)
{
    expect_bounded(raw_greeted(), sleep_once_more);
}

/* Time stands still: nothing is ever answered that takes any. */
static void begin_without_time(void)
{
    setenv("COMPUTECORE_SCENARIO", "{\"time\":\"Manual\"}", 1);
    daemon_begin();
    unsetenv("COMPUTECORE_SCENARIO");
}

TestSuite(unanswered, .init = begin_without_time, .fini = daemon_end, .timeout = 300);

/* A create whose document is a mebibyte long. */
static void create_large(int made, uint32_t id)
{
    enum { LARGE = 1 << 20 };
    static char text[sizeof(struct wire_submit) + 16 + LARGE];
    char *at = text + sizeof(struct wire_submit);
    struct wire_submit submit = {
        .request = REQUEST_CREATE_SYSTEM, .type = TYPE_ComputeSystem, .has = WIRE_HAS_ID | WIRE_HAS_DOCUMENT};
    submit.id_length = (uint32_t)snprintf(at, 16, "large-%u", id);
    submit.document_length = LARGE - 1;
    at += submit.id_length + 1;
    memset(at, ' ', LARGE);
    memcpy(at, "{\"Owner\":\"test\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}", 69);
    at[LARGE - 1] = 0;
    memcpy(text, &submit, sizeof submit);
    cr_assert_eq(
        message_send(made,
            &(struct message){.kind = WIRE_SUBMIT, .id = id, .text = text, .length = (uint32_t)(at + LARGE - text)}),
        MESSAGE_DONE);
}

Test(unanswered, requests_beyond_a_client_s_share_of_memory_are_refused)
{
    enum { COUNT = 400 };
    int made = raw_greeted();
    long before = daemon_memory();
    unsigned refused = 0;
    struct message answer;
    struct pollfd watch = {made, POLLIN, 0};
    for (uint32_t id = 1; id <= COUNT; id++)
        create_large(made, id);
    /* the last ones wait for a time that nobody moves, and are not answered */
    while (poll(&watch, 1, refused < COUNT - 64 ? 60000 : 0) > 0 && message_receive(made, &answer) == MESSAGE_DONE) {
        refused += answer.kind == WIRE_ANSWER && answer.result == E_OUTOFMEMORY;
        cr_expect_eq(answer.result, E_OUTOFMEMORY, "%u: 0x%08X", answer.id, (unsigned)answer.result);
        message_drop(&answer);
    }
    cr_expect_geq(refused, COUNT - 64, "%u were refused", refused);
    cr_expect_leq(daemon_memory() - before, MUCH, "%ld KiB more", daemon_memory() - before);
    close(made);
    close(raw_greeted());
}

/* --- too many connections --- */

enum { MANY = 10000 };

/* A line for people, or the welcome. */
static bool is_refused(int made)
{
    struct wire_hello hello = {.oldest = WIRE_NEWEST, .newest = WIRE_NEWEST};
    struct message answer = {.kind = 0};
    (void)message_send(made, &(struct message){.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello});
    enum message_outcome outcome = message_receive(made, &answer);
    if (outcome == MESSAGE_ENDED) /* the hello came too late: that is said first, once */
        outcome = message_receive(made, &answer);
    cr_assert_eq(outcome, MESSAGE_DONE, "neither welcome nor refused: %d", (int)outcome);
    bool refused = answer.kind == WIRE_REFUSED;
    cr_assert(refused ? strstr(answer.text, "no more") != NULL : answer.kind == WIRE_WELCOME, "%s",
        answer.text ? answer.text : "");
    message_drop(&answer);
    return refused;
}

Test(hostile, ten_thousand_connections)
{
    static int sockets[MANY];
    struct rlimit files;
    unsigned refused = 0, before = daemon_count("fd");
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    if (files.rlim_max < MANY + 100 || setrlimit(RLIMIT_NOFILE, &files))
        cr_skip_test("this user may not have 10,000 descriptors");
    for (int i = 0; i < MANY; i++) {
        sockets[i] = raw_connect();
        cr_assert_geq(sockets[i], 0, "connection %d: %s", i, strerror(errno));
        refused += is_refused(sockets[i]);
    }
    cr_expect(refused > 0 && refused < MANY / 2, "%u of %d were refused", refused, MANY);
    for (int i = 0; i < MANY; i++)
        close(sockets[i]);
    for (int i = 0; daemon_count("fd") > before && i < MANY_LOOKS; i++)
        nap();
    cr_expect_leq(daemon_count("fd"), before + 1);
    close(raw_greeted());
}

Test(hostile, clients_beyond_its_descriptors_are_refused)
{
    enum { FEW = 60 };
    struct rlimit few = {daemon_count("fd") + 20, 4096};
    int sockets[FEW];
    unsigned refused = 0;
    cr_assert_eq(prlimit(daemon_process, RLIMIT_NOFILE, &few, NULL), 0);
    for (int i = 0; i < FEW; i++) {
        sockets[i] = raw_connect();
        refused += is_refused(sockets[i]);
    }
    cr_expect_geq(refused, 30, "%u of %d were refused", refused, FEW);
    for (int i = 0; i < FEW; i++)
        close(sockets[i]);
}
