/* The commands run, list, probe and cleanup: their options and functions. Entry points: the tables. */
#include "commands.h"
#include "containers.h"
#include "host.h"
#include "list.h"
#include "options.h"
#include "row/profile.h"
#include "row/row.h"
#include "run.h"
#include "scenario.h"
#include "schedule/replay.h"

static int do_run(void *values, const struct command_words *words)
{
    struct options *options = values;
    (void)words;
    int code = options_settle(options);
    if (code)
        return code;
    if (!scenario_settle(options->scenario))
        return 2;
    bool containers = options->engine == ENGINE_HOST && !options->dry_run;
    if (containers && !containers_begin(options))
        return 2;
    code = options->schedule ? replay_main(options) : run_main(options);
    return containers && !containers_end() && code == 0 ? 1 : code;
}

static int do_list(void *values, const struct command_words *words)
{
    (void)words;
    return list_main(values);
}

static int do_probe(void *values, const struct command_words *words)
{
    (void)words;
    const struct options *options = values;
    int code = options_settle(values);
    return code ? code : options->engine == ENGINE_HOST ? containers_probe(options) : host_probe(options);
}

static int do_cleanup(void *values, const struct command_words *words)
{
    (void)words;
    int code = options_settle(values);
    return code ? code : host_cleanup(values);
}

static const char *strength_at(unsigned i)
{
    return i < sizeof strength_names / sizeof *strength_names ? strength_names[i] : NULL;
}

/* --- shared options --- */

static const char *const engines[] = {[ENGINE_SIMULATOR] = "sim", [ENGINE_HOST] = "host", NULL};
static const char *const modes[] = {[MODE_FULL] = "full", [MODE_QUICK] = "quick", [MODE_SAFE] = "safe", NULL};

#define PLACE(member) offsetof(struct options, member)
#define FILE_OPTION(long_name, member, text, ...)                                                                      \
    {                                                                                                                  \
        .name = (long_name), .argument = "FILE", .place = PLACE(member), .help = (text), __VA_ARGS__                   \
    }

/* clang-format off */
#define TARGET \
    {.name = "target", .letter = 't', .kind = OPTION_TEXT, .argument = "LIBRARY", .place = PLACE(target), \
        .help = "the library under test; without it ours, with the simulator"}
#define BUILD \
    {.name = "os-build", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(os_build), .minimum = 1, .maximum = 1000000, \
        .help = "the Windows build that is simulated, or that the target is: 17763, 20348 …"}
#define ENGINE \
    {.name = "engine", .kind = OPTION_CHOICE, .argument = "NAME", .place = PLACE(engine), .choices = engines, .fallback = "sim", \
        .help = "what runs the compute systems of our library: sim, the simulator; host, Linux containers"}
#define FILTER \
    {.name = "filter", .letter = 'f', .kind = OPTION_TEXT, .argument = "TEXT", .place = PLACE(filter), \
        .help = "rows whose id contains TEXT, or fits it as a pattern with * and ?"}
#define STRENGTH \
    {.name = "strength", .kind = OPTION_CHOICES, .argument = "LIST", .place = PLACE(strengths), .choice_at = strength_at, \
        .help = "documented, relied-on, observed, unspecified; separated by commas"}
#define SHARD \
    {.name = "shard", .kind = OPTION_PART, .argument = "I/N", .place = PLACE(shard), .maximum = 10000, \
        .help = "the I-th of N parts"}
#define MODE \
    {.name = "mode", .kind = OPTION_CHOICE, .argument = "MODE", .place = PLACE(mode), .choices = modes, .fallback = "full", \
        .help = "full; quick: rows that need no image; safe: none that may disturb other systems"}
#define TIMEOUT \
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1, \
        .maximum = 86400, .fallback = "120", .help = "for one row"}
#define PROFILE \
    FILE_OPTION("profile", profile, "what the owner says of the host: documents, what it lacks, must have", \
        .kind = OPTION_INPUT)

