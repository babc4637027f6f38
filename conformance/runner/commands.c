/* The commands run, list, probe and cleanup: their options and functions. Entry points: the tables. */
#include "commands.h"
#include "containers.h"
#include "host.h"
#include "list.h"
#include "options.h"
#include "row/target/profile.h"
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
static const char *const systems[] = {
    [SYSTEMS_CHOSEN] = "auto", [SYSTEMS_OWN] = "own", [SYSTEMS_SHARED] = "shared", NULL};
static const char *const modes[] = {[MODE_FULL] = "full", [MODE_QUICK] = "quick", [MODE_SAFE] = "safe", NULL};

#define PLACE(member) offsetof(struct options, member)
#define FILE_OPTION(long_name, member, text, ...)                                                                      \
    {                                                                                                                  \
        .name = (long_name), .argument = "FILE", .place = PLACE(member), .help = (text), __VA_ARGS__                   \
    }

/* clang-format off */
#define TARGET \
    {.name = "target", .letter = 't', .kind = OPTION_TEXT, .argument = "LIBRARY", .place = PLACE(target), \
        .help = "the library under test; default: our own, with the simulator"}
#define BUILD \
    {.name = "os-build", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(os_build), .minimum = 1, .maximum = 1000000, \
        .help = "the Windows build to simulate, or that of the target: 17763, 20348 …"}
#define ENGINE \
    {.name = "engine", .kind = OPTION_CHOICE, .argument = "NAME", .place = PLACE(engine), .choices = engines, .fallback = "sim", \
        .help = "what runs the compute systems of our library: sim, the simulator; host, Linux containers"}
#define FILTER \
    {.name = "filter", .letter = 'f', .kind = OPTION_TEXT, .argument = "TEXT", .place = PLACE(filter), \
        .excludes = "schedule", \
        .help = "rows whose id contains TEXT, or matches it as a pattern with * and ?"}
#define STRENGTH \
    {.name = "strength", .kind = OPTION_CHOICES, .argument = "LIST", .place = PLACE(strengths), .choice_at = strength_at, \
        .excludes = "schedule", \
        .help = "documented, relied-on, observed, unspecified; separated by commas"}
#define SHARD \
    {.name = "shard", .kind = OPTION_PART, .argument = "I/N", .place = PLACE(shard), .maximum = 10000, \
        .excludes = "schedule", \
        .help = "only the I-th of N parts"}
#define MODE \
    {.name = "mode", .kind = OPTION_CHOICE, .argument = "MODE", .place = PLACE(mode), .choices = modes, .fallback = "full", \
        .excludes = "schedule", \
        .help = "full; quick: rows that need no image; safe: none that may disturb other systems"}
#define SYSTEMS \
    {.name = "systems", .kind = OPTION_CHOICE, .argument = "WHICH", .place = PLACE(systems), .choices = systems, \
        .fallback = "auto", .excludes = "schedule", \
        .help = "own: each row makes its own; shared: rows use together what they leave as it was, so that few are made; " \
            "auto: shared with --target, unless rows are chosen"}
#define TIMEOUT \
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1, \
        .maximum = 86400, .fallback = "120", .help = "time limit of a row, or of an attempt at a schedule"}
#define PROFILE \
    FILE_OPTION("profile", profile, "a description of the host: documents to use, what it lacks, what it must have", \
        .kind = OPTION_INPUT)

