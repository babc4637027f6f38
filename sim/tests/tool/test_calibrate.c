/* hcs-sim calibrate with the trace of a client: the scenario answers the same calls alike. */
#include "../../../impl/tests/command.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(calibrate, .timeout = 120);

/* Runs the client against a scenario and against the one that calibrate makes of that. */
static void compare(const char *scenario)
{
    char command[512];
    snprintf(
        command, sizeof command, "COMPUTECORE_SCENARIO=%s COMPUTECORE_TRACE=t.jsonl " ANSWERS " >host.txt", scenario);
    cr_assert_eq(command_run_there(command), 0, "%s", said);
    cr_assert_eq(command_run_there(HCS_SIM " calibrate t.jsonl --output like.json"), 0, "%s", said);
    cr_expect_str_empty(said);
    cr_assert_eq(command_run_there(HCS_SIM " scenario check like.json"), 0, "%s", said);
    cr_assert_eq(command_run_there("COMPUTECORE_SCENARIO=like.json " ANSWERS " >like.txt"), 0, "%s", said);
    cr_expect_eq(command_run_there("diff host.txt like.txt"), 0, "%s", said);
}

Test(calibrate, the_scenario_answers_as_the_recorded_host_did)
{
    compare(ROOT "/fixtures/scenarios/calibrated-host.json");
    cr_expect_eq(command_run_there("cat host.txt"), 0);
    SAYS("create: 0x80310000 {\"Error\":-2144272384,\"ErrorMessage\":\"The disk is locked.\"}");
    SAYS("modify: 0xC0351000 {\"Error\":-1070526464");
    SAYS("\"TotalBytes\":18446744073709551615");
    SAYS("\"Memory\":{\"VirtualNodeCount\":2}");
    SAYS("\"Id\":\"other-vm\",\"SystemType\":\"VirtualMachine\",\"Name\":\"Development\"");
    cr_expect_eq(command_run_there("cat like.json"), 0);
    SAYS("\"nth\":2,");
    SAYS("\"hresult\":\"0xC0351000\"");
    cr_expect_null(strstr(said, "0x8037"), "what the simulator answers by itself needs no fault: %s", said);
}

Test(calibrate, a_host_without_failures_needs_no_faults)
{
    compare(ROOT "/fixtures/scenarios/happy.json");
    cr_expect_eq(command_run_there("cat like.json"), 0);
    cr_expect_null(strstr(said, "\"faults\""), "%s", said);
    cr_expect_null(strstr(said, "\"systems\""), "%s", said);
}

Test(calibrate, what_a_scenario_can_not_express_is_listed)
{
    cr_assert_eq(command_run_there(
                     "printf '%s\\n' '{\"trace\":2,\"engine\":\"recorded\"}' "
                     "'{\"t\":0,\"by\":\"T1\",\"call\":\"HcsCreateOperation\",\"arguments\":{}}' "
                     "'{\"t\":0,\"by\":\"T1\",\"return\":\"o0.1\",\"out\":{}}' "
                     "'{\"t\":0,\"by\":\"T1\",\"call\":\"HcsEnumerateComputeSystems\",\"arguments\":{\"query\":null,"
                     "\"operation\":\"o0.1\"}}' "
                     "'{\"t\":0,\"by\":\"T1\",\"return\":\"0x8004F001\",\"out\":{}}' "
                     "'{\"t\":0,\"by\":\"T1\",\"call\":\"HcsEnumerateComputeSystems\",\"arguments\":{\"query\":null,"
                     "\"operation\":\"o0.1\"}}' >t.jsonl"),
        0, "%s", said);
    cr_expect_eq(command_run_there(HCS_SIM " calibrate t.jsonl --output like.json"), 0, "%s", said);
    SAYS("t.jsonl: the trace is incomplete: it has no end");
    SAYS("not modelled: line 4: HcsEnumerateComputeSystems failed at once; in the simulator its operation fails");
    SAYS("not modelled: 1 calls whose results were never seen");
    cr_expect_eq(command_run_there(HCS_SIM " scenario check like.json"), 0, "%s", said);
}

Test(calibrate, a_trace_of_a_service_and_a_broken_one_are_refused)
{
    cr_expect_eq(command_run_there(HCS_SIM " calibrate " ROOT "/fixtures/traces/shared.jsonl"), 2);
    SAYS("is the trace of a service; calibrate reads those of clients");
    cr_expect_eq(command_run_there("echo '{\"trace\":3}' >t.jsonl; " HCS_SIM " calibrate t.jsonl"), 2);
    SAYS("a trace of another version");
    cr_expect_eq(command_run_there("echo '{\"trace\":2}\nx' >t.jsonl; " HCS_SIM " calibrate t.jsonl"), 2);
    SAYS("t.jsonl:2: not a JSON object");
}

Test(calibrate, what_no_simulator_would_take_is_not_written)
{
    static const char trace[] =
        "printf '%%s\\n' '{\"trace\":2,\"engine\":\"recorded\",\"osBuild\":%s}' >t.jsonl; rm -f like.json; " HCS_SIM
        " calibrate t.jsonl --output like.json";
    char command[512];
    snprintf(command, sizeof command, trace, "1e300");
    cr_expect_eq(command_run_there(command), 2);
    SAYS("the learned scenario, which is not written");
    cr_expect_eq(command_run_there("test -e like.json"), 1);
    snprintf(command, sizeof command, trace, "26100");
    cr_expect_eq(command_run_there(command), 0, "%s", said);
    cr_expect_eq(command_run_there("cat t.jsonl | " HCS_SIM " calibrate /dev/stdin --output like.json"), 0, "%s", said);
}

