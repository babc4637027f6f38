/* Rows that use systems together have the outcomes and results that they have alone, on a sound target and on one that
   refuses a member. */
#include "row/row.h"
#include "runner/order.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct target target;

/* What a row came to. */
struct came {
    enum outcome outcome;
    bool has_result;
    HRESULT value, result;
};

static void load(void)
{
    char error[512];
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1,\"idleMs\":1000}", 1);
    cr_assert(target_load(&target, LIBRARY, error, sizeof error), "%s", error);
}

static bool runs_here(const struct spec_row *row)
{
    return !row_spoils_process(row) && !row->hazard && !strstr(row->needs, "no-schema-") &&
           !strstr(row->needs, "shared-host");
}

/* Runs the rows whose ids begin so, in the order of those that share systems, and returns what each came to, by its
   place in the suite. */
static struct came *run_all(const char *beginning, bool strict, unsigned *rows, unsigned *creates)
{
    struct came *came = calloc(spec_row_count, sizeof *came);
    struct run run = {.rows = calloc(spec_row_count, sizeof *run.rows), .count = spec_row_count};
    struct row_result result;
    *rows = *creates = 0;
    for (unsigned i = 0; i < spec_row_count; i++)
        run.rows[i].row = &spec_rows[i];
    unsigned *order = order_rows(&run, true);
    for (unsigned turn = 0; turn < spec_row_count; turn++) {
        unsigned i = order[turn];
        if (!runs_here(&spec_rows[i]) || strncmp(spec_rows[i].id, beginning, strlen(beginning)) != 0)
            continue;
        row_run(&spec_rows[i], &target, strict, "", &result);
        const cJSON *made = cJSON_GetObjectItemCaseSensitive(result.evidence, "creates");
        *creates += made ? (unsigned)made->valuedouble : 0;
        cJSON_Delete(result.evidence);
        came[i] = (struct came){result.outcome, result.has_result, (HRESULT)result.value, result.result};
        ++*rows;
    }
    free(order);
    free(run.rows);
    return came;
}

/* Returns how many rows did not pass. */
static unsigned compare(const struct came *own, const struct came *shared)
{
    unsigned bad = 0;
    for (unsigned i = 0; i < spec_row_count; i++) {
        const char *id = spec_rows[i].id;
        bool hresult = !strcmp(spec_functions[spec_rows[i].function].result, "HRESULT");
        cr_expect_eq(own[i].outcome, shared[i].outcome, "%s: %s, shared %s", id, outcome_names[own[i].outcome],
            outcome_names[shared[i].outcome]);
        cr_expect(!hresult || own[i].value == shared[i].value, "%s returns another HRESULT", id);
        cr_expect(own[i].has_result == shared[i].has_result && own[i].result == shared[i].result,
            "%s has another result", id);
        bad += own[i].outcome != OUTCOME_PASS && own[i].outcome != OUTCOME_NOT_IMPLEMENTED;
    }
    return bad;
}

Test(shared_systems, rows_come_to_the_same_with_them)
{
    unsigned rows, creates, none;
    load();
    struct came *own = run_all("Hcs", true, &rows, &none);
    cr_expect_eq(none, 0, "they are counted only where it matters");
    row_share_systems();
    struct came *shared = run_all("Hcs", true, &rows, &creates);
    row_end_shared(&target);
    cr_expect_eq(compare(own, shared), 0);
    cr_expect_gt(rows, 3000);
    cr_expect_lt(creates, rows / 8, "%u systems for %u rows", creates, rows);
    free(own);
    free(shared);
}

/* One system serves all rows of a resource that can be added and removed, set again, or added and removed by the row.
 */
Test(shared_systems, what_rows_add_is_removed_again)
{
    static const char *const beginnings[] = {"HcsModifyComputeSystem.document(VirtualMachine/Devices/NetworkAdapters",
        "HcsModifyComputeSystem.pmem-device.", "HcsModifyComputeSystem.document(VirtualMachine/ComputeTopology/Gpu)"};
    load();
    row_share_systems();
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        unsigned rows, creates;
        free(run_all(beginnings[i], true, &rows, &creates));
        cr_expect_gt(rows, 0);
        cr_expect_leq(creates, i == 0, "%s: %u systems for %u rows", beginnings[i], creates, rows);
    }
    row_end_shared(&target);
}

static HRESULT(WINAPI *create)(PCWSTR, PCWSTR, HCS_OPERATION, const SECURITY_DESCRIPTOR *, HCS_SYSTEM *);

