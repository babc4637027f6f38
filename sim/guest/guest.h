/* Role: processes of simulated guests: create, run their programs step by step, end. Core lock held. */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "program.h"
#include "backend/sim.h"

struct redirects;
struct console;

enum guest_phase {
    GUEST_NEW,    /* create is pending */
    GUEST_FAILED, /* create failed */
    GUEST_RUN,    /* the next command begins, or the process ends */
    GUEST_COPY,   /* standard input goes to standard output */
    GUEST_SLEEP,  /* until its step comes */
    GUEST_PING,   /* a line a second */
    GUEST_ENDED,
};

enum { GUEST_FEW = 48, GUEST_PROCESS_BYTES = 1 << 20 /* of memory, for each */ };

struct sim_process {
    struct host_process host; /* first */
    enum guest_phase phase;
    uint32_t exit_code;    /* of the last command */
    uint8_t join;          /* enum program_join: when the commands that remain go on */
    unsigned exit_kept_by; /* the rule that made lose_exit true */
    bool shell, posix, input_closed;
    bool lose_exit, lose_output, await_exit, ends_early; /* effects of the fault plan */
    bool starved;                                        /* there was no memory for its output: it ends */
    uint64_t ticket, paused_left, deadline;
    const char *cursor;          /* the commands that remain; NULL: none */
    const struct script *script; /* what runs is one of the scenario; NULL: of the default guest */
    char *command;               /* the whole text, few unless it is long */
    char *user;                  /* as it was asked for, kept for commands that show it; NULL: the default one */
    struct console *console;     /* NULL: it has none */
    struct redirects *redirects; /* of the command that runs; NULL: it has none */
    char *environment;           /* NAME=value lines, kept for commands that show it; NULL: none */
    char *output;                /* bytes that a full pipe did not take yet */
    uint32_t output_length, output_done, output_capacity;
    enum engine_stream output_stream;
    uint32_t exit_delay_ms; /* from the exit to its event */
    char few[GUEST_FEW];
};

/* The functions of the backend that are about processes; each has its contract in host/backend.h. */
struct host_process *guest_make(struct host *host);
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

/* What the fault plan has for a call on a process, or for its create. */
void guest_meet(struct sim_process *process, const struct fault *fault);
/* A call on a process often ends it: with many of them, what that touches comes from far away. */
void guest_prefetch_end(const struct sim *sim, const struct sim_process *process);
/* The step of a process has come; of one that has ended, the event that tells it. */
void guest_step(struct sim *sim, struct sim_process *process);
/* A stream on which it was blocked may be tried again. */
void guest_wake(struct sim *sim, struct sim_process *process);
/* The system pauses, goes on. */
void guest_pause_all(struct sim *sim, struct host_system *system);
void guest_resume_all(struct sim *sim, struct host_system *system);
bool guest_is_running(const struct sim_process *process);
/* Does it wait for its time? */
bool guest_is_asleep(const struct sim_process *process);

static inline struct sim_system *guest_system(const struct sim_process *process)
{
    return (struct sim_system *)process->host.system;
}

#endif
