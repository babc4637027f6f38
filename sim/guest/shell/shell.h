/* Role: shells in guests: commands that are joined, compound commands, pipes, loops. A process has a stack of frames,
   one for each compound command that it is in; process->cursor is what remains of the innermost one. Threads: core lock
   held. */
#ifndef SIM_SHELL_H
#define SIM_SHELL_H

#include "guest/guest.h"
#include "guest/program.h"

struct shell_frame;
struct redirects;

/* Begins a shell with these commands inside the running one, which it ends. */
void shell_open(
    struct sim *sim, struct sim_process *process, enum program_shell shell, const char *text, size_t length);
/* Runs the next command. */
void shell_next(struct sim *sim, struct sim_process *process);
/* Continues after the last command of the innermost frame. Returns true if the process has nothing left to do. */
bool shell_end_of_text(struct sim *sim, struct sim_process *process);
/* Ends the innermost shell: nothing more of it runs. */
void shell_exit(struct sim_process *process);
/* Moves the cursor to the next command that runs after one with this exit code: && requires success, || failure. */
void shell_join(struct sim_process *process, uint32_t code);
/* Returns the redirections that the innermost frame is in. */
const struct redirects *shell_redirects(const struct sim_process *process);
/* Drops all frames. */
void shell_drop(struct sim_process *process);

#endif
