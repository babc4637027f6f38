/* Role: the processes that a keeper has started: found by the id that the container sees, kept until their exit has
   been reported. Callers: keeper.c. */
#ifndef LXC_PROCESS_H
#define LXC_PROCESS_H

#include "attach.h"
#include "base/text/json_writer.h"
#include "daemon/protocol/message.h"
#include "relay.h"
#include <stdint.h>

struct keeper_process {
    pid_t process, inner; /* in the host's and in the container's numbering */
    int terminal;         /* for resizing; -1: no console */
    bool exited, oom;
    int status, signal;
    struct keeper_process *next;
};

struct keeper_processes {
    struct keeper_process *first;
    struct relays relays; /* of their input and of their consoles */
};

/* request: KEEPER_SPAWN with its descriptors. NULL after failure_set(). */
struct keeper_process *keeper_process_start(struct keeper_processes *processes, struct attach_target *target,
    const struct message *request, struct failure *failure);
struct keeper_process *keeper_process_find(const struct keeper_processes *processes, uint64_t inner);
/* To be called when a process has been reaped. NULL: it is not one of these processes. */
struct keeper_process *keeper_process_ended(struct keeper_processes *processes, pid_t process, int status, bool oom);
void keeper_process_forget(struct keeper_processes *processes, uint64_t inner);
bool keeper_processes_alive(const struct keeper_processes *processes);
bool keeper_process_resize(const struct keeper_process *process, const char *json, struct failure *failure);
void keeper_process_write(struct writer *writer, const struct keeper_process *process);
void keeper_processes_write(struct writer *writer, const char *name, const struct keeper_processes *processes);
/* list.c: all processes of the container; procs: the cgroup.procs of one of its groups; stage: is none of them. */
void keeper_processes_in_container(struct writer *writer, const char *procs, pid_t stage);

#endif
