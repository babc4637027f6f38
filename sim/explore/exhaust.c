/* Visits every interleaving by restarting the run from its beginning with the next choice. Entry point: exhaust_run().
 */
#include "exhaust.h"
#include "base/text/digest.h"
#include "core/progress/progress.h"
#include "draw.h"
#include "state.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 512, MAX_CHOICES = MOVE_CLIENTS + MOVE_DRAWN + 2, NOBODY = 255, FIRST_STATES = 1 << 12 };
enum { DRAWN_CALLBACKS = 2, DRAWN_CALLBACK_CALLS = 2 };

/* A visited state. */
struct place {
    uint64_t hash; /* 0: free */
    bool passes;   /* some continuation from here breaks no law */
};

struct edge {
    uint64_t from, to;
};

struct search {
    const struct exhaust_programs *programs;
    const struct exhaust_options *options;
    struct exhaust_result *result;
    struct exploration exploration;
    /* of the current run */
    unsigned next[MOVE_CLIENTS], next_in[MOVE_CALLBACKS], group[MOVE_CALLBACKS], groups, preemptions;
    uint8_t last; /* the actor of the last move */
    struct move path[MAX_DEPTH];
    uint64_t places_on[MAX_DEPTH];
    unsigned depth;
    /* the choices that led here, and how many there were at each step */
    uint8_t chosen[MAX_DEPTH], choices[MAX_DEPTH];
    unsigned prefix; /* how many of the first choices are fixed for this run */
    struct place *places;
    size_t place_count, capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    bool failed;
};

/* --- states --- */

static size_t slot(const struct search *search, uint64_t hash)
{
    size_t i = hash % search->capacity;
    while (search->places[i].hash && search->places[i].hash != hash)
        i = (i + 1) % search->capacity;
    return i;
}

