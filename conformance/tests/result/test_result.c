/* Result files: what is read, what is refused, and runs that are killed, stopped, continued and repeated. */
#include "../made.h"
#include <criterion/redirect.h>
#include <signal.h>

TestSuite(result, .init = make_folder, .fini = drop_folder, .timeout = 300);

static const struct {
    const char *text, *says;
} wrong[] = {
    {"", "a.json: is cut off in line 1"},
    {"{\"version\":2,\n\"rows\":[", "a.json: is cut off in line 2"},
    {"{\"version\":2,\n\"rows\":x}", "a.json: is no JSON from line 2 on"},
    {"{\"version\":3,\"spec\":\"\",\"rows\":[]}\n{}", "a.json: is no JSON from line 2 on: text after the document"},
    {"{\"version\":3,\"spec\":\"\",\"rows\":[],}", "a.json: is no JSON from line 1 on: trailing comma before '}'"},
    {"[]", "a.json: is no result of hcs-conformance run --json"},
    {"{\"version\":3,\"spec\":\"\",\"rows\":[{\"id\":\"a\",\"id\":\"b\"}]}", "a.json: rows[0] has id twice"},
    {"{\"version\":4,\"spec\":\"\",\"rows\":[]}",
        "a.json: was written by a newer version (format 4); this one reads up to format 3"},
    {"{\"version\":1,\"spec\":\"\",\"rows\":[]}", "a.json: is of format 1, which is no longer read"},
    {"{\"version\":3,\"spec\":\"\",\"rows\":[]}",
        "a.json: was changed since it was written: its checksum does not fit"},
    {"{\"version\":3,\"spec\":\"\",\"rows\":[],\"digest\":\"0123456789abcdef\"}", "its checksum does not fit"},
    {"{\"version\":2,\"spec\":\"\",\"rows\":[],\"digest\":\"0123456789abcdef\"}", "its checksum does not fit"},
};

Test(result, what_is_none_is_one_line_and_code_2)
{
    static const char *const commands[] = {"report a.json --tap x", "compare a.json a.json", "verify a.json",
        "history add h.db a.json", "expect update a.json e.json", "run --rerun-failed a.json", "run --resume a.json"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_text("a.json", wrong[i].text);
        for (size_t j = 0; j < sizeof commands / sizeof *commands; j++) {
            cr_expect_eq(tool(commands[j]), 2, "%s: %s", commands[j], said);
            SAYS(wrong[i].says);
            IS_ONE_LINE;
        }
        cr_expect_eq(command_run("cd %s && " HCS_SIM " calibrate a.json", folder), 2, "%s", said);
        SAYS(wrong[i].says);
        IS_ONE_LINE;
    }
    cr_expect_eq(tool("report none.json --tap x"), 2);
    SAYS("none.json: can't be read");
}

Test(result, rows_are_whole_and_stand_once)
{
    write_rows("a.json", "a pass,b pass,a fail", "", 0);
    cr_expect_eq(tool("report a.json --tap x"), 2);
    SAYS("a.json: the row a occurs twice");
    write_rows("a.json", "a pass,b perhaps", "", 0);
    cr_expect_eq(tool("report a.json --tap x"), 2);
    SAYS("a.json: rows[1].outcome is a string that it can't be");
}

Test(result, a_result_that_was_edited_is_known)
{
    char command[256];
    write_rows("a.json", "a pass,b fail", "", 0);
    cr_expect_eq(tool("report a.json --tap x"), 0, "%s", said);
    snprintf(command, sizeof command, "sed -i '/outcome/s/fail/pass/' %s/a.json", folder);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(tool("report a.json --tap x"), 2);
    SAYS("was changed since it was written");
}

/* A row with every possible member. */
static const char whole_result[] =
    "{\"version\":3,\"tool\":\"t\",\"target\":\"t\",\"spec\":\"0123456789abcdef\",\"started\":\"2026-11-01T12:00:00Z\","
    "\"strict\":false,\"repeat\":1,\"build\":1,\"revision\":1,\"environment\":{\"system\":\"s\"},\"interrupted\":false,"
    "\"seconds\":1,\"waited\":1,\"slow\":[\"a\"],\"rows\":[{\"id\":\"a\",\"function\":\"f\",\"strength\":"
    "\"documented\","
    "\"outcome\":\"pass\",\"return\":\"S_OK\",\"result\":\"S_OK\",\"message\":\"m\",\"output\":\"o\",\"milliseconds\":"
    "1,"
    "\"waited\":1,\"backendCalls\":1,\"left\":\"l\",\"retries\":1,\"runs\":{\"pass\":1},\"samples\":[1],"
    "\"expectation\":{\"outcome\":"
    "\"fail\","
    "\"reason\":\"r\",\"link\":\"l\",\"met\":true},\"unmet\":\"u\",\"document\":\"{}\",\"events\":[\"e\"],"
    "\"latencies\":[{\"function\":\"f\",\"microseconds\":1}],\"steps\":[{\"what\":\"w\",\"milliseconds\":1}],"
    "\"source\":{\"page\":\"p\",\"section\":\"s\",\"row\":1,\"line\":1,\"sentence\":\"x\"},\"rule\":\"r\","
    "\"origin\":\"o\",\"digest\":\"0123456789abcdef\"}]}";

