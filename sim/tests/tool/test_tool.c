/* hcs-sim as a program: seeds, outcomes, files, continuing, and stopping. */
#include "../../../impl/tests/command.h"
#include "../../../impl/tests/client.h"
#include "document/document.h"
#include "suite_result.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int run(const char *arguments)
{
    return command_run("cd %s && " HCS_SIM " %s", folder, arguments);
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/hcs-sim-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

TestSuite(sim_tool, .init = begin, .fini = end, .timeout = 300);

static cJSON *read_json(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    said[fread(said, 1, sizeof said - 1, file)] = 0;
    fclose(file);
    return cJSON_Parse(said);
}

static unsigned outcomes(const cJSON *root, const char *outcome)
{
    unsigned count = 0;
    const cJSON *seed;
    cJSON_ArrayForEach (seed, cJSON_GetObjectItem(root, "seeds"))
        count += !strcmp(cJSON_GetObjectItem(seed, "outcome")->valuestring, outcome);
    return count;
}

Test(sim_tool, each_seed_runs_once_and_its_code_decides)
{
    cr_expect_eq(run("run --seeds 1..20 -- sh -c 'test $COMPUTECORE_SEED -lt 100'"), 0);
    SAYS("20 seeds in ");
    SAYS("20 passed, 0 failed, 0 timed out, 0 deadlocked, 0 not run\n");
    cr_expect_eq(
        run("run --seeds 1..20 --show 1 -- sh -c 'echo it is $COMPUTECORE_SEED; test $COMPUTECORE_SEED != 7'"), 1);
    SAYS("seed 7 failed: the process ended with code 1\nit is 7\n    again with: COMPUTECORE_SEED=7 sh -c 'echo it is "
         "$COMPUTECORE_SEED; test $COMPUTECORE_SEED != 7'\n");
    SAYS("19 passed, 1 failed");
}

Test(sim_tool, the_command_that_is_shown_brings_the_failure_back)
{
    cr_expect_eq(run("run --seeds 3..3 -- sh -c 'exit $((COMPUTECORE_SEED * 2))'"), 1);
    char *command = strstr(said, "again with: "), again[512];
    cr_assert_not_null(command);
    snprintf(again, sizeof again, "%.*s", (int)strcspn(command + 12, "\n"), command + 12);
    int status = system(again);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 6);
}

Test(sim_tool, standard_error_is_kept_and_only_the_end_of_much)
{
    cr_expect_eq(run("run --seeds 1..1 --json r.json -- sh -c 'yes line | head -n 5000; echo the end >&2; exit 3'"), 1);
    SAYS("the end\n");
    cJSON *root = read_json("r.json");
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "seeds"), 0);
    cr_expect_eq(cJSON_GetObjectItem(first, "status")->valueint, 3);
    cr_expect_leq(strlen(cJSON_GetObjectItem(first, "output")->valuestring), 4096);
    cJSON_Delete(root);
}

Test(sim_tool, a_run_that_never_ends_is_ended)
{
    cr_expect_eq(
        run("run --seeds 1..2 --timeout 1 --jobs 2 -- sh -c 'test $COMPUTECORE_SEED = 1 || exec sleep 100'"), 1);
    SAYS("seed 2 failed: no end within 1 s\n");
    SAYS("1 passed, 0 failed, 1 timed out");
}

#ifndef __SANITIZE_THREAD__ /* its own thread sleeps beside the client's: nothing can be said of all */
#define HANGS                                                                                                          \
    "printf '{\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Hang\"},{\"call\":"                         \
    "\"HcsStartComputeSystem\",\"effect\":\"Hang\",\"perMille\":500}]}' >hangs.json && "

/* L8 */
Test(sim_tool, a_client_that_waits_for_what_never_comes_is_ended_at_once)
{
    cr_expect_eq(
        command_run("cd %s && " HANGS HCS_SIM " run --seeds 1..20 --scenario hangs.json --traces . --json r.json "
                    "--junit r.xml -- " DEADLOCKED " some threads",
            folder),
        1);
    SAYS("failed: deadlock\n");
    SAYS("the start was accepted\n");
    SAYS("computecore: deadlock: thread ");
    SAYS(" waits in HcsWaitForOperationResult, nothing is due, and all other threads wait too (operation 1, "
         "HcsStartComputeSystem of system \"a\"; fault 2 of the scenario holds it back)\n");
    SAYS(" waits in HcsWaitForComputeSystemExit, nothing is due, and all other threads wait too (the exit of system "
         "\"a\")\n");
    SAYS(" 0 failed, 0 timed out, ");
    cJSON *root = read_json("r.json");
    unsigned passed = outcomes(root, "pass"), deadlocked = outcomes(root, "deadlock");
    cr_expect(passed && deadlocked && passed + deadlocked == 20, "%u passed, %u deadlocked", passed, deadlocked);
    cJSON_Delete(root);
    cr_expect_eq(
        command_run(
            "cd %s && grep -q '<failure message=\"deadlock, status 117\">' r.xml && for t in *.jsonl; do " HCS_SIM
            " trace $t >/dev/null || exit; done",
            folder),
        0);
}

