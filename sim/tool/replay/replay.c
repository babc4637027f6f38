/* Replays. Each line that the library records now is compared with the recorded line; the next recorded line says how
   to produce it: by making a call, taking a callback or driving the engine. Entry point: replay_main(). */
#include "replay.h"
#include "replay_clients.h"
#include "base/allocate.h"
#include "base/check.h"
#include "backend/sim.h"
#include "explore/client.h"
#include "base/text/digest.h"
#include "core/client_file.h"
#include "core/line.h"
#include "core/progress/progress.h"
#include "core/stream.h"
#include "core/text/text.h"
#include "document/document.h"
#include "spec_api.h"
#include "spec_hresults.h"
#include "tool/trace/trace_file.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STREAMS = CLIENT_STREAMS, SILENT_STEPS = 10000000 };

/* An actor of the trace: a thread, or a callback being delivered. */
struct role {
    char name[16];
    struct client client;
    struct delivery delivery;
    bool delivers;
    char *returned; /* the line of its last return; other lines may precede it in the trace */
};

/* The client's ends of a process's streams. */
struct pipes {
    uint64_t process;
    platform_stream stream[MAX_STREAMS];
};

struct replay {
    struct trace_output output; /* must be first: trace lines arrive through it */
    const struct trace_file *trace;
    size_t at; /* the next expected line */
    bool head_seen, differs;
    char *got; /* a different line that was recorded instead; NULL: none */
    const char *why;
    struct role *roles;
    size_t role_count;
    struct pipes *pipes;
    size_t pipe_count;
    struct replay_clients *clients; /* of computecored; NULL: none has done anything yet */
};

static char *copy_of(const char *line, size_t length)
{
    char *copy = allocate(length + 1);
    memcpy(copy, line, length);
    copy[length] = 0;
    return copy;
}

static void difference(struct replay *replay, const char *why, const char *line, size_t length)
{
    if (replay->differs)
        return;
    replay->differs = true;
    replay->why = why;
    replay->got = line ? copy_of(line, length) : NULL;
}

/* --- roles and streams --- */

static struct role *role_named(struct replay *replay, const char *name)
{
    for (size_t i = 0; i < replay->role_count; i++)
        if (!strcmp(replay->roles[i].name, name))
            return &replay->roles[i];
    struct role *role = &replay->roles[replay->role_count++]; /* as many as there are lines */
    snprintf(role->name, sizeof role->name, "%s", name);
    role->client.speaker = (struct trace_speaker){name[0], (uint32_t)strtoul(name + 1, NULL, 10)};
    return role;
}

/* Skips the lines with texts: their digests are compared in the lines that name them. */
static void skip_texts(struct replay *replay)
{
    while (replay->at < replay->trace->count && replay->trace->lines[replay->at].kind == TRACE_TEXT)
        replay->at++;
}

/* Keeps the line of a return, since in the recorded trace lines of other threads may precede it. */
static bool keep_return(struct replay *replay, const char *line, size_t length)
{
    char name[16];
    if (sscanf(line, "{\"t\":%*[0-9],\"by\":\"%15[A-Z0-9]\",\"return\"", name) != 1 || !strstr(line, "\",\"return\":"))
        return false;
    struct role *role = role_named(replay, name);
    free(role->returned);
    role->returned = copy_of(line, length);
    return true;
}

/* What became of a file of the client is an input of its call, which expect_file() has read. */
static bool is_file(const char *line)
{
    return strstr(line, "\",\"file\":\"0x") != NULL;
}

static void take_line(struct trace_output *output, const char *line, size_t length)
{
    struct replay *replay = (struct replay *)output;
    bool head =
        !replay->head_seen; /* the header: seed and scenario are taken from the trace; library and build may be newer */
    replay->head_seen = true;
    if (head || replay->differs || !strncmp(line, "{\"digest\"", 9) || is_file(line) ||
        keep_return(replay, line, length))
        return;
    skip_texts(replay);
    const struct trace_line *expected = replay->at < replay->trace->count ? &replay->trace->lines[replay->at] : NULL;
    if (!expected)
        difference(replay, "the trace has ended, but there is more", line, length);
    else if (expected->length != length || memcmp(expected->text, line, length) != 0)
        difference(replay, "another line", line, length);
    else
        replay->at++;
}

static struct role *role_of_callback(struct replay *replay, const cJSON *json, const char *member)
{
    char name[16];
    snprintf(name, sizeof name, "C%d", cJSON_GetObjectItemCaseSensitive(json, member)->valueint);
    return role_named(replay, name);
}