/* Returns whether both values have the same JSON type. */
static bool same_type(const cJSON *value, const cJSON *other)
{
    return (cJSON_IsBool(value) && cJSON_IsBool(other)) || (value->type & 0xFF) == (other->type & 0xFF);
}

static unsigned wrong_ones;

/* The tool reads the result in one of three ways. */
static void expect_tool_refuses(const char *text, const char *name)
{
    static const char *const commands[] = {
        "compare a.json good.json", "report a.json --html page.html", "history add h.db a.json"};
    const char *command = commands[wrong_ones % 3];
    write_text("a.json", text);
    cr_expect_eq(tool(command), 2, "%s of a wrong %s: %s", command, name, said);
    IS_ONE_LINE;
}

/* Reads what this process has written on standard error since the last time. */
static void take_errors(void)
{
    static const char end[] = "that was all\n";
    FILE *errors = cr_get_redirected_stderr();
    size_t length = 0;
    fputs(end, stderr);
    while (fgets(said + length, (int)(sizeof said - length), errors) && strcmp(said + length, end) != 0)
        length += strlen(said + length);
    said[length] = 0;
}

static void expect_refused(cJSON *root, const char *name)
{
    struct result result;
    char *text = cJSON_PrintUnformatted(root);
    if (++wrong_ones % 25 == 0) {
        expect_tool_refuses(text, name);
    } else {
        cr_assert_not(result_parse(text, strlen(text), "a.json", &result), "a wrong %s is read", name);
        take_errors();
    }
    IS_ONE_LINE;
    SAYS("a.json: ");
    SAYS(name);
    SAYS_NOT("does not fit");
    cJSON_free(text);
}

/* Replaces each value below parent in turn by a value of each other type, and expects a refusal. */
static void spoil(cJSON *root, cJSON *parent, const char *name)
{
    static const char *const others[] = {"\"text\"", "7", "true", "{}", "[]", "null"};
    for (cJSON *member = parent->child; member; member = member->next) {
        const char *own = member->string ? member->string : name;
        cJSON kept = *member;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            cJSON *other = cJSON_Parse(others[i]);
            if (!same_type(member, other)) {
                member->type = other->type;
                member->child = other->child;
                member->valuestring = other->valuestring;
                member->valuedouble = other->valuedouble;
                member->valueint = other->valueint;
                expect_refused(root, own);
                member->type = kept.type;
                member->child = kept.child;
                member->valuestring = kept.valuestring;
                member->valuedouble = kept.valuedouble;
                member->valueint = kept.valueint;
            }
            cJSON_Delete(other);
        }
        spoil(root, member, own);
    }
}

/* The reader enforces the types of the schema: code that uses results never meets another type. */
Test(result, a_member_of_a_wrong_type_is_named_and_refused)
{
    cJSON *root = cJSON_Parse(whole_result);
    cr_assert_not_null(root);
    checksum_add(root);
    write_result("good.json", cJSON_Duplicate(root, true));
    cr_expect_eq(tool("report good.json --html page.html"), 0, "%s", said);
    cr_assert_eq(command_run("rm %s/page.html", folder), 0);
    cr_redirect_stderr();
    spoil(root, root, "");
    cr_expect_gt(wrong_ones, 5 * 50);
    cr_expect_eq(command_run("test -e %s/page.html", folder), 1, "no page was made of any");
    cJSON_Delete(root);
}

