/* Role: starts, ends and describes processes, and tells what a process knows of itself. A process that is started leads
   a group of its own (a job on Windows) and dies with the program that started it, whatever either of them does.
   Callers: base/supervisor.c, which is what tools use; the tools, of themselves. Single thread. */
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
    const char *program;    /* without a folder it is looked for as shells do */
    char *const *arguments; /* the first is its name, NULL ends them */
    bool channel;           /* it gets a channel, which child_channel() opens there */
    bool own_errors;        /* its standard error is ours; otherwise it goes where its standard output goes */
};

/* Our ends of the pipes to a process; none of them blocks. The caller closes them. */
struct child_pipes {
    platform_stream output;            /* what it writes on its standard streams */
    platform_stream requests, answers; /* the channel; PLATFORM_NO_STREAM without one */
};

/* false: it can't be started; nothing has changed then. */
bool child_start(struct child *process, const struct child_plan *plan, struct child_pipes *pipes);
/* What platform_poll() finds ready once the process has ended; PLATFORM_NO_STREAM: it has to be asked again and again.
 */
platform_stream child_watch(const struct child *process);
/* The longest that a wait may last while a process without a watch runs, in milliseconds. */
extern const int child_slice_ms;
/* Has the process that was started ended? What it started itself does not count. */
bool child_has_ended(const struct child *process);
/* Ends it by force, and all that it started and that is still in its group. */
void child_kill(const struct child *process);
/* Ends what is left of its group, waits for it and forgets it. Returns the exit code; negative: a signal or an
   exception. */
int child_close(struct child *process);
/* Ends what processes that are closed have left behind outside their groups. None may run. */
void child_end_strays(void);
/* Says how a process ended. */
void child_describe(int status, char *text, size_t size);

/* In a process that was started with a channel: our ends, which block and which no other program gets from here. From
   now on it ends with the one that started it. false: there is no channel. */
bool child_channel(platform_stream *requests, platform_stream *answers);

/* The path of the running program; false if it can't be told. */
bool program_path(char *buffer, size_t size);
unsigned program_id(void);
/* What this process has open, for leak checks; descriptors on Windows: handles. Negative: can't be told. */
struct program_counts {
    int pipes, descriptors, threads;
};
void program_count(struct program_counts *counts);
/* Is the stream, as the API hands it out, kept from programs that this one starts, and none of its standard streams? */
bool program_stream_is_private(platform_stream client);
/* Takes the standard input away, so that its place is free, and gives it back: returned by the first, -1 where there
   are no such places. */
int program_hide_input(void);
void program_show_input(int hidden);
/* Lets the process have no more than a few MiB of memory beyond what it has. false: not possible here. */
bool program_limit_memory(void);

#endif
