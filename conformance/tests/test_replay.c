/* run --schedule: what is confirmed, what is not reproduced, and what can't be forced on any target. */
#include "../../impl/tests/command.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char schedule[64];

static int run(const char *arguments)
{
    return command_run(TOOL " run --schedule %s %s", schedule, arguments);
}

/* moves: a JSON list without its brackets. */
static void write_schedule(const char *more, const char *moves)
{
    strcpy(schedule, "/tmp/hcs-schedule-XXXXXX");
    int file = mkstemp(schedule);
    cr_assert_geq(file, 0);
    cr_assert_gt(dprintf(file, "{\"schedule\":1,\"seed\":3,%s\"moves\":[%s]}", more, moves), 0);
    close(file);
}

#define ENUMERATE "\"c0 HcsCreateOperation + + o0\",\"c0 HcsEnumerateComputeSystems - o0\",\"engine\""
TestSuite(replay, .timeout = 300);

static const struct {
    const char *fault, *says;
    int code;
} faults[] = {
    {"none", "not reproduced in 3 attempts", 0},
    {"twice", "confirmed in attempt 1: a completion without a call arrives (O-19)", 1},
    {"crash", "confirmed in attempt 1: ", 1},
    {"hang", "confirmed in attempt 1: no end within 3 seconds", 1},
};

Test(replay, verdicts_on_targets_that_misbehave)
{
    char path[100], arguments[300];
    write_schedule("", ENUMERATE);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        setenv("FAULTY_TARGET", faults[i].fault, 1);
        snprintf(path, sizeof path, "%s.json", schedule);
        snprintf(arguments, sizeof arguments, "--target " FAULTY " --repeat 3 --timeout 3 --json %s", path);
        cr_expect_eq(run(arguments), faults[i].code, "%s: %s", faults[i].fault, said);
        SAYS(faults[i].says);
        FILE *file = fopen(path, "r");
        cr_assert_not_null(file);
        said[fread(said, 1, sizeof said - 1, file)] = 0;
        fclose(file);
        cJSON *root = cJSON_Parse(said);
        const char *verdict = cJSON_GetStringValue(cJSON_GetObjectItem(root, "verdict"));
        cr_expect(verdict && !strncmp(verdict, faults[i].says, strlen(verdict)), "%s", said);
        cJSON_Delete(root);
        unlink(path);
    }
    unlink(schedule);
}

Test(replay, what_no_host_can_be_told_is_not_applicable)
{
    write_schedule("", "\"c0 HcsCreateOperation - - o0\",\"c0 HcsEnumerateComputeSystems - o0 !fails 0x80370109\"");
    cr_expect_eq(run(""), 0, "%s", said);
    SAYS("not applicable: move 2: only the simulator can make HcsEnumerateComputeSystems go wrong");
    unlink(schedule);
    write_schedule("\"scenario\":{\"seed\":4},", ENUMERATE);
    cr_expect_eq(run(""), 0, "%s", said);
    SAYS("not applicable: it has a scenario");
    unlink(schedule);
    write_schedule("", "\"c0 HcsCreateOperation - - o0\",\"c0 HcsPauseComputeSystem - o0 -\"");
    setenv("FAULTY_TARGET", "none", 1);
    cr_expect_eq(run("--target " FAULTY), 0, "%s", said);
    SAYS("not applicable: move 2: the target does not export HcsPauseComputeSystem");
    unlink(schedule);
}

Test(replay, a_file_that_is_no_schedule_is_one_line_and_code_2)
{
    static const char *const wrong[][2] = {{"\"c0 HcsNothing\"", "move 1: not a function"},
        {"\"c9 HcsCreateOperation - - o0\"", "move 1: it does not begin with a client"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_schedule("", wrong[i][0]);
        cr_expect_eq(run(""), 2, "%s", said);
        SAYS(wrong[i][1]);
        cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
        unlink(schedule);
    }
    strcpy(schedule, "/no/such/file");
    cr_expect_eq(run(""), 2);
    SAYS("hcs-conformance: schedule /no/such/file: can't be read");
}

Test(replay, the_schedules_of_the_gallery_break_nothing_here)
{
    strcpy(schedule, ROOT "/fixtures/schedules/two-closers.json");
    cr_expect_eq(run("--repeat 3"), 0, "%s", said);
    SAYS("not reproduced in 3 attempts");
}

/* Saved seeds of the explorer have more moves than a known race, and end with waits that nothing ends. */
static const struct {
    const char *what, *moves;
} lawful[] = {
    {"an operation that is not kept", "\"c0 HcsCreateOperation - - -\",\"c0 HcsCreateOperation - + o0\","
                                      "\"c0 HcsEnumerateComputeSystems - o0\",\"engine\""},
    {"a callback that is replaced while the call is pending",
        "\"c0 HcsCreateOperation - + o0\",\"c0 HcsEnumerateComputeSystems - o0\",\"c0 HcsSetOperationCallback o0 - +\","
        "\"engine\""},
    {"a callback of a process that is never created",
        "\"c0 HcsCreateOperation - - o0\",\"c0 HcsCreateComputeSystem id:a @system/container o0 - s0\",\"engine\","
        "\"c0 HcsStartComputeSystem s0 o0 -\",\"engine\",\"c0 HcsCreateProcess s0 @process/not-found o0 - p0\","
        "\"c0 HcsSetProcessCallback p0 0 - +\",\"engine\""},
    {"a wait that nothing ends",
        "\"c0 HcsCreateOperation - - o0\",\"c0 HcsCreateComputeSystem id:a @system/container o0 - s0\",\"engine\","
        "\"c0 HcsStartComputeSystem s0 o0 -\",\"engine\",\"c0 HcsCreateProcess s0 @process/not-found o0 - p0\","
        "\"engine\",\"c0 HcsWaitForProcessExit p0 4294967295 -\""},
};

Test(replay, lawful_schedules_break_no_law)
{
    for (size_t i = 0; i < sizeof lawful / sizeof *lawful; i++) {
        write_schedule("", lawful[i].moves);
        cr_expect_eq(run("--repeat 2"), 0, "%s: %s", lawful[i].what, said);
        SAYS("not reproduced in 2 attempts");
        unlink(schedule);
    }
}

Test(replay, through_a_daemon)
{
    write_schedule("", ENUMERATE);
    cr_expect_eq(run("--repeat 2 --daemon " COMPUTECORED), 0, "%s", said);
    SAYS("not reproduced in 2 attempts");
    cr_expect_eq(run("--daemon /no/such/computecored"), 2, "%s", said);
    SAYS("/no/such/computecored can't be started");
    unlink(schedule);
}

Test(replay, options_of_rows_mean_nothing_for_a_schedule)
{
    static const char *const options[] = {"--filter x", "--strict", "--loose", "--jobs 2", "--junit x", "--retries 1",
        "--without container", "--scenario " ROOT "/fixtures/scenarios/build-17763.json", "--mode quick", "--dry-run"};
    char expected[64];
    write_schedule("", ENUMERATE);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        cr_expect_eq(run(options[i]), 2, "%s: %s", options[i], said);
        snprintf(expected, sizeof expected, "%.*s excludes --schedule", (int)strcspn(options[i], " "), options[i]);
        SAYS(expected);
    }
    unlink(schedule);
}
