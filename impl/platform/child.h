/* Role: child processes that a tool talks to through pipes, and shared libraries that it loads.
   Callers: conformance. Single thread. */
#ifndef PLATFORM_CHILD_H
#define PLATFORM_CHILD_H

#include "platform.h"
#include <stdio.h>

struct child {
    intptr_t process;              /* 0: none */
    platform_stream input, output; /* our ends: what we write it reads, what it writes we read */
};

/* Starts the program with the arguments (the first is its name, NULL ends them); a name without a folder is looked for
   as shells do. Its standard error is ours, or with join goes where its standard output goes. */
bool child_start(struct child *child, const char *program, char *const arguments[], bool join);
/* Ends it by force. child_wait() follows. */
void child_kill(struct child *child);
/* Waits until it has ended and closes the pipes. Returns the exit code; negative: a signal or an exception. */
int child_wait(struct child *child);
/* Says how it ended. */
void child_describe(int status, char *text, size_t size);
/* Waits until one of the children has something to read (or has ended), or for the time-out in milliseconds.
   ready[i] is set for those. An interrupting signal returns early. */
void child_poll(const struct child *children, bool *ready, size_t count, int timeout);
/* Bytes moved; 0 at the end; blocks. A write to a child that has ended returns 0 and raises no signal. */
size_t child_read(struct child *child, void *buffer, size_t size);
size_t child_write(struct child *child, const void *buffer, size_t size);

/* Loads a library; NULL with a message in error. */
void *library_open(const char *path, char *error, size_t size);
void *library_symbol(void *library, const char *name);
void library_close(void *library);
/* The file name of the library of the API: libcomputecore.so, computecore.dll. */
extern const char library_name[];

/* The path of the running program; false if it can't be told. */
bool program_path(char *buffer, size_t size);
unsigned program_id(void);
unsigned processor_count(void);
/* Calls set once when the user asks to stop (Ctrl-C). */
void program_on_interrupt(void (*set)(int));
bool program_output_is_terminal(void);
/* Sets an environment variable of this process. */
void program_set_environment(const char *name, const char *value);
/* Puts one file in the place of another, which may be there already. */
bool program_replace_file(const char *from, const char *to);
/* Reads up to the end, or until more than most bytes have come; a zero follows them. NULL: it can't be read, or there
   is no memory. The caller frees. */
char *program_read_stream(FILE *file, size_t most, size_t *length);
/* Reads a file of at most that many bytes; NULL: it can't be read, or is larger. */
char *program_read_file(const char *path, size_t most, size_t *length);
/* Writes a text to a file, whole or not at all. false: it can't be written; what was there is still there. */
bool program_write_file(const char *path, const char *text);
/* Pipes that this process has open; negative: can't be told. For leak checks. */
int program_open_pipes(void);
/* Lets the process have no more than a few MiB of memory beyond what it has. false: not possible here. */
bool program_limit_memory(void);

#endif
