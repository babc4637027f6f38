/* Schedules. Entry points: schedule_read(), schedule_text(). */
#include "schedule.h"
#include "core/text.h"
#include "document/document.h"
#include "platform/child.h"
#include "random.h"
#include "spec_hresults.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 16 << 20, SCHEDULE_VERSION = 1, MOST_FAULTS = 24, MOST_PER_MILLE = 200 };

void schedule_free(struct schedule *schedule)
{
    free(schedule->scenario);
    free(schedule->description);
    free(schedule->moves);
    *schedule = (struct schedule){0};
}

bool schedule_add(struct schedule *schedule, const struct move *move)
{
    if (schedule->count == schedule->capacity) {
        size_t capacity = schedule->capacity ? schedule->capacity * 2 : 64;
        struct move *larger = realloc(schedule->moves, capacity * sizeof *larger);
        if (!larger)
            return false;
        schedule->moves = larger;
        schedule->capacity = capacity;
    }
    schedule->moves[schedule->count++] = *move;
    return true;
}

/* --- faults that are drawn --- */

static const char *const fallible[] = {VALUE_ScenarioCall_HcsCreateComputeSystem,
    VALUE_ScenarioCall_HcsStartComputeSystem, VALUE_ScenarioCall_HcsShutDownComputeSystem,
    VALUE_ScenarioCall_HcsTerminateComputeSystem, VALUE_ScenarioCall_HcsPauseComputeSystem,
    VALUE_ScenarioCall_HcsResumeComputeSystem, VALUE_ScenarioCall_HcsSaveComputeSystem,
    VALUE_ScenarioCall_HcsModifyComputeSystem, VALUE_ScenarioCall_HcsGetComputeSystemProperties,
    VALUE_ScenarioCall_HcsCreateProcess, VALUE_ScenarioCall_HcsSignalProcess, VALUE_ScenarioCall_HcsTerminateProcess,
    VALUE_ScenarioCall_HcsModifyProcess, VALUE_ScenarioCall_HcsGetProcessInfo,
    VALUE_ScenarioCall_HcsGetProcessProperties, VALUE_ScenarioCall_HcsOpenComputeSystem,
    VALUE_ScenarioCall_HcsEnumerateComputeSystems};
enum { FALLIBLE = sizeof fallible / sizeof *fallible, ONLY_FAIL = 2 }; /* the last two can only fail */

static void write_fault(struct writer *writer, struct random *random, bool in_force)
{
    static const char *const effects[] = {
        VALUE_ScenarioEffect_Fail, VALUE_ScenarioEffect_Hang, VALUE_ScenarioEffect_Exit};
    unsigned call = (unsigned)random_below(random, FALLIBLE), effect = (unsigned)random_below(random, 3);
    unsigned result = (unsigned)random_below(random, spec_hresult_count);
    unsigned per_mille = 1 + (unsigned)random_below(random, MOST_PER_MILLE);
    while (SUCCEEDED(spec_hresults[result].value))
        result = (result + 1) % spec_hresult_count;
    if (!in_force)
        return;
    if (call >= FALLIBLE - ONLY_FAIL)
        effect = 0;
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_ScenarioFault_call, fallible[call]);
    writer_string(writer, FIELD_ScenarioFault_effect, effects[effect]);
    if (!effect)
        writer_string(writer, FIELD_ScenarioFault_hresult, spec_hresults[result].name);
    writer_integer(writer, FIELD_ScenarioFault_perMille, per_mille);
    writer_close(writer, '}');
}

char *schedule_draw_faults(uint64_t seed, uint64_t mask, unsigned *count)
{
    struct random random;
    struct writer writer = {0};
    random_seed(&random, seed ^ 0xFA017);
    *count = random_below(&random, 2) ? 0 : 1 + (unsigned)random_below(&random, MOST_FAULTS);
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, FIELD_Scenario_clients, 1);
    if (*count) {
        writer_open(&writer, FIELD_Scenario_faults, '[');
        for (unsigned i = 0; i < *count; i++)
            write_fault(&writer, &random, mask >> i & 1);
        writer_close(&writer, ']');
    }
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

/* --- read --- */

