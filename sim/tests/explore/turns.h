/* Role: the order of a schedule for a client that was written by hand: each thread asks for its turn before a call, and
   gets it when the moves behind "then", in an order that the attempt draws, have reached it. A move that its thread
   does not ask for within a moment is skipped: a client need not make the calls of a schedule. */
#ifndef TESTS_TURNS_H
#define TESTS_TURNS_H

/* Reads a schedule and draws an order: attempt 0 keeps the order of the file. Ends the program with code 2 if
   it can't be read. */
void turns_begin(const char *schedule, unsigned attempt);
/* The turn of an actor (c0, k0 …) to do something: a function, begins, ends. Returns at once if it has been skipped,
   or where the schedule has no such move. */
void turn(const char *actor, const char *what);

#endif
