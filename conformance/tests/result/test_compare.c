/* Comparisons of two and of three results: the name of each kind of change, and what decides the exit code. */
#include "compare/compare.h"
#include "../made.h"
#include "base/text/utf8.h"

TestSuite(compare, .init = make_folder, .fini = drop_folder, .timeout = 300);

/* A row before and after, and the change expected; NULL if the result lacks the row. */
static const struct {
    const char *before, *after;
    enum change change;
} changes[] = {
    {"pass", "pass", CHANGE_NONE},
    {"pass S_OK", "pass E_FAIL", CHANGE_OTHER},
    {"recorded S_OK", "recorded E_FAIL", CHANGE_OTHER},
    {"pass", "fail", CHANGE_NEW_FAILURE},
    {"recorded", "fail", CHANGE_NEW_FAILURE},
    {"skip", "fail", CHANGE_NEW_FAILURE},
    {"pass", "crash", CHANGE_CRASH},
    {"fail", "crash", CHANGE_CRASH},
    {"pass", "timeout", CHANGE_TIMEOUT},
    {"pass", "flaky", CHANGE_FLAKY},
    {"crash", "fail", CHANGE_STILL_BAD},
    {"fail E_FAIL", "fail S_OK", CHANGE_STILL_BAD},
    {"flaky", "flaky", CHANGE_STILL_BAD},
    {"pass", "drift", CHANGE_DRIFT},
    {"pass", "skip", CHANGE_LOST},
    {"pass", "not-implemented", CHANGE_LOST},
    {"pass", "not-run", CHANGE_LOST},
    {"drift", "skip", CHANGE_LOST},
    {"fail", "skip", CHANGE_LOST},
    {"skip", "not-implemented", CHANGE_OTHER},
    {"skip", "drift", CHANGE_OTHER},
    {"skip", "pass", CHANGE_BETTER},
    {"drift", "pass", CHANGE_BETTER},
    {"fail", "pass", CHANGE_FIXED},
    {"flaky", "pass", CHANGE_FIXED},
    {"pass", NULL, CHANGE_REMOVED},
    {NULL, "pass", CHANGE_ADDED},
};

static struct result parse(cJSON *root)
{
    struct result result;
    checksum_add(root);
    char *text = cJSON_PrintUnformatted(root);
    cr_assert(result_parse(text, strlen(text), "made up", &result));
    cJSON_free(text);
    cJSON_Delete(root);
    return result;
}

static struct result one_row(const char *outcome)
{
    char rows[80] = "";
    if (outcome)
        snprintf(rows, sizeof rows, "a %s", outcome);
    return parse(make_result(rows, "", 0));
}

Test(compare, every_change_has_its_name)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct result before = one_row(changes[i].before), after = one_row(changes[i].after);
        struct comparison comparison;
        cr_assert(compare_results(&before, &after, &comparison));
        cr_assert_eq(comparison.count, 1);
        cr_expect_eq(comparison.list[0].change, changes[i].change, "%s to %s is %s",
            changes[i].before ? changes[i].before : "nothing", changes[i].after ? changes[i].after : "nothing",
            change_names[comparison.list[0].change]);
        comparison_free(&comparison);
        result_free(&before);
        result_free(&after);
    }
}

static void add_digest(cJSON *root, int index, const char *digest)
{
    cJSON_AddStringToObject(cJSON_GetArrayItem(cJSON_GetObjectItem(root, "rows"), index), "digest", digest);
}

Test(compare, a_row_that_was_renamed_is_neither_removed_nor_added)
{
    cJSON *old = make_result("old.name pass,other pass,twin-1 pass,twin-2 pass", "", 0);
    cJSON *new = make_result("new.name pass,other pass,third pass", "", 0);
    add_digest(old, 0, "1111111111111111");
    add_digest(new, 0, "1111111111111111");
    for (int i = 2; i < 4; i++)
        add_digest(old, i, "2222222222222222");
    add_digest(new, 2, "2222222222222222");
    struct result before = parse(old), after = parse(new);
    struct comparison comparison;
    cr_assert(compare_results(&before, &after, &comparison));
    cr_expect_eq(comparison.counts[CHANGE_RENAMED], 1);
    cr_expect_eq(comparison.counts[CHANGE_REMOVED], 2, "which of the twins it was nobody knows");
    cr_expect_eq(comparison.counts[CHANGE_ADDED], 1);
    comparison_free(&comparison);
    result_free(&before);
    result_free(&after);
}

