/* Role: the exports that may wait, in three steps: begin, try until it succeeds, end. The exports run all three with
   blocking_run(); explorers and replays, which have many clients on one thread, take the steps one by one.
   Threads: the begin functions are called without the core lock. They return true if the call has to wait, with the
   lock held; false if it is over, with result set and the lock not held. Try and end are called with the lock held; the
   end releases it. */
#ifndef API_BLOCKING_H
#define API_BLOCKING_H

#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include <computecore.h>

struct blocking {
    const char *function;
    progress_step step;
    void *context; /* of step: one of the three last members */
    DWORD timeout_ms;
    bool began;         /* it has had to wait */
    HRESULT result;     /* once it is over */
    HRESULT unfinished; /* the result after a time-out */
    PWSTR *document;
    HCS_PROCESS_INFORMATION *information;
    struct operation_wait reading;
    struct exit_wait exit;
    struct closing closing;
};

/* The parameters of a function that reads an operation's result. */
struct reading {
    DWORD timeout_ms;
    HRESULT unfinished;
    bool wants_info;
    HCS_PROCESS_INFORMATION *information;
    PWSTR *document;
};
bool blocking_read(struct blocking *blocking, const char *function, HCS_OPERATION operation, struct reading reading);
/* Waits for the exit of the handle's system or process. */
bool blocking_exit(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    DWORD timeout_ms, PWSTR *document);
bool blocking_close(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind);
/* Sets or clears the event callback of a handle; only clearing waits. */
bool blocking_register(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    HCS_EVENT_OPTIONS options, const void *context, HCS_EVENT_CALLBACK callback);
/* Sets or clears the callback of an operation. */
bool blocking_set_callback(struct blocking *blocking, const char *function, HCS_OPERATION operation,
    const void *context, HCS_OPERATION_COMPLETION callback);

bool blocking_try(struct blocking *blocking);
/* done: the last try succeeded; false: the wait timed out. */
void blocking_end(struct blocking *blocking, bool done);

/* begun: the begin function's return value. Waits and ends the call; returns its result. */
HRESULT blocking_run(struct blocking *blocking, bool begun);

#endif
