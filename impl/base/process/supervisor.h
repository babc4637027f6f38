/* Role: runs child processes that may misbehave: crash, hang, stop themselves, flood or close their output, leave other
   processes behind. A supervisor starts them, exchanges messages with them, enforces a time limit for each, keeps the
   beginning and the end of their output, and ends them with all that they started. How a process ended is taken from
   its exit status, never from its pipes.
   Callers: the tools. Single thread.
   Each process has a slot, from 0 on. Ctrl-C and similar signals are caught from supervisor_open() on;
   supervisor_wait() then returns at once, and supervisor_close() leaves nothing behind. Without memory the tool ends;
   see allocate.h. */
#ifndef BASE_SUPERVISOR_H
#define BASE_SUPERVISOR_H

#include "platform/process.h"
#include "platform/signal.h"

struct supervisor;

enum supervisor_event {
    SUPERVISOR_QUIET,   /* nothing happened in that time, or the user interrupted: signal_exit_code() */
    SUPERVISOR_MESSAGE, /* a message arrived on the channel */
    SUPERVISOR_ENDED,   /* the process has ended; its slot is free */
    SUPERVISOR_LATE,    /* it was killed at its time limit; its slot is free */
    SUPERVISOR_BROKEN   /* it was killed because of invalid bytes on its channel; its slot is free */
};

struct supervisor_news {
    enum supervisor_event event;
    unsigned slot;
    const char *message; /* valid until the next call */
    int status;          /* of a process that has ended: exit code; negative: a signal or an exception */
};

/* Never NULL. */
struct supervisor *supervisor_open(unsigned slots);
/* Kills all running processes and what they left behind. */
void supervisor_close(struct supervisor *supervisor);

/* Starts a process in a free slot. limit_s: its time limit in seconds; 0: none. false: it can't be started;
   child_start_error() says why. */
bool supervisor_start(struct supervisor *supervisor, unsigned slot, const struct child_plan *plan, unsigned limit_s);
bool supervisor_runs(const struct supervisor *supervisor, unsigned slot);
/* Queues a message for the process; does not wait. false: the message is too long. */
bool supervisor_send(struct supervisor *supervisor, unsigned slot, const char *message);
/* Closes the channel after the queued messages; a well-behaved process then ends. */
void supervisor_hang_up(struct supervisor *supervisor, unsigned slot);
/* Sets a new time limit, counted from now; 0: none. */
void supervisor_limit(struct supervisor *supervisor, unsigned slot, unsigned seconds);
/* Kills it; no more news of it is reported. */
void supervisor_end(struct supervisor *supervisor, unsigned slot);
/* Waits for the next news of any process, at most the time-out in milliseconds. */
void supervisor_wait(struct supervisor *supervisor, unsigned timeout_ms, struct supervisor_news *news);
/* What the process in the slot, or the last one there, printed since the last call; see capture_text(). What it printed
   before it sent a message is there when the message is reported. */
char *supervisor_output(struct supervisor *supervisor, unsigned slot);

#endif
