/* Makes scenarios smaller. Entry point: the table of the command shrink. */
#include "scenario_shrink.h"
#include "backend/scenario.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/process/supervisor.h"
#include "ending.h"
#include "platform/environment.h"
#include "scenario_check.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 1000, PATH_BYTES = 1100, HOW_BYTES = 64 };

struct shrink {
    const char *scenario, *output; /* output NULL: standard output */
    const char *seed;              /* NULL: the scenario's, or COMPUTECORE_SEED */
    unsigned tries, timeout_s;
    char *const *command;
    char path[PATH_BYTES]; /* of the scenario that is tried */
    struct supervisor *supervisor;
    unsigned tried;
    struct seed_result failure; /* how the client ends with the whole scenario */
    cJSON *best;
};

/* --- one run --- */

static bool write_candidate(const struct shrink *shrink, const cJSON *scenario)
{
    char *text = cJSON_Print(scenario);
    const char *why = file_write(shrink->path, text);
    free(text);
    if (why)
        fprintf(stderr, "hcs-sim: shrink: %s can't be written: %s\n", shrink->path, why);
    return !why;
}

/* Runs the client with a scenario. false: it can't be started, after a message, or the user has interrupted. */
static bool run_client(struct shrink *shrink, const cJSON *scenario, struct seed_result *result)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    struct child_plan plan = {.program = shrink->command[0], .arguments = shrink->command};
    if (!write_candidate(shrink, scenario))
        return false;
    if (!supervisor_start(shrink->supervisor, 0, &plan, shrink->timeout_s)) {
        fprintf(stderr, "hcs-sim: %s can't be started: %s\n", shrink->command[0], child_start_error());
        return false;
    }
    while (supervisor_runs(shrink->supervisor, 0) && !signal_exit_code())
        supervisor_wait(shrink->supervisor, WAIT_MS, &news);
    if (signal_exit_code())
        return false;
    ending_take(result, news.status, news.event == SUPERVISOR_LATE, supervisor_output(shrink->supervisor, 0));
    return true;
}

static unsigned size_of(const struct shrink *shrink, const char *member)
{
    return (unsigned)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(shrink->best, member));
}

static void show_progress(const struct shrink *shrink, const char *what)
{
    char *text = cJSON_PrintUnformatted(shrink->best);
    fprintf(stderr, "hcs-sim: shrink: try %u of %u: %s: %zu bytes, %u faults, %u latencies\n", shrink->tried,
        shrink->tries, what, strlen(text), size_of(shrink, FIELD_Scenario_faults),
        size_of(shrink, FIELD_Scenario_latencies));
    free(text);
}

/* --- candidates --- */

/* True if the simulator takes the scenario. */
static bool is_valid(const cJSON *scenario)
{
    struct document document;
    struct document_report report;
    const struct document_mistake *first;
    struct document_options options = {.minor = document_newest_minor(), .people = true, .limit = 1};
    char *text = cJSON_PrintUnformatted(scenario);
    HRESULT result = document_check(text, strlen(text), TYPE_Scenario, &options, &document, &report);
    bool valid = SUCCEEDED(result) && !report_errors(&report, &first);
    if (SUCCEEDED(result))
        document_free(&document);
    report_free(&report);
    free(text);
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    return valid;
}

static bool goes_on(const struct shrink *shrink)
{
    return shrink->tried < shrink->tries && !signal_exit_code();
}

/* Keeps the candidate if the client still fails in the same way, else frees it. */
static bool keep_if_same(struct shrink *shrink, cJSON *candidate)
{
    struct seed_result result = {0};
    bool same = false;
    if (goes_on(shrink) && !cJSON_Compare(candidate, shrink->best, true) && is_valid(candidate)) {
        shrink->tried++;
        same = run_client(shrink, candidate, &result) && ending_same(&result, &shrink->failure);
        free(result.output);
    }
    cJSON_Delete(same ? shrink->best : candidate);
    if (same)
        shrink->best = candidate;
    if (same)
        show_progress(shrink, "it still fails");
    return same;
}

/* Returns the node with that number, counted down from *left in the order of the text, and its parent. */
static cJSON *find_node(cJSON *node, cJSON **parent, unsigned *left)
{
    cJSON *child;
    cJSON_ArrayForEach (child, node) {
        *parent = node;
        if (!(*left)--)
            return child;
        cJSON *found = find_node(child, parent, left);
        if (found)
            return found;
    }
    return NULL;
}

/* A copy of the best scenario, and a node and its parent in it; *node is NULL behind the last. */
static cJSON *copy_with(const struct shrink *shrink, unsigned number, cJSON **node, cJSON **parent)
{
    cJSON *copy = cJSON_Duplicate(shrink->best, true);
    *parent = NULL;
    *node = find_node(copy, parent, &number);
    return copy;
}

static bool is_named(const cJSON *node, const char *name)
{
    return node->string && !strcmp(node->string, name);
}

