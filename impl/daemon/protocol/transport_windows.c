/* Named pipes and a completion port. Entry points: port_wait(), port_accept().
   Each operation on an end in a port gives one packet, which names the end: an end that is closed lives until the last
   of its packets has come. */
#include "transport.h"
#include "pipe_windows.h"
#include <stdio.h>
#include <stdlib.h>

/* Ends that wait for clients. Others that come at the same time find the pipe busy and wait a little. */
enum { WAITING_ENDS = 8 };

struct port {
    HANDLE completions;
    struct platform_mutex lock; /* guards what pipe_windows.h calls the port's, in all its ends */
    struct pipe_end *closed;    /* whose packets are still to come */
    volatile LONG woken;
    void *mark; /* of the listener */
    char *name;
    struct pipe_end *waiting[WAITING_ENDS];
};

struct port *port_create(void)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    port->lock = (struct platform_mutex)PLATFORM_MUTEX;
    port->completions = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (port->completions)
        return port;
    free(port);
    return NULL;
}

/* --- packets --- */

void port_expect(struct pipe_end *pipe)
{
    if (!pipe->port)
        return;
    platform_lock(&pipe->port->lock);
    pipe->outstanding++;
    platform_unlock(&pipe->port->lock);
}

void port_expect_no_more(struct pipe_end *pipe)
{
    if (!pipe->port)
        return;
    platform_lock(&pipe->port->lock);
    pipe->outstanding--;
    platform_unlock(&pipe->port->lock);
}

void port_report(struct pipe_end *pipe)
{
    port_expect(pipe);
    if (!PostQueuedCompletionStatus(pipe->port->completions, 0, (ULONG_PTR)pipe, &pipe->read.overlapped))
        port_expect_no_more(pipe); /* no memory: the client hears nothing until it says something */
}

/* The end becomes one of the port's: its packets come there. */
static bool bind_end(struct port *port, struct pipe_end *pipe)
{
    if (pipe->port)
        return true;
    if (!CreateIoCompletionPort(pipe->handle, port->completions, (ULONG_PTR)pipe, 0))
        return false;
    pipe->port = port;
    return true;
}

static void set_mark(struct pipe_end *pipe, void *mark)
{
    platform_lock(&pipe->port->lock);
    pipe->mark = mark;
    platform_unlock(&pipe->port->lock);
}

bool port_add(struct port *port, message_end end, void *mark)
{
    struct pipe_end *pipe = pipe_of(end);
    if (transport_push(end) != MESSAGE_DONE || pipe->read.began || !bind_end(port, pipe))
        return false; /* an operation that was begun before would give no packet */
    set_mark(pipe, mark);
    if (!pipe_begin_read(pipe))
        port_report(pipe); /* the other side has gone already */
    return true;
}

void port_remove(struct port *port, message_end end)
{
    (void)port;
    if (pipe_of(end)->port)
        set_mark(pipe_of(end), NULL);
}

bool port_watch_room(struct port *port, message_end end, void *mark, bool room)
{
    (void)port;
    (void)end;
    (void)mark;
    (void)room;
    return true; /* the end of a write is always reported */
}

void port_wake(struct port *port)
{
    if (!InterlockedExchange(&port->woken, 1) && !PostQueuedCompletionStatus(port->completions, 0, 0, NULL))
        InterlockedExchange(&port->woken, 0);
}

/* Frees a closed end whose last packet has come. With the lock. */
static void drop_closed(struct port *port, struct pipe_end *pipe)
{
    struct pipe_end **link = &port->closed;
    while (*link != pipe)
        link = &(*link)->next;
    *link = pipe->next;
    pipe_free(pipe);
}

/* An end is reported once a turn, however many of its operations have ended. */
static int add_event(struct port_event *events, int count, void *mark, bool arrived)
{
    for (int i = 0; i < count; i++)
        if (events[i].mark == mark) {
            events[i].arrived |= arrived;
            return count;
        }
    events[count] = (struct port_event){mark, arrived};
    return count + 1;
}

