/* Role: the command language of the default guest: its commands and what they do. No state. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum program_shell { PROGRAM_CMD, PROGRAM_SH, PROGRAM_POWERSHELL };

enum program_kind {
    PROGRAM_UNKNOWN,
    PROGRAM_SHELL,  /* cmd /c, sh -c, powershell -Command */
    PROGRAM_EXIT,   /* also ends the shell */
    PROGRAM_RESULT, /* only sets an exit code */
    PROGRAM_ECHO,
    PROGRAM_COPY,      /* more, cat: standard input to standard output */
    PROGRAM_FILTER,    /* sort, find, findstr, grep, wc, head: standard input, changed; see filter.h */
    PROGRAM_SHOW,      /* type, cat: a file */
    PROGRAM_REMOVE,    /* del, rm: a file */
    PROGRAM_DIRECTORY, /* md, mkdir */
    PROGRAM_LIST,      /* dir, ls: the files of a folder */
    PROGRAM_HOST_NAME,
    PROGRAM_POWER,       /* shutdown, poweroff, reboot; the exit code says what: see program_power */
    PROGRAM_ENVIRONMENT, /* set, env */
    PROGRAM_USER,        /* whoami */
    PROGRAM_CONSOLE,     /* mode con, stty size: the size of the console */
    PROGRAM_SLEEP,
    PROGRAM_PING,
};

struct program {
    enum program_kind kind;
    const char *argument; /* the rest of the command, a part of the text that was read */
    size_t argument_length;
    uint32_t exit_code;
    uint64_t duration; /* nanoseconds; UINT64_MAX: without end */
    enum program_shell shell;
};

enum program_power { POWER_OFF, POWER_RESET, POWER_ABORT };

/* Reads one command of length bytes. */
struct program program_read(const char *text, size_t length);
/* When the next command runs: after success, after failure, or always. */
enum program_join { PROGRAM_AND, PROGRAM_OR, PROGRAM_ALWAYS };
/* The redirections of a command: > path, >> path, 2> path, 2>&1, >&2, < path. */
struct program_redirects {
    char *path[2]; /* of the output and of errors, owned; NULL: not redirected */
    char *input;   /* path, owned; NULL: not redirected */
    bool append[2];
    bool joined;  /* errors go to the output */
    bool crossed; /* the output goes to where errors go */
};
/* Removes the redirections from a command by overwriting them with blanks. Returns false if a path is missing or when
   out of memory. The caller frees the redirections in any case. */
bool program_take_redirects(char *text, size_t size, enum program_shell shell, struct program_redirects *redirects);
void program_redirects_free(struct program_redirects *redirects);
/* Returns the next word, quoted or not; *next becomes what follows it. */
const char *program_word(const char *text, const char *end, size_t *length, const char **next);
/* Returns the program's name without folder and .exe, as a part of the text. */
const char *program_name(const char *text, size_t size, size_t *length);
/* Returns 0 if the program can be started, otherwise the Windows error that P-03 names: 2 file not found, 3 path not
   found. known: the program exists even if the default guest lacks it. */
int program_missing(const char *text, bool known);
/* True if two paths of length bytes are the same, ignoring case and with / equal to \. */
bool program_same_path(const char *a, const char *b, size_t length);
/* True for a directory of the default guest. */
bool program_directory_exists(const char *path, size_t length);
bool program_user_exists(const char *user);
/* Copies the program's name without folder into a buffer. */
void program_image(const char *text, char *buffer, size_t size);

#endif
