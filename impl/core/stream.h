/* Role: the standard streams of processes: pipes whose guest ends belong to the engine and whose client ends are
   handed over once. Threads: core lock held. See engine.h for what engines call. */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "engine.h"
#include "platform/platform.h"

/* client: until it is handed over; number: of the client's end, handed over or not. */
struct stream_pair {
    platform_stream guest, client, number;
    uint64_t identity; /* of the guest's end once it was waited for; 0: not yet */
};

/* The streams of one process; allocated only when it has pipes. */
struct streams {
    struct stream_pair pair[STREAM_COUNT];
    bool watched[STREAM_COUNT];
    bool pumped; /* the guest is in this process */
};

/* Is this the client's end of an open stream that a guest writes to, handed over or not? A copy of the descriptor under
   another number is not found. */
bool stream_is_output(intptr_t client);

void streams_free(struct process *process, struct streams *streams);

/* The client has closed descriptors of the library: from now on each is looked at before it is used. */
void stream_distrust(void);

/* Streams that a guest of this process has open. */
size_t stream_count(void);
/* Is any stream watched, so that bytes may be waiting? */
bool stream_watched(void);
/* Looks, without waiting, whether a watched stream is ready, and tells the engine. */
bool stream_poll(void);
/* For the pump: a copy of what is watched (freed by stream_deliver()), and what came of it. */
size_t stream_watches(struct platform_watch **watches);
void stream_deliver(struct platform_watch *watches, size_t count);

#endif
