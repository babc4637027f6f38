/* Role: what a guest process does between two events: its commands, output, sleeps. Threads: core lock held. */
#ifndef SIM_GUEST_RUN_H
#define SIM_GUEST_RUN_H

#include "guest.h"

/* Takes the command from the document (CommandLine or CommandArgs). Fails as the rules P-01 to P-05 say, or with
   E_OUTOFMEMORY. */
HRESULT guest_take_command(
    struct sim *sim, struct sim_system *system, struct sim_process *process, const struct document *document);
void guest_drop_command(struct sim_process *process);
/* Reserves memory for the first output if the process has an output stream. Returns false when out of memory. */
bool guest_reserve_output(struct sim_process *process);
/* Runs the process until it sleeps, is blocked or has nothing left to do. Returns true if it has ended by itself. */
bool guest_run(struct sim *sim, struct sim_process *process);

#endif
