/* The scenario of a run. Entry point: scenario_settle(). */
#include "scenario.h"
#include "document/document.h"
#include "base/files/files.h"
#include "base/allocate.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The limit of an environment variable that holds on every system. */
enum { SCENARIO_BYTES = 32000, MAX_MISTAKES = 100 };
static const char variable[] = "COMPUTECORE_SCENARIO";

static bool refuse(const char *path, const char *what)
{
    fprintf(stderr, "hcs-conformance: run: --scenario %s: %s\n", path, what);
    return false;
}

static bool is_valid(const char *path, const char *text, size_t length)
{
    struct document document;
    struct document_report report;
    const char *build = getenv("COMPUTECORE_OS_BUILD");
    unsigned asked = build ? document_minor_of_build((unsigned)strtoul(build, NULL, 0)) : 0;
    struct document_options options = {
        .minor = asked ? asked : document_newest_minor(), .of_build = asked, .people = true, .limit = MAX_MISTAKES};
    char what[1024];
    HRESULT result = document_check(text, length, TYPE_Scenario, &options, &document, &report);
    bool valid = !report_tell_errors(&report, what, sizeof what) && SUCCEEDED(result);
    if (SUCCEEDED(result))
        document_free(&document);
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    if (!valid)
        refuse(path, what);
    report_free(&report);
    return valid;
}

/* The suite is one client that waits for nothing outside, so time-outs need no real time. idleMs is so long that on a
   busy machine, too, the clock does not advance between two calls: rows have systems that are about to stop. Few rows
   wait for it. Other engines and other libraries ignore it. */
static char *with_client(cJSON *scenario)
{
    if (!cJSON_HasObjectItem(scenario, FIELD_Scenario_clients))
        cJSON_AddNumberToObject(scenario, FIELD_Scenario_clients, 1);
    if (!cJSON_HasObjectItem(scenario, FIELD_Scenario_idleMs))
        cJSON_AddNumberToObject(scenario, FIELD_Scenario_idleMs, 1000);
    return cJSON_PrintUnformatted(scenario);
}

static cJSON *read_scenario(const char *path)
{
    size_t length;
    char *text = file_read(path, SCENARIO_BYTES, &length);
    if (!text) {
        memory_check();
        refuse(path, "can't be read, or has more than 32000 bytes");
        return NULL;
    }
    cJSON *scenario = is_valid(path, text, length) ? cJSON_Parse(text) : NULL;
    free(text);
    return scenario;
}

/* A run in which the library ignores a setting would say nothing about what was meant. */
static bool settings_are_known(void)
{
    const char *misuse = getenv("COMPUTECORE_MISUSE"), *deadlock = getenv("COMPUTECORE_DEADLOCK");
    if (misuse && *misuse && strcmp(misuse, "report") != 0 && strcmp(misuse, "abort") != 0) {
        fprintf(stderr, "hcs-conformance: run: COMPUTECORE_MISUSE must be report or abort, not '%s'\n", misuse);
        return false;
    }
    if (deadlock && *deadlock && strcmp(deadlock, "end") != 0) {
        fprintf(stderr, "hcs-conformance: run: COMPUTECORE_DEADLOCK may be end, not '%s'\n", deadlock);
        return false;
    }
    return true;
}

bool scenario_settle(const char *path)
{
    if (!settings_are_known())
        return false;
    const char *there = getenv(variable);
    if (there && *there) {
        fprintf(stderr, "hcs-conformance: run: %s is set; rows take a scenario from --scenario FILE alone\n", variable);
        return false;
    }
    cJSON *scenario = path ? read_scenario(path) : cJSON_CreateObject();
    char *text = scenario ? with_client(scenario) : NULL;
    bool settled = text && strlen(text) <= SCENARIO_BYTES;
    if (settled)
        allocate_variable(variable, text);
    else if (text)
        refuse(path, "has more than 32000 bytes");
    cJSON_free(text);
    cJSON_Delete(scenario);
    return settled;
}
