/* hcs-sim trace, and the timeline. Entry points: trace_main(), trace_show_timeline(). */
#include "trace_show.h"
#include "base/allocate.h"
#include "base/text/escape.h"
#include "base/text/shown.h"
#include "spec_hresults.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND = 1000000000, SHOWN = 48 };

/* The member's string for people. */
static const char *told(const cJSON *object, const char *name)
{
    return shown(trace_string(object, name));
}

const char *trace_result_name(const char *text)
{
    const struct spec_hresult *known =
        strncmp(text, "0x", 2) ? NULL : spec_hresult_of((HRESULT)(uint32_t)strtoul(text, NULL, 16));
    return known ? known->name : text;
}

bool trace_is_ok(const char *text)
{
    return !strncmp(text, "0x", 2) && strtoul(text, NULL, 16) == S_OK;
}

static void put_escaped(FILE *out, const char *value, void (*escape)(struct text *text, const char *value))
{
    struct text text = {.limit = SIZE_MAX / 2};
    escape(&text, value);
    char *escaped = text_finish(&text);
    if (!escaped)
        out_of_memory();
    fputs(escaped, out);
    free(escaped);
}

void trace_put_json(FILE *out, const char *text)
{
    put_escaped(out, text, text_put_json);
}

void trace_put_xml(FILE *out, const char *text)
{
    put_escaped(out, text, text_put_xml);
}

/* Prints the beginning of a text on one line, cut at a whole character. */
static void put_beginning(FILE *out, const char *text)
{
    char beginning[SHOWN + 1];
    size_t length = strlen(text), kept = length <= SHOWN ? length : SHOWN;
    while (kept < length && kept && ((unsigned char)text[kept] & 0xC0) == 0x80)
        kept--;
    snprintf(beginning, sizeof beginning, "%.*s", (int)kept, text);
    shown_put(out, beginning);
    if (kept < length)
        fprintf(out, "… (%zu bytes)", length);
}

static void put_value(const struct trace_file *trace, FILE *out, const cJSON *value)
{
    const char *text = trace_file_text(trace, value);
    if (text)
        put_beginning(out, trace_result_name(text));
    else if (cJSON_IsNumber(value))
        fprintf(out, value->valuedouble == UINT32_MAX ? "INFINITE" : "%.0f", value->valuedouble);
    else if (cJSON_IsBool(value))
        fputs(cJSON_IsTrue(value) ? "yes" : "no", out);
    else
        fputs(cJSON_IsNull(value) ? "NULL" : "…", out);
}

/* Prints "name value, name value"; false, null and empty values are omitted. */
static void put_members(const struct trace_file *trace, FILE *out, const cJSON *object, const char *before)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, object) {
        if (cJSON_IsFalse(item) || cJSON_IsNull(item))
            continue;
        fprintf(out, "%s%s", before, shown(item->string));
        before = ", ";
        if (cJSON_IsTrue(item))
            continue;
        fputc(' ', out);
        if (cJSON_IsObject(item) && !trace_file_text(trace, item)) {
            fputc('{', out);
            put_members(trace, out, item, "");
            fputc('}', out);
        } else
            put_value(trace, out, item);
    }
}

static void put_return(const struct trace_file *trace, FILE *out, const cJSON *json)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, "return");
    if (!cJSON_IsNull(value)) {
        fputs(" -> ", out);
        put_value(trace, out, value);
    }
    put_members(trace, out, cJSON_GetObjectItemCaseSensitive(json, "out"), cJSON_IsNull(value) ? " -> " : ", ");
}

static void put_document(const struct trace_file *trace, FILE *out, const cJSON *json)
{
    const char *document = trace_file_text(trace, cJSON_GetObjectItemCaseSensitive(json, "document"));
    if (!document)
        return;
    fputs(", ", out);
    put_beginning(out, document);
}

static void put_begin(FILE *out, uint64_t time, const char *by)
{
    fprintf(out, "%10" PRIu64 ".%09" PRIu64 "  %-4s ", time / SECOND, time % SECOND, by);
}