Test(compare, a_failure_is_not_netted_against_one_that_was_fixed)
{
    write_rows("old.json", "a fail,b pass,c pass S_OK", "", 17763);
    write_rows("new.json", "a pass,b fail,c pass E_FAIL", "", 20348);
    cr_expect_eq(tool("compare old.json new.json --json d.json --markdown d.md --html d.html"), 1, "%s", said);
    SAYS("old: old.json: computecore.dll, Windows 17763");
    SAYS("new failures: 1");
    SAYS("fixed: 1");
    SAYS("result S_OK, now E_FAIL");
    SAYS("1 worse than before");
    cJSON *root = read_tree("d.json");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "differences")), 3);
    cr_expect_eq(cJSON_GetObjectItem(cJSON_GetObjectItem(root, "counts"), "new-failures")->valueint, 1);
    cJSON_Delete(root);
}

Test(compare, the_policy_says_what_fails)
{
    static const struct {
        const char *options;
        int code;
    } policies[] = {{"", 1}, {"--fail-on worse", 1}, {"--fail-on crashes,timeouts", 0}, {"--fail-on new-failures", 0},
        {"--fail-on lost", 1}, {"--fail-on changed", 1}, {"--fail-on any", 1}, {"--fail-on nothing", 0},
        {"--fail-on fixed", 0}, {"--policy tolerant.json", 0}, {"--policy strict.json", 1},
        {"--policy ignores.json", 0}, {"--policy reasons.json", 1}, {"--policy whole.json", 0}};
    write_rows("old.json", "a pass,b pass S_OK", "", 0);
    write_rows("new.json", "a skip,b pass E_FAIL", "", 0);
    write_text("tolerant.json", "{\"comment\":\"for now\",\"failOn\":[\"worse\"],\"most\":{\"lost\":1}}");
    write_text("strict.json", "{\"failOn\":[\"changed\"]}");
    write_text("ignores.json", "{\"ignore\":[\"a\"]}");
    write_text("reasons.json", "{\"failOn\":[\"any\"],\"expected\":[{\"rows\":[\"b\"],\"reason\":\"r\"}]}");
    write_text("whole.json", "{\"failOn\":[\"any\"],\"expected\":[{\"rows\":[\"b\"],\"reason\":\"r\"},"
                             "{\"rows\":[\"a\",\"c*\"],\"reason\":\"another\"}]}");
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        char arguments[200];
        snprintf(arguments, sizeof arguments, "compare old.json new.json %s", policies[i].options);
        cr_expect_eq(tool(arguments), policies[i].code, "%s: %s", policies[i].options, said);
    }
    SAYS("expected: 2\n  1: another\n  1: r\n");
    SAYS("nothing is worse than before");
}

/* Writes a result of one row whose answer is this document. */
static void write_answer(const char *name, const char *code, const char *document)
{
    char rows[64];
    snprintf(rows, sizeof rows, "a pass %s", code);
    cJSON *root = make_result(rows, "", 0);
    cJSON_AddStringToObject(cJSON_GetObjectItem(root, "rows")->child, "document", document);
    write_result(name, root);
}

Test(compare, a_long_document_is_cut_between_characters)
{
    char document[2][400], text[sizeof said];
    for (int i = 0; i < 2; i++) {
        strcpy(document[i], i ? "\"x" : "\"");
        for (int j = 0; j < 120; j++)
            strcat(document[i], "\xC3\xA4");
        write_answer(i ? "new.json" : "old.json", "S_OK", document[i]);
    }
    cr_expect_eq(tool("compare old.json new.json --json d.json >out; cat d.json"), 0);
    snprintf(text, sizeof text, "%s", said);
    cr_expect_not_null(strstr(text, "now \\\"x"), "%s", text);
    cr_expect_null(utf8_invalid(text, strlen(text)), "%s", text);
}

