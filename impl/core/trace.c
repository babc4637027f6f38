/* The trace. Entry points: trace_begin(), trace_end(). */
#include "trace.h"
#include "base/text/digest.h"
#include "base/files/files.h"
#include "object.h"
#include "platform/platform.h"
#include "core/progress/progress.h"
#include "base/text/json_writer.h"
#include "base/text/utf16.h"
#include "core/text/text.h"
#include <computecore.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_TEXT = 64, HEX_BYTES = 20, FIRST_SEEN = 256, LINE_BYTES = 512 << 20 };

static const char no_memory[] = "out of memory";

atomic_int trace_state = TRACE_UNKNOWN;
static struct trace_output *output;
static const struct trace_observer *observer;
static FILE *file;     /* NULL: the trace goes elsewhere, or a write has failed */
static uint64_t lines; /* lines of the trace without the header, as its "end" line states */
static bool header_written;
static uint64_t hash;
static uint32_t threads, deliveries;
static _Thread_local struct trace_speaker speaker;
static _Thread_local struct trace_call *pending;

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
    fprintf(stderr, "computecore: the trace is incomplete from here on: %s\n", why);
    (void)file_stream_end(file); /* the error is reported already */
    file = NULL;
    atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
}

/* Writes each line at once, since the last calls before a crash matter most. */
static void to_file(struct trace_output *unused, const char *line, size_t length)
{
    (void)unused;
    const char *why = file ? file_line(file, line, length) : NULL;
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

static void begin_line(struct writer *writer)
{
    *writer = (struct writer){.text.limit = LINE_BYTES};
    writer_open(writer, NULL, '{');
    writer_integer(writer, "t", (int64_t)core_now());
}

static void end_line(struct writer *writer)
{
    writer_close(writer, '}');
    emit(writer);
}

static void write_header(void)
{
    struct writer writer = {.text.limit = LINE_BYTES};
    struct engine *engine = core_engine();
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, "trace", TRACE_VERSION);
    writer_string(&writer, "library", HCS_VERSION);
    writer_string(&writer, "engine", engine ? engine->operations->name : "none");
    if (!engine || !engine_has_clock(engine)) /* lets the traces of several clients be merged by time */
        writer_integer(&writer, "since", (int64_t)progress_start());
    if (engine && engine->operations->describe)
        engine->operations->describe(engine, &writer);
    writer_close(&writer, '}');
    emit(&writer);
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

/* Writes a line with the text and its digest before a long text is first mentioned; other lines contain the digest. */
static void tell_text(const char *text)
{
    if (!text || is_short(text) || !is_new(digest_text(text)))
        return;
    struct writer writer = {.text.limit = LINE_BYTES};
    char hex[HEX_BYTES];
    hex_of(digest_text(text), hex);
    writer_open(&writer, NULL, '{');
    writer_string(&writer, "digest", hex);
    writer_string(&writer, "text", text);
    end_line(&writer);
}

static void write_text(struct writer *writer, const char *name, const char *text)
{
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

static void tell_wide(PCWSTR text)
{
    char *utf8 = text ? text_copy(text) : NULL;
    tell_text(utf8);
    free(utf8);
}

static void write_wide(struct writer *writer, const char *name, PCWSTR text)
{
    char *utf8 = text ? text_copy(text) : NULL;
    if (utf8 || !text) {
        write_text(writer, name, utf8);
    } else { /* not valid UTF-16, or longer than a document may be; or out of memory */
        writer_open(writer, name, '{');
        write_units(writer, text);
        writer_close(writer, '}');
    }
    free(utf8);
}

static void write_handle(struct writer *writer, const char *name, uint64_t value)
{
    char text[HANDLE_NAME_BYTES];
    handle_name(value, text);
    if (value)
        writer_string(writer, name, text);
    else
        writer_literal(writer, name, "null");
}

/* --- calls --- */

static void write_speaker(struct writer *writer)
{
    char text[16];
    if (!speaker.kind)
        speaker = (struct trace_speaker){'T', ++threads};
    snprintf(text, sizeof text, "%c%u", speaker.kind, (unsigned)speaker.number);
    writer_string(writer, "by", text);
}

static uint64_t value_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static void write_argument(
    struct writer *writer, const struct spec_parameter *parameter, const union spec_argument *argument)
{
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        writer_integer(writer, parameter->name, argument->number);
        break;
    case PARAMETER_TEXT:
        write_wide(writer, parameter->name, argument->pointer);
        break;
    case PARAMETER_OPERATION:
    case PARAMETER_SYSTEM:
    case PARAMETER_PROCESS:
        write_handle(writer, parameter->name, value_of(argument->pointer));
        break;
    default: /* a pointer means nothing outside the client; only whether it is NULL is recorded */
        writer_boolean(writer, parameter->name, argument->pointer != NULL);
    }
}

static void write_call(struct trace_call *call)
{
    CHECK(!call->written);
    CHECK(call->function < FUNCTION_COUNT);
    const struct spec_function *function = &spec_functions[call->function];
    struct writer writer;
    call->written = true;
    for (int i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_TEXT)
            tell_wide(call->arguments[i].pointer);
    begin_line(&writer);
    write_speaker(&writer);
    writer_string(&writer, "call", function->name);
    writer_open(&writer, "arguments", '{');
    for (int i = 0; i < function->parameter_count; i++)
        write_argument(&writer, &function->parameters[i], &call->arguments[i]);
    writer_close(&writer, '}');
    end_line(&writer);
}

static void write_information(struct writer *writer, const char *name, const HCS_PROCESS_INFORMATION *information)
{
    writer_open(writer, name, '{');
    writer_integer(writer, "ProcessId", information->ProcessId);
    writer_boolean(writer, "StdInput", information->StdInput != NULL);
    writer_boolean(writer, "StdOutput", information->StdOutput != NULL);
    writer_boolean(writer, "StdError", information->StdError != NULL);
    writer_close(writer, '}');
}

/* Writes the value that an out parameter has after the call. */
static void write_output(
    struct writer *writer, const struct spec_parameter *parameter, const union spec_argument *argument)
{
    if (!argument->pointer)
        return;
    if (parameter->kind == PARAMETER_OUT_TEXT)
        write_wide(writer, parameter->name, *(PWSTR const *)argument->pointer);
    else if (parameter->kind == PARAMETER_OUT_INFORMATION)
        write_information(writer, parameter->name, argument->pointer);
    else if (parameter->kind == PARAMETER_OUT_SYSTEM || parameter->kind == PARAMETER_OUT_PROCESS)
        write_handle(writer, parameter->name, value_of(*(void *const *)argument->pointer));
}

static void write_value(struct writer *writer, const char *type, uint64_t value)
{
    char hex[HEX_BYTES];
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)value);
    if (!strcmp(type, "HRESULT"))
        writer_string(writer, "return", hex);
    else if (!strcmp(type, "void"))
        writer_literal(writer, "return", "null");
    else if (!strcmp(type, "HCS_OPERATION") || !strcmp(type, "HCS_SYSTEM") || !strcmp(type, "HCS_PROCESS"))
        write_handle(writer, "return", value);
    else if (strchr(type, '*'))
        writer_boolean(writer, "return", value != 0);
    else
        writer_integer(writer, "return", (int64_t)value);
}