static int wait_for_program(const char *scenario, const char *more)
{
    return command_run("cd %s && echo '%s' >s.json && " HCS_SIM
                       " run --seeds 1..1 --timeout 5 --scenario s.json -- " WAITS_FOR_PROGRAM " %s",
        folder, scenario, more);
}

/* Its streams are open, and nothing that comes through them could end it. */
Test(sim_tool, a_client_that_waits_for_a_program_that_hangs_is_deadlocked)
{
    cr_expect_eq(wait_for_program("{\"programs\":[{\"name\":\"server\",\"ends\":\"Hangs\"}]}", ""), 1);
    SAYS("failed: deadlock\n");
    SAYS(" waits in HcsWaitForProcessExit, nothing is due, and all other threads wait too (the exit of process 1000 in "
         "system \"a\")");
    SAYS(" 0 timed out, 1 deadlocked");
}

Test(sim_tool, a_program_that_reads_may_hear_from_another_process)
{
    static const char reads[] = "{\"programs\":[{\"name\":\"server\",\"input\":\"Read\"}]}";
    cr_expect_eq(wait_for_program(reads, ""), 1);
    SAYS(" 1 timed out, 0 deadlocked");
    cr_expect_eq(wait_for_program(reads, "500"), 0, "%s", said);
    cr_expect_eq(wait_for_program("{\"programs\":[{\"name\":\"server\",\"runMs\":3600000}]}", ""), 0, "%s", said);
}

Test(sim_tool, a_clock_that_nobody_is_left_to_advance_is_a_deadlock)
{
    cr_expect_eq(wait_for_program("{\"time\":\"Manual\"}", ""), 1);
    SAYS("failed: deadlock\n");
    SAYS(" waits in HcsWaitForOperationResult, only HcsSimAdvance moves the clock, and all other threads wait too "
         "(operation 1, HcsCreateComputeSystem of system \"a\")");
    SAYS(" 0 timed out, 1 deadlocked");
}

Test(sim_tool, without_the_tool_a_client_that_waits_for_ever_goes_on_waiting)
{
    cr_expect_eq(command_run("cd %s && " HANGS "COMPUTECORE_SCENARIO=hangs.json COMPUTECORE_SEED=$(" HCS_SIM
                             " run --seeds 1..20 --show 1 --scenario hangs.json -- " DEADLOCKED
                             " | sed -n 's/seed \\([0-9]*\\) failed.*/\\1/p') timeout 1 " DEADLOCKED,
                     folder),
        124);
    SAYS("computecore: deadlock: thread ");
}
#endif

Test(sim_tool, a_code_that_a_client_gives_itself_is_no_deadlock)
{
    cr_expect_eq(run("run --seeds 1..1 -- sh -c 'exit 117'"), 1);
    SAYS("0 passed, 1 failed, 0 timed out, 0 deadlocked");
}

/* Each of them would run for ever. */
static const char *const endless[] = {"exec >&- 2>&-; exec sleep 1000", "kill -STOP $$",
    "trap \"\" TERM INT HUP; while :; do sleep 1; done", "exec yes", "exec yes >&2"};

Test(sim_tool, the_limit_holds_whatever_a_client_does)
{
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments, "run --seeds 1..1 --timeout 1 -- sh -c '%s'", endless[i]);
        cr_expect_eq(run(arguments), 1, "%s: %s", endless[i], said);
        SAYS("seed 1 failed: no end within 1 s\n");
        SAYS("1 timed out");
    }
}

/* The tool does not wait for a pipe that other processes keep open, and leaves none of them running. */
Test(sim_tool, how_a_client_ends_is_told_by_itself)
{
    static const char *const starts[] = {"$S & exit 3", "setsid $S & exit 3", "($S & $S & wait) & exit 3"};
    char nap[32]; /* other runs of this test have others */
    snprintf(nap, sizeof nap, "sleep 1234.%d", (int)getpid());
    setenv("S", nap, 1);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments, "run --seeds 1..1 --timeout 50 -- sh -c '%s'", starts[i]);
        cr_expect_eq(run(arguments), 1, "%s: %s", starts[i], said);
        SAYS("seed 1 failed: the process ended with code 3\n");
        cr_expect_neq(
            command_run("grep -qsazx '[1]234.%d' /proc/[0-9]*/cmdline", (int)getpid()), 0, "%s: %s", starts[i], said);
    }
}

