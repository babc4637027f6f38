/* hcs-conformance run --resume: the choice of rows is that of the run which is continued, and no finished row is lost.
 */
#include "../made.h"

TestSuite(resume, .init = make_folder, .fini = drop_folder, .timeout = 300);

#define PAUSE "run --filter 'HcsPause*' --jobs 1 "

static unsigned rows_of(const char *name, bool finished)
{
    cJSON *root = read_tree(name);
    const cJSON *row;
    unsigned count = 0;
    cr_assert_not_null(root, "%s", name);
    cJSON_ArrayForEach (row, cJSON_GetObjectItem(root, "rows"))
        count += !finished || strcmp(cJSON_GetObjectItem(row, "outcome")->valuestring, "not-run") != 0;
    cJSON_Delete(root);
    return count;
}

static int in_folder(const char *command)
{
    return command_run("cd %s && %s", folder, command);
}

/* As a run that was killed leaves it: r.json.part with ten finished rows and the beginning of another. */
static unsigned leave_part(const char *run)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, "%s --tap /dev/full --json r.json", run);
    cr_assert_eq(tool(arguments), 2, "%s", said);
    unsigned count = rows_of("r.json", false);
    cr_assert_eq(in_folder("mv r.json whole.json && head -n 11 r.json.part >p && printf '{\"id\":' >>p && "
                           "mv p r.json.part"),
        0, "%s", said);
    return count;
}

static void expect_continued(unsigned count, const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "10 of %u rows are done already", count);
    SAYS(line);
    cr_expect_eq(rows_of(name, true), count);
    cr_expect_eq(rows_of(name, false), count);
}

Test(resume, a_finished_result_stays_as_it_is)
{
    char line[64];
    cr_assert_eq(tool(PAUSE "--json r.json"), 0, "%s", said);
    snprintf(line, sizeof line, "all %u rows are done already", rows_of("r.json", true));
    cr_assert_eq(in_folder("cp r.json before.json"), 0);
    static const char *const commands[] = {
        "run --resume r.json", PAUSE "--resume r.json", "run --resume r.json --json ./r.json --junit r.xml"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        cr_expect_eq(tool(commands[i]), 0, "%s", said);
        SAYS(line);
        cr_expect_eq(in_folder("cmp r.json before.json"), 0, "%s", commands[i]);
    }
    cr_expect_eq(in_folder("grep -q '<testcase' r.xml && ! test -e r.json.part"), 0);
    cr_expect_eq(tool("run --resume r.json --json new.json"), 0, "%s", said);
    cr_expect_eq(rows_of("new.json", true), rows_of("r.json", true));
}

Test(resume, the_choice_of_rows_is_taken_over)
{
    static const char *const runs[] = {PAUSE, "run --jobs 1 --filter HcsModify --shard 2/9 --mode safe",
        "run --jobs 1 --filter HcsModify --strength unspecified --shard 1/7 --mode quick", "run --rows ids.txt"};
    cr_assert_eq(command_run(TOOL " list --filter HcsOpen | grep ' rows$' -v | cut -d' ' -f1 >%s/ids.txt", folder), 0);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        unsigned count = leave_part(runs[i]);
        cr_expect_eq(tool("run --dry-run --resume r.json"), 0, "%s", said);
        char line[64];
        snprintf(line, sizeof line, "\n%u rows would run", count - 10);
        SAYS(line);
        cr_expect_eq(tool("run --resume r.json"), 0, "%s", said);
        expect_continued(count, "r.json");
        cr_expect_eq(tool("compare whole.json r.json"), 0, "%s", said);
    }
}

Test(resume, a_partial_result_is_continued_into_any_file)
{
    unsigned count = leave_part(PAUSE);
    cr_expect_eq(tool("run --resume r.json.part --json other.json"), 0, "%s", said);
    expect_continued(count, "other.json");
    cr_expect_eq(in_folder("test \"$(wc -l <r.json.part)\" = 11"), 0, "it is still there");
    cr_expect_eq(in_folder("cp r.json.part other.json.part && head -n 3 r.json.part >r && mv r r.json.part"), 0);
    cr_expect_eq(tool("run --resume r.json --json other.json"), 0, "that of another run is not appended to: %s", said);
    cr_expect_eq(rows_of("other.json", true), count);
}

static void expect_refused(const char *options, const char *says)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, "run %s --resume r.json", options);
    cr_expect_eq(tool(arguments), 2, "%s: %s", arguments, said);
    SAYS(says);
    IS_ONE_LINE;
}

Test(resume, another_choice_is_refused_and_no_row_is_lost)
{
    static const char *const others[] = {"--filter HcsAddResource", "--filter 'HcsPause*' --shard 1/2",
        "--filter 'HcsPause*' --strength unspecified", "--filter Hcs", "--rows ids.txt", "--mode quick"};
    unsigned count = leave_part(PAUSE);
    write_text("ids.txt", "HcsEnumerateComputeSystems.parameter.query.empty\n");
    cr_assert_eq(in_folder("cp r.json.part before"), 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_refused(others[i], "hcs-conformance: r.json: is of another choice of rows: ");
    expect_refused("--without container", "hcs-conformance: r.json: can only be continued without --without");
    cr_expect_eq(in_folder("cmp r.json.part before"), 0);
    cr_expect_eq(tool(PAUSE "--resume r.json"), 0, "the same one: %s", said);
    expect_continued(count, "r.json");
}

/* Older versions did not write the choice of rows into the partial result: the options say it. */
Test(resume, a_partial_result_without_its_choice_loses_no_row)
{
    unsigned count = leave_part(PAUSE);
    cr_assert_eq(in_folder("sed -i '1s/,\"chosen\":\\[[^]]*\\]//' r.json.part && ! grep -q chosen r.json.part"), 0);
    expect_refused("--filter HcsAddResource", "r.json: has 10 finished rows, only 0 of them are in the choice given");
    cr_expect_eq(tool(PAUSE "--resume r.json"), 0, "%s", said);
    expect_continued(count, "r.json");
}

Test(resume, what_the_target_lacks_is_taken_over)
{
    unsigned count = leave_part("run --jobs 1 --filter HcsPause --without container,guest-process");
    expect_refused("--without container", "can only be continued with --without \"container guest-process\"");
    cr_expect_eq(tool("run --resume r.json"), 0, "%s", said);
    expect_continued(count, "r.json");
    cJSON *root = read_tree("r.json");
    cr_expect_str_eq(cJSON_GetObjectItem(cJSON_GetObjectItem(root, "environment"), "without")->valuestring,
        "container guest-process");
    cJSON_Delete(root);
}

Test(resume, how_rows_are_judged_and_how_often_they_run_is_taken_over)
{
    unsigned count = leave_part(PAUSE "--loose --repeat 2");
    expect_refused("--strict", "hcs-conformance: r.json: can only be continued with --loose");
    expect_refused("--repeat 1", "hcs-conformance: r.json: can only be continued with --repeat 2");
    cr_expect_eq(tool("run --resume r.json"), 0, "%s", said);
    SAYS(", loose");
    expect_continued(count, "r.json");
    cJSON *root = read_tree("r.json");
    const cJSON *row;
    cr_expect(cJSON_IsFalse(cJSON_GetObjectItem(root, "strict")));
    cr_expect_eq(cJSON_GetObjectItem(root, "repeat")->valueint, 2);
    cJSON_ArrayForEach (row, cJSON_GetObjectItem(root, "rows"))
        cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(row, "samples")), 2);
    cJSON_Delete(root);
}
