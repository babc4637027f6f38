/* Role: plays a schedule against the target, with a real thread for each client and the target's own callbacks, as far
   as a host allows: calls come in their order, callbacks are held until their turn, and "engine" lets a while pass. It
   checks the laws that are visible from outside: a close waits for the running callback, no callback begins after a
   close, callbacks of one registration run one at a time, an exit is reported once, every operation completes, every
   call returns.
   Callers: row.c, replay.c. The calling thread directs the others; no thread is left running unless a law was broken,
   and then the process must not be used any more. */
#ifndef CONFORMANCE_SCHEDULE_PLAYER_H
#define CONFORMANCE_SCHEDULE_PLAYER_H

#include "explore/schedule/schedule.h"
#include "row/target/target.h"

enum { PLAYER_TEXT = 256 };

/* true: the schedule can't be played on the target, and what has the reason. */
bool player_refuses(const struct target *target, const struct schedule *schedule, char what[PLAYER_TEXT]);
/* Plays it once. attempt: the first makes the moves as they stand; each other one shifts them by a moment, and draws
   the order of those that stand behind "then". false: a law broke, and law says which. */
bool player_play(const struct target *target, const struct schedule *schedule, unsigned attempt, char law[PLAYER_TEXT]);

#endif