/* Without these a fault is another one, or none that the simulator takes. */
static bool stays(const cJSON *node)
{
    return is_named(node, FIELD_Scenario_seed) || is_named(node, FIELD_ScenarioFault_call) ||
           is_named(node, FIELD_ScenarioFault_effect) || is_named(node, FIELD_ScenarioFault_hresult);
}

static bool try_without(struct shrink *shrink, unsigned number)
{
    cJSON *node, *parent, *copy = copy_with(shrink, number, &node, &parent);
    if (!node || stays(node)) {
        cJSON_Delete(copy);
        return false;
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(parent, node));
    return keep_if_same(shrink, copy);
}

/* Tries a list without halves, quarters and so on of its elements. */
static void try_without_many(struct shrink *shrink, unsigned number)
{
    cJSON *node, *parent, *copy = copy_with(shrink, number, &node, &parent);
    int count = cJSON_IsArray(node) ? cJSON_GetArraySize(node) : 0;
    cJSON_Delete(copy);
    for (int part = count / 2; part > 1; part /= 2)
        for (int from = 0; goes_on(shrink);) {
            copy = copy_with(shrink, number, &node, &parent);
            int left = cJSON_GetArraySize(node);
            for (int i = 0; i < part && from < cJSON_GetArraySize(node); i++)
                cJSON_DeleteItemFromArray(node, from);
            bool last = from + part >= left;
            if (!keep_if_same(shrink, copy))
                from += part;
            if (last)
                break;
        }
}

static bool try_number(struct shrink *shrink, unsigned number, double value)
{
    cJSON *node, *parent, *copy = copy_with(shrink, number, &node, &parent);
    cJSON_SetNumberValue(node, value);
    return keep_if_same(shrink, copy);
}

static void try_numbers(struct shrink *shrink, unsigned number)
{
    cJSON *node, *parent, *copy = copy_with(shrink, number, &node, &parent);
    double value = cJSON_IsNumber(node) && !stays(node) ? node->valuedouble : 0;
    cJSON_Delete(copy);
    if (value <= 0 || try_number(shrink, number, 0) || value <= 1 || try_number(shrink, number, 1))
        return;
    while (value >= 2 && goes_on(shrink) && try_number(shrink, number, (double)(uint64_t)(value / 2)))
        value = (double)(uint64_t)(value / 2);
}

/* A latency that is drawn becomes a fixed one. */
static void try_fixed(struct shrink *shrink, unsigned number)
{
    cJSON *node, *parent, *copy = copy_with(shrink, number, &node, &parent);
    bool drawn = cJSON_IsObject(node) && parent != copy && is_named(parent, FIELD_Scenario_latencies) &&
                 !cJSON_HasObjectItem(node, FIELD_ScenarioLatency_fixedUs);
    if (!drawn) {
        cJSON_Delete(copy);
        return;
    }
    while (node->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(node, node->child));
    cJSON_AddNumberToObject(node, FIELD_ScenarioLatency_fixedUs, 0);
    (void)keep_if_same(shrink, copy);
}

/* One pass over all nodes, large ones first. true: the scenario has become smaller. */
static bool pass(struct shrink *shrink)
{
    cJSON *before = cJSON_Duplicate(shrink->best, true), *node, *parent;
    for (unsigned number = 0; goes_on(shrink);) {
        cJSON *copy = copy_with(shrink, number, &node, &parent);
        cJSON_Delete(copy);
        if (!node)
            break;
        if (try_without(shrink, number))
            continue; /* another node has its number now */
        try_without_many(shrink, number);
        try_fixed(shrink, number);
        try_numbers(shrink, number);
        number++;
    }
    bool smaller = !cJSON_Compare(before, shrink->best, true);
    cJSON_Delete(before);
    return smaller;
}

/* --- the command --- */

static bool write_best(const struct shrink *shrink, struct file_draft *claim)
{
    char *json = cJSON_Print(shrink->best);
    char *text = allocate(strlen(json) + 2);
    sprintf(text, "%s\n", json);
    free(json);
    const char *why = NULL;
    if (claim)
        why = file_claim_write(claim, text);
    else
        fputs(text, stdout);
    free(text);
    if (why)
        fprintf(stderr, "hcs-sim: %s can't be written: %s\n", shrink->output, why);
    return !why;
}

static int reduce(struct shrink *shrink, struct file_draft **claim)
{
    char how[HOW_BYTES];
    if (!run_client(shrink, shrink->best, &shrink->failure))
        return signal_exit_code() ? signal_exit_code() : 2;
    if (shrink->failure.outcome == SEED_PASSED) {
        fprintf(stderr, "hcs-sim: shrink: the client does not fail with %s\n", shrink->scenario);
        return 1;
    }
    ending_describe(&shrink->failure, shrink->timeout_s, how, sizeof how);
    show_progress(shrink, how);
    while (goes_on(shrink) && pass(shrink))
        ;
    show_progress(shrink, signal_exit_code()               ? "interrupted"
                          : shrink->tried == shrink->tries ? "no tries are left"
                                                           : "no smaller one fails in the same way");
    struct file_draft *own = *claim;
    *claim = NULL;
    return !write_best(shrink, own) ? 2 : signal_exit_code();
}

