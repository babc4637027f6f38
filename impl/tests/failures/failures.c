/* Programs in which calls fail. Entry points: failures_each(), failures_start(), failures_share(). */
#include "failures.h"
#include "../scratch.h"
#include "failing_sites.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum { LOOKS = 4000, LOOK_NS = 5000000, ENDLESS = 20000 };

static void set(const char *name, const char *value)
{
    cr_assert_eq(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

pid_t failures_start(char *const arguments[], const char *call, const char *program, const char *output)
{
    char mark[256];
    snprintf(mark, sizeof mark, "%s", scratch_path("failed"));
    if (call)
        unlink(mark);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child)
        return child;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int file = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)dup2(file, STDOUT_FILENO);
    (void)dup2(file, STDERR_FILENO);
    set("FAILING_CALL", call);
    set("FAILING_PROGRAM", program);
    set("FAILING_MARK", mark);
    if (call)
        set("LD_PRELOAD", FAILING_CALLS);
    execv(arguments[0], arguments);
    _exit(127);
}

bool failures_has_ended(pid_t process)
{
    siginfo_t information = {0};
    return waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT) < 0 || information.si_pid;
}

int failures_end_of(pid_t process)
{
    const struct timespec look = {0, LOOK_NS};
    int status;
    for (int i = 0; i < LOOKS && !failures_has_ended(process); i++)
        nanosleep(&look, NULL);
    bool hangs = !failures_has_ended(process);
    if (hangs)
        kill(process, SIGKILL);
    cr_assert_eq(waitpid(process, &status, 0), process);
    return hangs ? FAILURES_CODE_HANGS : WIFEXITED(status) ? WEXITSTATUS(status) : FAILURES_CODE_SIGNAL;
}

bool failures_reached(void)
{
    return access(scratch_path("failed"), F_OK) == 0;
}

void failures_each(const struct failing_kind *kinds, size_t count, unsigned dense, bool (*trial)(const char *call))
{
    char call[64];
    bool all = getenv("FAILURES_ALL");
    for (size_t i = 0; i < count; i++)
        for (size_t error = 0; error < 4 && kinds[i].errors[error]; error++)
            for (unsigned n = 1, more = 1; more; n += all || n < dense ? 1 : 1 + n / 3) {
                snprintf(call, sizeof call, "%s %u %d", kinds[i].name, n, kinds[i].errors[error]);
                more = trial(call);
                cr_assert_lt(n, ENDLESS, "%s never ends", kinds[i].name);
            }
}

/* --- by call site --- */

static struct failing_sites *sites;

static void map_sites(void)
{
    const char *path = scratch_path("sites");
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(file >= 0 && ftruncate(file, sizeof *sites) == 0);
    void *shared = mmap(NULL, sizeof *sites, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    cr_assert_neq(shared, MAP_FAILED);
    close(file);
    sites = shared;
    set("FAILING_SITES", path);
    set("LD_PRELOAD", FAILING_CALLS);
}

void failures_share(const struct failing_kind *kinds, size_t count, const char *pattern)
{
    static size_t last;
    if (!sites)
        map_sites();
    cr_assert_lt(last + count, FAILING_SITES_KINDS);
    for (size_t i = 0; i < count; i++, last++) {
        snprintf(sites->kinds[last].name, sizeof sites->kinds[last].name, "%s", kinds[i].name);
        snprintf(sites->kinds[last].program, sizeof sites->kinds[last].program, "%s", pattern);
        memcpy(sites->kinds[last].errors, kinds[i].errors, sizeof kinds[i].errors);
    }
}

void failures_arm(void)
{
    atomic_store(&sites->armed, 1);
}

const char *failures_disarm(void)
{
    return atomic_exchange(&sites->armed, 0) ? NULL : sites->last;
}
