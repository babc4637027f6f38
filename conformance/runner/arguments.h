/* Role: the command lines of the commands that read results: files, and options of a few kinds. Wrong use: one line on
   standard error that names the command. */
#ifndef CONFORMANCE_ARGUMENTS_H
#define CONFORMANCE_ARGUMENTS_H

#include <stdbool.h>

enum argument_kind { ARGUMENT_TEXT, ARGUMENT_NUMBER, ARGUMENT_FLAG };

/* An option: --name VALUE or --name=VALUE; a flag takes no value. */
struct argument {
    const char *name;
    enum argument_kind kind;
    void *value; /* const char **, unsigned * (from 1 on), bool * */
};

enum { MAX_FILES = 4096 };

/* What a command line holds beside options, in its order. */
struct words {
    const char *list[MAX_FILES];
    unsigned count;
};

/* Reads what follows the command. The list of options ends with a NULL name. --help and -h print usage. Returns -1: go
   on, else the exit code. */
int arguments_read(
    const char *command, const char *usage, const struct argument *options, int argc, char **argv, struct words *words);
/* Is standard output a terminal, and are colours not refused (NO_COLOR)? */
bool output_has_colours(void);
/* One line; returns 2. */
int arguments_wrong(const char *command, const char *what, const char *word);

#endif
