/* hcs-sim check: what clients saw is held against the model. It must find what is planted in a history, accept what the
   explorer's clients see, and say so where it can't decide. */
#include "../../../impl/tests/command.h"
#include "core/trace.h"
#include "explore/run.h"
#include "history/read.h"
#include "history/search.h"
#include <limits.h>
#include <stdlib.h>

#define WHOLE ROOT "/fixtures/histories/lifecycle.jsonl"

TestSuite(history, .timeout = 300);

Test(history, of_a_whole_life_has_an_order)
{
    cr_expect_eq(command_run(HCS_SIM " check " WHOLE), 0, "%s", said);
    SAYS("1 client, 1 system");
    SAYS("an order explains all of them");
}

/* A change of the history above, as a program of sed or awk, and what must be said of it. */
static const struct {
    const char *name, *change, *says;
} planted[] = {
    {"an exit event is lost", "sed '/HcsEventSystemExited/d; /\"delivered\":2/d'", "was never told (L1)"},
    {"a start succeeds after the terminate", "sed 's/0x80370110/0x00000000/'", "HcsStartComputeSystem with 0x00000000"},
    {"a start succeeds twice",
        "sed '/HcsEventSystemExited/d; /\"delivered\":2/d; s/HcsTerminateComputeSystem/HcsStartComputeSystem/'",
        "HcsStartComputeSystem with 0x00000000"},
    {"a process is made after the terminate",
        "sed 's/0x80370110/0x00000000/; s/\"call\":\"HcsStartComputeSystem\"/\"call\":\"HcsPauseComputeSystem\"/'",
        "HcsPauseComputeSystem with 0x00000000"},
    {"an event comes before its call",
        "awk '/SystemExited.*of/ {next} {print} /\"call\":\"HcsGetProcessProperties\"/ {print "
        "\"{\\\"t\\\":211316451,\\\"event\\\":"
        "\\\"HcsEventSystemExited\\\",\\\"of\\\":[\\\"s0.1\\\"],\\\"document\\\":null}\"}'",
        "HcsEventSystemExited"},
    {"a callback comes before its handle",
        "awk 'NR == 2 {print "
        "\"{\\\"t\\\":0,\\\"deliver\\\":9,\\\"event\\\":\\\"HcsEventProcessExited\\\",\\\"to\\\":\\\"p0.1\\\","
        "\\\"operation\\\":null,\\\"document\\\":null}\"} {print}'",
        "a callback of a handle that was never given out"},
    {"an exit happens twice", "sed '/\"event\":\"HcsEventProcessExited\",\"of\"/p'", "is reported a second time"},
    {"an exit is told twice",
        "sed '/\"delivered\":2/ {p; "
        "s/.*/{\"t\":236072328,\"deliver\":3,\"event\":\"HcsEventSystemExited\",\"to\":\"s0.1\",\"document\":null}/}'",
        "an exit is delivered a second time"},
    {"an operation completes twice", "sed '/\"complete\":\"o0.1\"/p'", "an operation completes that is not pending"},
    {"a result is another than the completion's", "sed '/\"complete\"/s/0x80370110/0x80370105/'",
        "the result 0x80370110 of an operation that completed with 0x80370105"},
    {"a wrong exit code in the properties", "sed '/\"complete\"/s/ExitCode\\\\\":3/ExitCode\\\\\":4/'",
        "the exit code 4 of a process whose exit code was 3"},
    {"a wrong exit code everywhere", "sed 's/ExitCode\\\\\":3/ExitCode\\\\\":4/'",
        "the exit code 4 of a process that ends with 3"},
    {"a process runs after its exit", "sed '/\"complete\"/s/Exited\\\\\":true/Exited\\\\\":false/'",
        "the report that it runs"},
    {"two callbacks of one handle at a time",
        "sed "
        "'/\"delivered\":2/s/.*/"
        "{\"t\":236072328,\"deliver\":3,\"event\":\"HcsEventSystemCrashReport\",\"to\":\"s0.1\",\"document\":null}/'",
        "two callbacks of one handle at a time"},
    {"a callback after the close",
        "awk '/\"delivered\":2/ {next} /\"deliver\":2/ {late = $0; next} {print} /return\":null/ && late {print late; "
        "late = \"\"}'",
        "(L1"},
    {"a handle is given out twice",
        "sed "
        "'s/\"return\":\"0x00000000\",\"out\":{\"process\":\"p0.1\"/"
        "\"return\":\"0x00000000\",\"out\":{\"process\":\"s0.1\"/'",
        "is given out a second time (H-03)"},
};

