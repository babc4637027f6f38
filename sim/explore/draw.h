/* Role: chooses the next move: each seed has its own mix of calls, clients and interleavings (swarm testing), and
   within a run cells covered less often are preferred. No state but struct draw. */
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
    bool closes;         /* mostly callbacks and closes */
    struct coverage met; /* of this run */
};

void draw_begin(struct draw *draw, uint64_t seed, unsigned clients); /* clients 0: their number is drawn too */
/* false: no actor can move. */
bool draw_move(struct draw *draw, const struct exploration *exploration, struct move *move);

#endif
