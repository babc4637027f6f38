/* Role: the command language of the default guest: which commands there are and what one does. No state. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum program_kind {
    PROGRAM_UNKNOWN,
    PROGRAM_SHELL,  /* cmd /c, sh -c: commands joined by && and ||; of sh also by ; */
    PROGRAM_EXIT,   /* ends the shell, too */
    PROGRAM_RESULT, /* does nothing but have an exit code */
    PROGRAM_ECHO,
    PROGRAM_COPY,        /* more, cat: standard input to standard output */
    PROGRAM_SHOW,        /* type, cat: a file */
    PROGRAM_REMOVE,      /* del, rm: a file */
    PROGRAM_DIRECTORY,   /* md, mkdir */
    PROGRAM_ENVIRONMENT, /* set, env */
    PROGRAM_USER,        /* whoami */
    PROGRAM_CONSOLE,     /* mode con, stty size: the size of the console */
    PROGRAM_SLEEP,
    PROGRAM_PING,
};

struct program {
    enum program_kind kind;
    const char *argument; /* the rest of the command, within the text that was read */
    size_t argument_length;
    uint32_t exit_code;
    uint64_t duration; /* nanoseconds; UINT64_MAX: without end */
    bool posix;        /* of a shell: it is sh */
};

/* Reads one command of length bytes. */
struct program program_read(const char *text, size_t length);
/* When the command behind goes on: after success, after failure, always. */
enum program_join { PROGRAM_AND, PROGRAM_OR, PROGRAM_ALWAYS };
/* The next command of "A && B || C", of sh also "A; B", where the rest begins (NULL: there is none), and when it goes
   on. */
size_t program_split(const char *text, bool posix, const char **rest, enum program_join *join);
/* Where a command sends what it writes: > path, >> path, 2> path, 2>&1. */
struct program_redirects {
    char *path[2]; /* of the output, of errors; owned, NULL: its stream */
    bool append[2];
    bool joined; /* errors go where the output goes */
};
/* Takes the redirections out of a command: blanks stand in their place. What is found is to be freed in any case.
   false: one of them has no path, or there is no memory. */
bool program_take_redirects(char *text, size_t size, bool posix, struct program_redirects *redirects);
void program_redirects_free(struct program_redirects *redirects);
/* The program's name without folder and .exe, within the text. */
const char *program_name(const char *text, size_t size, size_t *length);
/* Why a program name can't be started: 0, or the distinction of P-03: 2 not found, 3 path not found. known: there is
   such a program, whatever the default guest has. */
int program_missing(const char *text, bool known);
/* Are two paths of length bytes the same? Without case, / and \ alike. */
bool program_same_path(const char *a, const char *b, size_t length);
/* Is that a directory of the default guest? */
bool program_directory_exists(const char *path, size_t length);
bool program_user_exists(const char *user);
/* The program's name without folder, into a buffer. */
void program_image(const char *text, char *buffer, size_t size);

#endif