static bool read_seed(const char *text, uint64_t *seed)
{
    errno = 0;
    *seed = strtoull(text, NULL, 10);
    return *text && strspn(text, "0123456789") == strlen(text) && !errno;
}

/* Reads the scenario. A seed that was given belongs to it, so that the smallest one fails by itself. */
static cJSON *read_scenario(const struct shrink *shrink)
{
    size_t length;
    uint64_t seed;
    char digits[24], *text = file_read(shrink->scenario, SCENARIO_BYTES, &length);
    cJSON *scenario = text ? cJSON_ParseWithLength(text, length) : NULL;
    free(text);
    if (scenario && shrink->seed && read_seed(shrink->seed, &seed)) {
        snprintf(digits, sizeof digits, "%" PRIu64, seed); /* JSON has no zeros before a number */
        cJSON_DeleteItemFromObjectCaseSensitive(scenario, FIELD_Scenario_seed);
        cJSON_AddRawToObject(scenario, FIELD_Scenario_seed, digits);
    }
    return scenario;
}

static int run_in_scratch(struct shrink *shrink, struct file_draft **claim)
{
    char folder[1024];
    if (!program_scratch(folder, sizeof folder)) {
        fputs("hcs-sim: shrink: no temporary folder can be created\n", stderr);
        return 2;
    }
    snprintf(shrink->path, sizeof shrink->path, "%s/scenario.json", folder);
    allocate_variable("COMPUTECORE_SCENARIO", shrink->path);
    allocate_variable("COMPUTECORE_DEADLOCK", "end");
    if (shrink->seed)
        allocate_variable("COMPUTECORE_SEED", shrink->seed); /* in place of one of the user's, which would win */
    shrink->supervisor = supervisor_open(1);
    int code = reduce(shrink, claim);
    supervisor_close(shrink->supervisor);
    (void)remove(shrink->path);
    program_scratch_end(folder);
    return code;
}

static int run(void *values, const struct command_words *words)
{
    struct shrink *shrink = values;
    struct file_draft *claim = NULL;
    uint64_t seed;
    if (shrink->seed && !read_seed(shrink->seed, &seed))
        return command_wrong("--seed takes a whole number, not '%s'", shrink->seed);
    if (!scenario_check(shrink->scenario))
        return 2;
    shrink->best = read_scenario(shrink);
    if (!shrink->best) { /* it has changed since it was checked */
        fprintf(stderr, "hcs-sim: %s can't be read\n", shrink->scenario);
        return 2;
    }
    shrink->command = words->list;
    const char *why = shrink->output ? file_claim(shrink->output, &claim) : NULL;
    int code = 2;
    if (why)
        fprintf(stderr, "hcs-sim: %s can't be written: %s\n", shrink->output, why);
    else
        code = run_in_scratch(shrink, &claim);
    file_claim_free(claim);
    free(shrink->failure.output);
    cJSON_Delete(shrink->best);
    return code;
}

/* clang-format off */
#define PLACE(member) offsetof(struct shrink, member)

static const struct command_option options[] = {
    {.name = "scenario", .required = true, .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(scenario),
        .help = "with which the client fails"},
    {.name = "seed", .kind = OPTION_TEXT, .argument = "N", .place = PLACE(seed),
        .help = "with which the client fails; default: that of the scenario"},
    {.name = "tries", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(tries), .minimum = 1, .maximum = 1000000,
        .fallback = "500", .help = "how often to run the client at most"},
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1,
        .maximum = 86400, .fallback = "60", .help = "time limit of a run, in real time"},
    {.name = "output", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(output),
        .help = "where to write the smallest scenario; default: standard output"},
    {.name = NULL}};
/* clang-format on */

static const struct command_word words_taken[] = {{.name = "COMMAND", .minimum = 1, .maximum = 1, .program = true},
    {.name = "ARGUMENT", .minimum = 0, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command scenario_shrink_command = {.name = "shrink",
    .summary = "reduce the scenario with which a client fails",
    .description =
        "Runs a client with smaller and smaller scenarios (fewer faults and latencies, fewer members, simpler "
        "numbers), "
        "and keeps each with which it still ends in the same way: exit code or signal, and the last line of its output "
        "but for numbers. Progress is on standard error. Ctrl-C ends it with the smallest so far.",
    .options = options,
    .words = words_taken,
    .examples = {"shrink --scenario my.json --seed 7 -- ./client",
        "shrink --scenario my.json --output small.json -- ./client --once"},
    .exit_codes = "Exit code: 0 the smallest scenario is written, 1 the client does not fail, 2 wrong use, 130 or 143 "
                  "interrupted.",
    .size = sizeof(struct shrink),
    .run = run};