/* What a result says could move the cursor, or turn a line around, where it is shown. */
Test(result, names_of_a_result_are_shown_with_escapes)
{
    static const char evil[] = "x\xE2\x80\xAE"
                               "evil\x1B[2J",
                      shown[] = "x\\u202eevil\\u001b[2J";
    static const char *const commands[] = {"compare old.json new.json", "compare old.json new.json --markdown -",
        "compare old.json new.json old.json", "verify new.json", "report new.json --markdown -",
        "history add h.db new.json; " TOOL " history query h.db 'any(fail)'", "history list h.db"};
    for (int i = 0; i < 2; i++) {
        cJSON *root = make_result("a pass", "2026-11-27T12:00:00Z", 20348);
        cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "rows"), 0);
        cJSON_ReplaceItemInObjectCaseSensitive(root, "target", cJSON_CreateString(evil));
        cJSON_ReplaceItemInObjectCaseSensitive(root, "spec", cJSON_CreateString(evil));
        cJSON_ReplaceItemInObjectCaseSensitive(row, "id", cJSON_CreateString(evil));
        cJSON_ReplaceItemInObjectCaseSensitive(row, "outcome", cJSON_CreateString(i ? "fail" : "pass"));
        cJSON_AddStringToObject(row, "message", evil);
        write_result(i ? "new.json" : "old.json", root);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        tool(commands[i]);
        SAYS_NOT("\xE2\x80\xAE");
        SAYS_NOT("\x1B[2J");
        cr_expect(strstr(said, "\\u202e") || strstr(said, "\\\\u202e"), "%s: %s", commands[i], said);
    }
    cr_expect_eq(tool(commands[0]), 1, "%s", said);
    SAYS(shown);
    cr_expect_eq(tool("verify no\xE2\x80\xAEne.json"), 2);
    SAYS("no\\u202ene.json: can't be read");
}

/* sha256sum finds the same: of the JSON without blanks and without the checksum. */
Test(result, the_checksum_is_that_of_another_program)
{
    write_rows("a.json", "a pass,b fail", "2026-11-27T12:00:00Z", 20348);
    cr_assert_eq(command_run("cd %s && python3 -c \"import hashlib, json; root = json.load(open('a.json')); "
                             "sum = root.pop('checksum'); text = json.dumps(root, separators=(',', ':')); "
                             "print(sum == hashlib.sha256(text.encode()).hexdigest())\"",
                     folder),
        0);
    cr_expect_str_eq(said, "True\n");
}

/* Format 2 had a digest of 64 bits. */
Test(result, one_of_the_old_kind_is_read_and_an_edited_one_is_not)
{
    cr_expect_eq(tool("report " ROOT "/fixtures/results/format-2.json --tap old.tap"), 0, "%s", said);
    cr_expect_eq(tool("history add h.db " ROOT "/fixtures/results/format-2.json"), 0, "%s", said);
    cr_assert_eq(
        command_run(
            "cd %s && sed '/outcome/s/\\(.*\\)fail/\\1pass/' " ROOT "/fixtures/results/format-2.json >a.json", folder),
        0);
    cr_expect_eq(tool("report a.json --tap x"), 2);
    SAYS("a.json: was changed since it was written: its checksum does not fit");
    IS_ONE_LINE;
}

