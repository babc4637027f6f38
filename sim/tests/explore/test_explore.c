/* The explorer: moves and schedules as text, runs that are the same each time, findings that shrink, the tool. */
#include "../../../impl/tests/command.h"
#include "backend/sim.h"
#include "core/lock.h"
#include "explore/run.h"
#include "explore/state.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(const char *arguments)
{
    return command_run(HCS_SIM " explore %s", arguments);
}

TestSuite(explore, .timeout = 300);

static struct exploration exploration;

Test(explore, every_move_is_read_as_it_is_printed)
{
    static const struct run_options options = {NULL, 600, 0, NULL, NULL, NULL};
    static struct draw draw;
    char text[MOVE_TEXT];
    unsigned calls = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        unsigned count;
        char *scenario = schedule_draw_faults(seed, UINT64_MAX, &count);
        struct move move, again;
        cr_assert_eq(exploration_begin(&exploration, scenario, seed, NULL), S_OK);
        free(scenario);
        draw_begin(&draw, seed, 0);
        for (unsigned i = 0; i < options.steps && draw_move(&draw, &exploration, &move); i++) {
            move_print(&move, text);
            cr_assert_null(move_read(text, &again), "%s", text);
            char second[MOVE_TEXT];
            move_print(&again, second);
            cr_assert_str_eq(second, text);
            calls += move.kind == MOVE_CALL;
            (void)exploration_move(&exploration, &move);
        }
        exploration_finish(&exploration);
        cr_assert_str_empty(
            exploration.model.broken, "seed %llu: %s", (unsigned long long)seed, exploration.model.broken);
    }
    cr_expect_gt(calls, 1000);
}

Test(explore, what_is_no_move_is_refused_with_a_reason)
{
    static const char *const wrong[][2] = {{"", "an empty move"}, {"x0 wakes", "it does not begin with a client"},
        {"c9 wakes", "it does not begin with a client"}, {"c0", "the function or action is missing"},
        {"c0 begins", "not a function"}, {"c0 HcsNothing", "not a function"},
        {"c0 HcsCloseOperation", "an argument is missing"},
        {"c0 HcsCloseOperation s0", "an argument does not fit its parameter"},
        {"c0 HcsCloseOperation o8", "an argument does not fit its parameter"},
        {"c0 HcsCloseOperation o0 o1", "more words than a move has"}, {"engine now", "more words than a move has"},
        {"c0 HcsCloseOperation o0 !fails 0x1", "!fails needs an HRESULT"},
        {"c0 HcsCloseOperation o0 !burns", "more words than a move"},
        {"c0 HcsWaitForOperationResult o0 77 -", "an argument does not fit its parameter"},
        {"c0 HcsCreateComputeSystem id:a @system/none o0 - s0", "an argument does not fit its parameter"}};
    struct move move;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *reason = move_read(wrong[i][0], &move);
        cr_assert_not_null(reason, "%s", wrong[i][0]);
        cr_expect(!strncmp(reason, wrong[i][1], strlen(wrong[i][1])), "%s: %s", wrong[i][0], reason);
    }
}

static uint64_t hash_of(uint64_t seed)
{
    static const struct run_options options = {NULL, 500, 0, NULL, NULL, NULL};
    cr_assert_eq(run_seed(&exploration, &options, seed, NULL), S_OK);
    cr_assert_str_empty(exploration.model.broken, "seed %llu: %s", (unsigned long long)seed, exploration.model.broken);
    return exploration.hash;
}

Test(explore, a_seed_is_the_same_run_each_time_and_in_any_order)
{
    uint64_t first[20];
    for (uint64_t seed = 0; seed < 20; seed++)
        first[seed] = hash_of(seed);
    for (uint64_t seed = 20; seed-- > 0;)
        cr_expect_eq(hash_of(seed), first[seed]);
    cr_expect_neq(first[1], first[2]);
}

