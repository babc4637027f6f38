/* Standard streams and the list of those that wait for bytes or room. Entry points: stream_open(), stream_poll(). */
#include "stream.h"
#include "line.h"
#include "object.h"
#include "lock.h"
#include "core/progress/progress.h"
#include "trace.h"
#include "spec_hresults.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct watched {
    struct process *process;
    enum engine_stream stream;
};
static struct watched *list;
static size_t listed, capacity;
static bool distrust; /* the client has closed descriptors of the library */

/* A client that closes all descriptors of the process gets their numbers for files that it opens next; those must not
   be touched. Checked for ends that were waited for, and for all ends once a mismatch was found, since a check costs a
   system call. */
static bool is_own(const struct stream_pair *pair)
{
    if (!pair->identity && !distrust)
        return true;
    uint64_t found = platform_stream_identity(pair->guest);
    bool own = pair->identity ? found == pair->identity : found != 0;
    distrust |= !own;
    return own;
}

static size_t opened; /* streams whose guest's end is open */

/* Copies of the list: one for the pump, which reads it without the lock, and one for a stream_poll() at that time. */
static struct copy {
    size_t capacity;
    struct copy *next;
    struct platform_watch watches[];
} * copies;

static struct copy *make_copy(size_t count, struct copy *next)
{
    struct copy *copy = malloc(sizeof *copy + count * sizeof *copy->watches);
    if (copy)
        *copy = (struct copy){count, next};
    return copy;
}

static void free_copies(struct copy *first)
{
    for (struct copy *next; first; first = next) {
        next = first->next;
        free(first);
    }
}

/* Replaces the copies by larger ones. Returns false when out of memory, and then keeps them. */
static bool enlarge_copies(size_t count)
{
    struct copy *pumped = make_copy(count, NULL), *polled = make_copy(count, pumped);
    if (!pumped || !polled) {
        free(pumped);
        free(polled);
        return false;
    }
    free_copies(copies);
    copies = polled;
    return true;
}

/* Makes room in the list and its copies for one more stream. Returns false when out of memory. */
static bool reserve_watch(void)
{
    if (opened < capacity)
        return true;
    size_t larger = capacity ? capacity * 2 : 16;
    struct watched *moved = realloc(list, larger * sizeof *list);
    if (moved)
        list = moved;
    if (!moved || !enlarge_copies(larger))
        return false;
    capacity = larger;
    return true;
}

static struct platform_watch *take_copy(void)
{
    struct copy *copy = copies;
    CHECK(copy && copy->capacity >= listed);
    copies = copy->next;
    return copy->watches;
}

/* Takes a copy back, or frees it if the list has outgrown it since it was taken. */
static void give_copy(struct platform_watch *watches)
{
    struct copy *copy = (struct copy *)((char *)watches - offsetof(struct copy, watches));
    if (copy->capacity < capacity) {
        free(copy);
        return;
    }
    copy->next = copies;
    copies = copy;
}

/* Indexed by the client's end: the guest's end of an output stream, or PLATFORM_NO_STREAM. */
static struct {
    platform_stream *guest;
    size_t count;
} outputs;

static void note_output(const struct stream_pair *pair)
{
    enum { STEP = 64 };
    size_t index = (size_t)pair->client;
    if (index >= outputs.count) {
        size_t count = (index / STEP + 1) * STEP;
        platform_stream *larger = realloc(outputs.guest, count * sizeof *larger);
        if (!larger)
            return; /* stream_is_output() then does not know this stream; the clock only waits longer than necessary */
        outputs.guest = larger;
        while (outputs.count < count)
            outputs.guest[outputs.count++] = PLATFORM_NO_STREAM;
    }
    outputs.guest[index] = pair->guest;
}

/* The client's descriptor may belong to another stream by now. */
static void forget_output(const struct stream_pair *pair)
{
    size_t index = (size_t)pair->number;
    if (index < outputs.count && outputs.guest[index] == pair->guest)
        outputs.guest[index] = PLATFORM_NO_STREAM;
}

bool stream_is_output(intptr_t client)
{
    CHECK_HELD();
    size_t index = (size_t)client;
    return client >= 0 && index < outputs.count && outputs.guest[index] != PLATFORM_NO_STREAM &&
           platform_is_same_pipe(outputs.guest[index], client);
}

static void watch(struct process *process, enum engine_stream stream)
{
    CHECK_HELD();
    CHECK(stream < STREAM_COUNT);
    CHECK(stream_is_open(process, stream));
    struct streams *streams = process->streams;
    if (streams->watched[stream] || (streams->line && line_stream(streams->line) == PLATFORM_NO_STREAM))
        return;
    CHECK(listed < capacity); /* reserve_watch() made room when the stream was opened */
    if (!streams->line && !streams->pair[stream].identity)
        streams->pair[stream].identity = platform_stream_identity(streams->pair[stream].guest);
    list[listed++] = (struct watched){process, stream};
    streams->watched[stream] = true;
    pump_kick();
}

