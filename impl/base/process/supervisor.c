/* One event loop for all processes that a tool starts; see supervisor.h. Entry point: supervisor_wait(). */
#include "supervisor.h"
#include "base/allocate.h"
#include "base/files/capture.h"
#include "channel.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 100,       /* a signal that arrives just before a wait is noticed within this time */
    PIECE_BYTES = 65536, /* read from one stream at a time, so that a busy stream does not delay the others */
    DRAIN_PIECES = 16,   /* read at most before something is told of a process, even if it still writes */
    STREAMS = 4          /* of a process: output, answers, requests, its end */
};
#define NS_PER_S 1000000000u
#define NS_PER_MS 1000000u

/* Pending bytes, starting at `from`. */
struct buffer {
    unsigned char *bytes;
    size_t from, to, capacity;
};

struct supervised {
    struct child process;
    struct child_pipes pipes;
    uint64_t deadline; /* PLATFORM_FOREVER: none */
    struct buffer answers, requests;
    bool hung_up; /* close the request stream once everything is written */
    bool ended;   /* it has ended, but its remaining output was not reported yet */
    struct capture output;
};

struct supervisor {
    unsigned slots, next; /* next: the slot checked first, in turn */
    char *message;        /* the last reported message */
    struct platform_watch *watches;
    unsigned *owners; /* the slot of each watch */
    struct supervised all[];
};

/* --- buffers --- */

static void buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->from && buffer->from == buffer->to)
        buffer->from = buffer->to = 0;
    if (buffer->capacity - buffer->to >= more)
        return;
    if (buffer->from) {
        memmove(buffer->bytes, buffer->bytes + buffer->from, buffer->to - buffer->from);
        buffer->to -= buffer->from;
        buffer->from = 0;
    }
    if (buffer->capacity - buffer->to >= more)
        return;
    buffer->bytes = reallocate(buffer->bytes, buffer->to + more);
    buffer->capacity = buffer->to + more;
}

static void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

/* --- the life of one --- */

struct supervisor *supervisor_open(unsigned slots)
{
    struct supervisor *supervisor = allocate_zeros(1, sizeof *supervisor + slots * sizeof *supervisor->all);
    supervisor->slots = slots;
    supervisor->watches = allocate_zeros((size_t)slots * STREAMS, sizeof *supervisor->watches);
    supervisor->owners = allocate_zeros((size_t)slots * STREAMS, sizeof *supervisor->owners);
    signal_listen();
    return supervisor;
}

void supervisor_close(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < supervisor->slots; i++)
        supervisor_end(supervisor, i);
    child_end_strays();
    free(supervisor->message);
    free(supervisor->watches);
    free(supervisor->owners);
    free(supervisor);
}

bool supervisor_runs(const struct supervisor *supervisor, unsigned slot)
{
    return supervisor->all[slot].process.id != 0;
}

bool supervisor_start(struct supervisor *supervisor, unsigned slot, const struct child_plan *plan, unsigned limit_s)
{
    struct supervised *one = &supervisor->all[slot];
    errno = 0;
    if (!child_start(&one->process, plan, &one->pipes)) {
        memory_check();
        return false;
    }
    one->hung_up = one->ended = false;
    capture_clear(&one->output);
    supervisor_limit(supervisor, slot, limit_s);
    return true;
}

void supervisor_limit(struct supervisor *supervisor, unsigned slot, unsigned seconds)
{
    supervisor->all[slot].deadline = seconds ? platform_time() + (uint64_t)seconds * NS_PER_S : PLATFORM_FOREVER;
}

static void close_stream(platform_stream *stream)
{
    platform_stream_close(*stream);
    *stream = PLATFORM_NO_STREAM;
}

/* Releases everything of a process. Returns its status. */
static int forget(struct supervised *one)
{
    int status = child_close(&one->process);
    close_stream(&one->pipes.output);
    close_stream(&one->pipes.answers);
    close_stream(&one->pipes.requests);
    buffer_free(&one->answers);
    buffer_free(&one->requests);
    return status;
}

void supervisor_end(struct supervisor *supervisor, unsigned slot)
{
    if (supervisor_runs(supervisor, slot))
        forget(&supervisor->all[slot]);
}

