/* The rows of each function, run in this process against the library as it is loaded by clients. */
#include "row/row.h"
#include "row/fixture/fixture.h"
#include "base/text/utf8.h"
#include <criterion/criterion.h>
#include <string.h>

static struct target target;

static void load(void)
{
    char error[512];
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1,\"idleMs\":1000}", 1);
    cr_assert(target_load(&target, LIBRARY, error, sizeof error), "%s", error);
}

/* What a target answers is in messages, and these are in results, which are JSON. */
Test(rows, a_message_is_cut_between_characters)
{
    static struct fixture fixture;
    for (int most = 1; most < 12; most++) {
        fixture.message[0] = 0;
        cr_expect_not(fail(&fixture, "%.*s", most, "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
        cr_expect_null(utf8_invalid(fixture.message, strlen(fixture.message)), "%d", most);
    }
}

static bool is_for_older_hosts(const struct spec_row *row)
{
    return strstr(row->needs, "no-schema-") != NULL;
}

static bool is_for_two_processes(const struct spec_row *row)
{
    return strstr(row->needs, "shared-host") != NULL;
}

static void run_rows_of(enum spec_function_index function)
{
    struct row_result result;
    unsigned count = 0;
    load();
    for (unsigned i = 0; i < spec_row_count; i++) {
        const struct spec_row *row = &spec_rows[i];
        if (row->function != function || row_spoils_process(row) || is_for_older_hosts(row) ||
            is_for_two_processes(row))
            continue;
        row_run(row, &target, true, "", &result);
        cJSON_Delete(result.evidence);
        cr_expect(result.outcome == OUTCOME_PASS || result.outcome == OUTCOME_NOT_IMPLEMENTED, "%s: %s: %s", row->id,
            outcome_names[result.outcome], result.message);
        count++;
    }
    cr_expect_gt(count, 0, "%s has no rows", spec_functions[function].name);
}

Test(rows, each_documented_one_cites_its_sentence)
{
    for (unsigned i = 0; i < spec_row_count; i++) {
        const struct spec_row *row = &spec_rows[i];
        if (row->strength == STRENGTH_DOCUMENTED)
            cr_expect(row->line && row->sentence && row->cites, "%s", row->id);
    }
}

#define ROWS_OF(name)                                                                                                  \
    Test(rows, name)                                                                                                   \
    {                                                                                                                  \
        run_rows_of(FUNCTION_##name);                                                                                  \
    }

ROWS_OF(HcsCancelOperation)
ROWS_OF(HcsCloseComputeSystem)
ROWS_OF(HcsCloseOperation)
ROWS_OF(HcsCloseProcess)
ROWS_OF(HcsCrashComputeSystem)
ROWS_OF(HcsCreateComputeSystem)
ROWS_OF(HcsCreateEmptyGuestStateFile)
ROWS_OF(HcsCreateEmptyRuntimeStateFile)
ROWS_OF(HcsCreateOperation)
ROWS_OF(HcsCreateProcess)
ROWS_OF(HcsEnumerateComputeSystems)
ROWS_OF(HcsGetComputeSystemFromOperation)
ROWS_OF(HcsGetComputeSystemProperties)
ROWS_OF(HcsGetOperationContext)
ROWS_OF(HcsGetOperationId)
ROWS_OF(HcsGetOperationResult)
ROWS_OF(HcsGetOperationResultAndProcessInfo)
ROWS_OF(HcsGetOperationType)
ROWS_OF(HcsGetProcessFromOperation)
ROWS_OF(HcsGetProcessInfo)
ROWS_OF(HcsGetProcessProperties)
ROWS_OF(HcsGetProcessorCompatibilityFromSavedState)
ROWS_OF(HcsGetServiceProperties)
ROWS_OF(HcsGrantVmAccess)
ROWS_OF(HcsGrantVmGroupAccess)
ROWS_OF(HcsModifyComputeSystem)
ROWS_OF(HcsModifyProcess)
ROWS_OF(HcsModifyServiceSettings)
ROWS_OF(HcsOpenComputeSystem)
ROWS_OF(HcsOpenProcess)
ROWS_OF(HcsPauseComputeSystem)
ROWS_OF(HcsResumeComputeSystem)
ROWS_OF(HcsRevokeVmAccess)
ROWS_OF(HcsRevokeVmGroupAccess)
ROWS_OF(HcsSaveComputeSystem)
ROWS_OF(HcsSetComputeSystemCallback)
ROWS_OF(HcsSetOperationCallback)
ROWS_OF(HcsSetOperationContext)
ROWS_OF(HcsSetProcessCallback)
ROWS_OF(HcsShutDownComputeSystem)
ROWS_OF(HcsSignalProcess)
ROWS_OF(HcsStartComputeSystem)
ROWS_OF(HcsSubmitWerReport)
ROWS_OF(HcsTerminateComputeSystem)
ROWS_OF(HcsTerminateProcess)
ROWS_OF(HcsWaitForComputeSystemExit)
ROWS_OF(HcsWaitForOperationResult)
ROWS_OF(HcsWaitForOperationResultAndProcessInfo)
ROWS_OF(HcsWaitForProcessExit)

Test(rows, hosts_that_have_no_newer_schema)
{
    struct row_result result;
    unsigned count = 0;
    setenv("COMPUTECORE_OS_BUILD", "17763", 1);
    load();
    for (unsigned i = 0; i < spec_row_count; i++) {
        if (!is_for_older_hosts(&spec_rows[i]) || !target.function[spec_rows[i].function])
            continue; /* what that build does not export is not asked for */
        row_run(&spec_rows[i], &target, true, "", &result);
        cJSON_Delete(result.evidence);
        cr_expect_eq(
            result.outcome, OUTCOME_PASS, "%s: %s: %s", spec_rows[i].id, outcome_names[result.outcome], result.message);
        count++;
    }
    cr_expect_gt(count, 0);
}

Test(rows, wrong_expectations_fail)
{
    /* A row that can't fail would prove nothing: the same rows with another library's answers. */
    struct row_result result;
    struct spec_row row = spec_rows[0];
    load();
    static const char *const steps[] = {
        "{\"call\":{\"HcsCancelOperation\":{}},\"expect\":{\"return\":\"S_OK\"}}",
        "{\"call\":{\"HcsEnumerateComputeSystems\":{}},\"expect\":{\"result\":\"E_FAIL\"}}",
        "{\"call\":{\"HcsEnumerateComputeSystems\":{}},\"expect\":{\"result\":\"S_OK\",\"document\":{\"$\":\"object\"}}"
        "}",
        "{\"call\":{\"HcsEnumerateComputeSystems\":{}},\"expect\":{\"operationType\":\"HcsOperationTypeCreate\"}}",
        "{\"call\":{\"HcsEnumerateComputeSystems\":{}},\"expect\":{\"completions\":{\"operation\":1}},\"arrange\":["
        "\"nonsense\"]}",
        "{\"arrange\":[\"system:container/"
        "created\"],\"call\":{\"HcsStartComputeSystem\":{}},\"expect\":{\"system\":\"paused\"}}",
        "{\"arrange\":[\"system:container/"
        "running\",\"process:running\"],\"call\":{\"HcsTerminateProcess\":{}},\"expect\":{\"exitCode\":0}}",
        "{\"arrange\":[\"system:container/running\",\"process:@process/"
        "echo-stdout\"],\"call\":{\"HcsWaitForProcessExit\":{}},"
        "\"expect\":{\"stdout\":\"bye\"}}",
        "{\"arrange\":[\"system:container/running\",\"callback:system\"],\"call\":{\"HcsTerminateComputeSystem\":{}},"
        "\"expect\":{\"eventDocument\":{\"system:HcsEventSystemExited\":{\"$.Status\":5}}}}",
        "{\"call\":{\"HcsGetOperationId\":{}},\"expect\":{\"value\":\"HCS_INVALID_OPERATION_ID\"}}",
        "{\"call\":{\"HcsEnumerateComputeSystems\":{\"query\":\"generated:nothing\"}},\"expect\":{\"either\":"
        "\"HCS_E_INVALID_JSON\"}}",
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        row.steps = steps[i];
        row.needs = "";
        row_run(&row, &target, true, "", &result);
        cJSON_Delete(result.evidence);
        cr_expect(result.outcome == OUTCOME_FAIL || result.outcome == OUTCOME_NOT_IMPLEMENTED, "steps %zu: %s", i,
            outcome_names[result.outcome]);
        cr_expect_str_not_empty(result.message, "steps %zu", i);
    }
}

Test(rows, capabilities_that_are_absent_skip_with_their_name)
{
    struct row_result result;
    struct spec_row row = spec_rows[0];
    load();
    row.needs = "container guest-process";
    row_run(&row, &target, true, "virtual-machine guest-process", &result);
    cJSON_Delete(result.evidence);
    cr_expect_eq(result.outcome, OUTCOME_SKIP);
    cr_expect_not_null(strstr(result.message, "guest-process"));
}
