/* hcs-sim record: the client notices nothing, and the trace teaches a scenario. */
#include "../../../impl/tests/command_table.h"
#include "texts_told.h"
#include "tool/tool.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(record, .timeout = 120);

#define RECORD HCS_SIM " record --target " TARGET_LIBRARY " --output t.jsonl"

/* Runs the client with the library, recorded, and with the scenario that is made of the recording. */
static void compare(const char *scenario)
{
    char command[1024];
    snprintf(command, sizeof command,
        "COMPUTECORE_SCENARIO=%s " ANSWERS " >direct.txt && (COMPUTECORE_SCENARIO=%s " RECORD " -- " ANSWERS
        " >recorded.txt)",
        scenario, scenario);
    cr_assert_eq(command_run_there(command), 0, "%s", said);
    SAYS("hcs-sim: record: t.jsonl has ");
    cr_expect_eq(command_run_there("diff direct.txt recorded.txt"), 0, "%s", said);
    cr_assert_eq(command_run_there(HCS_SIM " calibrate t.jsonl --output like.json"), 0, "%s", said);
    cr_expect_str_empty(said);
    cr_assert_eq(command_run_there(HCS_SIM " run --seeds 1..1 --scenario like.json -- sh -c '" ANSWERS " >like.txt'"),
        0, "%s", said);
    cr_expect_eq(command_run_there("diff recorded.txt like.txt"), 0, "%s", said);
}

Test(record, the_scenario_answers_as_the_recorded_library_did)
{
    compare(ROOT "/fixtures/scenarios/calibrated-host.json");
    cr_expect_eq(command_run_there("cat like.json"), 0);
    SAYS("\"hresult\":\"0xC0351000\"");
    cr_expect_null(strstr(said, "0x8037"), "what the simulator answers by itself needs no fault: %s", said);
    cr_expect_eq(command_run_there("cat t.jsonl"), 0);
    SAYS("\"engine\":\"recorded\"");
    SAYS("\"event\":\"HcsEventSystemExited\",\"to\":\"s");
    SAYS("\"event\":\"HcsEventProcessExited\",\"to\":\"p");
    SAYS("\"event\":\"HcsEventOperationCallback\",\"to\":\"s"); /* of a system with operation events */
    SAYS("\"event\":\"HcsEventOperationCallback\",\"to\":\"o");
    SAYS("{\"end\":");
    cr_expect_eq(command_run_there("grep '\"by\":\"C[0-9]*\",\"call\":\"HcsGetOperationResult\"' t.jsonl"), 0);
    cr_expect_eq(command_run_there(TEXTS_ARE_TOLD), 0, "%s", said);
}

Test(record, a_library_without_failures_teaches_no_faults)
{
    compare(ROOT "/fixtures/scenarios/happy.json");
    cr_expect_eq(command_run_there("cat like.json"), 0);
    cr_expect_null(strstr(said, "\"faults\""), "%s", said);
}

Test(record, the_client_notices_nothing)
{
    cr_expect_eq(command_run_there(NOTICING " >direct.txt"), 5, "%s", said);
    cr_expect_eq(command_run_there("(" RECORD " -- " NOTICING " >recorded.txt)"), 5, "%s", said);
    cr_expect_eq(command_run_there("diff direct.txt recorded.txt"), 0, "%s", said);
    cr_expect_eq(command_run_there("cat recorded.txt"), 0);
    SAYS("callbacks: 1 and 1\n");
    SAYS("made: 3000, context 1\n");
    SAYS("child: 3\n");
    cr_expect_eq(command_run_there("cat t.jsonl"), 0);
    SAYS("\"operation\":\"forged\"");
    SAYS("\"by\":\"T5\"");
    cr_expect_eq(command_run_there(HCS_SIM " trace t.jsonl"), 0, "%s", said);
    cr_expect_eq(command_run_there(HCS_SIM " calibrate t.jsonl"), 0, "%s", said);
}

