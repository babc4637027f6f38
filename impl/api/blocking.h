/* Role: the exports that may wait, in three steps: begin (a function below for each kind), blocking_try() until it
   succeeds or the time is over, blocking_end(). The exports do all this with blocking_run(); explorers and replays,
   which have many clients on one thread, take the steps one by one.
   Threads: the begin functions are called without the core lock. They return true, with the lock held, if the call has
   to wait; false, without the lock, if it is over and result is set. Try and end are called with the lock held; the end
   releases it. */
#ifndef API_BLOCKING_H
#define API_BLOCKING_H

#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include <computecore.h>

struct blocking {
    const char *function;
    progress_step step;
    void *context; /* passed to step; one of the last three members */
    DWORD timeout_ms;
    bool began;         /* the call had to wait */
    HRESULT result;     /* of the call, valid when it is over */
    HRESULT unfinished; /* the result if it times out */
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
/* Waits for the exit of the system or process of a handle. */
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
/* done: true if the last try succeeded, false if the wait timed out. */
void blocking_end(struct blocking *blocking, bool done);

/* Waits if the call has to, ends it and returns its result. begun: the begin function's return value. */
HRESULT blocking_run(struct blocking *blocking, bool begun);

#endif
