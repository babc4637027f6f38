/* Traces: what a client records, how it is shown, that it replays, and the messages for a damaged trace. */
#include "../../../impl/tests/command.h"
#include "texts_told.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int run(const char *command)
{
    return command_run("cd %s && %s", folder, command);
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/hcs-trace-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

TestSuite(trace, .init = begin, .fini = end, .timeout = 300);

#define TRACED "COMPUTECORE_TRACE=t.jsonl "
#define CHAOS "COMPUTECORE_SCENARIO=" ROOT "/fixtures/scenarios/chaos.json COMPUTECORE_SEED="

/* The last line, which holds nothing else. */
static const char *hash_line(void)
{
    size_t length = strlen(said);
    cr_assert(length > 1 && said[length - 1] == '\n');
    said[length - 1] = 0;
    const char *line = strrchr(said, '\n');
    return line ? line + 1 : said;
}

Test(trace, a_client_with_streams_replays)
{
    cr_assert_eq(run(TRACED CLIENT " && " HCS_SIM " replay t.jsonl"), 0, "%s", said);
    SAYS("no difference");
    const char *line = hash_line();
    cr_expect(!strncmp(line, "trace hash: ", 12) && strlen(line) == 28 && strspn(line + 12, "0123456789abcdef") == 16);
    char *replayed = strdup(line);
    cr_assert_eq(run(HCS_SIM " trace t.jsonl"), 0);
    cr_expect_str_eq(hash_line(), replayed);
    SAYS("HcsCreateProcess(computeSystem s0.1");
    SAYS("HcsEventProcessExited of p0.1");
    SAYS("timeoutMs INFINITE");
    free(replayed);
}

Test(trace, many_threads_with_callbacks_and_streams_replay)
{
    cr_assert_eq(run(TRACED STRESS " && " HCS_SIM " replay t.jsonl"), 0, "%s", said);
    SAYS("no difference");
}

Test(trace, random_calls_while_everything_goes_wrong_replay)
{
    char command[512];
    for (int seed = 1; seed <= 40; seed++) {
        snprintf(command, sizeof command, CHAOS "%d " TRACED CHAOS_CLIENT " && " HCS_SIM " replay t.jsonl", seed);
        cr_assert_eq(run(command), 0, "seed %d: %s", seed, said);
    }
}

/* A replay takes what came through a serial port from the trace, and makes no pipe. */
Test(trace, a_client_with_a_serial_port_replays)
{
    cr_assert_eq(run("COMPUTECORE_PIPES=$PWD/p " TRACED SERIAL " 'echo a; sleep 3; echo b' >said && rmdir p && " HCS_SIM
                     " replay t.jsonl"),
        0, "%s", said);
    SAYS("no difference");
    cr_expect_eq(run("cat said"), 0);
    SAYS("\r\na\r\nb\r\n# poweroff\r\n");
    cr_expect_neq(run("test -e p"), 0, "a replay has made a pipe");
    cr_assert_eq(run(HCS_SIM " trace t.jsonl"), 0);
    SAYS("serial port \\\\.\\pipe\\serial: a program connects");
    SAYS("serial port \\\\.\\pipe\\serial reads ");
}

Test(trace, pipes_of_serial_ports_end_with_the_program)
{
    cr_assert_eq(run("COMPUTECORE_PIPES=$PWD/p " SERIAL " --leave >said && rmdir p"), 0, "%s", said);
}

/* A replay takes what became of a file from the trace, and touches none. */
Test(trace, files_of_the_client_are_as_they_were)
{
    cr_assert_eq(
        run("echo '{\"kind\":\"RuntimeState\",\"format\":1,\"requirements\":{}}' >one.saved && " TRACED MACHINE_FILES
            " . one.saved >said && rm one.* && " HCS_SIM " replay t.jsonl"),
        0, "%s", said);
    SAYS("no difference");
    cr_expect_eq(run("ls one.* 2>&1 | grep -c 'No such file'"), 0, "a replay has made a file: %s", said);
    cr_assert_eq(run("cat said"), 0);
    cr_expect_str_eq(said, "00000000\n80070050\n00000000\n00000000\n00000000\n80070002\n00000000\n00000000\n"
                           "8007000D\n80070057\n00000000 {}\n00000000 {}\n");
    cr_assert_eq(run(HCS_SIM " trace t.jsonl"), 0);
    SAYS("the client's own file: ERROR_FILE_EXISTS");
    cr_expect_eq(run("sed 's/\"file\":\"0x80070002\"/\"file\":\"0x80070005\"/' t.jsonl >other.jsonl && " HCS_SIM
                     " replay other.jsonl"),
        1, "the call's result comes from that line");
}

#define ALONE "COMPUTECORE_SCENARIO='{\"clients\":1}' " TRACED

Test(trace, a_single_thread_without_callbacks_leaves_the_same_trace_each_time)
{
    cr_assert_eq(run(ALONE TUTORIAL " >/dev/null && " HCS_SIM " trace t.jsonl"), 0);
    char *first = strdup(said);
    cr_assert_eq(run(ALONE TUTORIAL " >/dev/null && " HCS_SIM " trace t.jsonl"), 0);
    cr_expect_str_eq(said, first);
    cr_assert_eq(run("COMPUTECORE_SEED=2 " ALONE TUTORIAL " >/dev/null && " HCS_SIM " trace t.jsonl"), 0);
    cr_expect_str_neq(said, first);
    free(first);
}

Test(trace, no_line_holds_an_address)
{
    cr_assert_eq(run(TRACED STRESS " >/dev/null && grep -cE '0x[0-9A-Fa-f]{9,}|forged' t.jsonl"), 1, "%.300s", said);
}

Test(trace, a_changed_trace_differs_at_its_line)
{
    cr_assert_eq(
        run(TRACED TUTORIAL " >/dev/null && sed -i '0,/\"complete\":\"o0.1\",\"result\":\"0x00000000\"/s//"
                            "\"complete\":\"o0.1\",\"result\":\"0x80004005\"/' t.jsonl && " HCS_SIM " replay t.jsonl"),
        1);
    SAYS("another line");
    SAYS("then: {\"t\":");
    SAYS("now:  {\"t\":");
    cr_assert_eq(run(TRACED TUTORIAL " >/dev/null && sed -i '1s/\"seed\":\"1\"/\"seed\":\"9\"/' t.jsonl && " HCS_SIM
                                     " replay t.jsonl"),
        1);
}

/* The trace is shown and replayed as far as it is whole, and both report that it is incomplete. */
static void expect_incomplete(const char *make, const char *why)
{
    char command[512];
    snprintf(command, sizeof command, "%s && " HCS_SIM " trace t.jsonl", make);
    cr_expect_eq(run(command), 0, "%s: %s", make, said);
    SAYS("the trace is incomplete: ");
    SAYS(why);
    cr_expect_eq(run("(" HCS_SIM " trace --svg t.jsonl >/dev/null)"), 0);
    SAYS("the trace is incomplete: ");
    cr_expect_eq(run(HCS_SIM " replay t.jsonl"), 1, "%s: %s", make, said);
    SAYS("the trace is incomplete: ");
    cr_expect_null(strstr(said, "no difference\n"), "%s", said);
}

Test(trace, one_that_breaks_off_is_shown_and_replayed_up_to_there)
{
    expect_incomplete(TRACED CLIENT " >/dev/null && head -c 2000 t.jsonl >c && mv c t.jsonl", "last line is not whole");
    expect_incomplete(TRACED CLIENT " >/dev/null && head -n 20 t.jsonl >c && mv c t.jsonl", "it has no end");
    expect_incomplete(TRACED CLIENT " >/dev/null && sed -i '$d' t.jsonl", "it has no end");
    expect_incomplete("(" TRACED CLIENT " >/dev/null; tail -n 1 t.jsonl >e; head -n 9 t.jsonl >c; cat c e >t.jsonl)",
        "lines are missing");
}

/* A trace asked for by the environment, on a full disk: one line reports it, and the client runs all the same. */
Test(trace, a_full_disk_is_told_once_and_leaves_an_incomplete_trace)
{
    static const char told[] = "computecore: the trace is incomplete from here on: ";
    cr_assert_eq(run("(COMPUTECORE_TRACE=/dev/full " CLIENT " >/dev/null)"), 0, "%s", said);
    SAYS("the disk is full\n");
    const char *line = strstr(said, told);
    cr_assert_not_null(line, "%s", said);
    cr_expect_null(strstr(line + 1, told), "%s", said);
#ifndef HCS_COVERAGE /* its counters are files, too, and the limit on file size then ends the program */
    cr_assert_eq(run("(ulimit -f 2; " TRACED CLIENT " >/dev/null)"), 0, "%s", said);
    SAYS(told);
    expect_incomplete("test -s t.jsonl", "last line is not whole");
#endif
}

/* The trace is longer than what a pipe holds (64 KiB), so that the client meets the end of the reader, however slow
   that is. */
Test(trace, a_reader_that_goes_away_does_not_end_the_client)
{
    cr_assert_eq(
        run("mkfifo p; { head -c 100 p >/dev/null & } ; (" CHAOS "9 COMPUTECORE_TRACE=p " CHAOS_CLIENT " >/dev/null)"),
        0, "%s", said);
    SAYS("the trace is incomplete from here on: ");
}

Test(trace, one_that_is_complete_has_an_end)
{
    cr_assert_eq(run("(" TRACED CLIENT " >/dev/null && " HCS_SIM " replay t.jsonl)"), 0, "%s", said);
    cr_expect_null(strstr(said, "incomplete"), "%s", said);
    cr_assert_eq(run("tail -n 1 t.jsonl; expr $(wc -l <t.jsonl) - 2"), 0);
    int lines = 0, counted = 0;
    cr_expect_eq(sscanf(said, "{\"end\":%d}\n%d", &lines, &counted), 2, "%s", said);
    cr_expect_eq(lines, counted);
    cr_expect_eq(run(HCS_SIM " trace " ROOT "/fixtures/traces/tutorial.jsonl"), 0);
    cr_expect_null(strstr(said, "incomplete"), "version 1 has no ends");
}

/* A replay compares digests and asks for no text. */
Test(trace, long_texts_are_told_before_they_are_named)
{
    cr_assert_eq(run(CHAOS "5 " TRACED CHAOS_CLIENT " >/dev/null"), 0, "%s", said);
    cr_expect_eq(run(TEXTS_ARE_TOLD), 0, "%s", said);
}

Test(trace, a_new_process_is_written_with_its_id_and_pipes)
{
    cr_assert_eq(run(TRACED CLIENT " >/dev/null && grep -o '\"processInformation\":.*' t.jsonl"), 0, "%s", said);
    SAYS("{\"ProcessId\":1000,\"StdInput\":false,\"StdOutput\":true,\"StdError\":false}");
}

Test(trace, a_second_client_does_not_write_over_the_trace_of_one_that_runs)
{
    cr_assert_eq(run(TRACED HCS_SIM " --version >/dev/null; touch t.jsonl; flock t.jsonl -c '" TRACED TUTORIAL "'"), 0,
        "%s", said);
    SAYS("t.jsonl can't be written: another run is writing it");
}

Test(trace, the_chrome_format_is_json_and_the_picture_is_xml)
{
    cr_assert_eq(run(TRACED COMPLETION " >/dev/null && " HCS_SIM " trace t.jsonl --chrome"), 0);
    cJSON *root = cJSON_Parse(said);
    const cJSON *events = cJSON_GetObjectItem(root, "traceEvents"), *event;
    unsigned spans = 0, slices = 0;
    cr_assert_not_null(events, "%.200s", said);
    cJSON_ArrayForEach (event, events) {
        const char *phase = cJSON_GetObjectItem(event, "ph")->valuestring;
        spans += !strcmp(phase, "b");
        slices += !strcmp(phase, "X");
    }
    cr_expect_gt(spans, 2);
    cr_expect_gt(slices, 10);
    cJSON_Delete(root);
    cr_assert_eq(run(HCS_SIM " trace t.jsonl --svg >t.svg && python3 -c \"import xml.dom.minidom as m; "
                             "print(len(m.parse('t.svg').getElementsByTagName('rect')))\""),
        0, "%s", said);
    cr_expect_gt(atoi(said), 4, "%s", said);
}

Test(trace, what_is_no_trace_is_refused_with_its_line)
{
    static const char *const wrong[][2] = {{"echo x >f", "f:1: not a trace"}, {"printf '' >f", "f:1: not a trace"},
        {"echo '{\"trace\":99}' >f", "f:1: a trace of another version"},
        {"printf '{\"trace\":2}\\n{\"end\":0}\\n{\"end\":0}\\n' >f", "f:3: a line after the end of the trace"},
        {"printf '{\"trace\":1}\\n{\"t\":0}\\n' >f", "f:2: no line of a trace"},
        {"printf '{\"trace\":1}\\n{\"t\":0,\"by\":7,\"call\":\"x\"}\\n' >f", "f:2: no line of a trace"},
        {"printf '{\"trace\":1}\\nnothing\\n' >f", "f:2: not a JSON object"}, {"rm -f f", "f: can't be read"}};
    static const char *const tools[] = {"trace", "replay"};
    char command[512];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (int tool = 0; tool < 2; tool++) {
            snprintf(command, sizeof command, "%s; " HCS_SIM " %s f", wrong[i][0], tools[tool]);
            cr_expect_eq(run(command), 2, "%s", command);
            SAYS(wrong[i][1]);
        }
    cr_expect_eq(run(HCS_SIM " trace"), 2);
    cr_expect_eq(run(HCS_SIM " trace --no f"), 2);
    cr_expect_eq(run(HCS_SIM " replay"), 2);
    cr_expect_eq(run(HCS_SIM " trace --help"), 0);
    cr_expect_eq(run(HCS_SIM " replay --help"), 0);
    cr_expect_eq(run("COMPUTECORE_TRACE=/nonexistent/t " TUTORIAL), 0, "the client runs all the same");
    SAYS("COMPUTECORE_TRACE: /nonexistent/t can't be written");
}

/* A call by hand, in the file: a line more than the library makes is a difference, not a crash. */
Test(trace, replays_of_made_up_traces_end)
{
    static const char *const lines[] = {"{\"t\":5,\"by\":\"T1\",\"return\":\"0x0\",\"out\":{}}",
        "{\"t\":5,\"by\":\"T1\",\"wakes\":true}", "{\"t\":5,\"delivered\":3}",
        "{\"t\":5,\"deliver\":3,\"event\":\"e\"}", "{\"t\":5,\"complete\":\"o0.1\",\"result\":\"0x0\"}",
        "{\"t\":5,\"input\":\"p0.1\",\"bytes\":\"00\"}",
        "{\"t\":5,\"by\":\"T1\",\"call\":\"HcsNothing\",\"arguments\":{}}",
        "{\"t\":5,\"by\":\"T1\",\"call\":\"HcsCreateProcess\",\"arguments\":{}}", "{\"t\":5,\"idle\":true}"};
    char command[512];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(command, sizeof command,
            "printf '{\"trace\":1,\"engine\":\"sim\",\"seed\":\"1\"}\\n%s\\n' >f; " HCS_SIM " replay f", lines[i]);
        int code = run(command);
        cr_expect(code == 1 || (code == 0 && i == 8), "%s: %d %s", lines[i], code, said);
    }
}

