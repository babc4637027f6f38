/* Services of Hv sockets. Entry points: services_open(), services_serve(). */
#include "services.h"
#include "spare.h"
#include "within.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define CONFIG "$.Container.HvSocket.Config"

enum { PATH_BYTES = 4096, NAME_BYTES = GUID_TEXT + 8, BACKLOG = 16, MOST_CONNECTIONS = 128, FOLDER_MODE = 0711 };

struct service {
    const struct plan_service *plan;
    char name[NAME_BYTES]; /* the same in both folders */
    bool from_host;        /* a client on the host connects to a listener in the container */
    int listener;          /* -1: none */
};

/* --- folders --- */

static bool make_folder(const char *path, struct failure *failure)
{
    return mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST || failure_set(failure, errno, NULL, "%s: %m", path);
}

static int open_folder(const char *path, struct failure *failure)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        failure_set(failure, errno, NULL, "%s: %m", path);
    return folder;
}

/* The folder of the system, and a link to it that has the name by which clients know the system. */
static bool make_outside(
    struct services *services, const char *folder, const struct keeper_state *state, struct failure *failure)
{
    char path[PATH_BYTES], target[NAME_BYTES + 64];
    snprintf(path, sizeof path, "%s/../../" KEEPER_HV, folder);
    if (!make_folder(path, failure) || (services->shared = open_folder(path, failure)) < 0)
        return false;
    snprintf(path, sizeof path, "%s/" KEEPER_HV, folder);
    if (!make_folder(path, failure) || (services->outside = open_folder(path, failure)) < 0)
        return false;
    snprintf(target, sizeof target, "../systems/%s/" KEEPER_HV, state->name);
    return !state->runtime_id[0] || symlinkat(target, services->shared, state->runtime_id) == 0 || errno == EEXIST ||
           failure_set(failure, errno, NULL, "%s: %m", path);
}

/* A small file system in memory: nothing of it stays in the writable layer, and no other mount is below it. */
static bool make_inside(struct services *services, int root, struct id_range range, struct failure *failure)
{
    char path[64], options[128];
    int place = within_make_folders(root, SERVICES_INSIDE "/", range);
    snprintf(path, sizeof path, "/proc/self/fd/%d", place);
    snprintf(options, sizeof options, "mode=755,size=64k,nr_inodes=1024,uid=%u,gid=%u", range.first, range.first);
    if (place >= 0 && mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) == 0)
        services->inside = within_open(root, SERVICES_INSIDE, O_RDONLY | O_DIRECTORY);
    if (services->inside < 0)
        failure_set(failure, errno, CONFIG, SERVICES_INSIDE " in the container: %m");
    if (place >= 0)
        close(place);
    return services->inside >= 0;
}

/* --- sockets --- */

static struct sockaddr_un address_in(int folder, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%.*s", folder, NAME_BYTES, name);
    return address;
}

static int make_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Who may connect is who may write to the socket's file. */
static bool listen_in(struct service *service, int folder, uid_t owner, mode_t mode, struct failure *failure)
{
    struct sockaddr_un address = address_in(folder, service->name);
    service->listener = make_socket();
    (void)unlinkat(folder, service->name, 0); /* of an earlier start */
    return (service->listener >= 0 && bind(service->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
               fchownat(folder, service->name, owner, (gid_t)-1, AT_SYMLINK_NOFOLLOW) == 0 &&
               fchmodat(folder, service->name, mode, 0) == 0 && listen(service->listener, BACKLOG) == 0) ||
           failure_set(failure, errno, CONFIG, "service %s: %m", service->plan->id);
}

/* Connects to a listener's socket in the folder. -1: there is none. */
static int connect_in(int folder, const char *name, const struct services *services)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat there;
    int place = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (place < 0)
        return -1;
    bool fits = fstat(place, &there) == 0 && S_ISSOCK(there.st_mode) &&
                (folder == services->inside || there.st_uid == 0 || there.st_uid == services->user);
    int made = fits ? make_socket() : -1;
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", place);
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address)) {
        close(made);
        made = -1;
    }
    close(place);
    return made;
}

