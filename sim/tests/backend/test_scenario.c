/* Scenarios: what is accepted, and the message for each mistake. */
#include "backend/scenario.h"
#include "backend/sim.h"
#include "spec_hresults.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

static HRESULT take(const char *text, const char *seed, struct scenario *scenario)
{
    const struct engine_option list[] = SCENARIO_OPTIONS(text, seed, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    return scenario_read(&options, scenario);
}

Test(scenario, defaults_without_one)
{
    struct scenario scenario;
    cr_assert_eq(take(NULL, NULL, &scenario), S_OK);
    cr_expect_eq(scenario.seed, 1);
    cr_expect_eq(scenario.clients, 0);
    cr_expect_gt(scenario.latency[REQUEST_START].base, 0);
}

Test(scenario, members_are_read_and_the_seed_variable_wins)
{
    struct scenario scenario;
    cr_assert_eq(take("{\"seed\":5,\"clients\":1,\"idleMs\":2}", "0x10", &scenario), S_OK);
    cr_expect_eq(scenario.seed, 16);
    cr_expect_eq(scenario.clients, 1);
    cr_expect_eq(scenario.idle_ms, 2);
    scenario_free(&scenario);
}

#define IN "computecore: scenario in COMPUTECORE_SCENARIO: "

#define A_FAILURE                                                                                                      \
    "expected the HRESULT of a failure (a name such as E_FAIL, hexadecimal digits such as \"0x80004005\", or a "       \
    "number "                                                                                                          \
    "of 32 bits)"

#define ON_SOMETHING "a call on a system or process that has an operation"

static const char *const wrong[][2] = {
    {"{", IN "line 1, column 2: $: expected a member name\n"},
    {"{\"sede\":1}", IN "line 1, column 2: $.sede: 'sede' is not a member of Scenario; did you mean 'seed'?\n"},
    {"{\"seed\":-1}",
        IN "line 1, column 9: $.seed: expected an integer from 0 to 18446744073709551615, found the number -1\n"},
    {"{\n\"idleMs\":60001, \"clients\":\"x\"}",
        IN "line 2, column 10: $.idleMs: expected an integer from 0 to 60000, found the number 60001, and 1 more\n"},
    {"{\"latencies\":{\"HcsPauseComputeSystem\":{\"uniformUs\":[2,1]}}}",
        IN "line 1, column 52: $.latencies.HcsPauseComputeSystem.uniformUs: the smaller number comes first\n"},
    {"{\"latencies\":{\"HcsPauseComputeSystem\":{\"empiricalUs\":[]}}}",
        IN "line 1, column 54: $.latencies.HcsPauseComputeSystem.empiricalUs: at least one element is required\n"},
    {"{\"host\":{\"files\":[{}]}}", IN "line 1, column 19: $.host.files[0].path: the member 'path' is required\n"},
    {"{\"host\":{\"files\":[{\"path\":\"a\",\"kind\":\"Disk\"}]}}",
        IN "line 1, column 38: $.host.files[0].kind: expected a value of ScenarioFileKind (Other, Folder, GuestState, "
           "RuntimeState), found the string \"Disk\"\n"},
    {"{\"faults\":[{\"call\":\"HcsGrantVmAccess\",\"effect\":\"Hang\"}]}",
        IN "line 1, column 48: $.faults[0].effect: 'Hang' is possible only with " ON_SOMETHING "\n"},
    {"{\"faults\":[{\"call\":\"HcsEnumerateComputeSystems\",\"effect\":\"Hang\"}]}",
        IN "line 1, column 58: $.faults[0].effect: 'Hang' is possible only with " ON_SOMETHING "\n"},
    {"{\"faults\":[{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\"}]}",
        IN "line 1, column 12: $.faults[0].hresult: the member 'hresult' is required when effect is 'Fail'\n"},
    {"{\"faults\":[{\"effect\":\"Exit\"}]}",
        IN "line 1, column 22: $.faults[0].effect: 'Exit' is possible only with " ON_SOMETHING "\n"},
    {"{\"faults\":[{\"call\":\"HcsStartComputeSystem\",\"effect\":\"EndProcess\"}]}",
        IN "line 1, column 53: $.faults[0].effect: 'EndProcess' is possible only with the call HcsCreateProcess\n"},
    {"{\"faults\":[{\"call\":\"HcsStartComputeSystem\",\"effect\":\"DelayExit\"}]}",
        IN "line 1, column 12: $.faults[0].delayMs: the member 'delayMs' is required when effect is 'DelayExit'\n"},
    {"{\"faults\":[{\"effect\":\"Fail\",\"hresult\":\"E_FALL\"}]}", IN
        "line 1, column 39: $.faults[0].hresult: " A_FAILURE ", found the string \"E_FALL\"; did you mean 'E_FAIL'?\n"},
    {"{\"faults\":[{\"effect\":\"Fail\",\"hresult\":\"0x123456789\"}]}",
        IN "line 1, column 39: $.faults[0].hresult: " A_FAILURE ", found the string \"0x123456789\"\n"},
    {"{\"faults\":[{\"effect\":\"Fail\",\"hresult\":\"0x1\"}]}",
        IN "line 1, column 39: $.faults[0].hresult: " A_FAILURE ", found the string \"0x1\"\n"},
    {"{\"faults\":[{\"effect\":\"Fail\",\"hresult\":4294967296}]}",
        IN "line 1, column 39: $.faults[0].hresult: " A_FAILURE ", found the number 4294967296\n"},
    {"{\"faults\":[{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Exit\",\"resource\":\"VirtualMachine\"}]}", IN
        "line 1, column 60: $.faults[0].resource: 'resource' is possible only with the call HcsModifyComputeSystem\n"},
    {"{\"host\":{\"likeBuild\":20348}}", IN
        "line 1, column 22: $.host.likeBuild: no outcomes of a host of build 20348 are known; known are: none yet\n"},
    {"/no/such/file", "computecore: scenario /no/such/file: can't be read\n"},
};

Test(scenario, mistakes_name_file_and_member, .init = cr_redirect_stderr)
{
    struct scenario scenario;
    char expected[4096] = "";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(take(wrong[i][0], NULL, &scenario), E_INVALIDARG, "%s", wrong[i][0]);
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s", wrong[i][1]);
    }
    cr_expect_eq(take(NULL, "many", &scenario), E_INVALIDARG);
    strcat(expected, "computecore: COMPUTECORE_SEED must be a whole number, not 'many'\n");
    fflush(stderr);
    cr_assert_stderr_eq_str(expected);
}

