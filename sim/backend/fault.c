/* The fault plan. Entry point: fault_find(). */
#include "fault.h"
#include "base/check.h"
#include "base/text/identity.h"
#include "base/text/pattern.h"
#include "host/configuration.h"
#include "named.h"
#include "spec_requests.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

enum { MILLISECOND = 1000000, ALWAYS = 1000 };

enum request_kind fault_call(const char *function)
{
#define CALL(name) {VALUE_ScenarioCall_##name, REQUEST_OF_##name},
    static const struct named calls[] = {VALUES_ScenarioCall(CALL)};
    return (enum request_kind)NAMED(calls, function, REQUEST_KINDS);
}

static HRESULT result_of(const cJSON *value)
{
    HRESULT result = E_FAIL;
    (void)document_hresult(
        document_member(value, FIELD_ScenarioFault_hresult), &result); /* absent with other effects */
    return result;
}

/* The end of time is what no fault has unless it is `otherwise`. */
static uint64_t time_at(const cJSON *value, const char *name, uint64_t otherwise)
{
    uint64_t found;
    if (!document_unsigned(document_member(value, name), &found))
        return otherwise;
    return found < UINT64_MAX / MILLISECOND ? found * MILLISECOND : UINT64_MAX - 1;
}

/* The enumerator of each effect in the schema. */
enum {
    EFFECT_Fail = FAULT_FAIL,
    EFFECT_Hang = FAULT_HANG,
    EFFECT_Exit = FAULT_EXIT,
    EFFECT_Disconnect = FAULT_DISCONNECT,
    EFFECT_LoseExit = FAULT_LOSE_EXIT,
    EFFECT_LoseEndOfOutput = FAULT_LOSE_OUTPUT,
    EFFECT_DelayExit = FAULT_DELAY_EXIT,
    EFFECT_LoseStatus = FAULT_LOSE_STATUS,
    EFFECT_CloseConnection = FAULT_CLOSE_CONNECTION,
    EFFECT_EndProcess = FAULT_END_PROCESS,
    EFFECT_AwaitExit = FAULT_AWAIT_EXIT,
    EFFECT_AwaitCallback = FAULT_AWAIT_CALLBACK,
    EFFECT_Ignore = FAULT_IGNORE,
};
#define EFFECT(name) {VALUE_ScenarioEffect_##name, EFFECT_##name},
#define ONE(name) +1 // NOLINT(bugprone-macro-parentheses): a sum of its expansions
static const struct named effects[] = {VALUES_ScenarioEffect(EFFECT)};
_Static_assert(FAULT_EFFECTS - 1 == VALUES_ScenarioEffect(ONE), "an effect has no name in spec/schema/scenario.json");

static size_t place_of(enum fault_effect effect)
{
    CHECK(effect > FAULT_NONE && effect < FAULT_EFFECTS);
    size_t i = 0;
    while (effects[i].value != (size_t)effect)
        i++;
    return i;
}

const char *fault_effect_name(enum fault_effect effect)
{
    return effects[place_of(effect)].name;
}

enum {
    PHASE_Created = STATE_CREATED,
    PHASE_Busy = STATE_BUSY,
    PHASE_Running = STATE_RUNNING,
    PHASE_Paused = STATE_PAUSED,
    PHASE_Stopping = STATE_STOPPING,
    PHASE_Exited = STATE_EXITED,
};

/* Returns the state of that name; -1, which means any, if name is NULL. */
static int state_named(const char *name)
{
#define PHASE(name) {VALUE_ScenarioPhase_##name, PHASE_##name},
    static const struct named phases[] = {VALUES_ScenarioPhase(PHASE)};
    return name ? (int)NAMED(phases, name, STATE_EXITED) : -1;
}

enum {
    EXIT_UnexpectedExit = FAULT_EXIT_UNEXPECTED,
    EXIT_GracefulExit = FAULT_EXIT_GRACEFUL,
    EXIT_ForcedExit = FAULT_EXIT_FORCED,
    EXIT_Reset = FAULT_EXIT_RESET,
    EXIT_TripleFault = FAULT_EXIT_TRIPLE_FAULT,
    EXIT_GuestCrash = FAULT_EXIT_GUEST_CRASH,
};

