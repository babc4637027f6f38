/* The evidence of a row. Entry point: evidence_of(). */
#include "evidence.h"
#include "base/allocate.h"
#include "document/document.h"
#include "json.h"
#include "normalise.h"
#include "row/target/profile.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DOCUMENT = 8192 }; /* longer documents are cut */

static bool is_own(const struct fixture *fixture, const char *id)
{
    for (unsigned i = 0; i < VARIABLES; i++)
        if (fixture->variables[i].kind == VARIABLE_SYSTEM && !strcmp(fixture->variables[i].id, id))
            return true;
    return false;
}

/* A system of a row that runs beside this one: the suite is its owner, or its id begins as those of the suite do. */
static bool is_beside(const struct fixture *fixture, const cJSON *entry)
{
    const char *id = document_text(entry, FIELD_Properties_Id), *owner = document_text(entry, FIELD_Properties_Owner);
    bool of_suite = (owner && !strcmp(owner, suite_owner)) || (id && !strncmp(id, suite_owner, strlen(suite_owner)));
    return of_suite && id && !is_own(fixture, id);
}

/* Which rows run at the same time says nothing about the target: their systems are taken out of a list of systems. */
static void drop_beside(const struct fixture *fixture, cJSON *document)
{
    for (cJSON *entry = cJSON_IsArray(document) ? document->child : NULL, *next; entry; entry = next) {
        next = entry->next;
        if (is_beside(fixture, entry))
            cJSON_Delete(cJSON_DetachItemViaPointer(document, entry));
    }
}

static char *kept_text(const struct fixture *fixture)
{
    cJSON *document = fixture->document ? json_read(fixture->document) : NULL;
    if (!document)
        return fixture->document ? allocate_copy(fixture->document) : NULL;
    drop_beside(fixture, document);
    normalise(document);
    char *text = json_text(document);
    cJSON_Delete(document);
    return text;
}

void evidence_keep_document(struct fixture *fixture)
{
    free(fixture->kept_document);
    fixture->kept_document = kept_text(fixture);
    if (!fixture->kept_document || strlen(fixture->kept_document) <= MAX_DOCUMENT)
        return;
    size_t end = MAX_DOCUMENT;
    while (end && ((unsigned char)fixture->kept_document[end] & 0xC0) == 0x80)
        end--; /* cut at a whole character */
    fixture->kept_document[end] = 0;
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

static cJSON *steps_of(const struct fixture *fixture)
{
    cJSON *list = json_list();
    for (unsigned i = 0; i < fixture->step_count; i++) {
        cJSON *step = json_object();
        json_add_text(step, "what", fixture->steps[i].what);
        json_add_number(step, "milliseconds", fixture->steps[i].milliseconds);
        json_append(list, step);
    }
    return list;
}

static bool came_before(const struct fixture *fixture, unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (!strcmp(fixture->records[i].name, fixture->records[index].name))
            return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The events of each handle, in order; the order between handles means nothing. */
static cJSON *events_of(struct fixture *fixture)
{
    char text[NAME_BYTES + 64];
    const char *names[RECORDS];
    unsigned count = 0;
    cJSON *list = json_list();
    platform_lock(&fixture->lock);
    for (unsigned i = 0; i < fixture->record_count; i++)
        if (!came_before(fixture, i))
            names[count++] = fixture->records[i].name;
    qsort(names, count, sizeof *names, by_name); // cppcheck-suppress uninitvar ; the first count are set
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < fixture->record_count; j++) {
            const struct record *record = &fixture->records[j];
            if (strcmp(record->name, names[i]) != 0)
                continue;
            snprintf(text, sizeof text, "%s:%s", record->name, event_name(record->type));
            json_append(list, json_string(text));
        }
    platform_unlock(&fixture->lock);
    return list;
}

static cJSON *latencies_of(const struct fixture *fixture)
{
    cJSON *list = json_list();
    for (unsigned i = 0; i < fixture->latency_count; i++) {
        cJSON *latency = json_object();
        json_add_text(latency, "function", spec_functions[fixture->latencies[i].function].name);
        json_add_number(latency, "microseconds", fixture->latencies[i].microseconds);
        json_append(list, latency);
    }
    return list;
}

static void add_list(cJSON *object, const char *name, cJSON *list)
{
    if (cJSON_GetArraySize(list))
        json_add(object, name, list);
    else
        cJSON_Delete(list);
}

cJSON *evidence_of(struct fixture *fixture, bool events)
{
    cJSON *evidence = json_object();
    if (fixture->kept_document && *fixture->kept_document)
        json_add_text(evidence, "document", fixture->kept_document);
    if (events)
        add_list(evidence, "events", events_of(fixture));
    add_list(evidence, "latencies", latencies_of(fixture));
    add_list(evidence, "steps", steps_of(fixture));
    return evidence;
}
