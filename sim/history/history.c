/* The parts of a history. */
#include "history.h"
#include "base/allocate.h"
#include "base/text/text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16, SENTENCE_BYTES = 4096 };

/* Makes room for one more element. */
static void *grow(void *elements, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return elements;
    *room = *room ? *room * 2 : FIRST_ROOM;
    return reallocate(elements, *room * size);
}

struct history_system *history_system_named(struct history *history, const char *id)
{
    for (size_t i = history->count; i-- > 0;)
        if (!strcmp(history->systems[i].id, id))
            return &history->systems[i];
    history->systems = grow(history->systems, history->count, &history->room, sizeof *history->systems);
    struct history_system *system = &history->systems[history->count++];
    *system = (struct history_system){.id = allocate_copy(id)};
    return system;
}

struct history_act *history_add(struct history *history, struct history_system *system)
{
    system->acts = grow(system->acts, system->count, &system->room, sizeof *system->acts);
    system->acts[system->count] = (struct history_act){
        .request = REQUEST_KINDS, .cell = CALL_COUNT, .cell_of_machine = CALL_COUNT, .handle = -1, .process = -1};
    history->acts++;
    return &system->acts[system->count++];
}

int32_t history_add_process(struct history_system *system)
{
    system->processes =
        grow(system->processes, system->process_count, &system->process_room, sizeof *system->processes);
    system->processes[system->process_count] = (struct history_process){0};
    return (int32_t)system->process_count++;
}

bool history_is_before(const struct history_moment *a, const struct history_moment *b)
{
    if (a->trace == b->trace)
        return a->line < b->line;
    return a->time != b->time ? a->time < b->time : a->trace < b->trace;
}

void history_break(struct history *history, struct history_moment where, const char *format, ...)
{
    struct text text = {.limit = SENTENCE_BYTES};
    va_list arguments;
    if (history->broken)
        return;
    text_printf(&text, "%s:%u: ", history->traces[where.trace], (unsigned)where.line);
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    history->broken = text_finish(&text);
    if (!history->broken)
        history->broken = allocate_copy("a law does not hold, and what was to be said of it is too long");
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        free(history->systems[i].id);
        free(history->systems[i].acts);
        free(history->systems[i].processes);
    }
    free(history->systems);
    free(history->traces);
    free(history->broken);
    *history = (struct history){0};
}