/* A reason for some places of a document is none for what else differs. */
Test(compare, a_reason_for_places_holds_for_these_alone)
{
    static const struct {
        const char *code, *document;
        int result;
    } answers[] = {{"S_OK", "{\"Id\":1,\"One\":{\"Two\":2,\"Three\":3}}", 0},
        {"S_OK", "{\"Id\":1,\"One\":{\"Two\":9,\"Three\":3},\"List\":[7]}", 0},
        {"S_OK", "{\"Id\":1,\"One\":{\"Three\":3}}", 0}, {"S_OK", "{\"Id\":1,\"One\":{\"Two\":9,\"Three\":4}}", 1},
        {"S_OK", "{\"Id\":2,\"One\":{\"Two\":9,\"Three\":3}}", 1}, {"S_OK", "{\"Id\":1}", 1},
        {"E_FAIL", "{\"Id\":1,\"One\":{\"Two\":9,\"Three\":3}}", 1}, {"S_OK", "{\"Id\":1,\"One\":{", 1}};
    write_answer("old.json", "S_OK", "{\"Id\":1,\"One\":{\"Two\":1,\"Three\":3}}");
    write_text("places.json", "{\"failOn\":[\"any\"],\"expected\":[{\"rows\":[\"a\"],"
                              "\"places\":[\"$.One.Two\",\"$.List\",\"$.Not.There\"],\"reason\":\"r\"}]}");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        write_answer("new.json", answers[i].code, answers[i].document);
        cr_expect_eq(tool("compare old.json new.json --policy places.json"), answers[i].result, "%s: %s",
            answers[i].document, said);
    }
}

static const char *const wrong_policies[][2] = {
    {"5", "it is no object"},
    {"null", "it is no object"},
    {"{\"failOn\":\"worse\"}", "failOn must be a list"},
    {"{\"failOn\":5}", "failOn must be a list"},
    {"{\"failOn\":null}", "failOn must be a list"},
    {"{\"failOn\":[]}", "\"failOn\" is empty"},
    {"{\"failOn\":[\"nothing\"],\"failOn\":[\"worse\"]}", "has failOn twice"},
    {"{\"failOn\":[\"nothing\",\"worse\"]}", "\"failOn\" has \"nothing\" beside other names"},
    {"{\"failOn\":[\"worse\",\"nothing\"]}", "\"failOn\" has \"nothing\" beside other names"},
    {"{\"most\":{\"new-failures\":1.5}}", "\"most\" takes whole numbers of differences, not new-failures"},
    {"{\"most\":{\"new-failures\":1e300}}", "\"most\" takes whole numbers of differences, not new-failures"},
    {"{\"most\":{\"new-failures\":-1}}", "\"most\" takes whole numbers of differences, not new-failures"},
    {"{\"most\":{\"new-failures\":9,\"new-failures\":0}}", "most has new-failures twice"},
    {"{\"most\":[9]}", "most must be an object"},
    {"{\"ignore\":\"*\"}", "ignore must be a list"},
    {"{\"expected\":{\"rows\":[\"a\"],\"reason\":\"r\"}}", "expected must be a list"},
    {"{\"expected\":[{\"unmet\":\"nope\",\"reason\":\"r\"}]}", "expected[0].unmet: no row needs nope"},
    {"{\"expected\":[{\"unmet\":\"machine\",\"reason\":\"r\"}]}", "expected[0].unmet: no row needs machine"},
    {"{\"expected\":[{\"rows\":[\"a\"],\"unmet\":5,\"reason\":\"r\"}]}", "expected[0].unmet must be a string"},
    {"{\"expected\":[{\"rows\":\"a\",\"unmet\":\"simulator\",\"reason\":\"r\"}]}", "expected[0].rows must be a list"},
};

/* A gate that takes a slip in silence lets through what it is there for. */
Test(compare, a_policy_with_a_slip_is_one_line_and_code_2)
{
    write_rows("old.json", "a pass", "", 0);
    write_rows("new.json", "a fail", "", 0);
    for (size_t i = 0; i < sizeof wrong_policies / sizeof *wrong_policies; i++) {
        write_text("p.json", wrong_policies[i][0]);
        cr_expect_eq(tool("compare old.json new.json --policy p.json"), 2, "%s: %s", wrong_policies[i][0], said);
        SAYS("p.json: ");
        SAYS(wrong_policies[i][1]);
        IS_ONE_LINE;
    }
    cr_expect_eq(tool("compare old.json new.json --fail-on nothing,worse"), 2, "%s", said);
    SAYS("--fail-on takes nothing alone");
    write_text("p.json", "{\"expected\":[{\"unmet\":\"virtual-machine\",\"reason\":\"r\"}]}");
    cr_expect_eq(tool("compare old.json new.json --policy p.json"), 1, "%s", said);
}