Test(sim_tool, shards_split_the_seeds)
{
    cr_expect_eq(run("run --seeds 0..9 --shard 1/3 --json 1.json -- true"), 0);
    cr_expect_eq(run("run --seeds 0..9 --shard 2/3 --json 2.json -- true"), 0);
    cr_expect_eq(run("run --seeds 0..9 --shard 3/3 --json 3.json -- true"), 0);
    bool met[10] = {false};
    for (int i = 1; i <= 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.json", i);
        cJSON *root = read_json(name);
        const cJSON *seed;
        cJSON_ArrayForEach (seed, cJSON_GetObjectItem(root, "seeds")) {
            int number = atoi(cJSON_GetObjectItem(seed, "seed")->valuestring);
            cr_expect_not(met[number], "%d", number);
            met[number] = true;
        }
        cJSON_Delete(root);
    }
    for (int i = 0; i < 10; i++)
        cr_expect(met[i], "%d", i);
}

Test(sim_tool, the_largest_seeds_are_whole)
{
    cr_expect_eq(run("run --seeds 18446744073709551614..18446744073709551615 --json r.json -- true"), 0);
    cJSON *root = read_json("r.json");
    cr_expect_str_eq(
        cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(root, "seeds"), 1), "seed")->valuestring,
        "18446744073709551615");
    cJSON_Delete(root);
}

Test(sim_tool, what_passed_is_not_run_again)
{
    const char *command =
        "run --seeds 1..6 --jobs 1 --json r.json %s -- sh -c 'echo $COMPUTECORE_SEED >> runs; test -e ok || "
        "test $COMPUTECORE_SEED -lt 5'";
    char arguments[512];
    snprintf(arguments, sizeof arguments, command, "");
    cr_expect_eq(run(arguments), 1);
    snprintf(arguments, sizeof arguments, "cd %s && touch ok && rm runs", folder);
    cr_expect_eq(system(arguments), 0);
    snprintf(arguments, sizeof arguments, command, "--resume r.json");
    cr_expect_eq(run(arguments), 0, "%s", said);
    SAYS("6 passed");
    snprintf(arguments, sizeof arguments, "test \"$(cat %s/runs | tr '\\n' ' ')\" = '5 6 '", folder);
    cr_expect_eq(system(arguments), 0);
    cr_expect_eq(run("run --seeds 1..6 --resume r.json -- true"), 2);
    SAYS("hcs-sim: r.json: is the result of another command or scenario\n");
    cr_expect_eq(run("run --seeds 1..6 --resume none.json -- true"), 2);
    SAYS("hcs-sim: none.json: can't be read\n");
    cr_expect_eq(run("run --seeds 1..6 --resume ok -- true"), 2);
    SAYS("hcs-sim: ok: is cut off in line 1\n");
}

Test(sim_tool, a_result_is_not_replaced_by_one_that_lacks_its_seeds)
{
    static const char *const fewer[] = {
        "--seeds 1..2 --resume r.json --json r.json", "--seeds 1..5 --shard 1/2 --resume r.json --json ./r.json"};
    static const char *const says[] = {"has seed 3,", "has seed 2,"};
    char arguments[256];
    cr_expect_eq(run("run --seeds 1..5 --json r.json -- true"), 0, "%s", said);
    for (size_t i = 0; i < sizeof fewer / sizeof *fewer; i++) {
        snprintf(arguments, sizeof arguments, "run %s -- true", fewer[i]);
        cr_expect_eq(run(arguments), 2, "%s", said);
        SAYS("hcs-sim: r.json: has seed ");
        SAYS(says[i]);
        cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
    }
    cr_expect_eq(run("run --seeds 1..2 --resume r.json --json other.json -- true"), 0, "%s", said);
    cr_expect_eq(run("run --seeds 1..7 --resume r.json --json r.json -- true"), 0, "%s", said);
    cJSON *root = read_json("r.json");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "seeds")), 7);
    cJSON_Delete(root);
}

Test(sim_tool, ctrl_c_ends_the_runs_and_keeps_what_there_is)
{
    /* a shell without job control starts background commands with SIGINT ignored; the tool installs its own
     * handler, which is there once seeds run; 5 and 6 run once all others have ended */
    (void)command_run("cd %s && (" HCS_SIM " run --seeds 1..1000 --jobs 2 --json r.json -- sh -c '"
                      "test $COMPUTECORE_SEED -lt 5 || { touch $COMPUTECORE_SEED; exec sleep 1000; }' & pid=$!; "
                      "until [ -e 5 ] && [ -e 6 ]; do sleep 0.02; done; kill -INT $pid; wait $pid; echo code $?)",
        folder);
    SAYS("code 130");
    SAYS("4 passed");
    SAYS("; interrupted");
    cJSON *root = read_json("r.json");
    cr_assert_not_null(root);
    cr_expect(cJSON_IsTrue(cJSON_GetObjectItem(root, "interrupted")));
    cr_expect_eq(outcomes(root, "pass"), 4);
    cr_expect_eq(outcomes(root, "not-run"), 996);
    cJSON_Delete(root);
}

