/* Role: processes of simulated guests: create, run their programs step by step, end. Core lock held. */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "program.h"
#include "backend/sim.h"

struct sim_system;
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

enum { GUEST_FEW = 48 };

/* Attached to the core's struct process, and freed with it. */
struct sim_process {
    struct process *core;
    struct sim_system *system; /* NULL: the system, or the slot in it, is gone */
    uint32_t id, slot;
    enum guest_phase phase;
    uint32_t exit_code; /* of the last command; once ended, of the process */
    HRESULT last_wait_result;
    uint8_t join;          /* enum program_join: when the commands that remain go on */
    unsigned exit_kept_by; /* the rule that made lose_exit true */
    bool shell, posix, linux_guest, input_closed, lose_exit, lose_output, await_exit;
    bool starved; /* there was no memory for its output: it ends */
    uint64_t ticket, paused_left, created, deadline;
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

void guest_submit(struct sim *sim, struct request *request);
/* The last handle on the process was closed; nothing refers to it any more. */
void guest_released(struct sim *sim, struct sim_process *process);
void guest_free(struct sim_process *process);
void guest_complete(struct sim *sim, struct request *request);
/* The step of a process has come; of one that has ended, the event that tells it. */
void guest_step(struct sim *sim, struct sim_process *process);
/* A stream on which it was blocked may be tried again. */
void guest_wake(struct sim *sim, struct sim_process *process);

/* The system ends, pauses, goes on. */
void guest_end_all(struct sim *sim, struct sim_system *system, HRESULT last_wait_result);
void guest_pause_all(struct sim *sim, struct sim_system *system);
void guest_resume_all(struct sim *sim, struct sim_system *system);
/* A create process request that will not complete by itself. */
void guest_abandon(struct sim *sim, struct request *request);
/* Takes the process out of its system. */
void guest_forget(struct sim *sim, struct sim_process *process);
bool guest_is_running(const struct sim_process *process);
/* Does it wait for its time? */
bool guest_is_asleep(const struct sim_process *process);

#endif