static bool enlarge(struct search *search)
{
    struct place *old = search->places;
    size_t count = search->capacity;
    search->capacity = count ? count * 2 : FIRST_STATES;
    search->places = calloc(search->capacity, sizeof *search->places);
    if (!search->places) {
        search->places = old;
        search->capacity = count;
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (old[i].hash)
            search->places[slot(search, old[i].hash)] = old[i];
    free(old);
    return true;
}

/* Adds a state. Returns true if it is new. */
static bool enter(struct search *search, uint64_t hash)
{
    if (search->place_count * 2 >= search->capacity && !enlarge(search)) {
        search->failed = true;
        return false;
    }
    struct place *place = &search->places[slot(search, hash)];
    if (place->hash)
        return false;
    *place = (struct place){hash, false};
    search->place_count++;
    return true;
}

static void add_edge(struct search *search, uint64_t from, uint64_t to)
{
    if (search->edge_count == search->edge_capacity) {
        size_t capacity = search->edge_capacity ? search->edge_capacity * 2 : FIRST_STATES;
        struct edge *larger = realloc(search->edges, capacity * sizeof *larger);
        if (!larger) {
            search->failed = true;
            return;
        }
        search->edges = larger;
        search->edge_capacity = capacity;
    }
    search->edges[search->edge_count++] = (struct edge){from, to};
}

static uint64_t place_now(const struct search *search)
{
    uint64_t hash = state_hash(&search->exploration);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        hash = digest_byte(hash, (unsigned char)search->next[i]);
    for (unsigned i = 0; i < MOVE_DRAWN; i++)
        hash = digest_byte(digest_byte(hash, (unsigned char)search->next_in[i]), (unsigned char)search->group[i]);
    hash = digest_byte(digest_byte(hash, (unsigned char)search->groups), search->last);
    hash = digest_byte(hash, (unsigned char)search->preemptions);
    return hash ? hash : 1;
}

/* --- the possible next moves --- */

static const struct move *next_call(const struct search *search, unsigned actor)
{
    if (actor < MOVE_CLIENTS)
        return search->next[actor] < search->programs->clients[actor].count
                   ? &search->programs->clients[actor].calls[search->next[actor]]
                   : NULL;
    unsigned callback = actor - MOVE_CLIENTS;
    const struct exhaust_program *program = search->group[callback] < search->programs->callback_count
                                                ? &search->programs->callbacks[search->group[callback]]
                                                : NULL;
    return program && search->next_in[callback] < program->count ? &program->calls[search->next_in[callback]] : NULL;
}

/* Finds the actor's next move. Returns false if it has none now. */
static bool move_of(const struct search *search, unsigned actor, struct move *move)
{
    const struct exploration *exploration = &search->exploration;
    *move = (struct move){.kind = MOVE_WAKE, .actor = (uint8_t)actor};
    if (exploration->clients[actor].waits)
        return model_ready(&exploration->model, actor);
    // cppcheck-suppress arrayIndexOutOfBoundsCond ; an actor is below MODEL_ACTORS, the length of that array
    if (actor >= MOVE_CLIENTS && !exploration->delivering[actor])
        return false;
    const struct move *call = next_call(search, actor);
    if (call) {
        *move = *call;
        move->actor = (uint8_t)actor;
        return true;
    }
    move->kind = MOVE_END;
    return actor >= MOVE_CLIENTS;
}

static unsigned gather(const struct search *search, struct move choices[MAX_CHOICES])
{
    unsigned count = 0, idle = MOVE_CLIENTS;
    bool current = search->last < MOVE_CLIENTS + MOVE_DRAWN && move_of(search, search->last, &choices[0]);
    count = current;
    if (current && search->preemptions >= search->options->preemptions)
        return count;
    for (unsigned actor = 0; actor < MOVE_CLIENTS + MOVE_DRAWN; actor++)
        if (actor != search->last && move_of(search, actor, &choices[count]))
            count++;
    while (idle < MOVE_CLIENTS + MOVE_DRAWN && search->exploration.delivering[idle])
        idle++;
    if (exploration_has_callback() && idle < MOVE_CLIENTS + MOVE_DRAWN)
        choices[count++] = (struct move){.kind = MOVE_BEGIN, .actor = (uint8_t)idle};
    if (exploration_has_engine(&search->exploration))
        choices[count++] = (struct move){.kind = MOVE_ENGINE};
    return count;
}

static void make(struct search *search, const struct move *move, bool preempts)
{
    unsigned callback = move->actor - MOVE_CLIENTS;
    bool of_callback = move->actor >= MOVE_CLIENTS && move->actor < MOVE_ACTORS;
    (void)exploration_move(&search->exploration, move); /* a move that is not possible here is skipped */
    search->preemptions += preempts;
    search->last = move->kind == MOVE_ENGINE ? NOBODY : move->actor;
    if (move->kind == MOVE_CALL && of_callback)
        search->next_in[callback]++;
    else if (move->kind == MOVE_CALL)
        search->next[move->actor]++;
    else if (move->kind == MOVE_BEGIN) {
        search->group[callback] = search->groups++;
        search->next_in[callback] = 0;
    } else if (move->kind == MOVE_END)
        search->last = NOBODY;
    search->path[search->depth] = *move;
}

/* --- one run --- */

/* Finishes the run with the remaining moves, which are the same for all interleavings. */
static void end_run(struct search *search)
{
    struct exhaust_result *result = search->result;
    struct exploration *exploration = &search->exploration;
    if (!exploration->model.broken[0])
        exploration_finish(exploration);
    result->runs++;
    result->moves += exploration->steps;
    result->hash += exploration->hash * (result->runs * 2 + 1);
    if (exploration->model.broken[0]) {
        result->breaking_runs++;
        if (!result->broken[0]) {
            memcpy(result->broken, exploration->model.broken, sizeof result->broken);
            result->schedule.seed = search->options->seed;
            for (size_t i = 0; i < search->programs->setup.count; i++)
                schedule_add(&result->schedule, &search->programs->setup.moves[i]);
            result->schedule.setup = result->schedule.count;
            for (unsigned i = 0; i < search->depth; i++)
                schedule_add(&result->schedule, &search->path[i]);
        }
        exploration_abandon(exploration);
        return;
    }
    for (unsigned i = 0; i < search->depth; i++)
        search->places[slot(search, search->places_on[i])].passes = true;
}

/* Makes one run, to its end or until it reaches a state visited before. Returns false if the simulator can't be opened.
 */
static bool run_once(struct search *search, const char *scenario)
{
    struct move choices[MAX_CHOICES];
    unsigned count;
    bool merged = false;
    if (FAILED(exploration_begin(&search->exploration, scenario, search->options->seed, NULL)))
        return false;
    for (size_t i = 0; i < search->programs->setup.count; i++)
        (void)exploration_move(&search->exploration, &search->programs->setup.moves[i]);
    memset(search->next, 0, sizeof search->next);
    memset(search->next_in, 0, sizeof search->next_in);
    memset(search->group, 0, sizeof search->group);
    search->groups = search->preemptions = 0;
    search->last = NOBODY;
    search->depth = 0;
    while (search->depth < MAX_DEPTH && !search->exploration.model.broken[0] && (count = gather(search, choices))) {
        unsigned depth = search->depth;
        struct move unused;
        bool current = search->last != NOBODY && move_of(search, search->last, &unused);
        if (depth >= search->prefix) {
            search->chosen[depth] = 0;
            search->choices[depth] = (uint8_t)count;
        }
        unsigned choice = search->chosen[depth];
        make(search, &choices[choice], current && choice > 0);
        uint64_t place = place_now(search);
        search->places_on[search->depth++] = place;
        bool fresh = enter(search, place);
        if (depth)
            add_edge(search, search->places_on[depth - 1], place);
        if (!fresh && depth + 1 >= search->prefix) {
            search->result->merged++;
            merged = true;
            break; /* the runs that continue from this state have been or will be made from there */
        }
    }
    if (merged && !search->exploration.model.broken[0] &&
        gather(search, choices)) { /* whether it passes is known from the state in which it merged */
        exploration_finish(&search->exploration);
        search->result->moves += search->exploration.steps;
        if (search->exploration.model.broken[0])
            exploration_abandon(&search->exploration);
        return true;
    }
    end_run(search);
    return true;
}

/* Takes the next alternative of the last choice that has one. Returns false if all have been taken. */
static bool advance(struct search *search)
{
    unsigned depth = search->depth;
    while (depth && search->chosen[depth - 1] + 1 >= search->choices[depth - 1])
        depth--;
    if (!depth)
        return false;
    search->chosen[depth - 1]++;
    search->prefix = depth;
    return true;
}

/* Marks every state that leads to a passing one as passing. */
static void spread_passes(struct search *search)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = search->edge_count; i-- > 0;) {
            struct place *from = &search->places[slot(search, search->edges[i].from)];
            if (!from->passes && search->places[slot(search, search->edges[i].to)].passes)
                from->passes = changed = true;
        }
    }
}

