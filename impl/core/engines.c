/* The list of engines. Entry point: engines_open(). */
#include "engines.h"
#include "backend/sim.h"
#include "daemon/protocol/place.h"
#include "daemon/remote/remote.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct engine_operations *const engines[] = {&sim_engine};
static const struct engine_operations *added;

void engines_add(const struct engine_operations *operations)
{
    added = operations;
}

const char *engine_option(const struct engine_options *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->list[i].value && !strcmp(options->list[i].name, name))
            return options->list[i].value;
    return options->environment ? getenv(name) : NULL;
}

HRESULT engines_open(const struct engine_options *given, struct engine **engine, bool *comes)
{
    const char *name = getenv("COMPUTECORE_ENGINE");
    struct engine_options options = {given->list, given->count, true};
    if (!name || !*name)
        name = engines[0]->name;
    *comes = false;
    if (added && !strcmp(added->name, name))
        return added->open(&options, engine);
    if (place_is_engine(name)) {
        *comes = strchr(name, ':') != NULL; /* else the library has tried to start it */
        return remote_engine.open(&options, engine);
    }
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i]->open(&options, engine);
    fprintf(stderr, "computecore: there is no engine '%s'; COMPUTECORE_ENGINE may be ", name);
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        fprintf(stderr, "%s, ", engines[i]->name);
    fprintf(stderr, "%s\n", place_engines);
    return HCS_E_SERVICE_NOT_AVAILABLE;
}