static const struct command_option run_options[] = {
    TARGET, ENGINE,
    {.name = "strict", .kind = OPTION_FLAG, .place = PLACE(strict), .excludes = "loose",
        .help = "what differs from observed behaviour or our choice fails, too; the default without --target"},
    {.name = "loose", .kind = OPTION_FLAG, .place = PLACE(loose), .help = "the opposite; the default with --target"},
    FILTER, STRENGTH, SHARD,
    {.name = "jobs", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(jobs), .minimum = 1,
        .maximum = MAX_JOBS, .help = "processes at a time; without it as many as processors"},
    TIMEOUT,
    {.name = "without", .kind = OPTION_CHOICES, .argument = "LIST", .place = PLACE(lacking), .choices = capability_names,
        .help = "what the target lacks: container, virtual-machine, guest-process, linux-guest, memory-limit, simulator"},
    BUILD,
    FILE_OPTION("daemon", daemon, "a computecored for each process that runs rows: over it, not in the process; with "
        "--engine host the one that has the containers",
        .kind = OPTION_INPUT),
    FILE_OPTION("scenario", scenario, "of the simulator: what its host is like, and its faults", .kind = OPTION_INPUT),
    MODE, PROFILE,
    FILE_OPTION("json", json, "write the result there; FILE.part has it while the run goes on", .kind = OPTION_OUTPUT),
    FILE_OPTION("resume", resume, "go on with a run that was stopped, from FILE.part or FILE", .kind = OPTION_INPUT,
        .excludes = "rerun-failed"),
    FILE_OPTION("rerun-failed", rerun, "only the rows that were bad in that result", .kind = OPTION_INPUT),
    FILE_OPTION("rows", rows, "only the rows whose ids FILE has, one a line", .kind = OPTION_INPUT),
    {.name = "fail-fast", .kind = OPTION_FLAG, .place = PLACE(fail_fast), .help = "no further rows after one that is bad"},
    FILE_OPTION("junit", formats.junit, "the result as JUnit XML, too", .kind = OPTION_OUTPUT),
    FILE_OPTION("tap", formats.tap, "as TAP 14", .kind = OPTION_OUTPUT),
    FILE_OPTION("ctrf", formats.ctrf, "as CTRF JSON", .kind = OPTION_OUTPUT),
    FILE_OPTION("markdown", formats.markdown, "for the summary of a CI job", .kind = OPTION_OUTPUT),
    FILE_OPTION("html", formats.html, "as a page", .kind = OPTION_OUTPUT),
    {.name = "redact", .kind = OPTION_FLAG, .place = PLACE(redact),
        .help = "leave names of user and host and all folders out of the result, whatever its format"},
    FILE_OPTION("expect", expect, "what is known of the target: rows that are bad as expected are not counted, those "
        "that are not are; see hcs-conformance expect --help", .kind = OPTION_INPUT),
    {.name = "retries", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(retries), .minimum = 1, .maximum = 1000,
        .help = "run a row that is bad again, up to N times; one that then passes is flaky"},
    FILE_OPTION("schedule", schedule, "no rows, but this schedule of hcs-sim explore, with real threads; exit code 1: "
        "what it looks for is confirmed", .kind = OPTION_INPUT),
    {.name = "repeat", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(repeat), .minimum = 1, .maximum = 100000,
        .help = "each row so often: where outcomes differ, it is flaky; a schedule 20 times unless told otherwise"},
    {.name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .place = PLACE(dry_run), .help = "only say which rows would run"},
    {.name = "verbose", .letter = 'v', .kind = OPTION_FLAG, .place = PLACE(verbose),
        .help = "show every row that did not pass"},
    {.name = NULL}};

static const struct command_option list_options[] = {FILTER, STRENGTH, SHARD, MODE,
    {.name = "coverage", .kind = OPTION_FLAG, .place = PLACE(coverage), .excludes = "contradictions",
        .help = "documented results, HCS codes and cells instead, with rows and without"},
    {.name = "contradictions", .kind = OPTION_FLAG, .place = PLACE(contradictions), .excludes = "untestable",
        .help = "where the documentation contradicts itself instead, and what was chosen"},
    {.name = "untestable", .kind = OPTION_FLAG, .place = PLACE(untestable), .excludes = "coverage",
        .help = "documented results that nothing can bring about instead"},
    {.name = "docs", .kind = OPTION_FOLDER, .argument = "DIR", .place = PLACE(docs),
        .help = "the documentation's sentences, from your own checkout of it"},
    {.name = NULL}};

static const struct command_option probe_options[] = {TARGET, ENGINE, BUILD, TIMEOUT,
    FILE_OPTION("write-profile", write_profile, "a profile to fill in; never over one that is there", .kind = OPTION_OUTPUT),
    {.name = NULL}};

static const struct command_option cleanup_options[] = {TARGET, BUILD, TIMEOUT, {.name = NULL}};
/* clang-format on */

const struct command run_command = {.name = "run",
    .summary = "run the rows against a library",
    .description = "Runs the rows in processes of their own, which may crash or hang.",
    .options = run_options,
    .examples = {"run --engine host --json host.json", "run --target computecore.dll --mode quick --json quick.json"},
    .exit_codes =
        "Exit code: 0 all as expected, 1 a row failed or crashed, 2 wrong use or no target, 130 or 143 interrupted.",
    .size = sizeof(struct options),
    .run = do_run};

const struct command list_command = {.name = "list",
    .summary = "show the rows, with source and strength",
    .description = "Shows what the suite knows without running anything.",
    .options = list_options,
    .examples = {"list --filter 'HcsCreateProcess.*'", "list --coverage"},
    .exit_codes = "Exit code: 0, or 2 for wrong use.",
    .size = sizeof(struct options),
    .run = do_list};

const struct command probe_command = {.name = "probe",
    .summary = "say what the host can run, before anything is created",
    .description = "Asks the target what this host can run. Nothing is created.",
    .options = probe_options,
    .examples = {"probe --engine host", "probe --target computecore.dll --write-profile host.json"},
    .exit_codes = "Exit code: 0 it can run compute systems, 1 it can't, 2 wrong use or no target.",
    .size = sizeof(struct options),
    .run = do_probe};

const struct command cleanup_command = {.name = "cleanup",
    .summary = "end what a run left behind; nothing else is touched",
    .description = "Ends the compute systems whose owner is hcs-conformance.",
    .options = cleanup_options,
    .examples = {"cleanup", "cleanup --target computecore.dll"},
    .exit_codes = "Exit code: 0 nothing is left, 1 something could not be ended, 2 wrong use or no target.",
    .size = sizeof(struct options),
    .run = do_cleanup};
