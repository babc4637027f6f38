/* Guests that shut themselves down. Entry point: power_begin(). */
#include "power.h"
#include "core/lock.h"
#include "guest_run.h"

enum { IN_PROGRESS = 1115, NONE_IN_PROGRESS = 1116 }; /* ERROR_SHUTDOWN_IN_PROGRESS and the one after it */

void power_begin(struct sim *sim, struct sim_process *process, const struct program *program)
{
    CHECK_HELD();
    struct sim_system *system = guest_system(process);
    bool windows = !process->host.linux_guest;
    if (program->exit_code == POWER_ABORT) {
        if (sim_cancel_exit(sim, system))
            guest_done(sim, process, 0);
        else
            guest_complain(sim, process,
                windows ? "Unable to abort the system shutdown because no shutdown was in progress.(1116)"
                        : "no shutdown is scheduled",
                windows ? NONE_IN_PROGRESS : 1);
        return;
    }
    if (system->exit_ticket && windows) {
        guest_complain(sim, process, "A system shutdown is in progress.(1115)", IN_PROGRESS);
        return;
    }
    uint64_t delay = program->duration + latency_draw(&sim->scenario.shutdown, &sim->random);
    sim_power_later(sim, system, delay, program->exit_code == POWER_RESET);
    guest_done(sim, process, 0);
}
