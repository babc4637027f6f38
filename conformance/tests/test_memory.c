/* hcs-conformance short of memory: it never gives a wrong answer. */
#include "../../impl/tests/failures/memory.h"

#define VALID ROOT "/fixtures/documents/valid/system/vm.json"
#define INVALID ROOT "/fixtures/documents/invalid/wrong-type-nested.json"

static char folder[] = "/tmp/hcs-memory-XXXXXX";

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_expect_eq(command_run("cd %s && " TOOL " run -f HcsOpenProcess --json a.json && " TOOL
                             " run -f HcsOpen --json b.json && " TOOL " history add r.db a.json b.json",
                     folder),
        0, "%s", said);
}

static void end(void)
{
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}

TestSuite(memory, .init = begin, .fini = end, .timeout = 3600);

Test(memory, a_document_is_judged_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, TOOL " validate " VALID);
    expect_no_wrong_answer(folder, TOOL " validate " INVALID);
    expect_no_wrong_answer(folder, TOOL " validate --format json --type ComputeSystem " INVALID);
}

Test(memory, results_are_compared_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, TOOL " compare a.json b.json");
    expect_no_wrong_answer(folder, TOOL " verify a.json");
    expect_no_wrong_answer(folder, TOOL " report a.json --junit /dev/stdout");
    expect_no_wrong_answer(folder, TOOL " expect update --dry-run a.json new.json");
}

Test(memory, what_history_tells_is_whole)
{
    static const char *const uses[] = {"list", "grid", "flaky", "row", "query"};
    char line[256];
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        snprintf(line, sizeof line, TOOL " history %s r.db %s", uses[i],
            i == 3   ? "HcsOpenProcess.live-process"
            : i == 4 ? "'any(pass)'"
                     : "");
        expect_no_wrong_answer(folder, line);
    }
}

Test(memory, a_result_is_added_whole_or_not_at_all)
{
    expect_no_wrong_answer(folder, TOOL " history add made.db a.json b.json");
    cr_expect_eq(command_run("cd %s && " TOOL " history list made.db | tail -n +2 >made && " TOOL
                             " history list r.db | tail -n +2 | diff - made",
                     folder),
        0, "%s", said);
}

Test(memory, rows_that_run_are_told_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, TOOL " list -f HcsOpenProcess");
    expect_no_wrong_answer(folder, TOOL " run --dry-run -f HcsOpenProcess");
}

Test(memory, rows_are_run_rightly_or_not_at_all)
{
    expect_no_wrong_answer(folder, TOOL " run --jobs 2 -f HcsOpenProcess.live-process --json made.json");
    expect_no_wrong_answer(folder, TOOL " run --schedule " ROOT "/fixtures/schedules/two-closers.json");
}

/* The target in the process of a row runs out of memory, too: the row reports what it answers then, also that a program
   inside was aborted. Calls that only clean up may fail, so that the host acts less often. The loader of libraries
   calls a library missing that it has no memory for. */
static bool is_answer_of_target(int code)
{
    static const char *const answers[] = {"E_OUTOFMEMORY", "HCS_E_SERVICE_NOT_AVAILABLE",
        "HCS_E_OPERATION_RESULT_ALLOCATION_FAILED", "HcsCreateOperation gave NULL", "\"ExitCode\":1067"};
    bool told = false;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        told |= strstr(said, answers[i]) != NULL;
    if (code == 2)
        return strstr(said, "cannot open shared object file") != NULL;
    return code == 1 ? told : code == 0 && strstr(said, "\n1 passed, 0 failed, 0 skipped\n");
}

Test(memory, a_process_that_runs_rows_says_that_it_is_short_of_memory)
{
    static const char line[] = TOOL " run --jobs 1 -f HcsOpenProcess.live-process";
    expect_no_wrong_answer_of(&(struct swept){folder, line, "worker"}, is_answer_of_target);
}
