/* A run: runs the rows and reports the results. Entry point: run_main(). */
#include "run.h"
#include "choice.h"
#include "host.h"
#include "look.h"
#include "platform/signal.h"
#include "row/target/profile.h"
#include "workers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int exit_code(const struct run *run, int bad_ends)
{
    if (signal_exit_code())
        return signal_exit_code();
    for (unsigned i = 0; i < run->count; i++)
        if (run->rows[i].done && run->rows[i].bad)
            return 1;
    return bad_ends != 0;
}

static unsigned needing(const struct run *run, const char *capability)
{
    unsigned count = 0;
    for (unsigned i = 0; i < run->count; i++)
        count += !run->rows[i].done && strstr(run->rows[i].row->needs, capability) != NULL;
    return count;
}

static int dry_run(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (!run->rows[i].done)
            printf("%s%s\n", run->rows[i].row->id, run->rows[i].row->hazard ? " (in a process of its own)" : "");
    bool vm = strstr(run->options->without, "container") != NULL; /* then any system is a virtual machine */
    printf("%u rows would run against %s\n", run->count - run->finished, run->target);
    printf(
        "%u of them would create containers, %u virtual machines; ids begin with hcs-conformance-, the owner is %s\n",
        needing(run, "container") + (vm ? 0 : needing(run, "system")),
        needing(run, "virtual-machine") + (vm ? needing(run, "system") : 0), suite_owner);
    return 0;
}

/* Runs the remaining rows, and reports the results of all. Returns the exit code. */
static int carry_out(struct run *run)
{
    if (!run_begin_result(run))
        return 2;
    uint64_t start = platform_time();
    int bad_ends = workers_run(run);
    run->seconds = (double)(platform_time() - start) / 1e9;
    run->interrupted = signal_exit_code() != 0;
    if (run->options->foreign)
        host_cleanup_after_run(run->options); /* rows clean up after themselves; this is for interrupted ones */
    bool written = run_write_result(run);
    run_show_summary(run);
    return written && bad_ends >= 0 ? exit_code(run, bad_ends) : 2;
}

int run_main(const struct options *given)
{
    static struct target target;
    struct options options = *given;
    struct run run = {.options = &options};
    char error[512];
    /* Only the workers load the target; here its path is looked up, so that a crash in it can't end the run. */
    if (!target_find(&target, options.target, error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    snprintf(run.target, sizeof run.target, "%s", target.path);
    int code = choice_make(&run, &options);
    if (code < 0 && options.dry_run)
        code = dry_run(&run);
    else if (code < 0 && (!look_at_target(&options) || (options.foreign && !host_is_fit(&options))))
        code = signal_exit_code() ? signal_exit_code() : 2;
    else if (code < 0)
        code = carry_out(&run);
    run_free_result(&run);
    return code;
}
