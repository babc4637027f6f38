/* The standard streams of a tool. Entry points: standard_streams_open(), standard_streams_finish(). */
#include "standard_streams.h"
#include "platform/environment.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void standard_streams_open(void)
{
    program_open_standard_streams();
}

int standard_streams_finish(const char *tool, int code)
{
    errno = 0;
    bool bad = ferror(stdout) != 0;
    bad |= fflush(stdout) != 0;
    if (!bad)
        return code;
    fprintf( // NOLINTNEXTLINE(concurrency-mt-unsafe): the program's last words, its other threads have ended
        stderr, "%s: standard output can't be written%s%s\n", tool, errno ? ": " : "", errno ? strerror(errno) : "");
    return 2;
}

bool output_has_colours(void)
{
    const char *no_color = getenv("NO_COLOR");
    return program_output_is_terminal() && !(no_color && *no_color);
}