Test(sim_tool, junit_has_a_case_a_seed_and_no_markup_from_outside)
{
    cr_expect_eq(
        run("run --seeds 1..2 --junit r.xml -- sh -c 'printf \"<b>&\\001\\377\"; exit $((COMPUTECORE_SEED - 1))'"), 1);
    char path[128];
    snprintf(path, sizeof path, "%s/r.xml", folder);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    said[fread(said, 1, sizeof said - 1, file)] = 0;
    fclose(file);
    SAYS("tests=\"2\" failures=\"1\" skipped=\"0\"");
    SAYS("name=\"seed 1\"");
    SAYS("\n&lt;b&gt;&amp;\xEF\xBF\xBD"
         "?</failure>");
    cr_expect_null(strstr(said, "<b>"));
}

Test(sim_tool, the_same_seed_gives_the_same_verdict)
{
    static char first[sizeof said];
    const char *command =
        "run --seeds 1..100 --show 100 --scenario " ROOT "/fixtures/scenarios/flaky-guest.json -- " CLIENT;
    cr_expect_eq(run(command), 1);
    unsigned failures = 0;
    for (const char *p = said; (p = strstr(p, " failed: ")); p++)
        failures++;
    cr_expect(failures > 3 && failures < 60, "%u", failures);
    snprintf(first, sizeof first, "%s", said);
    cr_expect_eq(run(command), 1);
    unsigned again = 0;
    for (const char *p = said; (p = strstr(p, "COMPUTECORE_SEED=")); p++) {
        char seed[32];
        snprintf(seed, sizeof seed, "%.*s ", (int)strcspn(p, " "), p);
        cr_expect_not_null(strstr(first, seed), "%s", seed);
        again++;
    }
    cr_expect_eq(again, failures);
}

Test(sim_tool, scenarios_are_checked)
{
    cr_expect_eq(run("scenario check " ROOT "/fixtures/scenarios/low-memory.json"), 0);
    SAYS("low-memory.json: seed 1, Windows build ");
    SAYS(", 1 fault\n");
    cr_expect_eq(run("scenario check " ROOT "/fixtures/documents/valid/system/vm.json"), 1);
    SAYS("line 2, column 3: $.Owner: 'Owner' is not a member of Scenario");
}

Test(sim_tool, wrong_use_is_one_line_and_code_2)
{
    static const char *const uses[] = {"", "nonsense", "scenario", "scenario check", "run", "run --seeds",
        "run --seeds 5", "run --seeds 5..1 -- true", "run --seeds a..b -- true", "run --seeds 1..5",
        "run --seeds 1..5 --", "run --colour -- true", "run --seeds 1..5 --jobs 0 -- true",
        "run --seeds 1..5 --timeout x -- true", "run --seeds 1..5 --shard 4/3 -- true",
        "run --seeds 0..18446744073709551615 -- true", "run --seeds 1..5 --scenario /no/such -- true",
        "run --seeds 1..5 -- /no/such/command", "run --seeds 1..5 --json"};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        cr_expect_eq(run(uses[i]), 2, "%s: %s", uses[i], said);
        cr_expect_eq(strcspn(said, "\n") + 1, strlen(said), "%s: %s", uses[i], said);
    }
    cr_expect_eq(run("run --seeds 1..2 --json /no/such/folder/r.json -- true"), 2);
    SAYS("hcs-sim: /no/such/folder/r.json can't be written: there is no such folder\n");
}

Test(sim_tool, what_to_do_in_a_deadlock_is_checked_before_there_is_one)
{
    static const char mistake[] = "computecore: COMPUTECORE_DEADLOCK may be end, not 'zz'; a deadlock is only told\n";
    cr_expect_eq(command_run("COMPUTECORE_DEADLOCK=zz %s", CLIENT), 0, "%s", said);
    cr_expect_eq(strncmp(said, mistake, strlen(mistake)), 0, "%s", said);
    cr_expect_null(strstr(said + strlen(mistake), "COMPUTECORE_DEADLOCK"), "once: %s", said);
    cr_expect_eq(command_run("COMPUTECORE_DEADLOCK= %s", CLIENT), 0);
    cr_expect_null(strstr(said, "COMPUTECORE"), "%s", said);
}

Test(sim_tool, help_says_how)
{
    cr_expect_eq(run("--help"), 0);
    SAYS("usage: hcs-sim COMMAND");
    cr_expect_eq(run("run --help"), 0);
    SAYS("--resume FILE");
}