static unsigned lines_of(const char *name)
{
    char path[160];
    unsigned lines = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    for (int c; file && (c = getc(file)) != EOF;)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

/* Starts a run and waits until its partial result has so many lines. */
static pid_t start(const char *option, const char *file, unsigned lines)
{
    pid_t process = fork();
    if (!process) {
        if (chdir(folder) || !freopen("out", "w", stdout))
            _exit(9);
        execl(TOOL, TOOL, "run", "--jobs", "1", "--filter", "HcsModify", option, file, (char *)NULL);
        _exit(9);
    }
    for (int i = 0; i < 20000 && lines_of("r.json.part") < lines; i++)
        usleep(1000);
    cr_assert_geq(lines_of("r.json.part"), lines);
    return process;
}

static pid_t start_run(void)
{
    return start("--json", "r.json", 40);
}

static void expect_complete(void)
{
    cJSON *root = read_tree("r.json");
    const cJSON *row;
    unsigned count = 0;
    cJSON_ArrayForEach (row, cJSON_GetObjectItem(root, "rows")) {
        cr_expect_str_neq(cJSON_GetObjectItem(row, "outcome")->valuestring, "not-run");
        count++;
    }
    cr_expect_gt(count, 300);
    cJSON_Delete(root);
    cr_expect_eq(lines_of("r.json.part"), 0, "the partial result is gone");
    cr_expect_eq(tool("report r.json --tap x"), 0, "%s", said);
}

Test(result, a_run_that_is_killed_leaves_what_it_did_and_is_gone_on_with)
{
    pid_t process = start_run();
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
    cr_expect_eq(tool("report r.json.part --markdown x.md"), 0, "%s", said);
    cr_expect_eq(tool("run --jobs 1 --filter HcsModify --resume r.json"), 0, "%s", said);
    SAYS(" rows are done already");
    expect_complete();
}

#define HEAD "{\"version\":3,\"spec\":\"\"}\n"
#define ROW_A "{\"id\":\"a\",\"outcome\":\"pass\"}\n"
#define ROW_B "{\"id\":\"b\",\"outcome\":\"fail\"}\n"
#define CUT_OFF "{\"id\":\"c\",\"outc"

/* What follows a damaged line, or a NUL, must not be lost in silence. */
static const struct {
    const char *text;
    size_t length;
    const char *says; /* NULL: it is read */
} parts[] = {
#define PART(text) text, sizeof text - 1
    {PART(HEAD ROW_A ROW_B), NULL},
    {PART(HEAD ROW_A CUT_OFF), NULL},
    {PART(HEAD ROW_A CUT_OFF "\n\n" ROW_B), NULL}, /* a run went on there */
    {PART(HEAD ROW_A "\n\n" ROW_B CUT_OFF), NULL},
    {PART(HEAD "{\"id\":\"a\",\"outcome\":\"pass\"}"), NULL},
    {PART(HEAD CUT_OFF "\n" ROW_B), "a.json.part: line 2 is damaged"},
    {PART(HEAD ROW_A CUT_OFF "\n"), "a.json.part: line 3 is damaged"},
    {PART(HEAD "{\"id\":\"a\",\0\"outcome\":\"pass\"}\n" ROW_B), "a.json.part: line 2 is damaged"},
    {PART(HEAD ROW_A "\0" ROW_B), "a.json.part: line 3 is damaged"},
    {PART(HEAD ROW_A "x" ROW_B), "a.json.part: line 3 is damaged"},
    {PART("{\"version\":3\n" ROW_A), "a.json.part: line 1 is damaged"},
    {PART(HEAD "{\"id\":\"a\",\"id\":\"b\",\"outcome\":\"pass\"}\n" ROW_A), "a.json.part: line 2 is damaged"},
    {PART(HEAD ROW_A ROW_A), "the row a occurs twice"},
    {PART(CUT_OFF), "a.json.part: is no partial result"},
};

static void write_bytes(const char *name, const char *bytes, size_t length)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(bytes, 1, length, file) == length && !fclose(file));
}

Test(result, a_damaged_line_of_a_partial_result_is_named)
{
    static const char *const commands[] = {"report a.json.part --tap x", "compare a.json.part a.json.part",
        "verify a.json.part", "history add h.db a.json.part", "run --resume a.json"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        write_bytes("a.json.part", parts[i].text, parts[i].length);
        if (!parts[i].says)
            cr_expect_eq(tool("report a.json.part --tap x"), 0, "part %zu: %s", i, said);
        for (size_t j = 0; j < sizeof commands / sizeof *commands && parts[i].says; j++) {
            cr_expect_eq(tool(commands[j]), 2, "part %zu: %s: %s", i, commands[j], said);
            SAYS(parts[i].says);
            IS_ONE_LINE;
        }
    }
}

/* What a run left is gone on with twice, each time after a line that was cut off. */
Test(result, a_run_that_is_killed_twice_is_gone_on_with)
{
    for (int i = 0; i < 2; i++) {
        pid_t process = i ? start("--resume", "r.json", 80) : start_run();
        kill(process, SIGKILL);
        waitpid(process, NULL, 0);
        cr_assert_eq(command_run("cd %s && printf '{\"id\":\"a' >>r.json.part", folder), 0);
    }
    cr_expect_eq(tool("run --jobs 1 --filter HcsModify --resume r.json"), 0, "%s", said);
    expect_complete();
}

Test(result, a_run_is_not_gone_on_with_by_another_target_or_other_rows)
{
    write_rows("r.json", "HcsModifyComputeSystem.x pass", "", 0);
    cr_expect_eq(tool("run --filter HcsModify --resume r.json"), 2, "%s", said);
    SAYS("r.json: is of another target: C:\\Windows\\System32\\computecore.dll, here ");
    cJSON *root = make_result("a pass", "", 0);
    cJSON_ReplaceItemInObject(root, "spec", cJSON_CreateString("0000000000000000"));
    write_result("r.json", root);
    cr_expect_eq(tool("run --filter HcsModify --resume r.json"), 2, "%s", said);
    SAYS("r.json: is of another revision of the rows: 0000000000000000, here ");
    IS_ONE_LINE;
}

