/* All processes of a container, also those that were not attached. Entry point: keeper_processes_in_container().
   Reads the ids from its cgroup, and the rest from /proc; a process may end
   meanwhile. */
#include "process.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

struct sample {
    unsigned inner; /* 0: it has ended */
    char name[64];
    unsigned long long user, kernel, start, resident; /* ticks since the boot; pages */
};

/* The last number of NSpid is the id inside. */
static unsigned inner_id(unsigned process)
{
    char path[64], line[LINE_BYTES];
    unsigned inner = 0;
    snprintf(path, sizeof path, "/proc/%u/status", process);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "NSpid:", 6)) {
            const char *last = strrchr(line, '\t');
            inner = last ? (unsigned)strtoul(last + 1, NULL, 10) : 0;
            break;
        }
    if (file)
        fclose(file);
    return inner;
}

/* The name is in parentheses and may contain parentheses itself. */
static void read_stat(unsigned process, struct sample *sample)
{
    char path[64], line[LINE_BYTES];
    snprintf(path, sizeof path, "/proc/%u/stat", process);
    FILE *file = fopen(path, "re");
    char *name = file && fgets(line, sizeof line, file) ? strchr(line, '(') : NULL;
    char *end = name ? strrchr(name, ')') : NULL;
    if (file)
        fclose(file);
    if (!end)
        return;
    *end = 0;
    snprintf(sample->name, sizeof sample->name, "%s", name + 1);
    /* from field 3 on: utime and stime are 14 and 15, starttime is 22, rss is 24 */
    if (sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu %*u %llu",
            &sample->user, &sample->kernel, &sample->start, &sample->resident) == 4)
        sample->inner = inner_id(process);
}

static void write_process(struct writer *writer, unsigned process)
{
    struct sample sample = {0};
    double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);
    read_stat(process, &sample);
    if (!sample.inner)
        return;
    writer_open(writer, NULL, '{');
    writer_integer(writer, "id", sample.inner);
    writer_string(writer, "name", sample.name);
    writer_integer(writer, "createdMs", (int64_t)((double)sample.start * 1e3 / (double)sysconf(_SC_CLK_TCK)));
    writer_integer(writer, "user", (int64_t)((double)sample.user * tick_ns));
    writer_integer(writer, "kernel", (int64_t)((double)sample.kernel * tick_ns));
    writer_integer(writer, "memory", (int64_t)sample.resident * sysconf(_SC_PAGESIZE));
    writer_close(writer, '}');
}

void keeper_processes_in_container(struct writer *writer, const char *procs, pid_t stage)
{
    char line[32];
    errno = 0;
    FILE *file = fopen(procs, "re");
    writer_open(writer, NULL, '[');
    while (file && fgets(line, sizeof line, file)) {
        unsigned process = (unsigned)strtoul(line, NULL, 10);
        if (process != (unsigned)stage)
            write_process(writer, process);
    }
    if (file)
        fclose(file);
    writer_close(writer, ']');
    writer->text.failed |= errno == ENOMEM; /* what could not be opened may be there */
}
