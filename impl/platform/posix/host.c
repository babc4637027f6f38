/* The machine, on POSIX systems; see host.h. */
#include "platform/host.h"
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

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

static void tell_variables(const char *const *names, size_t count, const char *kind, host_teller tell, void *context)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            tell(context, kind, value);
    }
}

void host_identify(host_teller tell, void *context)
{
    static const char *const users[] = {"USER", "LOGNAME"}, *const folders[] = {"HOME", "PWD", "TMPDIR"};
    char folder[PATH_BYTES];
    struct utsname name;
    tell_variables(users, sizeof users / sizeof *users, "user", tell, context);
    tell_variables(folders, sizeof folders / sizeof *folders, "folder", tell, context);
    const struct passwd *user = getpwuid(geteuid()); // NOLINT(concurrency-mt-unsafe): a tool with one thread
    if (user) {
        tell(context, "user", user->pw_name);
        tell(context, "folder", user->pw_dir);
    }
    if (uname(&name) == 0) {
        tell(context, "host", name.nodename);
        name.nodename[strcspn(name.nodename, ".")] = 0;
        tell(context, "host", name.nodename);
    }
    if (getcwd(folder, sizeof folder))
        tell(context, "folder", folder);
    tell(context, "folder", "/tmp");
}