static int take_packet(struct port *port, const OVERLAPPED_ENTRY *packet, struct port_event *events, int count)
{
    struct pipe_end *pipe = (struct pipe_end *)packet->lpCompletionKey;
    if (!pipe) {
        InterlockedExchange(&port->woken, 0);
        return count;
    }
    platform_lock(&port->lock);
    pipe->outstanding--;
    if (!pipe->closed && pipe->mark)
        count = add_event(events, count, pipe->mark, packet->lpOverlapped == &pipe->read.overlapped);
    else if (pipe->closed && !pipe->outstanding)
        drop_closed(port, pipe);
    platform_unlock(&port->lock);
    return count;
}

/* Returns false when the time is over. */
static bool take_packets(struct port *port, struct port_event *events, int *count, DWORD timeout_ms)
{
    OVERLAPPED_ENTRY packets[PORT_EVENTS];
    ULONG found = 0;
    if (!GetQueuedCompletionStatusEx(port->completions, packets, PORT_EVENTS, &found, timeout_ms, FALSE))
        return false;
    for (ULONG i = 0; i < found; i++)
        *count = take_packet(port, &packets[i], events, *count);
    return true;
}

int port_wait(struct port *port, struct port_event events[PORT_EVENTS], int timeout_ms)
{
    int count = 0;
    (void)take_packets(port, events, &count, timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);
    return count;
}

/* --- letting clients in --- */

/* A client that has come already gives no packet of its own. */
static bool begin_to_wait(struct pipe_end *pipe)
{
    port_expect(pipe);
    BOOL began = ConnectNamedPipe(pipe->handle, &pipe->read.overlapped);
    DWORD error = began ? ERROR_SUCCESS : GetLastError();
    pipe->read.began = began || error == ERROR_IO_PENDING;
    if (pipe->read.began)
        return true;
    port_expect_no_more(pipe);
    if (error != ERROR_PIPE_CONNECTED && error != ERROR_NO_DATA)
        return false;
    pipe->read.began = true;
    pipe->read.overlapped.Internal = 0;
    port_report(pipe);
    return true;
}

static bool add_waiting(struct port *port, message_end end, unsigned place)
{
    struct pipe_end *pipe = pipe_of(end);
    if (end == MESSAGE_NO_END)
        return false;
    if (!bind_end(port, pipe)) {
        transport_close(end);
        return false;
    }
    set_mark(pipe, port->mark);
    if (!begin_to_wait(pipe)) {
        transport_close(end);
        return false;
    }
    port->waiting[place] = pipe;
    return true;
}

/* More ends for clients; without memory there are fewer for a while. */
static void fill_waiting(struct port *port)
{
    for (unsigned i = 0; i < WAITING_ENDS; i++)
        if (!port->waiting[i] && !add_waiting(port, pipe_make(port->name, false), i))
            return;
}

bool port_listen(struct port *port, message_end listener, void *mark)
{
    port->mark = mark;
    port->name = _strdup(pipe_of(listener)->name);
    if (!port->name) {
        transport_close(listener);
        return false;
    }
    if (!add_waiting(port, listener, 0))
        return false;
    fill_waiting(port);
    return true;
}

/* Is the client's process one that may come in? Then it can be given handles. */
static bool identify(struct pipe_end *pipe, struct peer *peer, char why[ACCEPT_WHY])
{
    ULONG id = 0;
    HANDLE token;
    (void)GetNamedPipeClientProcessId(pipe->handle, &id); /* 0 on failure, which is no process */
    pipe->client = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (!pipe->client || !OpenProcessToken(pipe->client, TOKEN_QUERY | TOKEN_DUPLICATE, &token)) {
        snprintf(why, ACCEPT_WHY, "process %lu can't be opened (error %lu)", id, GetLastError());
        return false;
    }
    bool admitted = pipe_admits(token);
    CloseHandle(token);
    if (!admitted)
        snprintf(why, ACCEPT_WHY, "process %lu is of another user", id);
    *peer = (struct peer){0, id, true}; /* no other users are let in, so there are none to keep apart */
    return admitted;
}

