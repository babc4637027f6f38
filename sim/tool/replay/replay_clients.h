/* Role: the clients of a computecored in a replay: what their processes sent is received again, by the code that
   received it then, and what they would be sent goes nowhere.
   Callers: replay.c. Single thread; the functions take the core lock. */
#ifndef SIM_TOOL_REPLAY_CLIENTS_H
#define SIM_TOOL_REPLAY_CLIENTS_H

#include "platform/platform.h"
#include "tool/trace/trace_file.h"

enum { CLIENT_STREAMS = 3 };

struct replay_clients;

/* keep is given the client's ends of a process's streams (PLATFORM_NO_STREAM: none), which it owns from there on. */
struct replay_clients *replay_clients_create(const struct trace_file *trace,
    void (*keep)(void *context, uint64_t process, const platform_stream streams[CLIENT_STREAMS]), void *context);
/* The client does what its line says. NULL, or why that can't be, for a message. */
const char *replay_clients_act(struct replay_clients *clients, const struct trace_line *line);

#endif
