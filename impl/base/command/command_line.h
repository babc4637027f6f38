/* Role: the command lines of the tools, described by tables: reads them, explains wrong use, prints the help. A tool is
   a list of commands, a command has options, words and examples; the tables are pure data, so that manuals and
   completion can also be generated from them.
   Callers: main() of each tool, its commands, tests.
   Threads: main()'s.

   Each command has a struct for its values: zeroed, then filled with the defaults, then with the given values, at the
   offsets in `place`.
 */
#ifndef BASE_COMMAND_LINE_H
#define BASE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {  /* the type at its place */
    OPTION_FLAG,    /* bool; takes no value */
    OPTION_TEXT,    /* const char * */
    OPTION_INPUT,   /* const char *; a file that is read */
    OPTION_OUTPUT,  /* const char *; a file that is written: refused unless it can be, and if it is another one of the
                       command's files */
    OPTION_FOLDER,  /* const char * */
    OPTION_PLACE,   /* const char *; a folder that files are written into: made before the command runs */
    OPTION_NUMBER,  /* unsigned, from `minimum` to `maximum` */
    OPTION_CHOICE,  /* int: its index in the choices */
    OPTION_CHOICES, /* unsigned: a bit for each; separated by commas or blanks, and the option may be repeated */
    OPTION_RANGE,   /* struct option_range: A..B, both included */
    OPTION_PART     /* struct option_part: I/N, N at most `maximum` */
};

struct option_range {
    uint64_t first, last;
};
struct option_part {
    unsigned part, of; /* from 1; 0: not given */
};

struct command_option {
    const char *name; /* without its dashes; NULL ends the list */
    char letter;      /* the short form; 0: none */
    bool required, hidden;
    enum option_kind kind;
    const char *argument; /* the name of the value in the help; NULL: a flag */
    const char *help;     /* one sentence; the default is added to it */
    size_t place;
    unsigned minimum, maximum;
    const char *fallback;       /* the default, as on a command line; NULL: none */
    const char *excludes;       /* options, separated by commas, that must not be given with this one */
    const char *replaces;       /* of an output: options and words, separated by commas, whose file it may be */
    const char *const *choices; /* ended by NULL */
    const char *(*choice_at)(unsigned i); /* instead of a list: choice i; NULL after the last, "" for no name */
};

enum word_kind {
    WORD_TEXT,
    WORD_INPUT, /* a file that is read */
    WORD_OUTPUT /* a file that is written */
};

/* The arguments that are not options, in their order. */
struct command_word {
    const char *name; /* NULL ends the list */
    unsigned minimum, maximum;
    bool program; /* this word and those after it are a command to run, after -- */
    enum word_kind kind;
};
enum { ANY_NUMBER = 0x7FFFFFFF };

struct command_words {
    char *const *list; /* ended by NULL */
    unsigned count;
};

struct command {
    const char *name;                     /* one word, or two: "history add" */
    const char *summary;                  /* for the list of commands */
    const char *description;              /* further text for its help; "": none */
    const struct command_option *options; /* NULL: none */
    const struct command_word *words;     /* NULL: none */
    const char *examples[2];              /* without the tool's name */
    const char *exit_codes;
    size_t size; /* of the values */
    /* Returns the exit code. The values live as long as the call. */
    int (*run)(void *values, const struct command_words *words);
};

struct tool {
    const char *name, *summary;
    const struct command *const
        *commands; /* ended by NULL; a single command without a name is run without a command word */
};

/* Runs the command that the arguments of main() name, or its help. Closed standard streams are first opened on the null
   device; if standard output can't be written, one line on standard error says so. Returns the exit code: that of the
   command, or 2. */
int tool_main(const struct tool *tool, int argc, char **argv);

/* Wrong use: one line on standard error that names tool and command, and where its help is. Returns 2. */
int command_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Choice i of an option; NULL after the last. */
const char *option_choice(const struct command_option *option, unsigned i);

/* command_help.c: the help of a tool, of the commands whose names begin with a word, of one command. */
void help_tool(const struct tool *tool);
void help_group(const struct tool *tool, const char *word, size_t length);
void help_command(const struct tool *tool, const struct command *command);

#endif
