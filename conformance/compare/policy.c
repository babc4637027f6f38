/* The gate. Entry points: policy_read(), policy_fails(). */
#include "policy.h"
#include "base/command/command_line.h"
#include "base/command/refuse.h"
#include "base/files/json_members.h"
#include "base/text/pattern.h"
#include "document/document.h"
#include "spec_rows.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

/* Names for groups of changes; their numbers follow those of single changes. */
enum { POLICY_WORSE = CHANGES, POLICY_ANY, POLICY_NOTHING, POLICY_NAMES };

const char *policy_name(unsigned i)
{
    static const char *const names[] = {"worse", "any", "nothing"};
    if (i == CHANGE_EXPECTED)
        return "";
    return i < CHANGE_NONE ? change_names[i] : i == CHANGE_NONE ? "" : i < POLICY_NAMES ? names[i - CHANGES] : NULL;
}

static void add(struct policy *policy, unsigned name)
{
    if (name < CHANGES)
        policy->changes |= 1u << name;
    for (int i = 0; i < CHANGES && name >= CHANGES; i++)
        if ((name == POLICY_ANY && i != CHANGE_NONE && i != CHANGE_STILL_BAD && i != CHANGE_EXPECTED) ||
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

static const struct json_form of_policy = {.what = "a policy",
    .comments = true,
    .members = (const struct json_member[]){{"failOn", cJSON_Array, false, 0}, {"ignore", cJSON_Array, false, 0},
        {"most", cJSON_Object, false, 0}, {"expected", cJSON_Array, false, 0}, {NULL, 0, false, 0}}};
static const struct json_form of_expected = {.what = "a difference that is expected",
    .members = (const struct json_member[]){{"rows", cJSON_Array, false, 0}, {"places", cJSON_Array, false, 0},
        {"unmet", cJSON_String, false, 0}, {"reason", cJSON_String, false, 0}, {NULL, 0, false, 0}}};

/* Does some row of the suite need it? */
static bool is_need(const char *name)
{
    size_t length = strlen(name);
    for (unsigned i = 0; i < spec_row_count && length; i++)
        for (const char *p = spec_rows[i].needs; (p = strstr(p, name)); p += length)
            if ((p == spec_rows[i].needs || p[-1] == ' ') && (p[length] == ' ' || !p[length]))
                return true;
    return false;
}

static bool is_expectation(const cJSON *item)
{
    const cJSON *pattern, *place, *rows = cJSON_GetObjectItemCaseSensitive(item, "rows");
    const cJSON *places = cJSON_GetObjectItemCaseSensitive(item, "places");
    const char *reason = document_text(item, "reason"), *unmet = document_text(item, "unmet");
    cJSON_ArrayForEach (pattern, rows)
        if (!cJSON_IsString(pattern))
            return false;
    cJSON_ArrayForEach (place, places)
        if (!cJSON_IsString(place) || strncmp(place->valuestring, "$.", 2) != 0)
            return false;
    return reason && *reason && (rows || (unmet && !places));
}

static bool take_expected(struct policy *policy, const char *path)
{
    const cJSON *item;
    char where[40], wrong[JSON_FILE_WRONG];
    unsigned index = 0;
    policy->expected = cJSON_GetObjectItemCaseSensitive(policy->root, "expected");
    cJSON_ArrayForEach (item, policy->expected) {
        const char *unmet = document_text(item, "unmet");
        snprintf(where, sizeof where, "expected[%u]", index++);
        if (!json_members_fit(item, where, &of_expected, wrong))
            return file_refuse(path, "%s", wrong);
        if (!is_expectation(item))
            return file_refuse(path,
                "%s takes \"rows\", a list of patterns, perhaps with \"places\", such as \"$.Id\", or \"unmet\", a "
                "need, with \"reason\"",
                where);
        if (unmet && !is_need(unmet))
            return file_refuse(path, "%s.unmet: no row needs %s", where, unmet);
    }
    return true;
}

static bool take_most(struct policy *policy, const char *path)
{
    enum { MOST = 1000000000 };
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(policy->root, "most")) {
        double value = item->valuedouble;
        int change = 0;
        while (change < CHANGES && strcmp(change_names[change], item->string) != 0)
            change++;
        if (change == CHANGES || !cJSON_IsNumber(item) || !(value >= 0 && value <= MOST) || value != floor(value))
            return file_refuse(path, "\"most\" takes whole numbers of differences, not %s", item->string);
        policy->limit[change] = (unsigned)value;
    }
    return true;
}

static bool take_names(struct policy *policy, const char *path)
{
    const cJSON *item, *fail_on = cJSON_GetObjectItemCaseSensitive(policy->root, "failOn");
    bool nothing = false;
    cJSON_ArrayForEach (item, fail_on) {
        if (!cJSON_IsString(item) || !add_named(policy, item->valuestring))
            return file_refuse(path, "\"failOn\" knows no %s", cJSON_IsString(item) ? item->valuestring : "such value");
        nothing |= !strcmp(item->valuestring, policy_name(POLICY_NOTHING));
    }
    if (!fail_on)
        add(policy, POLICY_WORSE);
    if (fail_on && !fail_on->child)
        return file_refuse(path, "\"failOn\" is empty; if nothing is to fail, it is [\"nothing\"]");
    return !nothing || !policy->changes || file_refuse(path, "\"failOn\" has \"nothing\" beside other names");
}

static bool take_file(struct policy *policy, const char *path)
{
    const cJSON *item;
    char wrong[JSON_FILE_WRONG];
    if (!json_members_fit(policy->root, "", &of_policy, wrong))
        return file_refuse(path, "%s", wrong);
    policy->ignore = cJSON_GetObjectItemCaseSensitive(policy->root, "ignore");
    cJSON_ArrayForEach (item, policy->ignore)
        if (!cJSON_IsString(item))
            return file_refuse(path, "\"ignore\" takes patterns of rows");
    return take_names(policy, path) && take_most(policy, path) && take_expected(policy, path);
}

bool policy_read(unsigned names, const char *path, struct policy *policy)
{
    char wrong[JSON_FILE_WRONG];
    *policy = (struct policy){.changes = 0};
    if (names & 1u << POLICY_NOTHING && names != 1u << POLICY_NOTHING) {
        (void)command_wrong("--fail-on takes nothing alone");
        return false;
    }
    for (unsigned i = 0; i < POLICY_NAMES; i++)
        if (names & 1u << i)
            add(policy, i);
    if (!path && !names)
        add(policy, POLICY_WORSE);
    if (!path)
        return true;
    policy->root = json_file_read(path, MAX_BYTES, wrong);
    if (policy->root ? take_file(policy, path) : file_refuse(path, "%s", wrong))
        return true;
    policy_free(policy);
    return false;
}

static bool lacks(const struct result_row *row, const char *need)
{
    const char *unmet = row ? document_text(row->json, "unmet") : NULL;
    return need && unmet && !strcmp(need, unmet);
}

/* Takes out the member at a place such as $.Statistics.Storage. */
static void drop_place(cJSON *node, const char *place)
{
    char name[96];
    while (node && (place = strchr(place, '.'))) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(place + 1, "."), place + 1);
        place++;
        if (!strchr(place, '.'))
            cJSON_DeleteItemFromObjectCaseSensitive(node, name);
        node = cJSON_GetObjectItemCaseSensitive(node, name);
    }
}