Test(explore, schedules_are_read_as_they_are_written)
{
    struct schedule schedule, again;
    cr_assert(
        schedule_read_text("hcs-sim", "seed 7; faults 3f; c0 HcsCreateOperation - - o0;engine; k1 begins", &schedule));
    cr_expect_eq(schedule.seed, 7);
    cr_expect_eq(schedule.faults, 0x3f);
    cr_expect_eq(schedule.count, 3);
    char *text = schedule_text(&schedule);
    cr_expect_str_eq(text, "seed 7; faults 3f; c0 HcsCreateOperation - - o0; engine; k1 begins");
    cr_assert(schedule_read_text("hcs-sim", text, &again));
    cr_expect_eq(again.count, 3);
    free(text);
    schedule_free(&schedule);
    schedule_free(&again);
}

Test(explore, a_run_without_findings_says_what_it_met_and_has_one_hash)
{
    cr_assert_eq(run("--seeds 1..200 --coverage"), 0, "%s", said);
    SAYS("0 broken laws");
    SAYS("HcsSaveComputeSystem_AsTemplate");
    char *hash = strdup(strstr(said, "trace hash: "));
    cr_expect_eq(strlen(hash), strlen("trace hash: 0123456789abcdef\n"), "the last line holds nothing else");
    cr_assert_eq(run("--seeds 1..200 --jobs 2"), 0);
    cr_expect_str_eq(strstr(said, "trace hash: "), hash, "two jobs, the same seeds");
    cr_assert_eq(run("--seeds 1..201"), 0);
    cr_expect_str_neq(strstr(said, "trace hash: "), hash);
    free(hash);
}

Test(explore, shards_have_every_seed_once)
{
    unsigned long seeds, sum = 0;
    for (int shard = 1; shard <= 3; shard++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "--seeds 1..100 --steps 50 --shard %d/3", shard);
        cr_assert_eq(run(arguments), 0, "%s", said);
        cr_assert_eq(sscanf(strchr(said, '\n') + 1, "%lu seeds", &seeds), 1, "%s", said);
        sum += seeds;
    }
    cr_expect_eq(sum, 100);
}

/* The liveness phase itself: a start that never completes ends with its system. */
Test(explore, moves_can_be_given_and_those_that_mean_nothing_are_passed_over)
{
    cr_assert_eq(run("--moves 'seed 3; c0 HcsCreateOperation - - o0; c0 HcsCreateComputeSystem id:a @system/container "
                     "o0 - s0; c1 HcsWaitForOperationResult o0 4294967295 -; engine; c1 wakes; k0 ends; "
                     "c0 HcsCloseProcess p3'"),
        0, "%s", said);
    SAYS("no law is broken");
    cr_expect_eq(run("--moves 'c0 HcsNothing'"), 2);
    SAYS("schedule string: move 1: not a function");
    cr_expect_eq(run("--schedule /no/such/file"), 2);
    cr_expect_eq(run("--moves 'engine' --schedule x"), 2);
}

