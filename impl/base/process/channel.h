/* Role: messages between a supervisor and a process that it started, apart from that process's standard streams. Each
   message carries its length and a digest, so that bytes written there by anything else are not mistaken for a message.
   Callers: the process's side: workers. The supervisor's side: supervisor.c. Single thread. */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H

#include "platform/platform.h"

enum { CHANNEL_HEADER = 16, CHANNEL_LIMIT = 16 << 20 }; /* bytes before each message, and of the longest one */

struct channel {
    platform_stream requests, answers;
};

/* Takes the channel that this process was started with. false: it was not started with one.
   From now on the supervisor hears when this process ends for lack of memory, and its tool ends for the same reason. */
bool channel_open(struct channel *channel);
/* What it hears. */
extern const char channel_shortage[];
/* Sends a text; one that is too long is not sent. false: the receiver has gone. */
bool channel_send(const struct channel *channel, const char *text);
/* Waits for the next text, which the caller frees. NULL: the sender has closed the channel. Without memory the program
   ends; see allocate.h. */
char *channel_receive(const struct channel *channel);

/* Writes the header of a message. */
void channel_head(const char *text, size_t length, unsigned char head[CHANNEL_HEADER]);
/* Checks for a complete message at the beginning of the bytes: its text follows the header and has length bytes. */
enum channel_state { CHANNEL_MORE, CHANNEL_MESSAGE, CHANNEL_BROKEN };
enum channel_state channel_look(const unsigned char *bytes, size_t count, size_t *length);

#endif
