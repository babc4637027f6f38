/* Connections. Entry point: connection_send(). */
#include "connection.h"
#include "platform/platform.h"
#include <stdlib.h>
#include <string.h>

void connection_begin(struct connection *connection, message_end end)
{
    *connection = (struct connection){.end = end};
    connection->last = &connection->first;
}

bool connection_join(struct connection *connection, struct port *port, void *mark)
{
    if (!port_add(port, connection->end, mark))
        return false;
    connection->port = port;
    connection->mark = mark;
    return true;
}

static void unsent_free(struct unsent *unsent)
{
    message_drop(&unsent->message);
    free(unsent);
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

/* What a message takes while it waits: short ones are more than their texts. */
static size_t memory_of(const struct message *message)
{
    return sizeof(struct unsent) + message->length;
}

static bool keep(struct connection *connection, const struct message *message)
{
    if (connection->waiting + memory_of(message) > CONNECTION_BYTES ||
        connection->descriptors + message->descriptor_count > CONNECTION_DESCRIPTORS)
        return false;
    struct unsent *unsent = calloc(1, sizeof *unsent);
    if (!unsent)
        return false;
    if (!copy(&unsent->message, message)) {
        unsent_free(unsent);
        return false;
    }
    connection->waiting += memory_of(message);
    connection->descriptors += message->descriptor_count;
    *connection->last = unsent;
    connection->last = &unsent->next;
    return true;
}

bool connection_send(struct connection *connection, const struct message *message)
{
    if (connection->end == MESSAGE_NO_END)
        return false;
    enum message_outcome outcome = connection->first ? MESSAGE_LATER : message_send(connection->end, message);
    if (outcome == MESSAGE_DONE || (outcome == MESSAGE_LATER && keep(connection, message)))
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

bool connection_flush(struct connection *connection)
{
    while (connection->first) {
        struct unsent *unsent = connection->first;
        enum message_outcome outcome = message_send(connection->end, &unsent->message);
        if (outcome == MESSAGE_LATER)
            break;
        if (outcome != MESSAGE_DONE) {
            connection_end(connection);
            return false;
        }
        connection->waiting -= memory_of(&unsent->message);
        connection->descriptors -= unsent->message.descriptor_count;
        connection->first = unsent->next;
        if (!connection->first)
            connection->last = &connection->first;
        unsent_free(unsent);
    }
    return connection->end != MESSAGE_NO_END && watch_room(connection);
}

void connection_end(struct connection *connection)
{
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
