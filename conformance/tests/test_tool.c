/* hcs-conformance as a program: options, exit codes, lists, and targets that misbehave. */
#include "../../impl/tests/command.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char *arguments)
{
    return command_run(TOOL " %s", arguments);
}

Test(tool, wrong_use_is_one_line_and_code_2)
{
    static const char *const uses[] = {"", "nonsense", "run --colour", "run --jobs", "run --jobs 0", "run --jobs x",
        "run --shard 3/2", "run --shard 1", "run --strength sure", "run --strict --loose", "run --filter no-such-row",
        "run --target /no/such/library.so", "run --timeout 0", "list --filter"};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        cr_expect_eq(run(uses[i]), 2, "%s: %s", uses[i], said);
        cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s: %s", uses[i], said);
    }
}

Test(tool, help_says_how)
{
    cr_expect_eq(run("--help"), 0);
    cr_expect_not_null(strstr(said, "run the rows against a library"));
    cr_expect_eq(run("run --help"), 0);
    cr_expect_not_null(strstr(said, "--target LIBRARY"));
}

Test(tool, everything_passes_against_our_own_library)
{
    cr_expect_eq(run("run --strict"), 0, "%s", said);
    cr_expect_not_null(strstr(said, " passed, 0 failed, "));
}

/* A user without rights; counters of coverage, which that user could not write beside the program, go elsewhere. */
#define WITHOUT_RIGHTS                                                                                                 \
    "chmod 711 $SCRATCH && mkdir -p -m 777 $SCRATCH/counters && GCOV_PREFIX=$SCRATCH/counters "                        \
    "setpriv --reuid 65534 --regid 65534 --clear-groups "

Test(tool, the_probe_of_containers_says_what_is_missing_and_how_to_get_it)
{
    static const char *const needs[] = {"root", "cgroups", "liblxc and the keeper", "overlay", "id mapping", "seccomp",
        "busybox", "can run containers"};
    cr_expect_leq(run("probe --engine host"), 1, "%s", said);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        cr_expect_not_null(strstr(said, needs[i]), "%s: %s", needs[i], said);
    (void)scratch(); /* $SCRATCH */
    int code = command_run("%s" TOOL " probe --engine host", geteuid() ? "" : WITHOUT_RIGHTS);
    cr_expect_eq(code, 1, "%s", said);
    cr_expect_not_null(strstr(said, " no: this user, "), "%s", said);
    cr_expect_not_null(strstr(said, "; run it as root: sudo "), "%s", said);
    code = command_run("%s" TOOL " run --engine host", geteuid() ? "" : WITHOUT_RIGHTS);
    cr_expect_eq(code, 2, "%s", said);
    cr_expect_null(strstr(said, "passed"), "%s", said);
}

Test(tool, every_documented_result_has_a_row)
{
    cr_expect_eq(run("list --coverage"), 0);
    cr_expect_not_null(strstr(said, "43 of 43 documented results have rows"));
    cr_expect_not_null(strstr(said, "225 of 225 cells have rows"));
    cr_expect_eq(run("list --untestable"), 0);
    cr_expect_not_null(strstr(said, "HcsImportLayer: The functions of computestorage.dll"), "%s", said);
    cr_expect_not_null(strstr(said, "\n0 documented results and 49 pages have no rows\n"), "%s", said);
}

Test(tool, a_filter_of_many_stars_takes_no_time, .timeout = 300)
{
    cr_expect_eq(run("list --filter '*e*e*e*e*e*e*e*e*e*e*e*e*no-such-end'"), 0);
    cr_expect_str_eq(said, "0 rows\n");
}

static unsigned rows_in(const char *arguments)
{
    unsigned rows = 0;
    cr_assert_eq(run(arguments), 0, "%s", said);
    for (char *line = said; (line = strchr(line, '\n')); line++)
        rows++;
    return rows - 1;
}

