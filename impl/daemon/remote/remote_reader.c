/* Who receives what the daemon says. Entry points: remote_rest(), remote_start().
   A call that waits reads by itself: handing its answer over from another thread would cost more than all the rest of
   a call. The engine's own thread reads while no call waits, and makes connections, since that takes long. Only one
   reads at a time; while calls come one after the other the thread looks now and then whether they still do. */
#include "remote_parts.h"
#include "core/lock.h"
#include "core/progress/progress.h"
#include "daemon/protocol/control.h"
#include "daemon/protocol/place.h"
#include "platform/platform.h"
#include "spec_hresults.h"
#include "daemon/protocol/wire.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELLO_MS = 10000, TRIES = 3, NAP_NS = 500000, MILLISECOND = 1000000 };

/* --- receiving --- */

/* Handles the messages of a batch, or drops those after one that no daemon sends. false: there was one. */
static bool receive_batch(struct remote *remote, struct message messages[MESSAGE_BATCH], unsigned count)
{
    bool valid = true, wakes = false;
    for (unsigned i = 0; i < count; i++) {
        wakes = wakes || messages[i].kind != WIRE_CONTROL_ANSWER;
        valid = valid && remote_receive(remote, &messages[i]);
        message_drop(&messages[i]);
    }
    if (wakes || !valid)
        progress_changed(); /* every wait that still sleeps reports it again */
    return valid;
}

static void receive_all(struct remote *remote)
{
    enum message_outcome outcome = MESSAGE_DONE;
    while (outcome == MESSAGE_DONE && remote->connection.end != MESSAGE_NO_END) {
        struct message messages[MESSAGE_BATCH];
        unsigned count;
        outcome = message_receive_batch(remote->connection.end, remote->buffer, messages, &count);
        if (!receive_batch(remote, messages, count) || (outcome != MESSAGE_DONE && outcome != MESSAGE_LATER)) {
            progress_changed();
            remote_lose_daemon(remote);
        }
    }
}

/* An end that was closed while something was sent is noticed here. */
static void notice_end(struct remote *remote)
{
    if (remote->connection.end == MESSAGE_NO_END && !remote->connection.opens)
        remote_lose_daemon(remote);
}

