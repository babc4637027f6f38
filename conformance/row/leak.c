/* Leaks of rows. Entry point: leak_left(). */
#include "leak.h"
#include "include/HcsSim.h"
#include "row/fixture/pause.h"
#include <stdio.h>
#include <string.h>

static long (*count_blocks)(void);

void leak_count_blocks_with(long (*blocks)(void))
{
    count_blocks = blocks;
}

long leak_blocks(void)
{
    return count_blocks ? count_blocks() : 0;
}

void leak_count(const struct target *target, struct leak_counts *counts)
{
    HCS_SIM_COUNTS simulated;
    bool known = target->simulator.count && SUCCEEDED(target->simulator.count(&simulated));
    program_count(&counts->program);
    counts->handles = known ? (long)simulated.Handles : -1;
    counts->blocks = leak_blocks();
}

static void add(char text[LEAK_TEXT], long before, long after, const char *one, const char *many)
{
    size_t used = strlen(text);
    if (before < 0 || after <= before)
        return;
    snprintf(
        text + used, LEAK_TEXT - used, "%s%ld %s", used ? ", " : "", after - before, after - before == 1 ? one : many);
}

static void compare(const struct leak_counts *before, const struct leak_counts *after, char text[LEAK_TEXT])
{
    text[0] = 0;
    add(text, before->handles, after->handles, "handle", "handles");
    add(text, before->program.pipes, after->program.pipes, "pipe", "pipes");
    add(text, before->program.descriptors, after->program.descriptors, "descriptor", "descriptors");
    add(text, before->program.threads, after->program.threads, "thread", "threads");
    add(text, before->blocks, after->blocks, "block of memory", "blocks of memory");
}

bool leak_left(
    const struct target *target, const struct leak_counts *before, unsigned milliseconds, char text[LEAK_TEXT])
{
    enum { LOOK_NS = 100000, MILLISECOND = 1000000 };
    struct leak_counts after;
    uint64_t until = platform_time() + (uint64_t)milliseconds * MILLISECOND;
    leak_count(target, &after);
    compare(before, &after, text);
    while (text[0] && platform_time() < until) {
        pause_for(LOOK_NS);
        leak_count(target, &after);
        compare(before, &after, text);
    }
    return text[0];
}