Test(sim_tool, parts_are_merged)
{
    const char *command = " -- sh -c 'test $COMPUTECORE_SEED != 5'";
    char line[256];
    for (int shard = 1; shard <= 3; shard++) {
        snprintf(line, sizeof line, "run --seeds 1..10 --shard %d/3 --json part-%d.json%s", shard, shard, command);
        cr_assert_eq(run(line), shard == 2, "%s", said);
    }
    cr_expect_eq(run("merge part-1.json part-2.json part-3.json --json all.json --junit all.xml"), 1);
    SAYS("10 seeds");
    SAYS("9 passed, 1 failed");
    cJSON *root = read_json("all.json");
    cr_expect_eq(outcomes(root, "pass"), 9);
    cr_expect_eq(outcomes(root, "fail"), 1);
    cJSON_Delete(root);
    cr_expect_eq(run("merge part-1.json part-3.json part-1.json"), 0, "a file twice");
    SAYS("7 seeds");
    cr_expect_eq(run("run --seeds 5..5 --json other.json -- true"), 0);
    cr_expect_eq(run("merge part-1.json other.json"), 2);
    SAYS("other.json: is the result of another command or scenario than the first");
    cr_expect_eq(run("run --seeds 2..2 --json again.json -- sh -c 'test $COMPUTECORE_SEED != 5'"), 0);
    snprintf(line, sizeof line, "sed -i 's/\"pass\"/\"fail\"/' %s/again.json", folder);
    cr_expect_eq(system(line), 0);
    cr_expect_eq(run("merge part-2.json again.json"), 1);
    SAYS("seed 2: pass in one file, fail in another");
    cr_expect_eq(run("merge"), 2);
    cr_expect_eq(run("merge --no x"), 2);
    cr_expect_eq(run("merge none.json"), 2);
    cr_expect_eq(run("merge --help"), 0);
}

static const struct {
    const char *text, *says;
} wrong_parts[] = {
    {"", "is cut off in line 1"},
    {"[]", "is no result of hcs-sim run"},
    {"{\"version\":1}", "is no result of hcs-sim run"},
    {"{\"version\":0,\"command\":[\"true\"],\"seeds\":[]}", "is of format 0; this version reads 1"},
    {"{\"version\":2,\"command\":[\"true\"],\"seeds\":[]}", "is of format 2; this version reads 1"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[]} x", "is no JSON from line 1 on: text after the document"},
    {"{\"version\":1,\"command\":[\"true\"]}", "seeds is missing"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":{}}", "seeds must be a list"},
    {"{\"version\":1,\"command\":\"true\",\"seeds\":[]}", "command must be a list"},
    {"{\"version\":1,\"command\":[],\"seeds\":[]}", "command is empty"},
    {"{\"version\":1,\"command\":[\"true\",1],\"seeds\":[]}", "command holds something else than words"},
    {"{\"version\":1,\"command\":[\"true\"],\"seconds\":-1,\"seeds\":[]}", "seconds is less than it can be"},
    {"{\"version\":1,\"command\":[\"true\"],\"scenario\":1,\"seeds\":[]}", "scenario must be a string"},
    {"{\"version\":1,\"command\":[\"true\"],\"seed\":[],\"seeds\":[]}", "seed is no member of a result"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[],\"seeds\":[]}", "has seeds twice"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[1]}", "seeds[0] is no object"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"outcome\":\"pass\"}]}", "seeds[0].seed is missing"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"1\"}]}", "seeds[0].outcome is missing"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":1,\"outcome\":\"pass\"}]}",
        "seeds[0].seed must be a string"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"-1\",\"outcome\":\"pass\"}]}",
        "seeds[0].seed: -1 is no seed"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"18446744073709551616\",\"outcome\":\"pass\"}]}",
        "seeds[0].seed: 18446744073709551616 is no seed"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"1\",\"outcome\":\"good\"}]}",
        "seeds[0].outcome: good is no outcome"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"1\",\"outcome\":\"fail\",\"output\":1}]}",
        "seeds[0].output must be a string"},
    {"{\"version\":1,\"command\":[\"true\"],\"seeds\":[{\"seed\":\"1\",\"outcome\":\"fail\",\"status\":\"1\"}]}",
        "seeds[0].status must be a number"},
};

Test(sim_tool, a_part_that_is_none_is_one_line_and_code_2)
{
    static const char *const commands[] = {
        "merge bad.json", "merge good.json bad.json", "run --seeds 1..1 --resume bad.json -- true"};
    cr_assert_eq(run("run --seeds 1..1 --json good.json -- true"), 0, "%s", said);
    for (size_t i = 0; i < sizeof wrong_parts / sizeof *wrong_parts; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/bad.json", folder);
        FILE *file = fopen(path, "w");
        cr_assert(file && fputs(wrong_parts[i].text, file) >= 0 && !fclose(file));
        for (size_t j = 0; j < sizeof commands / sizeof *commands; j++) {
            cr_expect_eq(run(commands[j]), 2, "%s: %s", wrong_parts[i].text, said);
            SAYS("hcs-sim: bad.json: ");
            SAYS(wrong_parts[i].says);
            cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
        }
    }
}

