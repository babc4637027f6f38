/* The fault plan: which call meets which rule, and how often. */
#include "backend/fault.h"
#include "spec_hresults.h"
#include <criterion/criterion.h>
#include <stdio.h>

static struct random numbers;

static struct fault rule(const char *text)
{
    struct fault fault;
    cJSON *root = cJSON_Parse(text);
    cr_assert_not_null(root, "%s", text);
    cr_assert(fault_read(&fault, root));
    cJSON_Delete(root);
    return fault;
}

#define START "\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\""

/* A start of a system in Created, started and ended that long ago. */
static struct fault_subject start_of(const char *id, int matrix, uint64_t now)
{
    return (struct fault_subject){.call = REQUEST_START,
        .id = id,
        .matrix = matrix,
        .state = STATE_CREATED,
        .now = now,
        .since_start = now,
        .since_exit = now};
}

/* Returns how many of a hundred starts of the system the rule hits. */
static unsigned hits(const char *text, const char *id, int matrix, uint64_t now)
{
    struct fault fault = rule(text);
    unsigned count = 0;
    struct fault_subject subject = start_of(id, matrix, now);
    random_seed(&numbers, 7);
    for (int i = 0; i < 100; i++)
        count += fault_find(&fault, 1, &subject, &numbers) != NULL;
    fault_free(&fault);
    return count;
}

struct expectation {
    const char *text;
    const char *id;
    int matrix;
    uint64_t now;
    unsigned hits;
};

static const struct expectation expectations[] = {
    {"{" START "}", "a", MATRIX_Container, 0, 100},
    {"{" START ",\"nth\":5}", "a", MATRIX_Container, 0, 1},
    {"{" START ",\"nth\":101}", "a", MATRIX_Container, 0, 0},
    {"{" START ",\"times\":3}", "a", MATRIX_Container, 0, 3},
    {"{" START ",\"perMille\":0}", "a", MATRIX_Container, 0, 0},
    {"{" START ",\"perMille\":1000}", "a", MATRIX_Container, 0, 100},
    {"{" START ",\"kind\":\"VirtualMachine\"}", "a", MATRIX_Container, 0, 0},
    {"{" START ",\"kind\":\"VirtualMachine\"}", "a", MATRIX_VirtualMachine, 0, 100},
    {"{" START ",\"fromMs\":2}", "a", MATRIX_Container, 1999999, 0},
    {"{" START ",\"fromMs\":2}", "a", MATRIX_Container, 2000000, 100},
    {"{" START ",\"toMs\":2}", "a", MATRIX_Container, 2000001, 0},
    {"{" START ",\"toMs\":18446744073709551615}", "a", MATRIX_Container, UINT64_MAX, 100},
    {"{" START ",\"system\":\"web-*\"}", "web-1", MATRIX_Container, 0, 100},
    {"{" START ",\"system\":\"web-?\"}", "web-12", MATRIX_Container, 0, 0},
    {"{" START ",\"system\":\"*1*2\"}", "x1y1z2", MATRIX_Container, 0, 100},
    {"{" START ",\"system\":\"*1*3\"}", "x1y1z2", MATRIX_Container, 0, 0},
    {"{" START ",\"system\":\"*\"}", NULL, MATRIX_Container, 0, 0},
    {"{" START ",\"state\":\"Created\"}", "a", MATRIX_Container, 0, 100},
    {"{" START ",\"state\":\"Running\"}", "a", MATRIX_Container, 0, 0},
    {"{" START ",\"withinMsOfStart\":2}", "a", MATRIX_Container, 2000000, 100},
    {"{" START ",\"withinMsOfStart\":2}", "a", MATRIX_Container, 2000001, 0},
    {"{" START ",\"withinMsOfExit\":2}", "a", MATRIX_Container, 2000001, 0},
    {"{" START ",\"afterMsOfStart\":2}", "a", MATRIX_Container, 1999999, 0},
    {"{" START ",\"afterMsOfStart\":2}", "a", MATRIX_Container, 2000000, 100},
    {"{" START ",\"afterMsOfStart\":0}", "a", MATRIX_Container, UINT64_MAX, 0},
    {"{" START ",\"afterMsOfStart\":2,\"withinMsOfStart\":3}", "a", MATRIX_Container, 3000001, 0},
    {"{\"effect\":\"Fail\",\"hresult\":\"E_FAIL\"}", "a", MATRIX_Container, 0, 100},
    {"{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Hang\"}", "a", MATRIX_Container, 0, 0},
};