static void write_return(const struct trace_call *call, uint64_t value)
{
    const struct spec_function *function = &spec_functions[call->function];
    struct writer writer;
    for (int i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_OUT_TEXT && call->arguments[i].pointer)
            tell_wide(*(PWSTR const *)call->arguments[i].pointer);
    begin_line(&writer);
    write_speaker(&writer);
    write_value(&writer, function->result, value);
    writer_open(&writer, "out", '{');
    for (int i = 0; i < function->parameter_count; i++)
        write_output(&writer, &function->parameters[i], &call->arguments[i]);
    writer_close(&writer, '}');
    end_line(&writer);
}

void trace_begin(struct trace_call *call, enum spec_function_index function, const union spec_argument *arguments)
{
    CHECK(!core_is_held());
    *call = (struct trace_call){function, arguments, false};
    pending = call;
}

void trace_take_effect(void)
{
    CHECK_HELD();
    if (pending && trace_records())
        write_call(pending);
    pending = NULL;
}

void trace_end(struct trace_call *call, uint64_t value)
{
    CHECK(!pending || pending == call);
    core_lock();
    if (trace_records()) {
        if (!call->written)
            write_call(call);
        write_return(call, value);
    }
    pending = NULL;
    core_unlock();
}

void trace_set_speaker(struct trace_speaker next)
{
    speaker = next;
}

