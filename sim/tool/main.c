/* hcs-sim: clients against the simulator. Entry point: main(). */
#include "calibrate.h"
#include "explore.h"
#include "farm.h"
#include "replay.h"
#include "core/progress.h"
#include "backend/sim.h"
#include "trace_show.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: hcs-sim run --seeds A..B [OPTION…] -- COMMAND [ARGUMENT…]   a client once a seed; see run --help\n"
    "       hcs-sim merge FILE… [--json FILE] [--junit FILE]          results of parts put together\n"
    "       hcs-sim calibrate RUN.json [--output FILE]                a scenario like the host of a run of the suite\n"
    "       hcs-sim explore [OPTION…]                                 drawn calls against the model; see explore "
    "--help\n"
    "       hcs-sim trace FILE [--chrome | --svg]                     what a client did and what came back\n"
    "       hcs-sim replay FILE                                       makes the calls of a trace again; the first "
    "difference\n"
    "       hcs-sim scenario check FILE…                              are these scenarios that the simulator takes?\n"
    "\n"
    "Exit code: 0 all is well, 1 something failed, differs or is not valid, 2 wrong use, 130 interrupted.\n";

static int wrong_command(const char *what, const char *word)
{
    fprintf(stderr, "hcs-sim: %s%s; see hcs-sim --help\n", what, word);
    return 2;
}

/* What the simulator itself would read; the first mistake stands on standard error. All of them:
   hcs-conformance validate --type Scenario. */
static int check_scenarios(int count, char **files)
{
    int code = 0;
    if (!count)
        return wrong_command("no scenario given", "");
    for (int i = 0; i < count; i++) {
        struct engine *engine;
        const struct engine_option list[] = SCENARIO_OPTIONS(files[i], NULL, NULL);
        struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
        core_lock();
        if (FAILED(sim_engine.open(&options, &engine))) {
            code = 1;
        } else {
            const struct scenario *scenario = &((const struct sim *)engine)->scenario;
            printf("%s: seed %llu, Windows build %u, %d system%s, %u fault%s\n", files[i],
                (unsigned long long)scenario->seed, scenario->os_build, cJSON_GetArraySize(scenario->systems),
                cJSON_GetArraySize(scenario->systems) == 1 ? "" : "s", scenario->fault_count,
                scenario->fault_count == 1 ? "" : "s");
            sim_engine.close(engine);
        }
        core_unlock();
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "run"))
        return farm_main(argc - 2, argv + 2);
    if (argc > 1 && !strcmp(argv[1], "merge"))
        return merge_main(argc - 2, argv + 2);
    if (argc > 1 && !strcmp(argv[1], "calibrate"))
        return calibrate_main(argc - 2, argv + 2);
    if (argc > 1 && !strcmp(argv[1], "explore"))
        return explore_main(argc - 2, argv + 2);
    if (argc > 1 && !strcmp(argv[1], "trace"))
        return trace_main(argc - 2, argv + 2);
    if (argc > 1 && !strcmp(argv[1], "replay"))
        return replay_main(argc - 2, argv + 2);
    if (argc > 2 && !strcmp(argv[1], "scenario") && !strcmp(argv[2], "check"))
        return check_scenarios(argc - 3, argv + 3);
    return wrong_command(argc > 1 ? "unknown command " : "no command given", argc > 1 ? argv[1] : "");
}