static enum fault_exit exit_named(const char *name)
{
#define EXIT(name) {VALUE_ScenarioExit_##name, EXIT_##name},
    static const struct named exits[] = {VALUES_ScenarioExit(EXIT)};
    return (enum fault_exit)NAMED(exits, name, FAULT_EXIT_UNEXPECTED);
}

static const struct spec_failure *failure_of(size_t kind)
{
    return kind == FAILURE_KINDS ? NULL : &spec_failures[kind];
}

static const struct spec_failure *events_named(const char *name)
{
#define EVENTS(name) {VALUE_ScenarioEvents_##name, FAILURE_##name},
    static const struct named failures[] = {VALUES_ScenarioEvents(EVENTS)};
    return failure_of(NAMED(failures, name, FAILURE_KINDS));
}

static const struct spec_failure *attribution_named(const char *name)
{
#define ATTRIBUTION(name) {VALUE_ScenarioAttribution_##name, FAILURE_##name},
    static const struct named failures[] = {VALUES_ScenarioAttribution(ATTRIBUTION)};
    return failure_of(NAMED(failures, name, FAILURE_KINDS));
}

/* Copies a text that may be absent. Returns false when out of memory. */
static bool keep(char **copy, const char *text)
{
    return !text || (*copy = strdup(text));
}

/* Makes the text of a document that may be absent, with all digits of its numbers. Returns false when out of memory. */
static bool keep_document(char **text, const cJSON *document)
{
    return !document || (*text = configuration_text(document));
}

bool fault_read(struct fault *fault, const cJSON *value)
{
    const char *effect = document_text(value, FIELD_ScenarioFault_effect);
    const char *kind = document_text(value, FIELD_ScenarioFault_kind);
    const char *call = document_text(value, FIELD_ScenarioFault_call);
    *fault = (struct fault){
        .call = call ? fault_call(call) : REQUEST_KINDS,
        .effect = (enum fault_effect)NAMED(effects, effect, FAULT_NONE),
        .result = result_of(value),
        .per_mille = document_number(value, FIELD_ScenarioFault_perMille, ALWAYS),
        .nth = document_number(value, FIELD_ScenarioFault_nth, 0),
        .times = document_number(value, FIELD_ScenarioFault_times, 0),
        .from = time_at(value, FIELD_ScenarioFault_fromMs, 0),
        .to = time_at(value, FIELD_ScenarioFault_toMs, UINT64_MAX),
        .from_start = time_at(value, FIELD_ScenarioFault_afterMsOfStart, UINT64_MAX),
        .after_start = time_at(value, FIELD_ScenarioFault_withinMsOfStart, UINT64_MAX),
        .after_exit = time_at(value, FIELD_ScenarioFault_withinMsOfExit, UINT64_MAX),
        .delay = time_at(value, FIELD_ScenarioFault_delayMs, 0),
        .exit_code = document_number(value, FIELD_ScenarioFault_exitCode, 0),
        .per_handle = document_text(value, FIELD_ScenarioFault_countPer), /* the schema allows only one value */
        .before_check = document_text(value, FIELD_ScenarioFault_before), /* the schema allows only one value */
        .state = state_named(document_text(value, FIELD_ScenarioFault_state)),
        .matrix = !kind                                            ? -1
                  : !strcmp(kind, VALUE_SystemType_VirtualMachine) ? MATRIX_VirtualMachine
                                                                   : MATRIX_Container,
        .events = events_named(document_text(value, FIELD_ScenarioFault_events)),
        .attribution = attribution_named(document_text(value, FIELD_ScenarioFault_attribution)),
        .exit = exit_named(document_text(value, FIELD_ScenarioFault_exitType)),
    };
    return keep(&fault->system, document_text(value, FIELD_ScenarioFault_system)) &&
           keep(&fault->resource, document_text(value, FIELD_ScenarioFault_resource)) &&
           keep(&fault->property, document_text(value, FIELD_ScenarioFault_property)) &&
           keep_document(&fault->document, document_member(value, FIELD_ScenarioFault_document));
}

