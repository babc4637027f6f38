/* The threads on the stage: clients, and callbacks of the target. Entry points: actors_start(), actors_on_event(). */
#include "act.h"
#include "profile.h"
#include "spec_rows.h"
#include "stage_parts.h"
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- handles --- */

static void **slot_of(struct stage *stage, enum spec_parameter_kind kind, int choice)
{
    switch (kind) {
    case PARAMETER_OPERATION:
        return &stage->operations[choice];
    case PARAMETER_SYSTEM:
    case PARAMETER_OUT_SYSTEM:
        return &stage->systems[choice];
    case PARAMETER_PROCESS:
    case PARAMETER_OUT_PROCESS:
        return &stage->processes[choice];
    default:
        return NULL;
    }
}

bool actors_can_make(const struct stage *stage, const struct move *move)
{
    const struct spec_function *function = &spec_functions[move->function];
    for (int i = 0; i < function->parameter_count; i++) {
        enum spec_parameter_kind kind = function->parameters[i].kind;
        if (move->choice[i] == MOVE_NULL || kind < PARAMETER_OPERATION || kind > PARAMETER_PROCESS)
            continue;
        if (!stage_is_open(stage, *slot_of((struct stage *)(uintptr_t)stage, kind, move->choice[i])))
            return false;
    }
    return true;
}

/* --- registrations --- */

static struct registration *register_callback(struct stage *stage, const void *handle, bool completion)
{
    if (stage->registration_count == MOST_REGISTRATIONS)
        return NULL;
    struct registration *registration = &stage->registrations[stage->registration_count++];
    *registration = (struct registration){.stage = stage, .handle = handle, .completion = completion};
    return registration;
}

static bool clears(const struct move *move)
{
    return (move->function == FUNCTION_HcsSetComputeSystemCallback ||
               move->function == FUNCTION_HcsSetProcessCallback) &&
           move->choice[3] == MOVE_NULL;
}

static bool closes(const struct move *move)
{
    return !strncmp(spec_functions[move->function].name, "HcsClose", 8);
}

/* A close or a clear has returned. L1, L2: unless it was made inside the callback, none of its callbacks runs on. */
static void is_gone(struct stage *stage, const struct actor *actor, const struct move *move, const void *handle)
{
    for (unsigned i = 0; i < stage->registration_count; i++) {
        struct registration *registration = &stage->registrations[i];
        if (registration->handle != handle || registration->gone)
            continue;
        registration->gone = true;
        bool inside = actor && actor->registration == registration;
        bool nested = actor && actor->registration; /* two callbacks may close each other: neither waits */
        if (registration->running && !inside && !nested)
            stage_break(
                stage, "%s returned while a callback of its handle runs (L1, L2)", spec_functions[move->function].name);
    }
}

/* --- calls --- */

struct frame {
    union spec_argument values[MOVE_ARGUMENTS];
    PWSTR texts[MOVE_ARGUMENTS], document;
    void *out;
    HCS_PROCESS_INFORMATION information;
    const void *closing;
    struct registration *registration; /* of events */
};

static PWSTR text_of(const struct stage *stage, int choice)
{
    const char *name = move_text_names[choice];
    if (!strncmp(name, "id:", 3))
        return to_utf16(stage->ids[name[3] - 'a']);
    char *own = profile_document(name);
    PWSTR text = own ? to_utf16(own) : NULL;
    free(own);
    for (unsigned i = 0; i < spec_document_count && !text; i++)
        if (!strcmp(spec_documents[i].alias, name))
            text = to_utf16(spec_documents[i].text);
    return text;
}

