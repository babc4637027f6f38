/* The lines of a trace. Entry points: trace_line_begin() … trace_line_end(), trace_lines_open(). */
#include "trace_line.h"
#include "base/files/kept_file.h"
#include "base/text/digest.h"
#include "base/text/json_scan.h"
#include "base/text/utf16.h"
#include "core/text/text.h"
#include "handle.h"
#include "lock.h"
#include "platform/platform.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_TEXT = 64, HEX_BYTES = 20, FIRST_SEEN = 256, LINE_BYTES = 512 << 20 };

static const char no_memory[] = "out of memory";

atomic_int trace_state = TRACE_UNKNOWN;
static struct trace_output *output;
static struct kept_file *file; /* NULL: the trace goes elsewhere, or a write has failed */
static uint64_t lines;         /* lines of the trace without the header, as its "end" line states */
static bool header_written;
static uint64_t hash;

/* The digests of texts already written: open addressing, 0 is free. */
static struct {
    uint64_t *slots;
    size_t capacity, count;
} seen;

/* --- lines --- */

/* Ends the trace after an error. The file then lacks its "end" line, which tells readers that it is incomplete. */
static void give_up(const char *why)
{
    CHECK_HELD();
    if (!file)
        return;
    kept_file_tell(file, "computecore: the trace is incomplete from here on", why);
    kept_file_end(file, NULL); /* the error is reported already */
    file = NULL;
    atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
}

/* Writes each line at once, since the last calls before a crash matter most. */
static void to_file(struct trace_output *unused, const char *line, size_t length)
{
    (void)unused;
    const char *why = file ? kept_file_line(file, line, length) : NULL;
    lines += header_written;
    if (why)
        give_up(why);
}

static struct trace_output file_output = {to_file};

static void emit(struct writer *writer)
{
    CHECK_HELD();
    CHECK(output);
    char *line = writer_finish(writer);
    if (!line) {
        give_up(no_memory);
        return;
    }
    size_t length = strlen(line);
    if (header_written)
        hash = digest_byte(digest_bytes(hash, line, length), '\n');
    int state = platform_cancel_off();
    output->line(output, line, length);
    platform_cancel_restore(state);
    header_written = true;
    free(line);
}

static void begin(struct writer *writer)
{
    *writer = (struct writer){.text.limit = LINE_BYTES};
    writer_open(writer, NULL, '{');
}

void trace_line_head(struct writer *writer, const char *engine)
{
    CHECK_HELD();
    CHECK(!header_written);
    begin(writer);
    writer_integer(writer, "trace", TRACE_VERSION);
    writer_string(writer, "library", HCS_VERSION);
    writer_string(writer, "engine", engine);
}

void trace_line_begin(struct writer *writer, uint64_t time)
{
    CHECK_HELD();
    begin(writer);
    writer_integer(writer, "t", (int64_t)time);
}

void trace_line_end(struct writer *writer)
{
    CHECK_HELD();
    writer_close(writer, '}');
    emit(writer);
}

/* --- texts --- */

static bool is_new(uint64_t digest)
{
    if (seen.count * 2 >= seen.capacity) {
        size_t capacity = seen.capacity ? seen.capacity * 2 : FIRST_SEEN;
        uint64_t *larger = calloc(capacity, sizeof *larger);
        if (!larger)
            return true; /* without memory the text is written again, which does no harm */
        for (size_t i = 0; i < seen.capacity; i++)
            if (seen.slots[i]) {
                size_t j = seen.slots[i] % capacity;
                while (larger[j])
                    j = (j + 1) % capacity;
                larger[j] = seen.slots[i];
            }
        free(seen.slots);
        seen.slots = larger;
        seen.capacity = capacity;
    }
    size_t i = digest % seen.capacity;
    for (; seen.slots[i]; i = (i + 1) % seen.capacity)
        if (seen.slots[i] == digest)
            return false;
    seen.slots[i] = digest;
    seen.count++;
    return true;
}

static void hex_of(uint64_t digest, char text[HEX_BYTES])
{
    snprintf(text, HEX_BYTES, "%016" PRIx64, digest);
}

static bool is_short(const char *text)
{
    return strlen(text) <= SHORT_TEXT;
}

void trace_tell_text(const char *text)
{
    CHECK_HELD();
    if (!text || is_short(text) || !is_new(digest_text(text)))
        return;
    struct writer writer;
    char hex[HEX_BYTES];
    hex_of(digest_text(text), hex);
    begin(&writer);
    writer_string(&writer, "digest", hex);
    writer_string(&writer, "text", text);
    trace_line_end(&writer);
}

