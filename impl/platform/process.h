/* Role: child processes that a tool talks to through pipes, and what a process knows of itself.
   Callers: the tools and their tests. Single thread. */
#ifndef PLATFORM_PROCESS_H
#define PLATFORM_PROCESS_H

#include "platform.h"

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

/* The path of the running program; false if it can't be told. */
bool program_path(char *buffer, size_t size);
unsigned program_id(void);
/* Pipes that this process has open; negative: can't be told. For leak checks. */
int program_open_pipes(void);
/* Is the stream, as the API hands it out, kept from programs that this one starts, and none of its standard streams? */
bool program_stream_is_private(platform_stream client);
/* Takes the standard input away, so that its place is free, and gives it back: returned by the first, -1 where there
   are no such places. */
int program_hide_input(void);
void program_show_input(int hidden);
/* Lets the process have no more than a few MiB of memory beyond what it has. false: not possible here. */
bool program_limit_memory(void);

#endif