/* Takes over the streams handed out by a call. */
static void keep_streams(struct replay *replay, struct client *client)
{
    HANDLE *const given[MAX_STREAMS] = {
        &client->out.information.StdInput, &client->out.information.StdOutput, &client->out.information.StdError};
    if (!*given[0] && !*given[1] && !*given[2])
        return;
    struct pipes *pipes = &replay->pipes[replay->pipe_count++]; /* as many as there are lines */
    const void *operation = client->arguments[0].pointer;
    pipes->process = (uint64_t)(uintptr_t)api_HcsGetProcessFromOperation((HCS_OPERATION)(uintptr_t)operation);
    for (int i = 0; i < MAX_STREAMS; i++) {
        pipes->stream[i] = *given[i] ? (platform_stream)(intptr_t)*given[i] : PLATFORM_NO_STREAM;
        *given[i] = NULL;
    }
}

static void keep_client_streams(void *context, uint64_t process, const platform_stream streams[CLIENT_STREAMS])
{
    struct replay *replay = context;
    struct pipes *pipes = &replay->pipes[replay->pipe_count++]; /* as many as there are lines */
    pipes->process = process;
    memcpy(pipes->stream, streams, sizeof pipes->stream);
}

/* Reads all guest output, as the client did; the trace does not say when. */
static void drain(struct replay *replay)
{
    char buffer[4096];
    for (size_t i = 0; i < replay->pipe_count; i++)
        for (int j = 1; j < MAX_STREAMS; j++) {
            struct platform_watch watch = {replay->pipes[i].stream[j], false, false};
            while (watch.stream != PLATFORM_NO_STREAM && platform_poll(&watch, 1, NULL, 0) > 0)
                if (platform_client_read(watch.stream, buffer, sizeof buffer) <= 0) {
                    platform_client_close(watch.stream);
                    watch.stream = replay->pipes[i].stream[j] = PLATFORM_NO_STREAM;
                }
        }
}

/* Writes the bytes that the guest read in the trace; no bytes: closes the client's end. */
static void write_input(struct replay *replay, const cJSON *json)
{
    uint64_t process = handle_named(trace_string(json, "input"));
    const char *hex = trace_string(json, "bytes");
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < replay->pipe_count; i++) {
        platform_stream *stream = &replay->pipes[i].stream[0];
        if (replay->pipes[i].process != process || *stream == PLATFORM_NO_STREAM)
            continue;
        if (!length) {
            platform_client_close(*stream);
            *stream = PLATFORM_NO_STREAM;
        }
        for (size_t j = 0; j < length; j++) {
            unsigned byte = 0;
            sscanf(hex + j * 2, "%2x", &byte);
            (void)platform_client_write(*stream, &(char){(char)byte}, 1); /* a lost byte shows up as a difference */
        }
    }
    core_lock();
    (void)stream_poll();
    core_unlock();
}

/* --- producing the next line --- */

static uint64_t now(void)
{
    core_lock();
    uint64_t time = core_now();
    core_unlock();
    return time;
}

static bool drive(uint64_t limit)
{
    core_lock();
    bool ran = core_drive(limit) == ENGINE_RAN;
    core_unlock();
    return ran;
}

/* Drives the engine until a line is recorded. */
static void drive_to_line(struct replay *replay, uint64_t limit)
{
    size_t before = replay->at;
    for (int i = 0; i < SILENT_STEPS && replay->at == before && !replay->differs; i++)
        if (!drive(limit)) {
            difference(replay, "no event is due", NULL, 0);
            return;
        }
}

/* Advances the clock to the time of the next line, if the events before that time record none. */
static void catch_up(struct replay *replay, uint64_t time)
{
    size_t before = replay->at;
    while (now() < time && replay->at == before && !replay->differs && drive(time))
        ;
    if (replay->at != before || replay->differs || now() >= time)
        return;
    core_lock();
    core_engine()->operations->pass(core_engine(), time);
    core_unlock();
}

/* --- serial ports --- */

static bool is_port(const struct replay *replay, const struct trace_line *line, const char *name)
{
    const char *own = trace_file_text(replay->trace, cJSON_GetObjectItemCaseSensitive(line->json, "port"));
    return line->kind == TRACE_PORT && own && !strcmp(own, name);
}

/* How the next port with that pipe was made in the trace. */
static HRESULT how_made(void *context, const char *name)
{
    const struct replay *replay = context;
    for (size_t i = replay->at; i < replay->trace->count; i++) {
        const cJSON *json = replay->trace->lines[i].json;
        if (*trace_string(json, "made") && is_port(replay, &replay->trace->lines[i], name))
            return trace_result(json, "made");
    }
    return E_FAIL;
}