Test(history, with_something_planted_is_refused)
{
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        int code = command_run("%s " WHOLE " | sed '/^{\"end\"/d' >$SCRATCH/planted.jsonl; " HCS_SIM
                               " check $SCRATCH/planted.jsonl",
            planted[i].change);
        cr_expect_eq(code, 1, "%s: %s", planted[i].name, said);
        cr_expect(strstr(said, planted[i].says), "%s: '%s' is not in %s", planted[i].name, planted[i].says, said);
    }
}

/* F-21 */
Test(history, of_a_console_without_an_input_has_an_order)
{
    cr_expect_eq(command_run("sed 's/ExitCode\\\\\":3/ExitCode\\\\\":3221225786/g; "
                             "s/exit 3\\\\\"/&,\\\\\"EmulateConsole\\\\\":true/' " WHOLE
                             " >$SCRATCH/console.jsonl; " HCS_SIM " check --closed $SCRATCH/console.jsonl"),
        0, "%s", said);
    SAYS("an order explains all of them");
}

/* S-08: the process of a container that nobody ends runs a program that shuts its guest down, or another one. */
static int check_guest_that_runs(const char *program)
{
    return command_run("sed 's/cmd .c exit 3/%s/; /HcsTerminateComputeSystem/,$d' " WHOLE " >$SCRATCH/power.jsonl; "
                       "printf '%%s\\n' '{\"t\":212000000,\"event\":\"HcsEventSystemExited\",\"of\":[\"s0.1\"],"
                       "\"document\":\"{}\"}' >>$SCRATCH/power.jsonl; " HCS_SIM " check --closed $SCRATCH/power.jsonl",
        program);
}

Test(history, of_a_guest_that_shuts_itself_down_has_an_order)
{
    cr_expect_eq(check_guest_that_runs("poweroff"), 0, "%s", said);
    cr_expect_eq(check_guest_that_runs("hostname"), 1, "%s", said);
}

/* Histories that showed a bug, and what is said of them. */
static const char *const found[][2] = {
    /* a call was answered that the container has ended, and its terminate succeeded afterwards */
    {"told-of-an-end-before-it", "HcsTerminateComputeSystem with 0x00000000"},
    /* a running system refused a process by its state, since its keeper had gone */
    {"refused-before-its-end", "HcsCreateProcess with 0x80370105"},
};

Test(history, that_showed_a_bug_is_refused)
{
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        cr_expect_eq(command_run(HCS_SIM " check " ROOT "/fixtures/histories/%s.jsonl", found[i][0]), 1, "%s", said);
        SAYS(found[i][1]);
    }
}

/* --- several clients --- */

static const char made_and_started[] =
    "{\"trace\":2,\"engine\":\"host\",\"since\":1000}\n"
    "{\"t\":0,\"by\":\"T1\",\"call\":\"HcsCreateOperation\",\"arguments\":{}}\n"
    "{\"t\":0,\"by\":\"T1\",\"return\":\"o0.1\",\"out\":{}}\n"
    "{\"t\":1,\"by\":\"T1\",\"call\":\"HcsCreateComputeSystem\",\"arguments\":{\"id\":\"a\","
    "\"configuration\":\"{}\",\"operation\":\"o0.1\"}}\n"
    "{\"t\":2,\"by\":\"T1\",\"return\":\"0x00000000\",\"out\":{\"computeSystem\":\"s0.1\"}}\n"
    "{\"t\":9,\"complete\":\"o0.1\",\"result\":\"0x00000000\",\"document\":null}\n"
    "{\"t\":20,\"by\":\"T1\",\"call\":\"HcsStartComputeSystem\",\"arguments\":{"
    "\"computeSystem\":\"s0.1\",\"operation\":\"o0.1\"}}\n"
    "{\"t\":21,\"by\":\"T1\",\"return\":\"0x00000000\",\"out\":{}}\n"
    "{\"t\":29,\"complete\":\"o0.1\",\"result\":\"0x00000000\",\"document\":null}\n";

/* Opens the system and calls a function on it, `at` after the beginning of the first client. */
static void write_second(unsigned at, const char *function, const char *result)
{
    char path[300];
    snprintf(path, sizeof path, "%s/second.jsonl", scratch());
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fprintf(file,
        "{\"trace\":2,\"engine\":\"host\",\"since\":%u}\n"
        "{\"t\":0,\"by\":\"T1\",\"call\":\"HcsCreateOperation\",\"arguments\":{}}\n"
        "{\"t\":0,\"by\":\"T1\",\"return\":\"o0.1\",\"out\":{}}\n"
        "{\"t\":0,\"by\":\"T1\",\"call\":\"HcsOpenComputeSystem\",\"arguments\":{\"id\":\"a\"}}\n"
        "{\"t\":1,\"by\":\"T1\",\"return\":\"0x00000000\",\"out\":{\"computeSystem\":\"s0.1\"}}\n"
        "{\"t\":2,\"by\":\"T1\",\"call\":\"%s\",\"arguments\":{\"computeSystem\":\"s0.1\",\"operation\":\"o0.1\"}}\n"
        "{\"t\":3,\"by\":\"T1\",\"return\":\"0x00000000\",\"out\":{}}\n"
        "{\"t\":4,\"complete\":\"o0.1\",\"result\":\"%s\",\"document\":null}\n",
        1000 + at, function, result);
    cr_assert_eq(fclose(file), 0);
}

