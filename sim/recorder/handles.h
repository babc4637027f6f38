/* Role: the handles of the target, and how the trace names them: as handle_name() does, by kind, slot and generation,
   whatever their values are. Callers: recorder.c, callbacks.c.
   Threads: all with the core lock. Entries are valid until the lock is released. */
#ifndef RECORDER_HANDLES_H
#define RECORDER_HANDLES_H

#include "core/handle.h"
#include <windows.h>
#include <computecore.h>

enum { HANDLE_CALLBACKS = 2 };

struct recorded_handle {
    const void *target; /* its value; NULL: a free entry */
    enum handle_kind kind;
    uint64_t name;                                        /* for trace_put_handle() */
    HCS_OPERATION_COMPLETION callbacks[HANDLE_CALLBACKS]; /* of an operation, see callbacks.h */
    unsigned callback;                                    /* which of them is set */
    bool pending;      /* of an operation: a call has begun with it, whose result the client has not seen yet */
    bool callback_due; /* the callback of that call has not come yet */
};

/* Makes room for one handle that handles_take() will add. false: out of memory. */
bool handles_reserve(void);
/* Gives such room back, when it was taken or is not needed. */
void handles_unreserve(void);
/* The entry of a handle that the target has just given; NULL: out of memory. */
struct recorded_handle *handles_take(enum handle_kind kind, const void *target);
/* The entry of the last handle with that value, until room for others is made also of a closed one; NULL: none. */
struct recorded_handle *handles_find(enum handle_kind kind, const void *target);
/* What the trace calls a value that the client has passed; 0 for NULL. */
uint64_t handles_name(enum handle_kind kind, const void *target);
/* The client closes the handle: its value may soon be that of another. */
void handles_end(struct recorded_handle *handle);
bool handles_is_open(const struct recorded_handle *handle);

#endif
