/* The command adopt: which results become files of spec/hosts, what these become, and what is refused. */
#include "../made.h"
#include "base/text/digest.h"
#include "confirmed/host_file.h"
#include <inttypes.h>

static void make_root(void)
{
    char command[1024];
    make_folder();
    snprintf(command, sizeof command,
        "mkdir %s/out %s/out/include && cp -r %s/spec %s/fixtures %s && mkdir %s/impl && "
        "cp -r %s/impl/include %s/impl && rm -f %s/spec/hosts/*.json",
        folder, folder, ROOT, ROOT, folder, folder, ROOT, folder, folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(adopt, .init = make_root, .fini = drop_folder, .timeout = 300);

static const char documented[] = "HcsCloseComputeSystem.system-goes-on";

/* A row of that strength whose id begins so. */
static const struct spec_row *some_row(enum spec_strength strength, const char *begin)
{
    for (unsigned i = 0; i < spec_row_count; i++)
        if (spec_rows[i].strength == strength && !strncmp(spec_rows[i].id, begin, strlen(begin)))
            return &spec_rows[i];
    cr_assert_fail("no such row");
    return NULL;
}

static void add_row(
    cJSON *root, const struct spec_row *row, const char *outcome, const char *answer, const char *message)
{
    char digest[17];
    cJSON *json = cJSON_CreateObject();
    snprintf(digest, sizeof digest, "%016" PRIx64, digest_text(row->steps));
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "function", spec_functions[row->function].name);
    cJSON_AddStringToObject(json, "strength", strength_names[row->strength]);
    cJSON_AddStringToObject(json, "outcome", outcome);
    if (answer)
        cJSON_AddStringToObject(json, "return", answer);
    if (message)
        cJSON_AddStringToObject(json, "message", message);
    cJSON_AddNumberToObject(json, "milliseconds", 2);
    cJSON_AddStringToObject(json, "digest", digest);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(root, "rows"), json);
}

/* What a run on a Windows host writes, without rows. */
static cJSON *made_on_host(unsigned build, unsigned revision)
{
    char text[32];
    cJSON *root = make_result("", "2026-11-27T10:00:00Z", build);
    cJSON_AddNumberToObject(root, "revision", revision);
    cJSON *environment = cJSON_AddObjectToObject(root, "environment");
    cJSON_AddStringToObject(environment, "system", "Windows");
    snprintf(text, sizeof text, "%u", build);
    cJSON_AddStringToObject(environment, "build", text);
    snprintf(text, sizeof text, "%u", revision);
    cJSON_AddStringToObject(environment, "update revision", text);
    cJSON_AddStringToObject(environment, "library version", "10.0.20348.1");
    cJSON_AddStringToObject(environment, "profile", "C:\\Users\\somebody\\host.json");
    return root;
}

static int spec(const char *arguments)
{
    return command_run("cd %s && " HCS_SPEC " %s", folder, arguments);
}

