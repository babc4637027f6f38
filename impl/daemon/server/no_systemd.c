/* computecored in a build without libsystemd. */
#include "systemd.h"
#include <stddef.h>

bool systemd_is_built_in(void)
{
    return false;
}

int systemd_listener(void)
{
    return -1;
}

bool systemd_wants_notices(void)
{
    return false;
}

void systemd_notify(const char *lines)
{
    (void)lines;
}

unsigned systemd_watchdog_ms(void)
{
    return 0;
}

void systemd_journal(int level, const char *line)
{
    (void)level;
    (void)line;
}
