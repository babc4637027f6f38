/* hcs-sim scenario check. Entry point: the table of the command. */
#include "scenario_check.h"
#include "base/allocate.h"
#include "backend/sim.h"
#include "core/progress/progress.h"
#include <stdio.h>

bool scenario_check(const char *path)
{
    struct scenario scenario;
    const struct engine_option list[] = SCENARIO_OPTIONS(path, NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    HRESULT result = scenario_read(&options, &scenario);
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    if (SUCCEEDED(result))
        scenario_free(&scenario);
    return SUCCEEDED(result);
}

/* Reads the scenarios as the simulator does, which prints the first mistake on standard error. hcs-conformance validate
   --type Scenario prints all. */
static int run(void *values, const struct command_words *words)
{
    int code = 0;
    (void)values;
    for (unsigned i = 0; i < words->count; i++) {
        struct engine *engine;
        const struct engine_option list[] = SCENARIO_OPTIONS(words->list[i], NULL, NULL);
        struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
        core_lock();
        HRESULT result = sim_engine.open(&options, &engine);
        if (result == E_OUTOFMEMORY)
            out_of_memory();
        if (FAILED(result)) {
            code = 1;
        } else {
            const struct scenario *scenario = &((const struct sim *)engine)->scenario;
            printf("%s: seed %llu, Windows build %u, %d system%s, %u fault%s\n", words->list[i],
                (unsigned long long)scenario->seed, scenario->os_build, cJSON_GetArraySize(scenario->systems),
                cJSON_GetArraySize(scenario->systems) == 1 ? "" : "s", scenario->fault_count,
                scenario->fault_count == 1 ? "" : "s");
            sim_engine.close(engine);
        }
        core_unlock();
    }
    return code;
}

static const struct command_word files[] = {{.name = "FILE", .minimum = 1, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command scenario_check_command = {.name = "scenario check",
    .summary = "check scenarios",
    .description = "Shows how the simulator reads scenarios, or the first mistake of each; hcs-conformance validate "
                   "--type Scenario shows all.",
    .words = files,
    .examples = {"scenario check my.json", "scenario check fixtures/scenarios/*.json"},
    .exit_codes = "Exit code: 0 all are valid, 1 one is not, 2 wrong use.",
    .size = 0,
    .run = run};
