/* What the commands share. */
#include "options.h"
#include "platform/signal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile sig_atomic_t interrupted;

int wrong_use(const char *command, const char *what, const char *word)
{
    fprintf(stderr, "hcs-sim: %s: %s%s%s; see hcs-sim %s --help\n", command, what, *word ? " " : "", word, command);
    return 2;
}

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

void interrupt_listen(void)
{
    program_on_interrupt(on_interrupt);
}

static bool number(const char *text, const char *end, uint64_t least, uint64_t most, uint64_t *value)
{
    char *stop;
    errno = 0;
    *value = strtoull(text, &stop, 10);
    return *text >= '0' && *text <= '9' && stop == end && !errno && *value >= least && *value <= most;
}

bool option_small(const char *text, unsigned most, unsigned *value)
{
    uint64_t wide;
    bool ok = number(text, text + strlen(text), 1, most, &wide);
    *value = ok ? (unsigned)wide : 0;
    return ok;
}

bool option_seeds(const char *text, uint64_t *first, uint64_t *last)
{
    const char *dots = strstr(text, "..");
    return dots && number(text, dots, 0, UINT64_MAX, first) &&
           number(dots + 2, dots + strlen(dots), *first, UINT64_MAX, last);
}

bool option_shard(const char *text, unsigned *shard, unsigned *shards)
{
    const char *slash = strchr(text, '/');
    uint64_t wide;
    if (!slash || !option_small(slash + 1, 1000000, shards))
        return false;
    bool ok = number(text, slash, 1, *shards, &wide);
    *shard = (unsigned)wide;
    return ok;
}
