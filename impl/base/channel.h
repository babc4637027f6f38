/* Role: messages between a supervisor and a process that it started, apart from that process's standard streams. Each
   message carries its length and a digest, so that what somebody else writes there is not taken for one.
   Callers: the process's side: workers. The supervisor's side: supervisor.c. Single thread. */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H

#include "platform/platform.h"

enum { CHANNEL_HEADER = 16, CHANNEL_LIMIT = 16 << 20 }; /* bytes before each message, and of the longest one */

struct channel {
    platform_stream requests, answers;
};

/* Takes the channel that this process was started with. false: it was not started with one. */
bool channel_open(struct channel *channel);
/* Sends a text; one that is too long is not sent. false: nobody listens any more. */
bool channel_send(const struct channel *channel, const char *text);
/* Waits for the next text, which the caller frees. NULL: none comes any more, or there is no memory. */
char *channel_receive(const struct channel *channel);

/* Writes what stands before a message. */
void channel_head(const char *text, size_t length, unsigned char head[CHANNEL_HEADER]);
/* Is there a whole message at the beginning of the bytes? It stands behind its head, length bytes long. */
enum channel_state { CHANNEL_MORE, CHANNEL_MESSAGE, CHANNEL_BROKEN };
enum channel_state channel_look(const unsigned char *bytes, size_t count, size_t *length);

#endif
