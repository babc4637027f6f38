/* Values that go with others in a scenario. Entry point: effect_fits(). */
#include "effect.h"
#include "notation.h"
#include <stdio.h>
#include <string.h>

/* The words for calls, and how messages name those calls. */
static const struct {
    const char *word, *words;
} described[] = {{"any", "any call"}, {"asynchronous", "a call on a system or process that has an operation"},
    {"of-a-system", "a call on a system or process"}, {"system", "a call on a system that has an operation"},
    {"process", "a call on a process that has an operation"}, {"signals", "a signal to a process"}};
enum { DESCRIBED = sizeof described / sizeof *described };

/* In a list of values: the other field may be missing. */
static const char absent[] = "absent";

static bool is(const cJSON *object, const char *member, const char *word)
{
    const char *text = fact_text(object, member);
    return text && !strcmp(text, word);
}

static bool has_attribute(const cJSON *request, const char *name)
{
    return fact_lists(fact_get(request, "attributes"), name);
}

static const cJSON *request_of(const struct facts *facts, const char *function)
{
    return fact_find(fact_get(facts->requests.root, "requests"), "function", function);
}

static size_t place_of(const char *word)
{
    size_t i = 0;
    while (i < DESCRIBED && strcmp(described[i].word, word) != 0)
        i++;
    return i;
}

bool effect_is_plain(const cJSON *condition)
{
    const char *word = cJSON_GetStringValue(condition);
    const cJSON *item;
    if (word)
        return place_of(word) < DESCRIBED;
    cJSON_ArrayForEach (item, condition)
        if (!cJSON_IsString(item))
            return false;
    return condition && cJSON_IsArray(condition) && condition->child;
}

bool effect_is_of_calls(const struct facts *facts, const cJSON *condition)
{
    const cJSON *item;
    if (!effect_is_plain(condition))
        return false;
    cJSON_ArrayForEach (item, condition)
        if (!request_of(facts, item->valuestring))
            return false;
    return true;
}

static bool fits_word(const char *word, const cJSON *request)
{
    bool on_something = is(request, "about", "system") || is(request, "about", "process");
    if (!strcmp(word, "of-a-system"))
        return on_something;
    if (!on_something || has_attribute(request, "synchronous"))
        return false;
    if (!strcmp(word, "signals"))
        return has_attribute(request, word);
    return !strcmp(word, "asynchronous") || is(request, "about", word);
}

bool effect_fits(const struct facts *facts, const cJSON *condition, const char *value)
{
    const char *word = cJSON_GetStringValue(condition);
    if (!word)
        return value ? strcmp(value, absent) != 0 && fact_lists(condition, value) : fact_lists(condition, absent);
    if (!value)
        return !strcmp(word, "any") || !strcmp(word, "of-a-system");
    return !strcmp(word, "any") || fits_word(word, request_of(facts, value));
}

void effect_words(const cJSON *condition, const char *member, char *words, size_t size)
{
    const char *word = cJSON_GetStringValue(condition);
    const cJSON *item;
    if (word) {
        snprintf(words, size, "%s", described[place_of(word)].words);
        return;
    }
    size_t used = (size_t)snprintf(words, size, "the %s", member);
    cJSON_ArrayForEach (item, condition) {
        const cJSON *next = item->next && !strcmp(item->next->valuestring, absent) ? item->next->next : item->next;
        if (strcmp(item->valuestring, absent) != 0)
            used += (size_t)snprintf(words + used, used < size ? size - used : 0, "%s%s",
                item == condition->child ? " "
                : next                   ? ", "
                                         : " or ",
                item->valuestring);
    }
}

const cJSON *effect_of_value(const struct facts *facts, const cJSON *field, const char *value)
{
    const cJSON *type = facts_schema_type(facts, notation_of(fact_text(field, "type")).type);
    return fact_text(field, "valuesWith") ? fact_get(fact_find(fact_get(type, "values"), "name", value), "calls")
                                          : NULL;
}