static const struct command_option run_options[] = {
    TARGET, ENGINE,
    {.name = "strict", .kind = OPTION_FLAG, .place = PLACE(strict), .excludes = "loose,schedule",
        .help = "differences from observed behaviour and from our choices fail, too; the default without --target"},
    {.name = "loose", .kind = OPTION_FLAG, .place = PLACE(loose), .excludes = "schedule",
        .help = "such differences do not fail; the default with --target"},
    FILTER, STRENGTH, SHARD,
    {.name = "jobs", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(jobs), .minimum = 1,
        .maximum = MAX_JOBS, .excludes = "schedule", .help = "processes at a time; default: the number of processors, 1 where systems are shared"},
    TIMEOUT,
    {.name = "without", .kind = OPTION_CHOICES, .argument = "LIST", .place = PLACE(lacking), .choices = capability_names,
        .excludes = "schedule",
        .help = "what the target lacks: container, virtual-machine, guest-process, linux-guest, windows-guest, "
            "memory-limit, simulator, stream-relay (the host can end the output of a process that keeps it open), "
            "shared-host (a second process reaches the same host)"},
    BUILD,
    FILE_OPTION("daemon", daemon, "run the rows, or the schedule, through this computecored, one for each worker process; with "
        "--engine host: the one that runs the containers",
        .kind = OPTION_INPUT),
    FILE_OPTION("scenario", scenario, "a description of the simulated host and its faults", .kind = OPTION_INPUT,
        .excludes = "schedule"),
    MODE, SYSTEMS, PROFILE,
    FILE_OPTION("json", json, "write the result to FILE; of rows, FILE.part has those that are finished during the run", .kind = OPTION_OUTPUT,
        .replaces = "resume,rerun-failed"),
    FILE_OPTION("resume", resume, "continue the run of FILE or FILE.part with its choice of rows; the result is written to FILE, "
        "or where --json says", .kind = OPTION_INPUT,
        .excludes = "rerun-failed,schedule"),
    FILE_OPTION("rerun-failed", rerun, "only the rows that failed in that result; if none did, the files have no row", .kind = OPTION_INPUT,
        .excludes = "schedule"),
    FILE_OPTION("rows", rows, "only the rows whose ids FILE lists, one per line", .kind = OPTION_INPUT,
        .excludes = "schedule"),
    {.name = "fail-fast", .kind = OPTION_FLAG, .place = PLACE(fail_fast), .excludes = "schedule",
        .help = "stop after the first row that fails"},
    FILE_OPTION("junit", formats.junit, "also write the result as JUnit XML", .kind = OPTION_OUTPUT,
        .excludes = "schedule"),
    FILE_OPTION("tap", formats.tap, "also as TAP 14", .kind = OPTION_OUTPUT,
        .excludes = "schedule"),
    FILE_OPTION("ctrf", formats.ctrf, "also as CTRF JSON", .kind = OPTION_OUTPUT,
        .excludes = "schedule"),
    FILE_OPTION("markdown", formats.markdown, "also as Markdown, for the summary of a CI job", .kind = OPTION_OUTPUT,
        .excludes = "schedule"),
    FILE_OPTION("html", formats.html, "also as an HTML page", .kind = OPTION_OUTPUT,
        .excludes = "schedule"),
    {.name = "redact", .kind = OPTION_FLAG, .place = PLACE(redact), .excludes = "schedule",
        .help = "replace the names of user and host and all folders in the results"},
    FILE_OPTION("expect", expect, "known differences of the target: expected failures do not count, unexpected passes "
        "do; see hcs-conformance expect --help", .kind = OPTION_INPUT, .excludes = "schedule"),
    {.name = "retries", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(retries), .minimum = 1, .maximum = 1000,
        .excludes = "schedule",
        .help = "run a failed row again, up to N times; if it then passes, it is flaky"},
    FILE_OPTION("schedule", schedule, "instead of rows, play this schedule of hcs-sim explore with real threads; exit code 1: "
        "the target breaks a law", .kind = OPTION_INPUT),
    {.name = "repeat", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(repeat), .minimum = 1, .maximum = 100000,
        .help = "run each row N times; if the outcomes differ, it is flaky; the default for a schedule is 20"},
    {.name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .place = PLACE(dry_run), .excludes = "schedule",
        .help = "only print which rows would run"},
    {.name = "verbose", .letter = 'v', .kind = OPTION_FLAG, .place = PLACE(verbose), .excludes = "schedule",
        .help = "show every row that did not pass"},
    {.name = NULL}};

static const struct command_option list_options[] = {FILTER, STRENGTH, SHARD, MODE,
    {.name = "coverage", .kind = OPTION_FLAG, .place = PLACE(coverage), .excludes = "contradictions",
        .help = "instead show documented results, HCS codes and matrix cells, with their rows"},
    {.name = "contradictions", .kind = OPTION_FLAG, .place = PLACE(contradictions), .excludes = "untestable",
        .help = "instead show where the documentation contradicts itself, and what was chosen"},
    {.name = "untestable", .kind = OPTION_FLAG, .place = PLACE(untestable), .excludes = "coverage",
        .help = "instead show documented results and pages without rows, and why"},
    {.name = "docs", .kind = OPTION_FOLDER, .argument = "DIR", .place = PLACE(docs),
        .help = "show the documented sentences, from this checkout of the documentation"},
    {.name = NULL}};

static const struct command_option probe_options[] = {TARGET, ENGINE, BUILD, TIMEOUT,
    FILE_OPTION("write-profile", write_profile, "write a profile to fill in; an existing file is never overwritten", .kind = OPTION_OUTPUT),
    {.name = NULL}};

static const struct command_option cleanup_options[] = {TARGET, BUILD, TIMEOUT, {.name = NULL}};
/* clang-format on */

const struct command run_command = {.name = "run",
    .summary = "run the rows against a library",
    .description = "Runs the rows in child processes, which may crash or hang.",
    .options = run_options,
    .examples = {"run --engine host --json host.json", "run --target computecore.dll --mode quick --json quick.json"},
    .exit_codes =
        "Exit code: 0 all as expected, 1 a row failed or crashed, 2 wrong use or no target, 130 or 143 interrupted.",
    .size = sizeof(struct options),
    .run = do_run};

const struct command list_command = {.name = "list",
    .summary = "show the rows, with source and strength",
    .description = "Shows the rows and what they cover, without running anything.",
    .options = list_options,
    .examples = {"list --filter 'HcsCreateProcess.*'", "list --coverage"},
    .exit_codes = "Exit code: 0, or 2 for wrong use.",
    .size = sizeof(struct options),
    .run = do_list};

const struct command probe_command = {.name = "probe",
    .summary = "show what the host can run; creates nothing",
    .description = "Asks the target what this host can run. Nothing is created.",
    .options = probe_options,
    .examples = {"probe --engine host", "probe --target computecore.dll --write-profile host.json"},
    .exit_codes = "Exit code: 0 the host can run compute systems, 1 it can't, 2 wrong use or no target.",
    .size = sizeof(struct options),
    .run = do_probe};

const struct command cleanup_command = {.name = "cleanup",
    .summary = "end compute systems that a run left behind, and nothing else",
    .description = "Ends the compute systems whose owner is hcs-conformance.",
    .options = cleanup_options,
    .examples = {"cleanup", "cleanup --target computecore.dll"},
    .exit_codes = "Exit code: 0 nothing is left, 1 something could not be ended, 2 wrong use or no target.",
    .size = sizeof(struct options),
    .run = do_cleanup};