Test(compare, wrong_use_is_one_line_and_code_2)
{
    static const char *const uses[][2] = {{"compare", "OLD.json is missing"}, {"compare a.json", "NEW.json is missing"},
        {"compare a.json a.json a.json a.json", "unexpected argument 'a.json'"},
        {"compare a.json a.json --fail-on sure", "still-bad, worse, any or nothing, not 'sure'"},
        {"compare a.json a.json --policy no.json", "no.json: can't be read"},
        {"compare a.json a.json --policy bad.json", "bad.json: faillOn is no member of a policy"},
        {"compare a.json a.json --policy worse.json", "worse.json: \"most\" takes whole numbers"},
        {"compare a.json a.json --policy why.json", "why.json: expected[0] takes"},
        {"compare a.json a.json --policy where.json", "where.json: expected[0] takes"},
        {"compare a.json a.json --policy place.json", "place.json: expected[0].place is no member of"},
        {"compare a.json a.json --fail-on any --policy bad.json", "--fail-on excludes --policy"},
        {"compare a.json a.json a.json --fail-on any", "of three results there is only the table"},
        {"compare a.json a.json --colour", "unknown option --colour"},
        {"compare a.json a.json --json no/such/x", "no/such/x can't be written"}};
    write_rows("a.json", "a pass", "", 0);
    write_text("why.json", "{\"expected\":[{\"rows\":[\"a\"]}]}");
    write_text("where.json", "{\"expected\":[{\"rows\":[\"a\"],\"places\":[\"Id\"],\"reason\":\"r\"}]}");
    write_text("place.json", "{\"expected\":[{\"rows\":[\"a\"],\"place\":[\"$.Id\"],\"reason\":\"r\"}]}");
    write_text("bad.json", "{\"faillOn\":[]}");
    write_text("worse.json", "{\"most\":{\"lost\":\"many\"}}");
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        cr_expect_eq(tool(uses[i][0]), 2, "%s: %s", uses[i][0], said);
        SAYS(uses[i][1]);
    }
    cr_expect_eq(tool("compare --help"), 0);
}

Test(compare, of_three_somebody_stands_alone)
{
    write_rows("host.json", "a pass S_OK,b pass S_OK,c fail,d pass S_OK,e pass S_OK", "", 20348);
    write_rows("impl.json", "a pass S_OK,b pass E_FAIL,c pass,d pass E_FAIL,e pass S_OK", "", 20348);
    write_rows("sim.json", "a pass S_OK,b pass S_OK,c pass,d pass S_FALSE,f pass", "", 20348);
    cr_expect_eq(tool("compare host.json impl.json sim.json"), 1, "%s", said);
    SAYS("only B               b");
    SAYS("only A               c");
    SAYS("all differ           d");
    SAYS("only C               e");
    SAYS("6 rows: all agree on 1; only A differs on 1, B on 1, C on 2; all differ on 1");
    cr_expect_eq(tool("compare host.json host.json host.json"), 0);
}

static void add_latencies(cJSON *root, const double *values, int count)
{
    cJSON *list = cJSON_AddArrayToObject(cJSON_GetArrayItem(cJSON_GetObjectItem(root, "rows"), 0), "latencies");
    for (int i = 0; i < count; i++) {
        cJSON *latency = cJSON_CreateObject();
        cJSON_AddStringToObject(latency, "function", "HcsPauseComputeSystem");
        cJSON_AddNumberToObject(latency, "microseconds", values[i]);
        cJSON_AddItemToArray(list, latency);
    }
}

/* Draws values around a middle with a generator of its own, so that they are the same in each run. */
static void draw(double *values, int count, double middle, double spread, unsigned long seed)
{
    for (int i = 0; i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        values[i] = middle + spread * ((double)(seed >> 40) / (double)(1 << 24) - 0.5);
    }
}

static void compare_samples(double middle, double spread, unsigned long seed)
{
    double values[40];
    cJSON *old = make_result("a pass", "", 0), *new = make_result("a pass", "", 0);
    draw(values, 40, 100, spread, 1);
    add_latencies(old, values, 40);
    draw(values, 40, middle, spread, seed);
    add_latencies(new, values, 40);
    write_result("old.json", old);
    write_result("new.json", new);
    cr_expect_eq(tool("compare old.json new.json"), 0, "%s", said);
}

Test(compare, slower_is_told_from_noise)
{
    compare_samples(150, 20, 2);
    SAYS("HcsPauseComputeSystem");
    SAYS(" times  p = ");
    for (unsigned long seed = 2; seed < 12; seed++) {
        compare_samples(100, 80, seed);
        SAYS("none differs by more than chance (~)");
    }
    compare_samples(102, 1, 2);
    SAYS("none differs"); /* significant, but too small to matter */
}
