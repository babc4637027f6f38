/* Unix sockets and epoll. Entry points: port_wait(), port_accept(). */
#include "transport.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct port {
    int epoll, wake, listener;
    int spare; /* reserved descriptor, to turn clients away */
};

/* Moves a descriptor above the standard streams: if the program has closed those, new descriptors would take their
   place. */
static int above_streams(int descriptor)
{
    enum { FIRST_DESCRIPTOR = 3 };
    if (descriptor < 0 || descriptor >= FIRST_DESCRIPTOR)
        return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    close(descriptor);
    return moved;
}

bool port_add(struct port *port, message_end end, void *mark)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};
    return epoll_ctl(port->epoll, EPOLL_CTL_ADD, (int)end, &event) == 0;
}

bool port_listen(struct port *port, message_end listener, void *mark)
{
    port->listener = (int)listener;
    port->spare = eventfd(0, EFD_CLOEXEC);
    return port_add(port, listener, mark);
}

void port_remove(struct port *port, message_end end)
{
    (void)epoll_ctl(port->epoll, EPOLL_CTL_DEL, (int)end, NULL);
}

bool port_watch_room(struct port *port, message_end end, void *mark, bool room)
{
    struct epoll_event event = {.events = EPOLLIN | (room ? EPOLLOUT : 0u), .data.ptr = mark};
    return epoll_ctl(port->epoll, EPOLL_CTL_MOD, (int)end, &event) == 0;
}

struct port *port_create(void)
{
    struct port *port = malloc(sizeof *port);
    if (!port)
        return NULL;
    port->epoll = above_streams(epoll_create1(EPOLL_CLOEXEC));
    port->wake = above_streams(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    port->spare = port->listener = -1;
    if (port->epoll >= 0 && port->wake >= 0 && port_add(port, port->wake, &port->wake))
        return port;
    port_destroy(port);
    return NULL;
}

void port_destroy(struct port *port)
{
    if (!port)
        return;
    transport_close(port->epoll);
    transport_close(port->wake);
    transport_close(port->spare);
    transport_close(port->listener);
    free(port);
}

void port_wake(struct port *port)
{
    (void)eventfd_write(port->wake, 1); /* a full counter wakes it, too */
}

int port_wait(struct port *port, struct port_event events[PORT_EVENTS], int timeout_ms)
{
    struct epoll_event found[PORT_EVENTS];
    int count = epoll_wait(port->epoll, found, PORT_EVENTS, timeout_ms), kept = 0;
    eventfd_t wakes;
    for (int i = 0; i < count; i++)
        if (found[i].data.ptr == &port->wake)
            (void)eventfd_read(port->wake, &wakes); /* how many does not matter */
        else
            events[kept++] =
                (struct port_event){found[i].data.ptr, (found[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0};
    return kept;
}

static int accept_one(const struct port *port)
{
    return accept4(port->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

/* Out of descriptors: uses the spare one, so that the client can be told. Otherwise epoll would report it for ever. */
static int accept_to_refuse(struct port *port)
{
    close(port->spare);
    port->spare = -1;
    return accept_one(port);
}

/* The last descriptors are for the clients that are there. */
static bool is_reserved(int descriptor)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)descriptor >= limit.rlim_cur - limit.rlim_cur / 8;
}

enum accept_outcome port_accept(struct port *port, message_end *end, struct peer *peer, char why[ACCEPT_WHY])
{
    struct ucred found;
    socklen_t size = sizeof found;
    if (port->spare < 0)
        port->spare = eventfd(0, EFD_CLOEXEC);
    int socket = accept_one(port);
    if (socket < 0 && (errno == EMFILE || errno == ENFILE) && port->spare >= 0)
        socket = accept_to_refuse(port);
    if (socket < 0)
        return ACCEPT_NONE;
    *end = socket;
    if (port->spare < 0 || is_reserved(socket)) {
        snprintf(why, ACCEPT_WHY, "there are no more descriptors");
        return ACCEPT_REFUSED;
    }
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size)) {
        snprintf(why, ACCEPT_WHY, "%m");
        return ACCEPT_REFUSED;
    }
    *peer = (struct peer){found.uid, (unsigned)found.pid, found.uid == 0 || found.uid == geteuid()};
    return ACCEPT_DONE;
}

enum message_outcome transport_push(message_end end)
{
    (void)end;
    return MESSAGE_DONE;
}

bool transport_await(message_end end, int timeout_ms)
{
    struct pollfd watch = {(int)end, POLLIN, 0};
    return poll(&watch, 1, timeout_ms) > 0;
}

void transport_close(message_end end)
{
    if (end >= 0)
        close((int)end);
}