Test(record, handles_are_named_as_in_other_traces)
{
    cr_assert_eq(command_run_there("COMPUTECORE_TRACE=own.jsonl " RECORD " -- " ANSWERS), 0, "%s", said);
    cr_expect_eq(
        command_run_there(
            "for t in own t; do sed -n 's/^{\"t\":[0-9]*,\"by\":\"T1\",\"return\"://p' $t.jsonl >$t.names; done; "
            "[ -s t.names ] && diff own.names t.names"),
        0, "%s", said);
}

#define RECORD_FEW HCS_SIM " record --target " FEW_FUNCTIONS " --output t.jsonl"

Test(record, a_function_that_the_target_lacks_is_not_implemented)
{
    cr_assert_eq(command_run_there(RECORD_FEW " -- " ANSWERS), 0, "%s", said);
    SAYS("enumerate: 0x80004001\n");
    SAYS("open nothing: 0x80004005\n");
    cr_expect_eq(command_run_there("cat t.jsonl"), 0);
    SAYS("\"return\":\"0x80004001\",\"out\":{}");
    SAYS("\"return\":\"0x80004005\",\"out\":{\"computeSystem\":null}");
}

Test(record, what_the_target_leaves_alone_is_not_touched_and_callbacks_of_options_are_seen)
{
    cr_assert_eq(command_run_there(RECORD_FEW " -- " FEW_CLIENT), 5, "%s", said);
    SAYS("heard of 0x2000000 with my context");
    SAYS("create: 0x00000000");
    SAYS("heard of 0x1 with my context");
    SAYS("open: 0x80004005, as it was");
    SAYS("service: 0x80004005, as it was\n");
    cr_expect_eq(command_run_there("cat t.jsonl"), 0);
    SAYS("\"event\":\"HcsEventServiceDisconnect\",\"to\":null,");
    SAYS("\"event\":\"HcsEventSystemExited\",\"to\":\"s0.1\",\"operation\":null,\"document\":\"{}\"");
    SAYS("\"return\":\"0x80004005\",\"out\":{\"result\":null}");
}

Test(record, client_and_target_see_the_errors_of_each_other_and_none_of_the_recorder)
{
    cr_assert_eq(command_run_there(RECORD_FEW " -- " FEW_CLIENT), 5, "%s", said);
    SAYS("operation: error 1\nheard of 0x2000000 with my context, error 101\ncreate: 0x00000000, error 103\n");
    SAYS("open: 0x80004005, as it was, error 201\n");
    cr_assert_eq(command_run_there("LD_LIBRARY_PATH=" RECORDER " COMPUTECORE_RECORD_TARGET=" FEW_FUNCTIONS
                                   " COMPUTECORE_RECORD_TRACE=/nowhere/t.jsonl " FEW_CLIENT),
        5, "%s", said);
    SAYS("computecore: this process is not recorded in /nowhere/t.jsonl: there is no such folder\n");
    SAYS("operation: error 1\n");
#ifndef HCS_COVERAGE /* its counters are written as a process ends, and exceed the limit, too */
    cr_assert_eq(command_run_there("(ulimit -f 1; " RECORD_FEW " -- " FEW_CLIENT ")"), 5, "%s", said);
    SAYS("computecore: the trace is incomplete from here on: ");
    SAYS("error 103\n");
    SAYS("open: 0x80004005, as it was, error 201\n");
#endif
}

/* Whatever descriptors it closes, its own files stay its own. */
Test(record, a_client_that_closes_all_descriptors_is_recorded_to_its_end)
{
    static const char *const from[] = {"3", "0"};
    for (int i = 0; i < 2; i++) {
        char line[1024];
        snprintf(line, sizeof line, RECORD_FEW " -- " CLOSING " %s .", from[i]);
        cr_expect_eq(command_run_there(line), 0, "%s", said);
        SAYS("hcs-sim: record: t.jsonl has 4 calls\n");
        cr_expect_eq(command_run_there("tail -n 1 t.jsonl"), 0);
        cr_expect_str_eq(said, "{\"end\":8}\n");
        cr_expect_eq(command_run_there("cat own-*"), 0);
        cr_expect_str_empty(said, "from %s", from[i]);
        snprintf(line, sizeof line, RECORD_FEW " -- " CLOSING " %s . $PWD/t.jsonl", from[i]);
        cr_expect_eq(command_run_there(line), 2, "%s", said);
        cr_expect_eq(!strstr(said, "computecore: the trace is incomplete from here on: "), i == 1, "%s", said);
        cr_expect_eq(command_run_there("cat own-*"), 0);
        cr_expect_str_empty(said, "without its trace, from %s", from[i]);
    }
}