struct fault fault_of_state(enum request_kind call, int matrix, int state, HRESULT result)
{
    return (struct fault){.call = call,
        .effect = FAULT_FAIL,
        .result = result,
        .per_mille = ALWAYS,
        .to = UINT64_MAX,
        .from_start = UINT64_MAX,
        .after_start = UINT64_MAX,
        .after_exit = UINT64_MAX,
        .state = state,
        .matrix = matrix};
}

void fault_free(struct fault *fault)
{
    free(fault->system);
    free(fault->resource);
    free(fault->property);
    free(fault->document);
    for (struct fault_count *next, *count = fault->handles; count; count = next) {
        next = count->next;
        free(count);
    }
    fault->handles = NULL;
}

bool fault_is_possible(enum fault_effect effect, enum request_kind call)
{
    CHECK(call < REQUEST_KINDS);
    return spec_effects[place_of(effect)].calls >> call & 1;
}

static bool fits_in_time(const struct fault *fault, const struct fault_subject *subject)
{
    return subject->now >= fault->from && subject->now <= fault->to &&
           (fault->from_start == UINT64_MAX ||
               (subject->since_start != UINT64_MAX && subject->since_start >= fault->from_start)) &&
           (fault->after_start == UINT64_MAX || subject->since_start <= fault->after_start) &&
           (fault->after_exit == UINT64_MAX || subject->since_exit <= fault->after_exit);
}

/* A rule for a property applies to queries for it; if each property has an answer of its own, only to that answer. */
static bool fits_property(const struct fault *fault, const struct fault_subject *subject)
{
    const cJSON *item;
    if (!fault->property)
        return !subject->property;
    if (subject->property)
        return !strcmp(fault->property, subject->property);
    cJSON_ArrayForEach (item, subject->properties)
        if (cJSON_IsString(item) && !strcmp(item->valuestring, fault->property))
            return true;
    return false;
}

static bool fits(const struct fault *fault, const struct fault_subject *subject)
{
    if (subject->refused && fault->state < 0 && !fault->before_check)
        return false;
    if (!fits_property(fault, subject))
        return false;
    if (fault->resource && !(subject->resource && pattern_fits(fault->resource, subject->resource)))
        return false;
    return (fault->call == subject->call || fault->call == REQUEST_KINDS) && fits_in_time(fault, subject) &&
           (fault->matrix < 0 || fault->matrix == subject->matrix) &&
           (fault->state < 0 || fault->state == subject->state) &&
           (!fault->system || (subject->id && identity_fits(fault->system, subject->id)));
}

/* Returns the count that the call belongs to; NULL: no memory for a new one, and the rule does not hit the call. */
static struct fault_count *count_of(struct fault *fault, uint64_t handle)
{
    struct fault_count *count = fault->handles;
    if (!fault->per_handle || !handle)
        return &fault->count;
    while (count && count->handle != handle)
        count = count->next;
    if (count || !(count = calloc(1, sizeof *count)))
        return count;
    *count = (struct fault_count){.handle = handle, .next = fault->handles};
    fault->handles = count;
    return count;
}

void fault_forget(struct fault *fault, uint64_t handle)
{
    struct fault_count **place = &fault->handles;
    while (*place && (*place)->handle != handle)
        place = &(*place)->next;
    struct fault_count *count = *place;
    if (count)
        *place = count->next;
    free(count);
}

/* Decides whether the fault hits a call that fits its rule. Draws a random number only if the rule has a probability,
   so that other rules do not change later draws. */
static bool happens(const struct fault *fault, struct fault_count *count, struct random *random)
{
    if ((fault->nth && count->fitted != fault->nth) || (fault->times && count->happened >= fault->times))
        return false;
    if (fault->per_mille < ALWAYS && random_below(random, ALWAYS) >= fault->per_mille)
        return false;
    count->happened++;
    return true;
}

const struct fault *fault_find(
    struct fault *faults, unsigned count, const struct fault_subject *subject, struct random *random)
{
    CHECK(subject->call < REQUEST_KINDS);
    CHECK(!faults == !count);
    const struct fault *found = NULL;
    for (unsigned i = 0; i < count; i++) {
        if (!fits(&faults[i], subject))
            continue;
        struct fault_count *counted = count_of(&faults[i], subject->handle);
        if (!counted)
            continue;
        counted->fitted++;
        if (!found && happens(&faults[i], counted, random))
            found = &faults[i];
    }
    return found;
}
