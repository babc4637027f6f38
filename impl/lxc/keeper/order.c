/* The order of a process: a header, then its strings, each with its end. Entry points: order_send(), order_receive().
 */
#include "order.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ORDER_BYTES = 32768, DESCRIPTORS = 4 /* the streams, the channel */ };

struct header {
    unsigned arguments, environment;
    bool has_user, has_folder, console;
    unsigned short columns, rows;
};

struct order {
    struct header header;
    char strings[ORDER_BYTES];
};

union descriptors {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

static bool add(struct order *order, size_t *length, const char *string)
{
    size_t size = strlen(string) + 1;
    if (size > ORDER_BYTES - *length)
        return false;
    memcpy(order->strings + *length, string, size);
    *length += size;
    return true;
}

static bool add_list(struct order *order, size_t *length, char *const *list, unsigned *count)
{
    for (*count = 0; list && list[*count]; ++*count)
        if (!add(order, length, list[*count]))
            return false;
    return true;
}

bool order_send(int stage, const struct attach_process *process, int channel)
{
    static struct order order;
    size_t length = 0;
    order.header = (struct header){.has_user = process->user,
        .has_folder = process->folder,
        .console = process->console,
        .columns = process->columns,
        .rows = process->rows};
    if (!add_list(&order, &length, process->arguments, &order.header.arguments) ||
        !add_list(&order, &length, process->environment, &order.header.environment) ||
        (process->user && !add(&order, &length, process->user)) ||
        (process->folder && !add(&order, &length, process->folder)))
        return false;
    const int descriptors[DESCRIPTORS] = {process->streams[0], process->streams[1], process->streams[2], channel};
    union descriptors control = {.bytes = {0}};
    control.header = (struct cmsghdr){CMSG_LEN(sizeof descriptors), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), descriptors, sizeof descriptors);
    struct iovec part = {&order, offsetof(struct order, strings) + length};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    return sendmsg(stage, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)part.iov_len;
}

/* The strings from *next on, ended by NULL; *next is then behind them. */
static char **take_list(char **next, unsigned count)
{
    char **list = calloc((size_t)count + 1, sizeof *list);
    if (!list)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        list[i] = *next;
        *next += strlen(*next) + 1;
    }
    return list;
}

bool order_receive(int stage, struct attach_process *process, int *channel)
{
    static struct order order;
    union descriptors control = {.bytes = {0}};
    struct iovec part = {&order, sizeof order};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    int descriptors[DESCRIPTORS];
    ssize_t length;
    while ((length = recvmsg(stage, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (length < (ssize_t)offsetof(struct order, strings) || control.header.cmsg_len != CMSG_LEN(sizeof descriptors))
        return false;
    char *next = order.strings;
    *process = (struct attach_process){
        .console = order.header.console, .columns = order.header.columns, .rows = order.header.rows};
    memcpy(descriptors, CMSG_DATA(&control.header), sizeof descriptors);
    memcpy(process->streams, descriptors, sizeof process->streams);
    *channel = descriptors[DESCRIPTORS - 1];
    process->arguments = take_list(&next, order.header.arguments);
    process->environment = take_list(&next, order.header.environment);
    process->user = order.header.has_user ? next : NULL;
    process->folder = order.header.has_folder ? next + (process->user ? strlen(next) + 1 : 0) : NULL;
    return true;
}

void order_drop(const struct attach_process *process, int channel)
{
    for (size_t i = 0; i < sizeof process->streams / sizeof *process->streams; i++)
        close(process->streams[i]);
    close(channel);
    free((void *)(uintptr_t)process->arguments);
    free((void *)(uintptr_t)process->environment);
}