/* Lets a program come to the port, write what the guest has read in the trace, or leave. */
static void feed_port(struct replay *replay, const struct trace_line *line)
{
    char bytes[4096];
    const char *name = trace_file_text(replay->trace, cJSON_GetObjectItemCaseSensitive(line->json, "port"));
    const char *hex = trace_string(line->json, "bytes");
    bool comes = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line->json, "connects"));
    size_t before = replay->at, length = 0;
    for (unsigned byte; length < sizeof bytes && sscanf(hex + length * 2, "%2x", &byte) == 1; length++)
        bytes[length] = (char)byte;
    core_lock();
    bool fed = name && (comes ? line_feed_program(name) : line_feed(name, bytes, length));
    core_unlock();
    if (!fed)
        difference(replay, "there is no such serial port", NULL, 0);
    else if (replay->at == before && !replay->differs)
        drive_to_line(replay, line->time);
}

/* --- calls --- */

static PWSTR text_argument(const struct trace_file *trace, const cJSON *value)
{
    const char *text = trace_file_text(trace, value), *units = trace_string(value, "units");
    if (text)
        return text_to_utf16(text, strlen(text));
    if (!cJSON_IsObject(value))
        return NULL;
    bool longer = cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(value, "longer"));
    size_t length = longer ? JSON_BYTES + 1 : strlen(units) / 4;
    PWSTR wide = platform_document((length + 1) * sizeof *wide);
    for (size_t i = 0; wide && i < length; i++) {
        unsigned unit = ' ';
        if (!longer)
            sscanf(units + i * 4, "%4x", &unit);
        wide[i] = (WCHAR)unit;
    }
    if (wide)
        wide[length] = 0;
    return wide;
}

static const char something[64]; /* replaces pointers that mean nothing outside the client */

static void take_argument(
    const struct trace_file *trace, const cJSON *value, enum spec_parameter_kind kind, union spec_argument *argument)
{
    argument->pointer = NULL;
    if (kind == PARAMETER_NUMBER)
        argument->number = cJSON_IsNumber(value) ? (uint32_t)value->valuedouble : 0;
    else if (kind == PARAMETER_TEXT)
        argument->pointer = text_argument(trace, value);
    else if (kind == PARAMETER_OPERATION || kind == PARAMETER_SYSTEM || kind == PARAMETER_PROCESS)
        argument->pointer = (const void *)(uintptr_t)(cJSON_IsString(value) ? handle_named(value->valuestring) : 0);
    else if (cJSON_IsTrue(value))
        argument->pointer = something;
}

static uint64_t limit_of(const struct trace_line *line)
{
    uint64_t limit = PLATFORM_FOREVER;
    (void)document_unsigned(cJSON_GetObjectItemCaseSensitive(line->json, "limit"), &limit);
    return limit;
}

/* The call finds the client's file as it was then, and touches none, whatever the trace says. Lines of others may come
   before its own. */
static void expect_file(const struct replay *replay, const struct trace_line *line)
{
    const struct trace_file *trace = replay->trace;
    const char *by = trace_string(line->json, "by"), *answer = NULL;
    HRESULT result = E_FAIL;
    do
        line++;
    while (line < trace->lines + trace->count && strcmp(trace_string(line->json, "by"), by) != 0);
    if (line < trace->lines + trace->count && line->kind == TRACE_FILE) {
        answer = trace_file_text(trace, cJSON_GetObjectItemCaseSensitive(line->json, "document"));
        result = trace_result(line->json, "file");
    }
    core_lock();
    client_file_expect(result, answer);
    core_unlock();
}

static void make_call(struct replay *replay, const struct trace_line *line)
{
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(line->json, "arguments");
    union spec_argument given[MOVE_ARGUMENTS] = {{.pointer = NULL}};
    struct client *client = &role_named(replay, trace_string(line->json, "by"))->client;
    enum spec_function_index index = spec_function_named(trace_string(line->json, "call"));
    if (index == FUNCTION_COUNT || client->waits) {
        difference(replay, client->waits ? "this client waits in another call" : "there is no such function", NULL, 0);
        return;
    }
    const struct spec_function *function = &spec_functions[index];
    for (int i = 0; i < function->parameter_count; i++)
        take_argument(replay->trace, cJSON_GetObjectItemCaseSensitive(arguments, function->parameters[i].name),
            function->parameters[i].kind, &given[i]);
    size_t next = (size_t)(line - replay->trace->lines) + 1;
    if (next < replay->trace->count && replay->trace->lines[next].kind == TRACE_POLL) {
        core_lock();
        progress_let_poll(limit_of(&replay->trace->lines[next]));
        core_unlock();
    }
    expect_file(replay, line);
    (void)client_call(client, index, given);
    keep_streams(replay, client);
    for (int i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_TEXT)
            platform_document_free((void *)(uintptr_t)given[i].pointer);
}

