/* hcs-sim scenario check. Entry point: the table of the command. */
#include "scenario_check.h"
#include "backend/scenario.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include <stdio.h>
#include <stdlib.h>

char *scenario_text(const char *path, size_t *length)
{
    char *text = file_read(path, SCENARIO_BYTES, length);
    if (text)
        return text;
    memory_check();
    (void)scenario_refuse(path, "can't be read");
    return NULL;
}

/* Returns the exit code, after a message unless it is 0. */
static int read_one(const char *path, struct scenario *scenario)
{
    size_t length;
    char *text = scenario_text(path, &length);
    if (!text)
        return 2;
    scenario_default(scenario);
    HRESULT result = scenario_parse(text, length, path, 0, scenario);
    free(text);
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    if (FAILED(result))
        scenario_free(scenario);
    return FAILED(result);
}

bool scenario_check(const char *path)
{
    struct scenario scenario;
    int code = read_one(path, &scenario);
    if (!code)
        scenario_free(&scenario);
    return !code;
}

/* Reads the scenarios as the simulator does, which prints the first mistake on standard error. hcs-conformance validate
   --type Scenario prints all. */
static int run(void *values, const struct command_words *words)
{
    int code = 0;
    (void)values;
    for (unsigned i = 0; i < words->count; i++) {
        struct scenario scenario;
        int one = read_one(words->list[i], &scenario);
        code = one > code ? one : code;
        if (one)
            continue;
        int systems = cJSON_GetArraySize(scenario.systems);
        printf("%s: seed %llu, Windows build %u, %d system%s, %u fault%s\n", words->list[i],
            (unsigned long long)scenario.seed, scenario.os_build, systems, systems == 1 ? "" : "s",
            scenario.fault_count, scenario.fault_count == 1 ? "" : "s");
        scenario_free(&scenario);
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
    .exit_codes = "Exit code: 0 all are valid, 1 at least one is not, 2 wrong use or a file that can't be read.",
    .size = 0,
    .run = run};
