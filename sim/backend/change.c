/* Changes of a scenario in use. Entry point: scenario_change(). */
#include "scenario.h"
#include "base/text/utf8.h"
#include "core/lock.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what may change --- */

static const char *const free_members[] = {FIELD_Scenario_faults, FIELD_Scenario_latencies, FIELD_Scenario_host, NULL};
static const char *const free_facts[] = {FIELD_ScenarioHost_memoryInMB, FIELD_ScenarioHost_processors,
    FIELD_ScenarioHost_elevated, FIELD_ScenarioHost_lacks, FIELD_ScenarioHost_guestReset, NULL};

/* Returns the member, the last of duplicates, or NULL if it is absent or null. */
static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? document_member(object, name) : NULL;
}

static bool same(const cJSON *one, const cJSON *other)
{
    return one == other || (one && other && cJSON_Compare(one, other, true));
}

/* Returns the first member of the change that has another value than the scenario and must not, or NULL. */
static const char *fixed_member(const cJSON *scenario, const cJSON *change, const char *const *may_change)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, change) {
        const char *const *name = may_change;
        while (*name && strcmp(*name, item->string) != 0)
            name++;
        if (!*name && !same(member(scenario, item->string), member(change, item->string)))
            return item->string;
    }
    return NULL;
}

static HRESULT check_fixed(const cJSON *scenario, const cJSON *change, const char *where)
{
    char what[160];
    const char *inside = "", *name = fixed_member(scenario, change, free_members);
    if (!name) {
        inside = FIELD_Scenario_host ".";
        name = fixed_member(member(scenario, FIELD_Scenario_host), member(change, FIELD_Scenario_host), free_facts);
    }
    if (!name)
        return S_OK;
    snprintf(
        what, sizeof what, "$.%s%.*s can't change before the simulator is reset", inside, utf8_cut(name, 80), name);
    (void)scenario_refuse(where, what);
    return HCS_E_INVALID_STATE;
}

/* --- the scenario with the change --- */

static void drop(cJSON *object, const char *name)
{
    while (cJSON_GetObjectItemCaseSensitive(object, name))
        cJSON_DeleteItemFromObjectCaseSensitive(object, name);
}

/* Gives the object a copy of a member, in place of those that it has with that name; null: none. false: no memory. */
static bool put(cJSON *object, const cJSON *value)
{
    drop(object, value->string);
    cJSON *copy = cJSON_IsNull(value) ? NULL : cJSON_Duplicate(value, true);
    if (cJSON_IsNull(value) || (copy && cJSON_AddItemToObject(object, value->string, copy)))
        return true;
    cJSON_Delete(copy);
    return false;
}

/* The same for all members of an object that is itself a member of both. Of a host, null drops what may change. */
static bool put_all(cJSON *scenario, const cJSON *values)
{
    const cJSON *item;
    cJSON *object = cJSON_GetObjectItemCaseSensitive(scenario, values->string);
    bool drops_host = cJSON_IsNull(values) && !strcmp(values->string, FIELD_Scenario_host);
    if (!cJSON_IsObject(object) || !(cJSON_IsObject(values) || drops_host))
        return put(scenario, values);
    for (size_t i = 0; drops_host && free_facts[i]; i++)
        drop(object, free_facts[i]);
    cJSON_ArrayForEach (item, values)
        if (!put(object, item))
            return false;
    return true;
}

static bool merge(cJSON *scenario, const cJSON *change)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, change)
        if (!put_all(scenario, item))
            return false;
    return true;
}

/* Returns the text of the scenario with the change, or NULL after setting *result. */
static char *changed_text(const struct scenario *scenario, const cJSON *change, const char *where, HRESULT *result)
{
    cJSON *whole = cJSON_Parse(scenario->text ? scenario->text : "{}");
    char *text = NULL;
    *result = whole ? check_fixed(whole, change, where) : E_OUTOFMEMORY;
    if (SUCCEEDED(*result) && merge(whole, change))
        text = cJSON_PrintUnformatted(whole);
    if (SUCCEEDED(*result) && !text)
        *result = E_OUTOFMEMORY;
    cJSON_Delete(whole);
    return text;
}

/* --- taking it over --- */

static void swap(void *one, void *other, size_t size)
{
    unsigned char *a = one, *b = other;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}
#define SWAP(member) swap(&scenario->member, &fresh->member, sizeof fresh->member)

/* The rules of the plan that stays have counted calls, and keep their counts. */
static void take_over(struct scenario *scenario, struct scenario *fresh, bool other_faults)
{
    SWAP(text);
    SWAP(latency);
    SWAP(shutdown);
    SWAP(close);
    SWAP(console);
    SWAP(memory_mb);
    SWAP(processors);
    SWAP(denied);
    SWAP(no_hyperv);
    SWAP(no_containers);
    SWAP(reset);
    if (!other_faults)
        return;
    for (unsigned i = 0; i < fresh->fault_count; i++)
        fresh->faults[i].number += scenario->first_fault + scenario->fault_count;
    scenario->first_fault += scenario->fault_count;
    SWAP(faults);
    SWAP(fault_count);
    scenario->remembers_exits |= fresh->remembers_exits;
}

/* What the changed host lacks does not contradict systems that were there before the change. */
static HRESULT parse_changed(const char *text, const char *where, struct scenario *fresh)
{
    cJSON *whole = cJSON_Parse(text);
    drop(whole, FIELD_Scenario_systems);
    char *without = whole ? cJSON_PrintUnformatted(whole) : NULL;
    HRESULT result = without ? scenario_parse(without, strlen(without), where, fresh->os_build, fresh) : E_OUTOFMEMORY;
    free(without);
    cJSON_Delete(whole);
    return result;
}

HRESULT scenario_change(struct scenario *scenario, const char *change, size_t length, const char *where)
{
    CHECK_HELD();
    struct scenario fresh;
    HRESULT result = scenario_parse(change, length, where, scenario->os_build, NULL);
    if (FAILED(result))
        return result;
    cJSON *tree = cJSON_ParseWithLength(change, length);
    char *text = tree ? changed_text(scenario, tree, where, &result) : NULL;
    scenario_default(&fresh);
    fresh.os_build = scenario->os_build;
    if (!tree)
        result = E_OUTOFMEMORY;
    if (SUCCEEDED(result))
        result = parse_changed(text, where, &fresh);
    fresh.text = text;
    if (SUCCEEDED(result))
        take_over(scenario, &fresh, cJSON_GetObjectItemCaseSensitive(tree, FIELD_Scenario_faults));
    cJSON_Delete(tree);
    scenario_free(&fresh);
    return result;
}
