/* Messages on named pipes: a head, then the text, in pieces. Entry points: message_send(), message_receive(). */
#include "message.h"
#include "pipe_windows.h"
#include "transport.h"
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 0x31434348 /* "HCC1" */, FLAG_TEXT = 1 /* there is a text, possibly empty */ };

/* The first piece begins with it. */
struct head {
    uint32_t magic, flags, kind, id;
    int32_t result;
    uint32_t length;
    uint64_t value;
    uint32_t count;                       /* of the handles, which are the receiver's own already */
    int32_t handles[MESSAGE_DESCRIPTORS]; /* only 32 bits of a handle mean anything */
    uint32_t unused;
};

/* --- an end --- */

message_end pipe_wrap(HANDLE handle)
{
    struct pipe_end *pipe = calloc(1, sizeof *pipe);
    if (pipe) {
        pipe->handle = handle;
        pipe->read.overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        pipe->write.overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (pipe->read.overlapped.hEvent && pipe->write.overlapped.hEvent)
            return (message_end)pipe;
        pipe_free(pipe);
    }
    CloseHandle(handle);
    return MESSAGE_NO_END;
}

void pipe_free(struct pipe_end *pipe)
{
    if (pipe->read.overlapped.hEvent)
        CloseHandle(pipe->read.overlapped.hEvent);
    if (pipe->write.overlapped.hEvent)
        CloseHandle(pipe->write.overlapped.hEvent);
    if (pipe->client)
        CloseHandle(pipe->client);
    message_drop(&pipe->arriving);
    free(pipe->sending);
    free(pipe->name);
    free(pipe);
}

/* Has an operation ended? Then how many bytes it moved, or the error; an operation that was never begun has ended. */
static bool has_ended(const struct pipe_end *pipe, struct operation *operation, DWORD *moved, DWORD *error)
{
    *moved = 0;
    *error = ERROR_SUCCESS;
    if (!operation->began)
        return true;
    if (!HasOverlappedIoCompleted(&operation->overlapped))
        return false;
    operation->began = false;
    if (!GetOverlappedResult(pipe->handle, &operation->overlapped, moved, FALSE))
        *error = GetLastError();
    return true;
}

/* --- sending --- */

static bool write_piece(struct pipe_end *pipe)
{
    size_t left = pipe->length - pipe->sent;
    pipe->in_flight = left < PIECE_BYTES ? left : PIECE_BYTES;
    port_expect(pipe);
    pipe->write.began =
        WriteFile(pipe->handle, pipe->sending + pipe->sent, (DWORD)pipe->in_flight, NULL, &pipe->write.overlapped) ||
        GetLastError() == ERROR_IO_PENDING;
    if (!pipe->write.began)
        port_expect_no_more(pipe);
    return pipe->write.began;
}

/* The client will not hear of the handles that it was given: they are closed there. */
static void take_back(struct pipe_end *pipe)
{
    for (unsigned i = 0; i < pipe->given_count; i++)
        (void)DuplicateHandle(pipe->client, (HANDLE)(intptr_t)pipe->given[i], NULL, NULL, 0, FALSE,
            DUPLICATE_CLOSE_SOURCE); /* it fails only if the client has gone, and they with it */
    pipe->given_count = 0;
}

static enum message_outcome fail_to_send(struct pipe_end *pipe)
{
    take_back(pipe);
    return MESSAGE_ENDED;
}

enum message_outcome transport_push(message_end end)
{
    struct pipe_end *pipe = pipe_of(end);
    DWORD moved, error;
    while (pipe->sending) {
        if (!has_ended(pipe, &pipe->write, &moved, &error))
            return MESSAGE_LATER;
        if (error != ERROR_SUCCESS)
            return fail_to_send(pipe);
        pipe->sent += pipe->in_flight;
        pipe->in_flight = 0;
        if (pipe->sent < pipe->length) {
            if (!write_piece(pipe))
                return fail_to_send(pipe);
            continue;
        }
        pipe->given_count = 0;
        free(pipe->sending);
        pipe->sending = NULL;
    }
    return MESSAGE_DONE;
}