static int timeout_until(uint64_t until)
{
    uint64_t now = platform_time();
    if (until == PLATFORM_FOREVER)
        return -1;
    uint64_t left = until > now ? (until - now + MILLISECOND - 1) / MILLISECOND : 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

/* Waits until something arrives, and receives it. The lock is released meanwhile. */
static void read_once(struct remote *remote, enum reader reader, uint64_t until)
{
    struct port_event events[PORT_EVENTS];
    int timeout = timeout_until(until), state = platform_cancel_off();
    remote->reader = reader;
    core_unlock();
    (void)port_wait(remote->port, events, timeout); /* there is one connection: whatever happens, it is looked at */
    core_lock();
    platform_cancel_restore(state);
    remote->reader = READER_NONE;
    if (remote->connection.end != MESSAGE_NO_END)
        (void)connection_flush(&remote->connection);
    notice_end(remote);
    receive_all(remote);
}

/* --- callers --- */

bool remote_rest(struct engine *engine, uint64_t until)
{
    struct remote *remote = (struct remote *)engine;
    CHECK_HELD();
    if (connection_wants_to_send(&remote->connection) && !connection_flush(&remote->connection))
        port_wake(remote->port);
    if (remote->connection.end == MESSAGE_NO_END || remote->reader == READER_CALLER)
        return false;
    remote->turns++;
    if (remote->reader == READER_THREAD)
        return false; /* this time it reads; it will see that calls wait, and leave it to them */
    read_once(remote, READER_CALLER, until);
    if (remote->idles_long)
        platform_notify_one(&remote->idle);
    return true;
}

void remote_wake(struct engine *engine)
{
    const struct remote *remote = (struct remote *)engine;
    CHECK_HELD();
    if (remote->reader == READER_CALLER)
        port_wake(remote->port);
}

/* --- connections --- */

/* A daemon that lets no more clients in has closed before it read the hello: what it said is there all the same, after
   one report of the end. */
static enum message_outcome receive_reply(message_end end, struct message *answer)
{
    enum message_outcome outcome = message_receive(end, answer);
    return outcome == MESSAGE_ENDED ? message_receive(end, answer) : outcome;
}

/* Returns the value of COMPUTECORE_CLIENT, or 0 if it is not set. */
static uint32_t client_number(void)
{
    const char *number = getenv("COMPUTECORE_CLIENT");
    return number ? (uint32_t)strtoul(number, NULL, 10) : 0;
}

/* Sends the hello and receives the answer; blocks for up to HELLO_MS. HCS_E_SERVICE_DISCONNECT: the daemon has closed
   the connection without a word. */
static HRESULT handshake(message_end end, struct wire_welcome *welcome)
{
    struct wire_hello hello = {.oldest = WIRE_OLDEST, .newest = WIRE_NEWEST, .client = client_number()};
    struct message message = {.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello}, answer;
    HRESULT result = HCS_E_SERVICE_NOT_AVAILABLE;
    bool answers = message_send(end, &message) != MESSAGE_WRONG && transport_await(end, HELLO_MS);
    enum message_outcome outcome = answers ? receive_reply(end, &answer) : MESSAGE_LATER;
    if (outcome == MESSAGE_ENDED)
        return HCS_E_SERVICE_DISCONNECT;
    if (outcome != MESSAGE_DONE) {
        fprintf(stderr, "computecore: computecored does not answer\n");
        return result;
    }
    if (answer.kind == WIRE_WELCOME && answer.text && answer.length == sizeof *welcome) {
        memcpy(welcome, answer.text, sizeof *welcome);
        result = S_OK;
    } else if (answer.kind == WIRE_REFUSED && answer.text) {
        fprintf(stderr, "computecore: %s\n", answer.text);
    } else {
        fprintf(stderr, "computecore: the program that listens there is not a computecored\n");
    }
    message_drop(&answer);
    return result;
}

/* Blocks, for as long as a daemon takes to start and to answer. On failure there is no end. A daemon that has ended as
   this client came has closed the connection; the next one, or one that is started then, takes it. */
static HRESULT make_end(const char *name, message_end *end, struct wire_welcome *welcome)
{
    HRESULT result = HCS_E_SERVICE_DISCONNECT;
    for (int tries = 0; tries < TRIES && result == HCS_E_SERVICE_DISCONNECT; tries++) {
        *end = place_connect(name);
        if (*end == MESSAGE_NO_END)
            return HCS_E_SERVICE_NOT_AVAILABLE; /* it has said why */
        result = handshake(*end, welcome);
        if (FAILED(result))
            transport_close(*end);
    }
    if (result != HCS_E_SERVICE_DISCONNECT)
        return result;
    fprintf(stderr, "computecore: computecored closes each connection without an answer\n");
    return HCS_E_SERVICE_NOT_AVAILABLE;
}

void remote_take_host(struct remote *remote, const struct wire_host *host)
{
    CHECK_HELD();
    remote->engine.os_build = host->os_build;
    remote->engine.schema_minor = host->schema_minor;
    remote->engine.refuses_at_once = host->documents & WIRE_DOCUMENTS_REFUSED_AT_ONCE;
    remote->engine.strict_documents = host->documents & WIRE_DOCUMENTS_STRICT;
}

static HRESULT use_end(struct remote *remote, message_end end, const struct wire_welcome *welcome)
{
    remote_take_host(remote, &welcome->host);
    connection_open(&remote->connection, end);
    return connection_join(&remote->connection, remote->port, remote) ? S_OK : E_OUTOFMEMORY;
}

void remote_need_daemon(struct remote *remote)
{
    CHECK_HELD();
    if (remote->connection.end != MESSAGE_NO_END || remote->connection.opens)
        return;
    remote_lose_daemon(remote); /* the thread may not have noticed yet */
    remote_forget_waits(remote);
    connection_expect(&remote->connection);
    port_wake(remote->port);
    platform_notify_one(&remote->idle);
}

/* On the thread: what is sent meanwhile waits, and other calls go on. */
static void make_connection(struct remote *remote)
{
    message_end end;
    struct wire_welcome welcome;
    core_unlock();
    HRESULT result = make_end(remote->name, &end, &welcome);
    core_lock();
    if (!remote->connection.opens) { /* there was no memory for what waits: its requests have been answered */
        if (SUCCEEDED(result))
            transport_close(end);
        return;
    }
    if (SUCCEEDED(result))
        result = use_end(remote, end, &welcome);
    if (SUCCEEDED(result) && connection_flush(&remote->connection))
        return;
    connection_end(&remote->connection);
    remote_answer_all(remote, FAILED(result) ? result : HCS_E_SERVICE_DISCONNECT);
    controls_end(&remote->controls, FAILED(result) ? result : HCS_E_SERVICE_DISCONNECT);
    remote_forget_waits(remote);
    progress_changed();
}

/* --- the thread --- */

/* Calls read, or did so until a moment ago. */
static void idle(struct remote *remote)
{
    remote->idles_long = remote->reader == READER_CALLER && remote->turns == remote->seen_turns;
    remote->seen_turns = remote->turns;
    core_rest(&remote->idle, remote->idles_long ? PLATFORM_FOREVER : platform_time() + NAP_NS);
    remote->idles_long = false;
}

static void run(void *context)
{
    struct remote *remote = context;
    core_lock();
    while (!remote->stops) {
        notice_end(remote);
        if (remote->connection.opens)
            make_connection(remote);
        else if (remote->reader == READER_CALLER || remote->turns != remote->seen_turns)
            idle(remote);
        else
            read_once(remote, READER_THREAD, PLATFORM_FOREVER);
    }
    remote->stopped = true;
    platform_notify_all(&remote->ended);
    core_unlock();
}

HRESULT remote_start(struct remote *remote)
{
    message_end end;
    struct wire_welcome welcome;
    CHECK_HELD();
    HRESULT result = make_end(remote->name, &end, &welcome);
    if (FAILED(result))
        return result;
    connection_expect(&remote->connection);
    result = use_end(remote, end, &welcome);
    return SUCCEEDED(result) && !platform_thread_start(run, remote) ? E_OUTOFMEMORY : result;
}

void remote_stop(struct engine *engine)
{
    CHECK_HELD();
    struct remote *remote = (struct remote *)engine;
    core_lock();
    remote->stops = true;
    port_wake(remote->port);
    platform_notify_all(&remote->idle);
    while (!remote->stopped)
        core_rest(&remote->ended, PLATFORM_FOREVER);
    core_unlock();
}