static void expect_seed(const char *seed)
{
    cr_assert_eq(tool("run --filter HcsPause --json r.json"), 0, "%s", said);
    cJSON *root = read_tree("r.json");
    const cJSON *environment = cJSON_GetObjectItem(root, "environment");
    cr_expect_str_eq(cJSON_GetObjectItem(environment, "seed")->valuestring, seed);
    cr_expect_str_eq(cJSON_GetObjectItem(environment, "engine")->valuestring, "sim");
    cJSON_Delete(root);
}

Test(result, the_seed_of_a_run_is_in_its_result)
{
    expect_seed("1");
    setenv("COMPUTECORE_SEED", "7", 1);
    expect_seed("7");
}

Test(result, a_run_that_is_stopped_is_gone_on_with)
{
    int status;
    pid_t process = start_run();
    kill(process, SIGINT);
    waitpid(process, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    cJSON *root = read_tree("r.json");
    cr_expect(cJSON_IsTrue(cJSON_GetObjectItem(root, "interrupted")));
    cr_expect_not_null(cJSON_GetObjectItem(cJSON_GetObjectItem(root, "counts"), "not-run"));
    cJSON_Delete(root);
    cr_expect_eq(tool("verify r.json"), 1);
    SAYS("the run was interrupted");
    cr_expect_eq(tool("run --jobs 1 --filter HcsModify --resume r.json"), 0, "%s", said);
    expect_complete();
}

#define ON_FAULTY "--strict --target " FAULTY " --filter HcsEnumerateComputeSystems.parameter.query.null "

Test(result, only_what_was_bad_is_run_again)
{
    setenv("FAULTY_TARGET", "crash", 1);
    cr_expect_eq(tool("run --target " FAULTY " --filter HcsEnumerate --json r.json"), 1, "%s", said);
    setenv("FAULTY_TARGET", "none", 1);
    tool("run --target " FAULTY " --rerun-failed r.json --json again.json");
    cJSON *root = read_tree("r.json"), *again = read_tree("again.json");
    const cJSON *row;
    int bad = 0;
    cJSON_ArrayForEach (row, cJSON_GetObjectItem(root, "rows"))
        bad += outcome_is_bad(outcome_named(cJSON_GetObjectItem(row, "outcome")->valuestring));
    cr_expect_gt(bad, 0);
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(again, "rows")), bad);
    cJSON_Delete(root);
    cJSON_Delete(again);
    write_rows("good.json", "a pass", "", 0);
    cr_expect_eq(tool("run --rerun-failed good.json"), 0);
    SAYS("no row was bad in good.json");
}

Test(result, files_of_a_run_of_no_bad_row_have_none)
{
    write_rows("good.json", "a pass", "", 0);
    cr_expect_eq(tool("run --rerun-failed good.json --json new.json --junit new.xml --tap new.tap --ctrf new.ctrf "
                      "--markdown new.md --html new.html"),
        0, "%s", said);
    SAYS("no row was bad in good.json");
    cJSON *root = read_tree("new.json");
    const cJSON *rows = cJSON_GetObjectItem(root, "rows");
    cr_expect(cJSON_IsArray(rows) && !cJSON_GetArraySize(rows));
    cJSON_Delete(root);
    cr_expect_eq(tool("report new.json --junit again.xml"), 0, "%s", said);
    cr_expect_eq(
        command_run(
            "cd %s && cmp new.xml again.xml && grep -q '^</testsuites>' new.xml && grep -q '^1\\.\\.0' new.tap && "
            "test -s new.ctrf && test -s new.md && test -s new.html",
            folder),
        0, "%s", said);
    cr_expect_eq(tool("run --resume new.json"), 0, "%s", said);
    SAYS("all 0 rows are done already");
}

Test(result, only_the_rows_that_a_file_names_are_run)
{
    write_text("ids.txt",
        "HcsEnumerateComputeSystems.parameter.query.empty\r\n\nHcsCreateOperation.context-and-callback-optional\n");
    cr_expect_eq(tool("run --rows ids.txt --json r.json"), 0, "%s", said);
    cJSON *root = read_tree("r.json");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(root, "rows")), 2);
    cJSON_Delete(root);
    write_text("ids.txt", "HcsEnumerateComputeSystems.parameter.query\n");
    cr_expect_eq(tool("run --rows ids.txt"), 2);
    SAYS("ids.txt: unknown row HcsEnumerateComputeSystems.parameter.query");
    cr_expect_eq(tool("run --rows none.txt"), 2);
}

