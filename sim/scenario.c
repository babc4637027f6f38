/* Scenarios. Entry point: scenario_read(). */
#include "scenario.h"
#include "spec_hresults.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US(base, spread)                                                                                               \
    {                                                                                                                  \
        (uint64_t)(base) * 1000, (uint64_t)(spread)*1000                                                               \
    }

enum { SCENARIO_BYTES = 1 << 20, MOST_IDLE_MS = 60000, MOST_CLIENTS = 1000000 };

static const struct scenario defaults = {.seed = 1,
    .idle_ms = 10,
    .shutdown_ns = 50000000,
    .close_ns = 5000000,
    .latency = {[REQUEST_CREATE_SYSTEM] = US(20000, 5000),
        [REQUEST_START] = US(150000, 50000),
        [REQUEST_SHUT_DOWN] = US(10000, 2000),
        [REQUEST_TERMINATE] = US(20000, 5000),
        [REQUEST_CRASH] = US(5000, 1000),
        [REQUEST_PAUSE] = US(10000, 2000),
        [REQUEST_RESUME] = US(10000, 2000),
        [REQUEST_SAVE] = US(100000, 20000),
        [REQUEST_MODIFY] = US(3000, 1000),
        [REQUEST_PROPERTIES] = US(1000, 200),
        [REQUEST_ENUMERATE] = US(1000, 200),
        [REQUEST_CREATE_PROCESS] = US(8000, 2000),
        [REQUEST_SIGNAL_PROCESS] = US(1000, 200),
        [REQUEST_TERMINATE_PROCESS] = US(1000, 200),
        [REQUEST_MODIFY_PROCESS] = US(500, 100),
        [REQUEST_PROCESS_INFO] = US(500, 100),
        [REQUEST_PROCESS_PROPERTIES] = US(500, 100)}};

static HRESULT refuse(const char *where, const char *member, const char *what)
{
    fprintf(stderr, "computecore: scenario %s: %s%s%s\n", where, member ? member : "", member ? ": " : "", what);
    return E_INVALIDARG;
}

static bool read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(SCENARIO_BYTES + 1) : NULL;
    size_t length = text ? fread(text, 1, SCENARIO_BYTES + 1, file) : 0;
    if (file)
        fclose(file);
    if (text && length <= SCENARIO_BYTES) {
        text[length] = 0;
        return text;
    }
    free(text);
    return NULL;
}

static bool whole(const cJSON *item, double most)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= most &&
           item->valuedouble == (double)(uint64_t)item->valuedouble;
}

static HRESULT read_members(const cJSON *root, const char *where, struct scenario *scenario)
{
    const cJSON *item;
    if (!cJSON_IsObject(root))
        return refuse(where, NULL, "an object is expected");
    cJSON_ArrayForEach (item, root) {
        if (!strcmp(item->string, "seed") && whole(item, 9007199254740992.0))
            scenario->seed = (uint64_t)item->valuedouble;
        else if (!strcmp(item->string, "clients") && whole(item, MOST_CLIENTS))
            scenario->clients = (unsigned)item->valuedouble;
        else if (!strcmp(item->string, "idleMs") && whole(item, MOST_IDLE_MS))
            scenario->idle_ms = (unsigned)item->valuedouble;
        else if (!strcmp(item->string, "seed") || !strcmp(item->string, "clients") || !strcmp(item->string, "idleMs"))
            return refuse(where, item->string, "a whole number in range is expected");
        else
            return refuse(where, item->string, "there is no such member; seed, clients and idleMs are known");
    }
    return S_OK;
}

static HRESULT read_text(const char *text, const char *where, struct scenario *scenario)
{
    struct document_fault fault = document_scan(text, strlen(text));
    if (fault.place)
        return refuse(where, NULL, fault.what);
    cJSON *root = cJSON_Parse(text);
    HRESULT result = root ? read_members(root, where, scenario) : refuse(where, NULL, "can't be read");
    cJSON_Delete(root);
    return result;
}

static HRESULT read_build(const char *text, struct scenario *scenario)
{
    uint64_t build = spec_hosts[spec_host_count - 1].build;
    bool given = text && *text;
    if (given && (!read_number(text, &build) || build > UINT32_MAX || !document_minor_of_build((unsigned)build))) {
        fprintf(stderr, "computecore: COMPUTECORE_OS_BUILD must be a Windows build from %u on, not '%s'\n",
            spec_hosts[0].build, text);
        return E_INVALIDARG;
    }
    scenario->os_build = (unsigned)build;
    return S_OK;
}

HRESULT scenario_read(const struct engine_options *options, struct scenario *scenario)
{
    const char *given = options->scenario;
    HRESULT result = S_OK;
    *scenario = defaults;
    if (given && given[0] == '{') {
        result = read_text(given, "in COMPUTECORE_SCENARIO", scenario);
    } else if (given && *given) {
        char *text = read_file(given);
        result = text ? read_text(text, given, scenario) : refuse(given, NULL, "can't be read");
        free(text);
    }
    if (SUCCEEDED(result) && options->seed && *options->seed && !read_number(options->seed, &scenario->seed)) {
        fprintf(stderr, "computecore: COMPUTECORE_SEED must be a whole number, not '%s'\n", options->seed);
        result = E_INVALIDARG;
    }
    return SUCCEEDED(result) ? read_build(options->os_build, scenario) : result;
}