Test(tool, shards_split_the_rows)
{
    unsigned all = rows_in("list"), parts = 0;
    for (int i = 1; i <= 7; i++) {
        char arguments[32];
        snprintf(arguments, sizeof arguments, "list --shard %d/7", i);
        parts += rows_in(arguments);
    }
    cr_expect_eq(parts, all);
}

Test(tool, strengths_split_the_rows)
{
    unsigned all = rows_in("list");
    cr_expect_eq(rows_in("list --strength documented") + rows_in("list --strength relied-on,observed") +
                     rows_in("list --strength unspecified"),
        all);
}

Test(tool, row_ids_change_only_on_purpose)
{
    static char expected[1 << 20];
    FILE *golden = fopen(ROOT "/conformance/tests/rows.golden", "r");
    cr_assert_not_null(golden);
    expected[fread(expected, 1, sizeof expected - 1, golden)] = 0;
    fclose(golden);
    cr_assert_eq(run("list | cut -d' ' -f1"), 0);
    char *last = strrchr(said, '\n');
    while (last > said && *--last != '\n')
        ;
    last[1] = 0; /* drops the last line, the count */
    cr_expect_str_eq(said, expected, "compare hcs-conformance list with conformance/tests/rows.golden");
}

Test(tool, dry_run_runs_nothing)
{
    cr_expect_eq(run("run --dry-run --filter HcsCreateProcess.operation-result"), 0);
    cr_expect_not_null(strstr(said, "2 rows would run against"));
}

Test(tool, report_is_written_whole)
{
    cr_expect_eq(run("run --filter 'HcsGetOperationId*' --json $SCRATCH/report.json"), 0);
    FILE *file = fopen(scratch_path("report.json"), "r");
    cr_assert_not_null(file);
    said[fread(said, 1, sizeof said - 1, file)] = 0;
    fclose(file);
    cr_expect_not_null(strstr(said, "\"outcome\":\t\"pass\""));
    cr_expect_eq(run("run --filter HcsGetOperationId --json /no/such/folder/report.json"), 2);
}

/* Faulty targets: the run continues to its end and reports what happened. */
struct fault {
    const char *name, *row, *outcome;
};

static const struct fault faults[] = {
    {"crash", "HcsEnumerateComputeSystems.null-query", "crash"},
    {"hang", "HcsEnumerateComputeSystems.null-query", "timeout"},
    {"garbage", "HcsEnumerateComputeSystems.null-query", "fail"},
    {"twice", "HcsCreateOperation.callback-once-and-not-pending", "fail"},
};

Test(tool, targets_that_misbehave_end_no_run, .timeout = 300)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char arguments[512];
        snprintf(arguments, sizeof arguments, "run --timeout 2 --filter '%s' --target " FAULTY, faults[i].row);
        setenv("FAULTY_TARGET", faults[i].name, 1);
        cr_expect_eq(run(arguments), 1, "%s: %s", faults[i].name, said);
        char line[256];
        snprintf(line, sizeof line, "%-8s %s", faults[i].outcome, faults[i].row);
        cr_expect_not_null(strstr(said, line), "%s: %s", faults[i].name, said);
        cr_expect_not_null(strstr(said, "passed, 1 failed,"), "%s: %s", faults[i].name, said);
    }
}

Test(tool, exports_that_are_missing_skip_their_rows)
{
    setenv("FAULTY_TARGET", "none", 1);
    run("run --verbose --filter HcsPauseComputeSystem.operation-result --target " FAULTY);
    cr_expect_not_null(strstr(said, "not exported by this build"), "%s", said);
}

static size_t read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = 0;
    fclose(file);
    return length;
}