Test(explore, wrong_use_is_told)
{
    static const char *const wrong[][2] = {{"--seeds 5", "takes two numbers A..B"},
        {"--clients 5", "takes a number from 1 to "}, {"--steps 0", "takes a number from 1 to "},
        {"--nothing", "unknown option"}, {"--seeds", "a value must follow"},
        {"--scenario /no/such/file", "can't be read"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(run(wrong[i][0]), 2, "%s", wrong[i][0]);
        SAYS(wrong[i][1]);
    }
    cr_expect_eq(run("--help"), 0);
}

Test(explore, the_coverage_is_a_picture_too)
{
    cr_assert_eq(run("--seeds 1..20 --svg $SCRATCH/coverage.svg"), 0, "%s", said);
    cr_expect_eq(system("python3 -c \"import xml.dom.minidom as m; "
                        "assert len(m.parse('$SCRATCH/coverage.svg').getElementsByTagName('rect')) > 150\""),
        0);
}

/* The known classes of races: every interleaving of each, with up to four preemptions. */
Test(explore, the_named_schedules_break_no_law_in_any_order)
{
    static const char *const names[] = {"close-against-exit-callback", "close-inside-its-own-callback",
        "completion-before-the-call-returns", "exit-before-registration", "terminate-during-start",
        "two-callbacks-close-each-other", "two-closers"};
    char arguments[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(arguments, sizeof arguments,
            "--exhaustive --preemptions 4 --schedule " ROOT "/fixtures/schedules/%s.json", names[i]);
        cr_assert_eq(run(arguments), 0, "%s: %s", names[i], said);
        SAYS("that is all there is");
        snprintf(arguments, sizeof arguments, "--schedule " ROOT "/fixtures/schedules/%s.json", names[i]);
        cr_expect_eq(run(arguments), 0, "%s: %s", names[i], said);
    }
}

Test(explore, a_search_is_the_same_each_time_and_says_when_it_stops)
{
    cr_assert_eq(run("--exhaustive --seeds 1..3 --calls 4 --preemptions 1"), 0, "%s", said);
    SAYS("that is all there is");
    char *first = strdup(said);
    cr_assert_eq(run("--exhaustive --seeds 1..3 --calls 4 --preemptions 1"), 0);
    cr_expect_str_eq(said, first);
    free(first);
    cr_assert_eq(run("--exhaustive --seeds 2..2 --runs 20"), 0, "%s", said);
    SAYS("not all was visited");
}

/* More preemptions visit more, and none fewer interleavings. */
Test(explore, preemptions_bound_the_search)
{
    unsigned long last = 0, runs;
    for (int bound = 0; bound < 4; bound++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments,
            "--exhaustive --preemptions %d --schedule " ROOT "/fixtures/schedules/two-closers.json", bound);
        cr_assert_eq(run(arguments), 0);
        const char *line = strstr(said, " runs, ");
        while (line > said && line[-1] != ' ')
            line--;
        cr_assert_eq(sscanf(line, "%lu", &runs), 1);
        cr_expect_gt(runs, last, "%d: %s", bound, said);
        last = runs;
    }
}

