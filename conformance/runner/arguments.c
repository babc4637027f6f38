/* Command lines. Entry point: arguments_read(). */
#include "arguments.h"
#include "platform/environment.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int arguments_wrong(const char *command, const char *what, const char *word)
{
    fprintf(stderr, "hcs-conformance: %s: %s%s%s; see hcs-conformance %s --help\n", command, what, *word ? " " : "",
        word, command);
    return 2;
}

bool output_has_colours(void)
{
    const char *no_color = getenv("NO_COLOR");
    return program_output_is_terminal() && !(no_color && *no_color);
}

static bool take_number(const char *text, unsigned *value)
{
    char *end;
    unsigned long parsed = strtoul(text, &end, 10);
    *value = (unsigned)parsed;
    return *text >= '0' && *text <= '9' && !*end && parsed >= 1 && parsed <= 1000000000;
}

static const struct argument *find(const struct argument *options, const char *word, size_t length)
{
    for (; options->name; options++)
        if (strlen(options->name) == length && !strncmp(options->name, word, length))
            return options;
    return NULL;
}

int arguments_read(
    const char *command, const char *usage, const struct argument *options, int argc, char **argv, struct words *words)
{
    words->count = 0;
    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            return 0;
        }
        if (argv[i][0] != '-' || !argv[i][1]) {
            if (words->count == MAX_FILES)
                return arguments_wrong(command, "more files than", "4096");
            words->list[words->count++] = argv[i];
            continue;
        }
        const char *equals = strchr(argv[i], '=');
        const struct argument *option = find(options, argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]));
        if (!option)
            return arguments_wrong(command, "unknown option", argv[i]);
        if (option->kind == ARGUMENT_FLAG) {
            if (equals)
                return arguments_wrong(command, "no value belongs to", option->name);
            *(bool *)option->value = true;
            continue;
        }
        const char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (!value || !*value)
            return arguments_wrong(command, "a value must follow", option->name);
        if (option->kind == ARGUMENT_TEXT)
            *(const char **)option->value = value;
        else if (!take_number(value, option->value))
            return arguments_wrong(command, "a number from 1 on must follow", option->name);
    }
    return -1;
}
