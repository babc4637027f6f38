/* Connections. Entry point: connection_send(). */
#include "connection.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_DESCRIPTOR = 3 };

void connection_begin(struct connection *connection, int socket)
{
    *connection = (struct connection){.socket = socket};
    connection->last = &connection->first;
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
        int descriptor = fcntl(from->descriptors[i], F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
        if (descriptor < 0)
            return false;
        to->descriptors[to->descriptor_count++] = descriptor;
    }
    return true;
}

static bool keep(struct connection *connection, const struct message *message)
{
    struct unsent *unsent = calloc(1, sizeof *unsent);
    if (!unsent)
        return false;
    if (connection->waiting + message->length > CONNECTION_LIMIT || !copy(&unsent->message, message)) {
        unsent_free(unsent);
        return false;
    }
    connection->waiting += message->length;
    *connection->last = unsent;
    connection->last = &unsent->next;
    return true;
}

bool connection_send(struct connection *connection, const struct message *message)
{
    if (connection->socket < 0)
        return false;
    enum message_outcome outcome = connection->first ? MESSAGE_LATER : message_send(connection->socket, message);
    if (outcome == MESSAGE_DONE || (outcome == MESSAGE_LATER && keep(connection, message)))
        return true;
    connection_end(connection);
    return false;
}

bool connection_flush(struct connection *connection)
{
    while (connection->first) {
        struct unsent *unsent = connection->first;
        enum message_outcome outcome = message_send(connection->socket, &unsent->message);
        if (outcome == MESSAGE_LATER)
            return true;
        if (outcome != MESSAGE_DONE) {
            connection_end(connection);
            return false;
        }
        connection->waiting -= unsent->message.length;
        connection->first = unsent->next;
        if (!connection->first)
            connection->last = &connection->first;
        unsent_free(unsent);
    }
    return connection->socket >= 0;
}

void connection_end(struct connection *connection)
{
    while (connection->first) {
        struct unsent *unsent = connection->first;
        connection->first = unsent->next;
        unsent_free(unsent);
    }
    if (connection->socket >= 0)
        close(connection->socket);
    connection_begin(connection, -1);
}
