/* hcs-sim failures. Entry point: the table of the command. */
#include "failures.h"
#include "spec_failures.h"
#include "spec_hresults.h"
#include <stdio.h>

static void show_codes(const struct spec_failure *failure)
{
    if (failure->others)
        fputs("    seen with many HRESULTs\n", stdout);
    else
        fputs("    seen with", stdout);
    for (unsigned i = 0; i < failure->code_count && !failure->others; i++) {
        const struct spec_hresult *known = spec_hresult_of(failure->codes[i]);
        const char *separator = i ? "," : "";
        if (known)
            printf("%s %s", separator, known->name);
        else
            printf("%s 0x%08X", separator, (unsigned)failure->codes[i]);
    }
    if (!failure->others)
        putchar('\n');
}

static int run(void *values, const struct command_words *words)
{
    (void)values, (void)words;
    for (int kind = 0; kind < FAILURE_KINDS; kind++) {
        const struct spec_failure *failure = &spec_failures[kind];
        if (!failure->event_count && !failure->attribution)
            continue;
        printf("%s\n", failure->name);
        for (unsigned i = 0; i < failure->event_count; i++)
            printf("    %s %d of %s\n", i ? "      " : "events", failure->events[i].id, failure->events[i].provider);
        if (failure->attribution)
            printf("    attribution %s\n", failure->attribution);
        show_codes(failure);
    }
    return 0;
}

const struct command failures_command = {.name = "failures",
    .summary = "list the failures whose documents faults can give",
    .description = "Lists failures as hosts reported them. A fault with the effect Fail takes the name of one as its "
                   "\"events\", \"attribution\" or both, if the failure has them; its result document then has them.",
    .examples = {"failures", "failures | grep -A 4 DiskNotOpened"},
    .exit_codes = "Exit code: 0, or 2 for wrong use.",
    .size = 0,
    .run = run};
