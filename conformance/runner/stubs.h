/* Role: tells functions from stubs: exports that only return E_NOTIMPL. Each exported function is called without
   arguments that mean anything (NULL, 0), in a child process, since it may crash or hang; nothing can be created.
   Callers: host.c. */
#ifndef CONFORMANCE_STUBS_H
#define CONFORMANCE_STUBS_H

#include "base/process/channel.h"
#include "options.h"
#include "row/target/target.h"

/* The child's side: calls the functions from the first one on, and sends for each one two messages: its number, and
   what it returned. */
void stubs_call(const struct target *target, const struct channel *channel, unsigned first);
/* The parent's side: prints how many functions the target has and which are stubs. Returns false after a line on
   standard error: a process could not be started, or the user has interrupted. */
bool stubs_tell(const struct options *options);

/* The verb of the child: this and the number of the first function. */
#define STUBS_VERB "stubs-from-"

#endif
