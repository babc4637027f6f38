/* The command lines of hcs-sim: help, wrong use, and standard streams that are full or closed. */
#include "../../../impl/tests/command_table.h"
#include "suite_result.h"
#include "tool/tool.h"

Test(command_line, every_command_says_how_and_refuses_wrong_use, .timeout = 240)
{
    expect_table_holds(HCS_SIM, &hcs_sim);
}

static const char *const refused[][2] = {{"run --seeds 5..1 -- true", "--seeds takes two numbers A..B, "},
    {"run --seeds 1..5 ./client", "'./client' comes before --"}, {"run -- true", "--seeds A..B is missing"},
    {"run --seeds 1..5 --", "COMMAND is missing; it must follow --"}, {"scenario", "first word of several commands"},
    {"scenario chek x", "did you mean 'scenario check'?"}, {"scenario check", "FILE is missing"},
    {"scenario set x.json", "--socket PATH is missing"}, {"trace", "FILE is missing"},
    {"trace a b", "unexpected argument 'b'"}, {"trace a --svg --chrome", "--chrome excludes --svg"},
    {"explore --moves x --schedule y", "excludes"},
    {"explore --clients 5", "--clients takes a number from 1 to 4, not '5'"}, {"explore 1..5", "unexpected argument"},
    {"calibrate r.json -o ./r.json", "--output and FILE are the same file"},
    {"run --seeds 1..1 --json c.sh -- ./c.sh", "--json and COMMAND are the same file"},
    {"run --seeds 1..1 --resume s.json --junit s.json -- true", "--junit and --resume are the same file"},
    {"run --seeds 1..1 --json s.json --junit ./s.json -- true", "--json and --junit are the same file"},
    {"merge s.json --junit s.json", "--junit and FILE are the same file"},
    {"shrink --seed 1 --scenario s.json --output c.sh -- ./c.sh", "--output and COMMAND are the same file"}};

Test(command_line, what_does_not_fit_is_named_with_what_would)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char line[512];
        snprintf(line, sizeof line, HCS_SIM " %s", refused[i][0]);
        expect_refused(&hcs_sim, line, refused[i][1]);
    }
}

Test(command_line, options_behind_the_dashes_are_those_of_the_client)
{
    cr_expect_eq(command_run(HCS_SIM " run --seeds 1..1 -- sh -c 'test \"$1\" = --help' sh --help"), 0, "%s", said);
    SAYS("1 passed");
}

static const char *const full[] = {"trace " ROOT "/fixtures/traces/tutorial.jsonl",
    "trace --svg " ROOT "/fixtures/traces/tutorial.jsonl", "trace --chrome " ROOT "/fixtures/traces/tutorial.jsonl",
    "replay " ROOT "/fixtures/traces/tutorial.jsonl", "check " ROOT "/fixtures/histories/lifecycle.jsonl",
    "scenario check " ROOT "/fixtures/scenarios/happy.json", "explore --seeds 1..2",
    "explore --exhaustive --seeds 1..1 --runs 10", "run --seeds 1..2 -- true"};

Test(command_line, a_full_disk_behind_standard_output_is_an_error, .timeout = 300)
{
    for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
        char line[512];
        snprintf(line, sizeof line, "(" HCS_SIM " %s >/dev/full)", full[i]);
        expect_refused(&hcs_sim, line, "standard output can't be written");
    }
}

Test(command_line, a_full_disk_is_an_error_for_results_too, .timeout = 300)
{
    char folder[] = "/tmp/hcs-sim-full-XXXXXX", line[512];
    cr_assert_not_null(mkdtemp(folder));
    cr_expect_eq(command_run("cd %s && " HCS_SIM " run --seeds 1..2 --json r.json -- true", folder), 0, "%s", said);
    snprintf(line, sizeof line, "(cd %s && " HCS_SIM " merge r.json >/dev/full)", folder);
    expect_refused(&hcs_sim, line, "standard output can't be written");
    suite_result_write(folder, "run.json", "{}", "[]");
    cr_expect_eq(command_run("cd %s && " HCS_SIM " calibrate run.json", folder), 0, "%s", said);
    snprintf(line, sizeof line, "(cd %s && " HCS_SIM " calibrate run.json >/dev/full)", folder);
    expect_refused(&hcs_sim, line, "standard output can't be written");
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}

/* A message must not end up in a file of the tool that was given the descriptor of a closed stream. */
Test(command_line, closed_standard_streams_are_no_files_of_ours, .timeout = 300)
{
    static const char *const streams[] = {">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"};
    char folder[] = "/tmp/hcs-sim-closed-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        cr_expect_eq(command_run("cd %s && (" HCS_SIM " run --seeds 1..2 --json r.json --junit r.xml -- sh -c 'echo x; "
                                 "exit 1' %s); test $? = 1 && head -c 1 r.json && head -c 5 r.xml && " HCS_SIM
                                 " merge r.json | tail -n 1",
                         folder, streams[i]),
            0, "%s: %s", streams[i], said);
        SAYS("{<?xml");
        SAYS("0 passed, 2 failed");
    }
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}
