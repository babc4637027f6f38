/* Role: processes that may do anything: crash, hang, stop themselves, flood their output, close it, leave others
   behind. A supervisor starts them, hands messages to and fro, holds each to its limit of time, keeps the beginning and
   the end of what it printed, and ends it with all that it started. How a process ended is told by that process alone,
   by no pipe. Callers: the tools, for whatever they run. Single thread.

   Each process has a slot, from 0 on. Ctrl-C and the like are heard from supervisor_open() on; supervisor_wait() then
   returns at once, and supervisor_close() leaves nothing behind. */
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include "platform/process.h"
#include "platform/signal.h"

struct supervisor;

enum supervisor_event {
    SUPERVISOR_QUIET,   /* nothing came in that time, or the user wishes to stop: signal_exit_code() */
    SUPERVISOR_MESSAGE, /* a message came on the channel */
    SUPERVISOR_ENDED,   /* the process has ended; its slot is free */
    SUPERVISOR_LATE,    /* it was ended by force, at its limit; its slot is free */
    SUPERVISOR_BROKEN /* it was ended by force, since its channel held something that is no message; its slot is free */
};

struct supervisor_news {
    enum supervisor_event event;
    unsigned slot;
    const char *message; /* until the next call */
    int status;          /* of a process that has ended: exit code; negative: a signal or an exception */
};

/* NULL: there is no memory. */
struct supervisor *supervisor_open(unsigned slots);
/* Ends by force what runs, and what was left behind. NULL is allowed. */
void supervisor_close(struct supervisor *supervisor);

/* Starts a process in a free slot. limit_s: the time until which it must have ended; 0: any. false: it can't be
   started. */
bool supervisor_start(struct supervisor *supervisor, unsigned slot, const struct child_plan *plan, unsigned limit_s);
bool supervisor_runs(const struct supervisor *supervisor, unsigned slot);
/* Hands a message over as soon as the process takes it; does not wait. false: there is no memory, or it is too long. */
bool supervisor_send(struct supervisor *supervisor, unsigned slot, const char *message);
/* No more messages come, and a well-behaved process ends. */
void supervisor_hang_up(struct supervisor *supervisor, unsigned slot);
/* A new limit, from now on; 0: none. */
void supervisor_limit(struct supervisor *supervisor, unsigned slot, unsigned seconds);
/* Ends it by force; nothing more is told of it. */
void supervisor_end(struct supervisor *supervisor, unsigned slot);
/* Waits for the next piece of news of any process, no longer than the time-out in milliseconds. */
void supervisor_wait(struct supervisor *supervisor, unsigned timeout_ms, struct supervisor_news *news);
/* What the process in the slot, or the last one there, printed since the last call; see capture_text(). */
char *supervisor_output(struct supervisor *supervisor, unsigned slot);

#endif
