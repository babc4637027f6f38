/* Scenarios. Entry point: scenario_read(). */
#include "scenario.h"
#include "base/files/files.h"
#include "base/text/shown.h"
#include "named.h"
#include "spec_answers.h"
#include "spec_hresults.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US(from, range)                                                                                                \
    {                                                                                                                  \
        .kind = LATENCY_UNIFORM, .base = (uint64_t)(from)*1000, .spread = (uint64_t)(range)*1000                       \
    }

enum { DEFAULT_PROCESSORS = 8, MAX_MISTAKES = 100 };

static const struct scenario defaults = {.time = ENGINE_TIME_FREE,
    .seed = 1,
    .idle_ms = 10,
    .speed = 1,
    .memory_mb = UINT64_MAX,
    .processors = DEFAULT_PROCESSORS,
    .shutdown = US(50000, 0),
    .close = US(5000, 0),
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

HRESULT scenario_refuse(const char *where, const char *what)
{
    fprintf(stderr, "computecore: scenario %s: ", where);
    shown_put(stderr, what); /* it names what the scenario says */
    fputc('\n', stderr);
    return E_INVALIDARG;
}

static bool read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* --- taking the values of a scenario that the schema allows --- */

enum { FEATURE_HyperV = 1, FEATURE_Containers = 2 };
#define FEATURE(name) {VALUE_ScenarioFeature_##name, FEATURE_##name},
static const struct named features[] = {VALUES_ScenarioFeature(FEATURE)};

enum {
    RESET_Restarts = HOST_END_NONE,
    RESET_ResetFailed = HOST_END_RESET_FAILED,
    RESET_UnexpectedStop = HOST_END_WORKER,
};
#define RESET(name) {VALUE_ScenarioReset_##name, RESET_##name},
static const struct named resets[] = {VALUES_ScenarioReset(RESET)};

static void take_host(const cJSON *host, struct scenario *scenario)
{
    const cJSON *item;
    size_t lacks = 0;
    scenario->like_build = document_number(host, FIELD_ScenarioHost_likeBuild, 0);
    scenario->os_build = document_number(
        host, FIELD_ScenarioHost_osBuild, scenario->like_build ? scenario->like_build : scenario->os_build);
    scenario->processors = document_number(host, FIELD_ScenarioHost_processors, scenario->processors);
    (void)document_unsigned(document_member(host, FIELD_ScenarioHost_memoryInMB), &scenario->memory_mb);
    scenario->denied = cJSON_IsFalse(document_member(host, FIELD_ScenarioHost_elevated));
    scenario->refuses_at_once = cJSON_IsTrue(document_member(host, FIELD_ScenarioHost_refusesAtOnce));
    scenario->reset = (enum host_end)NAMED(resets, document_text(host, FIELD_ScenarioHost_guestReset), HOST_END_NONE);
    cJSON_ArrayForEach (item, document_member(host, FIELD_ScenarioHost_lacks))
        lacks |= NAMED(features, cJSON_GetStringValue(item), 0);
    scenario->no_hyperv = lacks & FEATURE_HyperV;
    scenario->no_containers = lacks & FEATURE_Containers;
}

/* The member of struct scenario for each latency. */
#define OF_CALL(name) LATENCY_##name = offsetof(struct scenario, latency[REQUEST_OF_##name])
enum {
    OF_CALL(HcsCreateComputeSystem),
    OF_CALL(HcsStartComputeSystem),
    OF_CALL(HcsShutDownComputeSystem),
    OF_CALL(HcsTerminateComputeSystem),
    OF_CALL(HcsCrashComputeSystem),
    OF_CALL(HcsPauseComputeSystem),
    OF_CALL(HcsResumeComputeSystem),
    OF_CALL(HcsSaveComputeSystem),
    OF_CALL(HcsModifyComputeSystem),
    OF_CALL(HcsGetComputeSystemProperties),
    OF_CALL(HcsEnumerateComputeSystems),
    OF_CALL(HcsCreateProcess),
    OF_CALL(HcsSignalProcess),
    OF_CALL(HcsTerminateProcess),
    OF_CALL(HcsModifyProcess),
    OF_CALL(HcsGetProcessInfo),
    OF_CALL(HcsGetProcessProperties),
    LATENCY_exitAfterShutDown = offsetof(struct scenario, shutdown),
    LATENCY_endAfterLastClose = offsetof(struct scenario, close),
    LATENCY_consoleAfterCreateProcess = offsetof(struct scenario, console),
};

static struct latency *latency_named(struct scenario *scenario, const char *name)
{
#define LATENCY(name) {FIELD_ScenarioLatencies_##name, LATENCY_##name},
    static const struct named latencies[] = {FIELDS_ScenarioLatencies(LATENCY)};
    return (struct latency *)((char *)scenario + NAMED(latencies, name, LATENCY_exitAfterShutDown));
}

/* false: out of memory. */
static bool take_latencies(const cJSON *latencies, struct scenario *scenario)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, latencies) {
        if (cJSON_IsNull(item))
            continue;
        struct latency *latency = latency_named(scenario, item->string);
        latency_free(latency); /* a member may occur twice; the last one counts */
        if (!latency_read(latency, item))
            return false;
    }
    return true;
}

