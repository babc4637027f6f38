/* The processes that every Windows container has, and what they use. Entry points: own_processes(),
   own_processes_usage(). */
#include "own.h"
#include "backend/sim.h"
#include "core/lock.h"

#define KIB UINT64_C(1024)
#define TICK UINT64_C(15625) /* in units of 100 ns */
#define OWN(image, id, at, commit_kib, set_kib, shared_kib)                                                            \
    {                                                                                                                  \
        image, id, at,                                                                                                 \
        {                                                                                                              \
            .user = ((at) + 3) * TICK, .kernel = (2 * (at) + 9) * TICK, .commit = (commit_kib)*KIB,                    \
            .private_set = (set_kib)*KIB, .shared_set = (shared_kib)*KIB                                               \
        }                                                                                                              \
    }

/* HCS-ROW: F-08 in the order in which a host lists them, with what they have used in the end; at: milliseconds after
   the start */
static const struct host_own_process processes[] = {OWN("smss.exe", 84, 2, 560, 292, 612),
    OWN("csrss.exe", 112, 9, 1744, 1188, 3336), OWN("wininit.exe", 132, 11, 1372, 944, 4108),
    OWN("services.exe", 204, 19, 2392, 1868, 4492), OWN("lsass.exe", 212, 21, 4616, 3412, 7924),
    OWN("fontdrvhost.exe", 300, 34, 1332, 876, 2012), OWN("svchost.exe", 344, 41, 2180, 1624, 5536),
    OWN("svchost.exe", 372, 43, 3544, 2476, 6732), OWN("svchost.exe", 428, 52, 7812, 5316, 9264),
    OWN("CExecSvc.exe", 512, 63, 1484, 1008, 4384), OWN("svchost.exe", 536, 66, 1692, 1124, 4868)};

enum { PROCESSES = sizeof processes / sizeof *processes };

/* What part of its time each uses at first: all together a fraction of what a host with two processors has. */
enum { USER_PART = 16, KERNEL_PART = 8 };

const struct host_own_process *own_processes(const struct host *host, const struct host_system *system, unsigned *count)
{
    enum { MILLISECOND = 10000 }; /* of 100 ns */
    static struct host_own_process now[PROCESSES];
    CHECK_HELD();
    uint64_t uptime = (((const struct sim *)host)->now - system->started) / 100;
    *count = system->matrix == MATRIX_Container && system->was_started ? PROCESSES : 0;
    for (unsigned i = 0; i < *count; i++) {
        uint64_t begins = processes[i].started_ms * MILLISECOND, age = uptime > begins ? uptime - begins : 0;
        now[i] = processes[i];
        now[i].usage.user = sim_at_most(now[i].usage.user, age / USER_PART);
        now[i].usage.kernel = sim_at_most(now[i].usage.kernel, age / KERNEL_PART);
    }
    return now;
}

void own_processes_usage(const struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    CHECK_HELD();
    unsigned count;
    const struct host_own_process *process = own_processes(host, system, &count);
    for (const struct host_own_process *end = process + count; process < end; process++) {
        usage->commit += process->usage.commit;
        usage->private_set += process->usage.private_set;
        usage->user += process->usage.user;
        usage->kernel += process->usage.kernel;
    }
}
