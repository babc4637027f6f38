/* Role: what a guest process does between two events: its commands, output, sleeps. Core lock held. */
#ifndef SIM_GUEST_RUN_H
#define SIM_GUEST_RUN_H

#include "guest.h"

#define INTERRUPTED_WINDOWS 0xC000013Au /* STATUS_CONTROL_C_EXIT */

/* Takes the command from the document (CommandLine or CommandArgs). HRESULTs as behaviour 5.1 has them. */
HRESULT guest_take_command(
    struct sim *sim, struct sim_system *system, struct sim_process *process, const struct document *document);
void guest_drop_command(struct sim_process *process);
/* The emulated console has another size; 0: the default. */
void guest_resize(struct sim_process *process, uint16_t rows, uint16_t columns);
/* Runs until the process sleeps, is blocked or has nothing left to do. true: it has ended by itself. */
bool guest_run(struct sim *sim, struct sim_process *process);

#endif