static unsigned answers_of(unsigned build)
{
    unsigned count = 0;
    for (const struct spec_answer *answer = spec_answers; answer->build; answer++)
        count += answer->build == build;
    return count;
}

/* The host's own answers come after the faults: a fault that fits a call, too, hits it. */
static void take_answers(struct scenario *scenario)
{
    for (const struct spec_answer *answer = spec_answers; answer->build; answer++) {
        if (answer->build != scenario->like_build || fault_call(answer->function) == REQUEST_KINDS)
            continue;
        struct fault *fault = &scenario->faults[scenario->fault_count++];
        *fault = fault_of_state(fault_call(answer->function), (int)answer->matrix, (int)answer->state, answer->result);
        fault->number = scenario->fault_count;
    }
}

static bool take_faults(const cJSON *faults, struct scenario *scenario)
{
    const cJSON *item;
    unsigned count = (unsigned)cJSON_GetArraySize(faults) + answers_of(scenario->like_build);
    scenario->faults = count ? calloc(count, sizeof *scenario->faults) : NULL;
    if (count && !scenario->faults)
        return false;
    cJSON_ArrayForEach (item, faults) {
        struct fault *fault = &scenario->faults[scenario->fault_count++];
        if (!fault_read(fault, item))
            return false;
        fault->number = scenario->fault_count;
        scenario->remembers_exits |= fault->after_exit != UINT64_MAX;
    }
    take_answers(scenario);
    return true;
}

/* Copies a member, if there is one. Returns false when out of memory. */
static bool keep(const cJSON *member, cJSON **copy)
{
    return !member || (*copy = cJSON_Duplicate(member, 1));
}

enum {
    TIME_Virtual = ENGINE_TIME_FREE,
    TIME_Realtime = ENGINE_TIME_REAL,
    TIME_Manual = ENGINE_TIME_MANUAL,
};
#define TIME(name) {VALUE_ScenarioTime_##name, TIME_##name},
static const struct named times[] = {VALUES_ScenarioTime(TIME)};

enum { DOCUMENTS_AsHosts, DOCUMENTS_Strict };
#define DOCUMENTS(name) {VALUE_ScenarioDocuments_##name, DOCUMENTS_##name},
static const struct named kinds_of_documents[] = {VALUES_ScenarioDocuments(DOCUMENTS)};

/* Takes a scenario that has been checked. Returns false when out of memory. */
static bool take(const struct document *document, struct scenario *scenario)
{
    const cJSON *seed = document->member[Scenario_seed];
    (void)document_unsigned(seed, &scenario->seed);
    scenario->clients = document_number(document->root, FIELD_Scenario_clients, scenario->clients);
    scenario->idle_ms = document_number(document->root, FIELD_Scenario_idleMs, scenario->idle_ms);
    scenario->speed = document_number(document->root, FIELD_Scenario_speed, scenario->speed);
    const char *time = document_string(document, Scenario_time);
    scenario->time = (enum engine_time)NAMED(times, time, ENGINE_TIME_FREE);
    const char *documents = document_string(document, Scenario_documents);
    scenario->strict_documents = NAMED(kinds_of_documents, documents, DOCUMENTS_AsHosts) == DOCUMENTS_Strict;
    if (!keep(document->member[Scenario_systems], &scenario->systems) ||
        !keep(document->member[Scenario_properties], &scenario->properties) ||
        !keep(document->member[Scenario_files], &scenario->files) ||
        !keep(document_member(document->member[Scenario_host], FIELD_ScenarioHost_files), &scenario->host_files) ||
        !keep(document->member[Scenario_users], &scenario->users))
        return false;
    if (!scripts_read(document->member[Scenario_programs], &scenario->scripts, &scenario->script_count))
        return false;
    take_host(document->member[Scenario_host], scenario);
    return take_latencies(document->member[Scenario_latencies], scenario) &&
           take_faults(document->member[Scenario_faults], scenario);
}