Test(record, the_exit_code_is_that_of_the_command)
{
    cr_expect_eq(command_run_there(RECORD " -- sh -c 'echo told; exit 7'"), 7);
    SAYS("told\n");
    SAYS("the command has made no call that the recorder saw");
    cr_expect_eq(command_run_there(RECORD " -- false"), 1);
    SAYS("the command has made no call that the recorder saw");
    cr_expect_eq(command_run_there(RECORD " -- true"), 2);
    SAYS("the command has made no call that the recorder saw");
    cr_expect_eq(command_run_there(RECORD " -- sh -c 'kill -9 $$'"), 137);
    SAYS("the process was ended by signal 9");
    cr_expect_eq(command_run_there(RECORD " -- /nowhere/client"), 2);
    SAYS("/nowhere/client can't be started: ");
    cr_expect_eq(command_run_there(RECORD " --timeout 1 -- sleep 60"), 1);
    SAYS("hcs-sim: record: no end within 1 s");
    cr_expect_eq(command_run_there("(" RECORD " -- sleep 60 & sleep 1; kill $!; wait $!)"), 143, "%s", said);
    SAYS("the command has made no call that the recorder saw"); /* it has ended by itself */
}

Test(record, an_earlier_recording_is_replaced_by_another_one_alone)
{
    cr_assert_eq(command_run_there(RECORD " -- " ANSWERS " && cp t.jsonl before"), 0, "%s", said);
    cr_expect_eq(command_run_there(RECORD " -- /nowhere/client"), 2);
    cr_expect_eq(command_run_there("cmp t.jsonl before"), 0, "by a command that can't be started: %s", said);
    cr_expect_eq(command_run_there(RECORD " -- true"), 2);
    SAYS("the command has made no call that the recorder saw");
    cr_expect_eq(command_run_there("cmp t.jsonl before"), 0, "by one that makes no call: %s", said);
    cr_expect_eq(command_run_there(RECORD_FEW " -- " FEW_CLIENT), 5);
    SAYS("hcs-sim: record: t.jsonl has 6 calls\n");
    cr_expect_eq(
        command_run_there(HCS_SIM " record --target " TARGET_LIBRARY " --output new.jsonl -- /nowhere/client"), 2);
    cr_expect_eq(command_run_there("[ ! -e new.jsonl ]"), 0, "nor is one begun");
}

Test(record, one_process_is_recorded_and_others_say_that_they_are_not)
{
    cr_expect_eq(
        command_run_there(RECORD " -- sh -c '" ANSWERS " >one.txt && " ANSWERS " >two.txt && diff one.txt two.txt'"),
        0);
    SAYS("computecore: this process is not recorded in ");
    SAYS("/t.jsonl: it has the recording of another process");
    cr_expect_eq(command_run_there("tail -n 1 t.jsonl"), 0);
    SAYS("{\"end\":");
}