/* Finds the first move of the breaking run after which every continuation breaks a law; setup moves count. */
static void find_inevitable(struct search *search)
{
    struct exhaust_result *result = search->result;
    size_t at = result->schedule.count - result->schedule.setup;
    spread_passes(search);
    while (at && !search->places[slot(search, search->places_on[at - 1])].passes)
        at--;
    result->inevitable = result->schedule.setup + at + 1;
}

/* With the default latencies of one client, pending calls complete in the order of the calls, and nothing is drawn. */
static const char even[] = "{\"" FIELD_Scenario_clients "\":1}";

bool exhaust_run(
    const struct exhaust_programs *programs, const struct exhaust_options *options, struct exhaust_result *result)
{
    struct search *search = calloc(1, sizeof *search);
    const char *scenario = options->scenario ? options->scenario : even;
    uint64_t breaking_places[MAX_DEPTH];
    bool good = search && enlarge(search), more = good;
    *result = (struct exhaust_result){0};
    if (search) {
        search->programs = programs;
        search->options = options;
        search->result = result;
    }
    while (more && good && !search->failed) {
        bool was_broken = result->broken[0];
        good = run_once(search, scenario);
        // cppcheck-suppress incorrectLogicOperator ; run_once() writes into the result through search
        if (!was_broken && result->broken[0])
            memcpy(breaking_places, search->places_on, sizeof breaking_places);
        result->stopped = result->runs + result->merged >= options->run_limit;
        more = good && !result->stopped && advance(search);
    }
    if (good && result->broken[0]) {
        memcpy(search->places_on, breaking_places, sizeof breaking_places);
        find_inevitable(search);
    }
    if (search) {
        result->states = search->place_count;
        good = good && !search->failed;
        free(search->places);
        free(search->edges);
    }
    free(search);
    return good;
}