Test(sim_tool, a_run_of_the_suite_becomes_a_scenario)
{
    suite_result_write(folder, "run.json", "{\"build\":\"20348\"}",
        "[{\"id\":\"a\",\"outcome\":\"pass\",\"latencies\":[{\"function\":\"HcsStartComputeSystem\","
        "\"microseconds\":"
        "900.6},{\"function\":\"HcsStartComputeSystem\",\"microseconds\":100},{\"function\":\"HcsOpenProcess\","
        "\"microseconds\":5}]},{\"id\":\"b\",\"outcome\":\"fail\",\"message\":\"another code\"}]");
    cr_assert_eq(run("calibrate run.json --output like.json"), 0, "%s", said);
    SAYS("not modelled: b: fail: another code");
    cr_assert_eq(run("scenario check like.json"), 0, "%s", said);
    SAYS("Windows build 20348");
    cJSON *root = read_json("like.json");
    const cJSON *latencies = cJSON_GetObjectItem(root, "latencies");
    const cJSON *list = cJSON_GetObjectItem(cJSON_GetObjectItem(latencies, "HcsStartComputeSystem"), "empiricalUs");
    cr_expect_eq(cJSON_GetArraySize(latencies), 1);
    cr_expect_eq(cJSON_GetArraySize(list), 2);
    cr_expect_eq(cJSON_GetArrayItem(list, 0)->valueint, 100);
    cr_expect_eq(cJSON_GetArrayItem(list, 1)->valueint, 901);
    cJSON_Delete(root);
    cr_expect_eq(run("calibrate like.json"), 2);
    SAYS("hcs-sim: like.json: is no result of hcs-conformance run --json\n");
    cr_expect_eq(run("calibrate none.json"), 2);
    cr_expect_eq(run("calibrate"), 2);
    cr_expect_eq(run("calibrate --no"), 2);
    cr_expect_eq(run("calibrate --help"), 0);
}

Test(sim_tool, what_a_host_refuses_with_another_code_is_refused_so)
{
    char path[128];
    suite_result_write(folder, "host.json", "{}",
        "[{\"id\":\"state.Container.HcsPauseComputeSystem.running\",\"outcome\":\"drift\",\"return\":\"S_OK\","
        "\"result\":\"E_NOTIMPL\"},"
        "{\"id\":\"state.Container.HcsStartComputeSystem.running\",\"outcome\":\"fail\",\"return\":"
        "\"E_ACCESSDENIED\"},"
        "{\"id\":\"state.Container.HcsTerminateComputeSystem.absent\",\"outcome\":\"fail\",\"result\":"
        "\"E_FAIL\",\"message\":\"no state\"},"
        "{\"id\":\"state.Container.HcsSaveComputeSystem.running\",\"outcome\":\"fail\",\"result\":\"S_OK\","
        "\"message\":\"it works\"},"
        "{\"id\":\"a\",\"outcome\":\"skip\",\"unmet\":\"virtual-machine\"}]");
    cr_assert_eq(run("calibrate host.json --output like.json"), 0, "%s", said);
    SAYS("not modelled: state.Container.HcsTerminateComputeSystem.absent: fail: no state");
    SAYS("not modelled: state.Container.HcsSaveComputeSystem.running: fail: it works");
    cr_expect_null(strstr(said, "HcsPause"), "%s", said);
    snprintf(path, sizeof path, "%s/like.json", folder);
    setenv("COMPUTECORE_SCENARIO", path, 1);
    HCS_SYSTEM system = make_system(u"like", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), E_NOTIMPL);
    cr_expect_eq(finish(HcsStartComputeSystem(system, operation, NULL), operation), E_ACCESSDENIED);
    cr_expect_eq(finish(HcsCreateComputeSystem(u"vm", VM_WITH_GUEST, operation, NULL, &system), operation),
        HCS_E_HYPERV_NOT_INSTALLED);
}

Test(sim_tool, moves_are_saved_as_a_row_of_the_suite)
{
    cr_assert_eq(run("explore --moves 'seed 7; c0 HcsCreateOperation - - o0; engine' --save s.json"), 0, "%s", said);
    SAYS("no law is broken");
    cJSON *root = read_json("s.json");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "moves")), 2);
    cr_expect_eq(cJSON_GetObjectItem(root, "seed")->valueint, 7);
    cJSON_Delete(root);
    cr_assert_eq(run("explore --schedule s.json"), 0, "%s", said);
}

Test(sim_tool, traces_of_failures_are_kept)
{
    cr_assert_eq(run("run --seeds 1..4 --traces . --show 1 -- sh -c '" CLIENT " && test $COMPUTECORE_SEED != 3'"), 1,
        "%s", said);
    SAYS("its trace: ./3.jsonl");
    cr_assert_eq(run("replay 3.jsonl"), 0, "%s", said);
    cr_expect_eq(run("trace 2.jsonl"), 2, "those that passed are gone");
}