static bool refuse(const char *where, size_t number, const char *what)
{
    if (number)
        fprintf(stderr, "hcs-sim: schedule %s: move %zu: %s\n", where, number, what);
    else
        fprintf(stderr, "hcs-sim: schedule %s: %s\n", where, what);
    return false;
}

static bool add_text(struct schedule *schedule, const char *where, const char *text)
{
    struct move move;
    if (!strcmp(text, "then")) {
        schedule->setup = schedule->count;
        return true;
    }
    const char *wrong = move_read(text, &move);
    if (wrong)
        return refuse(where, schedule->count + 1, wrong);
    return schedule_add(schedule, &move) || refuse(where, 0, "out of memory");
}

bool schedule_read_text(const char *text, struct schedule *schedule)
{
    static const char where[] = "string";
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
            good = refuse(where, schedule->count + 1, "longer than any move");
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
            good = add_text(schedule, where, part);
        if (end != part && *end)
            good = refuse(where, 0, "seed takes a number, faults a hexadecimal one");
    }
    if (!good)
        schedule_free(schedule);
    return good;
}

static bool take_json(struct schedule *schedule, const char *path, const cJSON *root)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "schedule"), *move;
    const cJSON *moves = cJSON_GetObjectItemCaseSensitive(root, "moves");
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(root, "scenario");
    const char *faults = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "faults"));
    const char *description = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "description"));
    if (!cJSON_IsNumber(version) || version->valueint != SCHEDULE_VERSION)
        return refuse(path, 0, "this is no schedule of version 1");
    if (!cJSON_IsArray(moves))
        return refuse(path, 0, "the list \"moves\" is missing");
    (void)document_unsigned(cJSON_GetObjectItemCaseSensitive(root, "seed"), &schedule->seed);
    schedule->faults = faults ? strtoull(faults, NULL, 16) : 0;
    schedule->scenario = cJSON_IsObject(scenario) ? cJSON_PrintUnformatted(scenario) : NULL;
    schedule->description = description ? strdup(description) : NULL;
    cJSON_ArrayForEach (move, moves)
        if (!add_text(schedule, path, cJSON_IsString(move) ? move->valuestring : ""))
            return false;
    return true;
}

bool schedule_read(const char *path, struct schedule *schedule)
{
    size_t length;
    *schedule = (struct schedule){0};
    char *text = program_read_file(path, MOST_BYTES, &length);
    if (!text)
        return refuse(path, 0, "can't be read");
    cJSON *root = cJSON_ParseWithLength(text, length);
    bool good = root ? take_json(schedule, path, root) : refuse(path, 0, "not JSON");
    cJSON_Delete(root);
    free(text);
    if (!good)
        schedule_free(schedule);
    return good;
}

/* --- write --- */

char *schedule_text(const struct schedule *schedule)
{
    struct writer writer = {0};
    char text[MOVE_TEXT];
    writer_format(&writer, "seed %" PRIu64, schedule->seed);
    if (schedule->faults)
        writer_format(&writer, "; faults %" PRIx64, schedule->faults);
    for (size_t i = 0; i < schedule->count; i++) {
        move_print(&schedule->moves[i], text);
        writer_format(&writer, "%s; %s", schedule->setup && schedule->setup == i ? "; then" : "", text);
    }
    return writer_finish(&writer);
}

char *schedule_json(const struct schedule *schedule)
{
    struct writer writer = {0};
    char text[MOVE_TEXT], number[24];
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, "schedule", SCHEDULE_VERSION);
    if (schedule->description)
        writer_string(&writer, "description", schedule->description);
    snprintf(number, sizeof number, "%" PRIu64, schedule->seed);
    writer_literal(&writer, "seed", number);
    snprintf(number, sizeof number, "%" PRIx64, schedule->faults);
    if (schedule->faults)
        writer_string(&writer, "faults", number);
    if (schedule->scenario)
        writer_literal(&writer, "scenario", schedule->scenario);
    writer_open(&writer, "moves", '[');
    for (size_t i = 0; i < schedule->count; i++) {
        move_print(&schedule->moves[i], text);
        if (schedule->setup && schedule->setup == i)
            writer_string(&writer, NULL, "then");
        writer_string(&writer, NULL, text);
    }
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    return writer_finish(&writer);
}
