/* The player's time. On a host it is real. On the simulator a pause is virtual, and the player waits until the target
   rests: until every thread is either on the player, without a move, or asleep inside the library. Entry points:
   player_pass(), player_await(). */
#include "player_parts.h"
#include "row/fixture/fixture.h"
#include "row/fixture/pause.h"
#include "spec_schema.h"
#include "include/HcsSim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_NS = 5 * MILLISECOND, GLANCE_NS = 50000 };

uint64_t player_clock(const struct schedule_player *player)
{
    return player->simulator ? player->passed : platform_time();
}

/* Does the target make no progress without another move, or time passing? Lock held. */
static bool target_rests(const struct schedule_player *player)
{
    HCS_SIM_COUNTS counts;
    unsigned inside = player->endings, there = 0;
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        inside += player->clients[i].todo != NULL;
    for (unsigned i = 0; i < player->arrived; i++) {
        bool called = player->invocations[i].todo != NULL;
        inside += called;
        there += player->invocations[i].there && (called || !player->over); /* once over, those without a move leave */
    }
    return SUCCEEDED(player->simulator->count(&counts)) && !counts.Due && counts.Running == there &&
           counts.Waiting == inside;
}

bool player_await(
    struct schedule_player *player, bool (*done)(const void *what), const void *what, unsigned milliseconds)
{
    uint64_t from = platform_time(), until = from + (uint64_t)milliseconds * MILLISECOND;
    while (!done(what) && !player->law[0]) {
        if (player->simulator ? target_rests(player) : platform_time() >= until)
            break;
        uint64_t look = platform_time() + (player->simulator ? GLANCE_NS : LOOK_NS);
        platform_wait(&player->changed, &player->lock, player->simulator || look < until ? look : until);
    }
    bool came = done(what);
    if (!came && !player->simulator)
        pause_count(platform_time() - from);
    return came;
}

bool player_never(const void *unused)
{
    (void)unused;
    return false;
}

void player_pass(struct schedule_player *player, unsigned milliseconds)
{
    if (player->simulator) {
        (void)player->simulator->advance((uint64_t)milliseconds * MILLISECOND);
        player->passed += (uint64_t)milliseconds * MILLISECOND;
    }
    platform_lock(&player->lock);
    (void)player_await(player, player_never, NULL, milliseconds);
    platform_unlock(&player->lock);
}

void player_find_simulator(struct schedule_player *player, uint64_t seed)
{
    const struct target_simulator *simulator = &player->target->simulator;
    if (!simulator->reset)
        return;
    char text[64];
    snprintf(text, sizeof text, "{\"%s\":\"%s\",\"%s\":0}", FIELD_Scenario_time, VALUE_ScenarioTime_Manual,
        FIELD_Scenario_idleMs);
    PWSTR scenario = to_utf16(text);
    if (SUCCEEDED(simulator->reset(scenario, &seed)))
        player->simulator = simulator;
    free(scenario);
}
