/* Members that do not go together though each is valid. Entry point: check_combinations(). */
#include "check.h"
#include "spec_combinations.h"
#include <stdio.h>
#include <string.h>

/* The places on the way to a member below an object. */
struct way {
    struct place steps[COMBINED_STEPS];
    char names[COMBINED_STEPS][COMBINED_STEP_BYTES];
};

static bool is_empty(const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    if (text)
        return !*text;
    return !value || ((cJSON_IsArray(value) || cJSON_IsObject(value)) && !value->child);
}

/* Finds the member at a path below a place; its value is NULL if it is absent or null. */
static const struct place *find(const struct place *place, const char *path, struct way *way)
{
    for (int i = 0; i < COMBINED_STEPS; i++) {
        size_t length = strcspn(path, ".");
        snprintf(way->names[i], COMBINED_STEP_BYTES, "%.*s", (int)length, path);
        const cJSON *value = cJSON_IsObject(place->node) ? document_member(place->node, way->names[i]) : NULL;
        way->steps[i] = (struct place){place, way->names[i], 0, value};
        place = &way->steps[i];
        if (!path[length])
            break;
        path += length + 1;
    }
    return place;
}

static bool is_one_of(const cJSON *value, const char *const *values)
{
    const char *text = is_empty(value) ? "" : cJSON_GetStringValue(value);
    while (text && *values && strcmp(*values, text))
        values++;
    return text && *values;
}

static bool is_no_key(const struct place *place, const cJSON *value, const char *const *values)
{
    struct way way;
    const char *text = cJSON_GetStringValue(value);
    return text && *text && strncmp(text, values[1], strlen(values[1])) != 0 &&
           !document_member(find(place, values[0], &way)->node, text);
}

static bool holds(const struct place *place, const struct spec_combined *condition)
{
    struct way way;
    const cJSON *value = find(place, condition->path, &way)->node;
    switch (condition->kind) {
    case COMBINED_PRESENT:
        return !is_empty(value);
    case COMBINED_ABSENT:
        return is_empty(value);
    case COMBINED_ONE_OF:
        return is_one_of(value, condition->values);
    case COMBINED_NO_KEY_OF:
        return is_no_key(place, value, condition->values);
    }
    return false;
}

/* HCS-ROW: J-16, P-01, S-24 */
void check_combinations(struct check *check, const struct place *place, const struct spec_type_info *info)
{
    if (!check->report || !check->options->people)
        return; /* the API ignores them */
    for (unsigned i = 0; i < spec_combination_count; i++) {
        const struct spec_combination *combination = &spec_combinations[i];
        const struct spec_combined *condition = combination->conditions;
        struct way way;
        char text[256];
        if (&spec_types[combination->type] != info)
            continue;
        while (condition->path && holds(place, condition))
            condition++;
        if (condition->path)
            continue;
        snprintf(text, sizeof text, "%s (%s)", combination->text, combination->rule);
        check_remark(check, find(place, combination->at, &way),
            &(struct remark){
                .decision = check->scenario ? DECISION_CONTRADICTION : DECISION_SILENT_COMBINATION, .text = text});
    }
}
