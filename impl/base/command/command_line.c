/* Command lines from tables. Entry point: tool_main(). */
#include "command_line.h"
#include "base/allocate.h"
#include "command_files.h"
#include "command_value.h"
#include "base/files/files.h"
#include "base/files/standard_streams.h"
#include "base/text/shown.h"
#include "suggest.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 };

/* The tool and the command that run, for messages. */
static const struct tool *tool;
static const struct command *command;

/* Prints one line, even if the user's words contain line ends. */
static int print_wrong_use(const char *format, va_list arguments)
{
    char line[LINE_BYTES];
    vsnprintf(line, sizeof line, format, arguments);
    bool question = *line && line[strlen(line) - 1] == '?';
    bool named = command && *command->name;
    fprintf(stderr, "%s: %s%s%s%s see %s%s%s --help\n", tool->name, named ? command->name : "", named ? ": " : "",
        shown(line), question ? "" : ";", tool->name, named ? " " : "", named ? command->name : "");
    return 2;
}

int command_wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int code = print_wrong_use(format, arguments);
    va_end(arguments);
    return code;
}

/* --- options --- */

static const struct command_option *find_option(const char *name, size_t length)
{
    for (const struct command_option *option = command->options; option && option->name; option++)
        if (strlen(option->name) == length && !strncmp(option->name, name, length))
            return option;
    return NULL;
}

static const struct command_option *find_letter(char letter)
{
    for (const struct command_option *option = command->options; option && option->name; option++)
        if (option->letter == letter)
            return option;
    return NULL;
}

static const char *option_name(const void *options, unsigned i)
{
    const struct command_option *list = options;
    if (!list || !list[i].name)
        return NULL;
    return list[i].hidden ? "" : list[i].name;
}

static int unknown_option(const char *word)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + (word[1] == '-' ? 2 : 1));
    const char *hint = word[1] == '-' ? suggest_name(name, option_name, command->options) : NULL;
    return hint ? command_wrong("unknown option %.80s; did you mean --%s?", word, hint)
                : command_wrong("unknown option %.80s", word);
}

/* The state while arguments are read. */
struct reading {
    char *values;
    char **words; /* the arguments that are not options */
    unsigned count;
    unsigned char *given; /* which options were given, by index */
};

static unsigned index_of(const struct command_option *option)
{
    return (unsigned)(option - command->options);
}

/* Returns the first given option of a list of names separated by commas, or NULL. */
static const struct command_option *given_of(const struct reading *reading, const char *names)
{
    while (names && *names) {
        size_t length = strcspn(names, ",");
        const struct command_option *option = find_option(names, length);
        if (option && reading->given[index_of(option)])
            return option;
        names += length + (names[length] == ',');
    }
    return NULL;
}

static int unwritable(const char *path, const char *why)
{
    memory_check();
    fprintf(stderr, "%s: %s can't be written: %s\n", tool->name, shown(path), why);
    return 2;
}

/* Outputs are looked at before the command runs, which may take hours. 0: continue; else the exit code. */
static int check_output(const struct command_option *option, const char *path)
{
    const char *why = option->kind == OPTION_OUTPUT  ? file_check(path)
                      : option->kind == OPTION_PLACE ? folder_check(path)
                                                     : NULL;
    return why ? unwritable(path, why) : 0;
}

/* Takes argument *i, an option, and its value, which may be the next argument. 0: continue; else the exit code. */
static int take_option(struct reading *reading, char **arguments, int *i)
{
    const char *word = arguments[*i], *value = NULL;
    bool is_long = word[1] == '-';
    size_t length = is_long ? strcspn(word + 2, "=") : 1;
    const struct command_option *option = is_long ? find_option(word + 2, length) : find_letter(word[1]);
    if (!option)
        return unknown_option(word);
    const char *behind = word + (is_long ? 2 : 1) + length;
    if (*behind)
        value = is_long ? behind + 1 : behind;
    if (option->kind == OPTION_FLAG && value)
        return is_long ? command_wrong("--%s takes no value", option->name) : unknown_option(word);
    if (option->kind != OPTION_FLAG && !value && arguments[*i + 1] && strncmp(arguments[*i + 1], "--", 2) != 0)
        value = arguments[++*i];
    if (option->kind != OPTION_FLAG && (!value || !*value))
        return command_wrong("a value must follow --%s: %s", option->name, option->argument);
    reading->given[index_of(option)] = 1;
    char wanted[VALUE_TEXT];
    if (!value_take(option, value, reading->values, wanted))
        return command_wrong("--%s takes %s", option->name, wanted);
    return check_output(option, value);
}

