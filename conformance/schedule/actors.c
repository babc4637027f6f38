/* The player's threads: clients, and callbacks of the target. Entry points: actors_start(), actors_on_event(). */
#include "base/check.h"
#include "row/call.h"
#include "row/target/profile.h"
#include "spec_rows.h"
#include "player_parts.h"
#include "row/fixture/fixture.h"
#include "row/fixture/pause.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- handles --- */

static void **slot_of(struct schedule_player *player, enum spec_parameter_kind kind, int choice)
{
    switch (kind) {
    case PARAMETER_OPERATION:
        return &player->operations[choice];
    case PARAMETER_SYSTEM:
    case PARAMETER_OUT_SYSTEM:
        return &player->systems[choice];
    case PARAMETER_PROCESS:
    case PARAMETER_OUT_PROCESS:
        return &player->processes[choice];
    default:
        return NULL;
    }
}

bool actors_can_make(const struct schedule_player *player, const struct move *move)
{
    const struct spec_function *function = &spec_functions[move->function];
    for (int i = 0; i < function->parameter_count; i++) {
        enum spec_parameter_kind kind = function->parameters[i].kind;
        if (move->choice[i] == MOVE_NULL || kind < PARAMETER_OPERATION || kind > PARAMETER_PROCESS)
            continue;
        if (!player_is_open(player, *slot_of((struct schedule_player *)(uintptr_t)player, kind, move->choice[i])))
            return false;
    }
    return true;
}

/* --- registrations --- */

static struct registration *register_callback(struct schedule_player *player, const void *handle, bool completion)
{
    CHECK(player->registration_count < player->room);
    struct registration *registration = &player->registrations[player->registration_count++];
    *registration = (struct registration){.player = player, .handle = handle, .completion = completion};
    return registration;
}

static bool clears(const struct move *move)
{
    if (move->function == FUNCTION_HcsSetOperationCallback)
        return move->choice[2] == MOVE_NULL;
    return (move->function == FUNCTION_HcsSetComputeSystemCallback ||
               move->function == FUNCTION_HcsSetProcessCallback) &&
           move->choice[3] == MOVE_NULL;
}

static bool closes(const struct move *move)
{
    return !strncmp(spec_functions[move->function].name, "HcsClose", 8);
}

/* A close or clear begins. What is registered while it is under way is not its business: the handle may have been
   closed, and its value handed out again, before the call has returned. */
static void begin_close(struct schedule_player *player, const void *closer, const void *handle)
{
    for (unsigned i = 0; i < player->registration_count; i++)
        if (player->registrations[i].handle == handle && !player->registrations[i].closer)
            player->registrations[i].closer = closer;
}

/* A clear has failed, which does not matter where a close has begun. */
static void forget_close(struct schedule_player *player, const void *closer)
{
    for (unsigned i = 0; i < player->registration_count; i++) {
        struct registration *registration = &player->registrations[i];
        if (registration->closer == closer && !registration->gone && player_is_open(player, registration->handle))
            registration->closer = NULL;
    }
}

