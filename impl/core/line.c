/* Serial ports of guests in this process. Entry points: line_open(), line_read(), line_write(). */
#include "line.h"
#include "base/check.h"
#include "core/progress/progress.h"
#include "lock.h"
#include "platform/port.h"
#include "spec_hresults.h"
#include "trace.h"
#include <stdlib.h>
#include <string.h>

struct line {
    struct line *next;
    struct process *process;
    char *name;
    struct platform_port *port; /* NULL: in a replay */
    bool connected, was_connected;
    bool fed;          /* of a replay: there is something to read */
    const void *bytes; /* of a replay: what the program has written, not owned */
    size_t length;
};

static struct line *lines;
static struct {
    HRESULT (*made)(void *context, const char *name); /* NULL: no replay */
    void *context;
} replay;

static HRESULT make(const char *name, uint32_t user, struct platform_port **port)
{
    static const HRESULT results[] = {[PORT_GOOD] = S_OK,
        [PORT_NAME] = E_INVALIDARG,
        [PORT_REFUSED] = E_ACCESSDENIED,
        [PORT_BUSY] = HRESULT_ERROR_SHARING_VIOLATION,
        [PORT_FAILED] = HRESULT_ERROR_NO_SYSTEM_RESOURCES};
    return replay.made ? replay.made(replay.context, name) : results[port_open(name, user, port)];
}

static void connect_line(struct line *line)
{
    CHECK(!line->connected);
    line->connected = line->was_connected = true;
    trace_port(line->name, TRACE_PORT_CONNECTS, S_OK, NULL, 0);
}

HRESULT line_open(struct process *process, const char *name, uint32_t user, struct line **opened)
{
    CHECK_HELD();
    struct line *line = calloc(1, sizeof *line);
    if (line)
        line->name = strdup(name);
    HRESULT result = line && line->name ? make(name, user, &line->port) : E_OUTOFMEMORY;
    if (line && line->name)
        trace_port(name, TRACE_PORT_MADE, result, NULL, 0);
    if (FAILED(result)) {
        if (line)
            free(line->name);
        free(line);
        return result;
    }
    line->process = process;
    line->next = lines;
    lines = line;
    (void)line_look(line); /* a program that had made the pipe is there already */
    *opened = line;
    return S_OK;
}

void line_close(struct line *line)
{
    CHECK_HELD();
    struct line **link = &lines;
    while (*link != line) {
        CHECK(*link);
        link = &(*link)->next;
    }
    *link = line->next;
    port_close(line->port);
    free(line->name);
    free(line);
}

void line_restart(struct line *line)
{
    CHECK_HELD();
    line->was_connected = line->connected;
}

bool line_takes_output(const struct line *line)
{
    CHECK_HELD();
    return line->connected || !line->was_connected;
}

bool line_is_connected(const struct line *line)
{
    CHECK_HELD();
    return line->connected;
}

static ptrdiff_t read_fed(struct line *line, void *buffer, size_t size)
{
    if (!line->fed)
        return PLATFORM_BLOCKED;
    size_t length = line->length < size ? line->length : size;
    memcpy(buffer, line->bytes, length);
    line->fed = false;
    return length ? (ptrdiff_t)length : PLATFORM_ENDED;
}

ptrdiff_t line_read(struct line *line, void *buffer, size_t size)
{
    CHECK_HELD();
    if (!line->connected)
        return PLATFORM_BLOCKED;
    ptrdiff_t got = line->port ? port_read(line->port, buffer, size) : read_fed(line, buffer, size);
    if (got == PLATFORM_BLOCKED)
        return got;
    trace_port(line->name, TRACE_PORT_READS, S_OK, buffer, got > 0 ? (size_t)got : 0);
    if (got > 0)
        return got;
    line->connected = false;
    (void)line_look(line); /* the next program may wait already */
    return PLATFORM_BLOCKED;
}

ptrdiff_t line_write(struct line *line, const void *buffer, size_t size)
{
    CHECK_HELD();
    if (!line->connected)
        return line->was_connected ? (ptrdiff_t)size : PLATFORM_BLOCKED;
    ptrdiff_t written = line->port ? port_write(line->port, buffer, size) : (ptrdiff_t)size;
    return written == PLATFORM_ENDED ? (ptrdiff_t)size : written; /* a read notices that the program has left */
}

platform_stream line_stream(const struct line *line)
{
    CHECK_HELD();
    return line->port && port_is_alive(line->port) ? port_stream(line->port) : PLATFORM_NO_STREAM;
}

bool line_rests(const struct line *line)
{
    CHECK_HELD();
    return line->port && port_rests(line->port);
}

bool line_look(struct line *line)
{
    CHECK_HELD();
    if (!line->connected && line->port && port_is_connected(line->port))
        connect_line(line);
    return line->connected;
}

/* The machines of a simulator in this program end with it. Waits for the core lock only briefly: the thread that holds
   it may no longer exist. */
__attribute__((destructor)) static void end_with_program(void)
{
    if (!lines || core_is_forked() || !core_lock_soon())
        return;
    for (struct line *line = lines; line; line = line->next) {
        port_close(line->port);
        line->port = NULL;
        line->connected = false;
    }
    core_unlock();
}

/* --- replays --- */

void line_replay(HRESULT (*made)(void *context, const char *name), void *context)
{
    CHECK_HELD();
    replay.made = made;
    replay.context = context;
}

static struct line *line_named(const char *name)
{
    struct line *line = lines;
    while (line && strcmp(line->name, name) != 0)
        line = line->next;
    return line;
}

static void tell_engine(struct line *line)
{
    struct engine *engine = core_engine();
    if (engine)
        engine->operations->stream_ready(engine, line->process, STREAM_INPUT);
}

bool line_feed_program(const char *name)
{
    CHECK_HELD();
    struct line *line = line_named(name);
    if (!line || line->connected)
        return false;
    connect_line(line);
    tell_engine(line);
    return true;
}

bool line_feed(const char *name, const void *bytes, size_t length)
{
    CHECK_HELD();
    struct line *line = line_named(name);
    if (!line || !line->connected)
        return false;
    line->fed = true;
    line->bytes = bytes;
    line->length = length;
    tell_engine(line);
    return true;
}
