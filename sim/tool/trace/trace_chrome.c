/* The Chrome trace format: calls and callbacks as slices of their threads, operations as asynchronous spans from the
   call to the completion, events as marks. Entry point: trace_show_chrome(). */
#include "trace_show.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MICROSECOND = 1000 };

struct chrome {
    FILE *out;
    bool comma;
};

static void open_entry(struct chrome *chrome, const char *phase, const char *name, uint64_t time, const char *thread)
{
    fprintf(chrome->out, "%s\n{\"ph\":\"%s\",\"pid\":1,\"tid\":", chrome->comma ? "," : "", phase);
    chrome->comma = true;
    /* Thread ids in the Chrome format: T1 is 1, callbacks start at 1000, thread 0 holds lines without a speaker. */
    fprintf(chrome->out,
        "%d,\"ts\":%" PRIu64 ".%03" PRIu64 ",\"name\":", *thread ? atoi(thread + 1) + (*thread == 'C' ? 1000 : 0) : 0,
        time / MICROSECOND, time % MICROSECOND);
    trace_put_json(chrome->out, name);
}

static void name_thread(struct chrome *chrome, const char *thread)
{
    open_entry(chrome, "M", "thread_name", 0, thread);
    fputs(",\"args\":{\"name\":", chrome->out);
    trace_put_json(chrome->out, *thread ? thread : "host");
    fputs("}}", chrome->out);
}

/* The line in which the operation started by a call completes, or the count. */
static size_t completion(const struct trace_file *trace, size_t call, const char *operation)
{
    for (size_t i = call + 1; i < trace->count; i++)
        if (trace->lines[i].kind == TRACE_COMPLETE &&
            !strcmp(trace_string(trace->lines[i].json, "complete"), operation))
            return i;
    return trace->count;
}

static void put_call(struct chrome *chrome, const struct trace_file *trace, size_t index)
{
    const struct trace_line *line = &trace->lines[index];
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(line->json, "arguments");
    const char *by = trace_string(line->json, "by"), *call = trace_string(line->json, "call");
    size_t back = trace_file_return(trace, index);
    uint64_t end = back < trace->count ? trace->lines[back].time : line->time;
    const char *result = back < trace->count ? trace_string(trace->lines[back].json, "return") : "";
    open_entry(chrome, "X", call, line->time, by);
    fprintf(chrome->out, ",\"dur\":%" PRIu64 ".%03" PRIu64 ",\"args\":{\"return\":", (end - line->time) / MICROSECOND,
        (end - line->time) % MICROSECOND);
    trace_put_json(chrome->out, trace_result_name(result));
    fputs("}}", chrome->out);
    /* Only an accepted asynchronous call starts an operation. */
    const char *operation = trace_string(arguments, "operation");
    bool starts = *operation && cJSON_GetArraySize(arguments) > 1 && !strstr(call, "Operation") && trace_is_ok(result);
    size_t done = starts ? completion(trace, index, operation) : trace->count;
    if (done == trace->count)
        return;
    for (int i = 0; i < 2; i++) {
        open_entry(chrome, i ? "e" : "b", call, i ? trace->lines[done].time : line->time, by);
        fprintf(chrome->out, ",\"cat\":\"operation\",\"id\":%zu,\"args\":{\"operation\":", index + 1);
        trace_put_json(chrome->out, operation);
        fputs("}}", chrome->out);
    }
}

static void put_callback(struct chrome *chrome, const struct trace_file *trace, size_t index)
{
    const struct trace_line *line = &trace->lines[index];
    int number = cJSON_GetObjectItemCaseSensitive(line->json, "deliver")->valueint;
    char thread[16];
    uint64_t end = line->time;
    snprintf(thread, sizeof thread, "C%d", number);
    for (size_t i = index + 1; i < trace->count; i++)
        if (trace->lines[i].kind == TRACE_DELIVERED &&
            cJSON_GetObjectItemCaseSensitive(trace->lines[i].json, "delivered")->valueint == number) {
            end = trace->lines[i].time;
            break;
        }
    name_thread(chrome, thread);
    open_entry(chrome, "X", trace_string(line->json, "event"), line->time, thread);
    fprintf(chrome->out, ",\"dur\":%" PRIu64 ".%03" PRIu64 ",\"args\":{\"to\":", (end - line->time) / MICROSECOND,
        (end - line->time) % MICROSECOND);
    trace_put_json(chrome->out, trace_string(line->json, "to"));
    fputs("}}", chrome->out);
}

void trace_show_chrome(const struct trace_file *trace, FILE *out)
{
    struct chrome chrome = {out, false};
    const char *last = NULL;
    fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", out);
    name_thread(&chrome, "");
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_line *line = &trace->lines[i];
        const char *by = trace_string(line->json, "by");
        if (*by == 'T' && (!last || strcmp(by, last)))
            name_thread(&chrome, by);
        last = *by == 'T' ? by : last;
        if (line->kind == TRACE_CALL) {
            put_call(&chrome, trace, i);
        } else if (line->kind == TRACE_DELIVER) {
            put_callback(&chrome, trace, i);
        } else if (line->kind == TRACE_EVENT) {
            open_entry(&chrome, "i", trace_string(line->json, "event"), line->time, "");
            fputs(",\"s\":\"p\"}", out);
        }
    }
    fprintf(out, "\n],\"otherData\":{\"trace hash\":\"%016" PRIx64 "\"}}\n", trace->hash);
}
