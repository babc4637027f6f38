/* Role: the words and operators of a shell's command text, as cmd, sh or PowerShell read them. No state; any thread. */
#ifndef SIM_SHELL_SCAN_H
#define SIM_SHELL_SCAN_H

#include "guest/program.h"

enum scan_token {
    SCAN_END,
    SCAN_WORD,
    SCAN_AND,    /* && */
    SCAN_OR,     /* || */
    SCAN_ALWAYS, /* ; & and, for sh, the end of a line */
    SCAN_PIPE,
    SCAN_OPEN, /* a parenthesis around commands */
    SCAN_CLOSE,
};

/* Initialise with {.at = TEXT, .end = TEXT + LENGTH, .shell = SHELL, .start = true}. */
struct scan {
    const char *at, *end; /* what has not been read */
    enum program_shell shell;
    bool start;        /* the next word is a command's first */
    unsigned compound; /* cmd: 1 + the depth of the if or for that the scan is in, where parentheses are around commands
                          wherever they stand; 0: in none */
    unsigned depth;    /* of the token found: how many parentheses and compound commands are around it */
    unsigned inner;    /* of what follows */
    const char *token;
    size_t length;
    bool first; /* the word found is a command's first */
};

/* Finds the next token. */
enum scan_token scan_next(struct scan *scan);
/* True if the word found is this one: for sh exactly, otherwise without case. */
bool scan_is(const struct scan *scan, const char *word);
/* Returns the length of the first command of a text such as "A && B || C", for sh also "A; B". *rest becomes the start
   of the rest, or NULL if there is none, and *join says when the rest runs. */
size_t scan_split(const char *text, enum program_shell shell, const char **rest, enum program_join *join);
/* Returns the first pipe of a command outside parentheses, or NULL. */
const char *scan_pipe(const char *text, size_t length, enum program_shell shell);
/* Finds the first of the words, such as "do" and "done", that belongs to the compound command of sh at the start of the
   text. Returns its number, or -1 if there is none. */
int scan_find(struct scan *scan, const char *const *words);
/* Returns the end of the $( ) or parenthesis that opens at text, or NULL if it is not closed. */
const char *scan_matching(const char *text, const char *end, enum program_shell shell);

#endif
