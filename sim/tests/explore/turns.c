/* Turns. Entry points: turns_begin(), turn(). */
#include "turns.h"
#include "explore/schedule/schedule.h"
#include "platform/platform.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, PATIENCE_NS = 60000000 };

static struct platform_mutex lock = PLATFORM_MUTEX;
static struct platform_condition moved = PLATFORM_CONDITION;
static struct {
    char text[MOVE_TEXT]; /* "c0 HcsCloseProcess" */
    bool passed;
} order[MOST];
static unsigned count, now;

static void add(const struct move *move)
{
    char text[MOVE_TEXT];
    move_print(move, text);
    char *second = strchr(text, ' ');
    if (second && (second = strchr(second + 1, ' ')))
        *second = 0;
    strcpy(order[count++].text, text);
}

static unsigned draw(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((*state >> 33) % below);
}

/* Chooses the next move among the first remaining move of each actor. */
static size_t choose(const struct schedule *schedule, const bool *taken, uint64_t *random)
{
    size_t ready[MOVE_ACTORS];
    bool seen[MOVE_ACTORS] = {false};
    unsigned found = 0;
    for (size_t i = schedule->setup; i < schedule->count; i++) {
        unsigned actor = schedule->moves[i].actor;
        if (taken[i] || seen[actor])
            continue;
        seen[actor] = true;
        ready[found++] = i;
    }
    return found ? ready[random ? draw(random, found) : 0] : schedule->count;
}

void turns_begin(const char *path, unsigned attempt)
{
    struct schedule schedule;
    uint64_t random = attempt * 0x9E3779B97F4A7C15u;
    if (!schedule_read("turns", path, &schedule) || schedule.count > MOST)
        exit(2);
    bool taken[MOST] = {false};
    for (size_t i; (i = choose(&schedule, taken, attempt ? &random : NULL)) < schedule.count; taken[i] = true)
        add(&schedule.moves[i]);
    schedule_free(&schedule);
}

void turn(const char *actor, const char *what)
{
    char text[MOVE_TEXT];
    unsigned mine = 0;
    snprintf(text, sizeof text, "%s %s", actor, what);
    platform_lock(&lock);
    while (mine < count && (order[mine].passed || strcmp(order[mine].text, text)))
        mine++;
    while (mine < count && now < mine) {
        unsigned before = now;
        uint64_t until = platform_time() + PATIENCE_NS;
        while (now == before && platform_time() < until)
            platform_wait(&moved, &lock, until);
        if (now == before) { /* no thread asked for that move in time */
            order[now++].passed = true;
            platform_notify_all(&moved);
        }
    }
    if (mine < count && now == mine)
        order[now++].passed = true;
    platform_notify_all(&moved);
    platform_unlock(&lock);
}