static char *written(const char *name)
{
    static char text[1 << 20];
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static const char *row_text(const char *name, const char *id)
{
    static char text[400];
    cJSON *root = read_tree(name);
    char *json = cJSON_PrintUnformatted(host_file_row(root, id));
    snprintf(text, sizeof text, "%s", json ? json : "");
    cJSON_free(json);
    cJSON_Delete(root);
    return text;
}

static void adopt_row(const char *file, unsigned build, unsigned revision, const struct spec_row *row,
    const char *outcome, const char *answer, const char *message)
{
    cJSON *root = made_on_host(build, revision);
    add_row(root, row, outcome, answer, message);
    write_result(file, root);
}

Test(adopt, outcomes_of_a_host_are_kept_by_build_and_revision)
{
    const struct spec_row *row = some_row(STRENGTH_DOCUMENTED, "HcsCl"), *other = some_row(STRENGTH_DOCUMENTED, "HcsW");
    cJSON *root = made_on_host(20348, 2227);
    add_row(root, row, "pass", "E_INVALIDARG", NULL);
    add_row(root, other, "fail", "E_FAIL", "it returned E_FAIL");
    add_row(root, some_row(STRENGTH_DOCUMENTED, "HcsS"), "skip", NULL, "no container");
    write_result("a.json", root);
    cr_expect_eq(tool("adopt a.json"), 0, "%s", said);
    SAYS("./spec/hosts/20348.json: Windows 20348.2227 confirms 1 of the 2 rows that have run there\n");
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", row->id), "\"outcome\":\"pass\""));
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", other->id), "\"difference\":\"it returned E_FAIL\""));
    cr_expect_null(strstr(written("spec/hosts/20348.json"), "somebody"), "a path of that host is published");
    cr_expect_eq(spec("check"), 0, "%s", said);

    adopt_row("b.json", 20348, 3000, row, "fail", "E_FAIL", "it returned E_FAIL");
    cr_expect_eq(tool("adopt b.json"), 0, "%s", said);
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", row->id), "\"outcome\":\"fail\""), "the newest counts");
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", other->id), "\"outcome\":\"fail\""));
    adopt_row("c.json", 20348, 3000, row, "pass", "E_INVALIDARG", NULL);
    cr_expect_eq(tool("adopt --dry-run c.json"), 0, "%s", said);
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", row->id), "\"outcome\":\"fail\""), "a dry run wrote");
    cr_expect_eq(tool("adopt c.json"), 0, "%s", said);
    cr_expect_not_null(strstr(row_text("spec/hosts/20348.json", row->id), "\"outcome\":\"pass\""), "it replaces");
    cr_expect_eq(spec("check"), 0, "%s", said);
    cr_expect_eq(spec("generate --output out"), 0, "%s", said);
    cr_expect_not_null(strstr(written("out/spec_confirmed.c"), ", 20348, 1, \"pass\", \"E_INVALIDARG\"}"));
    cr_expect_not_null(strstr(written("out/spec_confirmed.c"), "{20348, 3000, \"2026-11-27\"}"));
}

static void expect_refused(const char *why)
{
    cr_expect_eq(tool("adopt a.json"), 1, "%s: %s", why, said);
    IS_ONE_LINE;
    SAYS("a.json: ");
    SAYS(why);
}

static cJSON *environment_of(cJSON *root)
{
    return cJSON_GetObjectItemCaseSensitive(root, "environment");
}

static cJSON *good_one(void)
{
    cJSON *root = made_on_host(20348, 2227);
    add_row(root, some_row(STRENGTH_DOCUMENTED, "HcsCl"), "pass", "S_OK", NULL);
    return root;
}

