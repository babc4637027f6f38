/* What computecored does alike on every system. Entry point: computecored_main(). */
#include "computecored.h"
#include "base/allocate.h"
#include "core/progress/client_wait.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include <stdio.h>

const char *const computecored_levels[] = {"error", "warning", "info", "debug", NULL};

int computecored_fail(const char *what, const char *why)
{
    fprintf(stderr, "computecored: %s: %s\n", what, why);
    return 2;
}

bool computecored_open_engine(const char *scenario)
{
    if (scenario)
        allocate_variable("COMPUTECORE_SCENARIO", scenario);
    core_lock();
    bool opened = core_engine() != NULL, reported = core_engine_failed();
    client_waits_take_clock();
    core_unlock();
    (void)trace_is_on(); /* COMPUTECORE_TRACE begins now */
    if (!opened && !reported)
        computecored_fail("the engine can't be opened", "out of memory");
    return opened;
}

int computecored_main(const struct command *serve, int argc, char **argv)
{
    const struct command *const commands[] = {serve, NULL};
    const struct tool computecored = {
        "computecored", "Runs the compute systems of a host for several client processes.", commands};
    return tool_main(&computecored, argc, argv);
}
