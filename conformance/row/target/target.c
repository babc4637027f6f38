/* Loading the target. Entry point: target_load(). */
#include "target.h"
#include "base/allocate.h"
#include "document/document.h"
#include "platform/library.h"
#include "platform/process.h"
#include "platform/host.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool exists(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    else
        memory_check();
    return file != NULL;
}

/* Build tree and installation have bin/ and lib/ side by side; an installation may have a folder below lib/. */
static bool find_own(struct target *target)
{
    static const char *const places[] = {
        "/../lib/", "/../lib/x86_64-linux-gnu/", "/../lib/aarch64-linux-gnu/", "/../lib64/", "/"};
    char folder[3072];
    if (!program_path(folder, sizeof folder))
        return false;
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(target->path, sizeof target->path, "%s%s%s", folder, places[i], library_name);
        if (exists(target->path))
            return true;
    }
    return false;
}

bool target_find(struct target *target, const char *path, char *error, size_t size)
{
    memset(target, 0, sizeof *target);
    if (!path && find_own(target))
        return true;
    if (!path) {
        snprintf(error, size, "%s was not found beside this tool; name it with --target", library_name);
        return false;
    }
    snprintf(target->path, sizeof target->path, "%s", path);
    return true;
}

/* The Windows build of the target: as given by the user, or that of the running Windows; 0: not known. */
static unsigned target_build(const struct target *target)
{
    const char *named = getenv("COMPUTECORE_OS_BUILD");
    return named ? (unsigned)strtoul(named, NULL, 10) : target->own ? 0 : host_build();
}

static void find_simulator(struct target *target)
{
    void *reset = library_symbol(target->library, "HcsSimReset");
    void *advance = library_symbol(target->library, "HcsSimAdvance");
    void *count = library_symbol(target->library, "HcsSimCount");
    void *calls = library_symbol(target->library, "HcsSimBackendCalls");
    if (!reset || !advance || !count)
        return;
    memcpy(&target->simulator.backend_calls, &calls, sizeof calls);
    memcpy(&target->simulator.reset, &reset, sizeof reset);
    memcpy(&target->simulator.advance, &advance, sizeof advance);
    memcpy(&target->simulator.count, &count, sizeof count);
}

bool target_load(struct target *target, const char *path, char *error, size_t size)
{
    if (!target_find(target, path, error, size))
        return false;
    errno = 0;
    target->library = library_open(target->path, error, size);
    if (!target->library) {
        memory_check();
        return false;
    }
    target->own = library_symbol(target->library, "HcsSimSeed") != NULL;
    unsigned found = 0, build = target_build(target);
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        target->function[i] = library_symbol(target->library, spec_functions[i].name);
        found += target->function[i] != NULL;
        if (build && target->own && (unsigned)spec_functions[i].build > build)
            target->function[i] = NULL; /* the simulated build lacks it; its export would only fail */
    }
    find_simulator(target);
    if (found)
        return true;
    snprintf(error, size, "%s exports no function of the API", target->path);
    library_close(target->library);
    return false;
}

unsigned target_schema_minor(const struct target *target)
{
    unsigned build = target_build(target);
    return build ? document_minor_of_build(build) : document_newest_minor();
}
