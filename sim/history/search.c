/* The search for an order. Entry point: history_search().

   The moments of all steps stand in one list by time: where a step may begin, where it must have happened. The search
   takes any step whose begin stands before the first end that is left, lets it happen in the world, takes both out of
   the list, and starts again; at an end it goes back to the last step taken and tries what stands behind it. */
#include "search.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "base/text/text.h"
#include "world.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NOTHING = -1, FIRST_SLOTS = 1024, WHY_BYTES = 1 << 16, MOST_SHOWN = 6 };

struct step {
    int32_t act, needs; /* needs: the step before it of the same act */
    enum world_phase phase;
    bool must; /* it has happened for sure */
    bool done;
    int32_t begin, end; /* its nodes */
    uint64_t digest;
};

/* A moment in the list; end: it has to have happened here. */
struct node {
    struct history_moment moment;
    int32_t step, next, previous;
    bool end, never; /* never: behind all others */
};

/* A step that was taken, and the world before it. */
struct frame {
    int32_t step;
    unsigned way;
    bool neutral; /* it has left the world as it was */
};

struct tried {
    uint64_t first, second;
};

struct search {
    const struct history *history;
    const struct history_system *system;
    struct step *steps;
    struct node *nodes;
    size_t step_count, node_count, world_bytes;
    int32_t head; /* the first node that is left */
    struct frame *frames;
    unsigned char *worlds; /* one a frame, and the present one */
    size_t depth, must_left;
    uint64_t done; /* the digests of all steps that are done, one added to the other */
    struct tried *tried;
    size_t tried_count, slots;
    uint64_t looks, most;
    size_t deepest;
    struct text why;
};

static struct world *world_at(const struct search *search, size_t depth)
{
    return (struct world *)(void *)(search->worlds + depth * search->world_bytes);
}

/* --- the list --- */

/* Numbers whose sums tell sets apart (the mixer of splitmix64). */
static uint64_t mixed(uint64_t number)
{
    number *= 0x9E3779B97F4A7C15u;
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9u;
    number = (number ^ number >> 27) * 0x94D049BB133111EBu;
    return number ^ number >> 31;
}

static void add_step(struct search *search, int32_t act, enum world_phase phase, int32_t needs)
{
    const struct history_act *from = &search->system->acts[act];
    int32_t number = (int32_t)search->step_count++;
    struct step *step = &search->steps[number];
    *step = (struct step){.act = act,
        .needs = needs,
        .phase = phase,
        .must = from->known && !from->open,
        .digest = mixed((uint64_t)number + 1)};
    search->must_left += step->must;
    search->nodes[search->node_count++] = (struct node){.moment = from->from, .step = number};
    search->nodes[search->node_count++] = (struct node){
        .moment = phase == WORLD_BEGIN ? from->taken : from->to, .step = number, .end = true, .never = from->open};
}

static int compare(const void *left, const void *right)
{
    const struct node *a = left, *b = right;
    if (a->never != b->never)
        return a->never ? 1 : -1;
    if (history_is_before(&a->moment, &b->moment))
        return -1;
    if (history_is_before(&b->moment, &a->moment))
        return 1;
    return a->end != b->end ? (a->end ? 1 : -1) : a->step < b->step ? -1 : a->step > b->step;
}

static void link_nodes(struct search *search)
{
    qsort(search->nodes, search->node_count, sizeof *search->nodes, compare);
    for (size_t i = 0; i < search->node_count; i++) {
        struct node *node = &search->nodes[i];
        node->previous = (int32_t)i - 1;
        node->next = i + 1 < search->node_count ? (int32_t)i + 1 : NOTHING;
        if (node->end)
            search->steps[node->step].end = (int32_t)i;
        else
            search->steps[node->step].begin = (int32_t)i;
    }
    search->head = search->node_count ? 0 : NOTHING;
}

static void take_out(struct search *search, int32_t at)
{
    const struct node *node = &search->nodes[at];
    if (node->previous == NOTHING)
        search->head = node->next;
    else
        search->nodes[node->previous].next = node->next;
    if (node->next != NOTHING)
        search->nodes[node->next].previous = node->previous;
}