/* True if the waking call returns with a time-out. */
static bool times_out(const struct replay *replay, const struct trace_line *line, HRESULT result)
{
    const char *by = trace_string(line->json, "by");
    for (; line < replay->trace->lines + replay->trace->count; line++)
        if (line->kind == TRACE_RETURN && !strcmp(trace_string(line->json, "by"), by))
            return trace_result(line->json, "return") == result;
    return false;
}

static void wake(struct replay *replay, const struct trace_line *line)
{
    struct client *client = &role_named(replay, trace_string(line->json, "by"))->client;
    if (!client->waits)
        difference(replay, "no call of this client is under way", NULL, 0);
    else if (client_try(client))
        keep_streams(replay, client);
    else if (line->time >= client->deadline || times_out(replay, line, client->blocking.unfinished))
        client_time_out(
            client); /* the trace says so; a clock that only the client moves may not have reached the deadline */
    else
        difference(replay, "the call still waits", NULL, 0);
}

static void end_call(struct replay *replay, const struct trace_line *line)
{
    struct role *role = role_named(replay, trace_string(line->json, "by"));
    const char *expected = strchr(line->text, ','), *got = role->returned ? strchr(role->returned, ',') : NULL;
    CHECK(expected); /* the reader has seen more than one member */
    size_t length = line->length - (size_t)(expected - line->text);
    if (!got || strlen(got) != length || memcmp(got, expected, length) != 0)
        difference(replay, got ? "another return" : "this call has not returned", role->returned,
            role->returned ? strlen(role->returned) : 0);
    else
        replay->at++;
    free(role->returned);
    role->returned = NULL;
}

static void deliver(struct replay *replay, const struct trace_line *line)
{
    struct role *role = role_of_callback(replay, line->json, "deliver");
    role->delivers = client_take(&role->client, &role->delivery);
    if (!role->delivers)
        difference(replay, "no callback is due", NULL, 0);
}

static void end_delivery(struct replay *replay, const struct trace_line *line)
{
    struct role *role = role_of_callback(replay, line->json, "delivered");
    if (role->delivers)
        client_done(&role->client, &role->delivery);
    else
        difference(replay, "no such callback is under way", NULL, 0);
    role->delivers = false;
}

static void move_idle(const struct trace_line *line)
{
    core_lock();
    trace_idle(limit_of(line));
    (void)core_drive(limit_of(line));
    core_unlock();
}

static void change_scenario(struct replay *replay, const struct trace_line *line)
{
    const char *change = trace_file_text(replay->trace, cJSON_GetObjectItemCaseSensitive(line->json, "scenario"));
    core_lock();
    HRESULT result = change ? sim_change(change, strlen(change), "in the trace") : E_INVALIDARG;
    core_unlock();
    if (FAILED(result))
        difference(replay, "the scenario can't change so", NULL, 0);
}

static void act(struct replay *replay, const struct trace_line *line)
{
    if (!replay->clients)
        replay->clients = replay_clients_create(replay->trace, keep_client_streams, replay);
    const char *why = replay_clients_act(replay->clients, line);
    if (why)
        difference(replay, why, NULL, 0);
}

static void step(struct replay *replay)
{
    skip_texts(replay);
    if (replay->at == replay->trace->count)
        return;
    const struct trace_line *line = &replay->trace->lines[replay->at];
    size_t before = replay->at;
    if (line->kind != TRACE_COMPLETE && line->kind != TRACE_EVENT && line->kind != TRACE_RETURN &&
        line->kind != TRACE_CLIENT_ANSWER)
        catch_up(replay, line->time);
    if (replay->at != before || replay->differs)
        return;
    switch (line->kind) {
    case TRACE_CALL:
        make_call(replay, line);
        break;
    case TRACE_WAKE:
        wake(replay, line);
        break;
    case TRACE_RETURN:
        end_call(replay, line);
        break;
    case TRACE_DELIVER:
        deliver(replay, line);
        break;
    case TRACE_DELIVERED:
        end_delivery(replay, line);
        break;
    case TRACE_IDLE:
        move_idle(line);
        break;
    case TRACE_FILE:
        replay->at++;
        break;
    case TRACE_PORT:
        if (*trace_string(line->json, "made"))
            drive_to_line(replay, line->time);
        else
            feed_port(replay, line);
        break;
    case TRACE_SCENARIO:
        change_scenario(replay, line);
        break;
    case TRACE_CLIENT_REQUEST:
    case TRACE_CLIENT_RELEASE:
    case TRACE_CLIENT_POLL:
    case TRACE_CLIENT_LEAVE:
    case TRACE_CLIENT_TIME_OUT:
        act(replay, line);
        break;
    case TRACE_INPUT:
        write_input(replay, line->json);
        if (replay->at == before && !replay->differs)
            drive_to_line(replay, line->time);
        break;
    default:
        drive_to_line(replay, line->time);
    }
    if (replay->at == before)
        difference(replay, "this line was not repeated", NULL, 0);
    drain(replay);
}

