/* "likeBuild": the simulator refuses what a host of that build refused. The table of hosts is this program's own, since
   no real one has been adopted. */
#include "backend/scenario.h"
#include "spec_answers.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>

const struct spec_answer spec_answers[] = {
    {20348, MATRIX_VirtualMachine, "HcsResumeComputeSystem", STATE_RUNNING, E_ACCESSDENIED},
    {20348, MATRIX_VirtualMachine, "HcsPauseComputeSystem", STATE_RUNNING, E_ABORT},
    {22621, MATRIX_VirtualMachine, "HcsPauseComputeSystem", STATE_RUNNING, E_FAIL},
    {0, (enum spec_matrix)0, NULL, (enum spec_state)0, S_OK}};
const unsigned spec_answer_builds[] = {20348, 22621, 0};

static HCS_OPERATION operation;
static HCS_SYSTEM vm;

static HRESULT done(HRESULT result)
{
    return FAILED(result) ? result : HcsWaitForOperationResult(operation, INFINITE, NULL);
}

static void start(const char *scenario)
{
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    operation = HcsCreateOperation(NULL, NULL);
    cr_assert_eq(done(HcsCreateComputeSystem(u"vm",
                     u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{}}", operation, NULL, &vm)),
        S_OK);
}

static void stop(void)
{
    if (vm)
        HcsCloseComputeSystem(vm);
    if (operation)
        HcsCloseOperation(operation);
}

TestSuite(like_build, .fini = stop, .timeout = 60);

Test(like_build, calls_in_a_state_are_answered_as_on_that_host)
{
    start("{\"host\":{\"likeBuild\":20348}}");
    HRESULT created = done(HcsPauseComputeSystem(vm, operation, NULL));
    cr_expect_neq(created, E_ABORT, "only a running one is refused like that");
    cr_assert_eq(done(HcsStartComputeSystem(vm, operation, NULL)), S_OK);
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), E_ABORT);
    cr_expect_eq(done(HcsResumeComputeSystem(vm, operation, NULL)), E_ACCESSDENIED,
        "also a call that this library refuses with another HRESULT");
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), E_ABORT, "each time");
    cr_expect_eq(done(HcsTerminateComputeSystem(vm, operation, NULL)), S_OK);
}

Test(like_build, another_host_answers_otherwise_and_without_one_nothing_changes)
{
    start("{\"host\":{\"likeBuild\":22621}}");
    cr_assert_eq(done(HcsStartComputeSystem(vm, operation, NULL)), S_OK);
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), E_FAIL);
    cr_expect_eq(done(HcsResumeComputeSystem(vm, operation, NULL)), HCS_E_INVALID_STATE);
}

Test(like_build, without_it_the_hosts_have_no_say)
{
    start("{\"host\":{\"osBuild\":20348}}");
    cr_assert_eq(done(HcsStartComputeSystem(vm, operation, NULL)), S_OK);
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), S_OK);
}

static unsigned build_of(const char *text)
{
    struct scenario scenario;
    const struct engine_option list[] = SCENARIO_OPTIONS(text, NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    cr_assert_eq(scenario_read(&options, &scenario), S_OK, "%s", text);
    unsigned build = scenario.os_build;
    scenario_free(&scenario);
    return build;
}

Test(like_build, it_is_the_build_of_the_host_unless_another_is_given)
{
    cr_expect_eq(build_of("{\"host\":{\"likeBuild\":20348}}"), 20348);
    cr_expect_eq(build_of("{\"host\":{\"likeBuild\":20348,\"osBuild\":22621}}"), 22621);
}

/* A fault of the scenario comes before what the host says. */
Test(like_build, the_scenarios_faults_come_first)
{
    start("{\"host\":{\"likeBuild\":20348},\"faults\":[{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\","
          "\"hresult\":\"E_OUTOFMEMORY\",\"times\":1}]}");
    cr_assert_eq(done(HcsStartComputeSystem(vm, operation, NULL)), S_OK);
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), E_OUTOFMEMORY);
    cr_expect_eq(done(HcsPauseComputeSystem(vm, operation, NULL)), E_ABORT);
}

Test(like_build, a_build_of_which_nothing_is_known_is_refused, .init = cr_redirect_stderr)
{
    setenv("COMPUTECORE_SCENARIO", "{\"host\":{\"likeBuild\":26100}}", 1);
    operation = HcsCreateOperation(NULL, NULL);
    cr_expect(FAILED(HcsEnumerateComputeSystems(NULL, operation)));
    fflush(stderr);
    cr_assert_stderr_eq_str("computecore: scenario in COMPUTECORE_SCENARIO: line 1, column 22: $.host.likeBuild: no "
                            "outcomes of a host of build 26100 are known; known are: 20348 22621\n");
}
