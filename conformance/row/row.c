/* One row from arrangement to verdict. Entry point: row_run(). */
#include "row.h"
#include "batch.h"
#include "document/document.h"
#include "call.h"
#include "evidence.h"
#include "json.h"
#include "leak.h"
#include "row/fixture/pause.h"
#include "platform/process.h"
#include "row/other/other.h"
#include "row/target/profile.h"
#include "request.h"
#include "row/fixture/settle.h"
#include "row/fixture/shared.h"
#include "schedule/schedule_player.h"
#include "spec_schema.h"
#include "step.h"
#include "undo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const strength_names[4] = {"documented", "relied-on", "observed", "unspecified"};

enum { RISE_NS = 20000000, SCHEDULE_ATTEMPTS = 4, EVIDENCE_MS = 1000 };

/* Rows with "memory:exhausted" call until the result is NULL. */
static bool call_until_null(struct fixture *fixture, const cJSON *call)
{
    enum { MAX_CALLS = 50000000 };
    for (int i = 0; i < MAX_CALLS; i++) {
        if (!call_make(fixture, call))
            return false;
        if (!fixture->value)
            return true;
    }
    return fail(fixture, "50 million calls succeeded, memory never ran out");
}

static bool limits_memory(const struct spec_row *row)
{
    return strstr(row->needs, "memory-limit") != NULL;
}

static bool acts_as_expected(
    struct fixture *fixture, const struct spec_row *row, const cJSON *root, struct row_result *result)
{
    const cJSON *call = cJSON_GetObjectItemCaseSensitive(root, "call");
    uint64_t start = platform_time();
    bool called = limits_memory(row) ? call_until_null(fixture, call) : call_make(fixture, call);
    step_note(fixture, "call", call, start);
    evidence_keep_document(fixture);
    result->value = fixture->value;
    result->has_return = called;
    result->has_result = fixture->has_result;
    result->result = fixture->result;
    if (!called || !expect_all(fixture, cJSON_GetObjectItemCaseSensitive(root, "expect")))
        return false;
    return steps_run(fixture, cJSON_GetObjectItemCaseSensitive(root, "then"), "then");
}

static enum outcome verdict(const struct spec_row *row, const struct row_result *result, bool strict, bool met)
{
    bool hresult = !strcmp(spec_functions[row->function].result, "HRESULT");
    bool none = hresult ? (uint32_t)result->value == (uint32_t)E_NOTIMPL : !result->value;
    if (!met && none && result->has_return && (hresult || !spec_functions[row->function].implemented))
        return OUTCOME_NOT_IMPLEMENTED;
    if (met)
        return row->strength == STRENGTH_UNSPECIFIED && !strict ? OUTCOME_RECORDED : OUTCOME_PASS;
    if (strict || row->strength <= STRENGTH_RELIED_ON)
        return OUTCOME_FAIL;
    return row->strength == STRENGTH_OBSERVED ? OUTCOME_DRIFT : OUTCOME_RECORDED;
}

/* A schedule's verdict does not depend on return values: no law may be broken. */
static void play_schedule(
    const struct spec_row *row, const struct target *target, bool strict, const cJSON *play, struct row_result *result)
{
    struct schedule schedule;
    uint64_t start = platform_time();
    bool met = schedule_take("hcs-conformance", row->origin, play, &schedule);
    if (met && player_refuses(target, &schedule, result->message)) {
        schedule_free(&schedule);
        return; /* skipped */
    }
    for (unsigned attempt = 0; met && attempt < SCHEDULE_ATTEMPTS; attempt++)
        met = player_play(target, &schedule, attempt, result->message);
    result->outcome = verdict(row, result, strict, met);
    result->milliseconds = (double)(platform_time() - start) / 1e6;
    schedule_free(&schedule);
}

static bool among(const char *words, const char *word, size_t length)
{
    for (const char *p = words; *p; p += strcspn(p, " ") + (p[strcspn(p, " ")] == ' '))
        if (strcspn(p, " ") == length && !strncmp(p, word, length))
            return true;
    return false;
}

