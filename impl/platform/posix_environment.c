/* What surrounds the program on POSIX systems; see environment.h. */
#include "environment.h"
#include <stdlib.h>
#include <unistd.h>

unsigned processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

bool program_output_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

void program_set_environment(const char *name, const char *value)
{
    setenv(name, value, 1);
}