Test(adopt, only_results_of_real_hosts_are_taken)
{
    static const struct {
        const char *fact, *value, *says;
    } facts[] = {{"engine", "sim", "is of our own library, with the engine sim"},
        {"system", "Linux", "was not made on Windows, but on Linux"}, {"wine", "8.0", "was made under Wine 8.0"},
        {"library version", "0.1.0", "its library has the version 0.1.0, not one of Windows"},
        {"library version", "10.0.x", "its library has the version 10.0.x, not one of Windows"},
        {"library version", "10.0.20348.", "its library has the version 10.0.20348., not one of Windows"},
        {"build", "22621", "its host has the build 22621, but the run was told 20348"},
        {"build", "20348 ", "its host has the build 20348 , but the run was told 20348"},
        {"update revision", "-1", "its host has the update revision -1, but the run was told 2227"},
        {"update revision", "unknown", "its host has the update revision unknown, but the run was told 2227"}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        cJSON *root = good_one();
        cJSON_DeleteItemFromObjectCaseSensitive(environment_of(root), facts[i].fact);
        cJSON_AddStringToObject(environment_of(root), facts[i].fact, facts[i].value);
        write_result("a.json", root);
        expect_refused(facts[i].says);
    }
    cJSON *root = good_one();
    cJSON_ReplaceItemInObjectCaseSensitive(root, "target", cJSON_CreateString("C:\\x\\other.dll"));
    write_result("a.json", root);
    expect_refused("is of other.dll, not of computecore.dll");
    root = good_one();
    cJSON_DeleteItemFromObjectCaseSensitive(environment_of(root), "update revision");
    write_result("a.json", root);
    expect_refused("names no update revision of the host");
    root = good_one();
    cJSON_AddTrueToObject(root, "interrupted");
    write_result("a.json", root);
    expect_refused("is of a run that was interrupted");
    root = made_on_host(20348, 1);
    add_row(root, some_row(STRENGTH_DOCUMENTED, "HcsCl"), "skip", NULL, "no");
    write_result("a.json", root);
    expect_refused("no row has run");
    root = made_on_host(20348, 1);
    struct spec_row changed = *some_row(STRENGTH_DOCUMENTED, "HcsCl");
    changed.steps = "{}";
    add_row(root, &changed, "pass", "S_OK", NULL);
    write_result("a.json", root);
    expect_refused("has changed since");
    changed.id = "HcsNothing.return.S_OK";
    root = made_on_host(20348, 1);
    add_row(root, &changed, "pass", "S_OK", NULL);
    write_result("a.json", root);
    expect_refused("there is no row HcsNothing.return.S_OK");
    cr_expect_eq(command_run("ls %s/spec/hosts/*.json", folder), 2, "%s", said);
    write_text("a.json", "{}");
    cr_expect_eq(tool("adopt a.json"), 2);
    cr_expect_eq(command_run("cd %s/out && " TOOL " adopt ../a.json", folder), 2);
    SAYS("no facts below ./spec");
}

/* A run of our own library says so, whatever the name of its file. */
Test(adopt, a_run_of_our_own_library_is_refused)
{
    cr_assert_eq(command_run("cd %s && cp %s computecore.dll && " TOOL " run --target ./computecore.dll --filter %s "
                             "--json a.json",
                     folder, LIBRARY, documented),
        0, "%s", said);
    expect_refused("is of our own library, with the engine sim");
}

/* An unspecified row to which two builds give the answer that it expects is observed. */
Test(adopt, an_answer_that_two_builds_share_is_observed)
{
    const struct spec_row *row = some_row(STRENGTH_UNSPECIFIED, "state.VirtualMachine.HcsPause");
    const struct spec_row *other = some_row(STRENGTH_UNSPECIFIED, "state.VirtualMachine.HcsResume");
    char line[300];
    unsigned builds[] = {20348, 22621};
    for (int i = 0; i < 2; i++) {
        cJSON *root = made_on_host(builds[i], 5);
        add_row(root, row, "recorded", "E_ACCESSDENIED", NULL);
        add_row(root, other, "recorded", "E_ABORT", "it returned E_ABORT");
        write_result("a.json", root);
        cr_expect_eq(tool("adopt a.json"), 0, "%s", said);
    }
    snprintf(
        line, sizeof line, "%s: 20348 and 22621 answer E_ACCESSDENIED, as the row expects: it is observed", row->id);
    SAYS(line);
    snprintf(line, sizeof line, "%s: 20348 and 22621 answer E_ABORT, which it does not expect", other->id);
    SAYS(line);
    cr_expect_eq(spec("generate --output out"), 0, "%s", said);
    snprintf(line, sizeof line, "grep -A0 '\"%s\"' %s/out/spec_rows.c", row->id, folder);
    cr_expect_eq(command_run("%s", line), 0);
    snprintf(line, sizeof line, ", %d, %d, \"", STRENGTH_OBSERVED, row->hazard);
    SAYS(line);
    snprintf(line, sizeof line, "grep -A0 '\"%s\"' %s/out/spec_rows.c", other->id, folder);
    cr_expect_eq(command_run("%s", line), 0);
    snprintf(line, sizeof line, ", %d, %d, \"", STRENGTH_UNSPECIFIED, other->hazard);
    SAYS(line);
    cr_expect_not_null(
        strstr(written("out/spec_answers.c"), "{20348, MATRIX_VirtualMachine, \"HcsResumeComputeSystem\""));
}