static void take_argument(struct stage *stage, const struct move *move, int i, struct frame *frame)
{
    const struct spec_parameter *parameter = &spec_functions[move->function].parameters[i];
    void (*callback)(void) = (void (*)(void))actors_on_event;
    int choice = move->choice[i];
    if (choice == MOVE_NULL)
        return;
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        frame->values[i].number = move_numbers[choice];
        break;
    case PARAMETER_TEXT:
        frame->values[i].pointer = frame->texts[i] = text_of(stage, choice);
        break;
    case PARAMETER_CALLBACK:
        if (strcmp(parameter->type, "HCS_EVENT_CALLBACK"))
            callback = (void (*)(void))actors_on_completion;
        memcpy(&frame->values[i].pointer, &callback, sizeof callback);
        break;
    case PARAMETER_OPERATION:
    case PARAMETER_SYSTEM:
    case PARAMETER_PROCESS:
        frame->values[i].pointer = *slot_of(stage, parameter->kind, choice);
        break;
    case PARAMETER_OUT_TEXT:
        frame->values[i].pointer = &frame->document;
        break;
    case PARAMETER_OUT_SYSTEM:
    case PARAMETER_OUT_PROCESS:
        frame->values[i].pointer = &frame->out;
        break;
    case PARAMETER_OUT_INFORMATION:
        frame->values[i].pointer = &frame->information;
        break;
    default: /* contexts are set below; reserved pointers stay NULL (C-08) */
        break;
    }
}

/* One use more, or less, of an operation that has a callback of its own: it may complete before the call returns. */
static void count_use(struct stage *stage, const struct move *move, const struct frame *frame, int by)
{
    const struct spec_function *function = &spec_functions[move->function];
    for (int i = 0; function->asynchronous && i < function->parameter_count; i++)
        for (unsigned j = 0; function->parameters[i].kind == PARAMETER_OPERATION && j < stage->registration_count; j++)
            if (stage->registrations[j].completion && stage->registrations[j].handle == frame->values[i].pointer)
                stage->registrations[j].uses += (unsigned)by;
}

/* What is to be known of a call before it is made. Lock held. */
static void before(struct stage *stage, const struct move *move, struct frame *frame)
{
    const struct spec_function *function = &spec_functions[move->function];
    memset(frame, 0, sizeof *frame);
    for (int i = 0; i < function->parameter_count; i++)
        take_argument(stage, move, i, frame);
    bool events =
        move->function == FUNCTION_HcsSetComputeSystemCallback || move->function == FUNCTION_HcsSetProcessCallback;
    if (events && move->choice[3] != MOVE_NULL)
        frame->values[2].pointer = frame->registration = register_callback(stage, frame->values[0].pointer, false);
    if (move->function == FUNCTION_HcsSetOperationCallback)
        frame->values[1].pointer = register_callback(stage, frame->values[0].pointer, true);
    if (move->function == FUNCTION_HcsCreateOperation && move->choice[1] != MOVE_NULL)
        frame->values[0].pointer = register_callback(stage, NULL, true);
    count_use(stage, move, frame, 1);
    if (closes(move) || clears(move))
        frame->closing = frame->values[0].pointer;
    if (closes(move) && stage->closed_count < MOST_REGISTRATIONS)
        stage->closed[stage->closed_count++] = frame->closing;
}

/* A value may be given out again once its first bearer is closed. */
static void reopen(struct stage *stage, const void *handle)
{
    for (unsigned i = 0; i < stage->closed_count; i++)
        if (stage->closed[i] == handle)
            stage->closed[i] = NULL;
}

/* What it handed out. Lock held. */
static void after(
    struct stage *stage, const struct actor *actor, const struct move *move, struct frame *frame, uint64_t value)
{
    const struct spec_function *function = &spec_functions[move->function];
    if (frame->closing)
        is_gone(stage, actor, move, frame->closing);
    if (move->function == FUNCTION_HcsCreateOperation) {
        void *operation = (void *)(uintptr_t)value;
        reopen(stage, operation);
        stage->operations[move->choice[function->parameter_count]] = operation;
        if (frame->values[0].pointer)
            ((struct registration *)(uintptr_t)frame->values[0].pointer)->handle = operation;
    }
    if (FAILED((HRESULT)value)) /* L7 */
        count_use(stage, move, frame, -1);
    if (frame->registration)
        frame->registration->accepted = SUCCEEDED((HRESULT)value);
    stage->started |= move->function == FUNCTION_HcsStartComputeSystem && SUCCEEDED((HRESULT)value);
    for (int i = 0; i < function->parameter_count; i++) {
        enum spec_parameter_kind kind = function->parameters[i].kind;
        if (move->choice[i] == MOVE_NULL)
            continue;
        if ((kind == PARAMETER_OUT_SYSTEM || kind == PARAMETER_OUT_PROCESS) && frame->out) {
            reopen(stage, frame->out);
            *slot_of(stage, kind, move->choice[i]) = frame->out;
        }
        if (kind == PARAMETER_OPERATION && function->asynchronous && SUCCEEDED((HRESULT)value))
            stage->begun[move->choice[i]] = true;
    }
}

