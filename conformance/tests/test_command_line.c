/* The command lines of hcs-conformance: help, wrong use, and standard streams that are full or closed. */
#include "../../impl/tests/command_table.h"
#include "tool.h"

Test(command_line, every_command_says_how_and_refuses_wrong_use, .timeout = 240)
{
    expect_table_holds(TOOL, &hcs_conformance);
}

static const char *const refused[][2] = {{"run --without foo", "--without takes container, "},
    {"run --without container,fo", "stream-relay or shared-host, not 'fo'"},
    {"run --mode fast", "--mode takes full, quick or safe, not"},
    {"run --strength obseved", "did you mean 'observed'?"}, {"run --strict --loose", "--strict excludes --loose"},
    {"run --os-build 9600", "--os-build takes a Windows build from 17763 on, not 9600"},
    {"run --jobs 33", "--jobs takes a number from 1 to 32, not '33'"},
    {"run --json --verbose", "a value must follow --json: FILE"}, {"list --jobs 3", "unknown option --jobs"},
    {"list --coverage --untestable", "excludes"}, {"history", "history is the first word of several commands"},
    {"history lst results.db", "did you mean 'history list'?"}, {"history row results.db", "ID is missing"},
    {"history list results.db --build 1-x", "--build takes a build, or two as N-M, not '1-x'"},
    {"compare a.json", "NEW.json is missing"}, {"compare a b c d", "unexpected argument 'd'"},
    {"report a.json", "no format given, such as --html FILE"},
    {"report a.json --history r.db --tap x", "--history belongs"}, {"validate", "FILE is missing"},
    {"validate --format xml x", "--format takes text or json, not 'xml'"},
    {"compare a.json b.json --json ./a.json", "--json and OLD.json are the same file"},
    {"compare a.json b.json --html b.json", "--html and NEW.json are the same file"},
    {"report a.json --html ./a.json", "--html and RUN.json are the same file"},
    {"report a.json --history r.db --html r.db", "--html and --history are the same file"},
    {"report a.json --tap x --junit ./x", "--junit and --tap are the same file"},
    {"history export r.db 1 ./r.db", "DB and FILE are the same file"},
    {"run --scenario s.json --json s.json", "--scenario and --json are the same file"},
    {"run --rows r --junit ./r", "--rows and --junit are the same file"},
    {"run --resume r.json --html r.json", "--resume and --html are the same file"}};

Test(command_line, what_does_not_fit_is_named_with_what_would)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char line[512];
        snprintf(line, sizeof line, TOOL " %s", refused[i][0]);
        expect_refused(&hcs_conformance, line, refused[i][1]);
    }
}

/* Ids of rows in the examples of the help: words that begin with a function and a dot, and are no pattern. */
Test(command_line, rows_of_the_examples_are_there)
{
    unsigned named = 0;
    char id[80];
    for (const struct command *const *command = hcs_conformance.commands; *command; command++)
        for (int i = 0; i < 2; i++)
            for (const char *p = (*command)->examples[i]; (p = strstr(p, " Hcs")); p++) {
                snprintf(id, sizeof id, "%.*s ", (int)strcspn(p + 1, " "), p + 1);
                if (!strchr(id, '.') || strchr(id, '*'))
                    continue;
                cr_expect_eq(command_run(TOOL " list --filter %s", id), 0);
                cr_expect(!strncmp(said, id, strlen(id)), "%sis no row", id);
                named++;
            }
    cr_expect_geq(named, 2);
}

Test(command_line, an_output_is_no_other_file_under_another_name)
{
    cr_assert_eq(command_run("mkdir -p clash/in && touch clash/a.json && ln -sf a.json clash/link"), 0);
    cr_expect_eq(command_run("cd clash && " TOOL " report a.json --html link"), 2);
    SAYS("--html and RUN.json are the same file");
    cr_expect_eq(command_run("cd clash && " TOOL " report a.json --html in/../new --tap new"), 2);
    SAYS("--html and --tap are the same file");
    cr_expect_eq(
        command_run("cd clash && " TOOL " run --filter HcsOpenProcess.live --json /dev/null --tap /dev/null"), 0);
    cr_expect_eq(command_run("cd clash && " TOOL " run --filter HcsOpenProcess.live --json r.json && " TOOL
                             " run --rerun-failed r.json --json r.json"),
        0, "%s", said);
    cr_expect_eq(command_run("rm -r clash"), 0);
}

