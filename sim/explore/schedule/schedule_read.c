/* Schedules as files and strings. Entry points: schedule_read(), schedule_read_text(). */
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/json_scan.h"
#include "document/document.h"
#include "schedule.h"
#include <cjson/cJSON.h>
#include <errno.h>
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
        if (schedule->setup)
            return refuse(source, schedule->count + 1, "there is a \"then\" before");
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

/* Of a file. Strength and rule are for the generator of the rows, which checks them. */
static const char *const members[] = {
    "schedule", "strength", "rule", "description", "seed", "faults", "scenario", "moves", NULL};

static bool has_known_members(const struct source *source, const cJSON *root)
{
    char what[96];
    const cJSON *item;
    cJSON_ArrayForEach (item, root) {
        const char *const *name = members;
        while (*name && strcmp(*name, item->string) != 0)
            name++;
        bool first = cJSON_GetObjectItemCaseSensitive(root, item->string) == item;
        snprintf(what, sizeof what, *name ? "\"%.40s\" stands there twice" : "unknown member \"%.40s\"", item->string);
        if (!*name || !first)
            return refuse(source, 0, what);
    }
    return true;
}

/* All of the text, in digits of that base. */
static bool read_number(const char *text, int base, uint64_t *number)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    size_t length = strlen(text);
    errno = 0;
    *number = strtoull(text, NULL, base);
    return length && strspn(text, digits) == length && (base == 16 || strcspn(text, digits + 10) == length) && !errno;
}

/* Numbers of JSON are exact up to 2^53; a larger seed is a text. */
static bool take_seed(const cJSON *seed, uint64_t *number)
{
    if (!seed)
        return true;
    return cJSON_IsString(seed) ? read_number(seed->valuestring, 10, number)
                                : document_unsigned(seed, number) && *number <= SCHEDULE_EXACT;
}

static bool take_head(struct schedule *schedule, const struct source *source, const cJSON *root)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "schedule");
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(root, "scenario");
    const cJSON *faults = cJSON_GetObjectItemCaseSensitive(root, "faults");
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(root, "description");
    if (!cJSON_IsNumber(version) || version->valuedouble != SCHEDULE_VERSION)
        return refuse(source, 0, "not a schedule of version 1");
    if (!has_known_members(source, root))
        return false;
    if (!take_seed(cJSON_GetObjectItemCaseSensitive(root, "seed"), &schedule->seed))
        return refuse(source, 0, "\"seed\" needs a whole number, above 2^53 in quotes");
    if (faults && !(cJSON_IsString(faults) && read_number(faults->valuestring, 16, &schedule->faults)))
        return refuse(source, 0, "\"faults\" needs a hexadecimal number in quotes");
    if (scenario && !cJSON_IsObject(scenario))
        return refuse(source, 0, "\"scenario\" needs an object");
    if (description && !cJSON_IsString(description))
        return refuse(source, 0, "\"description\" needs a text");
    schedule->scenario = scenario ? cJSON_PrintUnformatted(scenario) : NULL;
    schedule->description = description ? allocate_copy(description->valuestring) : NULL;
    return true;
}

static bool take_json(struct schedule *schedule, const struct source *source, const cJSON *root)
{
    const cJSON *moves = cJSON_GetObjectItemCaseSensitive(root, "moves"), *move;
    if (!take_head(schedule, source, root))
        return false;
    if (!cJSON_IsArray(moves))
        return refuse(source, 0, "the list \"moves\" is missing");
    cJSON_ArrayForEach (move, moves) {
        if (!cJSON_IsString(move))
            return refuse(source, schedule->count + 1, "not a text");
        if (!add_text(schedule, source, move->valuestring))
            return false;
    }
    return schedule->count || refuse(source, 0, "there are no moves");
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
    struct json_fault fault = json_scan(text, length);
    cJSON *root = fault.place ? NULL : cJSON_ParseWithLength(text, length);
    bool good = root ? schedule_take(tool, path, root, schedule) : refuse(&source, 0, "not JSON");
    cJSON_Delete(root);
    free(text);
    return good;
}