char *supervisor_output(struct supervisor *supervisor, unsigned slot)
{
    char *text = capture_text(&supervisor->all[slot].output);
    capture_clear(&supervisor->all[slot].output);
    return text;
}

/* --- streams --- */

/* Requests that can't be delivered are dropped: the end of the process is noticed separately. */
static void write_requests(struct supervised *one)
{
    struct buffer *buffer = &one->requests;
    while (one->pipes.requests != PLATFORM_NO_STREAM && buffer->from < buffer->to) {
        ptrdiff_t written =
            platform_stream_write(one->pipes.requests, buffer->bytes + buffer->from, buffer->to - buffer->from);
        if (written == PLATFORM_BLOCKED)
            return;
        if (written <= 0)
            close_stream(&one->pipes.requests);
        else
            buffer->from += (size_t)written;
    }
    if (one->hung_up)
        close_stream(&one->pipes.requests);
}

bool supervisor_send(struct supervisor *supervisor, unsigned slot, const char *message)
{
    struct supervised *one = &supervisor->all[slot];
    size_t length = strlen(message);
    if (length > CHANNEL_LIMIT)
        return false;
    buffer_reserve(&one->requests, CHANNEL_HEADER + length);
    channel_head(message, length, one->requests.bytes + one->requests.to);
    memcpy(one->requests.bytes + one->requests.to + CHANNEL_HEADER, message, length);
    one->requests.to += CHANNEL_HEADER + length;
    write_requests(one);
    return true;
}

void supervisor_hang_up(struct supervisor *supervisor, unsigned slot)
{
    supervisor->all[slot].hung_up = true;
    write_requests(&supervisor->all[slot]);
}

/* Each returns whether it read something. */
static bool read_output(struct supervised *one)
{
    static char bytes[PIECE_BYTES];
    if (one->pipes.output == PLATFORM_NO_STREAM)
        return false;
    ptrdiff_t got = platform_stream_read(one->pipes.output, bytes, sizeof bytes);
    if (got > 0)
        capture_add(&one->output, bytes, (size_t)got);
    else if (got == PLATFORM_ENDED)
        close_stream(&one->pipes.output); /* the process closed its output, but has not necessarily ended */
    return got > 0;
}

static bool read_answers(struct supervised *one)
{
    struct buffer *buffer = &one->answers;
    // -fanalyzer: buffer->bytes holds what was reserved
    if (one->pipes.answers == PLATFORM_NO_STREAM || buffer->to - buffer->from > CHANNEL_LIMIT + CHANNEL_HEADER)
        return false;
    buffer_reserve(buffer, PIECE_BYTES);
    ptrdiff_t got = platform_stream_read(one->pipes.answers, buffer->bytes + buffer->to, PIECE_BYTES);
    if (got > 0)
        buffer->to += (size_t)got;
    else if (got == PLATFORM_ENDED)
        close_stream(&one->pipes.answers);
    return got > 0;
}

/* What was printed before a message is read before it is told, though it was not there when its stream was looked at. */
static void catch_up(struct supervised *one)
{
    for (int i = 0; i < DRAIN_PIECES && read_output(one); i++)
        continue;
}

/* The process group is ended first, so that nothing writes any more. */
static void drain(struct supervised *one)
{
    child_kill(&one->process);
    bool more = true;
    for (int i = 0; i < DRAIN_PIECES && more; i++) {
        more = read_output(one);
        more = read_answers(one) || more;
    }
}

/* --- news --- */

/* The next message, copied, or NULL; *broken: the bytes are not a message. */
static const char *take_message(struct supervisor *supervisor, struct supervised *one, bool *broken)
{
    struct buffer *buffer = &one->answers;
    size_t length;
    if (buffer->from == buffer->to)
        return NULL;
    enum channel_state state = channel_look(buffer->bytes + buffer->from, buffer->to - buffer->from, &length);
    *broken = state == CHANNEL_BROKEN;
    if (state != CHANNEL_MESSAGE)
        return NULL;
    char *message = supervisor->message = reallocate(supervisor->message, length + 1);
    memcpy(message, buffer->bytes + buffer->from + CHANNEL_HEADER, length);
    message[length] = 0;
    buffer->from += CHANNEL_HEADER + length;
    if (!strcmp(message, channel_shortage))
        out_of_memory();
    return message;
}