/* After a close or clear has returned. L1, L2: no callback of the handle may still run, unless it made the call. */
static void is_gone(
    struct schedule_player *player, const struct actor *actor, const struct move *move, const void *closer)
{
    for (unsigned i = 0; i < player->registration_count; i++) {
        struct registration *registration = &player->registrations[i];
        if (registration->closer != closer || registration->gone)
            continue;
        registration->gone = true;
        bool inside = actor && actor->registration == registration;
        bool nested = actor && actor->registration; /* two callbacks may close each other: neither waits */
        if (registration->running && !inside && !nested)
            player_break(player, "%s returned while a callback of its handle runs (L1, L2)",
                spec_functions[move->function].name);
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

static PWSTR text_of(const struct schedule_player *player, int choice)
{
    const char *name = move_text_names[choice];
    if (!strncmp(name, "id:", 3))
        return to_utf16(player->ids[name[3] - 'a']);
    char *own = profile_document(name);
    PWSTR text = own ? to_utf16(own) : NULL;
    free(own);
    for (unsigned i = 0; i < spec_document_count && !text; i++)
        if (!strcmp(spec_documents[i].alias, name))
            text = to_utf16(spec_documents[i].text);
    return text;
}

static void take_argument(struct schedule_player *player, const struct move *move, int i, struct frame *frame)
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
        frame->values[i].pointer = frame->texts[i] = text_of(player, choice);
        break;
    case PARAMETER_CALLBACK:
        if (strcmp(parameter->type, "HCS_EVENT_CALLBACK"))
            callback = (void (*)(void))actors_on_completion;
        memcpy(&frame->values[i].pointer, &callback, sizeof callback);
        break;
    case PARAMETER_OPERATION:
    case PARAMETER_SYSTEM:
    case PARAMETER_PROCESS:
        frame->values[i].pointer = *slot_of(player, parameter->kind, choice);
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

/* Returns the entry of the operation, or NULL if it has none. */
static struct uses *find_uses(const struct schedule_player *player, const void *operation)
{
    for (unsigned i = 0; i < player->uses_count; i++)
        if (player->uses[i].operation == operation)
            return &player->uses[i];
    return NULL;
}

/* The same; adds an entry for an operation that has none. */
static struct uses *uses_of(struct schedule_player *player, const void *operation)
{
    struct uses *uses = find_uses(player, operation);
    if (uses)
        return uses;
    CHECK(player->uses_count < player->room);
    uses = &player->uses[player->uses_count++];
    uses->operation = operation;
    return uses;
}

/* Adds `by` to the uses of the call's operation. Counted before the call, since the operation may complete before the
   call returns. */
static void count_use(struct schedule_player *player, const struct move *move, const struct frame *frame, int by)
{
    const struct spec_function *function = &spec_functions[move->function];
    for (int i = 0; function->asynchronous && i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_OPERATION && frame->values[i].pointer)
            uses_of(player, frame->values[i].pointer)->calls += (unsigned)by;
}

/* Prepares the arguments of a call and records what must be known before it is made. Lock held. */
static void before(struct schedule_player *player, const struct move *move, struct frame *frame)
{
    const struct spec_function *function = &spec_functions[move->function];
    memset(frame, 0, sizeof *frame);
    for (int i = 0; i < function->parameter_count; i++)
        take_argument(player, move, i, frame);
    bool events =
        move->function == FUNCTION_HcsSetComputeSystemCallback || move->function == FUNCTION_HcsSetProcessCallback;
    if (events && move->choice[3] != MOVE_NULL) {
        frame->values[2].pointer = frame->registration = register_callback(player, frame->values[0].pointer, false);
        frame->registration->process = move->function == FUNCTION_HcsSetProcessCallback;
    }
    if (move->function == FUNCTION_HcsSetOperationCallback && !clears(move))
        frame->values[1].pointer = register_callback(player, frame->values[0].pointer, true);
    if (move->function == FUNCTION_HcsCreateOperation && move->choice[1] != MOVE_NULL)
        frame->values[0].pointer = register_callback(player, NULL, true);
    count_use(player, move, frame, 1);
    if (closes(move) || clears(move)) {
        frame->closing = frame->values[0].pointer;
        begin_close(player, frame, frame->closing);
    }
    CHECK(player->closed_count < player->room);
    if (closes(move))
        player->closed[player->closed_count++] = frame->closing;
}

/* The target may reuse a handle value after the handle was closed: it counts as open again. */
static void reopen(struct schedule_player *player, const void *handle)
{
    for (unsigned i = 0; i < player->closed_count; i++)
        if (player->closed[i] == handle)
            player->closed[i] = NULL;
}

/* Records what the call returned and handed out. Lock held. */
static void after(struct schedule_player *player, const struct actor *actor, const struct move *move,
    struct frame *frame, uint64_t value)
{
    const struct spec_function *function = &spec_functions[move->function];
    if (frame->closing && clears(move) && FAILED((HRESULT)value))
        forget_close(player, frame);
    else if (frame->closing)
        is_gone(player, actor, move, frame);
    if (move->function == FUNCTION_HcsCreateOperation) {
        void *operation = (void *)(uintptr_t)value;
        reopen(player, operation);
        if (move->choice[function->parameter_count] != MOVE_NULL) /* else nothing keeps it */
            player->operations[move->choice[function->parameter_count]] = operation;
        if (frame->values[0].pointer)
            ((struct registration *)(uintptr_t)frame->values[0].pointer)->handle = operation;
    }
    if (FAILED((HRESULT)value)) /* L7 */
        count_use(player, move, frame, -1);
    if (frame->registration)
        frame->registration->accepted = SUCCEEDED((HRESULT)value);
    player->started |= move->function == FUNCTION_HcsStartComputeSystem && SUCCEEDED((HRESULT)value);
    for (int i = 0; i < function->parameter_count; i++) {
        enum spec_parameter_kind kind = function->parameters[i].kind;
        if (move->choice[i] == MOVE_NULL)
            continue;
        if ((kind == PARAMETER_OUT_SYSTEM || kind == PARAMETER_OUT_PROCESS) && frame->out) {
            reopen(player, frame->out);
            *slot_of(player, kind, move->choice[i]) = frame->out;
        }
        if (kind == PARAMETER_OPERATION && function->asynchronous && SUCCEEDED((HRESULT)value))
            player->begun[move->choice[i]] = true;
    }
}

static uint64_t call(struct schedule_player *player, struct actor *actor, const struct move *move)
{
    struct frame frame;
    platform_lock(&player->lock);
    before(player, move, &frame);
    if (actor)
        actor->handle = frame.values[0].pointer;
    platform_unlock(&player->lock);
    uint64_t value = spec_functions[move->function].call(player->target->function[move->function], frame.values);
    platform_lock(&player->lock);
    after(player, actor, move, &frame, value);
    platform_unlock(&player->lock);
    close_stream(&frame.information.StdInput);
    close_stream(&frame.information.StdOutput);
    close_stream(&frame.information.StdError);
    LocalFree(frame.document);
    for (int i = 0; i < MOVE_ARGUMENTS; i++)
        free(frame.texts[i]);
    return value;
}

uint64_t actors_call(struct schedule_player *player, const struct move *move)
{
    return call(player, NULL, move);
}

/* --- threads --- */

/* Makes the actor's moves until it is told to leave or the run is over. Lock held; released while waiting and during
   calls. */
static void play(struct schedule_player *player, struct actor *actor)
{
    while (!actor->leave && !player->over) {
        const struct move *move = actor->todo;
        if (!move) {
            platform_wait(&player->changed, &player->lock, PLATFORM_FOREVER);
            continue;
        }
        actor->busy = true;
        platform_unlock(&player->lock);
        (void)call(player, actor, move); /* return values are checked by rows and the model, not here */
        platform_lock(&player->lock);
        actor->busy = false;
        actor->todo = NULL;
        platform_notify_all(&player->changed);
    }
}

static void client(void *argument)
{
    struct actor *actor = argument;
    struct schedule_player *player = actor->player;
    pause_watch_thread();
    platform_lock(&player->lock);
    play(player, actor);
    player->threads--;
    platform_notify_all(&player->changed);
    platform_unlock(&player->lock);
}

bool actors_start(struct schedule_player *player)
{
    for (size_t i = 0; i < player->schedule->count; i++) {
        unsigned number = player->schedule->moves[i].actor;
        if (player->schedule->moves[i].kind == MOVE_ENGINE || number >= MOVE_CLIENTS || player->clients[number].there)
            continue;
        player->clients[number] = (struct actor){.player = player, .there = true};
        if (!platform_thread_start(client, &player->clients[number]))
            return false;
        player->threads++;
    }
    return true;
}

/* --- callbacks --- */

static void count_exit(struct schedule_player *player, struct registration *registration, int type)
{
    if (type != HcsEventSystemExited && type != HcsEventProcessExited)
        return;
    if (++registration->exits > 1)
        player_break(player, "one registration gets the exit twice (E-12)");
}

/* type: the event's type, or -1 for a completion, of that operation. */
static void on_callback(struct registration *registration, int type, const void *operation)
{
    struct schedule_player *player = registration->player;
    platform_lock(&player->lock);
    if (registration->gone)
        player_break(player, "a callback begins after its handle was closed or cleared (L1, L2)");
    if (registration->running++)
        player_break(player, "two callbacks of one registration at a time");
    count_exit(player, registration, type);
    struct uses *uses = type < 0 ? find_uses(player, operation) : NULL;
    if (type < 0 && (!uses || ++uses->completions > uses->calls))
        player_break(player, "a completion without a call arrives (O-19)");
    if (!player->over && player->arrived < MAX_INVOCATIONS) {
        struct actor *actor = &player->invocations[player->arrived++];
        *actor = (struct actor){.player = player, .there = true, .registration = registration};
        platform_notify_all(&player->changed);
        play(player, actor);
        actor->there = false;
    }
    registration->running--;
    platform_notify_all(&player->changed);
    platform_unlock(&player->lock);
}

void CALLBACK actors_on_event(HCS_EVENT *event, void *context)
{
    on_callback(context, (int)event->Type, NULL);
}

void CALLBACK actors_on_completion(HCS_OPERATION operation, void *context)
{
    on_callback(context, -1, operation);
}
