/* The README and the tools agree: what the README names exists, and what exists is named in the README. */
#include "../../impl/tests/scratch.h"
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *file)
{
    char *text = calloc(1, 1 << 20);
    cr_assert(file && text);
    text[fread(text, 1, (1 << 20) - 1, file)] = 0;
    return text;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char *text = read_all(file);
    fclose(file);
    return text;
}

static char *output_of(const char *command)
{
    FILE *pipe = popen(command, "r");
    char *text = read_all(pipe);
    pclose(pipe);
    return text;
}

static char *readme, *help;

static void begin(void)
{
    readme = output_of("cat " ROOT "/README.md " ROOT "/sim/README.md");
    help = output_of("(for tool in " TOOL " " HCS_SIM " " HCS_SPEC "; do $tool --help | "
                     "sed -n 's/^  \\([a-z-]\\+\\( [a-z]\\+\\)\\?\\)  .*/\\1/p' | "
                     "while read command; do $tool help $command; done; done; " COMPUTECORED " --help; "
                     "cat " ROOT "/conformance/test) 2>&1");
}

static void end(void)
{
    free(readme);
    free(help);
}

TestSuite(readme, .init = begin, .fini = end);

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Options of other programs that the README calls. */
static bool is_foreign(const char *option)
{
    static const char *const foreign[] = {"--install", "--prefix", "--cflags", "--libs", "--variable", "--build",
        "--preset", "--target", "--array", "--create", "--now"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (!strcmp(foreign[i], option))
            return true;
    return false;
}

Test(readme, every_option_that_it_names_is_in_a_help)
{
    unsigned found = 0;
    for (const char *p = readme; (p = strstr(p, "--")); p += 2) {
        char option[64];
        size_t length = 2;
        while (is_word(p[length]))
            length++;
        if (length < 4 || length >= sizeof option || (p > readme && (is_word(p[-1]) || p[-1] == '-')))
            continue;
        snprintf(option, sizeof option, "%.*s", (int)length, p);
        cr_expect(is_foreign(option) || strstr(help, option), "%s", option);
        found++;
    }
    cr_expect_gt(found, 10);
}

Test(readme, every_variable_that_it_names_is_read)
{
    unsigned found = 0;
    for (const char *p = readme; (p = strstr(p, "`COMPUTECORE_")); p++) {
        char command[256];
        size_t length = strcspn(p + 1, "`=");
        snprintf(command, sizeof command,
            "grep -rlE '(getenv\\(|chosen\\(|define OPTION_).*\"%.*s\"' " ROOT "/impl " ROOT "/sim", (int)length,
            p + 1);
        char *files = output_of(command);
        cr_expect(*files, "%.*s", (int)length, p + 1);
        free(files);
        found++;
    }
    cr_expect_gt(found, 3);
}

Test(readme, the_clients_are_those_that_are_tested)
{
    static const char *const samples[] = {"client.c", "faults.c"};
    const char *stop = readme;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char path[256];
        snprintf(path, sizeof path, ROOT "/conformance/samples/%s", samples[i]);
        char *sample = read_text(path);
        const char *block = strstr(stop, "```c\n");
        cr_assert_not_null(block);
        block += strlen("```c\n");
        stop = strstr(block, "\n```");
        cr_assert_not_null(stop);
        char *shown = strndup(block, (size_t)(stop - block) + 1);
        cr_expect_not_null(strstr(sample, shown), "the README shows another client than %s", path);
        free(shown);
        free(sample);
    }
}

Test(readme, the_scenario_is_valid)
{
    const char *block = strstr(readme, "### Scenarios");
    block = block ? strstr(block, "```json\n") : NULL;
    cr_assert_not_null(block);
    block += strlen("```json\n");
    FILE *file = fopen(scratch_path("my.json"), "w");
    fprintf(file, "%.*s", (int)(strstr(block, "```") - block), block);
    fclose(file);
    char *said = output_of(HCS_SIM " scenario check $SCRATCH/my.json 2>&1");
    cr_expect_not_null(strstr(said, ", 5 faults\n"), "%s", said);
    free(said);
}

Test(readme, the_validators_lines_are_as_shown)
{
    FILE *file = fopen(scratch_path("vm.json"), "w");
    fputs("{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\n\"VirtualMachine\":\n{ \"ComputeTopology\":\n  { "
          "\"Memory\":\n    { "
          "\"SizeInMb\": 2048 }\n}}}\n",
        file);
    fclose(file);
    char *said = output_of("cd $SCRATCH && " TOOL " validate vm.json");
    cr_expect_not_null(strstr(readme, said), "the README does not show\n%s", said);
    free(said);
}

Test(readme, every_command_of_the_tools_is_named)
{
    static const char *const commands[] = {"hcs-conformance run", "hcs-conformance list", "hcs-conformance.exe probe",
        "hcs-conformance.exe cleanup", "hcs-conformance validate", "hcs-conformance compare", "hcs-conformance report",
        "hcs-conformance verify", "hcs-conformance adopt", "hcs-conformance expect", "hcs-conformance history",
        "hcs-spec drift", "hcs-spec json-schema", "hcs-sim run", "hcs-sim scenario check"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        cr_expect_not_null(strstr(readme, commands[i]), "%s", commands[i]);
}

/* Rows were added, or a host: the cells of the table of strengths say so. */
Test(readme, its_rows_and_those_that_hosts_confirmed_are_those_of_the_suite)
{
    static const char *const strengths[] = {"documented", "relied-on", "observed", "unspecified"};
    char *coverage = output_of(TOOL " list --coverage");
    const char *table = strstr(coverage, "rows and real hosts\n");
    cr_assert_not_null(table);
    for (size_t i = 0; i < sizeof strengths / sizeof *strengths; i++) {
        char name[32], cell[64], begin[32];
        unsigned rows, confirmed;
        snprintf(name, sizeof name, "\n  %s ", strengths[i]);
        const char *line = strstr(table, name);
        cr_assert(line && sscanf(line + strlen(name), "%u %u", &rows, &confirmed) == 2, "%s", name);
        snprintf(begin, sizeof begin, "\n| %s |", strengths[i]);
        snprintf(cell, sizeof cell, "| %u of %u rows |\n", confirmed, rows);
        const char *shown = strstr(readme, begin), *stop = shown ? strchr(shown + 1, '\n') : NULL;
        cr_assert_not_null(stop, "%s", begin);
        cr_expect(!strncmp(stop + 1 - strlen(cell), cell, strlen(cell)), "the row of %s must end with %s", strengths[i],
            cell);
    }
    free(coverage);
}
