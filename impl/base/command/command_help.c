/* The help of tools and commands, in lines of at most 80 columns. Entry points: help_tool(), help_command(). */
#include "command_line.h"
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, WIDEST = 26, TEXT_BYTES = 512 }; /* the text of a longer option begins on the next line */

static unsigned width(const char *text, size_t length)
{
    unsigned columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

/* Prints words from this column on, further lines indented, and ends the line. */
static void wrap(const char *text, unsigned column, unsigned indent)
{
    bool first = true;
    while (*text) {
        size_t length = strcspn(text, " ");
        unsigned columns = width(text, length);
        if (!first && column + 1 + columns > COLUMNS) {
            printf("\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", (int)length, text);
        column += columns + !first;
        first = false;
        text += length;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* --- the usage line --- */

static void add(char text[TEXT_BYTES], const char *before, const char *word, const char *behind)
{
    size_t length = strlen(text);
    snprintf(text + length, TEXT_BYTES - length, "%s%s%s%s", *text ? " " : "", before, word, behind);
}

static void add_options(char text[TEXT_BYTES], const struct command_option *option)
{
    char value[64];
    bool more = false;
    for (; option && option->name; option++) {
        more |= !option->required && !option->hidden;
        snprintf(value, sizeof value, " %s", option->argument ? option->argument : "");
        if (option->required)
            add(text, "--", option->name, value);
    }
    if (more)
        add(text, "[", "OPTION", "…]");
}

static void usage(const struct tool *tool, const struct command *command)
{
    char text[TEXT_BYTES] = "";
    add(text, "usage: ", tool->name, "");
    if (*command->name)
        add(text, "", command->name, "");
    add_options(text, command->options);
    for (const struct command_word *word = command->words; word && word->name; word++) {
        bool open = !word->minimum;
        if (word->program)
            add(text, "", "--", "");
        add(text, open ? "[" : "", word->name, open ? word->maximum > 1 ? "…]" : "]" : word->maximum > 1 ? "…" : "");
    }
    wrap(text, 0, 7);
}

/* --- lists --- */

static void option_head(const struct command_option *option, char *text, size_t size)
{
    char letter[8] = "";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(text, size, "  %s--%s%s%s", letter, option->name, option->argument ? " " : "",
        option->argument ? option->argument : "");
}

static unsigned head_width(const struct command_option *options)
{
    unsigned widest = 0;
    char head[96];
    for (const struct command_option *option = options; option && option->name; option++) {
        option_head(option, head, sizeof head);
        unsigned columns = width(head, strlen(head));
        if (!option->hidden && columns <= WIDEST && columns > widest)
            widest = columns;
    }
    return widest;
}

static void show_option(const struct command_option *option, unsigned indent)
{
    char head[96], text[TEXT_BYTES];
    option_head(option, head, sizeof head);
    unsigned columns = width(head, strlen(head));
    printf("%s", head);
    if (columns + 2 > indent) {
        putchar('\n');
        columns = 0;
    }
    printf("%*s", (int)(indent - columns), "");
    snprintf(text, sizeof text, "%s%s%s%s", option->help, option->fallback ? " (" : "",
        option->fallback ? option->fallback : "", option->fallback ? ")" : "");
    wrap(text, indent, indent);
}

static void list_commands(const struct tool *tool, const char *word, size_t length)
{
    unsigned widest = 0;
    for (const struct command *const *command = tool->commands; *command; command++) {
        unsigned columns = width((*command)->name, strlen((*command)->name));
        if (!strncmp((*command)->name, word, length) && columns > widest)
            widest = columns;
    }
    for (const struct command *const *command = tool->commands; *command; command++)
        if (!strncmp((*command)->name, word, length)) {
            printf("  %-*s  ", (int)widest, (*command)->name);
            wrap((*command)->summary, widest + 4, widest + 4);
        }
}

void help_tool(const struct tool *tool)
{
    printf("usage: %s COMMAND [OPTION…] …\n", tool->name);
    wrap(tool->summary, 0, 0);
    putchar('\n');
    list_commands(tool, "", 0);
    printf("\n%s help COMMAND describes a command, %s --version prints the version.\n", tool->name, tool->name);
}

void help_group(const struct tool *tool, const char *word, size_t length)
{
    printf("usage: %s %.*s COMMAND …\n\n", tool->name, (int)length, word);
    list_commands(tool, word, length);
    printf("\n%s help %.*s COMMAND describes a command.\n", tool->name, (int)length, word);
}

void help_command(const struct tool *tool, const struct command *command)
{
    unsigned indent = head_width(command->options) + 2;
    usage(tool, command);
    wrap(command->description, 0, 0);
    if (indent > 2)
        putchar('\n');
    for (const struct command_option *option = command->options; option && option->name; option++)
        if (!option->hidden)
            show_option(option, indent);
    puts("\nExamples:");
    for (int i = 0; i < 2; i++)
        printf("  %s %s\n", tool->name, command->examples[i]);
    wrap(command->exit_codes, 0, 0);
}