/* Writes the program of some moves, builds it and runs it; said holds its output. */
static void make_program(const char *moves)
{
    char folder[] = "/tmp/hcs-program-XXXXXX", command[4096];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(command, sizeof command, "--moves '%s' --program %s/p.c", moves, folder);
    cr_assert_eq(run(command), 0, "%s", said);
    int code = command_run(COMPILE " %s/p.c -o %s/p " LINK " && timeout 60 %s/p", folder, folder, folder);
    cr_expect_eq(code, 0, "%s", said);
    SAYS("the schedule was made");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

/* The program follows the schedule with real threads and callbacks, and prints what each call returned. */
Test(explore, a_schedule_becomes_a_program_that_makes_it)
{
    make_program(
        "seed 1; c0 HcsCreateOperation - - o0; c0 HcsCreateComputeSystem id:a @system/container o0 - s0; engine; "
        "c0 HcsStartComputeSystem s0 o0 -; engine; c0 HcsSetComputeSystemCallback s0 0 - +; "
        "c1 HcsWaitForComputeSystemExit s0 4294967295 -; c0 HcsTerminateComputeSystem s0 o0 -; engine; k0 begins; "
        "k0 HcsGetOperationType o0; c1 wakes; c2 HcsCloseComputeSystem s0; k0 ends; c2 wakes");
    SAYS("HcsTerminateComputeSystem: 0x0");
    SAYS("HcsWaitForComputeSystemExit: 0x0");
}

/* The faults written beside the calls occur in the program, too. */
Test(explore, a_program_has_the_faults_of_its_schedule)
{
    make_program(
        "seed 1; c0 HcsCreateOperation - - o0; c0 HcsCreateComputeSystem id:a @system/vm o0 - s0; engine; "
        "c0 HcsStartComputeSystem s0 o0 -; engine; c0 HcsPauseComputeSystem s0 o0 - !fails 0x80070005; engine; "
        "c0 HcsGetOperationResult o0 -; c0 HcsPauseComputeSystem s0 o0 -; engine; c0 HcsResumeComputeSystem s0 o0 -; "
        "engine; "
        "c0 HcsPauseComputeSystem s0 o0 - !fails 0x80370110; engine; c0 HcsGetOperationResult o0 -; "
        "c0 HcsGetComputeSystemProperties s0 o0 - !disconnects; engine; c0 HcsGetOperationResult o0 -; "
        "c0 HcsStartComputeSystem s0 o0 -");
    SAYS("HcsGetOperationResult: 0x80070005");
    SAYS("HcsGetOperationResult: 0x80370110");
    SAYS("HcsGetOperationResult: 0x8037011E");
    SAYS("HcsStartComputeSystem: 0x8037011E");
}

/* A fault can be written beside its call, so that a reduction does not depend on random draws. */
Test(explore, faults_may_stand_with_their_calls)
{
    struct move move;
    char text[MOVE_TEXT];
    static const char *const texts[] = {"c0 HcsStartComputeSystem s0 o0 - !fails 0x80004005",
        "c0 HcsStartComputeSystem s0 o0 - !hangs", "k1 HcsStartComputeSystem s0 o0 - !exits",
        "c0 HcsStartComputeSystem s0 o0 - !disconnects", "c0 HcsStartComputeSystem s0 o0 - !loses-exit",
        "c0 HcsTerminateProcess p0 o0 - !loses-output", "c0 HcsTerminateProcess p0 o0 - !delays-exit",
        "c0 HcsStartComputeSystem s0 o0 - !loses-status", "c0 HcsGetProcessInfo p0 o0 !closes-connection",
        "c0 HcsCreateProcess s0 @process/endless o0 - p0 !ends-process", "c0 HcsTerminateProcess p0 o0 - !awaits-exit",
        "c0 HcsTerminateComputeSystem s0 o0 - !awaits-callback"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_null(move_read(texts[i], &move));
        move_print(&move, text);
        cr_expect_str_eq(text, texts[i]);
    }
    cr_assert_eq(
        run("--moves 'seed 1; c0 HcsCreateOperation - - o0; c0 HcsCreateComputeSystem id:a @system/vm o0 - s0; engine; "
            "c0 HcsStartComputeSystem s0 o0 - !fails 0x80004005; engine; c0 HcsGetOperationResult o0 -; "
            "c0 HcsOpenComputeSystem id:a 268435456 s1 !fails 0x80070005; c0 HcsPauseComputeSystem s0 o0 - !hangs'"),
        0, "%s", said);
}

static void make_moves(const char *const *texts)
{
    struct move move;
    for (; *texts; texts++) {
        cr_assert_null(move_read(*texts, &move), "%s", *texts);
        cr_assert(exploration_move(&exploration, &move), "%s", *texts);
    }
}

/* A run in which a system is paused through one of its two handles, and resumed through the first. */
static void pause_through(const char *handle)
{
    static const char scenario[] = "{\"clients\":1,\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\","
                                   "\"hresult\":\"E_FAIL\",\"nth\":2,\"countPer\":\"handle\"}]}";
    char pause[MOVE_TEXT];
    snprintf(pause, sizeof pause, "c0 HcsPauseComputeSystem %s o0 -", handle);
    const char *const moves[] = {"c0 HcsCreateOperation - - o0", "c0 HcsCreateComputeSystem id:a @system/vm o0 - s0",
        "engine", "c0 HcsStartComputeSystem s0 o0 -", "engine", "c0 HcsOpenComputeSystem id:a 268435456 s1", pause,
        "engine", "c0 HcsResumeComputeSystem s0 o0 -", "engine", NULL};
    cr_assert_eq(exploration_begin(&exploration, scenario, 1, NULL), S_OK);
    make_moves(moves);
}

static bool has_counted_for_a_handle(void)
{
    core_lock();
    bool found = ((const struct sim *)core_engine())->scenario.faults->handles;
    core_unlock();
    return found;
}

Test(explore, whose_calls_a_rule_has_counted_is_a_part_of_the_state_until_the_handle_is_closed)
{
    static const char *const closes[] = {"c0 HcsCloseComputeSystem s1", NULL};
    pause_through("s0");
    uint64_t first = state_hash(&exploration);
    make_moves(closes);
    cr_expect(has_counted_for_a_handle(), "the other handle was closed");
    exploration_finish(&exploration);
    pause_through("s1");
    cr_expect_neq(state_hash(&exploration), first);
    cr_expect(has_counted_for_a_handle());
    make_moves(closes);
    cr_expect_not(has_counted_for_a_handle());
    exploration_finish(&exploration);
    pause_through("s0");
    cr_expect_eq(state_hash(&exploration), first);
    exploration_finish(&exploration);
}

Test(explore, a_move_that_means_nothing_is_named)
{
    cr_assert_eq(run("--moves 'seed 1; c0 HcsCreateOperation - - o0; c0 HcsCreateOperation - - o0; k0 begins; "
                     "c0 HcsCloseOperation o0 !hangs; c0 HcsCloseOperation o0'"),
        0, "%s", said);
    SAYS("    c0 HcsCreateOperation - - o0\n    c0 HcsCreateOperation - - o0    <- has no effect here");
    SAYS("    k0 begins    <- has no effect here");
    SAYS("!hangs    <- has no effect here");
    SAYS("    c0 HcsCloseOperation o0\nno law is broken");
}

/* The moves of a system that runs, with a handle in another slot, and what then happens to it. */
static void make(const char *moves)
{
    static const char *const setup = "c0 HcsCreateOperation - - o0; c0 HcsCreateOperation - - o1; "
                                     "c0 HcsCreateComputeSystem id:a @system/container o0 - s0; engine; "
                                     "c0 HcsStartComputeSystem s0 o0 -; engine; "
                                     "c0 HcsCreateProcess s0 @process/endless o0 - p0; engine; engine";
    struct schedule schedule;
    char text[4096];
    snprintf(text, sizeof text, "seed 1; %s; %s", setup, moves);
    cr_assert(schedule_read_text("test", text, &schedule));
    cr_assert_eq(run_schedule(&exploration, &schedule, NULL, NULL), S_OK);
    cr_expect_str_empty(exploration.model.broken, "%s: %s", moves, exploration.model.broken);
    schedule_free(&schedule);
}

static HRESULT result_in(int slot)
{
    return exploration.model.operations[slot].result;
}

/* the model knows what each effect does. */
Test(explore, the_model_knows_every_race_of_the_fault_plan)
{
    make("c0 HcsGetComputeSystemProperties s0 o0 - !disconnects; engine; c1 HcsStartComputeSystem s0 o1 -");
    cr_expect_eq(result_in(0), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(result_in(1), HCS_E_SERVICE_DISCONNECT, "the handle is cut off");
    make("c1 HcsGetProcessProperties p0 o1 -; c0 HcsGetProcessInfo p0 o0 !closes-connection; engine; engine; engine");
    cr_expect_eq(result_in(0), HCS_E_CONNECTION_CLOSED);
    cr_expect_eq(result_in(1), HCS_E_CONNECTION_CLOSED);
    make("c0 HcsTerminateComputeSystem s0 o0 - !loses-exit; engine; c1 HcsWaitForComputeSystemExit s0 4294967295 -");
    cr_expect(exploration.model.system[0].exited && !exploration.model.system[0].told);
    make("c0 HcsTerminateComputeSystem s0 o0 - !delays-exit; c0 HcsWaitForComputeSystemExit s0 4294967295 -; engine");
    cr_expect(exploration.model.system[0].told);
    make("c0 HcsTerminateProcess p0 o0 - !delays-exit; engine; c0 HcsWaitForProcessExit p0 4294967295 -; engine");
    cr_expect(exploration.model.process[0].told);
    make("c0 HcsTerminateComputeSystem s0 o0 - !loses-status; engine; c0 HcsWaitForComputeSystemExit s0 100 -");
    cr_expect_eq(exploration.clients[0].value, (uint32_t)HCS_E_SYSTEM_ALREADY_STOPPED);
    make("c0 HcsCreateProcess s0 @process/endless o1 - p1 !ends-process; engine; engine");
    cr_expect(exploration.model.process[1].exited);
    make("c0 HcsTerminateProcess p0 o0 - !awaits-exit; engine");
    cr_expect_eq(result_in(0), S_OK);
    make("c0 HcsTerminateProcess p0 o0 - !loses-output; engine");
    cr_expect_eq(result_in(0), S_OK);
    make("c0 HcsSetComputeSystemCallback s0 0 - +; c0 HcsTerminateComputeSystem s0 o0 - !awaits-callback; engine; k0 "
         "begins; "
         "k0 HcsWaitForOperationResult o0 4294967295 -");
    cr_expect_eq((unsigned)result_in(0), 0u, "once faults stop, the callback that waits for the terminate gets it");
}

static unsigned explore_folder(const char *path)
{
    char arguments[512];
    unsigned count = 0;
    DIR *folder = opendir(path);
    cr_assert_not_null(folder, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(arguments, sizeof arguments, "--seeds 1..40 --scenario %s/%s", path, entry->d_name);
        cr_expect_eq(run(arguments), 0, "%s: %s", entry->d_name, said);
        count++;
    }
    closedir(folder);
    return count;
}

/* Hosts that lack features, functions or rights, are slow or short of memory, and every race by its number. */
Test(explore, the_model_knows_the_hosts_and_races_of_the_gallery)
{
    cr_expect_geq(explore_folder(ROOT "/fixtures/scenarios"), 15);
    cr_expect_geq(explore_folder(ROOT "/fixtures/scenarios/races"), 20);
}

static bool draws(const char *effect)
{
    unsigned count;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        char *scenario = schedule_draw_faults(seed, UINT64_MAX, &count);
        bool found = strstr(scenario, effect);
        free(scenario);
        if (found)
            return true;
    }
    return false;
}

Test(explore, every_effect_is_drawn)
{
    static const char *const effects[] = {"\"Fail\"", "\"Hang\"", "\"Exit\"", "\"Disconnect\"", "\"LoseExit\"",
        "\"LoseEndOfOutput\"", "\"DelayExit\"", "\"LoseStatus\"", "\"CloseConnection\"", "\"EndProcess\"",
        "\"AwaitExit\"", "\"AwaitCallback\""};
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        cr_expect(draws(effects[i]), "%s", effects[i]);
}

Test(explore, seeds_are_saved_for_other_targets)
{
    char folder[] = "/tmp/hcs-seeds-XXXXXX", arguments[200], path[100];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(arguments, sizeof arguments, "--seeds 3..5 --steps 40 --save-seeds %s", folder);
    cr_expect_eq(run(arguments), 0, "%s", said);
    SAYS("scenario without faults");
    SAYS("3 schedules saved in ");
    for (int seed = 3; seed <= 5; seed++) {
        struct schedule schedule;
        snprintf(path, sizeof path, "%s/seed-%d.json", folder, seed);
        cr_assert(schedule_read("test", path, &schedule), "%s", path);
        cr_expect(schedule.seed == (uint64_t)seed && schedule.count >= 40 && !schedule.faults && !schedule.scenario);
        for (size_t i = 0; i < schedule.count; i++)
            cr_expect_eq(schedule.moves[i].fault, 0);
        schedule_free(&schedule);
        snprintf(arguments, sizeof arguments, "--schedule %s", path);
        cr_expect_eq(run(arguments), 0, "%s", said);
        SAYS("no law is broken");
        unlink(path);
    }
    rmdir(folder);
    cr_expect_eq(run("--seeds 1..1 --save-seeds /no/such/folder"), 2, "%s", said);
    SAYS("/no/such/folder can't be written");
    cr_expect_null(strstr(said, "seeds 1..1"), "it has explored before: %s", said);
    cr_expect_eq(run("--save-seeds /tmp --moves x"), 2, "%s", said);
    SAYS("--save-seeds excludes --moves");
}

Test(explore, the_last_seed_is_the_greatest_number)
{
    static const char *const arguments[] = {"--jobs 2", "--jobs 4 --shard 3/7", "--exhaustive --calls 1"};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        cr_expect_eq(command_run(HCS_SIM " explore --steps 20 --seeds 18446744073709551610..18446744073709551615 %s",
                         arguments[i]),
            0, "%s: %s", arguments[i], said);
}

Test(explore, great_seeds_are_read_as_they_are_written)
{
    struct move move;
    struct schedule schedule = {.seed = UINT64_MAX}, again;
    char path[] = "/tmp/hcs-schedule-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_null(move_read("engine", &move));
    schedule_add(&schedule, &move);
    for (uint64_t seed = UINT64_MAX; seed; seed /= 2) {
        schedule.seed = seed;
        char *json = schedule_json(&schedule);
        cr_assert(ftruncate(file, 0) == 0 && pwrite(file, json, strlen(json), 0) == (ssize_t)strlen(json));
        free(json);
        cr_assert(schedule_read("test", path, &again));
        cr_expect_eq(again.seed, seed);
        schedule_free(&again);
    }
    schedule_free(&schedule);
    close(file);
    unlink(path);
}

static const struct {
    const char *text, *says;
} wrong_files[] = {
    {"{\"schedule\":1.5,\"moves\":[\"engine\"]}", "not a schedule of version 1"},
    {"{\"schedule\":1,\"seed\":-1,\"moves\":[\"engine\"]}", "\"seed\" needs a whole number"},
    {"{\"schedule\":1,\"seed\":1e30,\"moves\":[\"engine\"]}", "\"seed\" needs a whole number"},
    {"{\"schedule\":1,\"seed\":\"7 \",\"moves\":[\"engine\"]}", "\"seed\" needs a whole number"},
    {"{\"schedule\":1,\"faults\":1,\"moves\":[\"engine\"]}", "\"faults\" needs a hexadecimal number in quotes"},
    {"{\"schedule\":1,\"faults\":\"zz\",\"moves\":[\"engine\"]}", "\"faults\" needs a hexadecimal number in quotes"},
    {"{\"schedule\":1,\"scenario\":\"/nonexist\",\"moves\":[\"engine\"]}", "\"scenario\" needs an object"},
    {"{\"schedule\":1,\"description\":1,\"moves\":[\"engine\"]}", "\"description\" needs a text"},
    {"{\"schedule\":1,\"sede\":1,\"moves\":[\"engine\"]}", "unknown member \"sede\""},
    {"{\"schedule\":1,\"seed\":1,\"seed\":2,\"moves\":[\"engine\"]}", "\"seed\" stands there twice"},
    {"{\"schedule\":1,\"moves\":[]}", "there are no moves"},
    {"{\"schedule\":1,\"moves\":[\"engine\",1]}", "move 2: not a text"},
    {"{\"schedule\":1,\"moves\":[\"engine\",\"then\",\"then\"]}", "there is a \"then\" before"},
    {"{\"schedule\":1,\"moves\":[\"engine\"]}}", "not JSON"},
};

Test(explore, wrong_files_are_refused_with_a_reason)
{
    char path[] = "/tmp/hcs-schedule-XXXXXX", arguments[100];
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    snprintf(arguments, sizeof arguments, "--schedule %s", path);
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        const char *text = wrong_files[i].text;
        cr_assert(ftruncate(file, 0) == 0 && pwrite(file, text, strlen(text), 0) == (ssize_t)strlen(text));
        cr_expect_eq(run(arguments), 2, "%s: %s", text, said);
        SAYS(wrong_files[i].says);
    }
    close(file);
    unlink(path);
}
