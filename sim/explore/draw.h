/* Role: chooses the next move: each seed has its own mix of calls, clients and interleavings (swarm testing), and
   within a run, cells that have been covered less often are preferred. No state except in struct draw. */
#ifndef EXPLORE_DRAW_H
#define EXPLORE_DRAW_H

#include "backend/random.h"
#include "exploration.h"

enum { DRAW_CALLS = 1024 };

struct draw {
    struct random random;
    unsigned clients;
    uint8_t calls[DRAW_CALLS]; /* each repeated by its weight */
    unsigned total;
    unsigned call, wake, engine, callback, end, time_out;
    bool closes;         /* draws mostly callbacks and closes */
    struct coverage met; /* in this run */
};

void draw_begin(struct draw *draw, uint64_t seed, unsigned clients); /* clients: 0 draws their number too */
/* Draws a move. Returns false if no actor can move. */
bool draw_move(struct draw *draw, const struct exploration *exploration, struct move *move);

#endif
