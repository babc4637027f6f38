/* Role: the services of Hv sockets as unix sockets. In the container and on the host there is a folder for them, with
   the same names in it: GUID leads to a listener in the container, GUID.host to one on the host. A listener binds its
   own name in the folder of its side; the keeper binds the names of the other side's listeners, and carries what comes.
   It opens nothing but sockets in the two folders, and follows no link. Callers: keeper.c. Single thread; nothing here
   blocks after services_open(). */
#ifndef LXC_SERVICES_H
#define LXC_SERVICES_H

#include "lxc/keeper_state.h"
#include "lxc/plan.h"
#include "relay.h"
#include "userns.h"
#include <poll.h>

#define SERVICES_INSIDE "/run/computecore/hv" /* the folder in the container */

struct service;
struct services {
    struct service *list; /* two a service: one a direction */
    unsigned count;
    int inside, outside, shared; /* the folders: in the container, of this system, of all systems; -1: none */
    int spare;                   /* a descriptor that is kept back; -1: none */
    uid_t user;                  /* whom listeners on the host may belong to, beside root */
};

/* Makes both folders and listens; without services it does nothing. root: of the root file system, before the container
   runs; folder: the system's. false after failure_set(): what was opened ends with the keeper. */
bool services_open(struct services *services, const struct plan *plan, int root, const char *folder,
    const struct keeper_state *state, struct id_range range, struct failure *failure);
/* As relays_watched() and the two after it; connections become relays. */
size_t services_watched(const struct services *services);
void services_watch(const struct services *services, const struct relays *relays, struct pollfd *watches);
void services_serve(struct services *services, struct relays *relays, const struct pollfd *watches);
void services_close(struct services *services);

#endif