/* Each pair of lines is told by seed 1 and seed 2. */
static const struct {
    const char *one, *two;
    bool same;
} endings[] = {
    {"no system 3f2a7c10-9d4e-4b1a-8c55-0123456789ab", "no system A0B1C2D3-e4f5-4677-8899-AABBCCDDEEFF", true},
    {"no {3f2a7c10-9d4e-4b1a-8c55-0123456789ab}.", "no {bbbbbbbb-cccc-4ddd-8eee-ffffffffffff}.", true},
    {"id 3f2a7c109d4e4b1a8c550123456789ab", "id a0b1c2d3e4f546778899aabbccddeeff", true},
    {"at 000001F2A3B4C5D0 in x", "at 00007FFDDEADBEEF in x", true},
    {"at 0x7ffd1234abcd, fd 12", "at 0x55d0c0de, fd 3", true},
    {"handle 0x0000000a00000001 is stale", "handle 0x0000000b00000017 is stale", true},
    {"system-17 of 2026-11-27T10:00:00Z", "system-4 of 2026-12-01T01:02:03Z", true},
    {"it failed with 0x80370110", "it failed with 0x80370105", false},
    {"it failed with 0x80370110 for 3f2a7c10-9d4e-4b1a-8c55-0123456789ab",
        "it failed with 0x80370105 for 3f2a7c10-9d4e-4b1a-8c55-0123456789ab", false},
    {"the facade was defaced", "the facade was effaced", false},
    {"no system", "no process", false},
};

Test(sim_tool, failures_that_differ_in_ids_addresses_and_handles_are_one_group)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char line[512];
        snprintf(line, sizeof line,
            "run --seeds 1..2 --show 1 -- sh -c 'test $COMPUTECORE_SEED = 1 && echo \"%s\" || echo \"%s\"; exit 1'",
            endings[i].one, endings[i].two);
        cr_expect_eq(run(line), 1);
        cr_expect_eq(strstr(said, "2 seeds ended so: ") != NULL, endings[i].same, "%s", said);
        cr_expect_eq(strstr(said, "1 seed ended so: ") == NULL, endings[i].same, "%s", said);
    }
}

Test(sim_tool, the_folder_of_traces_is_made_or_refused_before_the_first_run)
{
    cr_expect_eq(run("run --seeds 1..1 --traces kept -- sh -c '" CLIENT "; exit 1'"), 1, "%s", said);
    cr_expect_eq(run("replay kept/1.jsonl"), 0, "%s", said);
    cr_expect_eq(run("run --seeds 1..1 --traces no/such -- touch ran"), 2);
    cr_expect_str_eq(said, "hcs-sim: no/such can't be written: there is no such folder\n");
    cr_expect_eq(run("run --seeds 1..1 --json same --junit same -- touch ran"), 2);
    SAYS("run: --json and --junit are the same file");
    cr_expect_eq(run("run --seeds 1..1 --json /dev/null --junit /dev/null -- true"), 0, "%s", said);
    cr_expect_eq(command_run("ls %s/ran", folder), 2, "the command has run");
}

Test(sim_tool, moves_that_mean_nothing_break_no_law)
{
    cr_assert_eq(run("explore --moves 'seed 7; c0 HcsCreateOperation - - o0; c0 HcsCreateComputeSystem id:a "
                     "@system/container o0 + s0'"),
        0, "%s", said);
    cr_assert_eq(run("explore --moves 'seed 7; k9223372036854775807 begins'"), 2, "%s", said);
}

Test(sim_tool, misuse_that_is_drawn_is_no_misuse_by_a_client)
{
    char hash[32] = "";
    cr_assert_eq(run("explore --seeds 1..5"), 0, "%s", said);
    snprintf(hash, sizeof hash, "%.29s", strstr(said, "trace hash: "));
    setenv("COMPUTECORE_MISUSE", "abort", 1);
    cr_assert_eq(run("explore --seeds 1..5"), 0, "%s", said);
    SAYS(hash);
}

/* --- failures that ended in the same way, and smaller scenarios --- */

Test(sim_tool, failures_that_ended_in_the_same_way_are_together)
{
    cr_expect_eq(run("run --seeds 1..9 --show 1 --json r.json -- sh -c 'echo line of $COMPUTECORE_SEED; "
                     "test $COMPUTECORE_SEED != 4 && exit $((COMPUTECORE_SEED % 3)); echo another; exit 1'"),
        1);
    SAYS("2 seeds ended so: the process ended with code 1: line of 1\n  seed 1\n  seed 7\n");
    SAYS("1 seed ended so: the process ended with code 1: another\n  seed 4\n");
    SAYS("3 seeds ended so: the process ended with code 2: line of 2\n  seed 2\n  seed 5\n  seed 8\n");
}

