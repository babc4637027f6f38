/* Messages with length and digest; see channel.h. Entry points: channel_send(), channel_look(). */
#include "channel.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "platform/process.h"
#include <stdlib.h>
#include <string.h>

static const unsigned char mark[4] = {'h', 'c', 's', '\n'};
enum { LENGTH_AT = 4, DIGEST_AT = 8 };

static void put_number(unsigned char *bytes, uint64_t number, int size)
{
    for (int i = 0; i < size; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t number_at(const unsigned char *bytes, int size)
{
    uint64_t number = 0;
    for (int i = size; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

void channel_head(const char *text, size_t length, unsigned char head[CHANNEL_HEADER])
{
    memcpy(head, mark, sizeof mark);
    put_number(head + LENGTH_AT, length, 4);
    put_number(head + DIGEST_AT, digest_bytes(DIGEST_START, text, length), 8);
}

enum channel_state channel_look(const unsigned char *bytes, size_t count, size_t *length)
{
    size_t marked = count < sizeof mark ? count : sizeof mark;
    if (memcmp(bytes, mark, marked))
        return CHANNEL_BROKEN;
    if (count < CHANNEL_HEADER)
        return CHANNEL_MORE;
    *length = (size_t)number_at(bytes + LENGTH_AT, 4);
    if (*length > CHANNEL_LIMIT)
        return CHANNEL_BROKEN;
    if (count < CHANNEL_HEADER + *length)
        return CHANNEL_MORE;
    bool whole = digest_bytes(DIGEST_START, bytes + CHANNEL_HEADER, *length) == number_at(bytes + DIGEST_AT, 8);
    return whole ? CHANNEL_MESSAGE : CHANNEL_BROKEN;
}

const char channel_shortage[] = "\"out of memory\"";

static struct channel opened;
static struct platform_mutex sends = PLATFORM_MUTEX; /* any thread may run out of memory */

static void tell_shortage(void)
{
    (void)channel_send(&opened, channel_shortage);
}

bool channel_open(struct channel *channel)
{
    if (!child_channel(&channel->requests, &channel->answers))
        return false;
    opened = *channel;
    allocate_tell(tell_shortage);
    return true;
}

static bool write_all(platform_stream stream, const void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ptrdiff_t written = platform_client_write(stream, (const char *)bytes + done, length - done);
        if (written <= 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

bool channel_send(const struct channel *channel, const char *text)
{
    unsigned char head[CHANNEL_HEADER];
    size_t length = strlen(text);
    if (length > CHANNEL_LIMIT)
        return false;
    channel_head(text, length, head);
    platform_lock(&sends);
    bool sent = write_all(channel->answers, head, sizeof head) && write_all(channel->answers, text, length);
    platform_unlock(&sends);
    return sent;
}

static bool read_all(platform_stream stream, void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ptrdiff_t got = platform_client_read(stream, (char *)bytes + done, length - done);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

char *channel_receive(const struct channel *channel)
{
    unsigned char head[CHANNEL_HEADER];
    size_t length;
    if (!read_all(channel->requests, head, sizeof head) || memcmp(head, mark, sizeof mark))
        return NULL;
    length = (size_t)number_at(head + LENGTH_AT, 4);
    if (length > CHANNEL_LIMIT)
        return NULL;
    char *text = allocate_zeros(1, length + 1);
    if (read_all(channel->requests, text, length) &&
        digest_bytes(DIGEST_START, text, length) == number_at(head + DIGEST_AT, 8))
        return text;
    free(text);
    return NULL;
}