Test(tool, readme_shows_the_sample_as_it_is)
{
    static char readme[65536], sample[65536];
    read_text(ROOT "/README.md", readme, sizeof readme);
    read_text(ROOT "/conformance/samples/client.c", sample, sizeof sample);
    cr_expect_not_null(strstr(readme, strchr(sample, '\n') + 1));
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

#define PROFILE "$SCRATCH/profile.json"

Test(tool, probe_says_what_the_host_can_run_and_writes_a_profile_once)
{
    cr_expect_eq(run("probe --write-profile " PROFILE), 0, "%s", said);
    cr_expect_not_null(strstr(said, "can run compute systems        yes"), "%s", said);
    cr_expect_eq(run("probe --write-profile " PROFILE), 2, "a filled-in profile is not overwritten");
    cr_expect_eq(run("run --filter HcsCreateProcess.operation-result --profile " PROFILE), 0, "%s", said);
    cr_expect_not_null(strstr(said, "0 passed, 0 failed, 2 skipped"), "%s", said);
}

static const char *const wrong_profiles[][2] = {
    {"{", "is cut off in line 1"},
    {"{}\n{}", "is no JSON from line 2 on"},
    {"[]", "it is no object"},
    {"{\"lacks\":\"container\"}", "lacks must be a list"},
    {"{\"lacks\":[\"container\"],\"lacks\":[]}", "has lacks twice"},
    {"{\"documents\":5}", "documents must be an object"},
    {"{\"documents\":{\"@process/endless\":5}}", "documents.@process/endless: an object is expected"},
    {"{\"documents\":{\"@process/endless\":{},\"@process/endless\":{}}}", "documents has @process/endless twice"},
    {"{\"must\":[\"wings\"]}", "must: there is no such capability"},
    {"{\"speed\":1}", "speed is no member of a profile"},
    {"{\"documents\":{\"@system/castle\":{}}}", "@system/castle: no row uses a document of that name"},
};

Test(tool, mistakes_in_profiles_name_file_and_member)
{
    for (size_t i = 0; i < sizeof wrong_profiles / sizeof *wrong_profiles; i++) {
        write_text(scratch_path("profile.json"), wrong_profiles[i][0]);
        cr_expect_eq(run("run --profile " PROFILE), 2, "%s", wrong_profiles[i][0]);
        cr_expect_not_null(strstr(said, wrong_profiles[i][1]), "%s: %s", wrong_profiles[i][0], said);
        cr_expect_not_null(strstr(said, scratch_path("profile.json")), "%s", said);
    }
}

Test(tool, profiles_replace_documents_and_demand_capabilities)
{
    write_text(
        scratch_path("profile.json"), "{\"documents\":{\"@process/exit-42\":{\"CommandLine\":\"cmd /c exit 41\"}}}");
    cr_expect_eq(run("run --filter HcsCreateProcess.command-line --profile " PROFILE), 1);
    cr_expect_not_null(strstr(said, "\"ExitCode\":41"), "%s", said);
    write_text(scratch_path("profile.json"), "{\"lacks\":[\"container\"],\"must\":[\"container\"]}");
    cr_expect_eq(run("run --filter HcsCreateProcess.command-line --profile " PROFILE), 1);
    cr_expect_not_null(strstr(said, "said to have no container"), "%s", said);
}

Test(tool, modes_choose_rows)
{
    unsigned all = rows_in("list"), quick = rows_in("list --mode quick"), safe = rows_in("list --mode safe");
    cr_expect(quick > 0 && quick < all && safe > 0 && safe < all);
    cr_expect_null(strstr(said, "(hazard)"));
    cr_expect_eq(run("run --mode quick"), 0, "%s", said);
}

Test(tool, cleanup_of_a_clean_host_says_so)
{
    cr_expect_eq(run("cleanup"), 0);
    cr_expect_str_eq(said, "no system of the suite was left\n");
}

Test(tool, probe_of_a_target_that_misbehaves_ends)
{
    setenv("FAULTY_TARGET", "crash", 1);
    cr_expect_eq(run("probe --target " FAULTY), 1);
    cr_expect_not_null(strstr(said, "asking the target failed"), "%s", said);
}

/* Also when one of the functions crashes or does not return. */
Test(tool, probe_tells_stubs_from_functions, .timeout = 120)
{
    cr_expect_eq(run("probe --target " STUBS), 0, "%s", said);
    cr_expect_not_null(strstr(said, "exports                        9 of "), "%s", said);
    cr_expect_not_null(strstr(said, "stubs                          3 of 7 that return an HRESULT\n"
                                    "  only returns E_NOTIMPL       HcsCancelOperation\n"
                                    "  only returns E_NOTIMPL       HcsPauseComputeSystem\n"
                                    "  only returns E_NOTIMPL       HcsTerminateProcess\n"),
        "%s", said);
    cr_expect_eq(run("probe"), 0, "%s", said);
    cr_expect_not_null(strstr(said, "stubs                          "), "%s", said);
}

Test(tool, a_host_that_denies_access_is_refused_with_the_cause)
{
    setenv("FAULTY_TARGET", "denied", 1);
    cr_expect_eq(run("run --target " FAULTY), 2);
    cr_expect_str_eq(said,
        "hcs-conformance: this host is not fit for a run: HCS_E_ACCESS_DENIED, run it elevated, or as a member "
        "of Hyper-V Administrators; sign in anew after joining\n");
    cr_expect_eq(run("probe --target " FAULTY), 1);
    cr_expect_not_null(strstr(said, "no: HCS_E_ACCESS_DENIED"), "%s", said);
}

/* --- the documentation beside the rows --- */

static void write_page(const char *folder, const char *text)
{
    char command[256], path[256];
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", folder, folder);
    cr_assert_eq(system(command), 0);
    snprintf(path, sizeof path, "%s/hcscreateprocess.MD", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(tool, list_shows_the_sentence_of_the_users_own_checkout)
{
    write_page(scratch_path("docs"),
        "# HcsCreateProcess\r\n\r\n## Operation Results\r\n\r\n| Value | Description |\r\n| -- | -- "
        "|\r\n| `S_OK` | All is [well](./x.md) |\r\n");
    cr_expect_eq(run("list --docs $SCRATCH/docs --filter 'Hcs*Process.operation-result.*'"), 0);
    cr_expect_not_null(
        strstr(said,
            " of 77e0742a\n      hcscreateprocess.MD:7: S_OK: All is well (reworded since the revision of spec)\n"),
        "%s", said);
    cr_expect_not_null(strstr(said, "Operation Results, row 1, line "), "%s", said);
    cr_expect_not_null(strstr(said, "      HcsTerminateProcess: not in this checkout\n"), "%s", said);
    cr_expect_eq(run("list --docs $SCRATCH/docs --filter HcsCreateProcess.command-line"), 0);
    cr_expect_not_null(strstr(said, " documented   P-01, SchemaReference, line "), "%s", said);
    cr_expect_not_null(strstr(said, "\n      SchemaReference: not in this checkout\n"), "%s", said);
    cr_expect_eq(run("list --docs $SCRATCH/docs --filter state.Process.HcsTerminateProcess.running"), 0);
    cr_expect_not_null(strstr(said, "4.4, HcsTerminateProcess, line "), "%s", said);
    cr_expect_eq(run("run --filter HcsCreateProcess.operation-result --json $SCRATCH/docs/new.json"), 0);
    cr_expect_eq(run("run --filter HcsEnumerate --json $SCRATCH/docs/old.json"), 0);
    cr_expect_eq(run("compare $SCRATCH/docs/new.json $SCRATCH/docs/old.json --docs $SCRATCH/docs"), 1);
    cr_expect_not_null(strstr(said, "      hcscreateprocess.MD:7: S_OK: All is well"), "%s", said);
    cr_expect_eq(run("compare $SCRATCH/docs/new.json $SCRATCH/docs/new.json --docs /no/such/folder"), 2);
    cr_expect_eq(run("list --docs /no/such/folder"), 2);
    cr_expect_str_eq(said, "hcs-conformance: /no/such/folder has no page of the documentation\n");
}

Test(tool, list_says_when_a_sentence_that_a_rule_cites_was_reworded)
{
    write_page(scratch_path("reworded"), "# HcsCreateProcess\n\nA text.\n");
    FILE *file = fopen(scratch_path("reworded/HcsCloseOperation.md"), "w");
    cr_assert_not_null(file);
    fputs("# HcsCloseOperation\n\nWithin a callback, too.\n", file);
    fclose(file);
    cr_expect_eq(run("list --docs $SCRATCH/reworded --filter HcsCloseOperation.inside-its-callback"), 0);
    cr_expect_not_null(strstr(said, "\n      HcsCloseOperation.md: reworded since the revision of spec\n"), "%s", said);
}

Test(tool, contradictions_are_listed_with_the_choice)
{
    cr_expect_eq(run("list --contradictions"), 0);
    cr_expect_not_null(strstr(said, "D-12  HcsCancelOperation ("));
    cr_expect_not_null(strstr(said, "chosen: E_NOTIMPL, as rule O-25"));
    cr_expect_not_null(strstr(said, "44 contradictions, revision 77e0742a of the documentation\n"));
}

Test(tool, a_simulated_build_decides_which_rows_run)
{
    cr_expect_eq(run("run --os-build 17763 --filter '*.too-new'"), 0, "%s", said);
    cr_expect_not_null(strstr(said, " passed, 0 failed, "));
    cr_expect_eq(run("run --os-build 9600"), 2);
    cr_expect_eq(run("run --os-build x"), 2);
}

/* Records the trace of a row with a fault for one of the properties that it asks for, and replays it. */
static void expect_in_trace(const char *row, const char *property, const char *result)
{
    char line[120];
    const char *path = scratch_path("row.jsonl");
    cr_assert_eq(
        command_run("rm -f %s; COMPUTECORE_TRACE=%s " TOOL " run -j 1 --filter %s", path, path, row), 0, "%s", said);
    cr_assert_eq(command_run("grep '\"fault\"' %s", path), 0, "%s: no fault", row);
    snprintf(line, sizeof line, "\"fault\":\"fails\",\"property\":\"%s\",\"result\":\"%s\"}\n", property, result);
    SAYS(line);
    cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
    (void)command_run(HCS_SIM " replay %s", path); /* the process ends without the last line of a trace */
    SAYS("no difference");
    cr_expect_eq(command_run(HCS_SIM " trace %s", path), 0, "%s", said);
    snprintf(line, sizeof line, "by the fault plan: %s fails with ", property);
    SAYS(line);
    unlink(path);
}

Test(tool, the_trace_of_a_query_shows_which_property_fails)
{
    expect_in_trace("fault.one-property-of-several", "Memory", "0x8000FFFF");
    expect_in_trace("fault.one-service-property-of-several", "ProcessorTopology", "0x8000FFFF");
}

/* What a run with shared systems has written is read again by everything that reads results. */
Test(tool, results_of_shared_systems_are_read, .timeout = 200)
{
    static const char rows[] = "--filter 'HcsCreateComputeSystem.document.Container.*'";
    const char *path = scratch_path("shared.json");
    cr_expect_eq(command_run(TOOL " run --systems shared --mode quick %s --json %s", rows, path), 0, "%s", said);
    SAYS("systems were made");
    cr_expect_eq(command_run("grep '\"together\"' %s", path), 0, "no row was answered together with others");
    cr_expect_eq(command_run(TOOL " compare %s %s", path, path), 0, "%s", said);
    cr_expect_eq(command_run(TOOL " run --resume %s %s", path, rows), 0, "%s", said);
    cr_expect_eq(command_run(HCS_SIM " calibrate %s", path), 0, "%s", said);
    SAYS("\"latencies\"");
    unlink(path);
}