Test(fault, rules_fit_by_call_system_kind_time_and_count)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *e = &expectations[i];
        cr_expect_eq(hits(e->text, e->id, e->matrix, e->now), e->hits, "%s for %s: %u", e->text, e->id ? e->id : "none",
            hits(e->text, e->id, e->matrix, e->now));
    }
}

Test(fault, probabilities_are_drawn_with_the_seed)
{
    unsigned some = hits("{" START ",\"perMille\":300}", "a", MATRIX_Container, 0);
    cr_expect(some > 10 && some < 60, "%u", some);
    cr_expect_eq(hits("{" START ",\"perMille\":300}", "a", MATRIX_Container, 0), some);
}

Test(fault, a_rule_that_always_happens_draws_no_number)
{
    struct random untouched;
    random_seed(&untouched, 7);
    cr_expect_eq(hits("{" START ",\"perMille\":1000}", "a", MATRIX_Container, 0), 100);
    cr_expect_eq(random_next(&numbers), random_next(&untouched), "later draws would be others");
}

Test(fault, the_first_rule_that_fits_decides)
{
    struct fault faults[] = {rule("{" START ",\"nth\":2}"),
        rule("{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"HCS_E_TERMINATED\"}")};
    struct fault_subject subject = start_of("a", 0, 0);
    cr_expect_eq(fault_find(faults, 2, &subject, &numbers)->result, HCS_E_TERMINATED);
    cr_expect_eq(fault_find(faults, 2, &subject, &numbers)->result, E_FAIL);
}

Test(fault, each_rule_counts_for_itself)
{
    struct fault faults[] = {
        rule("{" START ",\"nth\":1}"), rule("{" START ",\"nth\":2}"), rule("{" START ",\"nth\":4}")};
    struct fault_subject subject = start_of("a", 0, 0);
    static const int expected[] = {0, 1, -1, 2, -1};
    for (size_t call = 0; call < sizeof expected / sizeof *expected; call++) {
        const struct fault *met = fault_find(faults, 3, &subject, &numbers);
        cr_expect_eq(met ? met - faults : -1, expected[call], "call %zu", call + 1);
    }
}

/* calls: the handles that calls are made through, 0: none; met: what each comes to. */
static void expect_counts(const char *text, const uint64_t *calls, const char *met)
{
    struct fault fault = rule(text);
    struct fault_subject subject = start_of("a", 0, 0);
    for (size_t i = 0; met[i]; i++) {
        subject.handle = calls[i];
        cr_expect_eq(fault_find(&fault, 1, &subject, &numbers) ? '!' : '-', met[i], "%s: call %zu", text, i + 1);
    }
    fault_free(&fault);
}

Test(fault, a_rule_counts_the_calls_of_each_handle_apart_if_it_says_so)
{
    static const uint64_t handles[] = {7, 7, 9, 0, 9, 0, 7, 9};
    expect_counts("{" START ",\"nth\":2}", handles, "-!------");
    expect_counts("{" START ",\"nth\":2,\"countPer\":\"handle\"}", handles, "-!--!!--");
    expect_counts("{" START ",\"times\":1,\"countPer\":\"handle\"}", handles, "!-!!----");
    expect_counts("{" START ",\"times\":2,\"countPer\":\"handle\"}", handles, "!!!!!!--");
}

Test(fault, what_was_counted_for_a_handle_goes_with_it)
{
    struct fault fault = rule("{" START ",\"times\":1,\"countPer\":\"handle\"}");
    struct fault_subject subject = start_of("a", 0, 0);
    for (subject.handle = 1; subject.handle <= 3; subject.handle++)
        cr_expect(fault_find(&fault, 1, &subject, &numbers));
    fault_forget(&fault, 2);
    fault_forget(&fault, 7);
    for (subject.handle = 1; subject.handle <= 3; subject.handle++)
        cr_expect_eq(fault_find(&fault, 1, &subject, &numbers) != NULL, subject.handle == 2);
    for (uint64_t handle = 1; handle <= 3; handle++)
        fault_forget(&fault, handle);
    cr_expect_null(fault.handles);
    fault_free(&fault);
}

static const char *const of_refused[][2] = {
    {"{" START "}", ""},
    {"{" START ",\"state\":\"Created\"}", "met"},
    {"{" START ",\"state\":\"Running\"}", ""},
    {"{" START ",\"before\":\"check\"}", "met"},
    {"{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Hang\"}", ""},
    {"{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Hang\",\"state\":\"Created\"}", "met"},
    {"{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Hang\",\"before\":\"check\"}", "met"},
};

