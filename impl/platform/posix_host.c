/* The machine, on POSIX systems; see host.h. */
#include "host.h"
#include <stddef.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

unsigned host_build(void)
{
    return 0;
}

void host_describe(const char *library, host_teller tell, void *context)
{
    struct utsname name;
    int known = uname(&name) == 0;
    (void)library; /* shared objects carry no version that could be read without loading them */
    tell(context, "system", known ? name.sysname : "unknown");
    tell(context, "release", known ? name.release : "unknown");
    tell(context, "machine", known ? name.machine : "unknown");
    const char *locale = getenv("LANG");
    tell(context, "locale", locale && *locale ? locale : "unknown");
    tell(context, "elevated", geteuid() == 0 ? "yes" : "no");
}