static const char *path_of(const struct reading *reading, const struct command_option *option)
{
    return *(const char **)(reading->values + option->place);
}

/* 0: continue; else the exit code. */
static int make_folders(const struct reading *reading)
{
    for (const struct command_option *option = command->options; option && option->name; option++) {
        bool is_folder = reading->given[index_of(option)] && option->kind == OPTION_PLACE;
        const char *why = is_folder ? folder_make(path_of(reading, option)) : NULL;
        if (why)
            return unwritable(path_of(reading, option), why);
    }
    return 0;
}

static int check_options(const struct reading *reading)
{
    for (const struct command_option *option = command->options; option && option->name; option++) {
        bool given = reading->given[index_of(option)];
        if (option->required && !given)
            return command_wrong("--%s %s is missing", option->name, option->argument);
        const struct command_option *excluded = given ? given_of(reading, option->excludes) : NULL;
        if (excluded)
            return command_wrong("--%s excludes --%s", option->name, excluded->name);
    }
    return 0;
}

/* --- words --- */

static int check_words(const struct reading *reading)
{
    unsigned minimum = 0, maximum = 0;
    for (const struct command_word *word = command->words; word && word->name; word++) {
        minimum += word->minimum;
        maximum = word->maximum == ANY_NUMBER ? ANY_NUMBER : maximum + word->maximum;
        if (reading->count < minimum)
            return command_wrong("%s is missing%s", word->name, word->program ? "; it must follow --" : "");
    }
    if (reading->count > maximum)
        return command_wrong("unexpected argument '%.80s'", reading->words[maximum]);
    return 0;
}

static bool takes_program(void)
{
    for (const struct command_word *word = command->words; word && word->name; word++)
        if (word->program)
            return true;
    return false;
}

/* --- files --- */

static unsigned list_options(const struct reading *reading, struct command_file *files)
{
    unsigned count = 0;
    for (const struct command_option *option = command->options; option && option->name; option++)
        if ((option->kind == OPTION_INPUT || option->kind == OPTION_OUTPUT) &&
            (reading->given[index_of(option)] || (option->kind == OPTION_OUTPUT && option->fallback)))
            files[count++] = (struct command_file){
                "--", option->name, path_of(reading, option), option->kind == OPTION_OUTPUT, option->replaces};
    return count;
}

static unsigned list_words(const struct reading *reading, struct command_file *files)
{
    unsigned count = 0, next = 0;
    for (const struct command_word *word = command->words; word && word->name; word++)
        for (unsigned i = 0; i < word->maximum && next < reading->count; i++, next++)
            if (word->program || word->kind != WORD_TEXT)
                files[count++] =
                    (struct command_file){"", word->name, reading->words[next], word->kind == WORD_OUTPUT, NULL};
    return count;
}

/* Refuses an output that is another of the files. 0: continue; else the exit code. */
static int compare_files(const struct reading *reading, unsigned options)
{
    const struct command_file *both[2];
    struct command_file *files = allocate_zeros(options + reading->count + 1, sizeof *files);
    unsigned count = list_options(reading, files);
    count += list_words(reading, files + count);
    int code = command_files_clash(files, count, both)
                   ? command_wrong("%s%s and %s%s are the same file", both[0]->dashes, both[0]->name, both[1]->dashes,
                         both[1]->name)
                   : 0;
    free(files);
    return code;
}

/* --- a command --- */

static unsigned option_count(void)
{
    unsigned count = 0;
    while (command->options && command->options[count].name)
        count++;
    return count;
}

/* 0: continue; else the exit code. */
static int read_arguments(struct reading *reading, char **arguments)
{
    bool words_only = false;
    for (int i = 0; arguments[i]; i++) {
        bool is_option = !words_only && arguments[i][0] == '-' && arguments[i][1];
        if (is_option && !strcmp(arguments[i], "--")) {
            words_only = true;
            continue;
        }
        if (!is_option && !words_only && takes_program())
            return command_wrong("'%.80s' comes before --; the command to run must follow it", arguments[i]);
        if (!is_option)
            reading->words[reading->count++] = arguments[i];
        int code = is_option ? take_option(reading, arguments, &i) : 0;
        if (code)
            return code;
    }
    int code = check_options(reading);
    if (!code)
        code = check_words(reading);
    if (!code)
        code = compare_files(reading, option_count());
    return code ? code : make_folders(reading);
}

static void take_defaults(char *values)
{
    char wanted[VALUE_TEXT];
    for (const struct command_option *option = command->options; option && option->name; option++)
        if (option->fallback)
            (void)value_take(option, option->fallback, values, wanted); /* a default of the table is always valid */
}