/* --- what happens --- */

static const char *event_name(int type)
{
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        if (spec_enumerators[i].value == type && !strncmp(spec_enumerators[i].name, "HcsEvent", 8))
            return spec_enumerators[i].name;
    return "HcsEventInvalid";
}

static void begin_client_line(struct writer *writer, struct trace_client client)
{
    begin_line(writer);
    writer_integer(writer, "client", client.number);
    if (!client.number)
        writer_integer(writer, "connection", client.connection);
}

void trace_request(struct trace_client client, const struct trace_request *request)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    tell_text(request->system);
    tell_text(request->document);
    tell_text(request->path);
    begin_client_line(&writer, client);
    writer_integer(&writer, "request", request->id);
    writer_string(&writer, "function", request->function);
    if (request->target)
        write_handle(&writer, "on", request->target);
    else if (request->target_is_gone)
        writer_string(&writer, "on", "gone");
    if (request->process_id)
        writer_integer(&writer, "processId", request->process_id);
    if (request->user)
        writer_integer(&writer, "user", request->user);
    write_text(&writer, "system", request->system);
    write_text(&writer, "document", request->document);
    if (request->path)
        write_text(&writer, "path", request->path);
    end_line(&writer);
}

void trace_answer(struct trace_client client, uint32_t id, HRESULT result, uint64_t object, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    char hex[HEX_BYTES];
    if (!trace_records())
        return;
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    tell_text(document);
    begin_client_line(&writer, client);
    writer_integer(&writer, "answer", id);
    writer_string(&writer, "result", hex);
    if (object)
        write_handle(&writer, "handle", object);
    write_text(&writer, "document", document);
    end_line(&writer);
}

void trace_client_release(struct trace_client client, uint64_t handle)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    write_handle(&writer, "releases", handle);
    end_line(&writer);
}

void trace_client_poll(struct trace_client client, uint64_t limit)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_boolean(&writer, "polls", true);
    if (limit != PLATFORM_FOREVER)
        writer_integer(&writer, "limit", (int64_t)limit);
    end_line(&writer);
}

void trace_client_leave(struct trace_client client, bool killed)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_string(&writer, "leaves", killed ? "killed" : "ended");
    end_line(&writer);
}

void trace_client_time_out(struct trace_client client)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_boolean(&writer, "timesOut", true);
    end_line(&writer);
}

void trace_complete(uint64_t operation, HRESULT result, const char *document)
{
    CHECK_HELD();
    CHECK(operation);
    struct writer writer;
    char hex[HEX_BYTES];
    if (observer)
        observer->complete(observer->context, operation, result);
    if (!trace_records())
        return;
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    tell_text(document);
    begin_line(&writer);
    write_handle(&writer, "complete", operation);
    writer_string(&writer, "result", hex);
    write_text(&writer, "document", document);
    end_line(&writer);
}