Test(fault, what_the_state_refuses_meets_rules_that_name_it_or_come_before_the_check)
{
    struct fault_subject subject = start_of("a", 0, 0);
    subject.refused = true;
    for (size_t i = 0; i < sizeof of_refused / sizeof *of_refused; i++) {
        struct fault fault = rule(of_refused[i][0]);
        cr_expect_eq(fault_find(&fault, 1, &subject, &numbers) != NULL, *of_refused[i][1] != 0, "%s", of_refused[i][0]);
        fault_free(&fault);
    }
}

Test(fault, every_call_that_a_scenario_can_name_has_a_request)
{
    const struct spec_type_info *calls = &spec_types[TYPE_ScenarioCall];
    for (int i = 0; i < calls->count; i++)
        cr_expect_lt(fault_call(calls->values[i].name), REQUEST_KINDS, "%s", calls->values[i].name);
    const struct spec_type_info *latencies = &spec_types[TYPE_ScenarioLatencies];
    for (int i = 0; i < latencies->count; i++) {
        const char *name = latencies->fields[i].name;
        cr_expect(fault_call(name) < REQUEST_KINDS || strncmp(name, "Hcs", 3) != 0, "%s", name);
    }
}

/* --- results --- */

static const struct {
    const char *text;
    uint32_t result;
} results[] = {{"\"E_FAIL\"", 0x80004005}, {"\"0x80310000\"", 0x80310000}, {"\"0xC03A001A\"", 0xC03A001A},
    {"\"0xc03a001a\"", 0xC03A001A}, {"-2147467259", 0x80004005}, {"2147500037", 0x80004005}, {"4294967295", 0xFFFFFFFF},
    {"-2147483648", 0x80000000}};

Test(fault, a_result_has_a_name_or_is_a_number_of_32_bits)
{
    char text[128];
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        snprintf(text, sizeof text, "{\"effect\":\"Fail\",\"hresult\":%s}", results[i].text);
        struct fault fault = rule(text);
        cr_expect_eq((uint32_t)fault.result, results[i].result, "%s: 0x%08X", text, (unsigned)fault.result);
    }
}

/* --- what the document of a call is about --- */

#define CHANGE "\"call\":\"HcsModifyComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\""
#define GPU "VirtualMachine/ComputeTopology/Gpu"

static bool meets_change(const char *text, const char *resource)
{
    struct fault fault = rule(text);
    struct fault_subject subject = start_of("a", MATRIX_VirtualMachine, 0);
    subject.call = REQUEST_MODIFY;
    subject.resource = resource;
    bool met = fault_find(&fault, 1, &subject, &numbers);
    fault_free(&fault);
    return met;
}

Test(fault, a_rule_for_a_resource_meets_changes_of_it)
{
    cr_expect(meets_change("{" CHANGE "}", GPU));
    cr_expect(meets_change("{" CHANGE ",\"resource\":\"" GPU "\"}", GPU));
    cr_expect_not(meets_change("{" CHANGE ",\"resource\":\"" GPU "\"}", GPU "/More"));
    cr_expect(meets_change("{" CHANGE ",\"resource\":\"VirtualMachine/*/Gpu\"}", GPU));
    cr_expect_not(meets_change("{" CHANGE ",\"resource\":\"*\"}", NULL), "no document");
}

#define QUERY "\"call\":\"HcsGetServiceProperties\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\""

/* types: of a query with one answer, or NULL; property: of a query with an answer for each, or NULL. */
static bool meets_query(const char *text, const char *types, const char *property)
{
    struct fault fault = rule(text);
    cJSON *list = types ? cJSON_Parse(types) : NULL;
    struct fault_subject subject = {
        .call = REQUEST_GET_SERVICE_PROPERTIES, .matrix = -1, .state = -1, .properties = list, .property = property};
    bool met = fault_find(&fault, 1, &subject, &numbers);
    cJSON_Delete(list);
    fault_free(&fault);
    return met;
}

Test(fault, a_rule_for_a_property_meets_queries_for_it)
{
    cr_expect(meets_query("{" QUERY ",\"property\":\"Memory\"}", "[\"Basic\",\"Memory\"]", NULL));
    cr_expect_not(meets_query("{" QUERY ",\"property\":\"Memory\"}", "[\"Basic\",7]", NULL));
    cr_expect_not(meets_query("{" QUERY ",\"property\":\"Memory\"}", NULL, NULL));
    cr_expect(meets_query("{" QUERY ",\"property\":\"Memory\"}", NULL, "Memory"));
    cr_expect_not(meets_query("{" QUERY ",\"property\":\"Memory\"}", NULL, "Basic"));
    cr_expect(meets_query("{" QUERY "}", "[\"Basic\"]", NULL));
    cr_expect_not(meets_query("{" QUERY "}", NULL, "Basic"), "it has met the whole query before");
}
