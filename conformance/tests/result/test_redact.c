/* hcs-conformance run --redact: nothing that a run writes names the user, the host or a folder. */
#include "../made.h"

TestSuite(redact, .init = make_folder, .fini = drop_folder, .timeout = 300);

/* A target below a folder with a telling name, which prints whose machine it is. */
static int run_redacted_to(const char *redact, const char *tap)
{
    cr_assert_eq(command_run("cd %s && mkdir -p telltale-cwd telltale-lib telltale-home telltale-tmp && cp " FAULTY
                             " telltale-lib/faulty.so",
                     folder),
        0, "%s", said);
    return command_run(
        "cd %s/telltale-cwd && env USER=telltale-anna LOGNAME=telltale-login HOME=%s/telltale-home "
        "TMPDIR=%s/telltale-tmp FAULTY_PATH=%s/telltale-lib/faulty.so FAULTY_TARGET=tells " TOOL
        " run --jobs 1 %s --target %s/telltale-lib/faulty.so --filter HcsEnumerateComputeSystems --mode safe "
        "--json ../r.json --junit ../r.xml --tap %s --ctrf ../r.ctrf --markdown ../r.md --html ../r.html",
        folder, folder, folder, folder, redact, folder, tap);
}

static int run_redacted(const char *redact)
{
    return run_redacted_to(redact, "../r.tap");
}

static int telling(const char *file)
{
    return command_run("grep -i -o '.\\{0,60\\}telltale.\\{0,60\\}' %s/%s", folder, file);
}

static bool has_environment(const char *name)
{
    cJSON *root = read_tree("r.json");
    cr_assert_not_null(root);
    bool has = cJSON_HasObjectItem(cJSON_GetObjectItem(root, "environment"), name);
    cJSON_Delete(root);
    return has;
}

static const char *const formats[] = {"r.json", "r.xml", "r.tap", "r.ctrf", "r.md", "r.html"};

Test(redact, no_format_names_user_or_folders)
{
    cr_expect_eq(run_redacted("--redact"), 1, "%s", said);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        cr_expect_eq(telling(formats[i]), 1, "%s: %s", formats[i], said);
    cr_expect(has_environment("redacted"));
    cr_expect_eq(command_run("grep -q \"<user>'s file: <path>\" %s/r.json", folder), 0);
    cr_expect_eq(tool("report r.json --tap x.tap"), 0, "the checksum fits: %s", said);
    cr_expect_eq(command_run("grep -q '\"target\":.*\"faulty.so\"' %s/r.json", folder), 0);
}

Test(redact, without_the_option_the_result_names_them)
{
    cr_expect_eq(run_redacted(""), 1, "%s", said);
    cr_expect_eq(telling("r.json"), 0);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        cr_expect_eq(telling(formats[i]), 0, "%s", formats[i]);
    cr_expect_not(has_environment("redacted"));
}

/* A result that can't be written leaves FILE.part. */
Test(redact, a_partial_result_names_neither)
{
    cr_expect_eq(run_redacted_to("--redact", "/dev/full"), 2, "%s", said);
    cr_expect_eq(telling("r.json.part"), 1, "%s", said);
    cr_expect_eq(command_run("grep -q \"<user>'s file: <path>\" %s/r.json.part", folder), 0);
    cr_expect_eq(run_redacted("--redact --resume ../r.json.part"), 1, "%s", said);
    SAYS(" rows are done already");
    cr_expect_eq(telling("r.json"), 1, "%s", said);
}

Test(redact, a_run_is_gone_on_with_as_it_began)
{
    cr_expect_eq(run_redacted("--redact"), 1, "%s", said);
    cr_expect_eq(run_redacted("--resume ../r.json"), 2);
    SAYS("r.json: can only be continued with --redact");
    cr_expect_eq(run_redacted("--redact --resume ../r.json"), 1, "%s", said);
    SAYS(" rows are done already");
    cr_expect_eq(telling("r.json"), 1, "%s", said);
}