void trace_event(int type, const void *object, const struct client_handle *handles, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    if (observer)
        observer->event(observer->context, type, object);
    if (!trace_records())
        return;
    tell_text(document);
    begin_line(&writer);
    writer_string(&writer, "event", event_name(type));
    writer_open(&writer, "of", '[');
    for (; handles; handles = handles->next)
        write_handle(&writer, NULL, handles->value);
    writer_close(&writer, ']');
    write_text(&writer, "document", document);
    end_line(&writer);
}

/* property, result: NULL and S_OK if the fault has none. */
static void write_fault(const char *words, const char *property, HRESULT result)
{
    struct writer writer;
    char hex[HEX_BYTES];
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    begin_line(&writer);
    writer_string(&writer, "fault", words);
    if (property)
        writer_string(&writer, "property", property);
    if (FAILED(result))
        writer_string(&writer, "result", hex);
    end_line(&writer);
}

static const char fails[] = "fails";

void trace_fault(enum trace_fault effect, HRESULT result)
{
    CHECK_HELD();
    CHECK(effect < TRACE_FAULTS);
    static const char *const names[] = {fails, "hangs", "system exits", "service restarts", "exit is not told",
        "output does not end", "exit is told late", "exit has no status", "connection closes", "process ends at once",
        "signals await the exit", "terminate awaits callbacks", "has no effect"};
    _Static_assert(sizeof names / sizeof *names == TRACE_FAULTS, "each fault has its words");
    if (observer)
        observer->fault(observer->context, effect, result);
    if (trace_records())
        write_fault(names[effect], NULL, effect == TRACE_FAULT_FAIL ? result : S_OK);
}

void trace_property_fault(const char *property, HRESULT result)
{
    CHECK_HELD();
    if (trace_records())
        write_fault(fails, property, result);
}

void trace_untold(int type, const void *object)
{
    CHECK_HELD();
    if (observer)
        observer->untold(observer->context, type, object);
}

uint32_t trace_deliver(uint64_t to, int type, uint64_t operation, const char *document)
{
    CHECK_HELD();
    CHECK(to);
    struct writer writer;
    if (observer)
        observer->deliver(observer->context, to, type, operation);
    if (!trace_records())
        return 0;
    tell_text(document);
    begin_line(&writer);
    writer_integer(&writer, "deliver", ++deliveries);
    writer_string(&writer, "event", event_name(type));
    write_handle(&writer, "to", to);
    write_handle(&writer, "operation", operation);
    write_text(&writer, "document", document);
    end_line(&writer);
    speaker = (struct trace_speaker){'C', deliveries};
    return deliveries;
}

void trace_delivered(uint32_t number)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records() || !number)
        return;
    begin_line(&writer);
    writer_integer(&writer, "delivered", number);
    end_line(&writer);
    speaker = (struct trace_speaker){0, 0};
}

void trace_wake(void)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    write_speaker(&writer);
    writer_boolean(&writer, "wakes", true);
    end_line(&writer);
}

static void tell_move(const char *why, uint64_t limit)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    writer_boolean(&writer, why, true);
    if (limit != PLATFORM_FOREVER)
        writer_integer(&writer, "limit", (int64_t)limit);
    end_line(&writer);
}

void trace_idle(uint64_t limit)
{
    tell_move("idle", limit);
}

void trace_poll(uint64_t limit)
{
    tell_move("poll", limit);
}

void trace_scenario(const char *change)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    tell_text(change);
    begin_line(&writer);
    write_text(&writer, "scenario", change);
    end_line(&writer);
}

void trace_file(HRESULT result, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    char hex[HEX_BYTES];
    if (!trace_records())
        return;
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    tell_text(document);
    begin_line(&writer);
    write_speaker(&writer);
    writer_string(&writer, "file", hex);
    write_text(&writer, "document", document);
    end_line(&writer);
}

