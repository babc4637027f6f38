/* Role: the command run --schedule: plays a schedule again and again, each time in a process of its own, and says
   whether the target breaks a law: confirmed, not reproduced, or not applicable. */
#ifndef CONFORMANCE_REPLAY_H
#define CONFORMANCE_REPLAY_H

#include "runner/options.h"

/* Returns the exit code: 0 not reproduced or not applicable, 1 confirmed, 2 wrong use, 130 or 143 interrupted. */
int replay_main(const struct options *options);
/* The child's side: target path or "" for ours, the schedule, the profile or "", the number of the attempt. */
int replay_worker(char **arguments);

#endif
