/* The times at which systems exited. Entry points: ended_note(), ended_since(). */
#include "ended.h"
#include "core/lock.h"
#include "base/text/identity.h"
#include <stdlib.h>
#include <string.h>

struct sim_ended {
    struct sim_ended *next;
    uint64_t time;
    char id[];
};

static struct sim_ended *find(const struct sim *sim, const char *id)
{
    struct sim_ended *ended = sim->ended;
    while (ended && !identity_same(ended->id, id))
        ended = ended->next;
    return ended;
}

void ended_note(struct sim *sim, const char *id)
{
    CHECK_HELD();
    if (!sim->scenario.remembers_exits)
        return;
    struct sim_ended *ended = find(sim, id);
    if (!ended) {
        ended = malloc(sizeof *ended + strlen(id) + 1);
        if (!ended)
            return;
        strcpy(ended->id, id);
        ended->next = sim->ended;
        sim->ended = ended;
    }
    ended->time = sim->now;
}

uint64_t ended_since(const struct sim *sim, const char *id)
{
    CHECK_HELD();
    const struct sim_ended *ended = id ? find(sim, id) : NULL;
    return ended ? sim->now - ended->time : UINT64_MAX;
}

void ended_free(struct sim *sim)
{
    CHECK_HELD();
    while (sim->ended) {
        struct sim_ended *ended = sim->ended;
        sim->ended = ended->next;
        free(ended);
    }
}