Test(result, no_row_comes_after_a_bad_one_if_the_user_says_so)
{
    setenv("FAULTY_TARGET", "crash", 1);
    cr_expect_eq(
        tool("run --target " FAULTY " --filter HcsEnumerate --jobs 1 --fail-fast --json r.json"), 1, "%s", said);
    cJSON *root = read_tree("r.json");
    const cJSON *row;
    int bad = 0, left = 0;
    cJSON_ArrayForEach (row, cJSON_GetObjectItem(root, "rows")) {
        enum outcome outcome = outcome_named(cJSON_GetObjectItem(row, "outcome")->valuestring);
        bad += outcome_is_bad(outcome);
        left += outcome == OUTCOME_NOT_RUN;
    }
    cr_expect_eq(bad, 1);
    cr_expect_gt(left, 0);
    cJSON_Delete(root);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* With several clients the simulator's time-outs take real time. */
Test(result, what_the_library_rests_in_real_time_counts)
{
    write_text("clients.json", "{\"clients\":2}");
    cr_assert_eq(tool("run --scenario clients.json --json waits.json "
                      "--filter event.HcsEventOperationCallback.complete-at-registration"),
        0, "%s", said);
    cJSON *root = read_tree("waits.json");
    cr_expect_geq(cJSON_GetObjectItem(root, "waited")->valuedouble, 100);
    cJSON_Delete(root);
}
#endif

/* A wait by design takes the same time on every machine, in every run of the suite. */
Test(result, the_suite_hardly_rests_in_real_time, .init = make_folder, .fini = drop_folder)
{
    cr_assert_eq(tool("run --json all.json"), 0, "%s", said);
    cJSON *root = read_tree("all.json"), *row, *rows = cJSON_GetObjectItem(root, "rows");
    cr_expect_leq(cJSON_GetObjectItem(root, "waited")->valuedouble, 100);
    cJSON_ArrayForEach (row, rows)
        if (cJSON_GetObjectItem(row, "waited"))
            cr_expect_leq(
                cJSON_GetObjectItem(row, "waited")->valuedouble, 20, "%s", cJSON_GetObjectItem(row, "id")->valuestring);
    cJSON_Delete(root);
}

Test(result, a_sentence_that_a_rule_cites_is_in_the_result, .init = make_folder, .fini = drop_folder)
{
    cr_assert_eq(tool("run --json r.json --ctrf r.ctrf --filter HcsCloseOperation.inside-its-callback"), 0, "%s", said);
    cJSON *root = read_tree("r.json"), *row = cJSON_GetObjectItem(root, "rows")->child;
    const cJSON *source = cJSON_GetObjectItem(row, "source");
    cr_expect_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(source, "page")), "HcsCloseOperation");
    cr_expect_gt(cJSON_GetNumberValue(cJSON_GetObjectItem(source, "line")), 0);
    cr_expect_not_null(cJSON_GetObjectItem(source, "sentence"));
    cr_expect_null(cJSON_GetObjectItem(source, "section"));
    cJSON_Delete(root);
    cr_expect_eq(command_run("grep '\"source\":.*\"rule O-17, HcsCloseOperation\"' %s/r.ctrf", folder), 0, "%s", said);
    cr_expect_eq(tool("report r.json --markdown r.md"), 0, "the reader takes it: %s", said);
}

Test(result, what_a_host_keeps_is_written_down, .init = make_folder, .fini = drop_folder)
{
    setenv("FAULTY_TARGET", "leak", 1);
    (void)tool("run --target " FAULTY " --json left.json --filter HcsEnumerateComputeSystems.parameter.query.empty");
    cJSON *root = read_tree("left.json"), *row = cJSON_GetObjectItem(root, "rows")->child;
    const char *left = cJSON_GetStringValue(cJSON_GetObjectItem(row, "left"));
    cr_assert_not_null(left, "%s", said);
    cr_expect_not_null(strstr(left, "1 descriptor"), "%s", left);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    cr_expect_not_null(strstr(left, "1 block of memory"), "%s", left);
#endif
    cJSON_Delete(root);
}

/* The document in the evidence of the only row that fits; freed with free(). */
static char *evidence_document(const char *options)
{
    char command[512];
    snprintf(command, sizeof command, "run --json evidence.json %s", options);
    cr_assert_eq(tool(command), 0, "%s", said);
    cJSON *root = read_tree("evidence.json"), *row = cJSON_GetObjectItem(root, "rows")->child;
    const char *document = cJSON_GetStringValue(cJSON_GetObjectItem(row, "document"));
    cr_assert_not_null(document);
    char *copy = strdup(document);
    cJSON_Delete(root);
    return copy;
}