static void unwatch(struct process *process, enum engine_stream stream)
{
    if (!process->streams->watched[stream])
        return;
    process->streams->watched[stream] = false;
    for (size_t i = 0; i < listed; i++)
        if (list[i].process == process && list[i].stream == stream) {
            memmove(&list[i], &list[i + 1], (--listed - i) * sizeof *list);
            return;
        }
    CHECK(false); /* every watched stream is in the list */
}

/* Returns the pair of a stream that is not open yet, or NULL when out of memory. */
static struct stream_pair *pair_of(struct process *process, enum engine_stream stream)
{
    CHECK_HELD();
    CHECK(stream < STREAM_COUNT);
    CHECK(!stream_is_open(process, stream));
    if (!process->streams) {
        process->streams = calloc(1, sizeof *process->streams);
        if (!process->streams)
            return NULL;
        for (int i = 0; i < STREAM_COUNT; i++)
            process->streams->pair[i] =
                (struct stream_pair){PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, 0, false};
    }
    return &process->streams->pair[stream];
}

HRESULT stream_open(struct process *process, enum engine_stream stream)
{
    struct stream_pair *pair = pair_of(process, stream);
    if (!pair || !reserve_watch())
        return E_OUTOFMEMORY;
    if (!process->streams->pumped) {
        if (!pump_hold())
            return E_OUTOFMEMORY;
        process->streams->pumped = true;
    }
    if (!platform_pipe(stream == STREAM_INPUT, &pair->guest, &pair->client))
        return HRESULT_ERROR_NO_SYSTEM_RESOURCES;
    opened++;
    pair->used = false;
    pair->number = pair->client;
    if (stream != STREAM_INPUT)
        note_output(pair);
    return S_OK;
}

HRESULT stream_take(struct process *process, enum engine_stream stream, platform_stream *guest)
{
    struct stream_pair *pair = pair_of(process, stream);
    if (!pair)
        return E_OUTOFMEMORY;
    bool made = platform_pipe_outside(stream == STREAM_INPUT, guest, &pair->client);
    return made ? S_OK : HRESULT_ERROR_NO_SYSTEM_RESOURCES;
}

HRESULT stream_adopt(struct process *process, enum engine_stream stream, platform_stream client)
{
    struct stream_pair *pair = pair_of(process, stream);
    platform_stream own = platform_client_adopt(client);
    if (!pair)
        platform_client_close(own);
    else
        pair->client = own;
    return !pair ? E_OUTOFMEMORY : own == PLATFORM_NO_STREAM ? HRESULT_ERROR_NO_SYSTEM_RESOURCES : S_OK;
}

/* Room in the list for both directions. Returns false when out of memory. */
static bool reserve_line(void)
{
    if (!reserve_watch())
        return false;
    opened++;
    if (reserve_watch()) {
        opened++;
        return true;
    }
    opened--;
    return false;
}

HRESULT stream_open_port(struct process *process, const char *name, uint32_t user)
{
    CHECK_HELD();
    if (!pair_of(process, STREAM_INPUT) || !reserve_line())
        return E_OUTOFMEMORY;
    HRESULT result = pump_hold() ? S_OK : E_OUTOFMEMORY;
    process->streams->pumped = SUCCEEDED(result);
    if (SUCCEEDED(result))
        result = line_open(process, name, user, &process->streams->line);
    if (FAILED(result))
        opened -= 2;
    return result;
}

void stream_close_port(struct process *process)
{
    CHECK_HELD();
    struct streams *streams = process->streams;
    if (!streams || !streams->line)
        return;
    unwatch(process, STREAM_INPUT);
    unwatch(process, STREAM_OUTPUT);
    CHECK(opened > 1);
    opened -= 2;
    line_close(streams->line);
    streams->line = NULL;
}

void stream_restart_port(struct process *process)
{
    CHECK_HELD();
    line_restart(process->streams->line);
}

bool stream_is_open(const struct process *process, enum engine_stream stream)
{
    CHECK_HELD();
    CHECK(stream < STREAM_COUNT);
    const struct streams *streams = process->streams;
    if (streams && streams->line)
        return stream == STREAM_INPUT || (stream == STREAM_OUTPUT && line_takes_output(streams->line));
    return streams && streams->pair[stream].guest != PLATFORM_NO_STREAM;
}

/* Returns the guest's end, prepared for reading and writing without blocking. */
static platform_stream use(struct stream_pair *pair)
{
    if (!pair->used)
        platform_stream_use(pair->guest);
    pair->used = true;
    return pair->guest;
}

/* A program that comes, or leaves, is noticed by a watch for input. */
static ptrdiff_t read_line(struct process *process, void *buffer, size_t size)
{
    ptrdiff_t got = line_read(process->streams->line, buffer, size);
    if (got == PLATFORM_BLOCKED)
        watch(process, STREAM_INPUT);
    return got;
}

static ptrdiff_t write_line(struct process *process, const void *buffer, size_t size)
{
    struct line *line = process->streams->line;
    ptrdiff_t written = line_write(line, buffer, size);
    if (written == PLATFORM_BLOCKED)
        watch(process, line_is_connected(line) ? STREAM_OUTPUT : STREAM_INPUT);
    return written;
}

