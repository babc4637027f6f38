/* Schedules as C programs. Entry point: program_text(). */
#include "program_text.h"
#include "core/text.h"
#include "document/document.h"
#include "backend/fault.h"
#include "move_text.h"
#include "platform/child.h"
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
    "            printf(\"step %d never comes: the run is another one\\n\", step);\n            exit(1);\n        }\n"
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

static void put_literal(struct writer *writer, const char *text)
{
    writer_raw(writer, "u\"");
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            writer_format(writer, "\\%c", *text);
        else if (*text == '\n')
            writer_raw(writer, " ");
        else
            writer_format(writer, "%c", *text);
    writer_raw(writer, "\"");
}

static void put_argument(struct writer *writer, const struct spec_parameter *parameter, int choice)
{
    if (choice == MOVE_NULL) {
        writer_raw(writer, parameter->kind == PARAMETER_NUMBER ? "0" : "NULL");
        return;
    }
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        writer_format(writer, "%uu", (unsigned)move_numbers[choice]);
        break;
    case PARAMETER_TEXT:
        put_literal(writer, move_text_utf8(choice));
        break;
    case PARAMETER_CALLBACK:
        writer_raw(writer, strcmp(parameter->type, "HCS_EVENT_CALLBACK") ? "on_completion" : "on_event");
        break;
    case PARAMETER_OPERATION:
        writer_format(writer, "o[%d]", choice);
        break;
    case PARAMETER_SYSTEM:
        writer_format(writer, "s[%d]", choice);
        break;
    case PARAMETER_PROCESS:
        writer_format(writer, "p[%d]", choice);
        break;
    case PARAMETER_OUT_SYSTEM:
        writer_format(writer, "&s[%d]", choice);
        break;
    case PARAMETER_OUT_PROCESS:
        writer_format(writer, "&p[%d]", choice);
        break;
    case PARAMETER_OUT_TEXT:
        writer_raw(writer, "&(PWSTR){NULL}"); /* the program is short: it keeps the document */
        break;
    case PARAMETER_OUT_INFORMATION:
        writer_raw(writer, "&(HCS_PROCESS_INFORMATION){0}");
        break;
    default:
        writer_raw(writer, "NULL");
    }
}

static void put_call(struct writer *writer, size_t step, const struct move *move)
{
    const struct spec_function *function = &spec_functions[move->function];
    bool creates = !strcmp(function->result, "HCS_OPERATION"), nothing = !strcmp(function->result, "void");
    bool handle = !strcmp(function->result, "HCS_SYSTEM") || !strcmp(function->result, "HCS_PROCESS");
    if (creates)
        writer_format(writer, "o[%d] = ", move->choice[function->parameter_count]);
    else if (!nothing)
        writer_format(
            writer, "say(%u, \"%s\", %s", (unsigned)step + 1, function->name, handle ? "(size_t)" : "(unsigned)");
    writer_format(writer, "%s(", function->name);
    for (int i = 0; i < function->parameter_count; i++) {
        writer_raw(writer, i ? ", " : "");
        put_argument(writer, &function->parameters[i], move->choice[i]);
    }
    writer_raw(writer, creates || nothing ? ");\n" : "));\n");
}

/* Does the call at step wait? Then the next move of its client is that it goes on. */
static bool waits(const struct schedule *schedule, size_t step)
{
    for (size_t i = step + 1; i < schedule->count; i++)
        if (schedule->moves[i].actor == schedule->moves[step].actor && schedule->moves[i].kind != MOVE_ENGINE)
            return schedule->moves[i].kind == MOVE_WAKE || schedule->moves[i].kind == MOVE_TIME_OUT;
    return false;
}

static void put_move(struct writer *writer, const struct schedule *schedule, size_t step)
{
    const struct move *move = &schedule->moves[step];
    writer_format(writer, "    turn(%u);\n    ", (unsigned)step);
    if (move->kind != MOVE_CALL) {
        writer_raw(writer, "next();\n");
    } else if (waits(schedule, step)) {
        writer_raw(writer, "next(); /* it waits */\n    ");
        put_call(writer, step, move);
    } else {
        put_call(writer, step, move);
        writer_raw(writer, "    next();\n");
    }
}

static void put_client(struct writer *writer, const struct schedule *schedule, unsigned actor)
{
    writer_format(writer, "static void *client_%u(void *unused)\n{\n    (void)unused;\n", actor);
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == actor)
            put_move(writer, schedule, i);
    writer_raw(writer, "    return NULL;\n}\n\n");
}

static void put_callbacks(struct writer *writer, const struct schedule *schedule)
{
    int number = 0;
    writer_raw(writer, "static void callback(int number)\n{\n    switch (number) {\n");
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->moves[i].kind != MOVE_BEGIN)
            continue;
        writer_format(writer, "    case %d:\n", number++);
        for (size_t j = i; j < schedule->count; j++) {
            if (schedule->moves[j].kind == MOVE_ENGINE || schedule->moves[j].actor != schedule->moves[i].actor)
                continue;
            if (j > i && schedule->moves[j].kind == MOVE_BEGIN)
                break;
            put_move(writer, schedule, j);
            if (schedule->moves[j].kind == MOVE_END)
                break;
        }
        writer_raw(writer, "        break;\n");
    }
    writer_raw(writer, "    default:\n        break; /* none of the schedule */\n    }\n}\n\n");
}

static bool has_moves(const struct schedule *schedule, unsigned actor)
{
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == actor)
            return true;
    return false;
}

static void put_main(
    struct writer *writer, const struct schedule *schedule, const struct run_step *steps, const char *scenario)
{
    writer_raw(writer,
        "int main(void)\n{\n    pthread_t thread;\n    (void)s, (void)p, (void)on_event, (void)on_completion;\n");
    writer_format(writer, "    const UINT64 seed = %" PRIu64 "u;\n    if (HcsSimReset(", schedule->seed);
    put_literal(writer, scenario);
    writer_raw(writer, ", &seed) != S_OK)\n        return 2;\n");
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (has_moves(schedule, i))
            writer_format(writer, "    pthread_create(&thread, NULL, client_%u, NULL);\n", i);
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].kind == MOVE_ENGINE)
            writer_format(writer, "    turn(%u);\n    HcsSimAdvance(%" PRIu64 "u - HcsSimNow());\n    next();\n",
                (unsigned)i, steps[i].time);
    writer_format(writer, "    turn(%u);\n    puts(\"the schedule was made\");\n", (unsigned)schedule->count);
    writer_raw(writer, "    fflush(stdout);\n    _Exit(0); /* whoever still waits would wait on */\n}\n");
}

/* What stands with the calls, as a fault plan; NULL: nothing does. */
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

/* The scenario of the run, with its clock in the program's hand and an open number of threads. From cJSON. */
static char *by_hand(const struct schedule *schedule, const struct run_step *steps)
{
    unsigned count;
    size_t length;
    const char *given = schedule->scenario;
    char *text = !given          ? schedule_draw_faults(schedule->seed, schedule->faults, &count)
                 : *given == '{' ? strdup(given)
                                 : program_read_file(given, DOCUMENT_BYTES, &length);
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
    struct writer writer = {0};
    char *scenario = by_hand(schedule, steps);
    if (!scenario)
        return NULL;
    writer_raw(&writer, head);
    put_callbacks(&writer, schedule);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (has_moves(schedule, i))
            put_client(&writer, schedule, i);
    put_main(&writer, schedule, steps, scenario);
    free(scenario);
    return writer_finish(&writer);
}
