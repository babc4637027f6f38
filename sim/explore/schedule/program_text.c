/* Schedules as C programs. Entry point: program_text(). */
#include "program_text.h"
#include "base/text/text.h"
#include "document/document.h"
#include "backend/fault.h"
#include "move_text.h"
#include "base/files/files.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "/* Made by hcs-sim explore. Build: cc -std=c11 FILE $(pkg-config --cflags --libs computecore) -lpthread\n"
    "   Each step waits for its turn, so that calls, callbacks and the clock come in the order of the schedule. */\n"
    "#include <HcsSim.h>\n#include <pthread.h>\n#include <stdatomic.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
    "#include <time.h>\n\n"
    "static HCS_OPERATION o[9];\nstatic HCS_SYSTEM s[4];\nstatic HCS_PROCESS p[4];\n"
    "static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;\nstatic pthread_cond_t moved = "
    "PTHREAD_COND_INITIALIZER;\n"
    "static int step_now;\nstatic atomic_int callbacks;\n\n"
    "static void turn(int step)\n{\n    struct timespec until;\n    timespec_get(&until, TIME_UTC);\n"
    "    until.tv_sec += 10;\n    pthread_mutex_lock(&lock);\n    while (step_now != step)\n"
    "        if (pthread_cond_timedwait(&moved, &lock, &until)) {\n"
    "            printf(\"step %d was never reached: this run differs\\n\", step);\n            exit(1);\n        }\n"
    "    pthread_mutex_unlock(&lock);\n}\n\n"
    "static void next(void)\n{\n    pthread_mutex_lock(&lock);\n    step_now++;\n    pthread_cond_broadcast(&moved);\n"
    "    pthread_mutex_unlock(&lock);\n}\n\n"
    "static void say(int step, const char *call, unsigned long long value)\n{\n"
    "    printf(\"%3d  %s: 0x%llX\\n\", step, call, value);\n}\n\n"
    "static void callback(int number);\n\n"
    "static void CALLBACK on_event(HCS_EVENT *event, void *context)\n{\n    (void)event;\n    (void)context;\n"
    "    callback(atomic_fetch_add(&callbacks, 1));\n}\n\n"
    "static void CALLBACK on_completion(HCS_OPERATION operation, void *context)\n{\n    (void)operation;\n"
    "    (void)context;\n    callback(atomic_fetch_add(&callbacks, 1));\n}\n\n";

static void put_literal(struct text *out, const char *text)
{
    text_puts(out, "u\"");
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            text_printf(out, "\\%c", *text);
        else if (*text == '\n')
            text_puts(out, " ");
        else
            text_printf(out, "%c", *text);
    text_puts(out, "\"");
}

static void put_argument(struct text *out, const struct spec_parameter *parameter, int choice)
{
    if (choice == MOVE_NULL) {
        text_puts(out, parameter->kind == PARAMETER_NUMBER ? "0" : "NULL");
        return;
    }
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        text_printf(out, "%uu", (unsigned)move_numbers[choice]);
        break;
    case PARAMETER_TEXT:
        put_literal(out, move_text_utf8(choice));
        break;
    case PARAMETER_CALLBACK:
        text_puts(out, strcmp(parameter->type, "HCS_EVENT_CALLBACK") ? "on_completion" : "on_event");
        break;
    case PARAMETER_OPERATION:
        text_printf(out, "o[%d]", choice);
        break;
    case PARAMETER_SYSTEM:
        text_printf(out, "s[%d]", choice);
        break;
    case PARAMETER_PROCESS:
        text_printf(out, "p[%d]", choice);
        break;
    case PARAMETER_OUT_SYSTEM:
        text_printf(out, "&s[%d]", choice);
        break;
    case PARAMETER_OUT_PROCESS:
        text_printf(out, "&p[%d]", choice);
        break;
    case PARAMETER_OUT_TEXT:
        text_puts(out, "&(PWSTR){NULL}"); /* the program never frees the text */
        break;
    case PARAMETER_OUT_INFORMATION:
        text_puts(out, "&(HCS_PROCESS_INFORMATION){0}");
        break;
    default:
        text_puts(out, "NULL");
    }
}

static void put_call(struct text *out, size_t step, const struct move *move)
{
    const struct spec_function *function = &spec_functions[move->function];
    bool creates = !strcmp(function->result, "HCS_OPERATION"), nothing = !strcmp(function->result, "void");
    bool handle = !strcmp(function->result, "HCS_SYSTEM") || !strcmp(function->result, "HCS_PROCESS");
    if (creates)
        text_printf(out, "o[%d] = ", move->choice[function->parameter_count]);
    else if (!nothing)
        text_printf(out, "say(%u, \"%s\", %s", (unsigned)step + 1, function->name, handle ? "(size_t)" : "(unsigned)");
    text_printf(out, "%s(", function->name);
    for (int i = 0; i < function->parameter_count; i++) {
        text_puts(out, i ? ", " : "");
        put_argument(out, &function->parameters[i], move->choice[i]);
    }
    text_puts(out, creates || nothing ? ");\n" : "));\n");
}

/* True if the call at this step waits, which shows in the actor's next move: it wakes or times out. */
static bool waits(const struct schedule *schedule, size_t step)
{
    for (size_t i = step + 1; i < schedule->count; i++)
        if (schedule->moves[i].actor == schedule->moves[step].actor && schedule->moves[i].kind != MOVE_ENGINE)
            return schedule->moves[i].kind == MOVE_WAKE || schedule->moves[i].kind == MOVE_TIME_OUT;
    return false;
}

