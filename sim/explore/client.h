/* Role: virtual clients: many of them make calls on one thread, each call in steps where it may wait. For replays and
   explorers, with progress_by_hand() in force. Single thread. */
#ifndef EXPLORE_CLIENT_H
#define EXPLORE_CLIENT_H

#include "api/blocking.h"
#include "core/event.h"
#include "core/trace.h"
#include "move.h"

/* Where a call leaves what it hands out. */
struct client_out {
    PWSTR text; /* owned; freed by client_forget() */
    void *handle;
    HCS_PROCESS_INFORMATION information;
};

struct client {
    struct trace_speaker speaker;
    struct runner runner;
    bool waits; /* in a call that was begun and is not over */
    struct blocking blocking;
    uint64_t deadline; /* of the wait, on the engine's clock; PLATFORM_FOREVER: none */
    enum spec_function_index function;
    union spec_argument arguments[MOVE_ARGUMENTS]; /* out pointers are the client's own, set by client_call() */
    struct trace_call trace;
    struct client_out out;
    uint64_t value; /* what the last call returned */
};

/* Calls. Of the arguments, out pointers and callbacks count only as given or NULL. true: it is over; false: it
   waits. What the call before handed out is forgotten. */
bool client_call(struct client *client, enum spec_function_index function, const union spec_argument *arguments);
/* One more look at what a client waits for. */
bool client_try(struct client *client);
/* The time of its wait is over. */
void client_time_out(struct client *client);
void client_forget(struct client *client);

/* Callbacks, as a client of their own. false: none may start. */
bool client_take(struct client *client, struct delivery *delivery);
void client_done(struct client *client, struct delivery *delivery);

#endif