/* Lines of a recording. */
#define LINES(...) "printf '%s\\n' '{\"trace\":2,\"engine\":\"recorded\"}' " __VA_ARGS__ " >t.jsonl"
#define CALL(name, arguments) "'{\"t\":1,\"by\":\"T1\",\"call\":\"" name "\",\"arguments\":{" arguments "}}' "
#define RETURN(value, out) "'{\"t\":2,\"by\":\"T1\",\"return\":\"" value "\",\"out\":{" out "}}' "
#define COMPLETE(result) "'{\"t\":3,\"complete\":\"o0.1\",\"result\":\"" result "\",\"document\":null}' "
#define CONTAINER                                                                                                      \
    "{\\\"Owner\\\":\\\"o\\\",\\\"SchemaVersion\\\":{\\\"Major\\\":2,\\\"Minor\\\":1},\\\"Container\\\":{}}"
#define CREATE                                                                                                         \
    CALL("HcsCreateOperation", "\"context\":false,\"callback\":false")                                                 \
    RETURN("o0.1", "")                                                                                                 \
    CALL("HcsCreateComputeSystem", "\"id\":\"a\",\"configuration\":\"" CONTAINER "\",\"operation\":\"o0.1\"")          \
    RETURN("0x00000000", "\"computeSystem\":\"s0.1\"")
#define ON_SYSTEM "\"computeSystem\":\"s0.1\",\"operation\":\"o0.1\",\"options\":null"
#define PAUSE CALL("HcsPauseComputeSystem", ON_SYSTEM) RETURN("0x00000000", "") COMPLETE("0x80370110")

/* The recorder sees an exit only as the client does. */
Test(calibrate, a_failure_after_an_exit_that_a_client_heard_of_needs_no_fault)
{
    static const char *const recordings[] = {LINES(CREATE COMPLETE("0x00000000") PAUSE),
        LINES(CREATE COMPLETE("0x00000000") CALL("HcsWaitForComputeSystemExit", "\"computeSystem\":\"s0.1\"")
                RETURN("0x00000000", "") PAUSE),
        LINES(
            CREATE COMPLETE("0x00000000") "'{\"t\":2,\"deliver\":1,\"event\":\"HcsEventSystemExited\",\"to\":\"s0.1\","
                                          "\"operation\":null,\"document\":null}' " PAUSE)};
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(command_run_there(recordings[i]), 0, "%s", said);
        cr_expect_eq(command_run_there(HCS_SIM " calibrate t.jsonl"), 0, "%s", said);
        cr_expect_eq(!strstr(said, "0x80370110"), i > 0, "%d: %s", i, said);
    }
}

/* Its result was told by the callback, and never asked for. */
Test(calibrate, a_result_belongs_to_the_last_call_with_its_operation)
{
    cr_assert_eq(command_run_there(LINES(
                     CREATE CALL("HcsStartComputeSystem", ON_SYSTEM) RETURN("0x00000000", "") COMPLETE("0x80310000"))),
        0, "%s", said);
    cr_expect_eq(command_run_there(HCS_SIM " calibrate t.jsonl"), 0, "%s", said);
    SAYS("\"call\":\"HcsStartComputeSystem\"");
    SAYS("not modelled: 1 calls whose results were never seen");
}

/* A client that is told of the end by a callback, and asks for the result much later, and one that is told of nothing.
 */
Test(calibrate, a_call_took_until_the_client_was_told_of_its_end)
{
    static const char told[] = LINES(CREATE
        "'{\"t\":2000001,\"deliver\":1,\"event\":\"HcsEventOperationCallback\",\"to\":\"o0.1\",\"operation\":\"o0.1\","
        "\"document\":null}' '{\"t\":7000001,\"complete\":\"o0.1\",\"result\":\"0x00000000\",\"document\":null}' " CALL(
            "HcsStartComputeSystem", ON_SYSTEM)
            RETURN("0x00000000", "") "'{\"t\":8000001,\"complete\":\"o0.1\",\"result\":"
                                     "\"0x00000000\",\"document\":null}' ");
    cr_assert_eq(command_run_there(told), 0, "%s", said);
    cr_expect_eq(command_run_there(HCS_SIM " calibrate t.jsonl"), 0, "%s", said);
    SAYS("\"HcsCreateComputeSystem\":{\"empiricalUs\":[2000]}");
    SAYS("\"HcsStartComputeSystem\":{\"empiricalUs\":[8000]}");
}

static void refuses(const char *scenario, const char *why)
{
    char command[512];
    snprintf(command, sizeof command, "echo '%s' >s.json; " HCS_SIM " scenario check s.json", scenario);
    cr_expect_eq(command_run_there(command), 1, "%s", said);
    SAYS(why);
}

Test(calibrate, properties_and_runtime_ids_of_a_scenario_are_checked)
{
    refuses("{\"properties\":[{\"name\":\"Memry\",\"value\":1}]}",
        "$.properties[0].name: the service has no property 'Memry'");
    refuses("{\"properties\":[{\"name\":\"Basic\",\"system\":\"*\",\"value\":1}]}",
        "$.properties[0].name: a system has no property 'Basic'");
    refuses("{\"properties\":[{\"name\":\"Basic\"}]}", "value");
    cr_expect_eq(
        command_run_there("COMPUTECORE_SCENARIO='{\"systems\":[{\"id\":\"a\",\"runtimeId\":\"b\",\"configuration\":"
                          "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}}]}' " ANSWERS),
        0);
    SAYS("$.systems[0].runtimeId: expected a GUID, found the string \"b\"");
}