static void put_move(struct text *out, const struct schedule *schedule, size_t step)
{
    const struct move *move = &schedule->moves[step];
    text_printf(out, "    turn(%u);\n    ", (unsigned)step);
    if (move->kind != MOVE_CALL) {
        text_puts(out, "next();\n");
    } else if (waits(schedule, step)) {
        text_puts(out, "next(); /* it waits */\n    ");
        put_call(out, step, move);
    } else {
        put_call(out, step, move);
        text_puts(out, "    next();\n");
    }
}

static void put_client(struct text *out, const struct schedule *schedule, unsigned actor)
{
    text_printf(out, "static void *client_%u(void *unused)\n{\n    (void)unused;\n", actor);
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == actor)
            put_move(out, schedule, i);
    text_puts(out, "    return NULL;\n}\n\n");
}

static void put_callbacks(struct text *out, const struct schedule *schedule)
{
    int number = 0;
    text_puts(out, "static void callback(int number)\n{\n    switch (number) {\n");
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->moves[i].kind != MOVE_BEGIN)
            continue;
        text_printf(out, "    case %d:\n", number++);
        for (size_t j = i; j < schedule->count; j++) {
            if (schedule->moves[j].kind == MOVE_ENGINE || schedule->moves[j].actor != schedule->moves[i].actor)
                continue;
            if (j > i && schedule->moves[j].kind == MOVE_BEGIN)
                break;
            put_move(out, schedule, j);
            if (schedule->moves[j].kind == MOVE_END)
                break;
        }
        text_puts(out, "        break;\n");
    }
    text_puts(out, "    default:\n        break; /* not in the schedule */\n    }\n}\n\n");
}

static bool has_moves(const struct schedule *schedule, unsigned actor)
{
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == actor)
            return true;
    return false;
}

static void put_main(
    struct text *out, const struct schedule *schedule, const struct run_step *steps, const char *scenario)
{
    text_puts(
        out, "int main(void)\n{\n    pthread_t thread;\n    (void)s, (void)p, (void)on_event, (void)on_completion;\n");
    text_printf(out, "    const UINT64 seed = %" PRIu64 "u;\n    if (HcsSimReset(", schedule->seed);
    put_literal(out, scenario);
    text_puts(out, ", &seed) != S_OK)\n        return 2;\n");
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (has_moves(schedule, i))
            text_printf(out, "    pthread_create(&thread, NULL, client_%u, NULL);\n", i);
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind == MOVE_ENGINE)
            text_printf(out, "    turn(%u);\n    HcsSimAdvance(%" PRIu64 "u - HcsSimNow());\n    next();\n",
                (unsigned)i, steps[i].time);
    text_printf(out, "    turn(%u);\n    puts(\"the schedule was made\");\n", (unsigned)schedule->count);
    text_puts(out, "    fflush(stdout);\n    _Exit(0); /* some threads may still wait, forever */\n}\n");
}

/* Returns the faults given with the calls as a fault plan, or NULL if there are none. */
static cJSON *given_faults(const struct schedule *schedule, const struct run_step *steps)
{
    cJSON *faults = NULL;
    for (size_t i = 0; i < schedule->count; i++) {
        const struct move *move = &schedule->moves[i];
        const struct spec_hresult *result = spec_hresult_of(move->result);
        if (!move->fault)
            continue;
        if (!faults)
            faults = cJSON_CreateArray();
        cJSON *fault = cJSON_CreateObject();
        cJSON_AddStringToObject(fault, FIELD_ScenarioFault_call, spec_functions[move->function].name);
        cJSON_AddStringToObject(fault, FIELD_ScenarioFault_effect, fault_effect_name((enum fault_effect)move->fault));
        cJSON_AddNumberToObject(fault, FIELD_ScenarioFault_nth, steps[i].exposed);
        if (move->fault == MOVE_FAULT_FAIL && result)
            cJSON_AddStringToObject(fault, FIELD_ScenarioFault_hresult, result->name);
        if (move->fault == (int)FAULT_DELAY_EXIT)
            cJSON_AddNumberToObject(fault, FIELD_ScenarioFault_delayMs, MOVE_DELAY_MS);
        cJSON_AddItemToArray(faults, fault);
    }
    return faults;
}

/* Returns the scenario of the run with a manual clock and any number of threads, allocated by cJSON. */
static char *by_hand(const struct schedule *schedule, const struct run_step *steps)
{
    unsigned count;
    size_t length;
    const char *given = schedule->scenario;
    char *text = !given          ? schedule_draw_faults(schedule->seed, schedule->faults, &count)
                 : *given == '{' ? strdup(given)
                                 : file_read(given, JSON_BYTES, &length);
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    free(text);
    cJSON_DeleteItemFromObjectCaseSensitive(root, FIELD_Scenario_clients);
    cJSON_DeleteItemFromObjectCaseSensitive(root, FIELD_Scenario_time);
    cJSON *faults = given_faults(schedule, steps);
    if (faults)
        cJSON_DeleteItemFromObjectCaseSensitive(root, FIELD_Scenario_faults);
    if (faults && !cJSON_AddItemToObject(root, FIELD_Scenario_faults, faults))
        cJSON_Delete(faults);
    bool good = root && cJSON_AddStringToObject(root, FIELD_Scenario_time, VALUE_ScenarioTime_Manual);
    char *whole = good ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return whole;
}

char *program_text(const struct schedule *schedule, const struct run_step *steps)
{
    struct text text = {.limit = JSON_BYTES};
    char *scenario = by_hand(schedule, steps);
    if (!scenario)
        return NULL;
    text_puts(&text, head);
    put_callbacks(&text, schedule);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (has_moves(schedule, i))
            put_client(&text, schedule, i);
    put_main(&text, schedule, steps, scenario);
    free(scenario);
    return text_finish(&text);
}