static uint64_t call(struct stage *stage, const struct actor *actor, const struct move *move)
{
    struct frame frame;
    platform_lock(&stage->lock);
    before(stage, move, &frame);
    platform_unlock(&stage->lock);
    uint64_t value = spec_functions[move->function].call(stage->target->function[move->function], frame.values);
    platform_lock(&stage->lock);
    after(stage, actor, move, &frame, value);
    platform_unlock(&stage->lock);
    close_stream(&frame.information.StdInput);
    close_stream(&frame.information.StdOutput);
    close_stream(&frame.information.StdError);
    LocalFree(frame.document);
    for (int i = 0; i < MOVE_ARGUMENTS; i++)
        free(frame.texts[i]);
    return value;
}

uint64_t actors_call(struct stage *stage, const struct move *move)
{
    return call(stage, NULL, move);
}

/* --- threads --- */

/* Takes moves until it is sent away. Lock held; given up while it rests and while it calls. */
static void play(struct stage *stage, struct actor *actor)
{
    while (!actor->leave && !stage->over) {
        const struct move *move = actor->todo;
        if (!move) {
            platform_wait(&stage->changed, &stage->lock, PLATFORM_FOREVER);
            continue;
        }
        actor->busy = true;
        platform_unlock(&stage->lock);
        (void)call(stage, actor, move); /* what it returns is for rows and the model to judge */
        platform_lock(&stage->lock);
        actor->busy = false;
        actor->todo = NULL;
        platform_notify_all(&stage->changed);
    }
}

static void client(void *argument)
{
    struct actor *actor = argument;
    struct stage *stage = actor->stage;
    platform_lock(&stage->lock);
    play(stage, actor);
    stage->threads--;
    platform_notify_all(&stage->changed);
    platform_unlock(&stage->lock);
}

bool actors_start(struct stage *stage)
{
    for (size_t i = 0; i < stage->schedule->count; i++) {
        unsigned number = stage->schedule->moves[i].actor;
        if (stage->schedule->moves[i].kind == MOVE_ENGINE || number >= MOVE_CLIENTS || stage->clients[number].there)
            continue;
        stage->clients[number] = (struct actor){.stage = stage, .there = true};
        if (!platform_thread_start(client, &stage->clients[number]))
            return false;
        stage->threads++;
    }
    return true;
}

/* --- callbacks --- */

static void count_exit(struct stage *stage, struct registration *registration, int type)
{
    if (type != HcsEventSystemExited && type != HcsEventProcessExited)
        return;
    if (++registration->exits > 1)
        stage_break(stage, "an exit is told twice to one registration (E-12)");
}

/* type: of the event; -1: a completion. */
static void on_callback(struct registration *registration, int type)
{
    struct stage *stage = registration->stage;
    platform_lock(&stage->lock);
    if (registration->gone)
        stage_break(stage, "a callback begins after its handle was closed or cleared (L1, L2)");
    if (registration->running++)
        stage_break(stage, "two callbacks of one registration at a time");
    count_exit(stage, registration, type);
    if (type < 0 && ++registration->completions > registration->uses)
        stage_break(stage, "a completion is told that no call began (O-19)");
    if (!stage->over && stage->arrived < MOST_INVOCATIONS) {
        struct actor *actor = &stage->invocations[stage->arrived++];
        *actor = (struct actor){.stage = stage, .there = true, .registration = registration};
        platform_notify_all(&stage->changed);
        play(stage, actor);
        actor->there = false;
    }
    registration->running--;
    platform_notify_all(&stage->changed);
    platform_unlock(&stage->lock);
}

void CALLBACK actors_on_event(HCS_EVENT *event, void *context)
{
    on_callback(context, (int)event->Type);
}

void CALLBACK actors_on_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    on_callback(context, -1);
}
