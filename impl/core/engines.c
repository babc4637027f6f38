/* The list of engines. Entry point: engines_open(). */
#include "engines.h"
#include "backend/sim.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct engine_operations *const engines[] = {&sim_engine};

static const char *chosen(const char *option, const char *variable)
{
    return option ? option : getenv(variable);
}

HRESULT engines_open(const struct engine_options *given, struct engine **engine)
{
    const char *name = getenv("COMPUTECORE_ENGINE");
    struct engine_options options = {chosen(given->scenario, "COMPUTECORE_SCENARIO"),
        chosen(given->seed, "COMPUTECORE_SEED"), chosen(given->os_build, "COMPUTECORE_OS_BUILD")};
    if (!name || !*name)
        name = engines[0]->name;
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i]->open(&options, engine);
    fprintf(stderr, "computecore: there is no engine '%s'; COMPUTECORE_ENGINE may be sim\n", name);
    return HCS_E_SERVICE_NOT_AVAILABLE;
}
