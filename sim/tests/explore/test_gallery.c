/* The gallery of races: every race that the rules know is a scenario, a schedule, or named here; each scenario happens.
 */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include <cjson/cJSON.h>
#include <dirent.h>
#include <sys/stat.h>

#define RACES ROOT "/fixtures/scenarios/races/"

/* Races that no scenario of a host can express, and the file that shows each. */
static const char *const elsewhere[][2] = {
    {"R-03", "fixtures/schedules/terminate-during-start.json"},
    {"R-05", "fixtures/schedules/exit-before-registration.json"},
    {"R-06", "fixtures/schedules/exit-before-registration.json"},
    {"R-14", "fixtures/schedules/close-against-exit-callback.json"}, /* its faulty client holds a lock */
    {"R-15", "impl/tests/core/test_handle.c"},                       /* a handle that is closed is answered */
    {"R-16", "sim/tests/explore/test_races.c"},                      /* by L1 no handle can hear of it */
    {"R-23", "fixtures/scenarios/races/R-22.json"},                  /* files are no part of the API; its call fails */
    {"R-30", "impl/tests/core/test_operation.c"},
    {"R-31", "fixtures/schedules/completion-before-the-call-returns.json"},
};

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    struct stat info;
    cr_assert(file && !fstat(fileno(file), &info), "%s", path);
    char *text = malloc((size_t)info.st_size + 1);
    text[fread(text, 1, (size_t)info.st_size, file)] = 0;
    fclose(file);
    return text;
}

static bool is_elsewhere(const char *id)
{
    char path[512];
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        snprintf(path, sizeof path, ROOT "/%s", elsewhere[i][1]);
        if (!strcmp(elsewhere[i][0], id))
            return !access(path, R_OK);
    }
    return false;
}

Test(gallery, every_race_is_shown_somewhere)
{
    char *text = read_file(ROOT "/spec/rules.json"), path[512];
    cJSON *root = cJSON_Parse(text);
    const cJSON *rule;
    unsigned count = 0;
    cJSON_ArrayForEach (rule, cJSON_GetObjectItem(root, "rules")) {
        const char *id = cJSON_GetObjectItem(rule, "id")->valuestring;
        if (strncmp(id, "R-", 2))
            continue;
        count++;
        snprintf(path, sizeof path, RACES "%s.json", id);
        cr_expect(!access(path, R_OK) != is_elsewhere(id), "%s is shown nowhere, or twice", id);
    }
    cr_expect_eq(count, 33);
    cJSON_Delete(root);
    free(text);
}

/* One client: its time-outs take no real time. */
static void begin_with(const char *path)
{
    char *text = read_file(path), *scenario = malloc(strlen(text) + 20);
    cr_assert_eq(*text, '{');
    sprintf(scenario, "{\"clients\":1,%s", text + 1);
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    must(HcsSimReset(NULL, NULL));
    free(scenario);
    free(text);
}

/* A client that makes every call a race is about, in the order of a lifecycle, and accepts any result. */
static void live(void)
{
    static const PCWSTR program[] = {ENDLESS, u"{\"CommandLine\":\"deaf\"}"};
    HCS_SYSTEM system = NULL;
    HCS_PROCESS processes[2] = {NULL, NULL};
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
#define TRY(call) (void)(SUCCEEDED(call) ? HcsWaitForOperationResult(operation, 60000, NULL) : 0)
    TRY(HcsCreateComputeSystem(u"race", CONTAINER, operation, NULL, &system));
    TRY(HcsStartComputeSystem(system, operation, NULL));
    for (int i = 0; i < 2; i++)
        TRY(HcsCreateProcess(system, program[i], operation, NULL, &processes[i]));
    TRY(HcsModifyComputeSystem(system, operation,
        u"{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\",\"Settings\":512}", NULL));
    TRY(HcsGetComputeSystemProperties(system, operation, NULL));
    TRY(HcsGetProcessProperties(processes[0], operation, NULL));
    TRY(HcsSignalProcess(processes[0], operation, NULL));
    TRY(HcsTerminateProcess(processes[0], operation, NULL));
    TRY(HcsShutDownComputeSystem(system, operation, NULL));
    HCS_OPERATION end = HcsCreateOperation(NULL, NULL), query = HcsCreateOperation(NULL, NULL);
    (void)HcsTerminateComputeSystem(system, end, NULL);
    (void)HcsGetComputeSystemProperties(system, query, NULL);
    (void)HcsWaitForOperationResult(query, 60000, NULL);
    (void)HcsWaitForOperationResult(end, 60000, NULL);
    (void)HcsWaitForComputeSystemExit(system, 60000, NULL);
    for (int i = 0; i < 2; i++)
        HcsCloseProcess(processes[i]);
    HcsCloseComputeSystem(system);
    TRY(HcsCreateComputeSystem(u"race", CONTAINER, operation, NULL, &system));
    (void)HcsSimAdvance(3600000000000);
    TRY(HcsEnumerateComputeSystems(NULL, operation));
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    HcsCloseOperation(end);
    HcsCloseOperation(query);
}

Test(gallery, each_scenario_of_a_race_happens)
{
    char path[512], trace[] = "/tmp/race-XXXXXX";
    PWSTR name = NULL;
    DIR *directory = opendir(RACES);
    cr_assert(directory && close(mkstemp(trace)) == 0);
    char16_t wide[sizeof trace];
    for (size_t i = 0; i < sizeof trace; i++)
        wide[i] = (char16_t)trace[i];
    name = (PWSTR)wide;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, RACES "%s", entry->d_name);
        begin_with(path);
        must(HcsSimTrace(name, NULL));
        live();
        must(HcsSimTrace(NULL, NULL));
        char *text = read_file(trace);
        cr_expect_not_null(strstr(text, "\"fault\""), "%s: nothing happened", entry->d_name);
        free(text);
    }
    closedir(directory);
    unlink(trace);
}