static int reach_listener(const struct services *services, const struct service *service)
{
    if (service->from_host)
        return connect_in(services->inside, service->name, services);
    int made = connect_in(services->outside, service->name, services);
    return made < 0 && service->plan->wildcard ? connect_in(services->shared, service->name, services) : made;
}

/* Each direction has copies of its own. Without a listener, descriptors or memory the client's connection ends. */
static void take_connection(struct services *services, const struct service *service, struct relays *relays)
{
    int client = spare_accept(service->listener, SOCK_CLOEXEC | SOCK_NONBLOCK, &services->spare);
    int server = client >= 0 && services->spare >= 0 ? reach_listener(services, service) : -1;
    if (server >= 0 &&
        !(relay_begin(relays, RELAY_SOCKET, client, server) && relay_begin(relays, RELAY_SOCKET, server, client)))
        (void)shutdown(client, SHUT_RDWR); /* the direction that was begun ends with it */
    if (server >= 0)
        close(server);
    if (client >= 0)
        close(client);
    spare_keep(&services->spare);
}

/* --- all of them --- */

static bool open_service(
    struct services *services, const struct plan_service *plan, struct id_range range, struct failure *failure)
{
    for (int from_host = 0; from_host < 2; from_host++) {
        struct service *service = &services->list[services->count++];
        *service = (struct service){.plan = plan, .from_host = from_host, .listener = -1};
        snprintf(service->name, sizeof service->name, "%s%s", plan->id, from_host ? "" : ".host");
        bool listens =
            from_host ? listen_in(service, services->outside, services->user, plan->everyone ? 0666 : 0600, failure)
                      : listen_in(service, services->inside, range.first, 0600, failure);
        if (!listens)
            return false;
    }
    return true;
}

bool services_open(struct services *services, const struct plan *plan, int root, const char *folder,
    const struct keeper_state *state, struct id_range range, struct failure *failure)
{
    *services = (struct services){.inside = -1, .outside = -1, .shared = -1, .spare = -1, .user = state->user};
    if (!plan->service_count)
        return true;
    spare_keep(&services->spare);
    services->list = calloc(plan->service_count, 2 * sizeof *services->list);
    if (!services->list)
        return failure_set(failure, ENOMEM, NULL, "out of memory");
    if (!make_outside(services, folder, state, failure) || !make_inside(services, root, range, failure))
        return false;
    for (unsigned i = 0; i < plan->service_count; i++)
        if (!open_service(services, &plan->services[i], range, failure))
            return false;
    /* last: from now on its user can put something else in the place of a socket */
    return fchown(services->outside, services->user, (gid_t)-1) == 0 ||
           failure_set(failure, errno, CONFIG, "the folder of its services: %m");
}

size_t services_watched(const struct services *services)
{
    return services->count;
}

/* Beyond the most connections, clients wait in the backlog. */
void services_watch(const struct services *services, const struct relays *relays, struct pollfd *watches)
{
    bool full = relays->sockets >= (size_t)2 * MOST_CONNECTIONS;
    for (unsigned i = 0; i < services->count; i++)
        watches[i] = (struct pollfd){full ? -1 : services->list[i].listener, POLLIN, 0};
}

void services_serve(struct services *services, struct relays *relays, const struct pollfd *watches)
{
    for (unsigned i = 0; i < services->count; i++)
        if (watches[i].revents)
            take_connection(services, &services->list[i], relays);
}

void services_close(struct services *services)
{
    const int others[] = {services->inside, services->outside, services->shared, services->spare};
    for (unsigned i = 0; i < services->count; i++)
        if (services->list[i].listener >= 0)
            close(services->list[i].listener);
    for (size_t i = 0; services->list && i < sizeof others / sizeof *others; i++)
        if (others[i] >= 0)
            close(others[i]);
    free(services->list);
    *services = (struct services){.inside = -1, .outside = -1, .shared = -1, .spare = -1};
}