/* Handles of this process as handles of the client. */
static bool give(struct pipe_end *pipe, const struct message *message, struct head *head)
{
    for (unsigned i = 0; i < message->descriptor_count; i++) {
        HANDLE copy;
        if (!pipe->client || !DuplicateHandle(GetCurrentProcess(), (HANDLE)(intptr_t)message->descriptors[i],
                                 pipe->client, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
            return false;
        pipe->given[pipe->given_count++] = head->handles[head->count++] = (int)(intptr_t)copy;
    }
    return true;
}

enum message_outcome message_send(message_end end, const struct message *message)
{
    struct pipe_end *pipe = pipe_of(end);
    struct head head = {.magic = MAGIC,
        .flags = message->text ? FLAG_TEXT : 0,
        .kind = message->kind,
        .id = message->id,
        .result = message->result,
        .length = message->text ? message->length : 0,
        .value = message->value};
    enum message_outcome before = transport_push(end);
    if (before != MESSAGE_DONE)
        return before;
    pipe->sending = malloc(sizeof head + head.length);
    if (!pipe->sending)
        return MESSAGE_WRONG;
    pipe->length = sizeof head + head.length;
    pipe->sent = 0;
    if (!give(pipe, message, &head))
        return fail_to_send(pipe);
    memcpy(pipe->sending, &head, sizeof head);
    if (head.length)
        memcpy(pipe->sending + sizeof head, message->text, head.length);
    if (!write_piece(pipe))
        return fail_to_send(pipe);
    enum message_outcome outcome = transport_push(end);
    return outcome == MESSAGE_LATER ? MESSAGE_DONE : outcome; /* it is on its way */
}

/* --- receiving --- */

bool pipe_begin_read(struct pipe_end *pipe)
{
    if (pipe->read.began)
        return true;
    port_expect(pipe);
    pipe->read.began = ReadFile(pipe->handle, pipe->piece, PIECE_BYTES, NULL, &pipe->read.overlapped) ||
                       GetLastError() == ERROR_IO_PENDING ||
                       GetLastError() == ERROR_MORE_DATA; /* too long a piece; that is found when it is looked at */
    if (!pipe->read.began)
        port_expect_no_more(pipe);
    return pipe->read.began;
}

/* The process at the other end was looked at when it was let in; who it acts for is known once it has written. */
static bool prove(struct pipe_end *pipe)
{
    HANDLE token;
    if (!pipe->unproven)
        return true;
    if (!ImpersonateNamedPipeClient(pipe->handle))
        return false;
    bool known = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY | TOKEN_DUPLICATE, TRUE, &token);
    if (!RevertToSelf())
        abort(); /* a thread that acts for another user must not go on */
    bool admitted = known && pipe_admits(token);
    if (known)
        CloseHandle(token);
    pipe->unproven = !admitted;
    return admitted;
}

/* The text grows as it arrives: what a head promises is not memory yet. */
static bool add_text(struct pipe_end *pipe, const char *bytes, DWORD size)
{
    struct message *message = &pipe->arriving;
    if (size > message->length - pipe->got)
        return false;
    if (pipe->got + size >= pipe->capacity) {
        uint32_t capacity = pipe->capacity * 2 > pipe->got + size + 1 ? pipe->capacity * 2 : pipe->got + size + 1;
        char *text = realloc(message->text, capacity);
        if (!text)
            return false;
        message->text = text;
        pipe->capacity = capacity;
    }
    memcpy(message->text + pipe->got, bytes, size);
    pipe->got += size;
    message->text[pipe->got] = 0;
    return true;
}

/* Only computecored gives handles, and a client takes them: from elsewhere they would be handles of this process that
   somebody else names. */
static bool begin_message(struct pipe_end *pipe, DWORD size)
{
    struct head head;
    if (size < sizeof head)
        return false;
    memcpy(&head, pipe->piece, sizeof head);
    if (head.magic != MAGIC || head.length > MESSAGE_BYTES || head.count > MESSAGE_DESCRIPTORS ||
        (pipe->client && head.count) || (head.flags & ~(uint32_t)FLAG_TEXT) || (!head.flags && head.length) ||
        !prove(pipe))
        return false;
    pipe->arriving = (struct message){.kind = head.kind, .id = head.id, .result = head.result, .value = head.value};
    pipe->begun = true;
    pipe->got = pipe->capacity = 0;
    while (pipe->arriving.descriptor_count < head.count) {
        unsigned i = pipe->arriving.descriptor_count++;
        pipe->arriving.descriptors[i] = head.handles[i];
    }
    pipe->arriving.length = head.length;
    return !(head.flags & FLAG_TEXT) ? size == sizeof head
                                     : add_text(pipe, pipe->piece + sizeof head, size - (DWORD)sizeof head);
}

enum message_outcome message_receive(message_end end, struct message *message)
{
    struct pipe_end *pipe = pipe_of(end);
    DWORD size, error;
    *message = (struct message){0};
    do {
        if (!pipe_begin_read(pipe))
            return MESSAGE_ENDED;
        if (!has_ended(pipe, &pipe->read, &size, &error))
            return MESSAGE_LATER;
        if (error != ERROR_SUCCESS)
            return error == ERROR_MORE_DATA ? MESSAGE_WRONG : MESSAGE_ENDED;
        if (!(pipe->begun ? size && add_text(pipe, pipe->piece, size) : begin_message(pipe, size)))
            return MESSAGE_WRONG;
    } while (pipe->got < pipe->arriving.length);
    *message = pipe->arriving;
    pipe->arriving = (struct message){0};
    pipe->begun = false;
    if (pipe->port && !pipe_begin_read(pipe))
        port_report(pipe); /* its end is found by the next call */
    return MESSAGE_DONE;
}

/* --- several at a time --- */

enum message_outcome message_send_batch(
    message_end end, const struct message *const messages[MESSAGE_BATCH], unsigned count, unsigned *sent)
{
    enum message_outcome outcome = MESSAGE_DONE;
    for (*sent = 0; *sent < count; ++*sent) {
        outcome = message_send(end, messages[*sent]);
        if (outcome != MESSAGE_DONE)
            break;
    }
    return *sent ? MESSAGE_DONE : outcome;
}

/* Each end has a buffer of its own, since the system writes into it at any time. */
struct message_buffer {
    char unused;
};

struct message_buffer *message_buffer_create(void)
{
    return calloc(1, sizeof(struct message_buffer));
}

void message_buffer_destroy(struct message_buffer *buffer)
{
    free(buffer);
}

enum message_outcome message_receive_batch(
    message_end end, struct message_buffer *buffer, struct message messages[MESSAGE_BATCH], unsigned *count)
{
    enum message_outcome outcome = MESSAGE_DONE;
    (void)buffer;
    for (*count = 0; *count < MESSAGE_BATCH; ++*count) {
        outcome = message_receive(end, &messages[*count]);
        if (outcome != MESSAGE_DONE)
            break;
    }
    return outcome;
}

void message_drop(struct message *message)
{
    for (unsigned i = 0; i < message->descriptor_count; i++)
        if (message->descriptors[i] != -1)
            CloseHandle((HANDLE)(intptr_t)message->descriptors[i]);
    free(message->text);
    *message = (struct message){0};
}
