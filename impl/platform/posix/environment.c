/* The environment of a program on POSIX systems; see environment.h. */
#include "platform/environment.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
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

/* open() returns the lowest free descriptor, which is the closed one just found. */
void program_open_standard_streams(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) != descriptor)
            abort(); /* no message could be printed */
}

void program_time(char text[PROGRAM_TIME_BYTES])
{
    struct timespec now;
    struct tm parts = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts); /* it fails in the year 2147485547 */
    size_t written = strftime(text, PROGRAM_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + written, PROGRAM_TIME_BYTES - written, ".%03ldZ", now.tv_nsec / 1000000);
}

bool program_set_environment(const char *name, const char *value)
{
    return !setenv(name, value, 1); // NOLINT(concurrency-mt-unsafe): its contract: before there are threads
}

bool program_scratch(char *path, unsigned size)
{
    const char *folder = getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): callers have one thread
    int length = snprintf(path, size, "%s/computecore-XXXXXX", folder && *folder ? folder : "/tmp");
    return length > 0 && (unsigned)length < size && mkdtemp(path);
}

void program_scratch_end(const char *path)
{
    (void)rmdir(path);
}
