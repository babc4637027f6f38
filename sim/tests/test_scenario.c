/* Scenarios: what is taken, and what each mistake says. */
#include "scenario.h"
#include "sim.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <unistd.h>

static HRESULT take(const char *text, const char *seed, struct scenario *scenario)
{
    struct engine_options options = {text, seed, NULL};
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
}

static const char *const wrong[][2] = {
    {"{", "computecore: scenario in COMPUTECORE_SCENARIO: member name expected\n"},
    {"{\"speed\":1}",
        "computecore: scenario in COMPUTECORE_SCENARIO: speed: there is no such member; seed, clients and idleMs are "
        "known\n"},
    {"{\"seed\":-1}", "computecore: scenario in COMPUTECORE_SCENARIO: seed: a whole number in range is expected\n"},
    {"/no/such/file", "computecore: scenario /no/such/file: can't be read\n"},
};

Test(scenario, mistakes_name_file_and_member, .init = cr_redirect_stderr)
{
    struct scenario scenario;
    char expected[1024] = "";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(take(wrong[i][0], NULL, &scenario), E_INVALIDARG, "%s", wrong[i][0]);
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s", wrong[i][1]);
    }
    cr_expect_eq(take(NULL, "many", &scenario), E_INVALIDARG);
    strcat(expected, "computecore: COMPUTECORE_SEED must be a whole number, not 'many'\n");
    fflush(stderr);
    cr_assert_stderr_eq_str(expected);
}

Test(scenario, a_build_is_a_number_that_has_the_api)
{
    struct scenario scenario;
    struct engine_options options = {NULL, NULL, "17763"};
    cr_expect_eq(scenario_read(&options, &scenario), S_OK);
    cr_expect_eq(scenario.os_build, 17763);
    options.os_build = NULL;
    cr_expect_eq(scenario_read(&options, &scenario), S_OK);
    cr_expect_geq(scenario.os_build, 26100);
    static const char *const wrong_builds[] = {"9600", "latest", "-1", "99999999999"};
    for (size_t i = 0; i < sizeof wrong_builds / sizeof *wrong_builds; i++) {
        options.os_build = wrong_builds[i];
        cr_expect_eq(scenario_read(&options, &scenario), E_INVALIDARG, "%s", wrong_builds[i]);
    }
}

Test(scenario, time_is_written_by_the_calendar)
{
    char text[SIM_TIME_BYTES];
    static const uint64_t second = 1000000000u, day = 86400ull * 1000000000u;
    sim_format_time(0, text);
    cr_expect_str_eq(text, "2026-01-01T00:00:00.0000000Z");
    sim_format_time(31 * day + 3661 * second + 1234567 * 100ull, text);
    cr_expect_str_eq(text, "2026-02-01T01:01:01.1234567Z");
    sim_format_time((365 + 365 + 59) * day, text);
    cr_expect_str_eq(text, "2028-02-29T00:00:00.0000000Z");
    sim_format_time((365 + 365 + 366) * day, text);
    cr_expect_str_eq(text, "2029-01-01T00:00:00.0000000Z");
}
