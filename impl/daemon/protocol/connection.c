/* Connections. Entry point: connection_send(). */
#include "connection.h"
#include "core/lock.h"
#include "base/check.h"
#include "platform/platform.h"
#include <stdlib.h>
#include <string.h>

enum { MANY_BYTES = 64 << 10 };

void connection_begin(struct connection *connection, message_end end)
{
    CHECK_HELD();
    *connection = (struct connection){.end = end};
    connection->last = &connection->first;
}

void connection_expect(struct connection *connection)
{
    CHECK_HELD();
    CHECK(connection->end == MESSAGE_NO_END);
    connection->opens = true;
}

void connection_open(struct connection *connection, message_end end)
{
    CHECK_HELD();
    CHECK(connection->opens);
    connection->opens = false;
    connection->end = end;
}

bool connection_join(struct connection *connection, struct port *port, void *mark)
{
    CHECK_HELD();
    if (!port_add(port, connection->end, mark))
        return false;
    connection->port = port;
    connection->mark = mark;
    return true;
}

/* What a message takes while it waits: short ones are more than their texts. */
static size_t memory_of(const struct message *message)
{
    return sizeof(struct unsent) + message->length;
}

static void unsent_free(struct unsent *unsent)
{
    message_drop(&unsent->message);
    free(unsent);
}

static void take_out(struct connection *connection)
{
    struct unsent *unsent = connection->first;
    connection->waiting -= memory_of(&unsent->message);
    connection->descriptors -= unsent->message.descriptor_count;
    connection->count--;
    connection->first = unsent->next;
    if (!connection->first)
        connection->last = &connection->first;
    unsent_free(unsent);
}

static bool copy(struct message *to, const struct message *from)
{
    *to = *from;
    to->text = NULL;
    to->descriptor_count = 0;
    if (from->text) {
        to->text = malloc((size_t)from->length + 1);
        if (!to->text)
            return false;
        memcpy(to->text, from->text, from->length);
        to->text[from->length] = 0;
    }
    for (unsigned i = 0; i < from->descriptor_count; i++) {
        platform_stream descriptor = platform_stream_duplicate(from->descriptors[i]);
        if (descriptor == PLATFORM_NO_STREAM)
            return false;
        to->descriptors[to->descriptor_count++] = (int)descriptor;
    }
    return true;
}

/* Takes the message over; NULL: there is no memory, or too much waits, and the message has been dropped. */
static bool keep(struct connection *connection, struct message *message)
{
    struct unsent *unsent = connection->waiting + memory_of(message) > CONNECTION_BYTES ||
                                    connection->descriptors + message->descriptor_count > CONNECTION_DESCRIPTORS
                                ? NULL
                                : malloc(sizeof *unsent);
    if (!unsent) {
        message_drop(message);
        return false;
    }
    *unsent = (struct unsent){NULL, *message};
    *message = (struct message){0};
    connection->waiting += memory_of(&unsent->message);
    connection->descriptors += unsent->message.descriptor_count;
    connection->count++;
    *connection->last = unsent;
    connection->last = &unsent->next;
    return true;
}

static bool keep_copy(struct connection *connection, const struct message *message)
{
    struct message own;
    if (copy(&own, message))
        return keep(connection, &own);
    message_drop(&own);
    return false;
}

bool connection_put(struct connection *connection, struct message *message)
{
    CHECK_HELD();
    if (connection->take) {
        connection->take(connection, message);
        message_drop(message);
        return true;
    }
    if (connection->end == MESSAGE_NO_END && !connection->opens) {
        message_drop(message);
        return false;
    }
    if (!keep(connection, message)) {
        connection_end(connection);
        return false;
    }
    bool many = connection->count >= MESSAGE_BATCH || connection->waiting >= MANY_BYTES;
    return !many || connection->watches_room || connection->opens || connection_flush(connection);
}

bool connection_put_copy(struct connection *connection, const struct message *message)
{
    CHECK_HELD();
    if (connection->take) {
        connection->take(connection, message);
        return true;
    }
    struct message own;
    if (copy(&own, message))
        return connection_put(connection, &own);
    message_drop(&own);
    connection_end(connection);
    return false;
}

bool connection_send(struct connection *connection, const struct message *message)
{
    CHECK_HELD();
    if (connection->take) {
        connection->take(connection, message);
        return true;
    }
    if (connection->end == MESSAGE_NO_END && !connection->opens)
        return false;
    enum message_outcome outcome =
        connection->first || connection->opens ? MESSAGE_LATER : message_send(connection->end, message);
    if (outcome == MESSAGE_DONE || (outcome == MESSAGE_LATER && keep_copy(connection, message)))
        return true;
    connection_end(connection);
    return false;
}

/* false: the system refused, which ends the connection. */
static bool watch_room(struct connection *connection)
{
    bool room = connection_wants_to_send(connection);
    if (room == connection->watches_room || !connection->port)
        return true;
    connection->watches_room = room;
    if (port_watch_room(connection->port, connection->end, connection->mark, room))
        return true;
    connection_end(connection);
    return false;
}

static enum message_outcome send_some(const struct connection *connection, unsigned *sent)
{
    const struct message *messages[MESSAGE_BATCH];
    unsigned count = 0;
    for (const struct unsent *unsent = connection->first; unsent && count < MESSAGE_BATCH; unsent = unsent->next)
        messages[count++] = &unsent->message;
    if (count > 1)
        return message_send_batch(connection->end, messages, count, sent);
    enum message_outcome outcome = message_send(connection->end, messages[0]);
    *sent = outcome == MESSAGE_DONE;
    return outcome;
}

bool connection_flush(struct connection *connection)
{
    CHECK_HELD();
    if (connection->opens)
        return true;
    if (connection->end != MESSAGE_NO_END && transport_push(connection->end) == MESSAGE_ENDED) {
        connection_end(connection);
        return false;
    }
    while (connection->first) {
        unsigned sent;
        enum message_outcome outcome = send_some(connection, &sent);
        while (sent--)
            take_out(connection);
        if (outcome == MESSAGE_LATER)
            break;
        if (outcome != MESSAGE_DONE) {
            connection_end(connection);
            return false;
        }
    }
    return connection->end != MESSAGE_NO_END && watch_room(connection);
}

void connection_end(struct connection *connection)
{
    CHECK_HELD();
    while (connection->first) {
        struct unsent *unsent = connection->first;
        connection->first = unsent->next;
        unsent_free(unsent);
    }
    if (connection->port)
        port_remove(connection->port, connection->end);
    transport_close(connection->end);
    connection_begin(connection, MESSAGE_NO_END);
}
