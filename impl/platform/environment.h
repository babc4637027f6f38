/* Role: the environment of a program: its variables, processors, and standard streams. Callers: the tools. Single
 * thread. */
#ifndef PLATFORM_ENVIRONMENT_H
#define PLATFORM_ENVIRONMENT_H

#include <stdbool.h>

unsigned processor_count(void);
bool program_output_is_terminal(void);
/* Opens the null device for closed standard streams, so that no other file gets their descriptors. */
void program_open_standard_streams(void);
/* Sets an environment variable of this process, before other threads exist. */
void program_set_environment(const char *name, const char *value);

#endif
