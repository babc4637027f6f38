/* Role: the command language of the default guest: which commands there are and what one does. No state. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum program_kind {
    PROGRAM_UNKNOWN,
    PROGRAM_SHELL,  /* cmd /c: commands joined by && */
    PROGRAM_EXIT,   /* ends the shell, too */
    PROGRAM_RESULT, /* does nothing but have an exit code */
    PROGRAM_ECHO,
    PROGRAM_COPY, /* more, cat: standard input to standard output */
    PROGRAM_SLEEP,
    PROGRAM_PING,
};

struct program {
    enum program_kind kind;
    const char *argument; /* the rest of the command, within the text that was read */
    size_t argument_length;
    uint32_t exit_code;
    uint64_t duration; /* nanoseconds; UINT64_MAX: without end */
};

/* Reads one command of length bytes. */
struct program program_read(const char *text, size_t length);
/* The next command of "A && B", and where the rest begins (NULL: there is none). */
size_t program_split(const char *text, const char **rest);
/* Why a program name can't be started: 0, or the distinction of P-03: 2 not found, 3 path not found. */
int program_missing(const char *text);
/* Is that a directory of the default guest? */
bool program_directory_exists(const char *path);
bool program_user_exists(const char *user);
/* The program's name without folder, into a buffer. */
void program_image(const char *text, char *buffer, size_t size);

#endif
