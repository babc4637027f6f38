/* Role: which move comes next: each seed has a mix of calls, clients and interleavings of its own (swarm), and within a
   run what was met less often comes sooner. No state but struct draw. */
#ifndef EXPLORE_DRAW_H
#define EXPLORE_DRAW_H

#include "backend/random.h"
#include "exploration.h"

enum { DRAW_CALLS = 1024 };

struct draw {
    struct random random;
    unsigned clients;
    uint8_t calls[DRAW_CALLS]; /* each as often as it is to come */
    unsigned total;
    unsigned call, wake, engine, callback, end, time_out;
    bool closes;         /* a mix of callbacks and closes, above all */
    struct coverage met; /* in this run */
};

void draw_begin(struct draw *draw, uint64_t seed, unsigned clients); /* clients 0: drawn, too */
/* false: nobody can do anything. */
bool draw_move(struct draw *draw, const struct exploration *exploration, struct move *move);

#endif