/* "schema-2.5": the host has that version; "no-schema-2.5": it has not. */
static bool schema_absent(const char *capability, const struct target *target)
{
    bool without = !strncmp(capability, "no-", 3);
    unsigned minor = (unsigned)strtoul(capability + (without ? 3 : 0) + strlen("schema-2."), NULL, 10);
    return (target_schema_minor(target) < minor) != without;
}

/* Is one capability absent? "system" is any kind of compute system. */
static bool absent(const char *capability, size_t length, const char *without, const struct target *target)
{
    if (!strncmp(capability, "schema-", 7) || !strncmp(capability, "no-schema-", 10))
        return schema_absent(capability, target);
    if (length == 9 && !strncmp(capability, "simulator", 9) && !target->own)
        return true;
    if (length == 11 && !strncmp(capability, "shared-host", 11) && !other_is_possible(target))
        return true;
    if (length == 6 && !strncmp(capability, "system", 6))
        return absent("container", 9, without, target) && absent("virtual-machine", 15, without, target);
    return among(without, capability, length) || profile_lacks(capability, length);
}

/* Finds the first need that the target lacks. */
static bool lacks(const char *needs, const char *without, const struct target *target, char *what, size_t size)
{
    for (const char *p = needs; *p; p += strcspn(p, " ") + (p[strcspn(p, " ")] == ' '))
        if (absent(p, strcspn(p, " "), without, target)) {
            snprintf(what, size, "%.*s", (int)strcspn(p, " "), p);
            return true;
        }
    return false;
}

static bool has_all(const struct spec_row *row, const struct target *target, const char *without)
{
    char what[64];
    return !lacks(row->needs, without, target, what, sizeof what);
}

static int by_id(const void *id, const void *row)
{
    return strcmp(id, ((const struct spec_row *)row)->id);
}

/* The rows are sorted by id. */
const struct spec_row *row_named(const char *id)
{
    return bsearch(id, spec_rows, spec_row_count, sizeof *spec_rows, by_id);
}

static bool waits_for_events(const struct spec_row *row)
{
    return strstr(row->steps, "\"events\"") || strstr(row->steps, "\"completions\"");
}

bool row_spoils_process(const struct spec_row *row)
{
    return limits_memory(row) || strstr(row->needs, "simulator") != NULL || /* a process reads its scenario only once */
           !strncmp(row->id, "schedule.", 9);
}

static bool systems_are_shared;

void row_share_systems(void)
{
    systems_are_shared = true;
}

void row_end_shared(const struct target *target)
{
    fixture_end_shared(target);
}

const char *row_modified_resource(const struct spec_row *row)
{
    static const char begin[] = "HcsModifyComputeSystem.document(";
    return strncmp(row->id, begin, sizeof begin - 1) ? NULL : row->id + sizeof begin - 1;
}

/* How the system is arranged of a row that arranges one, perhaps an operation, and nothing else, and leaves no call
   pending on it; NULL: of another row. */
static const char *sole_system(const struct spec_row *row, const cJSON *root)
{
    static const char system[] = "system:", operation[] = "operation";
    const cJSON *step;
    const char *how = NULL;
    if (row->hazard || row_spoils_process(row) || waits_for_events(row) || strstr(row->needs, "shared-host"))
        return NULL;
    cJSON_ArrayForEach (step, cJSON_GetObjectItemCaseSensitive(root, "arrange")) {
        const char *text = cJSON_GetStringValue(step);
        bool is_system = text && !strncmp(text, system, sizeof system - 1);
        if (!text || (is_system && how) || (!is_system && strncmp(text, operation, sizeof operation - 1) != 0) ||
            strstr(text, "/busy") || strstr(text, "/stopping"))
            return NULL;
        if (is_system)
            how = text + sizeof system - 1;
    }
    return how;
}

bool row_may_share(const struct spec_row *row, char how[NAME_BYTES])
{
    cJSON *root = json_read(row->steps);
    const char *found = sole_system(row, root);
    snprintf(how, NAME_BYTES, "%s", found ? found : "");
    cJSON_Delete(root);
    return found;
}

