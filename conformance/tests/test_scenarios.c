/* Scenarios that can't be meant: the validator and the simulator say the same of each. */
#include "../../impl/tests/command.h"
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER ROOT "/fixtures/scenarios/"

/* The description of such a scenario is the message that it gets. */
static const char *message_of(const char *path)
{
    static char text[1 << 14];
    static cJSON *root;
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cJSON_Delete(root);
    root = cJSON_Parse(text);
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "description"));
}

/* Calls it with each file of a folder of scenarios; returns their number. */
static unsigned each(const char *folder, void (*with)(const char *path))
{
    char path[512];
    unsigned count = 0;
    DIR *directory = opendir(folder);
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        with(path);
        count++;
    }
    closedir(directory);
    return count;
}

/* The line and column in what the simulator says of a file. */
static void take_place(const char *path, unsigned *line, unsigned *column)
{
    char start[600];
    snprintf(start, sizeof start, "computecore: scenario %s: line %%u, column %%u: ", path);
    cr_assert_eq(sscanf(said, start, line, column), 2, "%s", said);
}

static void refuse(const char *path)
{
    char expected[1500];
    unsigned line, column;
    char *message = strdup(message_of(path)), *more = strstr(message, ", and ");
    cr_expect_eq(command_run(HCS_SIM " scenario check %s", path), 1, "%s: %s", path, said);
    take_place(path, &line, &column);
    snprintf(
        expected, sizeof expected, "computecore: scenario %s: line %u, column %u: %s\n", path, line, column, message);
    cr_expect_str_eq(said, expected);
    cr_expect_eq(command_run("COMPUTECORE_SCENARIO=%s %s", path, CLIENT), 1, "%s: %s", path, said);
    cr_expect_str_eq(said, expected, "the library itself says so");
    cr_expect_eq(command_run(TOOL " validate --type Scenario %s", path), 1, "%s: %s", path, said);
    snprintf(expected, sizeof expected, "%s:%u:%u: error: %.*s\n", path, line, column,
        (int)(more ? more - message : (ptrdiff_t)strlen(message)), message);
    cr_expect_eq(strncmp(said, expected, strlen(expected)), 0, "expected %s, found %s", expected, said);
    free(message);
}

Test(scenarios, what_cannot_be_meant_gets_one_message_by_both_readers)
{
    cr_expect_geq(each(FOLDER "invalid/", refuse), 55);
}

static void take(const char *path)
{
    cr_expect_eq(command_run(HCS_SIM " scenario check %s", path), 0, "%s", said);
    cr_expect_eq(command_run(TOOL " validate --type Scenario %s", path), 0, "%s", said);
}

Test(scenarios, what_is_good_is_good_for_both_readers)
{
    cr_expect_geq(each(FOLDER, take), 14);
    cr_expect_geq(each(FOLDER "races/", take), 20);
}

Test(scenarios, whoever_takes_a_bad_one_says_so_in_one_line_with_code_2)
{
    static const char *const commands[] = {HCS_SIM " run --seeds 1..2 --scenario %s -- true",
        HCS_SIM " explore --seeds 1..2 --scenario %s", HCS_SIM " shrink --scenario %s -- false",
        HCS_SIM " scenario set --socket /no/such/socket %s", TOOL " run --filter nothing --scenario %s",
        COMPUTECORED " --socket $SCRATCH/s --scenario %s"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[600];
        snprintf(line, sizeof line, commands[i], FOLDER "invalid/same-id.json");
        cr_expect_eq(command_run("%s", line), 2, "%s: %s", line, said);
        SAYS("same-id.json: line 3, column 118: $.systems[1].id: it is the same as $.systems[0].id\n");
        cr_expect_eq(strcspn(said, "\n") + 1, strlen(said), "%s: %s", line, said);
        snprintf(line, sizeof line, commands[i], "/no/such/file");
        cr_expect_eq(command_run("%s", line), 2, "%s: %s", line, said);
        SAYS("/no/such/file");
        SAYS("can't be read");
        cr_expect_eq(strcspn(said, "\n") + 1, strlen(said), "%s: %s", line, said);
    }
}

Test(scenarios, a_file_that_cannot_be_read_is_one_line_and_code_2)
{
    cr_expect_eq(command_run(HCS_SIM " scenario check /no/such/file"), 2);
    cr_expect_str_eq(said, "computecore: scenario /no/such/file: can't be read\n");
    cr_expect_eq(command_run(HCS_SIM " scenario check " ROOT), 2);
    cr_expect_str_eq(said, "computecore: scenario " ROOT ": can't be read\n");
    cr_expect_eq(command_run(HCS_SIM " scenario check /no/such/file " FOLDER "invalid/same-id.json"), 2);
    SAYS("can't be read\n");
    SAYS("it is the same as");
}

/* Which are known depends on spec/hosts. */
Test(scenarios, a_build_without_outcomes_is_refused_by_both_readers)
{
    static const char mistake[] = "$.host.likeBuild: no outcomes of a host of build 17764 are known; known are: ";
    cr_expect_eq(command_run("echo '{\"host\":{\"likeBuild\":17764}}' >$SCRATCH/s.json; " HCS_SIM
                             " scenario check $SCRATCH/s.json"),
        1);
    SAYS(mistake);
    cr_expect_eq(command_run(TOOL " validate --type Scenario $SCRATCH/s.json"), 1);
    SAYS(mistake);
}

/* The build of the host decides which versions of documents there are. */
Test(scenarios, a_build_that_is_asked_for_counts_more_than_the_scenarios)
{
    static const char path[] = FOLDER "invalid/version-of-a-newer-host.json";
    cr_expect_eq(command_run(TOOL " validate --type Scenario --os-build 20348 %s", path), 0, "%s", said);
    cr_expect_eq(command_run("COMPUTECORE_OS_BUILD=20348 COMPUTECORE_SCENARIO=%s %s", path, CLIENT), 0, "%s", said);
    cr_expect_eq(command_run("COMPUTECORE_OS_BUILD=17763 COMPUTECORE_SCENARIO=%s %s", path, CLIENT), 1, "%s", said);
}
