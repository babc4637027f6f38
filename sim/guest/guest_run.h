/* Role: what a guest process does between two events: its commands, output, sleeps. Threads: core lock held. */
#ifndef SIM_GUEST_RUN_H
#define SIM_GUEST_RUN_H

#include "guest.h"

#define NO_FILE "The system cannot find the file specified."
#define NO_PATH "The system cannot find the path specified."
#define NO_WORD "The syntax of the command is incorrect."
#define NO_MEMORY "Not enough memory resources are available to process this command."

/* Takes the command from the document (CommandLine or CommandArgs). Fails as the rules P-01 to P-05 say, or with
   E_OUTOFMEMORY. */
HRESULT guest_take_command(
    struct sim *sim, struct sim_system *system, struct sim_process *process, const struct document *document);
void guest_drop_command(struct sim_process *process);
/* Reserves memory for the first output if the process has an output stream. Returns false when out of memory. */
bool guest_reserve_output(struct sim_process *process);
/* Runs the process until it sleeps, is blocked or has nothing left to do. Returns true if it has ended by itself. */
bool guest_run(struct sim *sim, struct sim_process *process);

/* For shells and other parts of commands. */

/* Begins a program. The text is only used during the call. */
void guest_begin(struct sim *sim, struct sim_process *process, const char *command, size_t length);
/* Ends the running command: what follows runs. */
void guest_done(struct sim *sim, struct sim_process *process, uint32_t code);
/* Ends it with a line on standard error. */
void guest_complain(struct sim *sim, struct sim_process *process, const char *text, uint32_t code);
/* Ends it and the shell that it is in. */
void guest_exit(struct sim *sim, struct sim_process *process, uint32_t code);
/* Lets the running command take this time. */
void guest_sleep(struct sim *sim, struct sim_process *process, uint64_t duration);
/* Shows the variables with that prefix, or all. */
void guest_show_variables(struct sim *sim, struct sim_process *process, const char *prefix, size_t length);
/* Goes on after the end of the input of a command that copies. */
void guest_end_of_input(struct sim *sim, struct sim_process *process);
/* Ends the process as Ctrl-C does. */
void guest_interrupt(struct sim_process *process);
/* True if the scenario has a program with that name. */
bool guest_has_script(const struct sim *sim, const char *command, size_t length);

#endif
