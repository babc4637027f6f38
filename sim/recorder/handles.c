/* The handles of the target by their values: open addressing. Entry points: handles_take(), handles_find(). */
#include "handles.h"
#include "core/lock.h"
#include <stdlib.h>

enum { FIRST = 64 };

static struct {
    struct recorded_handle *entries;
    size_t capacity, count, reserved;
} all;

/* The entry with that value, or the free one where it belongs. */
static struct recorded_handle *place_of(
    struct recorded_handle *entries, size_t capacity, enum handle_kind kind, const void *target)
{
    const uint64_t factor = 0x9E3779B97F4A7C15u; /* 2^64 / golden ratio: spreads the values of pointers */
    size_t i = (size_t)((((uint64_t)(uintptr_t)target + kind) * factor) >> 32) % capacity;
    while (entries[i].target && (entries[i].target != target || entries[i].kind != kind))
        i = (i + 1) % capacity;
    return &entries[i];
}

bool handles_is_open(const struct recorded_handle *handle)
{
    CHECK_HELD();
    return handle_is_live(handle->name, handle->kind);
}

/* A closed operation is still needed if its callback may come. */
static bool is_needed(const struct recorded_handle *handle)
{
    return handle->target &&
           (handles_is_open(handle) || ((handle->callbacks[0] || handle->callbacks[1]) && handle->callback_due));
}

/* Makes a table for twice as many as are needed. */
static bool grow(void)
{
    size_t needed = 0, capacity = FIRST;
    for (size_t i = 0; i < all.capacity; i++)
        needed += is_needed(&all.entries[i]);
    while (capacity < (needed + all.reserved + 1) * 4)
        capacity *= 2;
    struct recorded_handle *entries = calloc(capacity, sizeof *entries);
    if (!entries)
        return false;
    for (size_t i = 0; i < all.capacity; i++)
        if (is_needed(&all.entries[i]))
            *place_of(entries, capacity, all.entries[i].kind, all.entries[i].target) = all.entries[i];
    free(all.entries);
    all.entries = entries;
    all.capacity = capacity;
    all.count = needed;
    return true;
}

bool handles_reserve(void)
{
    CHECK_HELD();
    if ((all.count + all.reserved + 1) * 2 > all.capacity && !grow())
        return false;
    all.reserved++;
    return true;
}

void handles_unreserve(void)
{
    CHECK_HELD();
    CHECK(all.reserved > 0);
    all.reserved--;
}

struct recorded_handle *handles_take(enum handle_kind kind, const void *target)
{
    CHECK_HELD();
    static char object; /* the trace knows handles by their names alone */
    struct recorded_handle *handle = handles_find(kind, target);
    if (handle && handles_is_open(handle))
        return handle; /* a callback has seen it first */
    if (!handle && (all.count + 1) * 2 > all.capacity && !grow() && all.count + 1 >= all.capacity)
        return NULL;
    handle = place_of(all.entries, all.capacity, kind, target);
    all.count += !handle->target;
    uint64_t name = handle_open(kind, &object);
    *handle = (struct recorded_handle){.target = target, .kind = kind, .name = name ? name : handle_named("")};
    return handle;
}

struct recorded_handle *handles_find(enum handle_kind kind, const void *target)
{
    CHECK_HELD();
    struct recorded_handle *handle = all.capacity && target ? place_of(all.entries, all.capacity, kind, target) : NULL;
    return handle && handle->target ? handle : NULL;
}

uint64_t handles_name(enum handle_kind kind, const void *target)
{
    CHECK_HELD();
    const struct recorded_handle *handle = handles_find(kind, target);
    return !target ? 0 : handle ? handle->name : handle_named("");
}

void handles_end(struct recorded_handle *handle)
{
    CHECK_HELD();
    if (handle_kill(handle->name, handle->kind))
        (void)handle_unref(handle->name, handle->kind); /* of an object that nobody owns */
}