static void put_call(const struct trace_file *trace, FILE *out, size_t index, size_t next)
{
    const struct trace_line *line = &trace->lines[index];
    fprintf(out, "%s(", told(line->json, "call"));
    put_members(trace, out, cJSON_GetObjectItemCaseSensitive(line->json, "arguments"), "");
    fputc(')', out);
    if (next < trace->count && trace_file_return(trace, index) == next)
        put_return(trace, out, trace->lines[next].json);
    else
        fputs(" …", out);
}

static void put_client(const struct trace_file *trace, FILE *out, const struct trace_line *line)
{
    const cJSON *json = line->json;
    const char *system = trace_file_text(trace, cJSON_GetObjectItemCaseSensitive(json, "system"));
    switch (line->kind) {
    case TRACE_CLIENT_REQUEST:
        fprintf(out, "%s(%s)", told(json, "function"), system ? system : told(json, "on"));
        put_document(trace, out, json);
        break;
    case TRACE_CLIENT_ANSWER:
        fprintf(out, "is answered %s %s", trace_result_name(told(json, "result")), told(json, "handle"));
        put_document(trace, out, json);
        break;
    case TRACE_CLIENT_RELEASE:
        fprintf(out, "closes its last handle on %s", told(json, "releases"));
        break;
    case TRACE_CLIENT_POLL:
        fputs("polls: the clock moves on", out);
        break;
    case TRACE_CLIENT_LEAVE:
        fputs(strcmp(told(json, "leaves"), "killed") ? "ends" : "was killed", out);
        break;
    default:
        fputs("has waited for as long as it wanted", out);
    }
}

static bool is_of_client(const struct trace_line *line)
{
    return line->kind >= TRACE_CLIENT_REQUEST && line->kind <= TRACE_CLIENT_TIME_OUT;
}

/* "2" a client with that number, "-1" the first one without a number. */
static void name_client(const cJSON *json, char name[24])
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, "client"),
                *connection = cJSON_GetObjectItemCaseSensitive(json, "connection");
    if (cJSON_IsNumber(connection))
        snprintf(name, 24, "-%.0f", connection->valuedouble);
    else
        snprintf(name, 24, "%.0f", number->valuedouble);
}

static void put_port(const struct trace_file *trace, FILE *out, const cJSON *json)
{
    const char *name = trace_file_text(trace, cJSON_GetObjectItemCaseSensitive(json, "port"));
    size_t bytes = strlen(trace_string(json, "bytes")) / 2;
    fprintf(out, "serial port %s", name ? name : "?");
    if (*told(json, "made"))
        fprintf(out, ": %s", trace_result_name(told(json, "made")));
    else if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "connects")))
        fputs(": a program connects", out);
    else if (bytes)
        fprintf(out, " reads %zu bytes", bytes);
    else
        fputs(": the program leaves", out);
}

static void put_happening(const struct trace_file *trace, FILE *out, const struct trace_line *line)
{
    const cJSON *json = line->json, *item;
    switch (line->kind) {
    case TRACE_COMPLETE:
        fprintf(out, "%s completes: %s", told(json, "complete"), trace_result_name(told(json, "result")));
        put_document(trace, out, json);
        break;
    case TRACE_EVENT:
        fprintf(out, "%s of", told(json, "event"));
        if (!cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "of")))
            fputs(" without open handles", out);
        cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "of"))
            fprintf(out, " %s", cJSON_IsString(item) ? shown(item->valuestring) : "?");
        put_document(trace, out, json);
        break;
    case TRACE_DELIVER:
        fprintf(out, "callback of %s begins: %s", told(json, "to"), told(json, "event"));
        if (*told(json, "operation"))
            fprintf(out, ", %s", told(json, "operation"));
        put_document(trace, out, json);
        break;
    case TRACE_DELIVERED:
        fputs("callback ends", out);
        break;
    case TRACE_INPUT:
        fprintf(out, "%s reads %zu bytes", told(json, "input"), strlen(trace_string(json, "bytes")) / 2);
        break;
    case TRACE_PORT:
        put_port(trace, out, json);
        break;
    case TRACE_FILE:
        fprintf(out, "the client's own file: %s", trace_result_name(told(json, "file")));
        put_document(trace, out, json);
        break;
    case TRACE_FAULT:
        fputs("by the fault plan: ", out);
        if (*told(json, "property"))
            fprintf(out, "%s ", told(json, "property"));
        fputs(told(json, "fault"), out);
        if (*told(json, "result"))
            fprintf(out, " with %s", trace_result_name(told(json, "result")));
        break;
    case TRACE_SCENARIO:
        fputs("the scenario changes: ", out);
        put_value(trace, out, cJSON_GetObjectItemCaseSensitive(json, "scenario"));
        break;
    case TRACE_POLL:
        fputs("a client polls: the clock moves on", out);
        break;
    default:
        fputs("no client calls: the clock advances", out);
    }
}