ptrdiff_t stream_read(struct process *process, enum engine_stream stream, void *buffer, size_t size)
{
    CHECK_HELD();
    CHECK(stream == STREAM_INPUT);
    if (process->streams && process->streams->line)
        return read_line(process, buffer, size);
    if (!stream_is_open(process, stream) || (distrust && !is_own(&process->streams->pair[stream])))
        return PLATFORM_ENDED;
    ptrdiff_t got = platform_stream_read(use(&process->streams->pair[stream]), buffer, size);
    if (got == PLATFORM_BLOCKED)
        watch(process, stream);
    else
        trace_input(process->first.value, buffer, got > 0 ? (size_t)got : 0);
    return got;
}

ptrdiff_t stream_write(struct process *process, enum engine_stream stream, const void *buffer, size_t size)
{
    CHECK_HELD();
    CHECK(stream == STREAM_OUTPUT || stream == STREAM_ERROR);
    if (process->streams && process->streams->line)
        return write_line(process, buffer, size);
    if (!stream_is_open(process, stream))
        return (ptrdiff_t)size; /* the client did not ask for this pipe: the output is discarded */
    if (distrust && !is_own(&process->streams->pair[stream]))
        return PLATFORM_ENDED;
    ptrdiff_t written = platform_stream_write(use(&process->streams->pair[stream]), buffer, size);
    if (written == PLATFORM_BLOCKED)
        watch(process, stream);
    return written;
}

void stream_close(struct process *process, enum engine_stream stream)
{
    if (!stream_is_open(process, stream) || process->streams->line)
        return;
    struct stream_pair *pair = &process->streams->pair[stream];
    unwatch(process, stream);
    forget_output(pair);
    CHECK(opened > 0);
    opened--;
    if (is_own(pair))
        platform_stream_close(pair->guest);
    pair->guest = PLATFORM_NO_STREAM;
    pair->identity = 0;
}

/* HCS-ROW: P-20 client ends that were not handed over are closed with the process */
void streams_free(struct process *process, struct streams *streams)
{
    CHECK_HELD();
    if (!streams)
        return;
    CHECK(process->streams == streams);
    stream_close_port(process);
    for (int i = 0; i < STREAM_COUNT; i++) {
        stream_close(process, (enum engine_stream)i);
        if (!distrust || platform_stream_identity(streams->pair[i].client))
            platform_client_close(streams->pair[i].client);
    }
    for (size_t i = 0; i < listed; i++)
        CHECK(list[i].process != process);
    if (streams->pumped)
        pump_release();
    free(streams);
}

void stream_distrust(void)
{
    CHECK_HELD();
    distrust = true;
}

bool stream_watched(void)
{
    CHECK_HELD();
    return listed > 0;
}

static platform_stream watched_stream(const struct watched *watched)
{
    const struct streams *streams = watched->process->streams;
    return streams->line ? line_stream(streams->line) : streams->pair[watched->stream].guest;
}

static bool rests(const struct watched *watched)
{
    const struct streams *streams = watched->process->streams;
    return streams->line && line_rests(streams->line);
}

size_t stream_watches(struct platform_watch **watches, bool *rest)
{
    CHECK_HELD();
    size_t count = 0;
    *watches = listed ? take_copy() : NULL;
    *rest = false;
    for (size_t i = 0; i < listed; i++) {
        platform_stream stream = watched_stream(&list[i]);
        if (stream != PLATFORM_NO_STREAM && rests(&list[i]))
            *rest = true;
        else if (stream != PLATFORM_NO_STREAM)
            (*watches)[count++] = (struct platform_watch){stream, list[i].stream != STREAM_INPUT, false};
    }
    return count;
}

/* Tells the engine of a ready stream. Returns false, and keeps it watched, if nothing has come of that: a serial port
   may be ready for a program that can't be let in. */
static bool deliver(struct engine *engine, struct process *process, enum engine_stream stream)
{
    struct streams *streams = process->streams;
    if (streams->line && !line_look(streams->line))
        return false;
    process_ref(process);
    unwatch(process, stream);
    if (!streams->line && !is_own(&streams->pair[stream]))
        streams->pair[stream].guest = PLATFORM_NO_STREAM;
    engine->operations->stream_ready(engine, process, stream);
    process_unref(process);
    return true;
}

/* The list may have changed since the copy was made: streams are found in it by their descriptors. */
bool stream_deliver(struct platform_watch *watches, size_t count)
{
    CHECK_HELD();
    struct engine *engine = core_engine();
    bool moved = false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; engine && watches[i].ready && j < listed; j++) {
            struct process *process = list[j].process;
            enum engine_stream stream = list[j].stream;
            if (watched_stream(&list[j]) != watches[i].stream || (stream != STREAM_INPUT) != watches[i].write)
                continue;
            moved |= deliver(engine, process, stream);
            break;
        }
    if (watches)
        give_copy(watches);
    return moved;
}

bool stream_poll(void)
{
    CHECK_HELD();
    struct platform_watch *watches;
    bool rest;
    size_t count = stream_watches(&watches, &rest);
    (void)platform_poll(watches, count, NULL, 0);
    return stream_deliver(watches, count);
}
