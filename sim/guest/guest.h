/* Role: processes of simulated guests: create, run their programs step by step, end. Threads: core lock held. */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "program.h"
#include "backend/sim.h"

struct redirects;
struct console;
struct reader;
struct shell_frame;
struct shell_variable;
struct serial;

enum guest_phase {
    GUEST_NEW,    /* its create is pending */
    GUEST_FAILED, /* its create failed */
    GUEST_RUN,    /* begins the next command, or ends the process */
    GUEST_COPY,   /* copies standard input to standard output */
    GUEST_FILTER, /* reads standard input to its end */
    GUEST_LINE,   /* reads a line of standard input */
    GUEST_SLEEP,  /* until its next step is due */
    GUEST_PING,   /* prints a line every second */
    GUEST_PROMPT, /* of a serial port: waits for a line for its shell */
    GUEST_ENDED,
};

enum { GUEST_INLINE_BYTES = 48, GUEST_PROCESS_BYTES = 1 << 20 /* memory of each process */ };
enum { GUEST_PRIVATE_BYTES = 640 << 10, GUEST_SHARED_BYTES = 2304 << 10 /* working sets of each process */ };

struct sim_process {
    struct host_process host; /* must be first */
    enum guest_phase phase;
    uint32_t exit_code;    /* of the last command */
    uint8_t join;          /* enum program_join: when the remaining commands run */
    unsigned exit_kept_by; /* the number of the rule that set lose_exit */
    uint8_t dialect;       /* enum program_shell, if shell is true */
    bool shell, input_closed;
    bool unknown;                                        /* the last command of cmd was no program */
    bool lose_exit, lose_output, await_exit, ends_early; /* effects of the fault plan */
    bool interrupted;                                    /* of a serial port: by the key, and not yet shown */
    bool starved;                                        /* there was no memory for its output, so it has to end */
    uint64_t ticket, paused_left, deadline;
    const char *cursor;          /* the remaining commands; NULL: none */
    const struct script *script; /* the program of the scenario that runs; NULL: one of the default guest */
    char *command;               /* the whole command: inline_text, or from malloc */
    char *user;                  /* as requested, kept for commands that show it; NULL: the default user */
    struct console *console;     /* NULL: none */
    struct redirects *redirects; /* of the running command and of what it is in; NULL: none */
    struct serial *serial;       /* the serial port that it is behind; NULL: a client created it */
    struct reader *reader;       /* what the running command has read; NULL: nothing */
    struct shell_frame *frames;  /* the compound commands that run; NULL: none */
    struct shell_variable *variables;
    uint64_t turns_since; /* of all its loops: when their turns were counted from 0 */
    unsigned turns;
    char *environment; /* NAME=value lines, kept for commands that show it; NULL: none */
    char *output;      /* bytes not yet written because the pipe is full */
    uint32_t output_length, output_done, output_capacity;
    enum engine_stream output_stream;
    uint32_t exit_delay_ms; /* virtual time from the exit to its event */
    char inline_text[GUEST_INLINE_BYTES];
};

/* The backend's functions on processes; host/backend.h has their contracts. */
struct host_process *guest_make(struct host *host, struct process *core);
void guest_free(struct host *host, struct host_process *process);
HRESULT guest_prepare(struct host *host, struct host_process *process, const struct document *document);
void guest_spawn(struct host *host, struct host_task *task);
void guest_signal(struct host *host, struct host_task *task);
void guest_change(struct host *host, struct host_task *task);
void guest_image(struct host *host, const struct host_process *process, char *name, size_t size);
bool guest_ended(struct host *host, struct host_process *process);
void guest_forgotten(struct host *host, struct host_process *process);
struct host_process *guest_find(struct host *host, const struct host_system *system, uint32_t id);
void guest_usage(struct host *host, const struct host_process *process, struct backend_usage *usage);

/* Applies a fault to a call on a process, or to its create. */
void guest_apply_fault(struct sim_process *process, const struct fault *fault);
/* Prefetches what the end of the process touches. Calls on a process often end it, and with many processes the cache
   misses would dominate. */
void guest_prefetch_end(const struct sim *sim, const struct sim_process *process);
/* Runs the next step of a process, which is due; for a process that has ended, reports its exit. */
void guest_step(struct sim *sim, struct sim_process *process);
/* Continues a process when the stream that blocked it is ready. */
void guest_wake(struct sim *sim, struct sim_process *process);
/* Ends all processes of a guest that restarts. */
void guest_restart(struct sim *sim, struct host_system *system);
/* Pause and resume all processes of a system. */
void guest_pause_all(struct sim *sim, struct host_system *system);
void guest_resume_all(struct sim *sim, struct host_system *system);
bool guest_is_running(const struct sim_process *process);
/* True if the process is waiting for a point in time. */
bool guest_is_asleep(const struct sim_process *process);

static inline struct sim_system *guest_system(const struct sim_process *process)
{
    return (struct sim_system *)process->host.system;
}

#endif
