/* The trace of the recorder. Entry point: lines_open(). */
#include "lines.h"
#include "core/lock.h"
#include "core/trace_write.h"
#include "platform/platform.h"
#include <stdlib.h>

static uint64_t begin;

/* The recording of a process stays: another one of the same command, or a later one, is not recorded. */
static bool is_empty(const char *path)
{
    FILE *file = fopen(path, "rb");
    bool empty = !file || getc(file) == EOF;
    if (file)
        fclose(file);
    return empty;
}

bool lines_open(unsigned build)
{
    CHECK_HELD();
    struct trace_output *output;
    struct writer writer;
    const char *path = getenv("COMPUTECORE_RECORD_TRACE");
    if (!path || !*path) {
        fputs("computecore: this process is not recorded: COMPUTECORE_RECORD_TRACE names no file\n", stderr);
        return false;
    }
    const char *why = !is_empty(path) ? "it has the recording of another process" : trace_lines_open(path, &output);
    if (why) {
        fprintf(stderr, "computecore: this process is not recorded in %s: %s\n", path, why);
        return false;
    }
    begin = platform_time();
    trace_lines_start(output);
    trace_write_start();
    trace_line_head(&writer, "recorded");
    writer_integer(&writer, "since", (int64_t)begin);
    if (build)
        writer_integer(&writer, "osBuild", build);
    trace_line_end(&writer);
    return true;
}

bool lines_are_written(void)
{
    CHECK_HELD();
    return atomic_load_explicit(&trace_state, memory_order_relaxed) == TRACE_ON;
}

uint64_t lines_time(void)
{
    CHECK_HELD();
    return platform_time() - begin;
}
