/* hcs-conformance run against targets that misbehave towards their process, and when it is stopped or killed itself. */
#include "../../impl/tests/command.h"
#include "../../impl/tests/scratch.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENUMERATE "HcsEnumerateComputeSystems"
#define NULL_QUERY ENUMERATE ".null-query" /* the row in which a target misbehaves */

TestSuite(hostile, .timeout = 300);

static cJSON *run_to_json(const char *fault, const char *arguments, int code)
{
    static char text[1 << 20];
    setenv("FAULTY_TARGET", fault, 1);
    cr_expect_eq(command_run("timeout 100 " TOOL " run --jobs 1 --timeout 3 --target " FAULTY " --json %s %s",
                     scratch_path("hostile.json"), arguments),
        code, "%s: %s", fault, said);
    FILE *result = fopen(scratch_path("hostile.json"), "r");
    cr_assert_not_null(result);
    text[fread(text, 1, sizeof text - 1, result)] = 0;
    fclose(result);
    cJSON *root = cJSON_Parse(text);
    cr_assert_not_null(root, "%s: %s", fault, said);
    return root;
}

static const char *member(const cJSON *row, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(row, name));
    return text ? text : "";
}

/* Returns whether a process of that name exists. */
static bool is_running(const char *name)
{
    return command_run("grep -qsx '%s' /proc/[0-9]*/comm", name) == 0;
}

/* The outcome with each fault; without one the row fails, because there is no document. */
static const struct fault {
    const char *name, *outcome;
} faults[] = {
    {"floods", "timeout"},
    {"line", "fail"},
    {"chats", "fail"},
    {"forges", "fail"},
    {"scribbles", "crash"},
    {"closes", "timeout"},
    {"stops", "timeout"},
    {"forks", "fail"},
};

Test(hostile, what_a_target_does_in_one_row_is_told_of_that_row)
{
    char orphan[16]; /* other runs of this test have others */
    snprintf(orphan, sizeof orphan, "orphan-%d", (int)getpid());
    setenv("FAULTY_ORPHAN", orphan, 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        cJSON *result = run_to_json(faults[i].name, "--filter '" ENUMERATE ".*' --mode safe", 1);
        unsigned others = 0;
        const cJSON *row;
        cJSON_ArrayForEach (row, cJSON_GetObjectItem(result, "rows")) {
            const char *id = member(row, "id"), *outcome = member(row, "outcome");
            if (!strcmp(id, NULL_QUERY))
                cr_expect_str_eq(outcome, faults[i].outcome, "%s: %s", faults[i].name, outcome);
            if (!strcmp(id, NULL_QUERY) || !strcmp(id, ENUMERATE ".parameter.query.null"))
                continue;
            others++;
            cr_expect(strcmp(outcome, "not-run") && strcmp(outcome, "crash") && strcmp(outcome, "timeout"),
                "%s: %s: %s", faults[i].name, id, outcome);
        }
        cr_expect_gt(others, 5, "%s", faults[i].name);
        cJSON_Delete(result);
    }
    cr_expect_not(is_running(orphan));
}

Test(hostile, what_a_target_prints_is_evidence_of_the_row)
{
    cJSON *result = run_to_json("chats", "--filter " NULL_QUERY, 1);
    cr_expect_str_eq(member(cJSON_GetArrayItem(cJSON_GetObjectItem(result, "rows"), 0), "output"), "all is well\n");
    cJSON_Delete(result);
    result = run_to_json("line", "--filter " NULL_QUERY, 1);
    const char *output = member(cJSON_GetArrayItem(cJSON_GetObjectItem(result, "rows"), 0), "output");
    cr_expect_not_null(strstr(output, "\n[61568 bytes omitted]\n"), "%s", output);
    cr_expect_leq(strlen(output), 4096);
    cJSON_Delete(result);
}

Test(hostile, a_target_that_can_not_be_loaded_in_time_is_refused)
{
    static const char *const loads[][2] = {{"load-hangs", "no end within 1 seconds"},
        {"load-floods", "no end within 1 seconds"}, {"load-stops", "no end within 1 seconds"},
        {"load-closes", "no end within 1 seconds"},
        {"load-scribbles", "it wrote invalid data into the tool's channel"}};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        setenv("FAULTY_TARGET", loads[i][0], 1);
        cr_expect_eq(
            command_run("timeout 60 " TOOL " run --timeout 1 --target " FAULTY), 2, "%s: %s", loads[i][0], said);
        SAYS("hcs-conformance: loading the target failed: ");
        SAYS(loads[i][1]);
        cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
    }
}

Test(hostile, a_target_has_no_descriptor_of_whoever_runs_the_tool)
{
    scratch();
    static const char *const scribbles[] = {"load-scribbles", "scribbles"};
    for (int i = 0; i < 2; i++) {
        setenv("FAULTY_TARGET", scribbles[i], 1);
        cr_expect_eq(command_run("exec 9>$SCRATCH/theirs; timeout 60 " TOOL " run --timeout 1 --filter " NULL_QUERY
                                 " --target " FAULTY " >/dev/null 2>&1; echo $?; cat $SCRATCH/theirs"),
            0);
        cr_expect_str_eq(said, i ? "1\n" : "2\n", "%s: %s", scribbles[i], said);
    }
}

Test(hostile, a_target_that_does_not_unload_ends_no_run)
{
    setenv("FAULTY_TARGET", "unload-hangs", 1);
    cr_expect_eq(
        command_run("timeout 60 " TOOL " run --timeout 1 --filter " NULL_QUERY " --target " FAULTY), 1, "%s", said);
    SAYS("hcs-conformance: after its rows were done: no end within 1 seconds\n");
    SAYS("1 of 1 rows in ");
}

