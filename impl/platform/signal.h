/* Role: the user's wish that a program stops: Ctrl-C, and the signals of that meaning.
   Callers: the tools. Single thread. */
#ifndef PLATFORM_SIGNAL_H
#define PLATFORM_SIGNAL_H

/* From now on such a wish ends no program at once. */
void signal_listen(void);
/* The exit code of a program that does as was wished: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP;
   0: nobody wished it. */
int signal_exit_code(void);

#endif
