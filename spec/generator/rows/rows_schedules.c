/* Rows on the schedules of known races: each is played and must break no law. Entry point: rows_from_schedules(). */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns the function that a race is about, in name, which has size bytes: that of the first call after "then",
   otherwise of the last call. NULL if there is no call. */
static const char *function_of(const cJSON *moves, char *name, size_t size)
{
    const cJSON *move;
    bool then = false;
    const char *found = NULL;
    cJSON_ArrayForEach (move, moves) {
        const char *text = cJSON_GetStringValue(move), *word = text ? strstr(text, " Hcs") : NULL;
        then |= text && !strcmp(text, "then");
        if (!word)
            continue;
        snprintf(name, size, "%.*s", (int)strcspn(word + 1, " "), word + 1);
        found = name;
        if (then)
            break;
    }
    return found;
}

static bool names(const cJSON *moves, const char *text)
{
    const cJSON *move;
    cJSON_ArrayForEach (move, moves)
        if (cJSON_IsString(move) && strstr(move->valuestring, text))
            return true;
    return false;
}

static void add_needs(cJSON *row, const cJSON *moves)
{
    static const char *const needs[][2] = {
        {" @system/container", "container"}, {" @system/vm", "virtual-machine"}, {" @process/", "guest-process"}};
    cJSON *list = cJSON_AddArrayToObject(row, "needs");
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (names(moves, needs[i][0]))
            cJSON_AddItemToArray(list, cJSON_CreateString(needs[i][1]));
}

static void add_schedule(struct rows *rows, const struct fact_file *file)
{
    const cJSON *moves = fact_get(file->root, "moves");
    const char *base = strrchr(file->path, '/'), *strength = fact_text(file->root, "strength");
    char id[160], name[64];
    const char *function = function_of(moves, name, sizeof name);
    if (!function) {
        facts_error(file, file->root, "a schedule needs moves with at least one call");
        return;
    }
    snprintf(id, sizeof id, "schedule.%.*s", (int)strcspn(base + 1, "."), base + 1);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", strength ? strength : "unspecified");
    if (fact_text(file->root, "rule"))
        cJSON_AddStringToObject(row, "rule", fact_text(file->root, "rule"));
    cJSON_AddTrueToObject(row, "hazard");
    add_needs(row, moves);
    cJSON_AddObjectToObject(cJSON_AddObjectToObject(row, "call"), function);
    cJSON_AddItemToObject(row, "play", cJSON_Duplicate(file->root, 1));
    rows_add(rows, file, file->root, row);
}

void rows_from_schedules(const struct facts *facts, struct rows *rows)
{
    for (size_t i = 0; i < facts->schedule_count; i++)
        add_schedule(rows, &facts->schedules[i]);
}
