/* Schedules as files and strings. Entry points: schedule_read(), schedule_read_text(). */
#include "base/allocate.h"
#include "base/files/files.h"
#include "document/document.h"
#include "schedule.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void schedule_free(struct schedule *schedule)
{
    free(schedule->scenario);
    free(schedule->description);
    free(schedule->moves);
    *schedule = (struct schedule){0};
}

void schedule_add(struct schedule *schedule, const struct move *move)
{
    if (schedule->count == schedule->capacity) {
        schedule->capacity = schedule->capacity ? schedule->capacity * 2 : 64;
        schedule->moves = reallocate(schedule->moves, schedule->capacity * sizeof *schedule->moves);
    }
    schedule->moves[schedule->count++] = *move;
}

/* Where a schedule comes from, for messages. */
struct source {
    const char *tool, *where;
};

static bool refuse(const struct source *source, size_t number, const char *what)
{
    if (number)
        fprintf(stderr, "%s: schedule %s: move %zu: %s\n", source->tool, source->where, number, what);
    else
        fprintf(stderr, "%s: schedule %s: %s\n", source->tool, source->where, what);
    return false;
}

static bool add_text(struct schedule *schedule, const struct source *source, const char *text)
{
    struct move move;
    if (!strcmp(text, "then")) {
        schedule->setup = schedule->count;
        return true;
    }
    const char *wrong = move_read(text, &move);
    if (wrong)
        return refuse(source, schedule->count + 1, wrong);
    schedule_add(schedule, &move);
    return true;
}

bool schedule_read_text(const char *tool, const char *text, struct schedule *schedule)
{
    const struct source *source = &(struct source){tool, "string"};
    char part[MOVE_TEXT];
    bool good = true;
    *schedule = (struct schedule){0};
    while (good && *text) {
        size_t length = strcspn(text, ";");
        const char *start = text + strspn(text, " ");
        text += length + (text[length] != 0);
        size_t used = (size_t)(text - start) - (text > start && text[-1] == ';');
        if (text <= start || !used)
            continue;
        if (used >= sizeof part) {
            good = refuse(source, schedule->count + 1, "longer than any move");
            break;
        }
        memcpy(part, start, used);
        part[used] = 0;
        char *end = part;
        if (!strncmp(part, "seed ", 5))
            schedule->seed = strtoull(part + 5, &end, 10);
        else if (!strncmp(part, "faults ", 7))
            schedule->faults = strtoull(part + 7, &end, 16);
        else
            good = add_text(schedule, source, part);
        if (end != part && *end)
            good = refuse(source, 0, "seed needs a number, faults a hexadecimal number");
    }
    if (!good)
        schedule_free(schedule);
    return good;
}

static bool take_json(struct schedule *schedule, const struct source *source, const cJSON *root)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "schedule"), *move;
    const cJSON *moves = cJSON_GetObjectItemCaseSensitive(root, "moves");
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(root, "scenario");
    const char *faults = document_text(root, "faults");
    const char *description = document_text(root, "description");
    if (!cJSON_IsNumber(version) || version->valueint != SCHEDULE_VERSION)
        return refuse(source, 0, "not a schedule of version 1");
    if (!cJSON_IsArray(moves))
        return refuse(source, 0, "the list \"moves\" is missing");
    (void)document_unsigned(cJSON_GetObjectItemCaseSensitive(root, "seed"), &schedule->seed);
    schedule->faults = faults ? strtoull(faults, NULL, 16) : 0;
    schedule->scenario = cJSON_IsObject(scenario) ? cJSON_PrintUnformatted(scenario) : NULL;
    schedule->description = description ? allocate_copy(description) : NULL;
    cJSON_ArrayForEach (move, moves)
        if (!add_text(schedule, source, cJSON_IsString(move) ? move->valuestring : ""))
            return false;
    return true;
}

bool schedule_take(const char *tool, const char *where, const cJSON *root, struct schedule *schedule)
{
    const struct source source = {tool, where};
    *schedule = (struct schedule){0};
    if (take_json(schedule, &source, root))
        return true;
    schedule_free(schedule);
    return false;
}

bool schedule_read(const char *tool, const char *path, struct schedule *schedule)
{
    const struct source source = {tool, path};
    size_t length;
    char *text = file_read(path, SCHEDULE_BYTES, &length);
    if (!text) {
        memory_check();
        return refuse(&source, 0, "can't be read");
    }
    cJSON *root = cJSON_ParseWithLength(text, length);
    bool good = root ? schedule_take(tool, path, root, schedule) : refuse(&source, 0, "not JSON");
    cJSON_Delete(root);
    free(text);
    return good;
}
