/* Role: declarations shared by schedule_player.c, player_time.c and actors.c: the actors and their handles. One lock
 * guards all of it. */
#ifndef CONFORMANCE_PLAYER_PARTS_H
#define CONFORMANCE_PLAYER_PARTS_H

#include "platform/platform.h"
#include "schedule_player.h"
#include <stdbool.h>
#include <stdint.h>

enum { MAX_INVOCATIONS = 64, ID_BYTES = 64 };

/* What a callback was registered for; its address is the context that the target hands back. */
struct registration {
    struct schedule_player *player;
    const void *handle;       /* of the system, process or operation */
    bool completion, process; /* of an operation; of a process */
    bool accepted;            /* the call that registered it succeeded */
    const void *closer;       /* the call that closes or clears it; NULL: none has begun */
    bool gone;                /* closed or cleared, by a call that has returned */
    unsigned running;         /* of its callbacks */
    unsigned exits;           /* that it was told of */
};

/* How often an operation was used, by calls that were accepted or are under way, and how often its callbacks came. */
struct uses {
    const void *operation;
    unsigned calls, completions;
};

/* A thread that makes moves: a client's own, or one of the target that is inside a callback. */
struct actor {
    struct schedule_player *player;
    bool there, busy, leave;                 /* busy: in a call */
    const struct move *todo;                 /* NULL: nothing */
    const void *handle;                      /* of the call that it is in: slots change meanwhile */
    const struct registration *registration; /* of a callback */
};

struct schedule_player {
    const struct target *target;
    const struct schedule *schedule;
    struct platform_mutex lock;
    struct platform_condition changed;
    struct actor clients[MOVE_CLIENTS], invocations[MAX_INVOCATIONS];
    unsigned arrived, playing; /* callbacks so far; those that have a part (k0 …) */
    unsigned threads;          /* clients that have not ended */
    unsigned endings;          /* threads that close what is awaited in vain */
    bool over;
    bool started; /* some system was */
    void *operations[MOVE_OPERATIONS + 1], *systems[MOVE_SYSTEMS + 1], *processes[MOVE_PROCESSES + 1];
    const void **closed; /* by calls that have begun */
    unsigned closed_count;
    bool begun[MOVE_OPERATIONS + 1]; /* an operation of that slot is, or was, under way */
    char ids[MOVE_IDS][ID_BYTES];    /* of this attempt */
    struct registration *registrations;
    unsigned registration_count;
    struct uses *uses;
    unsigned uses_count, room; /* room: in closed, registrations and uses, one for each call of the player */
    const struct target_simulator *simulator; /* NULL: time passes by itself */
    uint64_t passed;                          /* virtual nanoseconds that the player let pass */
    char law[PLAYER_TEXT];                    /* empty: none broke */
};

/* player_time.c */
#define MILLISECOND 1000000u
/* Resets the target's simulator, if it has one, with a clock that only the player moves. */
void player_find_simulator(struct schedule_player *player, uint64_t seed);
/* Nanoseconds of the target's time: for limits. */
uint64_t player_clock(const struct schedule_player *player);
/* Lets time pass for the target, and the resulting events happen; on a host in real time. Lock not held. */
void player_pass(struct schedule_player *player, unsigned milliseconds);
/* Waits until done(what), while the clock stands: on the simulator until the target rests, on a host at most so long.
   Returns done(what). Lock held, given up meanwhile. */
bool player_await(
    struct schedule_player *player, bool (*done)(const void *what), const void *what, unsigned milliseconds);
/* A condition that is never true, for waits that only time, or the target's idleness, ends. */
bool player_never(const void *unused);

/* Lock held. The first law that breaks counts. */
void player_break(struct schedule_player *player, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns whether the handle exists and no close of it has begun. Lock held, or no thread of the player is left. */
bool player_is_open(const struct schedule_player *player, const void *handle);
/* Starts the threads of the clients that have moves. false: there was none to be had. */
bool actors_start(struct schedule_player *player);
/* Returns whether all handles that the call names exist and are open. Lock held. */
bool actors_can_make(const struct schedule_player *player, const struct move *move);
/* Makes a call of a move, with the handles of the player. Lock not held. */
uint64_t actors_call(struct schedule_player *player, const struct move *move);
void CALLBACK actors_on_event(HCS_EVENT *event, void *context);
void CALLBACK actors_on_completion(HCS_OPERATION operation, void *context);

#endif