/* On a host that runs rows side by side they would differ from run to run. */
Test(result, systems_of_rows_beside_are_no_evidence, .init = make_folder, .fini = drop_folder)
{
    write_text("beside.json",
        "{\"clients\":1,\"systems\":["
        "{\"id\":\"hcs-conformance-1-1\",\"configuration\":{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{"
        "}}},"
        "{\"id\":\"beside\",\"configuration\":{\"Owner\":\"hcs-conformance\",\"SchemaVersion\":{\"Major\":2,\"Minor\":"
        "1},"
        "\"Container\":{}}},"
        "{\"id\":\"theirs\",\"configuration\":{\"Owner\":\"somebody\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},"
        "\"Container\":{}}}]}");
    char *document = evidence_document("--scenario beside.json --filter HcsEnumerateComputeSystems.elements");
    cJSON *list = cJSON_Parse(document);
    cr_expect_eq(cJSON_GetArraySize(list), 2, "%s", document);
    cr_expect_not_null(strstr(document, "\"Id\":\"theirs\""), "%s", document);
    cr_expect_not_null(strstr(document, "\"Id\":\"<id:"), "%s", document);
    cJSON_Delete(list);
    free(document);
}

Test(result, a_cookie_is_random_and_no_evidence, .init = make_folder, .fini = drop_folder)
{
    char *document = evidence_document("--filter HcsGetServiceProperties.guard-behind-a-socket");
    cr_expect_not_null(strstr(document, "\"Cookie\":\"<cookie:"), "%s", document);
    free(document);
}

/* Removes the measured values, which differ between runs, from the rows. What a last close makes the host do may come
   before the end of its row or after it. */
static void drop_measured(cJSON *rows)
{
    static const char *const measured[] = {"milliseconds", "latencies", "steps", "waited", "samples", "backendCalls"};
    cJSON *row;
    cJSON_ArrayForEach (row, rows)
        for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
            cJSON_DeleteItemFromObjectCaseSensitive(row, measured[i]);
}

/* Callbacks that are still pending when a row ends are waited for. */
Test(result, runs_of_the_suite_record_the_same, .init = make_folder, .fini = drop_folder)
{
    cJSON *first = NULL;
    for (int i = 0; i < 12; i++) {
        cr_assert_eq(tool("run --repeat 20 --filter 'event.HcsEventSystem*' --json same.json"), 0, "%s", said);
        cJSON *root = read_tree("same.json"), *rows = cJSON_DetachItemFromObject(root, "rows");
        cJSON_Delete(root);
        drop_measured(rows);
        for (int j = 0; first && j < cJSON_GetArraySize(rows); j++) {
            const cJSON *row = cJSON_GetArrayItem(rows, j);
            char *text = cJSON_PrintUnformatted(row);
            cr_expect(cJSON_Compare(row, cJSON_GetArrayItem(first, j), true), "another run saw other things: %s", text);
            cJSON_free(text);
        }
        if (first)
            cJSON_Delete(rows);
        else
            first = rows;
    }
    cJSON_Delete(first);
}

Test(result, rows_that_take_over_a_second_are_named, .init = make_folder, .fini = drop_folder)
{
    setenv("FAULTY_TARGET", "slow", 1);
    (void)tool("run --target " FAULTY " --json slow.json --filter HcsEnumerateComputeSystems.parameter.query.empty");
    SAYS("over a second of real time: HcsEnumerateComputeSystems.parameter.query.empty (");
    cJSON *root = read_tree("slow.json");
    cr_assert_not_null(cJSON_GetObjectItem(root, "slow"), "%s", said);
    cr_expect_str_eq(
        cJSON_GetObjectItem(root, "slow")->child->valuestring, "HcsEnumerateComputeSystems.parameter.query.empty");
    cJSON_Delete(root);
}

Test(result, a_row_whose_outcomes_differ_is_flaky)
{
    setenv("FAULTY_TARGET", "sometimes", 1);
    cr_expect_eq(tool("run " ON_FAULTY "--repeat 6 --jobs 1 --json r.json"), 1, "%s", said);
    SAYS("flaky    HcsEnumerateComputeSystems.parameter.query.null");
    cJSON *root = read_tree("r.json");
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "rows"), 0);
    const cJSON *runs = cJSON_GetObjectItem(row, "runs");
    cr_expect_eq(cJSON_GetArraySize(cJSON_GetObjectItem(row, "samples")), 6);
    cr_expect_eq(cJSON_GetObjectItem(runs, "pass")->valueint, 3);
    cr_expect_eq(cJSON_GetObjectItem(runs, "fail")->valueint, 3);
    cJSON_Delete(root);
}

