/* Role: the callbacks of the client, behind ones of the recorder that the target gets in their place.
   Callers: recorder.c.
   Threads: callbacks_register() with the core lock; callbacks_hear() and callbacks_complete[] come without it, in
   threads of the target. */
#ifndef RECORDER_CALLBACKS_H
#define RECORDER_CALLBACKS_H

#include "handles.h"

/* A callback of a system or process, for the target to call with it as context. Never freed: the target may call it
   until the program ends. */
struct registration {
    HCS_EVENT_CALLBACK callback;
    void *context;
    uint64_t to; /* the name of the handle; 0: not known yet */
    struct registration *next;
};

/* NULL: out of memory; the client's own is then to be passed, and its calls are not seen. */
struct registration *callbacks_register(HCS_EVENT_CALLBACK callback, void *context, uint64_t to);
/* What the target calls with it. */
void CALLBACK callbacks_hear(HCS_EVENT *event, void *context);

/* What the target calls for an operation, with the client's context, which the client may ask for and change. An
   operation has two, so that a callback may still come while the client sets another. */
extern const HCS_OPERATION_COMPLETION callbacks_complete[HANDLE_CALLBACKS];

#endif
