/* Role: the serial ports of virtual machines: for each that has a named pipe, the guest prints what it boots, logs its
   user in, and runs a shell for what is typed. Threads: core lock held. */
#ifndef SIM_SERIAL_H
#define SIM_SERIAL_H

#include "guest.h"

struct serial;

/* A port that could not be opened. */
struct serial_failure {
    HRESULT result;
    unsigned number;
    const char *message;
};

/* Opens the ports that the configuration of a virtual machine has. If one can't be opened none is, and *failure says
   why. */
bool serial_open_all(struct sim *sim, struct sim_system *system, struct serial_failure *failure);
/* Opens one in place of the one with that number, which stays if that fails; with an empty pipe only closes that. */
bool serial_open(
    struct sim *sim, struct sim_system *system, unsigned number, const char *pipe, struct serial_failure *failure);
void serial_close(struct sim *sim, struct sim_system *system, unsigned number);
void serial_close_all(struct sim *sim, struct sim_system *system);
/* The guest restarts. */
void serial_restart(struct sim *sim, struct sim_system *system);
/* Returns the process behind the port after this one, of all if it is NULL; NULL: there is none. */
struct sim_process *serial_next(const struct sim_system *system, const struct sim_process *process);
/* The process has nothing left to run: it prompts for the next line, or boots or logs in again. */
void serial_prompt(struct sim *sim, struct sim_process *process);
/* Makes line feeds of Enter, which is a carriage return, a line feed or both. Returns how many keys are left. */
size_t serial_take_enter(struct sim_process *process, char *keys, size_t length);
/* Reads what is typed at the prompt. Returns false if there is nothing to read yet. */
bool serial_read(struct sim *sim, struct sim_process *process);

#endif