/* The document of a row without these places; NULL: it has none that could be read. */
static char *document_without(const struct result_row *row, const cJSON *places)
{
    const cJSON *place;
    cJSON *document = row->document ? cJSON_Parse(row->document) : NULL;
    cJSON_ArrayForEach (place, places)
        drop_place(document, place->valuestring);
    char *text = document ? cJSON_PrintUnformatted(document) : NULL;
    cJSON_Delete(document);
    return text;
}

/* Two answers that are the same but for these places of their documents? */
static bool differ_there_alone(const struct difference *difference, const cJSON *places)
{
    char what[400];
    if (difference->change != CHANGE_OTHER || difference->before->outcome != difference->after->outcome)
        return false;
    struct result_row before = *difference->before, after = *difference->after;
    char *first = document_without(&before, places), *second = document_without(&after, places);
    before.document = first;
    after.document = second;
    bool alone = first && second && !compare_answers(&before, &after, what, sizeof what);
    cJSON_free(first);
    cJSON_free(second);
    return alone;
}

static const char *reason_of(const struct policy *policy, const struct difference *difference)
{
    const cJSON *item, *pattern;
    cJSON_ArrayForEach (item, policy->expected) {
        const char *need = document_text(item, "unmet");
        if (lacks(difference->before, need) || lacks(difference->after, need))
            return document_text(item, "reason");
        const cJSON *places = cJSON_GetObjectItemCaseSensitive(item, "places");
        cJSON_ArrayForEach (pattern, cJSON_GetObjectItemCaseSensitive(item, "rows"))
            if (pattern_fits(pattern->valuestring, difference_row(difference)->id) &&
                (!places || differ_there_alone(difference, places)))
                return document_text(item, "reason");
    }
    return NULL;
}

void policy_explain(const struct policy *policy, struct comparison *comparison)
{
    for (unsigned i = 0; i < comparison->count; i++) {
        struct difference *difference = &comparison->list[i];
        if (difference->change == CHANGE_NONE || !(difference->reason = reason_of(policy, difference)))
            continue;
        comparison->counts[difference->change]--;
        comparison->counts[CHANGE_EXPECTED]++;
        difference->change = CHANGE_EXPECTED;
    }
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