static bool contains(PCWSTR text, const char *part)
{
    for (; text && *text; text++) {
        size_t i = 0;
        while (part[i] && text[i] == (WCHAR)part[i])
            i++;
        if (!part[i])
            return true;
    }
    return false;
}

/* A host that does not know a member that the reference has. */
static HRESULT WINAPI create_without_hibernation(
    PCWSTR id, PCWSTR configuration, HCS_OPERATION operation, const SECURITY_DESCRIPTOR *security, HCS_SYSTEM *system)
{
    if (contains(configuration, "EnableHibernation"))
        configuration = u"{\"Owner\":7}";
    return create(id, configuration, operation, security, system);
}

Test(shared_systems, a_refused_member_spoils_no_row_but_its_own)
{
    enum { CREATE = FUNCTION_HcsCreateComputeSystem };
    HRESULT(WINAPI * spoilt)
    (PCWSTR, PCWSTR, HCS_OPERATION, const SECURITY_DESCRIPTOR *, HCS_SYSTEM *) = create_without_hibernation;
    unsigned rows, creates, none;
    load();
    memcpy(&create, &target.function[CREATE], sizeof create);
    memcpy(&target.function[CREATE], &spoilt, sizeof spoilt);
    struct came *own = run_all("HcsCreateComputeSystem.document", true, &rows, &none);
    row_share_systems();
    struct came *shared = run_all("HcsCreateComputeSystem.document", true, &rows, &creates);
    row_end_shared(&target);
    unsigned bad = compare(own, shared);
    cr_expect(bad > 0 && bad < 10, "%u rows are about the member", bad);
    cr_expect_lt(creates, rows / 10, "%u systems for %u rows", creates, rows);
    free(own);
    free(shared);
}

/* Returns how many systems were made for rows that one create answers, some at least. */
static unsigned creates_together(const char *beginning)
{
    unsigned creates = 0, rows = 0;
    struct row_result result;
    for (unsigned i = 0; i < spec_row_count; i++) {
        if (!runs_here(&spec_rows[i]) || strncmp(spec_rows[i].id, beginning, strlen(beginning)) != 0)
            continue;
        row_run(&spec_rows[i], &target, true, "", &result);
        if (cJSON_HasObjectItem(result.evidence, "together")) {
            creates += (unsigned)cJSON_GetObjectItemCaseSensitive(result.evidence, "creates")->valuedouble;
            rows++;
        }
        cJSON_Delete(result.evidence);
    }
    cr_expect_gt(rows, 10);
    return creates;
}

Test(shared_systems, a_row_that_runs_again_asks_the_target_again)
{
    load();
    row_share_systems();
    unsigned first = creates_together("HcsCreateComputeSystem.document.VirtualMachine.Chipset.");
    cr_expect_gt(first, 0);
    cr_expect_eq(creates_together("HcsCreateComputeSystem.document.VirtualMachine.Chipset."), first);
    row_end_shared(&target);
}

/* Rows come in the order of the systems that they may share; of those that modify resources, those of one resource
   never come together while others are left. */
Test(shared_systems, rows_that_share_come_together_and_those_that_modify_take_turns)
{
    struct run run = {.rows = calloc(spec_row_count, sizeof *run.rows), .count = spec_row_count};
    bool *seen = calloc(spec_row_count, sizeof *seen);
    unsigned moved = 0, runs_of_one = 0, changes = 0;
    const char *before = "";
    char how[NAME_BYTES], last[NAME_BYTES] = "";
    for (unsigned i = 0; i < spec_row_count; i++)
        run.rows[i].row = &spec_rows[i];
    unsigned *order = order_rows(&run, true), *plain = order_rows(&run, false);
    for (unsigned i = 0; i < spec_row_count; i++) {
        const char *resource = row_modified_resource(&spec_rows[order[i]]);
        cr_expect_eq(plain[i], i);
        cr_expect_not(seen[order[i]], "%s twice", spec_rows[order[i]].id);
        seen[order[i]] = true;
        moved += order[i] != i;
        (void)row_may_share(&spec_rows[order[i]], how);
        changes += strcmp(how, last) != 0;
        memcpy(last, how, sizeof last);
        if (resource)
            runs_of_one += !strncmp(resource, before, strcspn(resource, ")"));
        before = resource ? resource : "";
    }
    cr_expect_lt(changes, 32, "%u changes of what is shared", changes);
    cr_expect_gt(moved, 100);
    cr_expect_lt(runs_of_one, moved / 4, "%u of %u follow one of the same resource", runs_of_one, moved);
    free(order);
    free(plain);
    free(seen);
    free(run.rows);
}