/* The first client is killed when its trace has so many lines. */
static int check_killed(unsigned lines, const char *options)
{
    const char *end = made_and_started;
    char path[300];
    snprintf(path, sizeof path, "%s/first.jsonl", scratch());
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    for (unsigned i = 0; i < lines && *end; i++)
        end = strchr(end, '\n') + 1;
    cr_assert_eq(fwrite(made_and_started, 1, (size_t)(end - made_and_started), file), (size_t)(end - made_and_started));
    cr_assert_eq(fclose(file), 0);
    return command_run(HCS_SIM " check %s $SCRATCH/second.jsonl $SCRATCH/first.jsonl", options);
}

static int check_both(const char *options)
{
    return check_killed(UINT_MAX, options);
}

Test(history, of_two_clients_is_held_against_one_clock)
{
    write_second(100, "HcsStartComputeSystem", "0x80370105");
    cr_expect_eq(check_both(""), 0, "running already: %s", said);
    SAYS("2 clients, 1 system");
    write_second(22, "HcsStartComputeSystem", "0x80370105");
    cr_expect_eq(check_both(""), 0, "while the other start is under way: %s", said);
    write_second(100, "HcsStartComputeSystem", "0x00000000");
    cr_expect_eq(check_both(""), 1, "a second start succeeds: %s", said);
    SAYS("HcsStartComputeSystem with 0x00000000");
    write_second(10, "HcsStartComputeSystem", "0x80370105");
    cr_expect_eq(check_both(""), 1, "nobody has started it then: %s", said);
    write_second(100, "HcsStartComputeSystem", "0x80370110");
    cr_expect_eq(check_both(""), 0, "somebody else may have ended it: %s", said);
    cr_expect_eq(check_both("--closed"), 1, "nobody has: %s", said);
    write_second(22, "HcsTerminateComputeSystem", "0x00000000");
    cr_expect_eq(check_both(""), 0, "the start may have come before, and was told later: %s", said);
}

/* What it had asked for goes on without it, and may end at any time, or fail. */
Test(history, of_a_client_that_was_killed_has_what_was_under_way)
{
    enum { ASKED_FOR_SYSTEM = 4, ASKED_FOR_START = 7 };
    write_second(5, "HcsStartComputeSystem", "0x80370105");
    cr_expect_eq(check_killed(ASKED_FOR_SYSTEM, "--closed"), 0, "it is being created: %s", said);
    write_second(5, "HcsStartComputeSystem", "0x00000000");
    cr_expect_eq(check_killed(ASKED_FOR_SYSTEM, "--closed"), 0, "it has been created: %s", said);
    write_second(5, "HcsStartComputeSystem", "0x80370110");
    cr_expect_eq(check_killed(ASKED_FOR_SYSTEM, "--closed"), 0, "it has ended, since that failed: %s", said);
    write_second(5, "HcsResumeComputeSystem", "0x00000000");
    cr_expect_eq(check_killed(ASKED_FOR_SYSTEM, "--closed"), 1, "nobody has paused it: %s", said);
    SAYS("HcsResumeComputeSystem with 0x00000000");
    write_second(100, "HcsStartComputeSystem", "0x80370105");
    cr_expect_eq(check_killed(ASKED_FOR_START, "--closed"), 0, "it is being started: %s", said);
    write_second(100, "HcsStartComputeSystem", "0x00000000");
    cr_expect_eq(check_killed(ASKED_FOR_START, "--closed"), 0, "it was killed before it had asked: %s", said);
    write_second(100, "HcsTerminateComputeSystem", "0x00000000");
    cr_expect_eq(check_killed(ASKED_FOR_START, "--closed"), 0, "it has been started: %s", said);
    write_second(100, "HcsResumeComputeSystem", "0x00000000");
    cr_expect_eq(check_killed(ASKED_FOR_START, "--closed"), 1, "nobody has paused it: %s", said);
}

/* It asked for a system while there still was one of that id. Another is refused one a little later, since there is
   one, and then there is none: the handle of the killed one was lost after its system had been made, not before. */