static int run_command(char **arguments, int count)
{
    struct reading reading = {allocate_zeros(1, command->size), allocate_zeros((size_t)count + 1, sizeof(char *)), 0,
        allocate_zeros(option_count(), 1)};
    take_defaults(reading.values);
    int code = read_arguments(&reading, arguments);
    if (!code) {
        const struct command_words words = {reading.words, reading.count};
        code = command->run(reading.values, &words);
    }
    free(reading.given);
    free(reading.words);
    free(reading.values);
    return code;
}

/* --- the tool --- */

/* The number of arguments that a command name matches: 2 for "history add"; 0: it does not match. */
static int fits(const char *name, char **arguments)
{
    size_t length = strcspn(name, " ");
    if (strlen(arguments[0]) != length || strncmp(arguments[0], name, length) != 0)
        return 0;
    if (!name[length])
        return 1;
    return arguments[1] && !strcmp(arguments[1], name + length + 1) ? 2 : 0;
}

/* The command named by the first arguments, and how many they are; NULL: there is none. */
static const struct command *find_command(char **arguments, int *taken)
{
    for (const struct command *const *each = tool->commands; *each; each++)
        if ((*taken = fits((*each)->name, arguments)))
            return *each;
    return NULL;
}

/* True for the first word of a command of two words. */
static bool is_group(const char *word)
{
    size_t length = strlen(word);
    for (const struct command *const *each = tool->commands; *each; each++)
        if (!strncmp((*each)->name, word, length) && (*each)->name[length] == ' ')
            return true;
    return false;
}

static const char *command_name(const void *unused, unsigned i)
{
    (void)unused;
    for (unsigned n = 0; n < i; n++)
        if (!tool->commands[n])
            return NULL;
    return tool->commands[i] ? tool->commands[i]->name : "help";
}

static bool asks_for_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int unknown_command(char **arguments)
{
    char name[128];
    if (!arguments[0])
        return command_wrong("no command given");
    bool group = is_group(arguments[0]);
    if (group && !arguments[1])
        return command_wrong("%s is the first word of several commands", arguments[0]);
    snprintf(name, sizeof name, "%.60s%s%.60s", arguments[0], group ? " " : "", group ? arguments[1] : "");
    const char *hint = suggest_name(name, command_name, NULL);
    return hint ? command_wrong("unknown command '%s'; did you mean '%s'?", name, hint)
                : command_wrong("unknown command '%s'", name);
}

/* help, help COMMAND, and --help after the first word of a command. */
static int show_help(char **arguments)
{
    int taken;
    const struct command *wanted = arguments[0] ? find_command(arguments, &taken) : NULL;
    if (wanted)
        help_command(tool, wanted);
    else if (arguments[0] && is_group(arguments[0]) && (!arguments[1] || asks_for_help(arguments[1])))
        help_group(tool, arguments[0], strlen(arguments[0]));
    else if (arguments[0])
        return unknown_command(arguments);
    else
        help_tool(tool);
    return 0;
}

/* --help and --version take effect anywhere among a command's own arguments. false: neither was given. */
static bool show_instead(char **arguments)
{
    for (; *arguments && strcmp(*arguments, "--") != 0; arguments++) {
        if (asks_for_help(*arguments)) {
            help_command(tool, command);
            return true;
        }
        if (!strcmp(*arguments, "--version")) {
            printf("%s %s\n", tool->name, HCS_VERSION);
            return true;
        }
    }
    return false;
}

static int run_tool(char **arguments, int count)
{
    int taken;
    if (!*tool->commands[0]->name) {
        command = tool->commands[0];
        return show_instead(arguments) ? 0 : run_command(arguments, count);
    }
    if (arguments[0] && asks_for_help(arguments[0]))
        return show_help(arguments + 1);
    if (arguments[0] && !strcmp(arguments[0], "help"))
        return show_help(arguments + 1);
    if (arguments[0] && !strcmp(arguments[0], "--version")) {
        printf("%s %s\n", tool->name, HCS_VERSION);
        return 0;
    }
    if (arguments[0] && arguments[1] && is_group(arguments[0]) && asks_for_help(arguments[1]))
        return show_help(arguments);
    command = arguments[0] ? find_command(arguments, &taken) : NULL;
    if (!command)
        return unknown_command(arguments);
    return show_instead(arguments + taken) ? 0 : run_command(arguments + taken, count - taken);
}

int tool_main(const struct tool *described, int argc, char **argv)
{
    static char *none[] = {NULL};
    tool = described;
    standard_streams_open();
    allocate_for(tool->name);
    return standard_streams_finish(tool->name, run_tool(argc > 0 ? argv + 1 : none, argc > 0 ? argc - 1 : 0));
}
