/* Reads a trace. Entry point: trace_file_read(). */
#include "trace_file.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "core/trace.h"
#include "document/document.h"
#include "base/files/files.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 30 };

/* The member that identifies the kind of a line. */
static const char *const keys[TRACE_KINDS] = {[TRACE_CALL] = "call",
    [TRACE_RETURN] = "return",
    [TRACE_WAKE] = "wakes",
    [TRACE_COMPLETE] = "complete",
    [TRACE_EVENT] = "of",
    [TRACE_DELIVER] = "deliver",
    [TRACE_DELIVERED] = "delivered",
    [TRACE_IDLE] = "idle",
    [TRACE_FAULT] = "fault",
    [TRACE_POLL] = "poll",
    [TRACE_INPUT] = "input",
    [TRACE_FILE] = "file",
    [TRACE_PORT] = "port",
    [TRACE_SCENARIO] = "scenario",
    [TRACE_CLIENT_REQUEST] = "request",
    [TRACE_CLIENT_ANSWER] = "answer",
    [TRACE_CLIENT_RELEASE] = "releases",
    [TRACE_CLIENT_POLL] = "polls",
    [TRACE_CLIENT_LEAVE] = "leaves",
    [TRACE_CLIENT_TIME_OUT] = "timesOut",
    [TRACE_TEXT] = "digest",
    [TRACE_END] = "end"};

static bool refuse(const char *path, unsigned line, const char *what)
{
    fprintf(stderr, "hcs-sim: trace %s:%u: %s\n", path, line, what);
    return false;
}

const char *trace_string(const cJSON *object, const char *name)
{
    const char *text = document_text(object, name);
    return text ? text : "";
}

HRESULT trace_result(const cJSON *object, const char *name)
{
    return (HRESULT)(uint32_t)strtoul(trace_string(object, name), NULL, 16);
}

static uint64_t digest_of(const cJSON *object)
{
    return strtoull(trace_string(object, "digest"), NULL, 16);
}

static bool has_string(const cJSON *json, const char *name)
{
    return cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, name));
}

static bool has_strings(const cJSON *json, const char *const *names)
{
    for (; *names; names++)
        if (!has_string(json, *names))
            return false;
    return true;
}

/* Checks the members that readers rely on. */
static bool is_whole(const struct trace_line *line)
{
    static const char *const needed[TRACE_KINDS][3] = {[TRACE_CALL] = {"by", "call", NULL},
        [TRACE_RETURN] = {"by", NULL},
        [TRACE_WAKE] = {"by", NULL},
        [TRACE_COMPLETE] = {"complete", "result", NULL},
        [TRACE_EVENT] = {"event", NULL},
        [TRACE_DELIVER] = {"event", NULL},
        [TRACE_FAULT] = {"fault", NULL},
        [TRACE_INPUT] = {"bytes", NULL},
        [TRACE_FILE] = {"by", "file", NULL},
        [TRACE_CLIENT_REQUEST] = {"function", NULL},
        [TRACE_CLIENT_ANSWER] = {"result", NULL},
        [TRACE_CLIENT_RELEASE] = {"releases", NULL},
        [TRACE_CLIENT_LEAVE] = {"leaves", NULL},
        [TRACE_TEXT] = {"digest", "text", NULL}};
    const cJSON *json = line->json;
    if (!has_strings(json, needed[line->kind]))
        return false;
    if (line->kind >= TRACE_CLIENT_REQUEST && line->kind <= TRACE_CLIENT_TIME_OUT &&
        !cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(json, "client")))
        return false;
    if (line->kind == TRACE_PORT) /* one of these says what happened */
        return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "connects")) || has_string(json, "made") ||
               has_string(json, "bytes");
    if (line->kind == TRACE_CALL)
        return cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(json, "arguments"));
    if (line->kind == TRACE_RETURN)
        return cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(json, "out"));
    if (line->kind == TRACE_DELIVER || line->kind == TRACE_DELIVERED || line->kind == TRACE_END)
        return cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(json, keys[line->kind]));
    return line->kind != TRACE_EVENT || cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(json, "of"));
}

/* Takes the number of lines from the end line. */
static void take_end(struct trace_file *trace, const cJSON *json)
{
    uint64_t count;
    bool all =
        document_unsigned(cJSON_GetObjectItemCaseSensitive(json, keys[TRACE_END]), &count) && count == trace->count;
    trace->incomplete = all ? NULL : "lines are missing in it";
    trace->ended = true;
}

