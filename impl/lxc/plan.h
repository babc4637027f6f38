/* Role: the settings of a Container document, parsed and checked as far as possible without looking at the machine.
   Settings that can't be applied are refused with their path, never ignored. Callers: keeper/keeper.c,
   backend/backend.c. No state; any thread. */
#ifndef LXC_PLAN_H
#define LXC_PLAN_H

#include "base/text/identity.h"
#include "failure.h"
#include <cjson/cJSON.h>
#include <stdint.h>

/* A folder or socket of the host's that the container sees. */
struct plan_share {
    const char *host, *container; /* container: absolute, without . or .. */
    bool read_only, socket;
    char path[64]; /* of the document, for failures */
};

/* A service of Hv sockets, which becomes unix sockets on both sides. */
struct plan_service {
    char id[GUID_TEXT]; /* in lower case */
    bool everyone;      /* on the host may connect; else root and the user of the system */
    bool wildcard;      /* a listener of the host that serves all systems is taken, too */
};

/* Texts are the document's, and live as long as it does. */
struct plan {
    const char *host_name; /* NULL: the id */
    const char **layers;   /* the top one first; none: the base image */
    unsigned layer_count;
    const char *upper; /* Storage.Path; NULL: a folder of the state folder */
    struct plan_share *shares;
    unsigned share_count;
    struct plan_service *services;
    unsigned service_count;
    uint64_t memory_mb;                                            /* 0: no limit, as with the processors */
    unsigned processor_count, processor_maximum, processor_weight; /* maximum: in 1/10,000; weight: 1 to 10,000 */
    const char *network; /* a network namespace: its name below /run/netns, or a path; NULL: loopback alone */
};

/* document: of HcsCreateComputeSystem. false after failure_set(); plan_free() in both cases. */
bool plan_make(struct plan *plan, const cJSON *document, struct failure *failure);
void plan_free(struct plan *plan);
/* A mapped directory as it is added to a container that runs, {"host","container","readOnly"}, or removed from it,
   where the host's path does not matter. Its texts are those of json. false after failure_set(). */
bool plan_read_share(struct plan_share *share, const cJSON *json, bool add, struct failure *failure);

#endif
