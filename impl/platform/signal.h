/* Role: interruption by the user: Ctrl-C and similar signals. Callers: the tools. Single thread. */
#ifndef PLATFORM_SIGNAL_H
#define PLATFORM_SIGNAL_H

/* From now on these signals do not end the program, but are recorded. */
void signal_listen(void);
/* The exit code for an interrupted program: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP; 0: not interrupted.
 */
int signal_exit_code(void);

#endif