/* The reverse of the last take_out(). */
static void put_back(struct search *search, int32_t at)
{
    const struct node *node = &search->nodes[at];
    if (node->previous == NOTHING)
        search->head = at;
    else
        search->nodes[node->previous].next = at;
    if (node->next != NOTHING)
        search->nodes[node->next].previous = at;
}

/* --- what was tried --- */

static bool put_tried(struct tried *tried, size_t slots, struct tried next)
{
    size_t i = next.first & (slots - 1);
    for (; tried[i].first | tried[i].second; i = (i + 1) & (slots - 1))
        if (tried[i].first == next.first && tried[i].second == next.second)
            return false;
    tried[i] = next;
    return true;
}

static void make_room(struct search *search)
{
    size_t slots = search->slots ? search->slots * 2 : FIRST_SLOTS;
    struct tried *larger = allocate_zeros(slots, sizeof *larger);
    for (size_t i = 0; i < search->slots; i++)
        if (search->tried[i].first | search->tried[i].second)
            (void)put_tried(larger, slots, search->tried[i]);
    free(search->tried);
    search->tried = larger;
    search->slots = slots;
}

/* True if the same steps have not led to the same world before. Only digests are kept, of 128 bits. */
static bool is_new(struct search *search, uint64_t done, const struct world *world)
{
    uint64_t digest = digest_bytes(DIGEST_START, world, search->world_bytes);
    if ((search->tried_count + 1) * 2 > search->slots)
        make_room(search);
    bool added = put_tried(search->tried, search->slots, (struct tried){done, digest | 1});
    search->tried_count += added;
    return added;
}

/* --- the search --- */

static bool try_step(struct search *search, int32_t number, unsigned way)
{
    struct step *step = &search->steps[number];
    struct world *next = world_at(search, search->depth + 1);
    if (step->needs != NOTHING && !search->steps[step->needs].done)
        return false;
    search->looks++;
    memcpy(next, world_at(search, search->depth), search->world_bytes);
    if (!world_step(search->history, search->system, step->act, step->phase, way, next) ||
        !is_new(search, search->done + step->digest, next))
        return false;
    step->done = true;
    search->done += step->digest;
    search->must_left -= step->must;
    search->frames[search->depth] =
        (struct frame){number, way, !memcmp(next, world_at(search, search->depth), search->world_bytes)};
    search->depth++;
    take_out(search, step->begin);
    take_out(search, step->end);
    return true;
}

static struct frame undo(struct search *search)
{
    struct frame frame = search->frames[--search->depth];
    struct step *step = &search->steps[frame.step];
    put_back(search, step->end);
    put_back(search, step->begin);
    step->done = false;
    search->done -= step->digest;
    search->must_left += step->must;
    return frame;
}

static bool try_ways(struct search *search, int32_t step, unsigned first)
{
    for (unsigned way = first; way < WORLD_WAYS; way++)
        if (try_step(search, step, way))
            return true;
    return false;
}

static void note_dead_end(struct search *search);

/* From one beginning of the world. */
static enum history_verdict look_for_order(struct search *search)
{
    int32_t at = search->head;
    while (search->must_left) {
        if (search->looks > search->most)
            return HISTORY_UNDECIDED;
        const struct node *node = at == NOTHING ? NULL : &search->nodes[at];
        if (node && !node->end) {
            at = try_ways(search, node->step, 0) ? search->head : node->next;
            continue;
        }
        note_dead_end(search);
        struct frame last = {NOTHING, 0, true};
        while (search->depth && last.neutral) /* what changes nothing, and is possible, may as well be done now */
            last = undo(search);
        if (last.neutral)
            return HISTORY_BROKEN;
        /* another way of it, or what stands behind it */
        at = try_ways(search, last.step, last.way + 1) ? search->head
                                                       : search->nodes[search->steps[last.step].begin].next;
    }
    return HISTORY_HOLDS;
}

/* --- what is said --- */