Test(command_line, options_are_given_in_every_usual_form)
{
    static const char *const forms[] = {"list --filter=HcsOpenProcess.live*", "list --filter HcsOpenProcess.live*",
        "list -f HcsOpenProcess.live*", "list -fHcsOpenProcess.live*",
        "list --strength documented,observed "
        "--strength 'relied-on unspecified' -f HcsOpenProcess.live*"};
    static char first[sizeof said];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        cr_expect_eq(command_run("set -f; " TOOL " %s", forms[i]), 0, "%s: %s", forms[i], said);
        if (!i)
            snprintf(first, sizeof first, "%s", said);
        cr_expect_str_eq(said, first, "%s", forms[i]);
    }
    cr_expect_eq(command_run("cd /tmp && " TOOL " validate -- --no-such-file"), 2);
    SAYS("--no-such-file can't be read");
}

/* Each command with its output going to a full disk: exit code 2, whatever the code is otherwise. */
static const char *const full[] = {"list", "list --coverage", "list --contradictions", "list --untestable",
    "run --filter HcsOpenProcess.live", "run --dry-run", "probe", "cleanup", "validate --types",
    "validate " ROOT "/fixtures/documents/valid/system/vm.json",
    "validate --format json " ROOT "/fixtures/documents/invalid/two-bodies.json"};

Test(command_line, a_full_disk_behind_standard_output_is_an_error, .timeout = 300)
{
    for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
        char line[512];
        snprintf(line, sizeof line, "(" TOOL " %s >/dev/full)", full[i]);
        expect_refused(&hcs_conformance, line, "standard output can't be written");
    }
}

Test(command_line, a_full_disk_is_an_error_for_results_too, .timeout = 300)
{
    static const char *const uses[] = {"compare a.json b.json", "compare a.json b.json a.json", "verify a.json",
        "expect update a.json known.json", "expect check known.json", "history add r.db b.json", "history list r.db",
        "history grid r.db", "history row r.db HcsOpenProcess.live-process", "history query r.db 'any(pass)'"};
    char folder[] = "/tmp/hcs-full-XXXXXX", line[512];
    cr_assert_not_null(mkdtemp(folder));
    cr_expect_eq(command_run("cd %s && " TOOL " run -f HcsOpenProcess --json a.json && " TOOL
                             " run -f HcsOpen --json b.json && " TOOL " history add r.db a.json && " TOOL
                             " expect update a.json known.json && echo '{\"version\":1,\"entries\":[]}' >known.json",
                     folder),
        0, "%s", said);
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        snprintf(line, sizeof line, "(cd %s && " TOOL " %s >/dev/full)", folder, uses[i]);
        cr_expect_eq(command_run("%s", line), 2, "%s: %s", uses[i], said);
        SAYS("hcs-conformance: standard output can't be written");
    }
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}

/* A message must not end up in a file of the tool that was given the descriptor of a closed stream. */
Test(command_line, closed_standard_streams_are_no_files_of_ours, .timeout = 300)
{
    static const char *const streams[] = {">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"};
    char folder[] = "/tmp/hcs-closed-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        cr_expect_eq(
            command_run("cd %s && (" TOOL " run -f HcsOpenProcess.live --json r.json --tap r.tap --html r.html %s)",
                folder, streams[i]),
            0, "%s: %s", streams[i], said);
        cr_expect_eq(command_run("cd %s && " TOOL " verify r.json | grep -c 'a row is missing' && head -c 1 r.json && "
                                 "head -n 1 r.tap && head -c 9 r.html && rm r.json",
                         folder),
            0, "%s: %s", streams[i], said);
        SAYS("{TAP version 14\n<!DOCTYPE");
    }
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}

Test(command_line, a_reader_that_goes_away_ends_the_tool_in_silence)
{
    cr_expect_eq(command_run("(" TOOL " list | head -n 1)"), 0);
    cr_expect(is_one_line(said), "%s", said);
}