void trace_show_timeline(const struct trace_file *trace, FILE *out)
{
    char callback[24];
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_line *line = &trace->lines[i];
        const cJSON *number =
            cJSON_GetObjectItemCaseSensitive(line->json, line->kind == TRACE_DELIVER ? "deliver" : "delivered");
        size_t next = i + 1;
        while (next < trace->count && trace->lines[next].kind == TRACE_TEXT)
            next++;
        if (line->kind == TRACE_TEXT || line->kind == TRACE_WAKE)
            continue;
        snprintf(callback, sizeof callback, "C%.0f", cJSON_IsNumber(number) ? number->valuedouble : 0);
        if (is_of_client(line))
            name_client(line->json, callback);
        bool spoken = line->kind == TRACE_CALL || line->kind == TRACE_RETURN;
        put_begin(out, line->time, spoken ? told(line->json, "by") : number || is_of_client(line) ? callback : "");
        if (line->kind == TRACE_CALL) {
            put_call(trace, out, i, next);
            if (next < trace->count && trace_file_return(trace, i) == next)
                i = next;
        } else if (line->kind == TRACE_RETURN) {
            fputs("…", out);
            put_return(trace, out, line->json);
        } else if (is_of_client(line))
            put_client(trace, out, line);
        else
            put_happening(trace, out, line);
        fputc('\n', out);
    }
    if (trace->incomplete)
        fprintf(out, "the trace is incomplete: %s\n", trace->incomplete);
    fprintf(out, "trace hash: %016" PRIx64 "\n", trace->hash);
}

struct wanted {
    bool chrome, svg;
};

static int run(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    struct trace_file trace;
    if (!trace_file_read(words->list[0], &trace))
        return 2;
    if (wanted->chrome)
        trace_show_chrome(&trace, stdout);
    else if (wanted->svg)
        trace_show_svg(&trace, stdout);
    else
        trace_show_timeline(&trace, stdout);
    if (trace.incomplete && (wanted->chrome || wanted->svg)) /* these formats cannot show it */
        fprintf(stderr, "hcs-sim: trace %s: the trace is incomplete: %s\n", words->list[0], trace.incomplete);
    trace_file_free(&trace);
    return 0;
}

static const struct command_option options[] = {{.name = "chrome",
                                                    .kind = OPTION_FLAG,
                                                    .place = offsetof(struct wanted, chrome),
                                                    .excludes = "svg",
                                                    .help = "the Chrome trace format instead, for chrome://tracing and "
                                                            "ui.perfetto.dev"},
    {.name = "svg",
        .kind = OPTION_FLAG,
        .place = offsetof(struct wanted, svg),
        .help = "a picture of systems, processes, operations and events over time instead"},
    {.name = NULL}};

static const struct command_word word[] = {{.name = "FILE", .minimum = 1, .maximum = 1}, {.name = NULL}};

const struct command trace_command = {.name = "trace",
    .summary = "show the calls of a client and their results",
    .description =
        "Shows a trace that a client recorded (COMPUTECORE_TRACE=FILE): a line for each call, completion, event "
        "and callback, with the virtual time in seconds, and at the end the line 'trace hash: HEX'.",
    .options = options,
    .words = word,
    .examples = {"trace t.jsonl", "trace t.jsonl --svg >t.svg"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for a file that is not a trace.",
    .size = sizeof(struct wanted),
    .run = run};
