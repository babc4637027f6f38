/* Role: the system's own processes in a Windows guest. Callers: the simulator's backend. Threads: core lock held. */
#ifndef SIM_OWN_H
#define SIM_OWN_H

struct host;
struct host_system;
struct host_own_process;
struct backend_usage;

/* For backend_operations. */
const struct host_own_process *own_processes(
    const struct host *host, const struct host_system *system, unsigned *count);
/* Adds their resource use. */
void own_processes_usage(const struct host *host, const struct host_system *system, struct backend_usage *usage);

#endif