/* --- the whole --- */

static int report(const struct replay *replay)
{
    const struct trace_file *trace = replay->trace;
    if (!replay->differs && trace->incomplete) {
        printf("%zu lines, no difference up to there\nthe trace is incomplete: %s\n", trace->count, trace->incomplete);
        return 1;
    }
    if (!replay->differs) {
        printf("%zu lines, no difference\ntrace hash: %016" PRIx64 "\n", trace->count, trace->hash);
        return 0;
    }
    unsigned number = replay->at < trace->count ? trace->lines[replay->at].number : (unsigned)trace->count + 2;
    printf("line %u: %s\n", number, replay->why);
    if (replay->at < trace->count)
        printf("  then: %.*s\n", (int)trace->lines[replay->at].length, trace->lines[replay->at].text);
    printf("  now:  %s\n", replay->got ? replay->got : "(nothing)");
    return 1;
}

static HRESULT open_as_then(const struct trace_file *trace)
{
    char build[16] = "";
    const char *scenario = trace_string(trace->head, "scenario");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(trace->head, "osBuild");
    if (cJSON_IsNumber(number))
        snprintf(build, sizeof build, "%d", number->valueint);
    const struct engine_option list[] = SCENARIO_OPTIONS(scenario, trace_string(trace->head, "seed"), build);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    core_lock();
    HRESULT result = core_reset(&options);
    core_unlock();
    return result;
}

static int replay_trace(const struct trace_file *trace)
{
    struct replay replay = {.output = {take_line}, .trace = trace};
    if (trace_is_recorded(trace)) {
        fputs("hcs-sim: replay: the trace is that of a recorded library, and has no inputs of a simulator; calibrate "
              "makes "
              "a scenario of it\n",
            stderr);
        return 2;
    }
    if (strcmp(trace_string(trace->head, "engine"), "sim") != 0) {
        fputs("hcs-sim: replay: the trace is not one of the simulator\n", stderr);
        return 2;
    }
    allocate_variable("COMPUTECORE_ENGINE", "sim"); /* whatever clients in this environment would use */
    progress_by_hand(true);
    replay.roles = allocate_zeros(trace->count + 1, sizeof *replay.roles);
    replay.pipes = allocate_zeros(trace->count + 1, sizeof *replay.pipes);
    if (FAILED(open_as_then(trace))) {
        fputs("hcs-sim: replay: the simulator can't be opened as it was then\n", stderr);
        free(replay.roles);
        free(replay.pipes);
        return 2;
    }
    core_lock();
    line_replay(how_made, &replay);
    trace_to(&replay.output);
    core_unlock();
    while (replay.at < trace->count && !replay.differs)
        step(&replay);
    int code = report(&replay);
    for (size_t i = 0; i < replay.role_count; i++) {
        client_forget(&replay.roles[i].client);
        free(replay.roles[i].returned);
    }
    free(replay.roles);
    free(replay.pipes);
    free(replay.got);
    return code; /* the rest is not freed: a trace may end anywhere, and the program ends now */
}

static int run(void *values, const struct command_words *words)
{
    struct trace_file trace;
    (void)values;
    if (!trace_file_read(words->list[0], &trace))
        return 2;
    int code = replay_trace(&trace);
    trace_file_free(&trace);
    return code;
}

static const struct command_word word[] = {{.name = "FILE", .minimum = 1, .maximum = 1}, {.name = NULL}};

const struct command replay_command = {.name = "replay",
    .summary = "replay the calls of a trace up to the first difference",
    .description = "Replays the calls of a trace (COMPUTECORE_TRACE=FILE), in their order, against this simulator, "
                   "and stops at the first line that differs. Seed, scenario and Windows build are taken from the "
                   "trace. The last line is 'trace hash: HEX'.",
    .words = word,
    .examples = {"replay t.jsonl", "replay fixtures/traces/tutorial.jsonl"},
    .exit_codes =
        "Exit code: 0 no difference, 1 a difference or an incomplete trace, 2 wrong use or a file that is not "
        "a trace.",
    .size = 0,
    .run = run};