static bool take_line(struct trace_file *trace, const char *path, struct trace_line line)
{
    if (trace->ended)
        return refuse(path, line.number, "a line after the end of the trace");
    line.json = cJSON_ParseWithLength(line.text, line.length);
    line.kind = TRACE_KINDS;
    for (int kind = 0; kind < TRACE_KINDS && cJSON_IsObject(line.json) && line.kind == TRACE_KINDS; kind++)
        if (cJSON_GetObjectItemCaseSensitive(line.json, keys[kind]))
            line.kind = (enum trace_kind)kind;
    bool timed = line.kind == TRACE_TEXT || line.kind == TRACE_END ||
                 document_unsigned(cJSON_GetObjectItemCaseSensitive(line.json, "t"), &line.time);
    if (line.kind == TRACE_KINDS || !timed || !is_whole(&line)) {
        bool broken = !line.json;
        cJSON_Delete(line.json);
        return refuse(path, line.number, broken ? "not a JSON object" : "no line of a trace");
    }
    if (line.kind == TRACE_END) {
        take_end(trace, line.json);
        cJSON_Delete(line.json);
        return true;
    }
    if (line.kind == TRACE_TEXT && !table_find(&trace->texts, digest_of(line.json)))
        *(size_t *)table_take(&trace->texts, digest_of(line.json)) = trace->count;
    trace->hash = digest_byte(digest_bytes(trace->hash, line.text, line.length), '\n');
    trace->lines[trace->count++] = line;
    return true;
}

static bool take_head(struct trace_file *trace, const char *path, const char *text, size_t length)
{
    trace->head = cJSON_ParseWithLength(text, length);
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(trace->head, "trace");
    if (!cJSON_IsNumber(version))
        return refuse(path, 1, "not a trace");
    if (version->valueint != 1 && version->valueint != TRACE_VERSION)
        return refuse(path, 1, "a trace of another version");
    if (version->valueint == TRACE_VERSION)
        trace->incomplete = "it has no end: its client was killed, the disk was full, or it was cut off";
    return true;
}

bool trace_file_read(const char *path, struct trace_file *trace)
{
    size_t length;
    char *text = file_read(path, MAX_BYTES, &length);
    if (text)
        return trace_file_take(path, text, length, trace);
    memory_check();
    fprintf(stderr, "hcs-sim: trace %s: can't be read\n", path);
    *trace = (struct trace_file){0};
    return false;
}

bool trace_file_take(const char *path, char *text, size_t length, struct trace_file *trace)
{
    if (strlen(text) != length) {
        fprintf(stderr, "hcs-sim: trace %s: is no text: a NUL stands at byte %zu\n", path, strlen(text) + 1);
        free(text);
        *trace = (struct trace_file){0};
        return false;
    }
    size_t lines = 0;
    unsigned number = 0;
    bool good = true;
    *trace = (struct trace_file){.bytes = text, .texts.size = sizeof(size_t), .hash = DIGEST_START};
    for (const char *p = trace->bytes; (p = strchr(p, '\n')); p++)
        lines++;
    trace->lines = allocate_zeros(lines + 1, sizeof *trace->lines);
    const char *at = trace->bytes, *end;
    for (; good && (end = strchr(at, '\n')); at = end + 1)
        good = ++number == 1 ? take_head(trace, path, at, (size_t)(end - at))
                             : take_line(trace, path,
                                   (struct trace_line){.number = number, .text = at, .length = (size_t)(end - at)});
    if (good && !trace->head)
        good = refuse(path, 1, "not a trace");
    if (good && *at)
        trace->incomplete = "its last line is not whole: its client was killed, the disk was full, or it was cut off";
    if (!good || !trace->lines) {
        trace_file_free(trace);
        return false;
    }
    return true;
}

void trace_file_free(struct trace_file *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        cJSON_Delete(trace->lines[i].json);
    cJSON_Delete(trace->head);
    table_free(&trace->texts);
    free(trace->lines);
    free(trace->bytes);
    *trace = (struct trace_file){0};
}

const char *trace_file_text(const struct trace_file *trace, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    if (text)
        return text;
    const size_t *line = *trace_string(value, "digest") ? table_find(&trace->texts, digest_of(value)) : NULL;
    return line ? trace_string(trace->lines[*line].json, "text") : NULL;
}

bool trace_is_recorded(const struct trace_file *trace)
{
    return !strcmp(trace_string(trace->head, "engine"), "recorded");
}

size_t trace_file_return(const struct trace_file *trace, size_t call)
{
    const char *by = trace_string(trace->lines[call].json, "by");
    size_t i = call + 1;
    while (i < trace->count &&
           (trace->lines[i].kind != TRACE_RETURN || strcmp(trace_string(trace->lines[i].json, "by"), by)))
        i++;
    return i;
}