static void put_act(struct search *search, const struct history_act *act)
{
    struct text *why = &search->why;
    text_printf(why, "    %s:%u", search->history->traces[act->from.trace], (unsigned)act->from.line);
    if (!act->open)
        text_printf(why, "-%u", (unsigned)act->to.line);
    text_printf(why, " %s", act->name);
    if (!act->known)
        text_puts(why, " without an answer");
    else if (act->kind <= ACT_PROCESS_CALL)
        text_printf(why, " with 0x%08X", (unsigned)act->result);
    text_putc(why, '\n');
}

/* The longest order that was found, and what can't come after it. */
static void note_dead_end(struct search *search)
{
    if (search->depth <= search->deepest && search->why.length)
        return;
    search->deepest = search->depth;
    text_discard(&search->why);
    search->why = (struct text){.limit = WHY_BYTES};
    struct text *why = &search->why;
    text_printf(why, "system '%s': no order explains what was seen; after %u of %u steps, in state %s",
        search->system->id, (unsigned)search->depth, (unsigned)search->step_count,
        spec_state_names[world_at(search, search->depth)->state]);
    if (search->depth) {
        text_puts(why, ", the last of them\n");
        put_act(search, &search->system->acts[search->steps[search->frames[search->depth - 1].step].act]);
        text_puts(why, "  none of these is possible:\n");
    } else {
        text_puts(why, ", none of these is possible:\n");
    }
    unsigned shown = 0;
    for (int32_t at = search->head; at != NOTHING && !search->nodes[at].end && shown < MOST_SHOWN;
         at = search->nodes[at].next) {
        const struct step *step = &search->steps[search->nodes[at].step];
        if (!step->must || (step->needs != NOTHING && !search->steps[step->needs].done))
            continue;
        put_act(search, &search->system->acts[step->act]);
        shown++;
    }
}

static void prepare(struct search *search)
{
    size_t count = search->system->count;
    search->steps = allocate_zeros(count * 2 + 1, sizeof *search->steps);
    search->nodes = allocate_zeros(count * 4 + 1, sizeof *search->nodes);
    for (size_t i = 0; i < count; i++) {
        bool two = world_has_two_steps(&search->system->acts[i]);
        add_step(search, (int32_t)i, two ? WORLD_BEGIN : WORLD_ONLY, NOTHING);
        if (two)
            add_step(search, (int32_t)i, WORLD_END, (int32_t)search->step_count - 1);
    }
    link_nodes(search);
    search->world_bytes = (world_size(search->system) + 7) / 8 * 8;
    search->frames = allocate_zeros(search->step_count + 1, sizeof *search->frames);
    search->worlds = allocate_zeros(search->step_count + 2, search->world_bytes);
}

static void clean_up(struct search *search)
{
    free(search->steps);
    free(search->nodes);
    free(search->frames);
    free(search->worlds);
    free(search->tried);
    text_discard(&search->why);
}

static enum history_verdict decide(
    const struct history *history, const struct history_system *system, uint64_t most, char **why)
{
    struct search search = {.history = history, .system = system, .most = most};
    enum history_verdict verdict = HISTORY_BROKEN;
    prepare(&search);
    for (unsigned way = 0; verdict == HISTORY_BROKEN && world_begin(system, way, world_at(&search, 0)); way++)
        verdict = look_for_order(&search);
    if (verdict == HISTORY_UNDECIDED) {
        text_discard(&search.why);
        search.why = (struct text){.limit = WHY_BYTES};
        text_printf(&search.why, "system '%s': undecided after %" PRIu64 " tries; %u acts\n", system->id, most,
            (unsigned)system->count);
    }
    if (verdict != HISTORY_HOLDS)
        *why = text_finish(&search.why);
    if (verdict != HISTORY_HOLDS && !*why)
        out_of_memory();
    clean_up(&search);
    return verdict;
}

enum history_verdict history_search(const struct history *history, uint64_t most, char **why)
{
    enum history_verdict verdict = HISTORY_HOLDS;
    *why = NULL;
    for (size_t i = 0; i < history->count && verdict != HISTORY_BROKEN; i++) {
        char *next = NULL;
        enum history_verdict one = decide(history, &history->systems[i], most, &next);
        if (one == HISTORY_HOLDS)
            continue;
        free(*why);
        *why = next;
        verdict = one;
    }
    return verdict;
}
