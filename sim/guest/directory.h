/* Role: what dir and ls show of a folder. Threads: core lock held. */
#ifndef SIM_DIRECTORY_H
#define SIM_DIRECTORY_H

#include "guest.h"
#include "base/text/text.h"

/* Appends the list of the folder or file that the arguments name. Returns false if it does not exist. */
bool directory_list(
    const struct sim *sim, const struct sim_process *process, const char *arguments, size_t length, struct text *list);

#endif
