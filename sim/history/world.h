/* Role: the model of one id: which system stands behind it, in which state, with which handles and processes; and
   whether an act of a history can happen now, by the matrices of spec/ and the laws of sim/explore. What a history
   can't show is left open: who kills from outside, when a program ends, why a call fails whose result says nothing of
   states. Callers: search.c. Single thread. */
#ifndef HISTORY_WORLD_H
#define HISTORY_WORLD_H

#include "history.h"

/* A lifecycle call is accepted in one step and completes in another; all other acts are one step. */
enum world_phase { WORLD_ONLY, WORLD_BEGIN, WORLD_END };

/* Copied and compared byte by byte: without gaps. */
struct world {
    int32_t under_way; /* the lifecycle call; -1: none */
    uint8_t matrix, state, back, may_exit, on_close, spare[3];
    uint8_t parts[]; /* a byte a handle: it is live; then a byte a process */
};

enum world_process { WORLD_NO_PROCESS, WORLD_RUNS, WORLD_HAS_ENDED };
/* An act may have happened in one of so many ways. */
enum { WORLD_WAYS = 2 };

size_t world_size(const struct history_system *system);
/* The beginning: way 0: there is no such system; others, if it may have been there before. false: no such way. */
bool world_begin(const struct history_system *system, unsigned way, struct world *world);
/* The steps of an act. */
bool world_has_two_steps(const struct history_act *act);
/* Lets a step of an act happen. false: it can't, and the world is as it was or of no use. */
bool world_step(const struct history *history, const struct history_system *system, int32_t act, enum world_phase phase,
    unsigned way, struct world *world);

#endif
