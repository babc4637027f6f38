/* Role: the environment of a program: its variables, processors, and standard streams. Callers: the tools. Single
 * thread, but for program_time(). */
#ifndef PLATFORM_ENVIRONMENT_H
#define PLATFORM_ENVIRONMENT_H

#include <stdbool.h>

unsigned processor_count(void);
bool program_output_is_terminal(void);
/* Opens the null device for closed standard streams, so that no other file gets their descriptors. */
void program_open_standard_streams(void);
/* Now, in UTC: 2026-01-31T23:59:59.999Z. */
enum { PROGRAM_TIME_BYTES = 25 };
void program_time(char text[PROGRAM_TIME_BYTES]);
/* Sets an environment variable of this process, before other threads exist. false: out of memory. */
bool program_set_environment(const char *name, const char *value);
/* Creates a folder for temporary files that only this user may read. false: it can't be created. */
bool program_scratch(char *path, unsigned size);
/* Removes it; it must be empty. */
void program_scratch_end(const char *path);

#endif
