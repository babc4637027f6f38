/* Role: the commands that concern the host, not rows: probe, and cleanup of what a run left behind. Each does its
   work in a child process, since the target may crash or hang. */
#ifndef CONFORMANCE_HOST_H
#define CONFORMANCE_HOST_H

#include "options.h"

/* Returns the exit code: 0 done, 1 the host can't run compute systems or something could not be ended, 2 wrong use. */
int host_probe(const struct options *options);
int host_cleanup(const struct options *options);
/* The same, silent when nothing was left. */
int host_cleanup_after_run(const struct options *options);
/* Is the host fit for a run? false after a line on standard error that names the cause. Only documented causes make
   it unfit; a target that crashes or hangs shows in the rows. */
bool host_is_fit(const struct options *options);
/* The child's side: verb, target path or "" for ours. */
int host_worker(const char *verb, const char *path);

#endif
