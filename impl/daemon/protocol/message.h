/* Role: one message on a connection: a header of fixed size, a text, descriptors. POSIX: a packet of a seqpacket unix
   socket; a text too long for a packet is sent as sealed memory. Windows: messages of a named pipe; a long text takes
   several. Received data is untrusted: lengths, seals and counts are checked here.
   Callers: computecored, the remote engine, keepers. Threads: one at a time for an end and a direction. */
#ifndef DAEMON_MESSAGE_H
#define DAEMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One end of a connection: POSIX: its socket; Windows: a number of transport_windows.c. Negative: none. */
typedef intptr_t message_end;
#define MESSAGE_NO_END ((message_end)-1)

/* A document may have 16 MiB; a head and the id of a system go with it. */
enum { MESSAGE_DESCRIPTORS = 4, MESSAGE_BYTES = (16 << 20) + 4096 };

struct message {
    uint32_t kind, id; /* id: of the request that an answer belongs to */
    int32_t result;
    uint64_t value;
    char *text;                               /* zero-terminated, from malloc once received; NULL: none */
    uint32_t length;                          /* of the text, without its zero */
    int descriptors[MESSAGE_DESCRIPTORS + 1]; /* the last one for a text sent as memory; on Windows
                                                 handles, which fit an int */
    unsigned descriptor_count;
};

enum message_outcome {
    MESSAGE_DONE,
    MESSAGE_LATER, /* it would block */
    MESSAGE_ENDED, /* the other side has closed */
    MESSAGE_WRONG  /* errno: EBADMSG if the data is no message, else the error of the system */
};

/* Sends copies of the descriptors; the caller keeps text and descriptors. Raises no signal. */
enum message_outcome message_send(message_end end, const struct message *message);
/* Receives one. The caller owns its text and descriptors, which are close-on-exec and above 2: message_drop(). */
enum message_outcome message_receive(message_end end, struct message *message);
/* The same for several at a time, which costs one call of the system. Sends the first of them, in their order; *sent:
   how many. MESSAGE_DONE: as many as *sent says, at least one; else as message_send() of the first. */
enum { MESSAGE_BATCH = 16 };
enum message_outcome message_send_batch(
    message_end end, const struct message *const messages[MESSAGE_BATCH], unsigned count, unsigned *sent);
/* What several are received into; NULL: no memory. One for each thread that receives. */
struct message_buffer;
struct message_buffer *message_buffer_create(void);
/* NULL is allowed. */
void message_buffer_destroy(struct message_buffer *buffer);
/* *count: how many are the caller's, as of message_receive(). MESSAGE_DONE: there may be more; MESSAGE_LATER: these
   were all; MESSAGE_ENDED, MESSAGE_WRONG: what came after these. Never waits. */
enum message_outcome message_receive_batch(
    message_end end, struct message_buffer *buffer, struct message messages[MESSAGE_BATCH], unsigned *count);
/* Frees the text, closes the descriptors that are still there (not -1). */
void message_drop(struct message *message);

#endif
