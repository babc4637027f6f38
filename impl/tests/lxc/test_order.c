/* Orders of processes: what a stage receives is what the keeper sent. */
#include "lxc/keeper/order.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends[2];

static void begin(void)
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static bool same_file(int a, int b)
{
    struct stat first, second;
    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_ino == second.st_ino;
}

Test(order, arrives_as_it_was_sent, .init = begin)
{
    char *arguments[] = {"sh", "-c", "", "two\nlines", NULL}, *environment[] = {"A=1", "B=", NULL};
    struct attach_process sent = {.arguments = arguments,
                              .environment = environment,
                              .user = "one:two",
                              .folder = "/tmp",
                              .console = true,
                              .columns = 80,
                              .rows = 65535},
                          got;
    int channel, pipes[4];
    cr_assert(pipe(pipes) == 0 && pipe(pipes + 2) == 0);
    memcpy(sent.streams, pipes, sizeof sent.streams);
    cr_assert(order_send(ends[0], &sent, pipes[3]));
    cr_assert(order_receive(ends[1], &got, &channel));
    for (int i = 0; i < 5; i++)
        cr_expect_str_eq(arguments[i] ? arguments[i] : "-", got.arguments[i] ? got.arguments[i] : "-");
    for (int i = 0; i < 3; i++)
        cr_expect_str_eq(environment[i] ? environment[i] : "-", got.environment[i] ? got.environment[i] : "-");
    for (int i = 0; i < 3; i++)
        cr_expect(got.streams[i] != pipes[i] && same_file(got.streams[i], pipes[i]));
    cr_expect(same_file(channel, pipes[3]));
    cr_expect_str_eq(got.user, "one:two");
    cr_expect_str_eq(got.folder, "/tmp");
    cr_expect(got.console && got.columns == 80 && got.rows == 65535);
    order_drop(&got, channel);
    cr_expect_eq(fcntl(channel, F_GETFD), -1, "what came with it is closed");
}

Test(order, has_no_user_or_folder_if_none_was_given, .init = begin)
{
    char *arguments[] = {"true", NULL};
    struct attach_process sent = {.arguments = arguments}, got;
    int channel;
    cr_assert(order_send(ends[0], &sent, ends[0]));
    cr_assert(order_receive(ends[1], &got, &channel));
    cr_expect(!got.user && !got.folder && got.environment && !got.environment[0]);
    order_drop(&got, channel);
}

Test(order, that_is_too_long_is_not_sent, .init = begin)
{
    static char word[40000];
    char *arguments[] = {word, NULL};
    memset(word, 'x', sizeof word - 1);
    struct attach_process sent = {.arguments = arguments};
    cr_expect_not(order_send(ends[0], &sent, ends[0]));
}

Test(order, does_not_come_from_a_keeper_that_has_ended, .init = begin)
{
    struct attach_process got;
    int channel;
    close(ends[0]);
    cr_expect_not(order_receive(ends[1], &got, &channel));
}
