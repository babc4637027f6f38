/* Writing without signals. Entry points: quiet_begin(), quiet_end(). */
#include "quiet.h"
#include <errno.h>
#include <time.h>

void quiet_begin(struct quiet *quiet)
{
    static const int raised[] = {SIGPIPE, SIGXFSZ};
    sigset_t pending;
    sigpending(&pending);
    sigemptyset(&quiet->ours);
    for (unsigned i = 0; i < sizeof raised / sizeof *raised; i++)
        if (sigismember(&pending, raised[i]) != 1)
            sigaddset(&quiet->ours, raised[i]);
    pthread_sigmask(SIG_BLOCK, &quiet->ours, &quiet->old);
}

void quiet_end(struct quiet *quiet, bool failed)
{
    struct timespec none = {0, 0};
    while (failed && (sigtimedwait(&quiet->ours, NULL, &none) > 0 || errno == EINTR))
        ;
    pthread_sigmask(SIG_SETMASK, &quiet->old, NULL);
}
