/* The trace of the recorder. Entry point: lines_open(). */
#include "lines.h"
#include "core/lock.h"
#include "core/trace_write.h"
#include "platform/platform.h"
#include "run_mark.h"
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 512 };

static uint64_t begin;

/* The recording of a process stays: another process of the same run is not recorded. What was there before the run is
   replaced; without a run nothing is. */
static bool is_taken(const char *path, const char *run)
{
    char head[HEAD_BYTES], mark[RUN_MARK_BYTES];
    FILE *file = platform_open_file(path);
    size_t length = file ? fread(head, 1, sizeof head - 1, file) : 0;
    if (file)
        fclose(file);
    head[length] = 0;
    run_mark(run ? run : "", mark);
    return length && (!run || strstr(head, mark));
}

bool lines_open(unsigned build)
{
    CHECK_HELD();
    struct trace_output *output;
    struct writer writer;
    const char *path = getenv("COMPUTECORE_RECORD_TRACE"), *run = getenv("COMPUTECORE_RECORD_RUN");
    if (!path || !*path) {
        fputs("computecore: this process is not recorded: COMPUTECORE_RECORD_TRACE names no file\n", stderr);
        return false;
    }
    const char *why = is_taken(path, run) ? "it has the recording of another process" : trace_lines_open(path, &output);
    if (why) {
        fprintf(stderr, "computecore: this process is not recorded in %s: %s\n", path, why);
        return false;
    }
    begin = platform_time();
    trace_lines_start(output);
    trace_write_start();
    trace_line_head(&writer, "recorded");
    writer_integer(&writer, "since", (int64_t)begin);
    if (run)
        writer_string(&writer, RUN_MARK_NAME, run);
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
