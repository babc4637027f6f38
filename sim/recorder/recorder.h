/* Role: what the generated exports of the recorder call. The recorder is a library with all functions of the API, which
   forwards each call to another one, its target, and writes the trace of what the client does and gets. A client loads
   it in place of the target; hcs-sim record arranges that. COMPUTECORE_RECORD_TARGET is the path of the target,
   COMPUTECORE_RECORD_TRACE that of the trace, COMPUTECORE_RECORD_RUN the mark of the run, which the header gets; they
   are read at the first call. The client notices nothing: the target gets what the client has given, but for the
   callbacks, which are forwarded, too, with the context and in the thread that the target calls them with; and the
   client gets what the target gives, errno and GetLastError() included. Threads: any. Lines are written with the core
   lock, of which the recorder has one of its own; neither the target nor the client is ever called with it. In the
   child of a fork() calls are forwarded and not recorded. */
#ifndef RECORDER_H
#define RECORDER_H

#include "spec_functions.h"

/* Any thread. Returns what the target does, as spec_function.call() returns it. Without a target: 0, or
   HCS_E_SERVICE_NOT_AVAILABLE; for a function that it lacks: 0, or E_NOTIMPL. */
uint64_t recorder_call(enum spec_function_index function, const union spec_argument *arguments);
/* Exported, so that the recorder is known by it: it can't record itself. */
extern const char computecore_recorder[];

#endif
