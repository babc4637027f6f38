/* Effects of the fault plan. Entry point: effect_fits(). */
#include "effect.h"
#include <stdio.h>
#include <string.h>

static bool is(const cJSON *object, const char *member, const char *word)
{
    const char *text = fact_text(object, member);
    return text && !strcmp(text, word);
}

static bool has_attribute(const cJSON *request, const char *name)
{
    return fact_lists(fact_get(request, "attributes"), name);
}

const cJSON *effect_request(const struct facts *facts, const char *function)
{
    return fact_find(fact_get(facts->requests.root, "requests"), "function", function);
}

bool effect_only_fails(const cJSON *request)
{
    return has_attribute(request, "synchronous") || is(request, "about", "service");
}

static bool is_word(const char *calls)
{
    return !strcmp(calls, "any") || !strcmp(calls, "asynchronous") || !strcmp(calls, "system") ||
           !strcmp(calls, "process") || !strcmp(calls, "signals");
}

bool effect_is_plain(const struct facts *facts, const cJSON *effect)
{
    const char *calls = fact_text(effect, "calls");
    const cJSON *function, *list = fact_get(effect, "calls");
    if (calls)
        return is_word(calls);
    cJSON_ArrayForEach (function, list)
        if (!cJSON_IsString(function) || !effect_request(facts, function->valuestring))
            return false;
    return cJSON_IsArray(list) && cJSON_GetArraySize(list) > 0;
}

bool effect_fits(const cJSON *effect, const cJSON *request)
{
    const char *calls = fact_text(effect, "calls");
    if (is(effect, "calls", "any"))
        return true;
    if (!request || effect_only_fails(request))
        return false;
    if (!calls)
        return fact_lists(fact_get(effect, "calls"), fact_text(request, "function"));
    if (!strcmp(calls, "system") || !strcmp(calls, "process"))
        return is(request, "about", calls);
    if (!strcmp(calls, "signals"))
        return has_attribute(request, "signals");
    return !strcmp(calls, "asynchronous");
}

void effect_words(const cJSON *effect, char *words, size_t size)
{
    const char *calls = fact_text(effect, "calls");
    const cJSON *function, *list = fact_get(effect, "calls");
    bool about = is(effect, "calls", "system") || is(effect, "calls", "process");
    if (is(effect, "calls", "signals"))
        snprintf(words, size, "only signals to a process have this effect");
    else if (about)
        snprintf(words, size, "only calls about a %s have this effect", calls);
    else if (calls)
        snprintf(words, size, "this call can only fail");
    if (calls)
        return;
    const size_t first = (size_t)snprintf(words, size, "only");
    size_t used = first;
    cJSON_ArrayForEach (function, list)
        used += (size_t)snprintf(words + used, used < size ? size - used : 0, "%s %s",
            used == first    ? ""
            : function->next ? ","
                             : " and",
            function->valuestring);
    snprintf(words + used, used < size ? size - used : 0,
        cJSON_GetArraySize(list) > 1 ? " have this effect" : " has this effect");
}
