/* hcs-conformance: measures a library of the Host Compute System API with the rows of spec/. Entry point: main(). */
#include "compare/compare.h"
#include "history/history.h"
#include "runner/host.h"
#include "runner/list.h"
#include "platform/environment.h"
#include "schedule/replay.h"
#include "result/report.h"
#include "runner/run.h"
#include "validate/validate.h"
#include "result/verify.h"
#include "row/worker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: hcs-conformance run [OPTION…]    run the rows against a library\n"
    "       hcs-conformance list [OPTION…]   show the rows, with source and strength\n"
    "       hcs-conformance probe [OPTION…]  say what the host can run, before anything is created\n"
    "       hcs-conformance cleanup [OPTION…] end what a run left behind; nothing else is touched\n"
    "       hcs-conformance validate [OPTION…] FILE…  check documents against the schema; see validate --help\n"
    "       hcs-conformance compare [OPTION…] OLD NEW  what changed between two results, or who of three stands alone\n"
    "       hcs-conformance report [OPTION…] RUN…  results as a page, JUnit, TAP, CTRF, Markdown\n"
    "       hcs-conformance verify [OPTION…] RUN…  is a result whole, unchanged, and what a Windows build must bring?\n"
    "       hcs-conformance expect update RUN FILE  rewrite what is known of a target\n"
    "       hcs-conformance history COMMAND …    results over time, in a database; see history --help\n"
    "\n"
    "  --target LIBRARY    the library under test; without it ours, with the simulator\n"
    "  --strict            differences from observed behaviour fail too, and exactly the documented choice is\n"
    "                      expected; the default without --target\n"
    "  --loose             the opposite; the default with --target\n"
    "  --filter TEXT       rows whose id contains TEXT, or fits it as a pattern with * and ?\n"
    "  --strength LIST     documented, relied-on, observed, unspecified; separated by commas\n"
    "  --shard I/N         the I-th of N parts\n"
    "  --jobs N            processes at a time (the number of processors)\n"
    "  --timeout SECONDS   for one row (120)\n"
    "  --without LIST      capabilities that the target lacks, separated by blanks:\n"
    "                      container virtual-machine guest-process memory-limit\n"
    "                      linux-guest simulator\n"
    "  --os-build N        the Windows build that the simulator stands for, or that the target is: 17763, 19041,\n"
    "                      20348, 22621, 26100 …; it decides which schema versions there are\n"
    "  --mode MODE         full; quick: rows that need no image; safe: none that may disturb other systems\n"
    "  --profile FILE      what the owner says of the host: documents to use, what it lacks, what it must have\n"
    "  --write-profile FILE  with probe: a profile to fill in\n"
    "  --json FILE         write the result there; FILE.part has it while the run goes on\n"
    "  --resume FILE       go on with a run that was stopped, from FILE.part or FILE\n"
    "  --rerun-failed FILE only the rows that were bad in that result\n"
    "  --junit, --tap, --ctrf, --markdown, --html FILE  the result in these formats, too\n"
    "  --expect FILE       what is known of the target: rows that are bad as expected are not counted, those that are\n"
    "                      not are; see hcs-conformance expect --help\n"
    "  --retries N         run a row that is bad again, up to N times; one that then passes is flaky\n"
    "  --schedule FILE     with run: no rows, but this schedule of hcs-sim explore, with real threads, as far as the\n"
    "                      target lets it be played; the verdict is confirmed (exit code 1), not reproduced or\n"
    "                      not applicable\n"
    "  --repeat N          each row so often: where outcomes differ, it is flaky; a schedule, 20 times unless told\n"
    "                      otherwise\n"
    "  --dry-run           only say which rows would run\n"
    "  --verbose           show every row that did not pass\n"
    "  --coverage          with list: documented results, HCS codes and cells, with rows and without\n"
    "  --contradictions    with list: where the documentation contradicts itself, and what was chosen\n"
    "  --docs DIR          with list: the documentation's sentences, from your own checkout of it\n"
    "  --untestable        with list: documented results that nothing can bring about, with the reason\n"
    "\n"
    "Exit code: 0 all as expected, 1 a row failed or crashed, 2 wrong use or no target, 130 interrupted.\n";

/* The suite is one client that waits for nothing outside: time-outs need no real time. The simulator's clock does not
   linger for callbacks, but long enough that a busy machine does not let it run on between two calls. Other engines and
   other libraries do not look at it. */
static void describe_client(const struct options *options)
{
    program_set_environment("COMPUTECORE_SCENARIO", "{\"clients\":1,\"idleMs\":20}");
    if (!options->target && !getenv("COMPUTECORE_SEED"))
        program_set_environment("COMPUTECORE_SEED", "1"); /* said, so that the result says it, too */
}

/* Commands with options of their own. */
static int (*find_own(const char *name))(int, char **)
{
    static const struct {
        const char *name;
        int (*run)(int, char **);
    } commands[] = {{"validate", validate_main}, {"compare", compare_main}, {"report", report_main},
        {"verify", verify_main}, {"expect", expectations_main}, {"history", history_main}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(commands[i].name, name))
            return commands[i].run;
    return NULL;
}

static int (*find_command(const char *name))(const struct options *)
{
    static const struct {
        const char *name;
        int (*run)(const struct options *);
    } commands[] = {{"run", run_main}, {"list", list_main}, {"probe", host_probe}, {"cleanup", host_cleanup}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(commands[i].name, name))
            return commands[i].run;
    return NULL;
}

int main(int argc, char **argv)
{
    struct options options;
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc > 1 && !strcmp(argv[1], "worker"))
        return worker_main(argc - 2, argv + 2);
    if (argc == 4 && !strcmp(argv[1], "host-worker"))
        return host_worker(argv[2], argv[3]);
    if (argc == 6 && !strcmp(argv[1], "schedule-worker"))
        return replay_worker(argv + 2);
    int (*const own)(int, char **) = find_own(argc > 1 ? argv[1] : "");
    if (own)
        return own(argc - 2, argv + 2);
    int (*const command)(const struct options *) = find_command(argc > 1 ? argv[1] : "");
    if (!command) {
        fprintf(stderr, "hcs-conformance: %s%s; see hcs-conformance --help\n",
            argc > 1 ? "unknown command " : "no command given", argc > 1 ? argv[1] : "");
        return 2;
    }
    if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    int wrong = options_read(&options, argc - 2, argv + 2);
    if (wrong)
        return wrong;
    describe_client(&options);
    if (options.os_build)
        program_set_environment("COMPUTECORE_OS_BUILD", options.os_build);
    return options.schedule && command == run_main ? replay_main(&options) : command(&options);
}
