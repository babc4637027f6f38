/* Role: carries bytes that can't go by a pipe of the kernel's alone: between a terminal of the container and the
   client's pipes, so that the client sees the end of a console as the end of a file; from the client's StdIn, a socket
   that the daemon can end, into a pipe, which is what programs expect; and between the sockets of a service. Callers:
   keeper.c, process.c, services.c. Single thread; nothing here blocks. */
#ifndef LXC_RELAY_H
#define LXC_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum relay_kind {
    RELAY_INPUT,        /* into a pipe; its end closes the pipe */
    RELAY_TO_TERMINAL,  /* its end is the terminal's end of file, if a line is being read */
    RELAY_SOCKET,       /* one direction of a connection; its end is told to both sides */
    RELAY_FROM_TERMINAL /* goes on when nobody reads any more, so that the program is not held up */
};

struct relay;
struct relays {
    struct relay *first;
    size_t count, sockets; /* all, and those of kind RELAY_SOCKET */
};

/* Carries what comes from one descriptor to the other, both copied; to: -1 for nowhere. false with errno. */
bool relay_begin(struct relays *relays, enum relay_kind kind, int from, int to);
/* How many descriptors relays_watch() fills in. */
size_t relays_watched(const struct relays *relays);
void relays_watch(const struct relays *relays, struct pollfd *watches);
/* Moves what can be moved. watches: as relays_watch() filled them in, after poll(). */
void relays_serve(struct relays *relays, const struct pollfd *watches);
/* Carries what is there at the end, and closes all. */
void relays_end(struct relays *relays);

#endif