static enum accept_outcome admit(struct pipe_end *pipe, message_end *end, struct peer *peer, char why[ACCEPT_WHY])
{
    DWORD moved;
    pipe->read.began = false;
    set_mark(pipe, NULL);
    snprintf(why, ACCEPT_WHY, "it has gone");
    if (GetOverlappedResult(pipe->handle, &pipe->read.overlapped, &moved, FALSE) && identify(pipe, peer, why)) {
        *end = (message_end)pipe;
        return ACCEPT_DONE;
    }
    transport_close((message_end)pipe);
    return ACCEPT_REFUSED;
}

/* The caller may stop after any client: others that have come are reported again. */
static void report_waiting(struct port *port)
{
    for (unsigned i = 0; i < WAITING_ENDS; i++)
        if (port->waiting[i] && HasOverlappedIoCompleted(&port->waiting[i]->read.overlapped)) {
            port_report(port->waiting[i]);
            return;
        }
}

enum accept_outcome port_accept(struct port *port, message_end *end, struct peer *peer, char why[ACCEPT_WHY])
{
    for (unsigned i = 0; i < WAITING_ENDS; i++) {
        struct pipe_end *pipe = port->waiting[i];
        if (!pipe || !HasOverlappedIoCompleted(&pipe->read.overlapped))
            continue;
        port->waiting[i] = NULL;
        fill_waiting(port);
        report_waiting(port);
        return admit(pipe, end, peer, why);
    }
    fill_waiting(port);
    return ACCEPT_NONE;
}

bool transport_await(message_end end, int timeout_ms)
{
    struct pipe_end *pipe = pipe_of(end);
    return !pipe_begin_read(pipe) ||
           WaitForSingleObject(pipe->read.overlapped.hEvent, (DWORD)timeout_ms) == WAIT_OBJECT_0;
}

/* --- the end --- */

/* Handles may have come to a client that nobody else would close. */
static void drop_arrived(message_end end)
{
    struct message late;
    while (message_receive(end, &late) == MESSAGE_DONE)
        message_drop(&late);
}

/* The system may write into it until its operations have ended. */
static void close_unbound(struct pipe_end *pipe)
{
    struct operation *const operations[] = {&pipe->read, &pipe->write};
    DWORD moved;
    (void)CancelIoEx(pipe->handle, NULL); /* there may be nothing to cancel */
    for (unsigned i = 0; i < 2; i++)
        if (operations[i]->began)
            (void)GetOverlappedResult(pipe->handle, &operations[i]->overlapped, &moved, TRUE);
    CloseHandle(pipe->handle);
    pipe_free(pipe);
}

void transport_close(message_end end)
{
    if (end == MESSAGE_NO_END)
        return;
    struct pipe_end *pipe = pipe_of(end);
    struct port *port = pipe->port;
    HANDLE handle = pipe->handle;
    if (!pipe->unproven && !pipe->client)
        drop_arrived(end);
    if (!port) {
        close_unbound(pipe);
        return;
    }
    platform_lock(&port->lock);
    pipe->mark = NULL;
    pipe->closed = true;
    pipe->next = port->closed;
    port->closed = pipe;
    bool last = pipe->outstanding == 0;
    if (last)
        drop_closed(port, pipe);
    platform_unlock(&port->lock);
    if (!last)
        (void)CancelIoEx(handle, NULL); /* the packets come, and with the last the end is freed */
    CloseHandle(handle);
}

void port_destroy(struct port *port)
{
    enum { LAST_PACKETS_MS = 1000 };
    struct port_event events[PORT_EVENTS];
    if (!port)
        return;
    for (unsigned i = 0; i < WAITING_ENDS; i++)
        transport_close(port->waiting[i] ? (message_end)port->waiting[i] : MESSAGE_NO_END);
    for (int count = 0; port->closed && take_packets(port, events, &count, LAST_PACKETS_MS);)
        count = 0;
    CloseHandle(port->completions);
    free(port->name);
    free(port); /* an end whose packets have not come stays: the system may still write into it */
}