static bool tell_end(struct supervised *one, enum supervisor_event event, struct supervisor_news *news)
{
    news->event = event;
    news->status = forget(one);
    return true;
}

/* True if there is news of a process. Its messages are reported before its end. */
static bool take_news(struct supervisor *supervisor, struct supervised *one, struct supervisor_news *news)
{
    bool broken = false;
    if (!one->process.id)
        return false;
    if (!one->ended && child_has_ended(&one->process)) {
        drain(one);
        one->ended = true;
    }
    news->message = take_message(supervisor, one, &broken);
    if (news->message) {
        catch_up(one);
        news->event = SUPERVISOR_MESSAGE;
        return true;
    }
    if (one->ended)
        return tell_end(one, SUPERVISOR_ENDED, news);
    if (broken || platform_time() >= one->deadline) {
        drain(one);
        return tell_end(one, broken ? SUPERVISOR_BROKEN : SUPERVISOR_LATE, news);
    }
    return false;
}

static bool take_any_news(struct supervisor *supervisor, struct supervisor_news *news)
{
    for (unsigned i = 0; i < supervisor->slots; i++) {
        news->slot = (supervisor->next + i) % supervisor->slots;
        if (take_news(supervisor, &supervisor->all[news->slot], news)) {
            supervisor->next = news->slot + 1;
            return true;
        }
    }
    return false;
}

/* --- waiting --- */

static void watch(struct supervisor *supervisor, size_t *count, unsigned slot, platform_stream stream, bool write)
{
    if (stream == PLATFORM_NO_STREAM)
        return;
    supervisor->watches[*count] = (struct platform_watch){stream, write, false};
    supervisor->owners[(*count)++] = slot;
}

/* Collects everything to wait for; until becomes the time of the first limit or of the next check. */
static size_t watch_all(struct supervisor *supervisor, uint64_t now, uint64_t *until)
{
    size_t count = 0;
    for (unsigned i = 0; i < supervisor->slots; i++) {
        struct supervised *one = &supervisor->all[i];
        if (!one->process.id)
            continue;
        watch(supervisor, &count, i, one->pipes.output, false);
        watch(supervisor, &count, i, one->pipes.answers, false);
        if (one->requests.from < one->requests.to)
            watch(supervisor, &count, i, one->pipes.requests, true);
        platform_stream end = child_watch(&one->process);
        watch(supervisor, &count, i, end, false);
        uint64_t look = end == PLATFORM_NO_STREAM ? now + (uint64_t)child_slice_ms * NS_PER_MS : one->deadline;
        *until = look < *until ? look : *until;
    }
    return count;
}

static void wait_for_streams(struct supervisor *supervisor, uint64_t until)
{
    uint64_t now = platform_time(), tick = now + TICK_MS * (uint64_t)NS_PER_MS;
    until = until < tick ? until : tick;
    size_t count = watch_all(supervisor, now, &until);
    int timeout = until > now ? (int)((until - now + NS_PER_MS - 1) / NS_PER_MS) : 0;
    if (!platform_poll(supervisor->watches, count, NULL, timeout))
        return;
    for (size_t i = 0; i < count; i++) {
        struct supervised *one = &supervisor->all[supervisor->owners[i]];
        if (!supervisor->watches[i].ready)
            continue;
        platform_stream stream = supervisor->watches[i].stream;
        if (stream == one->pipes.output)
            read_output(one);
        else if (stream == one->pipes.answers)
            read_answers(one);
        else if (stream == one->pipes.requests)
            write_requests(one);
    }
}

void supervisor_wait(struct supervisor *supervisor, unsigned timeout_ms, struct supervisor_news *news)
{
    uint64_t until = platform_time() + (uint64_t)timeout_ms * NS_PER_MS;
    for (;;) {
        *news = (struct supervisor_news){.event = SUPERVISOR_QUIET};
        if (signal_exit_code() || take_any_news(supervisor, news))
            return;
        if (platform_time() >= until)
            return;
        wait_for_streams(supervisor, until);
    }
}