Test(scenario, host_latencies_and_faults_are_read)
{
    struct scenario scenario;
    cr_assert_eq(take("{\"host\":{\"osBuild\":20348,\"memoryInMB\":8192,\"processors\":4,\"elevated\":false,\"lacks\":["
                      "\"HyperV\"],\"guestReset\":\"ResetFailed\"},\"latencies\":{\"HcsStartComputeSystem\":{"
                      "\"fixedUs\":7},\"HcsSaveComputeSystem\":{"
                      "\"uniformUs\":[1,3]},\"exitAfterShutDown\":{\"exponentialUs\":9},\"endAfterLastClose\":{"
                      "\"empiricalUs\":[1,2,3]}},\"faults\":[{\"call\":\"HcsCreateProcess\",\"effect\":\"Fail\","
                      "\"hresult\":\"HCS_E_PROTOCOL_ERROR\",\"nth\":3,\"kind\":\"Container\",\"system\":\"a*\"}]}",
                     NULL, &scenario),
        S_OK);
    cr_expect_eq(scenario.os_build, 20348);
    cr_expect_eq(scenario.memory_mb, 8192);
    cr_expect_eq(scenario.processors, 4);
    cr_expect(scenario.denied && scenario.no_hyperv && !scenario.no_containers);
    cr_expect_eq(scenario.reset, HOST_END_RESET_FAILED);
    cr_expect_eq(scenario.latency[REQUEST_START].base, 7000);
    cr_expect_eq(scenario.latency[REQUEST_START].spread, 0);
    cr_expect_eq(scenario.latency[REQUEST_SAVE].spread, 2000);
    cr_expect_eq(scenario.shutdown.kind, LATENCY_EXPONENTIAL);
    cr_expect_eq(scenario.close.count, 3);
    cr_assert_eq(scenario.fault_count, 1);
    cr_expect_eq(scenario.faults[0].result, HCS_E_PROTOCOL_ERROR);
    cr_expect_eq(scenario.faults[0].nth, 3);
    cr_expect_eq(scenario.faults[0].matrix, MATRIX_Container);
    scenario_free(&scenario);
}

Test(scenario, every_one_of_the_gallery_is_taken)
{
    struct scenario scenario;
    char path[512];
    unsigned count = 0;
    DIR *directory = opendir(ROOT "/fixtures/scenarios");
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!strstr(entry->d_name, ".json"))
            continue; /* the races have a test of their own */
        snprintf(path, sizeof path, ROOT "/fixtures/scenarios/%s", entry->d_name);
        cr_expect_eq(take(path, NULL, &scenario), S_OK, "%s", path);
        scenario_free(&scenario);
        count++;
    }
    closedir(directory);
    cr_expect_geq(count, 14);
}

Test(scenario, a_build_is_a_number_that_has_the_api)
{
    struct scenario scenario;
    struct engine_option list[] = SCENARIO_OPTIONS(NULL, NULL, "17763");
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    cr_expect_eq(scenario_read(&options, &scenario), S_OK);
    cr_expect_eq(scenario.os_build, 17763);
    list[2].value = NULL;
    cr_expect_eq(scenario_read(&options, &scenario), S_OK);
    cr_expect_geq(scenario.os_build, 26100);
    static const char *const wrong_builds[] = {"9600", "latest", "-1", "99999999999"};
    for (size_t i = 0; i < sizeof wrong_builds / sizeof *wrong_builds; i++) {
        list[2].value = wrong_builds[i];
        cr_expect_eq(scenario_read(&options, &scenario), E_INVALIDARG, "%s", wrong_builds[i]);
    }
}

Test(scenario, time_is_written_by_the_calendar)
{
    char text[HOST_TIME_BYTES];
    static const uint64_t second = 1000000000u, day = 86400ull * 1000000000u;
    host_format_time(0, text);
    cr_expect_str_eq(text, "2026-01-01T00:00:00.0000000Z");
    host_format_time(31 * day + 3661 * second + 1234567 * 100ull, text);
    cr_expect_str_eq(text, "2026-02-01T01:01:01.1234567Z");
    host_format_time((365 + 365 + 59) * day, text);
    cr_expect_str_eq(text, "2028-02-29T00:00:00.0000000Z");
    host_format_time((365 + 365 + 366) * day, text);
    cr_expect_str_eq(text, "2029-01-01T00:00:00.0000000Z");
    host_format_time(27087 * day, text);
    cr_expect_str_eq(text, "2100-03-01T00:00:00.0000000Z", "a century has no leap day");
    host_format_time(27393 * day, text);
    cr_expect_str_eq(text, "2101-01-01T00:00:00.0000000Z");
    host_format_time(136659 * day, text);
    cr_expect_str_eq(text, "2400-02-29T00:00:00.0000000Z", "each fourth has one");
}
