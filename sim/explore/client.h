/* Role: virtual clients: many clients make calls on one thread, those that may wait in steps. For replays and
   explorers, with progress_by_hand(true). Single thread. */
#ifndef EXPLORE_CLIENT_H
#define EXPLORE_CLIENT_H

#include "api/blocking.h"
#include "core/event.h"
#include "core/trace.h"
#include "explore/schedule/move.h"

/* The out parameters of a call. */
struct client_out {
    PWSTR text; /* owned; freed by client_forget() */
    void *handle;
    HCS_PROCESS_INFORMATION information;
};

struct client {
    struct trace_speaker speaker;
    struct runner runner;
    bool waits; /* a call was begun and has not returned */
    struct blocking blocking;
    uint64_t deadline; /* of the wait, in engine time; PLATFORM_FOREVER: none */
    enum spec_function_index function;
    union spec_argument arguments[MOVE_ARGUMENTS]; /* out pointers are the client's own, set by client_call() */
    struct trace_call trace;
    struct client_out out;
    uint64_t value; /* what the last call returned */
};

/* Makes a call. Of out pointers and callbacks it only matters whether they are NULL. Returns true if the call has
   returned, false if it waits. The out parameters of the previous call are discarded. */
bool client_call(struct client *client, enum spec_function_index function, const union spec_argument *arguments);
/* Tries the waiting call again. Returns true if it has returned. */
bool client_try(struct client *client);
/* Lets the waiting call time out. */
void client_time_out(struct client *client);
void client_forget(struct client *client);

/* Begins the next callback, which this client then runs. Returns false if none can be delivered. */
bool client_take(struct client *client, struct delivery *delivery);
void client_done(struct client *client, struct delivery *delivery);

#endif
