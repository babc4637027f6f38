/* Role: tests of every command of a tool, made from the tool's own table. Callers: the tests of each tool. */
#ifndef TESTS_COMMAND_TABLE_H
#define TESTS_COMMAND_TABLE_H

#include "base/command/command_line.h"
#include "command.h"
#include <stdlib.h>

enum { SCREEN_COLUMNS = 80, SCREEN_LINES = 24, MANY_OPTIONS = 12 };

static inline bool is_one_line(const char *text)
{
    return *text && strchr(text, '\n') == text + strlen(text) - 1;
}

/* The command line is refused: one line that names the tool and says this, and code 2. */
static inline void expect_refused(const struct tool *tool, const char *line, const char *says)
{
    cr_expect_eq(command_run("%s", line), 2, "%s: %s", line, said);
    cr_expect(is_one_line(said), "%s: %s", line, said);
    cr_expect(!strncmp(said, tool->name, strlen(tool->name)), "%s: %s", line, said);
    cr_expect_not_null(strstr(said, says), "%s: '%s' is not in %s", line, says, said);
}

static inline void expect_fits_a_screen(const struct command *command, unsigned options)
{
    unsigned lines = 0;
    for (const char *line = said; *line; line += strcspn(line, "\n") + 1) {
        unsigned columns = 0;
        for (const char *p = line; *p && *p != '\n'; p++)
            columns += ((unsigned char)*p & 0xC0) != 0x80;
        cr_expect_leq(columns, SCREEN_COLUMNS, "%s: %.*s", command->name, (int)strcspn(line, "\n"), line);
        lines++;
    }
    cr_expect(lines <= SCREEN_LINES || options > MANY_OPTIONS, "%s: %u lines", command->name, lines);
}

/* Every option in the example is one of the command's. */
static inline void expect_example(const struct command *command, const char *example)
{
    char name[64];
    cr_expect(!strncmp(example, command->name, strlen(command->name)), "%s: %s", command->name, example);
    const char *end = strstr(example, " -- "); /* what follows belongs to another program */
    for (const char *p = example; (p = strstr(p, " --")) && (!end || p < end); p += 3) {
        const struct command_option *option = command->options;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 3, " ="), p + 3);
        while (option && option->name && strcmp(option->name, name) != 0)
            option++;
        cr_expect(option && option->name, "%s: unknown option --%s", example, name);
    }
}

static inline void expect_help(const char *program, const struct tool *tool, const struct command *command)
{
    static char help[sizeof said];
    unsigned options = 0;
    char text[80];
    cr_expect_eq(command_run("%s help %s", program, command->name), 0, "%s", command->name);
    snprintf(help, sizeof help, "%s", said);
    cr_expect_eq(command_run("%s %s --help", program, command->name), 0, "%s", command->name);
    cr_expect_str_eq(said, help);
    snprintf(text, sizeof text, "usage: %s %s", tool->name, command->name);
    SAYS(text);
    for (const struct command_option *option = command->options; option && option->name; option++) {
        snprintf(text, sizeof text, "--%s%s%s", option->name, option->argument ? " " : "",
            option->argument ? option->argument : "");
        cr_expect_eq(!strstr(said, text), option->hidden, "%s: %s", command->name, text);
        options += !option->hidden;
    }
    for (int i = 0; i < 2; i++) {
        SAYS(command->examples[i]);
        expect_example(command, command->examples[i]);
    }
    cr_expect_null(strchr(command->description, '\n'), "%s: the help wraps its lines itself", command->name);
    expect_fits_a_screen(command, options);
}

static inline void expect_wrong_values_refused(
    const char *line, const struct tool *tool, const struct command_option *option)
{
    static const char *const wrong[] = {[OPTION_CHOICE] = "no-such-choice",
        [OPTION_CHOICES] = "no-such-choice",
        [OPTION_RANGE] = "5..1",
        [OPTION_PART] = "3/2"};
    char full[512];
    if (option->kind == OPTION_NUMBER) {
        snprintf(full, sizeof full, "%s --%s %llu", line, option->name, option->maximum + 1ull);
        expect_refused(tool, full, option->name);
        if (option->minimum) {
            snprintf(full, sizeof full, "%s --%s %u", line, option->name, option->minimum - 1);
            expect_refused(tool, full, option->name);
        }
        snprintf(full, sizeof full, "%s --%s=x", line, option->name);
        expect_refused(tool, full, "a number from ");
        snprintf(full, sizeof full, "%u to %u", option->minimum, option->maximum);
        SAYS(full);
    } else if (option->kind >= OPTION_CHOICE) {
        snprintf(full, sizeof full, "%s --%s %s", line, option->name, wrong[option->kind]);
        expect_refused(tool, full, option->name);
        SAYS(wrong[option->kind]);
    }
}

static inline void expect_wrong_use_refused(const char *program, const struct tool *tool, const struct command *command)
{
    char line[256], full[512];
    snprintf(line, sizeof line, "%s %s", program, command->name);
    snprintf(full, sizeof full, "%s --no-such-option", line);
    expect_refused(tool, full, "unknown option --no-such-option");
    for (const struct command_option *option = command->options; option && option->name; option++) {
        snprintf(full, sizeof full, "%s --%s%s", line, option->name, option->kind == OPTION_FLAG ? "=yes" : "");
        expect_refused(tool, full, option->kind == OPTION_FLAG ? "takes no value" : "a value must follow");
        if (option->kind == OPTION_OUTPUT || option->kind == OPTION_PLACE) {
            snprintf(full, sizeof full, "%s --%s /no/such/place", line, option->name);
            expect_refused(tool, full, "/no/such/place can't be written: there is no such folder");
            snprintf(
                full, sizeof full, "%s --%s %s", line, option->name, option->kind == OPTION_OUTPUT ? "/" : "/dev/null");
            expect_refused(tool, full,
                option->kind == OPTION_OUTPUT ? "can't be written: it is a folder"
                                              : "can't be written: it is no folder");
        }
        expect_wrong_values_refused(line, tool, option);
    }
}

/* Every command of the tool: its help, what it refuses, and its outputs. */
static inline void expect_table_holds(const char *program, const struct tool *tool)
{
    char line[512];
    for (const struct command *const *command = tool->commands; *command; command++) {
        expect_help(program, tool, *command);
        expect_wrong_use_refused(program, tool, *command);
        cr_expect_eq(command_run("%s %s --version", program, (*command)->name), 0);
        cr_expect(is_one_line(said), "%s", said);
        snprintf(line, sizeof line, "(%s %s --help >/dev/full)", program, (*command)->name);
        expect_refused(tool, line, "standard output can't be written");
    }
    cr_expect_eq(command_run("%s --help", program), 0);
    for (const struct command *const *command = tool->commands; *command; command++)
        SAYS((*command)->summary);
    snprintf(line, sizeof line, "%s --version", program);
    cr_expect_eq(command_run("%s", line), 0);
    snprintf(line, sizeof line, "%s %.*s", program, (int)strlen(tool->commands[0]->name) - 1, tool->commands[0]->name);
    expect_refused(tool, line, "did you mean ");
    snprintf(line, sizeof line, "%s hepl", program);
    expect_refused(tool, line, "did you mean 'help'?");
    snprintf(line, sizeof line, "%s \"$(printf 'two\\nlines')\"", program);
    expect_refused(tool, line, "unknown command 'two\\u000alines'");
    expect_refused(tool, program, "no command given");
}

#endif
