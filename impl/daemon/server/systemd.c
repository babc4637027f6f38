/* computecored under systemd, by libsystemd. Entry points: systemd_listener(), systemd_notify(). */
#include "systemd.h"
#include "log.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#define SD_JOURNAL_SUPPRESS_LOCATION /* the line of this file says nothing */
#include <systemd/sd-journal.h>
#include <unistd.h>

bool systemd_is_built_in(void)
{
    return true;
}

int systemd_listener(void)
{
    int count = sd_listen_fds(true), passed = SD_LISTEN_FDS_START;
    if (count <= 0)
        return -1;
    if (count == 1 && sd_is_socket_unix(passed, SOCK_SEQPACKET, 1, NULL, 0) > 0 &&
        fcntl(passed, F_SETFL, fcntl(passed, F_GETFL) | O_NONBLOCK) == 0)
        return passed; /* libsystemd has made it close-on-exec */
    for (int i = 0; i < count; i++)
        close(passed + i);
    return -2;
}

bool systemd_wants_notices(void)
{
    return getenv("NOTIFY_SOCKET") != NULL;
}

void systemd_notify(const char *lines)
{
    (void)sd_notify(false, lines); /* there may be no service manager */
}

unsigned systemd_watchdog_ms(void)
{
    uint64_t microseconds;
    if (sd_watchdog_enabled(false, &microseconds) <= 0)
        return 0;
    return microseconds < 2000 ? 1 : (unsigned)(microseconds / 1000);
}

void systemd_journal(int level, const char *line)
{
    static const int priorities[] = {
        [LOG_LEVEL_ERROR] = LOG_ERR,
        [LOG_LEVEL_WARNING] = LOG_WARNING,
        [LOG_LEVEL_INFO] = LOG_INFO,
        [LOG_LEVEL_DEBUG] = LOG_DEBUG,
    };
    (void)sd_journal_send("MESSAGE=%s", line, "PRIORITY=%d", priorities[level], "SYSLOG_IDENTIFIER=computecored", NULL);
}
