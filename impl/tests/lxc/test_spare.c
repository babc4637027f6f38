/* Connections for which there is no descriptor: one is kept back for them. */
#include "lxc/keeper/spare.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS = 2 };

static int listener, clients[CLIENTS];

/* A listener that two clients wait for. */
static void begin(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(sa_family_t); /* the kernel gives it a name */
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, CLIENTS) == 0);
    length = sizeof address;
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        cr_assert_eq(connect(clients[i], (struct sockaddr *)&address, length), 0);
    }
}

static void leave_none(void)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)dup(listener) + 1;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (dup(listener) >= 0)
        ;
}

Test(spare, is_given_up_for_a_connection_and_kept_again, .init = begin)
{
    int spare = -1;
    spare_keep(&spare);
    int first = spare;
    spare_keep(&spare);
    cr_expect(spare == first && spare >= 0, "it is opened once");
    leave_none();
    int taken = spare_accept(listener, SOCK_CLOEXEC, &spare);
    cr_expect(taken >= 0 && spare == -1);
    cr_expect(spare_accept(listener, SOCK_CLOEXEC, &spare) == -1 && errno == EMFILE);
    spare_keep(&spare);
    cr_expect_eq(spare, -1, "there is none yet");
    close(taken);
    spare_keep(&spare);
    cr_expect_geq(spare, 0);
}

Test(spare, stays_where_there_are_others_or_no_client, .init = begin)
{
    int spare = -1;
    spare_keep(&spare);
    int kept = spare, taken = spare_accept(listener, SOCK_CLOEXEC, &spare);
    cr_expect(taken >= 0 && fcntl(taken, F_GETFD) == FD_CLOEXEC && spare == kept);
    cr_expect_geq(spare_accept(listener, 0, &spare), 0);
    cr_assert_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    cr_expect(spare_accept(listener, 0, &spare) == -1 && errno == EAGAIN);
    cr_expect_eq(spare, kept);
}
