/* Role: starts, ends and describes child processes, and describes the running process. A child leads its own process
   group (a job on Windows) and always dies with the program that started it.
   Callers: base/process/supervisor.c, through which tools start processes; the tools, about themselves. Single thread.
 */
#ifndef PLATFORM_PROCESS_H
#define PLATFORM_PROCESS_H

#include "platform.h"

struct child {
    intptr_t id;    /* 0: none */
    intptr_t watch; /* POSIX: a descriptor that can be read once it has ended, or -1; Windows: the process */
    intptr_t job;   /* Windows: holds it and all that it starts */
};

/* How a process is to be started. Its standard input is empty. */
struct child_plan {
    const char *program;    /* without a folder it is searched in PATH */
    char *const *arguments; /* the first is its name, NULL ends them */
    bool channel;           /* it gets a channel, which child_channel() opens there */
    bool ends_itself; /* it notices when this program has gone, and ends in its own way; nobody kills it for that */
    bool own_output;  /* it shares this program's standard output, and nothing of that is kept */
    bool own_errors; /* it shares this program's standard error; otherwise standard error goes to its standard output */
};

/* This program's ends of the pipes to a process; all non-blocking. The caller closes them. */
struct child_pipes {
    platform_stream output;            /* what it writes on its standard streams */
    platform_stream requests, answers; /* the channel; PLATFORM_NO_STREAM without one */
};

/* false: it can't be started, on POSIX with errno, and child_start_error() says why; nothing was changed. */
bool child_start(struct child *process, const struct child_plan *plan, struct child_pipes *pipes);
/* The path of the file that child_start() starts for this program; with a folder it need not be there. false: it is not
   found, or the path is longer. */
bool child_find(const char *program, char *path, size_t size);
/* Why the last process that could not be started was not, in the system's words; on Windows also what was missing and
   the number of the error. Valid until the next one. */
const char *child_start_error(void);
/* A stream that platform_poll() reports ready once the process has ended; PLATFORM_NO_STREAM: child_has_ended() must be
   polled. */
platform_stream child_watch(const struct child *process);
/* The longest that a wait may last while a process without a watch runs, in milliseconds. */
extern const int child_slice_ms;
/* True if the process has ended; its own children do not count. */
bool child_has_ended(const struct child *process);
/* Asks it to end, if it can be asked; on Windows it is killed. */
void child_ask_to_end(const struct child *process);
/* Kills it and everything in its process group. */
void child_kill(const struct child *process);
/* Kills the rest of its group, waits for it and frees it. Returns the exit code; negative: a signal or an exception. */
int child_close(struct child *process);
/* Kills orphans of closed processes outside their groups. Only children that end themselves may be running. */
void child_end_strays(void);
/* The exit code by which a program passes that of another on: on POSIX systems 128 and the signal, as shells do; on
   Windows any is passed on as it is. */
int child_exit_code(int status);
/* Describes how a process ended. */
void child_describe(int status, char *text, size_t size);

/* In a process that was started with a channel: returns its ends, which block and are not inherited. From now on the
   process ends with the program that started it. false: there is no channel. */
bool child_channel(platform_stream *requests, platform_stream *answers);

/* The path of the running program; false if not known. */
bool program_path(char *buffer, size_t size);
unsigned program_id(void);
/* An address of this process' own for local connections: "unix:PATH", on Windows "pipe:NAME". */
void program_address(char *address, size_t size);
/* For an address somebody listens at: from now on it is found at the address returned here, although nothing is left in
   the file system, until this process ends. false: that is not possible; nothing was changed. */
bool program_hide_address(char *address, size_t size);
/* What this process has open, for leak checks; on Windows descriptors are handles. Negative: not known. */
struct program_counts {
    int pipes, descriptors, threads;
};
void program_count(struct program_counts *counts);
/* True if a stream returned by the API is not inherited by child processes and is none of the standard streams. */
bool program_stream_is_private(platform_stream client);
/* program_hide_input() frees the descriptor of standard input and returns a duplicate for program_show_input(); -1 on
   systems without numbered descriptors. */
int program_hide_input(void);
void program_show_input(int hidden);
/* Limits the process to a few MiB of memory beyond what it has now. false: not possible on this system. */
bool program_limit_memory(void);

#endif