Test(trace, one_with_a_nul_is_refused)
{
    static const char *const commands[] = {"trace", "replay", "check", "calibrate"};
    char command[256];
    cr_assert_eq(run("sed '4s/t/\\x00/' " ROOT "/fixtures/traces/tutorial.jsonl >f"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(command, sizeof command, HCS_SIM " %s f", commands[i]);
        cr_expect_eq(run(command), 2, "%s: %s", commands[i], said);
        SAYS("is no text: a NUL stands at byte ");
    }
}

/* The traces in fixtures/traces were recorded once; a library that behaves differently shows a difference. */
Test(trace, the_recorded_traces_replay)
{
    static const char *const names[] = {"tutorial", "completion", "chaos-5", "shared"};
    char command[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(command, sizeof command, HCS_SIM " replay " ROOT "/fixtures/traces/%s.jsonl", names[i]);
        cr_expect_eq(run(command), 0, "%s", said);
    }
}

static char *read_all(const char *path, size_t *length)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    *length = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    return bytes;
}

/* Replays a mutated trace; whatever the result, the tool reports it and ends. */
static void replay_mutated(const char *trace, uint64_t seed)
{
    char path[128];
    size_t length;
    char *bytes = read_all(trace, &length);
    for (int i = 0; i < 4; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(seed >> 33) % length;
        if (seed >> 62)
            bytes[at] = (char)(seed >> 20);
        else
            memmove(bytes + at, bytes + at + 1, --length - at);
    }
    snprintf(path, sizeof path, "%s/mutated.jsonl", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, length, file), length);
    fclose(file);
    int code = run(HCS_SIM " replay mutated.jsonl");
    cr_expect(code >= 0 && code <= 2, "exit code %d\n%s", code, said);
}

Test(trace, mutated_traces_are_replayed_or_refused)
{
    enum { SAMPLE = 40 };
    for (uint64_t seed = 1; seed <= SAMPLE; seed++) {
        replay_mutated(ROOT "/fixtures/traces/tutorial.jsonl", seed);
        replay_mutated(ROOT "/fixtures/traces/completion.jsonl", seed);
        replay_mutated(ROOT "/fixtures/traces/shared.jsonl", seed);
    }
}

Test(trace, half_a_surrogate_pair_ends_where_the_client_ended_it)
{
    size_t length;
    char *bytes = read_all(ROOT "/fixtures/traces/tutorial.jsonl", &length);
    bytes[length] = 0;
    char *options = strstr(bytes, "\"options\":null");
    cr_assert_not_null(options);
    char path[128];
    snprintf(path, sizeof path, "%s/half.jsonl", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fprintf(file, "%.*s\"options\":{\"units\":\"d800\"}%s", (int)(options - bytes), bytes,
        options + strlen("\"options\":null"));
    fclose(file);
    cr_expect_eq(run(HCS_SIM " replay half.jsonl"), 1, "%s", said);
    SAYS("another return");
}