/* --- programs --- */

void exhaust_take(struct exhaust_programs *programs, const struct schedule *schedule)
{
    int group[MOVE_CALLBACKS];
    memset(programs, 0, sizeof *programs);
    for (int i = 0; i < MOVE_CALLBACKS; i++)
        group[i] = -1;
    for (size_t i = 0; i < schedule->setup; i++)
        schedule_add(&programs->setup, &schedule->moves[i]);
    for (size_t i = schedule->setup; i < schedule->count; i++) {
        const struct move *move = &schedule->moves[i];
        bool callback = move->actor >= MOVE_CLIENTS;
        struct exhaust_program *program = NULL;
        if (move->kind == MOVE_BEGIN && programs->callback_count < EXHAUST_CALLBACKS)
            group[move->actor - MOVE_CLIENTS] = (int)programs->callback_count++;
        if (move->kind == MOVE_CALL && !callback)
            program = &programs->clients[move->actor];
        else if (move->kind == MOVE_CALL && group[move->actor - MOVE_CLIENTS] >= 0)
            program = &programs->callbacks[group[move->actor - MOVE_CLIENTS]];
        if (program && program->count < EXHAUST_CALLS)
            program->calls[program->count++] = *move;
    }
}

static const char running[] =
    "c0 HcsCreateOperation - - o0; c0 HcsCreateOperation - - o1; c0 HcsCreateOperation - + o2; "
    "c0 HcsCreateComputeSystem id:a @system/container o0 - s0; engine; c0 HcsStartComputeSystem s0 o0 -; engine; "
    "c0 HcsCreateProcess s0 @process/endless o0 - p0; engine; engine; c0 HcsOpenComputeSystem id:a 268435456 s1; "
    "c0 HcsSetProcessCallback p0 1 - +; c0 HcsSetComputeSystemCallback s0 0 - +; then";

/* Takes the calls from a randomly drawn run, so that they make sense together; all their interleavings are searched. */
bool exhaust_draw(struct exhaust_programs *programs, uint64_t seed, unsigned clients, unsigned calls)
{
    static struct exploration exploration;
    static struct draw draw;
    struct schedule schedule;
    struct move move;
    unsigned taken[MOVE_CLIENTS] = {0};
    if (!schedule_read_text("hcs-sim", running, &schedule))
        return false;
    schedule.setup = schedule.count;
    bool good = SUCCEEDED(exploration_begin(&exploration, even, seed, NULL));
    for (size_t i = 0; i < schedule.setup && good; i++)
        (void)exploration_move(&exploration, &schedule.moves[i]);
    draw_begin(&draw, seed, clients);
    for (unsigned i = 0; i < calls * 200 && good && draw_move(&draw, &exploration, &move); i++) {
        bool client = move.kind == MOVE_CALL && move.actor < MOVE_CLIENTS;
        if ((client && taken[move.actor] >= calls) || !exploration_move(&exploration, &move))
            continue;
        if (client)
            taken[move.actor]++;
        schedule_add(&schedule, &move);
    }
    exploration_finish(&exploration);
    if (exploration.model.broken[0])
        exploration_abandon(&exploration);
    if (good)
        exhaust_take(programs, &schedule);
    /* the search must stay small: a few callbacks with a call or two */
    if (programs->callback_count > DRAWN_CALLBACKS)
        programs->callback_count = DRAWN_CALLBACKS;
    for (unsigned i = 0; i < programs->callback_count; i++)
        if (programs->callbacks[i].count > DRAWN_CALLBACK_CALLS)
            programs->callbacks[i].count = DRAWN_CALLBACK_CALLS;
    schedule_free(&schedule);
    return good;
}
