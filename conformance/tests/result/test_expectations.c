/* Expectations: what a file may contain, how a run uses it, and how a run rewrites it. */
#include "compare/expectations.h"
#include "../made.h"

TestSuite(expectations, .init = make_folder, .fini = drop_folder, .timeout = 300);

#define ENTRY(more)                                                                                                    \
    "{\"version\":1,\"entries\":[{\"rows\":\"HcsPause*\",\"outcome\":\"fail\",\"reason\":\"r\"" more "}]}"

#define TWO(first, second)                                                                                             \
    "{\"version\":1,\"entries\":[{\"rows\":\"HcsPause*\",\"outcome\":\"fail\",\"reason\":\"r\"" first                  \
    "},{\"rows\":\"HcsPause*\",\"outcome\":\"pass\",\"reason\":\"r\"" second "}]}"

static const char *const wrong[][2] = {
    {"{", "is cut off in line 1"},
    {"{}", "needs \"version\": 1 and a list \"entries\""},
    {"{\"version\":2,\"entries\":[]}", "was written for a newer version"},
    {"{\"version\":1,\"entries\":[{}]}", "entries[0]: \"rows\" is missing"},
    {"{\"version\":1,\"entries\":[{\"rows\":\"no.such.row\"}]}", "entries[0]: no row fits no.such.row"},
    {"{\"version\":1,\"entries\":[{\"rows\":\"HcsPause*\",\"outcome\":\"sad\"}]}",
        "\"outcome\" names no outcome, for HcsPause*"},
    {"{\"version\":1,\"entries\":[{\"rows\":\"HcsPause*\",\"outcome\":\"fail\"}]}",
        "\"reason\" is missing, for HcsPause*"},
    {ENTRY(",\"builds\":[3]"), "\"builds\" and \"revisions\" take first and last"},
    {ENTRY(",\"builds\":[3,2]"), "\"builds\" and \"revisions\" take first and last"},
    {ENTRY(",\"confirmed\":\"yesterday\""), "\"confirmed\" takes a day such as 2026-11-27"},
    {ENTRY(",\"ceiling\":0"), "\"ceiling\" takes per cent"},
    {"[]", "needs \"version\": 1 and a list \"entries\""},
    {ENTRY(",\"build\":[1,2]"), "entries[0].build is no member of an entry"},
    {ENTRY(",\"reason\":\"s\""), "entries[0] has reason twice"},
    {ENTRY(",\"link\":5"), "entries[0].link must be a string"},
    {ENTRY(",\"confirmed\":20261127"), "entries[0].confirmed must be a string"},
    {ENTRY(",\"ceiling\":\"9\""), "entries[0].ceiling must be a number"},
    {"{\"version\":1,\"entries\":[5]}", "entries[0] is no object"},
    {"{\"version\":1,\"entries\":[],\"targets\":\"a\"}", "targets is no member of a file of expectations"},
    {"{\"version\":1,\"entries\":[],\"entries\":[]}", "has entries twice"},
    {"{\"version\":1,\"target\":5,\"entries\":[]}", "target must be a string"},
    {"{\"version\":1,\"target\":\"\",\"entries\":[]}", "\"target\" is empty"},
    {TWO("", ""), "entries[1]: it leaves nothing to entries[0], which has the same \"rows\", HcsPause*"},
    {TWO(",\"builds\":[3,4]", ""), "entries[1]: it leaves nothing to entries[0]"},
    {TWO(",\"builds\":[3,4]", ",\"builds\":[3,null]"), "entries[1]: it leaves nothing to entries[0]"},
};

Test(expectations, mistakes_are_one_line_and_code_2)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_text("e.json", wrong[i][0]);
        cr_expect_eq(tool("expect check e.json"), 2, "%s", said);
        SAYS(wrong[i][1]);
        IS_ONE_LINE;
        cr_expect_eq(tool("run --filter HcsPause --expect e.json --json r.json"), 2, "%s", said);
    }
    cr_expect_eq(tool("expect"), 2);
    cr_expect_eq(tool("expect update r.json"), 2);
    cr_expect_eq(tool("expect --help"), 0);
}

/* A later entry may speak for a part of what an earlier one covers. */
Test(expectations, entries_of_the_same_rows_may_divide_the_builds)
{
    static const char *const right[] = {TWO("", ",\"builds\":[3,4]"), TWO(",\"builds\":[3,4]", ",\"builds\":[5,6]"),
        TWO(",\"builds\":[3,5]", ",\"builds\":[4,6]"),
        TWO(",\"builds\":[3,3]", ",\"builds\":[3,3],\"revisions\":[9,null]"), ENTRY(",\"comment\":1,\"commented\":2")};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        write_text("e.json", right[i]);
        cr_expect_eq(tool("expect check e.json"), 0, "%s: %s", right[i], said);
    }
}