static bool expects_refusal(const cJSON *root)
{
    const cJSON *item, *expect = cJSON_GetObjectItemCaseSensitive(root, "expect");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(expect, "either"))
        if (cJSON_IsString(item) && !strcmp(item->valuestring, "HCS_E_INVALID_JSON"))
            return true;
    return false;
}

/* True if the row sets a resource, whatever it was before. */
static bool updates(const cJSON *root)
{
    cJSON *request = request_of_type(cJSON_GetObjectItemCaseSensitive(root, "call"), VALUE_ModifyRequestType_Update);
    bool is_update = request != NULL;
    cJSON_Delete(request);
    return is_update;
}

/* The parameters of one run of a row. */
struct attempt {
    const struct spec_row *row;
    const struct target *target;
    bool strict, without_containers, shares;
    const cJSON *root;
};

/* Runs the row once. left: a description of what it leaked; empty: nothing. Returns whether it used a system of another
   row. */
static bool run_once(
    const struct attempt *attempt, unsigned patience_ms, struct row_result *result, char left[LEAK_TEXT])
{
    static struct fixture fixture;
    const struct spec_row *row = attempt->row;
    struct leak_counts before = {.blocks = 0};
    memset(result, 0, sizeof *result);
    left[0] = 0;
    bool counts =
        !attempt->shares &&
        !row_spoils_process(row); /* for others, counting first would open the engine before the scenario is set */
    if (counts)
        leak_count(attempt->target, &before);
    uint64_t start = platform_time();
    fixture_begin(&fixture, attempt->target, attempt->strict);
    fixture.without_containers = attempt->without_containers;
    fixture.share.wanted = attempt->shares;
    fixture.share.resource = row_modified_resource(row);
    fixture.share.refusal = expects_refusal(attempt->root);
    fixture.share.updates = updates(attempt->root);
    if (!steps_run(&fixture, cJSON_GetObjectItemCaseSensitive(attempt->root, "arrange"), "arrange"))
        result->outcome = strstr(fixture.message, "can't be limited") ? OUTCOME_SKIP : OUTCOME_FAIL;
    else {
        result->met = acts_as_expected(&fixture, row, attempt->root, result);
        result->outcome = verdict(row, result, attempt->strict, result->met);
    }
    if (fixture.missing)
        result->outcome = OUTCOME_SKIP; /* HCS-ROW: W-09, V-14 */
    if (fixture.other_broke)
        result->outcome = OUTCOME_CRASH;
    if (limits_memory(row)) { /* out of memory, the process can do nothing more */
        snprintf(result->message, sizeof result->message, "%s", fixture.message);
        return false;
    }
    if (waits_for_events(row))
        settle_after(&fixture, EVIDENCE_MS); /* so that every run records the same events */
    long blocks = leak_blocks();
    result->evidence = evidence_of(&fixture, waits_for_events(row));
    if (systems_are_shared)
        json_add_number(result->evidence, "creates", fixture.creates);
    before.blocks += leak_blocks() - blocks;
    if (attempt->shares)
        undo_addition(&fixture, cJSON_GetObjectItemCaseSensitive(attempt->root, "call"));
    fixture.share.keep = attempt->shares && result->met && shared_is_as_it_was(&fixture);
    if (!fixture_end(&fixture) && result->outcome <= OUTCOME_RECORDED)
        result->outcome = OUTCOME_FAIL;
    result->milliseconds = (double)(platform_time() - start) / 1e6;
    snprintf(result->message, sizeof result->message, "%s", fixture.message);
    if (counts)
        (void)leak_left(attempt->target, &before, patience_ms, left);
    return fixture.share.borrowed;
}

/* Memory that a library keeps for reuse appears once, a leak with every run. On the simulator the row is run again to
   tell them apart; on a host the finding is only recorded. */
