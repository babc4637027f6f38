/* Relays between descriptors. Entry points: relay_begin(), relays_serve(). */
#include "relay.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { BYTES = 4096 /* as many as a pipe with room takes at once */, WATCHES = 2, LAST_ROUNDS = 64 };

struct relay {
    enum relay_kind kind;
    int from, to; /* to: -1: nobody reads any more, or ever did; from: -1: it is over */
    size_t start, length;
    struct relay *next;
    char bytes[BYTES];
};

static int copy_of(int descriptor)
{
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    if (copy >= 0)
        (void)fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) | O_NONBLOCK);
    return copy;
}

static void drop(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

bool relay_begin(struct relays *relays, enum relay_kind kind, int from, int to)
{
    struct relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return false;
    relay->kind = kind;
    relay->from = copy_of(from);
    relay->to = to >= 0 ? copy_of(to) : -1;
    if (relay->from < 0 || (to >= 0 && relay->to < 0)) {
        int error = errno;
        drop(&relay->from);
        drop(&relay->to);
        free(relay);
        errno = error;
        return false;
    }
    relay->next = relays->first;
    relays->first = relay;
    relays->count++;
    relays->sockets += kind == RELAY_SOCKET;
    return true; // -fanalyzer: the relay is in the list
}

size_t relays_watched(const struct relays *relays)
{
    return relays->count * WATCHES;
}

/* What has gone is reported whatever is watched for: nothing is, while there are bytes to be written. */
void relays_watch(const struct relays *relays, struct pollfd *watches)
{
    for (const struct relay *relay = relays->first; relay; relay = relay->next, watches += WATCHES) {
        watches[0] = (struct pollfd){relay->length ? -1 : relay->from, POLLIN, 0};
        watches[1] = (struct pollfd){relay->to, relay->length ? POLLOUT : 0, 0};
    }
}

/* Nobody will read any more. */
static void lose_reader(struct relay *relay)
{
    drop(&relay->to);
    relay->length = 0;
    if (relay->kind == RELAY_SOCKET)
        (void)shutdown(relay->from, SHUT_RD); /* whoever writes there hears of it; the other direction goes on */
    if (relay->kind != RELAY_FROM_TERMINAL)
        drop(&relay->from);
}

static void write_on(struct relay *relay)
{
    while (relay->length && relay->to >= 0) {
        ssize_t written = write(relay->to, relay->bytes + relay->start, relay->length);
        if (written < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (written < 0) {
            lose_reader(relay);
            return;
        }
        relay->start += (size_t)written;
        relay->length -= (size_t)written;
    }
    relay->length = 0; /* nobody reads: they are dropped */
}

/* The character that is the end of file for whoever reads lines from the terminal. */
static void end_terminal(int terminal)
{
    struct termios settings;
    if (tcgetattr(terminal, &settings) == 0 && settings.c_lflag & ICANON)
        (void)!write(terminal, &settings.c_cc[VEOF], 1);
}

/* Returns whether something came. */
static bool read_on(struct relay *relay)
{
    ssize_t length = read(relay->from, relay->bytes, sizeof relay->bytes);
    if (length > 0) {
        relay->start = 0;
        relay->length = (size_t)length;
        write_on(relay);
        return true;
    }
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (relay->kind == RELAY_TO_TERMINAL && relay->to >= 0)
        end_terminal(relay->to);
    if (relay->kind == RELAY_SOCKET && relay->to >= 0)
        (void)shutdown(relay->to, SHUT_WR); /* the other direction has copies of both */
    drop(&relay->from);
    drop(&relay->to);
    return false;
}

static void serve(struct relay *relay, short from, short to)
{
    if (relay->length && to)
        write_on(relay);
    else if (!relay->length && to & (POLLERR | POLLHUP))
        lose_reader(relay);
    if (relay->from >= 0 && !relay->length && from)
        (void)read_on(relay);
}

static void remove_over(struct relays *relays)
{
    for (struct relay **place = &relays->first; *place;) {
        struct relay *relay = *place;
        if (relay->from >= 0) {
            place = &relay->next;
            continue;
        }
        *place = relay->next;
        relays->count--;
        relays->sockets -= relay->kind == RELAY_SOCKET;
        drop(&relay->to);
        free(relay);
    }
}

void relays_serve(struct relays *relays, const struct pollfd *watches)
{
    for (struct relay *relay = relays->first; relay; relay = relay->next, watches += WATCHES)
        serve(relay, watches[0].revents, watches[1].revents);
    remove_over(relays);
}

void relays_end(struct relays *relays)
{
    for (struct relay *relay = relays->first; relay; relay = relay->next) {
        write_on(relay);
        for (int i = 0; i < LAST_ROUNDS && relay->from >= 0 && !relay->length && read_on(relay); i++)
            ;
        drop(&relay->from);
    }
    remove_over(relays);
}