/* Of a run, what the file of its build could not say either. */
static const struct {
    const char *member, *value, *says;
} impossible[] = {
    {"started", "\"2026-02-31T10:00:00Z\"", "started: 2026-02-31T10:00:00Z is no time of a run"},
    {"started", "\"2026-13-01T10:00:00Z\"", "started: 2026-13-01T10:00:00Z is no time of a run"},
    {"started", "\"2026-11-27\"", "started: 2026-11-27 is no time of a run"},
    {"started", "\"2026-11-27 soon\"", "started: 2026-11-27 soon is no time of a run"},
    {"started", "\"\"", "started:  is no time of a run"},
    {"revision", "-1", "revision is less than it can be"},
    {"revision", "2227.5", "revision is a number; it must be of type integer"},
    {"revision", "1000000", "revision is more than it can be"},
    {"build", "0", "build is less than it can be"},
    {"build", "999", "build: 999 is no Windows build"},
    {"build", "1000000", "build is more than it can be"},
};

Test(adopt, impossible_days_revisions_and_builds_are_refused)
{
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
        cJSON *root = good_one();
        cJSON_ReplaceItemInObjectCaseSensitive(root, impossible[i].member, cJSON_Parse(impossible[i].value));
        write_result("a.json", root);
        cr_expect_eq(tool("adopt a.json"), 2, "%s: %s", impossible[i].value, said);
        IS_ONE_LINE;
        SAYS("a.json: ");
        SAYS(impossible[i].says);
    }
    cr_expect_eq(command_run("ls %s/spec/hosts/*.json", folder), 2, "%s", said);
}

static const struct {
    const char *from, *to, *says;
} wrong[] = {
    {"\"version\": 1", "\"version\": 2", "version: is of a newer version (2); this one reads up to 1"},
    {"\"version\": 1", "\"version\": 0", "version: there is no version 0"},
    {"\"version\": 1", "\"version\": \"1\"", "version: is not a number"},
    {"\"runs\"", "\"run\"", "run: is no member that is known"},
    {"\"build\": 20348", "\"build\": 20349", "build: 20349 contradicts the name of the file"},
    {"\"build\": 20348,", "", "build: is missing"},
    {"\"revision\": 2227", "\"revision\": 2228", "runs[0].environment.update revision: 2227 contradicts 2228"},
    {"\"build\":\"20348\"", "\"build\":\"20349\"", "runs[0].environment.build: 20349 contradicts 20348"},
    {"\"date\": \"2026", "\"date\": \"26", "runs[0].date: 26-11-27 is no day"},
    {"\"date\": \"2026-11-27", "\"date\": \"2026-02-31", "runs[0].date: 2026-02-31 is no day"},
    {"\"date\": \"2026-11-27", "\"date\": \"2025-02-29", "runs[0].date: 2025-02-29 is no day"},
    {"\"date\": \"2026-11-27", "\"date\": \"2026-11-31", "runs[0].date: 2026-11-31 is no day"},
    {"\"revision\": 2227", "\"revision\": -1", "runs[0].revision: is no update revision"},
    {"\"revision\": 2227", "\"revision\": 1.5", "runs[0].revision: is no update revision"},
    {"\"revision\": 2227", "\"revision\": 1e300", "runs[0].revision: is no update revision"},
    {"\"build\":\"20348\"", "\"build\":\"20348 \"", "runs[0].environment.build: 20348  contradicts 20348"},
    {"\"build\":\"20348\"", "\"bild\":\"20348\"", "runs[0].environment: names no build of the host"},
    {"\"system\":\"Windows\"", "\"system\":\"Linux\"", "runs[0].environment: was not made on Windows, but on Linux"},
    {"\"system\":\"Windows\"", "\"engine\":\"sim\"", "runs[0].environment: is of our own library, with the engine sim"},
    {"\"system\":\"Windows\"", "\"system\":\"Windows\",\"wine\":\"8\"", "runs[0].environment: was made under Wine 8"},
    {"\"10.0.20348.1\"", "\"0.1.0\"", "runs[0].environment: its library has the version 0.1.0"},
    {"\"target\": \"computecore", "\"target\": \"other",
        "runs[0].environment: is of other.dll, not of computecore.dll"},
    {"\"rows\": {", "\"rows\": {}, \"row\": {", "runs[0].row: is no member that is known"},
    {"\"target\"", "\"of\"", "runs[0].of: is no member that is known"},
    {"\"outcome\":\"pass\"", "\"outcome\":\"good\"", "outcome: 'good' is no outcome of a row that has run"},
    {"\"return\":\"S_OK\"", "\"difference\":\"x\"", "difference: contradicts the outcome, pass"},
    {"\"return\":\"S_OK\"", "\"came\":\"S_OK\"", "came: is no member that is known"},
    {"\"steps\":\"", "\"steps\":\"x", "steps: is no digest"},
    {"{\n \"version\"", "{{\n \"version\"", ""},
};

