/* Role: guests that shut themselves down or restart: shutdown, poweroff, halt, reboot. Threads: core lock held. */
#ifndef SIM_POWER_H
#define SIM_POWER_H

#include "guest.h"
#include "program.h"

/* Runs one of these programs. */
void power_begin(struct sim *sim, struct sim_process *process, const struct program *program);

#endif