void trace_put_text(struct writer *writer, const char *name, const char *text)
{
    CHECK_HELD();
    char hex[HEX_BYTES];
    if (!text) {
        writer_literal(writer, name, "null");
    } else if (is_short(text)) {
        writer_string(writer, name, text);
    } else {
        hex_of(digest_text(text), hex);
        writer_open(writer, name, '{');
        writer_string(writer, "digest", hex);
        writer_close(writer, '}');
    }
}

static void write_units(struct writer *writer, PCWSTR text)
{
    size_t length = utf16_length(text, JSON_BYTES);
    if (length > JSON_BYTES) {
        writer_integer(writer, "longer", JSON_BYTES);
        return;
    }
    char *units = malloc(length * 4 + 1);
    for (size_t i = 0; units && i < length; i++)
        snprintf(units + i * 4, 5, "%04x", (unsigned)(uint16_t)text[i]);
    if (!units)
        give_up(no_memory);
    writer_string(writer, "units", units ? units : "");
    free(units);
}

void trace_tell_wide(PCWSTR text)
{
    CHECK_HELD();
    char *utf8 = text ? text_copy(text) : NULL;
    trace_tell_text(utf8);
    free(utf8);
}

void trace_put_wide(struct writer *writer, const char *name, PCWSTR text)
{
    CHECK_HELD();
    char *utf8 = text ? text_copy(text) : NULL;
    if (utf8 || !text) {
        trace_put_text(writer, name, utf8);
    } else { /* not valid UTF-16, or longer than a document may be; or out of memory */
        writer_open(writer, name, '{');
        write_units(writer, text);
        writer_close(writer, '}');
    }
    free(utf8);
}

void trace_put_handle(struct writer *writer, const char *name, uint64_t value)
{
    CHECK_HELD();
    char text[HANDLE_NAME_BYTES];
    handle_name(value, text);
    if (value)
        writer_string(writer, name, text);
    else
        writer_literal(writer, name, "null");
}

void trace_put_result(struct writer *writer, const char *name, HRESULT result)
{
    CHECK_HELD();
    char hex[HEX_BYTES];
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    writer_string(writer, name, hex);
}

void trace_put_bytes(struct writer *writer, const void *bytes, size_t length)
{
    CHECK_HELD();
    char *hex = malloc(length * 2 + 1);
    for (size_t i = 0; hex && i < length; i++)
        snprintf(hex + i * 2, 3, "%02x", ((const unsigned char *)bytes)[i]);
    if (!hex)
        give_up(no_memory);
    writer_string(writer, "bytes", hex && length ? hex : "");
    free(hex);
}

/* --- where they go --- */

bool trace_lines_close(void)
{
    CHECK_HELD();
    if (!file)
        return false;
    char end[40];
    int length = snprintf(end, sizeof end, "{\"end\":%" PRIu64 "}", lines);
    const char *why = kept_file_line(file, end, (size_t)length);
    if (why)
        give_up(why);
    if (file)
        kept_file_end(file, "computecore: the trace is incomplete");
    file = NULL;
    return true;
}

const char *trace_lines_open(const char *path, struct trace_output **opened)
{
    CHECK_HELD();
    struct kept_file *next;
    const char *why = kept_file_open(path, &next);
    if (why)
        return why;
    (void)trace_lines_close(); /* the one before, if there is one */
    file = next;
    *opened = &file_output;
    return NULL;
}

/* Completes the trace when the program exits or the library is unloaded. Waits for the core lock only briefly: the
   thread that holds it may no longer exist. */
__attribute__((destructor)) static void end_with_program(void)
{
    if (atomic_load_explicit(&trace_state, memory_order_relaxed) != TRACE_ON || core_is_forked() || !core_lock_soon())
        return;
    if (trace_lines_close())
        atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
    core_unlock();
}

void trace_lines_start(struct trace_output *next)
{
    CHECK_HELD();
    free(seen.slots);
    memset(&seen, 0, sizeof seen);
    output = next;
    header_written = false;
    hash = DIGEST_START;
    lines = 0;
    atomic_store_explicit(&trace_state, next ? TRACE_ON : TRACE_OFF, memory_order_relaxed);
}

uint64_t trace_lines_hash(void)
{
    CHECK_HELD();
    return hash;
}
