/* Role: the exports that may wait, taken apart: begun, tried until there is nothing to wait for, ended. The exports
   do it in one go with blocking_run(); explorers and replays, which have many clients on one thread, step by step.
   Threads: begin without the core lock; true: it is held then, and it waits; false: it is over, with result set, and
   the lock is not held. Try and end with the lock held; the end gives it back. */
#ifndef API_BLOCKING_H
#define API_BLOCKING_H

#include "core/object.h"
#include "core/operation.h"
#include "core/progress.h"
#include <computecore.h>

struct blocking {
    const char *function;
    progress_step step;
    void *context; /* of step: one of those below */
    DWORD timeout_ms;
    bool began;         /* it waits, or has waited */
    HRESULT result;     /* once it is over */
    HRESULT unfinished; /* the result when the time is over */
    PWSTR *document;
    HCS_PROCESS_INFORMATION *information;
    struct operation_wait reading;
    struct exit_wait exit;
    struct closing closing;
};

/* What a result function asks for. */
struct reading {
    DWORD timeout_ms;
    HRESULT unfinished;
    bool wants_info;
    HCS_PROCESS_INFORMATION *information;
    PWSTR *document;
};
bool blocking_read(struct blocking *blocking, const char *function, HCS_OPERATION operation, struct reading reading);
/* The exit of what a handle stands for. */
bool blocking_exit(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    DWORD timeout_ms, PWSTR *document);
bool blocking_close(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind);
/* Sets or clears the event callback of a handle; only the clearing waits. */
bool blocking_register(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    HCS_EVENT_OPTIONS options, const void *context, HCS_EVENT_CALLBACK callback);
/* Sets or clears the callback of an operation. */
bool blocking_set_callback(struct blocking *blocking, const char *function, HCS_OPERATION operation,
    const void *context, HCS_OPERATION_COMPLETION callback);

bool blocking_try(struct blocking *blocking);
/* done: the last try was; else the time is over. */
void blocking_end(struct blocking *blocking, bool done);

/* Begun says what the begin answered. Waits and ends; the result. */
HRESULT blocking_run(struct blocking *blocking, bool begun);

#endif