Test(result, a_retry_shows_what_is_flaky)
{
    setenv("FAULTY_TARGET", "sometimes", 1);
    cr_expect_eq(tool("run " ON_FAULTY "--retries 3 --repeat 2 --jobs 1 --json r.json"), 1, "%s", said);
    cJSON *root = read_tree("r.json");
    const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "rows"), 0);
    cr_expect_eq(cJSON_GetObjectItem(row, "retries")->valueint, 1);
    cr_expect_str_eq(cJSON_GetObjectItem(row, "outcome")->valuestring, "flaky");
    cJSON_Delete(root);
}

Test(result, a_folder_that_is_not_there_is_said_before_the_run)
{
    cr_expect_eq(tool("run --filter HcsPause --json no/such/r.json"), 2);
    SAYS("no/such/r.json can't be written: there is no such folder");
    IS_ONE_LINE;
}

static int shell(const char *command)
{
    return command_run("cd %s && { %s; }", folder, command);
}

Test(result, a_file_of_the_user_with_the_name_of_a_partial_result_stays)
{
    write_text("r.json.part", "notes of mine\n");
    cr_expect_eq(tool("run --filter HcsPause --json r.json"), 2, "%s", said);
    SAYS("r.json.part can't be written: it exists already");
    IS_ONE_LINE;
    cr_expect_eq(lines_of("r.json.part"), 1);
    cr_expect_eq(shell("rm r.json.part; ln -s precious r.json.part; echo mine >precious"), 0);
    cr_expect_eq(tool("run --filter HcsPause --json r.json"), 2, "%s", said);
    cr_expect_eq(shell("test -L r.json.part && test \"$(cat precious)\" = mine"), 0);
}

Test(result, a_second_run_with_the_same_file_is_refused)
{
    pid_t first = start_run();
    cr_expect_eq(tool("run --filter HcsPause --json r.json"), 2, "%s", said);
    SAYS("r.json can't be written: another run is writing it");
    IS_ONE_LINE;
    cr_expect_geq(lines_of("r.json.part"), 40, "what the first one did is still there");
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    cr_expect_eq(tool("run --jobs 1 --filter HcsModify --resume r.json"), 0, "%s", said);
    cr_expect_eq(shell("test \"$(ls -A)\" = \"$(printf 'out\\nr.json')\""), 0, "nothing else is left");
}

Test(result, what_is_no_regular_file_is_written_in_place)
{
    cr_expect_eq(shell("mkfifo r.json; ln -s real.xml link.xml"), 0);
    cr_expect_eq(shell("timeout 30 cat r.json >copy 2>&1 & timeout 30 " TOOL
                       " run --filter HcsPause --json r.json --junit link.xml --tap /dev/null && wait"),
        0, "%s", said);
    cr_expect_eq(shell("test -p r.json && test -L link.xml && grep -q testsuite real.xml && test -c /dev/null"), 0);
    cr_expect_eq(shell("grep -q '\"rows\"' copy"), 0);
}

Test(result, verify_holds_a_result_against_rows_and_lists)
{
    cr_expect_eq(tool("run --filter HcsPause --json part.json"), 0, "%s", said);
    cr_expect_eq(tool("verify part.json"), 1);
    SAYS("part.json: a row is missing: HcsAddResourceToOperation.implemented");
    cJSON *root = make_result("no.such.row pass", "2026-01-01T00:00:00Z", 20348);
    write_result("foreign.json", root);
    cr_expect_eq(tool("verify foreign.json"), 1);
    SAYS("a row is missing");
    root = make_result("a pass", "2026-01-01T00:00:00Z", 20348);
    cJSON_ReplaceItemInObject(root, "spec", cJSON_CreateString("0000000000000000"));
    write_result("old.json", root);
    cr_expect_eq(tool("verify old.json"), 1);
    SAYS("it is of the rows 0000000000000000, this tool has ");
    SAYS("every Windows from 17763 on passes this row, here it is missing");
    cr_expect_eq(tool("verify"), 2);
    cr_expect_eq(tool("verify --skips x part.json"), 2);
}

Test(result, the_result_of_the_whole_suite_is_verified)
{
    cr_assert_eq(tool("run --json r.json"), 0, "%s", said);
    cr_expect_eq(tool("verify r.json"), 0, "%s", said);
    SAYS("whole and unchanged");
    cr_expect_eq(tool("verify --skips 1 r.json"), 1);
    SAYS("rows say nothing, 1 may");
}
