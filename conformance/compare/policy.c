/* The gate. Entry points: policy_read(), policy_fails(). */
#include "policy.h"
#include "platform/child.h"
#include "base/pattern.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

static bool add_named(struct policy *policy, const char *name, size_t length)
{
    for (int i = 0; i < CHANGES; i++) {
        bool named = strlen(change_names[i]) == length && !strncmp(change_names[i], name, length);
        bool any = length == 3 && !strncmp(name, "any", 3) && i != CHANGE_NONE && i != CHANGE_STILL_BAD;
        bool worse = length == 5 && !strncmp(name, "worse", 5) && change_is_worse((enum change)i);
        if (named || any || worse)
            policy->changes |= 1u << i;
        if (named)
            return true;
    }
    return (length == 3 && !strncmp(name, "any", 3)) || (length == 5 && !strncmp(name, "worse", 5)) ||
           (length == 7 && !strncmp(name, "nothing", 7));
}

static bool refuse(const char *where, const char *what, const char *word)
{
    fprintf(stderr, "hcs-conformance: %s: %s%s%s\n", where, what, *word ? " " : "", word);
    return false;
}

static bool take_list(struct policy *policy, const char *list)
{
    for (const char *p = list; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
        if (!add_named(policy, p, strcspn(p, ",")))
            return refuse("compare", "--fail-on knows no", p);
    return true;
}

static bool take_file(struct policy *policy, const char *path)
{
    const cJSON *item;
    const cJSON *fail_on = cJSON_GetObjectItemCaseSensitive(policy->root, "failOn");
    policy->ignore = cJSON_GetObjectItemCaseSensitive(policy->root, "ignore");
    if (!cJSON_IsObject(policy->root))
        return refuse(path, "is no policy", "");
    cJSON_ArrayForEach (item, policy->root)
        if (strcmp(item->string, "failOn") != 0 && strcmp(item->string, "ignore") != 0 &&
            strcmp(item->string, "most") != 0 && strncmp(item->string, "comment", 7) != 0)
            return refuse(path, "a policy has no member", item->string);
    cJSON_ArrayForEach (item, fail_on)
        if (!cJSON_IsString(item) || !add_named(policy, item->valuestring, strlen(item->valuestring)))
            return refuse(path, "\"failOn\" knows no", cJSON_IsString(item) ? item->valuestring : "such value");
    if (!fail_on)
        (void)add_named(policy, "worse", 5);
    cJSON_ArrayForEach (item, policy->ignore)
        if (!cJSON_IsString(item))
            return refuse(path, "\"ignore\" takes patterns of rows", "");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(policy->root, "most")) {
        int change = 0;
        while (change < CHANGES && strcmp(change_names[change], item->string) != 0)
            change++;
        if (change == CHANGES || !cJSON_IsNumber(item) || item->valuedouble < 0)
            return refuse(path, "\"most\" takes numbers of differences, not", item->string);
        policy->most[change] = (unsigned)item->valuedouble;
    }
    return true;
}

bool policy_read(const char *list, const char *path, struct policy *policy)
{
    size_t length;
    *policy = (struct policy){.changes = 0};
    if (list && path)
        return refuse("compare", "--fail-on excludes --policy", "");
    if (!path)
        return take_list(policy, list ? list : "worse");
    char *text = program_read_file(path, MAX_BYTES, &length);
    if (!text)
        return refuse(path, "can't be read", "");
    policy->root = cJSON_ParseWithLength(text, length);
    free(text);
    if (policy->root ? take_file(policy, path) : refuse(path, "is no JSON", ""))
        return true;
    policy_free(policy);
    return false;
}

static bool is_ignored(const struct policy *policy, const struct difference *difference)
{
    const cJSON *pattern;
    const char *id = difference_row(difference)->id;
    cJSON_ArrayForEach (pattern, policy->ignore)
        if (pattern_fits(pattern->valuestring, id))
            return true;
    return false;
}

bool policy_fails(const struct policy *policy, const struct comparison *comparison)
{
    unsigned counts[CHANGES] = {0};
    for (unsigned i = 0; i < comparison->count; i++)
        if (!is_ignored(policy, &comparison->list[i]))
            counts[comparison->list[i].change]++;
    for (int i = 0; i < CHANGES; i++)
        if (policy->changes >> i & 1 && counts[i] > policy->most[i])
            return true;
    return false;
}

void policy_free(struct policy *policy)
{
    cJSON_Delete(policy->root);
    policy->root = NULL;
}
