/* Role: the standard streams of processes: pipes whose guest ends belong to the engine and whose client ends are handed
   over once. engine.h declares the functions for engines.
   Threads: core lock held. */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "engine.h"
#include "platform/platform.h"

/* client: the client's end, until it is handed over; number: its descriptor, which stays known after that. */
struct stream_pair {
    platform_stream guest, client, number;
    uint64_t identity; /* platform_stream_identity() of the guest's end, taken when it is first watched; 0: not yet */
    bool used;         /* the guest has read or written */
};

struct line;

/* The streams of one process; allocated only when it has pipes. */
struct streams {
    struct stream_pair pair[STREAM_COUNT];
    struct line *line; /* NULL: it has pipes; else standard input and output are this serial port */
    bool watched[STREAM_COUNT];
    bool pumped; /* holds the pump (pump_hold()), since the guest runs in this process */
};

/* True if this is the client's end of an open stream that a guest writes to, handed over or not. Duplicates of the
   descriptor are not recognised. */
bool stream_is_output(intptr_t client);

void streams_free(struct process *process, struct streams *streams);

/* The client has closed descriptors of the library: from now on each is verified before use. */
void stream_distrust(void);

/* True if any stream is watched, so that bytes may be waiting. */
bool stream_watched(void);
/* Checks without waiting whether watched streams are ready, and tells the engine. Returns whether it was told any: what
   is ready without that must not stop the clock. */
bool stream_poll(void);
/* For the pump: stream_watches() returns the number of watched streams and a copy of their list; stream_deliver()
   reports the ready ones to the engine and takes the copy back; it returns whether there were any. *rest: some streams
   were left out, and can be watched again in some milliseconds. The pump may hold one copy while stream_poll() uses
   another; there are no more. */
size_t stream_watches(struct platform_watch **watches, bool *rest);
bool stream_deliver(struct platform_watch *watches, size_t count);

#endif
