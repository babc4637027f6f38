/* Role: the command lines of the tools, described by tables: reads them, explains wrong use, prints the help. A tool is
   a list of commands, a command has options, words and examples; the tables are data alone, so that manuals and
   completion can be made from them, too. Callers: main() of each tool, its commands, tests. Threads: main()'s.

   A command's values are one struct of its own: zeros, then the defaults, then what was given, each where `place` says.
 */
#ifndef BASE_COMMAND_LINE_H
#define BASE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {  /* what stands at its place */
    OPTION_FLAG,    /* bool; takes no value */
    OPTION_TEXT,    /* const char * */
    OPTION_INPUT,   /* const char *; a file that is read */
    OPTION_OUTPUT,  /* const char *; a file that is written */
    OPTION_FOLDER,  /* const char * */
    OPTION_NUMBER,  /* unsigned, from `least` to `most` */
    OPTION_CHOICE,  /* int: its index in the choices */
    OPTION_CHOICES, /* unsigned: a bit for each; separated by commas or blanks, and the option may be repeated */
    OPTION_RANGE,   /* struct option_range: A..B, both included */
    OPTION_PART     /* struct option_part: I/N, N at most `most` */
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
    const char *argument; /* what the help calls the value; NULL: a flag */
    const char *help;     /* one sentence; the default is added to it */
    size_t place;
    unsigned least, most;
    const char *fallback;                 /* the default, as it would be given; NULL: none */
    const char *excludes;                 /* another option that must not stand beside it; NULL: none */
    const char *const *choices;           /* ended by NULL */
    const char *(*choice_at)(unsigned i); /* choices of which there is no list: NULL behind the last, "" for no name */
};

/* Words beside the options, in their order. */
struct command_word {
    const char *name; /* NULL ends the list */
    unsigned least, most;
    bool program; /* this and what follows is a command of its own, behind -- */
};
enum { ANY_NUMBER = 0x7FFFFFFF };

struct command_words {
    char *const *list; /* ended by NULL */
    unsigned count;
};

struct command {
    const char *name;                     /* one word, or two: "history add" */
    const char *summary;                  /* a line of the list of commands */
    const char *description;              /* what a reader of its help must know beyond; "": nothing */
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
    const struct command *const *commands; /* ended by NULL; one without a name is the only one, and needs no word */
};

/* Runs the command that the arguments of main() name, or its help. Standard streams that are closed are opened on the
   null device first; if standard output can't be written, that is one line on standard error. Returns the exit code:
   that of the command, or 2. */
int tool_main(const struct tool *tool, int argc, char **argv);

/* Wrong use: one line on standard error that names tool and command, and where its help is. Returns 2. */
int command_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Choice i of an option; NULL behind the last. */
const char *option_choice(const struct command_option *option, unsigned i);

/* command_help.c: the help of a tool, of the commands whose names begin with a word, of one command. */
void help_tool(const struct tool *tool);
void help_group(const struct tool *tool, const char *word, size_t length);
void help_command(const struct tool *tool, const struct command *command);

#endif
