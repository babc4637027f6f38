/* Role: what surrounds a program: its environment variables, processors, and where its output goes.
   Callers: the tools. Single thread. */
#ifndef PLATFORM_ENVIRONMENT_H
#define PLATFORM_ENVIRONMENT_H

#include <stdbool.h>

unsigned processor_count(void);
bool program_output_is_terminal(void);
/* Opens the null device for standard streams that are closed, so that no file gets their descriptors. */
void program_open_standard_streams(void);
/* Sets an environment variable of this process; before it has other threads. */
void program_set_environment(const char *name, const char *value);

#endif
