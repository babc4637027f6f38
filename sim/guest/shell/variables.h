/* Role: the variables of a guest process: those of its environment, and those that its shells set. Threads: core lock
   held. */
#ifndef SIM_SHELL_VARIABLES_H
#define SIM_SHELL_VARIABLES_H

#include "guest/guest.h"
#include "base/text/text.h"

struct shell_variable;

/* Appends the value of a variable. Returns false, with nothing appended, if it does not exist. */
bool variables_get(const struct sim_process *process, const char *name, size_t length, struct text *value);
/* Sets a variable. Returns false when out of memory. */
bool variables_set(struct sim_process *process, const char *name, size_t name_length, const char *value, size_t length);
void variables_unset(struct sim_process *process, const char *name, size_t length);
/* Appends the lines NAME=VALUE that set, env or printenv show: those with that prefix. */
void variables_list(const struct sim_process *process, const char *prefix, size_t length, struct text *list);
void variables_free(struct sim_process *process);
/* Appends the name that the guest has in its network. */
void variables_host_name(const struct sim_process *process, struct text *name);

#endif
