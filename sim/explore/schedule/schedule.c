/* Schedules. Entry points: schedule_text(), schedule_json(). */
#include "schedule.h"
#include "base/text/json_writer.h"
#include "document/document.h"
#include "backend/random.h"
#include "spec_hresults.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FAULTS = 24, MAX_PER_MILLE = 200 };

/* --- drawing faults --- */

static const char *const fallible[] = {VALUE_ScenarioCall_HcsCreateComputeSystem,
    VALUE_ScenarioCall_HcsStartComputeSystem, VALUE_ScenarioCall_HcsShutDownComputeSystem,
    VALUE_ScenarioCall_HcsTerminateComputeSystem, VALUE_ScenarioCall_HcsPauseComputeSystem,
    VALUE_ScenarioCall_HcsResumeComputeSystem, VALUE_ScenarioCall_HcsSaveComputeSystem,
    VALUE_ScenarioCall_HcsModifyComputeSystem, VALUE_ScenarioCall_HcsGetComputeSystemProperties,
    VALUE_ScenarioCall_HcsCreateProcess, VALUE_ScenarioCall_HcsSignalProcess, VALUE_ScenarioCall_HcsTerminateProcess,
    VALUE_ScenarioCall_HcsModifyProcess, VALUE_ScenarioCall_HcsGetProcessInfo,
    VALUE_ScenarioCall_HcsGetProcessProperties, VALUE_ScenarioCall_HcsOpenComputeSystem,
    VALUE_ScenarioCall_HcsEnumerateComputeSystems};
enum { FALLIBLE = sizeof fallible / sizeof *fallible, ONLY_FAIL = 2 }; /* the last two can only have the effect Fail */
enum { SYSTEM_CALLS = 9, PROCESS_CALLS = FALLIBLE - ONLY_FAIL - SYSTEM_CALLS };

/* The other effects, and for which calls of the list each is drawn. */
static const struct {
    const char *effect;
    unsigned first, count;
} races[] = {{VALUE_ScenarioEffect_Disconnect, 0, FALLIBLE - ONLY_FAIL},
    {VALUE_ScenarioEffect_LoseExit, 0, FALLIBLE - ONLY_FAIL}, {VALUE_ScenarioEffect_DelayExit, 0, FALLIBLE - ONLY_FAIL},
    {VALUE_ScenarioEffect_LoseStatus, 0, SYSTEM_CALLS},
    {VALUE_ScenarioEffect_LoseEndOfOutput, SYSTEM_CALLS, PROCESS_CALLS},
    {VALUE_ScenarioEffect_CloseConnection, SYSTEM_CALLS, PROCESS_CALLS},
    {VALUE_ScenarioEffect_EndProcess, SYSTEM_CALLS, 1}, {VALUE_ScenarioEffect_AwaitExit, SYSTEM_CALLS + 1, 2},
    {VALUE_ScenarioEffect_AwaitCallback, 3, 1}};
enum { RACES = sizeof races / sizeof *races };

/* Writes a rule for a call of the list; result: for the effect Fail, the index of its HRESULT. */
static void write_rule(struct writer *writer, unsigned call, const char *effect, unsigned result, unsigned per_mille)
{
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_ScenarioFault_call, fallible[call]);
    writer_string(writer, FIELD_ScenarioFault_effect, effect);
    if (!strcmp(effect, VALUE_ScenarioEffect_Fail))
        writer_string(writer, FIELD_ScenarioFault_hresult, spec_hresults[result].name);
    if (!strcmp(effect, VALUE_ScenarioEffect_DelayExit))
        writer_integer(writer, FIELD_ScenarioFault_delayMs, MOVE_DELAY_MS);
    writer_integer(writer, FIELD_ScenarioFault_perMille, per_mille);
    writer_close(writer, '}');
}

static void write_fault(struct writer *writer, struct random *random, bool in_force)
{
    static const char *const effects[] = {
        VALUE_ScenarioEffect_Fail, VALUE_ScenarioEffect_Hang, VALUE_ScenarioEffect_Exit};
    unsigned call = (unsigned)random_below(random, FALLIBLE), effect = (unsigned)random_below(random, 3);
    unsigned result = (unsigned)random_below(random, spec_hresult_count);
    unsigned per_mille = 1 + (unsigned)random_below(random, MAX_PER_MILLE);
    while (SUCCEEDED(spec_hresults[result].value))
        result = (result + 1) % spec_hresult_count;
    if (call >= FALLIBLE - ONLY_FAIL)
        effect = 0;
    if (in_force)
        write_rule(writer, call, effects[effect], result, per_mille);
}

static void write_race(struct writer *writer, struct random *random, bool in_force)
{
    unsigned race = (unsigned)random_below(random, RACES);
    unsigned call = races[race].first + (unsigned)random_below(random, races[race].count);
    unsigned per_mille = 1 + (unsigned)random_below(random, MAX_PER_MILLE);
    if (in_force)
        write_rule(writer, call, races[race].effect, 0, per_mille);
}

char *schedule_draw_faults(uint64_t seed, uint64_t mask, unsigned *count)
{
    struct random random;
    struct writer writer = {.text.limit = SCHEDULE_BYTES};
    random_seed(&random, seed ^ 0xFA017);
    bool race = random_below(&random, 2);
    *count = race && random_below(&random, 2) ? 0 : 1 + (unsigned)random_below(&random, MAX_FAULTS);
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, FIELD_Scenario_clients, 1);
    if (*count) {
        writer_open(&writer, FIELD_Scenario_faults, '[');
        for (unsigned i = 0; i < *count; i++)
            (race && random_below(&random, 2) ? write_race : write_fault)(&writer, &random, mask >> i & 1);
        writer_close(&writer, ']');
    }
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

/* --- write --- */

char *schedule_text(const struct schedule *schedule)
{
    struct text text = {.limit = SCHEDULE_BYTES};
    char move[MOVE_TEXT];
    text_printf(&text, "seed %" PRIu64, schedule->seed);
    if (schedule->faults)
        text_printf(&text, "; faults %" PRIx64, schedule->faults);
    for (size_t i = 0; i < schedule->count; i++) {
        move_print(&schedule->moves[i], move);
        text_printf(&text, "%s; %s", schedule->setup && schedule->setup == i ? "; then" : "", move);
    }
    return text_finish(&text);
}

char *schedule_json(const struct schedule *schedule)
{
    struct writer writer = {.text.limit = SCHEDULE_BYTES};
    char text[MOVE_TEXT], number[24];
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, "schedule", SCHEDULE_VERSION);
    if (schedule->description)
        writer_string(&writer, "description", schedule->description);
    snprintf(number, sizeof number, "%" PRIu64, schedule->seed);
    (schedule->seed <= SCHEDULE_EXACT ? writer_literal : writer_string)(&writer, "seed", number);
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