/* --- when it is stopped itself --- */

enum { MOST = 16, LEFT_MS = 60000 };

/* The processes that a process has started. */
static unsigned children_of(pid_t parent, pid_t *children)
{
    char path[64], list[1024] = "", *next = list, *end;
    unsigned count = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    list[fread(list, 1, sizeof list - 1, file)] = 0;
    fclose(file);
    for (long child; count < MOST && (child = strtol(next, &end, 10)) > 0; next = end)
        children[count++] = (pid_t)child;
    return count;
}

/* Starts a run whose worker hangs, and finds its processes, the worker and its supervisor, each as a descriptor that
   can be read once it has ended. */
static pid_t start_run(int *ends, unsigned *count)
{
    pid_t children[MOST];
    const char *mark = scratch_path("mark");
    setenv("FAULTY_TARGET", "closes", 1);
    setenv("FAULTY_MARK", mark, 1);
    pid_t run = fork();
    if (!run) {
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, 1);
        dup2(nothing, 2);
        execl(TOOL, TOOL, "run", "--timeout", "200", "--filter", NULL_QUERY, "--target", FAULTY, (char *)NULL);
        _exit(99);
    }
    while (access(mark, F_OK)) /* the row runs once it is there */
        usleep(1000);
    *count = children_of(run, children);
    cr_assert_geq(*count, 2);
    for (unsigned i = 0; i < *count; i++) {
        ends[i] = pidfd_open(children[i], 0);
        cr_assert_geq(ends[i], 0);
    }
    return run;
}

static void stop_run(int number, int code)
{
    int ends[MOST], status;
    unsigned count;
    pid_t run = start_run(ends, &count);
    kill(run, number);
    cr_assert_eq(waitpid(run, &status, 0), run);
    if (code)
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == code, "signal %d: %x", number, (unsigned)status);
    for (unsigned i = 0; i < count; i++)
        cr_expect_eq(poll(&(struct pollfd){ends[i], POLLIN, 0}, 1, LEFT_MS), 1, "after signal %d one is left", number);
}

Test(hostile, a_run_that_is_killed_leaves_no_worker)
{
    stop_run(SIGKILL, 0);
}

Test(hostile, a_run_that_is_interrupted_ends_with_130)
{
    stop_run(SIGINT, 130);
}

Test(hostile, a_run_that_is_terminated_ends_with_143)
{
    stop_run(SIGTERM, 143);
}

/* --- what a run is told --- */

Test(hostile, our_own_library_is_known_wherever_it_lies)
{
    static char named[sizeof said];
    const char *copy = scratch_path("a-copy.so");
    cr_assert_eq(command_run("cp " LIBRARY " %s", copy), 0, "%s", said);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(command_run("" TOOL " run --os-build 17763 --filter HcsCreate %s %s | "
                                 "sed -n '/documented/,/unspecified/p; /passed/p'",
                         i ? "--target" : "", i ? copy : ""),
            0);
        SAYS(" passed, 0 failed, ");
        if (i)
            cr_expect_str_eq(said, named);
        strcpy(named, said);
    }
}

Test(hostile, a_scenario_is_taken_from_its_option_alone)
{
    setenv("COMPUTECORE_SCENARIO", "{\"seed\":7}", 1);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY), 2);
    cr_expect_str_eq(
        said, "hcs-conformance: run: COMPUTECORE_SCENARIO is set; rows take a scenario from --scenario FILE alone\n");
    unsetenv("COMPUTECORE_SCENARIO");
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY " --scenario " ROOT "/LICENSE"), 2);
    SAYS("LICENSE: line 1, column 1: ");
    cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY " --scenario /no/such/file"), 2);
    cr_expect_eq(
        command_run(TOOL " run --filter " NULL_QUERY " --scenario " ROOT "/fixtures/scenarios/build-19041.json"), 0,
        "%s", said);
}

Test(hostile, a_way_to_treat_misuse_that_is_none_is_refused)
{
    setenv("COMPUTECORE_MISUSE", "bogus", 1);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY), 2);
    cr_expect_str_eq(said, "hcs-conformance: run: COMPUTECORE_MISUSE must be report or abort, not 'bogus'\n");
    setenv("COMPUTECORE_MISUSE", "report", 1);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY), 0, "%s", said);
}

Test(hostile, a_way_to_treat_deadlocks_that_is_none_is_refused)
{
    setenv("COMPUTECORE_DEADLOCK", "zz", 1);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY), 2);
    cr_expect_str_eq(said, "hcs-conformance: run: COMPUTECORE_DEADLOCK may be end, not 'zz'\n");
    setenv("COMPUTECORE_DEADLOCK", "end", 1);
    cr_expect_eq(command_run(TOOL " run --filter " NULL_QUERY), 0, "%s", said);
}

/* Systems of several rows are no reason for a row to crash: what ends a process runs again alone, and later processes
   make no more of them. */
Test(hostile, a_target_that_crashes_on_merged_documents_fails_no_row)
{
    cr_expect_eq(command_run("timeout 100 " TOOL " run --systems shared --jobs 2 --timeout 3 --target " FRAGILE
                             " --filter HcsCreateComputeSystem.document.VirtualMachine.Chipset"),
        0, "%s", said);
    cr_expect_null(strstr(said, "crash    "), "%s", said);
    cr_expect_not_null(strstr(said, " 0 failed, "), "%s", said);
    cr_expect_not_null(strstr(said, "which are not shared any more"), "%s", said);
}
