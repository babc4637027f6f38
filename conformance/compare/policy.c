/* The gate. Entry points: policy_read(), policy_fails(). */
#include "policy.h"
#include "base/allocate.h"
#include "base/files.h"
#include "base/pattern.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

/* Names for groups of changes; their numbers follow those of single changes. */
enum { POLICY_WORSE = CHANGES, POLICY_ANY, POLICY_NOTHING, POLICY_NAMES };

const char *policy_name(unsigned i)
{
    static const char *const names[] = {"worse", "any", "nothing"};
    return i < CHANGE_NONE ? change_names[i] : i == CHANGE_NONE ? "" : i < POLICY_NAMES ? names[i - CHANGES] : NULL;
}

static void add(struct policy *policy, unsigned name)
{
    if (name < CHANGES)
        policy->changes |= 1u << name;
    for (int i = 0; i < CHANGES && name >= CHANGES; i++)
        if ((name == POLICY_ANY && i != CHANGE_NONE && i != CHANGE_STILL_BAD) ||
            (name == POLICY_WORSE && change_is_worse((enum change)i)))
            policy->changes |= 1u << i;
}

static bool add_named(struct policy *policy, const char *name)
{
    const char *known;
    for (unsigned i = 0; (known = policy_name(i)); i++)
        if (*name && !strcmp(known, name)) {
            add(policy, i);
            return true;
        }
    return false;
}

static bool refuse(const char *where, const char *what, const char *word)
{
    fprintf(stderr, "hcs-conformance: %s: %s%s%s\n", where, what, *word ? " " : "", word);
    return false;
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
        if (!cJSON_IsString(item) || !add_named(policy, item->valuestring))
            return refuse(path, "\"failOn\" knows no", cJSON_IsString(item) ? item->valuestring : "such value");
    if (!fail_on)
        add(policy, POLICY_WORSE);
    cJSON_ArrayForEach (item, policy->ignore)
        if (!cJSON_IsString(item))
            return refuse(path, "\"ignore\" takes patterns of rows", "");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(policy->root, "most")) {
        int change = 0;
        while (change < CHANGES && strcmp(change_names[change], item->string) != 0)
            change++;
        if (change == CHANGES || !cJSON_IsNumber(item) || item->valuedouble < 0)
            return refuse(path, "\"most\" takes numbers of differences, not", item->string);
        policy->limit[change] = (unsigned)item->valuedouble;
    }
    return true;
}

bool policy_read(unsigned names, const char *path, struct policy *policy)
{
    size_t length;
    *policy = (struct policy){.changes = 0};
    for (unsigned i = 0; i < POLICY_NAMES; i++)
        if (names & 1u << i)
            add(policy, i);
    if (!path && !names)
        add(policy, POLICY_WORSE);
    if (!path)
        return true;
    char *text = file_read(path, MAX_BYTES, &length);
    if (!text) {
        memory_check();
        return refuse(path, "can't be read", "");
    }
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
        if (policy->changes >> i & 1 && counts[i] > policy->limit[i])
            return true;
    return false;
}

void policy_free(struct policy *policy)
{
    cJSON_Delete(policy->root);
    policy->root = NULL;
}