static void write_faults(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("{\"host\":{\"processors\":4},\"latencies\":{\"HcsStartComputeSystem\":{\"uniformUs\":[10,500]},"
          "\"HcsSaveComputeSystem\":{\"fixedUs\":7}},\"faults\":["
          "{\"call\":\"HcsModifyComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\"},"
          "{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"0x80370109\",\"nth\":1},"
          "{\"call\":\"HcsSaveComputeSystem\",\"effect\":\"Hang\"}]}",
        file);
    fclose(file);
}

Test(sim_tool, the_fault_that_hit_a_failure_is_named)
{
    write_faults("faults.json");
    cr_expect_eq(run("run --seeds 1..2 --show 1 --json r.json --scenario faults.json -- " CLIENT), 1);
    SAYS("    its faults: HcsStartComputeSystem fails with 0x80370109\n");
    SAYS("  seed 2: HcsStartComputeSystem fails with 0x80370109\n");
    cr_expect_eq(run("merge r.json"), 1);
    SAYS("  seed 2: HcsStartComputeSystem fails with 0x80370109\n");
    cr_expect_eq(command_run("cd %s && TMPDIR=. " HCS_SIM " run --seeds 1..2 --scenario faults.json -- " CLIENT
                             " >/dev/null; ls -d computecore-*",
                     folder),
        2, "no traces are left: %s", said);
}

Test(sim_tool, a_scenario_shrinks_to_the_fault_that_counts)
{
    write_faults("faults.json");
    cr_expect_eq(run("shrink --scenario faults.json --seed 3 --output small.json -- " CLIENT), 0, "%s", said);
    SAYS("hcs-sim: shrink: try 0 of 500: the process ended with code 1: ");
    SAYS(" bytes, 1 faults, 0 latencies\n");
    cJSON *small = read_json("small.json");
    char *text = cJSON_PrintUnformatted(small);
    cr_expect_str_eq(text, "{\"faults\":[{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\","
                           "\"hresult\":\"0x80370109\"}],\"seed\":3}");
    free(text);
    cJSON_Delete(small);
}

Test(sim_tool, a_seed_with_zeros_before_it_is_a_number_of_the_scenario)
{
    write_faults("faults.json");
    cr_expect_eq(run("shrink --scenario faults.json --seed 003 --output small.json -- " CLIENT), 0, "%s", said);
    cJSON *small = read_json("small.json");
    cr_assert_not_null(small);
    cr_expect_eq(cJSON_GetNumberValue(cJSON_GetObjectItem(small, "seed")), 3);
    cJSON_Delete(small);
    cr_expect_eq(run("scenario check small.json"), 0, "%s", said);
}

Test(sim_tool, tries_to_shrink_have_an_end)
{
    write_faults("faults.json");
    cr_expect_eq(run("shrink --scenario faults.json --tries 2 -- " CLIENT), 0);
    SAYS("try 2 of 2: no tries are left: ");
    cr_expect_eq(run("shrink --scenario faults.json -- true"), 1);
    SAYS("hcs-sim: shrink: the client does not fail with faults.json\n");
    cr_expect_eq(run("shrink --scenario faults.json --seed x -- true"), 2);
    SAYS("--seed takes a whole number, not 'x'");
    cr_expect_eq(run("shrink --scenario faults.json -- /no/such/command"), 2);
    SAYS("/no/such/command can't be started");
}

Test(sim_tool, an_interrupted_shrink_writes_the_smallest_so_far)
{
    write_faults("faults.json");
    /* the third run of the client interrupts the tool */
    cr_expect_eq(run("shrink --scenario faults.json --output small.json -- sh -c 'echo >>runs; "
                     "test $(wc -l <runs) = 3 && kill -INT $PPID && sleep 60; exit 1'"),
        130, "%s", said);
    SAYS("interrupted");
    cJSON *small = read_json("small.json");
    cr_expect_null(cJSON_GetObjectItem(small, "host"));
    cr_expect_not_null(cJSON_GetObjectItem(small, "faults"));
    cJSON_Delete(small);
}

static void expect_listed(const char *type)
{
    char name[80];
    const struct spec_type_info *info = &spec_types[document_type_named(type)];
    for (int i = 0; i < info->count; i++) {
        snprintf(name, sizeof name, "%s\n    ", info->values[i].name);
        SAYS(name);
    }
}

Test(sim_tool, failures_that_faults_can_give_are_listed)
{
    cr_expect_eq(run("failures"), 0, "%s", said);
    expect_listed("ScenarioEvents");
    expect_listed("ScenarioAttribution");
    SAYS("DiskNotOpened\n    events 12030 of 51ddfa29-d5c8-4803-be4b-2ecb715570fe\n");
    SAYS("AccessDenied\n    attribution Construct\n    seen with E_ACCESSDENIED\n");
    cr_expect_null(strstr(said, "AlreadyExists"), "it has neither: %s", said);
}