static const struct {
    const char *entry, *row, *target;
    unsigned build, revision;
    bool found;
} finds[] = {
    {ENTRY(""), "HcsPauseComputeSystem.x", "computecore.dll", 0, 0, true},
    {ENTRY(""), "HcsStartComputeSystem.x", "computecore.dll", 0, 0, false},
    {ENTRY(",\"builds\":[17763,20348]"), "HcsPauseComputeSystem.x", "a", 19041, 0, true},
    {ENTRY(",\"builds\":[17763,20348]"), "HcsPauseComputeSystem.x", "a", 22621, 0, false},
    {ENTRY(",\"builds\":[17763,20348]"), "HcsPauseComputeSystem.x", "a", 0, 0, false},
    {ENTRY(",\"builds\":[20348,null]"), "HcsPauseComputeSystem.x", "a", 26100, 0, true},
    {ENTRY(",\"builds\":[20348,20348],\"revisions\":[2000,null]"), "HcsPauseComputeSystem.x", "a", 20348, 2227, true},
    {ENTRY(",\"builds\":[20348,20348],\"revisions\":[2000,null]"), "HcsPauseComputeSystem.x", "a", 20348, 1, false},
    {"{\"version\":1,\"target\":\"computecore.*\",\"entries\":[{\"rows\":\"HcsPause*\",\"outcome\":\"fail\",\"reason\":"
     "\"r\"}]}",
        "HcsPauseComputeSystem.x", "libcomputecore.so", 0, 0, false},
};

Test(expectations, an_entry_holds_for_its_rows_builds_and_target)
{
    char path[160];
    snprintf(path, sizeof path, "%s/e.json", folder);
    for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
        struct expectations expectations;
        write_text("e.json", finds[i].entry);
        cr_assert(expectations_read(path, &expectations));
        cr_expect_eq(
            expectations_find(&expectations, finds[i].row, finds[i].target, finds[i].build, finds[i].revision) != NULL,
            finds[i].found, "case %zu", i);
        expectations_free(&expectations);
    }
}

#define ROW "HcsEnumerateComputeSystems.null-query"
#define FLAKY "HcsEnumerateComputeSystems.parameter.query.null"
#define RUN "run --target " FAULTY " --filter " ROW " --json r.json --expect e.json"

static int run_with(const char *fault, const char *outcome, const char *options)
{
    char text[300], arguments[300];
    snprintf(text, sizeof text,
        "{\"version\":1,\"entries\":[{\"rows\":\"" ROW "\",\"outcome\":%s,\"reason\":\"bug 7\",\"ceiling\":60}]}",
        outcome);
    write_text("e.json", text);
    setenv("FAULTY_TARGET", fault, 1);
    snprintf(arguments, sizeof arguments, RUN " %s", options);
    return tool(arguments);
}

Test(expectations, what_is_bad_as_expected_does_not_count_and_what_is_not_does)
{
    cr_expect_eq(run_with("crash", "\"crash\"", ""), 0, "%s", said);
    SAYS("1 are bad as was expected");
    cr_expect_eq(run_with("crash", "\"timeout\"", ""), 1, "%s", said);
    SAYS("expected to be timeout: bug 7");
    cr_expect_eq(run_with("crash", "[\"pass\",\"crash\"]", ""), 0, "%s", said);
    cr_expect_eq(run_with("crash", "\"pass\"", ""), 1, "%s", said);
}

Test(expectations, a_pass_that_was_not_expected_fails)
{
    char text[300];
    snprintf(text, sizeof text,
        "{\"version\":1,\"entries\":[{\"rows\":\"HcsPauseComputeSystem.operation-result.S_OK*\",\"outcome\":\"fail\","
        "\"reason\":\"bug 8\"}]}");
    write_text("e.json", text);
    cr_expect_eq(
        tool("run --filter HcsPauseComputeSystem.operation-result --expect e.json --json r.json --junit r.xml"), 1,
        "%s", said);
    SAYS("expected to be fail: bug 8");
    cr_expect_eq(tool("compare r.json r.json"), 0, "%s", said);
    SAYS("1 still bad");
}

