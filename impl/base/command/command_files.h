/* Role: the files that a command line names: a command must not lose what it reads, nor one of two results, because an
   output is another of its files. Callers: command_line.c. Threads: main()'s. */
#ifndef BASE_COMMAND_FILES_H
#define BASE_COMMAND_FILES_H

#include <stdbool.h>

struct command_file {
    const char *dashes, *name; /* of the option, or "" and the name of the word */
    const char *path;
    bool is_output;
    const char *replaces; /* of an output: names of inputs, separated by commas, which it may be; NULL: none */
};

/* Finds an output that is the same file as another one of the list, whatever their paths. Devices and pipes, which are
   written in place, may be several. Returns false, or true and the two. */
bool command_files_clash(const struct command_file *files, unsigned count, const struct command_file *both[2]);

#endif