static void run_and_count(struct attempt *attempt, struct row_result *result)
{
    enum { AGAIN = 5, STEP_MS = 4 };
    char left[LEAK_TEXT];
    struct row_result again;
    bool borrowed = run_once(attempt, 0, result, left);
    if (borrowed && !result->met) { /* of what others left, it says nothing */
        cJSON_Delete(result->evidence);
        attempt->shares = false;
        run_once(attempt, 0, result, left);
    }
    bool simulated = attempt->target->simulator.count, good = result->outcome <= OUTCOME_RECORDED;
    if (!good)
        return;
    if (left[0] && !simulated)
        json_add_text(result->evidence, "left", left);
    for (unsigned i = 0; i < AGAIN && left[0] && simulated; i++) {
        run_once(attempt, i * STEP_MS, &again, left);
        cJSON_Delete(again.evidence);
    }
    if (!left[0] || !simulated)
        return;
    result->outcome = OUTCOME_FAIL;
    snprintf(result->message, sizeof result->message, "left behind, each time again: %s", left);
}

static void say_unmet(const struct target *target, const char *what, char message[TEXT_BYTES])
{
    if (!strcmp(what, "shared-host") && !other_is_possible(target))
        snprintf(message, TEXT_BYTES, "the simulator is in this process, where no other finds it; see --daemon");
    else if (!strncmp(what, "no-", 3))
        snprintf(message, TEXT_BYTES, "this target has %s", what + 3);
    else
        snprintf(message, TEXT_BYTES, "this target is said to have no %s", what);
}

/* As the row's own create, of which only the document matters, would have been answered. */
static bool is_answered(const struct spec_row *row, const struct target *target, bool strict, const char *without,
    struct row_result *result)
{
    unsigned creates, rows = systems_are_shared ? batch_answers(row, target, without, has_all, &creates) : 0;
    if (!rows)
        return false;
    result->has_return = result->has_result = true;
    result->outcome = verdict(row, result, strict, true);
    result->evidence = json_object();
    json_add_number(result->evidence, "together", rows);
    json_add_number(result->evidence, "creates", creates);
    return true;
}

static void run_row(const struct spec_row *row, const struct target *target, bool strict, const char *without,
    struct row_result *result)
{
    result->outcome = OUTCOME_SKIP;
    char what[64];
    if (lacks(row->needs, without, target, what, sizeof what)) {
        say_unmet(target, what, result->message);
        result->evidence = json_object();
        json_add_text(result->evidence, "unmet", what);
        if (profile_demands(what))
            result->outcome = OUTCOME_FAIL; /* the profile says that the host must have it */
        return;
    }
    if (!target->function[row->function]) {
        snprintf(result->message, sizeof result->message, "not exported by this build");
        return;
    }
    if (is_answered(row, target, strict, without, result))
        return;
    cJSON *root = json_read(row->steps);
    const cJSON *play = cJSON_GetObjectItemCaseSensitive(root, "play");
    if (play)
        play_schedule(row, target, strict, play, result);
    else
        run_and_count(&(struct attempt){row, target, strict, absent("container", 9, without, target),
                          systems_are_shared && sole_system(row, root), root},
            result);
    cJSON_Delete(root);
}

/* How often the row has made something act on the host; of rows that end their process it can't be told. */
static void note_backend_calls(const struct spec_row *row, const struct target *target, struct row_result *result)
{
    static uint64_t before;
    if (!target->simulator.backend_calls || limits_memory(row) || result->outcome == OUTCOME_SKIP)
        return;
    uint64_t now = target->simulator.backend_calls(), calls = now - (now < before ? 0 : before);
    before = now;
    if (!result->evidence)
        result->evidence = json_object();
    json_add_number(result->evidence, "backendCalls", (double)calls);
}

void row_run(const struct spec_row *row, const struct target *target, bool strict, const char *without,
    struct row_result *result)
{
    pause_watch_thread();
    uint64_t before = pause_total();
    memset(result, 0, sizeof *result);
    run_row(row, target, strict, without, result);
    note_backend_calls(row, target, result);
    uint64_t waited = pause_total() - before;
    if (!result->evidence && waited)
        result->evidence = json_object();
    if (waited)
        json_add_number(result->evidence, "waited", (double)waited / 1e6);
}
