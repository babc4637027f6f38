/* Role: the frames of shells, and what of them its parts share. Threads: core lock held. */
#ifndef SIM_SHELL_FRAME_H
#define SIM_SHELL_FRAME_H

#include "expand.h"
#include "scan.h"
#include "shell.h"

enum frame_kind {
    FRAME_GROUP,
    FRAME_SHELL, /* a shell in a shell */
    FRAME_NOT,   /* ! */
    FRAME_IF,    /* the condition runs */
    FRAME_WHILE,
    FRAME_FOR,
    FRAME_PIPE,       /* what writes into the pipe runs */
    FRAME_SUBSTITUTE, /* what stands in $( ) runs */
};

enum { FRAME_TEXTS = 3, FRAME_DEPTH = 64 };

struct shell_frame {
    struct shell_frame *outer;
    enum frame_kind kind;
    bool subshell;           /* exit ends this frame alone */
    bool until, in_body;     /* of FRAME_WHILE */
    char *text[FRAME_TEXTS]; /* owned: what runs now; then, body or right side; else */
    struct words words;      /* of FRAME_FOR */
    char *name;              /* of FRAME_FOR: the variable */
    size_t next;             /* of FRAME_FOR: where the next word begins */
    unsigned depth;
    uint32_t code;        /* of FRAME_WHILE: the last body's */
    const char *rest;     /* what the process had when the frame began */
    uint8_t join, dialect;
    bool shell, unknown;
    const struct redirects *before, *inside; /* the innermost redirections outside and inside the frame */
};

/* Begins a frame with a text. before: the innermost redirections outside. Returns NULL, and ends the process, when out
   of memory or when there are too many frames. */
struct shell_frame *frame_push(
    struct sim_process *process, enum frame_kind kind, const struct redirects *before, const char *text, size_t length);
/* Sets another text of the frame. Returns false, and ends the process, when out of memory. */
bool frame_set(
    struct sim_process *process, struct shell_frame *frame, unsigned number, const char *text, size_t length);
/* Runs a text of the frame. */
void frame_run(struct sim_process *process, struct shell_frame *frame, unsigned number);
/* Drops the innermost frame; what was around it continues. */
void frame_pop(struct sim_process *process);

/* If the command is a compound one, a pipe, or has a $( ), begins a frame for it and returns true. Commands that are
   not understood fail with a message. */
bool compound_begin(struct sim *sim, struct sim_process *process, const char *command, size_t length);
bool compound_begin_cmd(struct sim *sim, struct sim_process *process, const char *command, size_t length);
/* Continues the innermost frame, whose text has come to its end. Returns false if the frame is done. */
bool compound_continue(struct sim *sim, struct sim_process *process, struct shell_frame *frame);
/* Runs a command that is not compound. */
void simple_run(struct sim *sim, struct sim_process *process, const char *command, size_t length);
/* Runs a command that is built into sh. Returns false if it is none. */
bool builtin_run(struct sim *sim, struct sim_process *process, const struct words *words);
/* The conditions of "if" in cmd. Returns 1 or 0, or -1 if there is none; *next becomes what follows it. */
int condition_of_cmd(
    struct sim *sim, const struct sim_process *process, const char *text, const char *end, const char **next);

#endif