Test(history, of_a_client_that_was_killed_loses_handles_that_it_had)
{
    cr_expect_eq(command_run(HCS_SIM " check --closed " ROOT "/fixtures/histories/created-and-killed.jsonl " ROOT
                                     "/fixtures/histories/refused-for-the-killed.jsonl"),
        0, "%s", said);
}

Test(history, with_too_many_orders_is_undecided)
{
    char path[300];
    snprintf(path, sizeof path, "%s/many.jsonl", scratch());
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(made_and_started, file), 0);
    for (unsigned i = 2; i < 40; i++) /* none is answered: each may have happened, at any time */
        fprintf(file,
            "{\"t\":30,\"by\":\"T%u\",\"call\":\"HcsCreateOperation\",\"arguments\":{}}\n"
            "{\"t\":30,\"by\":\"T%u\",\"return\":\"o%u.1\",\"out\":{}}\n"
            "{\"t\":30,\"by\":\"T%u\",\"call\":\"Hcs%sComputeSystem\",\"arguments\":{\"computeSystem\":\"s0.1\","
            "\"operation\":\"o%u.1\"}}\n",
            i, i, i, i, i % 2 ? "Resume" : "Pause", i);
    fprintf(file, "{\"t\":31,\"by\":\"T1\",\"call\":\"HcsStartComputeSystem\",\"arguments\":{"
                  "\"computeSystem\":\"s0.1\",\"operation\":\"o0.1\"}}\n"
                  "{\"t\":32,\"by\":\"T1\",\"return\":\"0x00000000\",\"out\":{}}\n"
                  "{\"t\":33,\"complete\":\"o0.1\",\"result\":\"0x00000000\",\"document\":null}\n");
    cr_assert_eq(fclose(file), 0);
    cr_expect_eq(
        command_run("sed -i 's/\"configuration\":\"{}\"/\"configuration\":\"{\\\\\"VirtualMachine\\\\\":{}}\"/' "
                    "$SCRATCH/many.jsonl; " HCS_SIM " check --tries 1 $SCRATCH/many.jsonl"),
        3, "%s", said);
    SAYS("system 'a': undecided after 1000000 tries");
}

Test(history, that_is_none_is_refused)
{
    cr_expect_eq(command_run(HCS_SIM " check /nonexistent/t"), 2);
    SAYS("can't be read");
    cr_expect_eq(command_run(HCS_SIM " check " ROOT "/fixtures/traces/shared.jsonl"), 2);
    SAYS("it is that of a computecored; check those of its clients");
    cr_expect_eq(command_run(HCS_SIM " check"), 2);
}

/* --- the explorer's clients --- */

enum { SEEDS = 60, STEPS = 600, TRIES = 2000000 };

static struct exploration exploration;

/* What the clients of a seed see, as a trace. */
static void explore(uint64_t seed, uint64_t faults, const char *path)
{
    static struct draw draw;
    struct move move;
    unsigned count;
    char *scenario = schedule_draw_faults(seed, faults, &count);
    cr_assert_eq(exploration_begin(&exploration, scenario, seed, NULL), S_OK);
    free(scenario);
    core_lock();
    cr_assert_null(trace_to_file(path));
    core_unlock();
    draw_begin(&draw, seed, 0);
    for (unsigned i = 0; i < STEPS && draw_move(&draw, &exploration, &move); i++)
        (void)exploration_move(&exploration, &move);
    exploration_finish(&exploration);
    core_lock();
    trace_to(NULL);
    core_unlock();
    cr_assert_str_empty(exploration.model.broken, "seed %llu: %s", (unsigned long long)seed, exploration.model.broken);
}

static size_t expect_order(uint64_t seed, const char *path)
{
    struct trace_file trace;
    struct history history = {0};
    char *why = NULL;
    cr_assert(trace_file_read(path, &trace));
    cr_expect_null(trace.incomplete);
    cr_assert(history_read(&history, "trace", &trace));
    history_complete(&history, false);
    enum history_verdict verdict = history.broken ? HISTORY_BROKEN : history_search(&history, TRIES, &why);
    cr_expect_eq(verdict, HISTORY_HOLDS, "seed %llu: %s", (unsigned long long)seed, why ? why : history.broken);
    size_t acts = history.acts;
    free(why);
    history_free(&history);
    trace_file_free(&trace);
    return acts;
}

Test(history, of_explored_clients_has_an_order)
{
    char path[300];
    size_t acts = 0;
    snprintf(path, sizeof path, "%s/explored.jsonl", scratch());
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        explore(seed, seed % 2 ? 0 : UINT64_MAX, path);
        acts += expect_order(seed, path);
    }
    cr_expect_gt(acts, 5000, "%zu", acts);
}
