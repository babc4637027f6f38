/* What a row saw. Entry point: evidence_of(). */
#include "evidence.h"
#include "normalise.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DOCUMENT = 8192 }; /* of a document that is kept; what is longer is cut */

void evidence_keep_document(struct world *world)
{
    free(world->kept_document);
    world->kept_document = normalise_document(world->document);
    if (!world->kept_document || strlen(world->kept_document) <= MOST_DOCUMENT)
        return;
    size_t end = MOST_DOCUMENT;
    while (end && ((unsigned char)world->kept_document[end] & 0xC0) == 0x80)
        end--; /* not within a character */
    world->kept_document[end] = 0;
}

static const char *event_name(int type)
{
    if (type < 0)
        return "completion";
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        if (spec_enumerators[i].value == type && !strncmp(spec_enumerators[i].name, "HcsEvent", 8))
            return spec_enumerators[i].name;
    return "unknown";
}

static cJSON *steps_of(const struct world *world)
{
    cJSON *list = cJSON_CreateArray();
    for (unsigned i = 0; i < world->step_count; i++) {
        cJSON *step = cJSON_CreateObject();
        cJSON_AddStringToObject(step, "what", world->steps[i].what);
        cJSON_AddNumberToObject(step, "milliseconds", world->steps[i].milliseconds);
        cJSON_AddItemToArray(list, step);
    }
    return list;
}

static bool came_before(const struct world *world, unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (!strcmp(world->records[i].name, world->records[index].name))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Handle by handle, of each in the order in which they came; between handles an order means nothing. */
static cJSON *events_of(struct world *world)
{
    char text[NAME_BYTES + 64];
    const char *names[RECORDS];
    unsigned count = 0;
    cJSON *list = cJSON_CreateArray();
    platform_lock(&world->lock);
    for (unsigned i = 0; i < world->record_count; i++)
        if (!came_before(world, i))
            names[count++] = world->records[i].name;
    qsort(names, count, sizeof *names, by_name);
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < world->record_count; j++) {
            const struct record *record = &world->records[j];
            if (strcmp(record->name, names[i]) != 0)
                continue;
            snprintf(text, sizeof text, "%s:%s", record->name, event_name(record->type));
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
        }
    platform_unlock(&world->lock);
    return list;
}

static cJSON *latencies_of(const struct world *world)
{
    cJSON *list = cJSON_CreateArray();
    for (unsigned i = 0; i < world->latency_count; i++) {
        cJSON *latency = cJSON_CreateObject();
        cJSON_AddStringToObject(latency, "function", spec_functions[world->latencies[i].function].name);
        cJSON_AddNumberToObject(latency, "microseconds", world->latencies[i].microseconds);
        cJSON_AddItemToArray(list, latency);
    }
    return list;
}

static void add_list(cJSON *object, const char *name, cJSON *list)
{
    if (cJSON_GetArraySize(list))
        cJSON_AddItemToObject(object, name, list);
    else
        cJSON_Delete(list);
}

cJSON *evidence_of(struct world *world, bool events)
{
    cJSON *evidence = cJSON_CreateObject();
    if (world->kept_document && *world->kept_document)
        cJSON_AddStringToObject(evidence, "document", world->kept_document);
    if (events)
        add_list(evidence, "events", events_of(world));
    add_list(evidence, "latencies", latencies_of(world));
    add_list(evidence, "steps", steps_of(world));
    return evidence;
}