HRESULT scenario_parse(const char *text, size_t length, const char *where, unsigned build, struct scenario *scenario)
{
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = build ? document_minor_of_build(build) : document_newest_minor(),
        .of_build = build,
        .people = true,
        .limit = MAX_MISTAKES}; /* the first one in the text is shown */
    char what[1024];
    HRESULT result = document_check(text, length, TYPE_Scenario, &options, &document, &report);
    if (report_tell_errors(&report, what, sizeof what) && result != E_OUTOFMEMORY) {
        if (SUCCEEDED(result))
            document_free(&document);
        result = scenario_refuse(where, what);
    } else if (SUCCEEDED(result)) {
        result = !scenario || take(&document, scenario) ? S_OK : E_OUTOFMEMORY;
        document_free(&document);
    }
    report_free(&report);
    return result;
}

/* *build: 0 if the option is not given. */
static HRESULT read_build(const char *text, unsigned *build)
{
    uint64_t number = 0;
    bool given = text && *text;
    if (given && (!read_number(text, &number) || number > UINT32_MAX || !document_minor_of_build((unsigned)number))) {
        fprintf(stderr, "computecore: COMPUTECORE_OS_BUILD must be a Windows build from %u on, not '%s'\n",
            spec_hosts[0].build, text);
        return E_INVALIDARG;
    }
    *build = (unsigned)number;
    return S_OK;
}

static HRESULT read_given(const char *given, unsigned build, struct scenario *scenario)
{
    size_t length;
    if (!given || !*given)
        return S_OK;
    bool inside = given[0] == '{';
    scenario->text = inside ? strdup(given) : file_read(given, SCENARIO_BYTES, &length);
    if (!scenario->text)
        return inside || errno == ENOMEM ? E_OUTOFMEMORY : scenario_refuse(given, "can't be read");
    return inside ? scenario_parse(given, strlen(given), "in COMPUTECORE_SCENARIO", build, scenario)
                  : scenario_parse(scenario->text, length, given, build, scenario);
}

void scenario_default(struct scenario *scenario)
{
    *scenario = defaults;
    scenario->os_build = spec_hosts[spec_host_count - 1].build;
}

HRESULT scenario_read(const struct engine_options *options, struct scenario *scenario)
{
    scenario_default(scenario);
    unsigned build = 0;
    const char *seed = engine_option(options, OPTION_SEED);
    HRESULT result = read_build(engine_option(options, OPTION_OS_BUILD), &build);
    if (SUCCEEDED(result))
        result = read_given(engine_option(options, OPTION_SCENARIO), build, scenario);
    if (SUCCEEDED(result) && seed && *seed && !read_number(seed, &scenario->seed)) {
        fprintf(stderr, "computecore: COMPUTECORE_SEED must be a whole number, not '%s'\n", seed);
        result = E_INVALIDARG;
    }
    scenario->os_build = build ? build : scenario->os_build;
    if (FAILED(result))
        scenario_free(scenario);
    return result;
}

void scenario_free(struct scenario *scenario)
{
    for (int i = 0; i < REQUEST_KINDS; i++)
        latency_free(&scenario->latency[i]);
    latency_free(&scenario->shutdown);
    latency_free(&scenario->close);
    latency_free(&scenario->console);
    for (unsigned i = 0; i < scenario->fault_count; i++)
        fault_free(&scenario->faults[i]);
    free(scenario->faults);
    scripts_free(scenario->scripts, scenario->script_count);
    scenario->scripts = NULL;
    scenario->script_count = 0;
    cJSON_Delete(scenario->properties);
    scenario->properties = NULL;
    cJSON_Delete(scenario->files);
    scenario->files = NULL;
    cJSON_Delete(scenario->host_files);
    scenario->host_files = NULL;
    cJSON_Delete(scenario->users);
    scenario->users = NULL;
    cJSON_Delete(scenario->systems);
    scenario->systems = NULL;
    free(scenario->text);
    scenario->text = NULL;
    scenario->faults = NULL;
    scenario->fault_count = 0;
}
