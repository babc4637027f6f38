/* Connections for which there is no descriptor. Entry point: spare_accept(). */
#include "spare.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

void spare_keep(int *spare)
{
    if (*spare < 0)
        *spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int spare_accept(int listener, int flags, int *spare)
{
    int taken = accept4(listener, NULL, NULL, flags);
    if (taken >= 0 || (errno != EMFILE && errno != ENFILE) || *spare < 0)
        return taken;
    close(*spare);
    *spare = -1;
    return accept4(listener, NULL, NULL, flags);
}