Test(expectations, flaky_rows_have_a_ceiling)
{
    /* every second call of the target fails, so that the row is bad in half of its runs */
    static const char *const ceilings[] = {"60", "20"};
    setenv("FAULTY_TARGET", "sometimes", 1);
    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
            "{\"version\":1,\"entries\":[{\"rows\":\"" FLAKY
            "\",\"outcome\":\"flaky\",\"reason\":\"r\",\"ceiling\":%s}]}",
            ceilings[i]);
        write_text("e.json", text);
        cr_expect_eq(tool("run --strict --target " FAULTY " --filter " FLAKY
                          " --json r.json --expect e.json --repeat 10 --jobs 1"),
            i, "%s", said);
    }
}

static const cJSON *entry(const cJSON *root, int index)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItem(root, "entries"), index);
}

static const char *member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

Test(expectations, an_update_keeps_what_holds_and_says_the_rest_with_few_entries)
{
    char *rows = calloc(1, 1 << 20);
    for (unsigned i = 0; i < spec_row_count; i++) { /* all rows of one function fail, and one of another */
        const char *id = spec_rows[i].id;
        if (strpbrk(id, ", ") || strlen(id) > 150)
            continue; /* the short form of rows in these tests can't hold them */
        bool fails = !strncmp(id, "HcsResumeComputeSystem.", 23) ||
                     !strcmp(id, "HcsCreateOperation.context-and-callback-optional");
        sprintf(rows + strlen(rows), "%s%s %s", *rows ? "," : "", id, fails ? "fail" : "pass");
    }
    write_rows("r.json", rows, "2026-11-27T10:00:00Z", 20348);
    free(rows);
    write_text("e.json", "{\"version\":1,\"comment\":\"ours\",\"entries\":["
                         "{\"rows\":\"HcsCreateOperation.context-and-callback-optional\",\"outcome\":\"fail\","
                         "\"reason\":\"bug 9\",\"link\":\"https://x/9\","
                         "\"comment\":\"seen by us\",\"confirmed\":\"2026-01-01\"},"
                         "{\"rows\":\"HcsPauseComputeSystem.*\",\"outcome\":\"fail\",\"reason\":\"fixed since\"},"
                         "{\"rows\":\"HcsSaveComputeSystem.*\",\"outcome\":\"fail\",\"builds\":[17763,17763],"
                         "\"reason\":\"of another build\"}]}");
    cr_expect_eq(tool("expect update --dry-run r.json e.json"), 0, "%s", said);
    SAYS("- {\"rows\":\"HcsPauseComputeSystem.*\"");
    SAYS("+ {\"rows\":\"HcsResumeComputeSystem.*\"");
    cJSON *root = read_tree("e.json");
    cr_expect_str_eq(member(entry(root, 1), "reason"), "fixed since", "a dry run writes nothing");
    cJSON_Delete(root);
    cr_expect_eq(tool("expect update --reason 'bug 10' --link https://x/10 r.json e.json"), 0, "%s", said);
    root = read_tree("e.json");
    cr_assert_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "entries")), 3);
    cr_expect_str_eq(member(root, "comment"), "ours");
    cr_expect_str_eq(member(entry(root, 0), "reason"), "bug 9");
    cr_expect_str_eq(member(entry(root, 0), "comment"), "seen by us");
    cr_expect_str_eq(member(entry(root, 0), "confirmed"), "2026-11-27");
    cr_expect_str_eq(member(entry(root, 1), "reason"), "of another build");
    cr_expect_str_eq(member(entry(root, 2), "rows"), "HcsResumeComputeSystem.*");
    cr_expect_str_eq(member(entry(root, 2), "reason"), "bug 10");
    cr_expect_str_eq(member(entry(root, 2), "link"), "https://x/10");
    cr_expect_eq(cJSON_GetArrayItem(cJSON_GetObjectItem(entry(root, 2), "builds"), 0)->valueint, 20348);
    cJSON_Delete(root);
    cr_expect_eq(tool("expect update r.json e.json"), 0, "%s", said);
    SAYS("e.json: nothing changes");
}

Test(expectations, a_file_that_is_not_there_yet_is_made)
{
    write_rows("r.json", "HcsCreateOperation.context-and-callback-optional fail", "2026-11-27T10:00:00Z", 20348);
    cr_expect_eq(tool("expect update r.json new.json"), 0, "%s", said);
    cJSON *root = read_tree("new.json");
    cr_expect_str_eq(member(root, "target"), "computecore.dll");
    cr_expect_str_eq(member(entry(root, 0), "reason"), "not looked into yet");
    cJSON_Delete(root);
    cr_expect_eq(tool("expect check new.json"), 0, "%s", said);
}