static void write_bytes(struct writer *writer, const void *bytes, size_t length)
{
    char *hex = malloc(length * 2 + 1);
    for (size_t i = 0; hex && i < length; i++)
        snprintf(hex + i * 2, 3, "%02x", ((const unsigned char *)bytes)[i]);
    if (!hex)
        give_up(no_memory);
    writer_string(writer, "bytes", hex && length ? hex : "");
    free(hex);
}

void trace_port(const char *name, enum trace_port what, HRESULT result, const void *bytes, size_t length)
{
    CHECK_HELD();
    struct writer writer;
    char hex[HEX_BYTES];
    if (!trace_records())
        return;
    tell_text(name);
    begin_line(&writer);
    write_text(&writer, "port", name);
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)result);
    if (what == TRACE_PORT_MADE)
        writer_string(&writer, "made", hex);
    else if (what == TRACE_PORT_CONNECTS)
        writer_boolean(&writer, "connects", true);
    else
        write_bytes(&writer, bytes, length);
    end_line(&writer);
}

void trace_input(uint64_t process, const void *bytes, size_t length)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    write_handle(&writer, "input", process);
    write_bytes(&writer, bytes, length);
    end_line(&writer);
}

void trace_observe(const struct trace_observer *next)
{
    observer = next;
}

/* --- where it goes --- */

static void start(struct trace_output *next)
{
    CHECK_HELD();
    if (next)
        (void)core_engine(); /* opened first: events during that are not part of the trace */
    free(seen.slots);
    memset(&seen, 0, sizeof seen);
    output = next;
    header_written = false;
    hash = DIGEST_START;
    lines = threads = deliveries = 0;
    speaker = (struct trace_speaker){0, 0};
    atomic_store_explicit(&trace_state, next ? TRACE_ON : TRACE_OFF, memory_order_relaxed);
    if (next)
        write_header();
}

/* Ends the file with the "end" line, which marks the trace as complete. */
static void close_file(void)
{
    char end[40];
    int length = snprintf(end, sizeof end, "{\"end\":%" PRIu64 "}", lines);
    const char *why = file ? file_line(file, end, (size_t)length) : NULL;
    if (why)
        give_up(why);
    why = file ? file_stream_end(file) : NULL;
    file = NULL;
    if (why)
        fprintf(stderr, "computecore: the trace is incomplete: %s\n", why);
}

void trace_to(struct trace_output *next)
{
    close_file();
    start(next);
}

const char *trace_to_file(const char *path)
{
    FILE *next;
    const char *why = file_stream(path, &next);
    if (why)
        return why;
    close_file();
    file = next;
    start(&file_output); /* without trace_to(NULL) before: a thread's first call in between would not be recorded */
    return NULL;
}

/* Completes the trace when the program exits or the library is unloaded. Waits for the core lock only briefly: the
   thread that holds it may no longer exist. */
__attribute__((destructor)) static void end_with_program(void)
{
    if (!trace_records() || core_is_forked() || !core_lock_soon())
        return;
    if (file) {
        close_file();
        atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
    }
    core_unlock();
}

HRESULT trace_change(const char *path, uint64_t *ended)
{
    CHECK_HELD();
    uint64_t before = trace_records() ? hash : 0;
    if (ended)
        *ended = before;
    trace_to(NULL);
    return path && trace_to_file(path) ? E_INVALIDARG : S_OK;
}

bool trace_look(void)
{
    const char *path = getenv("COMPUTECORE_TRACE"), *why;
    int state = platform_cancel_off();
    core_lock();
    if (atomic_load_explicit(&trace_state, memory_order_relaxed) == TRACE_UNKNOWN) {
        if (!path || !*path) {
            atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
        } else if ((why = trace_to_file(path))) {
            fprintf(stderr, "computecore: COMPUTECORE_TRACE: %s can't be written: %s\n", path, why);
            atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
        }
    }
    core_unlock();
    platform_cancel_restore(state);
    return trace_records();
}

uint64_t trace_hash(void)
{
    return hash;
}