Test(adopt, a_host_file_that_is_none_is_one_line_and_code_2)
{
    static char good[1 << 16], bad[(1 << 16) + 8];
    write_result("a.json", good_one());
    cr_assert_eq(tool("adopt a.json"), 0, "%s", said);
    snprintf(good, sizeof good, "%s", written("spec/hosts/20348.json"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *place = strstr(good, wrong[i].from);
        cr_assert_not_null(place, "%s", wrong[i].from);
        snprintf(bad, sizeof bad, "%.*s%s%s", (int)(place - good), good, wrong[i].to, place + strlen(wrong[i].from));
        write_text("spec/hosts/20348.json", bad);
        cr_expect_eq(tool("adopt a.json"), 2, "%s: %s", wrong[i].says, said);
        IS_ONE_LINE;
        SAYS("spec/hosts/20348.json: ");
        SAYS(wrong[i].says);
        cr_expect_eq(spec("check"), 2, "%s: %s", wrong[i].says, said);
        IS_ONE_LINE;
        SAYS("spec/hosts/20348.json:");
        SAYS(wrong[i].says);
    }
    const char *rows = strstr(good, "\"rows\": {");
    snprintf(bad, sizeof bad, "%.*s\"rows\": {}}]}", (int)(rows - good), good);
    write_text("spec/hosts/20348.json", bad);
    cr_expect_eq(tool("adopt a.json"), 2, "%s", said);
    SAYS("spec/hosts/20348.json: runs[0].rows: no row has run");
    IS_ONE_LINE;
    cr_expect_eq(spec("check"), 2, "%s", said);
    SAYS("runs[0].rows: no row has run");
    IS_ONE_LINE;
    snprintf(bad, sizeof bad, "%s{}", good);
    write_text("spec/hosts/20348.json", bad);
    cr_expect_eq(tool("adopt a.json"), 2, "%s", said);
    SAYS("spec/hosts/20348.json: is no JSON");
    IS_ONE_LINE;
    cr_expect_eq(spec("check"), 2, "%s", said);
    write_text("spec/hosts/20348.json", good);
    write_text("spec/hosts/somewhere.json", good);
    cr_expect_eq(spec("check"), 2, "%s", said);
    SAYS("spec/hosts/somewhere.json:1: error: the name of the file is not BUILD.json");
}

Test(adopt, nothing_is_confirmed_yet)
{
    cr_expect_eq(tool("list --coverage"), 0);
    SAYS("0 of ");
    SAYS("rows are confirmed by a real Windows host\n");
}
