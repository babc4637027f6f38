/* hcs-sim short of memory: it never gives a wrong answer. */
#include "../../../impl/tests/failures/memory.h"
#include "suite_result.h"

static char folder[] = "/tmp/hcs-sim-memory-XXXXXX";

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_expect_eq(command_run("cd %s && " HCS_SIM " run --seeds 1..3 --json r.json -- sh -c 'exit 0'", folder), 0);
    suite_result_write(folder, "run.json", "{\"build\":\"20348\"}",
        "[{\"id\":\"a\",\"outcome\":\"pass\",\"latencies\":[{\"function\":\"HcsStartComputeSystem\","
        "\"microseconds\":900}]}]");
}

static void end(void)
{
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}

TestSuite(memory, .init = begin, .fini = end, .timeout = 3600);

Test(memory, files_are_read_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, HCS_SIM " calibrate run.json");
    expect_no_wrong_answer(folder, HCS_SIM " trace " ROOT "/fixtures/traces/tutorial.jsonl");
    expect_no_wrong_answer(folder, HCS_SIM " trace --svg " ROOT "/fixtures/traces/tutorial.jsonl");
    expect_no_wrong_answer(folder, HCS_SIM " trace --chrome " ROOT "/fixtures/traces/tutorial.jsonl");
}

Test(memory, results_are_merged_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, HCS_SIM " merge r.json --junit r.xml");
}

Test(memory, seeds_are_run_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, HCS_SIM " run --jobs 2 --seeds 1..3 --json made.json -- sh -c 'exit 0'");
    expect_no_wrong_answer(
        folder, HCS_SIM " run --jobs 1 --seeds 1..2 --show 1 -- sh -c 'echo $COMPUTECORE_SEED; exit 1'");
}

Test(memory, calls_are_explored_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, HCS_SIM " explore --seeds 1..4 --steps 50 --jobs 2 --coverage --svg made.svg");
    expect_no_wrong_answer(folder, HCS_SIM " explore --exhaustive --seeds 1..1 --calls 1");
    expect_no_wrong_answer(folder,
        HCS_SIM " explore --schedule " ROOT "/fixtures/schedules/two-closers.json --save made.json --program made.c");
}

Test(memory, a_trace_is_replayed_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, HCS_SIM " replay " ROOT "/fixtures/traces/tutorial.jsonl");
    expect_no_wrong_answer(folder, HCS_SIM " check " ROOT "/fixtures/histories/lifecycle.jsonl");
    expect_no_wrong_answer(folder, HCS_SIM " replay " ROOT "/fixtures/traces/completion.jsonl");
    expect_no_wrong_answer(folder, HCS_SIM " replay " ROOT "/fixtures/traces/chaos-5.jsonl");
}