static const char *const refused[][2] = {{"record -- true", "--target LIBRARY is missing"},
    {"record --target x.so --", "COMMAND is missing"},
    {"record --target /nowhere/x.so -- true", "the target can't be loaded: /nowhere/x.so"},
    {"record --target " ROOT "/README.md -- true", "the target can't be loaded: " ROOT "/README.md"},
    {"record --target /dev/zero -- true", "the target can't be loaded: /dev/zero: it is no file"},
    {"record --target ./cut.so -- true", "the target can't be loaded: ./cut.so: the file is cut off"},
    {"record --target libc.so.6 -- true", "libc.so.6 exports no function of the API"},
    {"record --target " RECORDER "/libcomputecore.so -- true", "is the recorder, which can't record itself"},
    {"record --target " TARGET_LIBRARY " --output /nowhere/t.jsonl -- true", "/nowhere/t.jsonl can't be written: "},
    {"record --target " TARGET_LIBRARY " --output - -- true", "- can't be written: "},
    {"record --target " TARGET_LIBRARY " --output /dev/null -- true", "/dev/null can't be written: it is no file"},
    {"record --target " TARGET_LIBRARY " --output " TARGET_LIBRARY " -- true",
        "--target and --output are the same file"},
    {"record --target " TARGET_LIBRARY " --output client -- ./client", "--output and COMMAND are the same file"},
    {"record --target ./target.so --output other.so -- true", "other.so can't be written: it is the target"},
    {"record --target ./target.so --output link.so -- true", "--target and --output are the same file"},
    {"record --target " TARGET_LIBRARY " --output other -- ./client", "other can't be written: it is the command"},
    {"record --target " TARGET_LIBRARY " --output other -- $PWD/client", "other can't be written: it is the command"},
    {"record --target " TARGET_LIBRARY " --output " RECORDER "/libcomputecore.so -- true", "it is the recorder"}};

Test(record, what_can_not_be_recorded_is_refused_in_one_line)
{
    cr_assert_eq(
        command_run_there("head -c 3000 " TARGET_LIBRARY " >cut.so && cp /bin/true client && ln client other && "
                          "cp " TARGET_LIBRARY " target.so && ln target.so other.so && ln -s target.so link.so"),
        0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char line[1024];
        snprintf(line, sizeof line, "cd %s && " HCS_SIM " %s", scratch(), refused[i][0]);
        expect_refused(&hcs_sim, line, refused[i][1]);
    }
}

Test(record, the_command_is_found_as_the_system_finds_it)
{
    cr_assert_eq(command_run_there("mkdir bin && cp /bin/true bin/client && ln bin/client other"), 0);
    cr_expect_eq(command_run_there("PATH=/nowhere:$PWD/bin:$PATH " HCS_SIM " record --target " TARGET_LIBRARY
                                   " --output other -- client"),
        2);
    SAYS("other can't be written: it is the command");
}

Test(record, a_second_recording_to_the_same_file_is_refused)
{
    cr_expect_eq(command_run_there(
                     "{ mkfifo go && { " RECORD " -- sh -c '" ANSWERS " >/dev/null; : >here; cat go' & } && "
                     "while [ ! -e here ]; do sleep 0.01; done; " RECORD " -- " ANSWERS "; echo code $? >go; wait; }"),
        0);
    SAYS("hcs-sim: t.jsonl can't be written: ");
    SAYS("code 2\n");
    SAYS("hcs-sim: record: t.jsonl has ");
}

Test(record, a_recorder_without_a_target_fails_by_name)
{
    cr_expect_eq(command_run_there("LD_LIBRARY_PATH=" RECORDER " " ANSWERS), 1, "%s", said);
    SAYS("computecore: " RECORDER "/libcomputecore.so");
    SAYS(", the recorder, has no target; hcs-sim record is to load it");
    cr_expect_eq(
        command_run_there("COMPUTECORE_RECORD_TARGET=/nowhere LD_LIBRARY_PATH=" RECORDER " " ANSWERS), 1, "%s", said);
    SAYS("computecore: the library to be recorded can't be loaded: /nowhere");
    cr_expect_eq(command_run_there(
                     "COMPUTECORE_RECORD_TARGET=" RECORDER "/libcomputecore.so LD_LIBRARY_PATH=" RECORDER " " ANSWERS),
        1);
    SAYS("libcomputecore.so is the recorder, which can't record itself");
}

Test(record, a_recording_is_neither_replayed_nor_checked)
{
    cr_assert_eq(command_run_there(RECORD " -- " ANSWERS), 0, "%s", said);
    char line[1024];
    snprintf(line, sizeof line, HCS_SIM " replay %s/t.jsonl", scratch());
    expect_refused(&hcs_sim, line, "the trace is that of a recorded library");
    snprintf(line, sizeof line, HCS_SIM " check %s/t.jsonl", scratch());
    expect_refused(&hcs_sim, line, "it is that of a recorded library");
}
