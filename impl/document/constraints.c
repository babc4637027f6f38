/* Constraints between the members of an object. Entry point: check_constraints(). */
#include "check.h"
#include <stdio.h>
#include <string.h>

static const char *name_of(const struct spec_type_info *info, int field)
{
    return info->fields[field].name;
}

static void list_names(const struct spec_type_info *info, uint32_t mask, const char *last, char *buffer, size_t size)
{
    size_t length = 0;
    *buffer = 0;
    for (int i = 0; i < info->count; i++) {
        if (!(mask >> i & 1))
            continue;
        mask &= ~(1u << i);
        int more = snprintf(buffer + length, size - length, "%s%s", length ? mask ? ", " : last : "", name_of(info, i));
        length += (size_t)more < size - length ? (size_t)more : size - length - 1;
    }
}

static void check_required(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *const *members)
{
    const char *other = cJSON_GetStringValue(members[rule->other]);
    char text[256];
    if (members[rule->field] || (rule->is && (!other || strcmp(other, rule->is))))
        return;
    if (rule->is)
        snprintf(text, sizeof text, "the member '%s' is required when %s is '%s'", name_of(info, rule->field),
            name_of(info, rule->other), rule->is);
    else
        snprintf(text, sizeof text, "the member '%s' is required", name_of(info, rule->field));
    /* the path is the missing member's; line and column are those of the object that lacks it */
    struct place below = {place, name_of(info, rule->field), 0, place->node};
    check_remark(check, &below, &(struct remark){.decision = DECISION_MISSING_MEMBER, .text = text});
}

/* HCS-ROW: J-11 exactly one of the members; of two, the second is the mistake */
static void check_group(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *const *members)
{
    const cJSON *item, *first = NULL;
    char text[256], names[160];
    cJSON_ArrayForEach (item, place->node) {
        bool member = false;
        for (int i = 0; i < info->count; i++)
            member |= (rule->members >> i & 1) && members[i] == item;
        if (!member)
            continue;
        if (first && rule->kind != CONSTRAINT_ONE_NEEDED) {
            struct place below = {place, item->string, 0, item};
            snprintf(text, sizeof text, "'%s' is excluded by '%s'", item->string, first->string);
            check_remark(
                check, &below, &(struct remark){.decision = DECISION_EXCLUDED_MEMBER, .text = text, .at_name = true});
        }
        first = first ? first : item;
    }
    if (first || rule->kind == CONSTRAINT_EXCLUSIVE)
        return;
    list_names(info, rule->members, rule->kind == CONSTRAINT_EXACTLY_ONE ? " and " : " or ", names, sizeof names);
    snprintf(text, sizeof text, "one of %s is required", names);
    if (rule->kind == CONSTRAINT_ONE_NEEDED) { /* the path suggests the first member, the most common one */
        struct place below = {place, name_of(info, rule->field), 0, place->node};
        check_remark(check, &below, &(struct remark){.decision = DECISION_MISSING_MEMBER, .text = text});
        return;
    }
    check_remark(check, place, &(struct remark){.decision = DECISION_MISSING_MEMBER, .text = text});
}

static void check_number(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *value)
{
    char expected[96];
    struct place below = {place, name_of(info, rule->field), 0, value};
    if (!cJSON_IsNumber(value))
        return;
    if (rule->kind == CONSTRAINT_MULTIPLE) {
        uint64_t number;
        if (!document_unsigned(value, &number) || number % (uint64_t)rule->minimum == 0)
            return;
        snprintf(expected, sizeof expected, "'%s' should be a multiple of %lld", below.name, (long long)rule->minimum);
        check_remark(check, &below, &(struct remark){.decision = DECISION_UNEVEN_SIZE, .text = expected});
    } else if (value->valuedouble < (double)rule->minimum || value->valuedouble > (double)rule->maximum) {
        snprintf(expected, sizeof expected, "an integer from %lld to %lld", (long long)rule->minimum,
            (long long)rule->maximum);
        check_mistake(check, &below, DECISION_OUT_OF_RANGE, expected);
    }
}

static void check_list(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *value)
{
    struct place below = {place, name_of(info, rule->field), 0, value};
    uint64_t first = 0, second = 0; /* of a null */
    if (!cJSON_IsArray(value))
        return;
    (void)document_unsigned(value->child, &first);
    (void)document_unsigned(value->child ? value->child->next : NULL, &second);
    if (rule->kind == CONSTRAINT_NON_EMPTY && !value->child)
        check_remark(check, &below,
            &(struct remark){.decision = DECISION_WRONG_LENGTH, .text = "at least one element is required"});
    if (rule->kind == CONSTRAINT_ORDERED && second < first)
        check_remark(check, &below,
            &(struct remark){.decision = DECISION_OUT_OF_RANGE, .text = "the smaller number comes first"});
}

static void check_order(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *const *members)
{
    uint64_t low, high;
    char text[160];
    struct place below = {place, name_of(info, rule->field), 0, members[rule->field]};
    if (!document_unsigned(below.node, &low) || !document_unsigned(members[rule->other], &high) || low <= high)
        return;
    snprintf(text, sizeof text, "'%s' is greater than '%s'", below.name, name_of(info, rule->other));
    check_remark(check, &below, &(struct remark){.decision = DECISION_OUT_OF_RANGE, .text = text});
}

static void check_read(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *const *members)
{
    const cJSON *value = members[rule->field], *other = members[rule->other];
    char text[256];
    if (!value || !check_looks_closely(check) || (cJSON_IsFalse(value) && rule->kind == CONSTRAINT_IGNORED_WHEN))
        return;
    struct place below = {place, name_of(info, rule->field), 0, value};
    if (rule->kind == CONSTRAINT_NEVER_WRITTEN)
        snprintf(text, sizeof text, "'%s' is not read from documents", below.name);
    else if (rule->kind == CONSTRAINT_IGNORED_WHEN && cJSON_IsTrue(other))
        snprintf(text, sizeof text, "'%s' is ignored when %s is true", below.name, name_of(info, rule->other));
    else if (rule->kind == CONSTRAINT_READ_WHEN && info->fields[rule->other].minor <= check->minor &&
             !(cJSON_IsString(other) && !strcmp(other->valuestring, rule->is)))
        snprintf(
            text, sizeof text, "'%s' is read only when %s is '%s'", below.name, name_of(info, rule->other), rule->is);
    else
        return;
    check_remark(check, &below, &(struct remark){.decision = DECISION_UNREAD_MEMBER, .text = text, .at_name = true});
}

/* The field, or only one value of it, is possible only with certain values of another one. */
static void check_company(struct check *check, const struct place *place, const struct spec_type_info *info,
    const struct spec_constraint *rule, const cJSON *const *members)
{
    const cJSON *value = members[rule->field], *other = members[rule->other];
    const char *own = cJSON_GetStringValue(value), *name = other ? cJSON_GetStringValue(other) : "";
    const char *const *fits = rule->values;
    char text[320];
    if (!value || (rule->is && (!own || strcmp(own, rule->is))))
        return;
    while (name && *fits && strcmp(*fits, name))
        fits++;
    if (name && *fits)
        return;
    struct place below = {place, name_of(info, rule->field), 0, value};
    snprintf(text, sizeof text, "'%s' is possible only with %s", rule->is ? rule->is : below.name, rule->words);
    check_remark(
        check, &below, &(struct remark){.decision = DECISION_UNFIT_MEMBER, .text = text, .at_name = rule->is == NULL});
}

static bool is_removal(const cJSON *object)
{
    const char *request = document_text(object, FIELD_ModifySettingRequest_RequestType);
    return request && !strcmp(request, VALUE_ModifyRequestType_Remove);
}

/* Returns the type that a value declared as Any has at this place; TYPE_Any if no other member tells.
   HCS-ROW: S-16 the settings of a modification are those of the resource that its path names */
static enum spec_type variant_type(const struct place *place, const struct spec_constraint *rule, const cJSON *other)
{
    const char *value = cJSON_GetStringValue(other);
    const struct spec_variant *variant = rule->variants;
    if (rule->kind == CONSTRAINT_VARIANT_PATH) {
        int resource = value ? document_resource(value) : -1;
        bool read = resource >= 0 && !(spec_resources[resource].ignored_on_remove && is_removal(place->node));
        return read ? spec_resources[resource].settings : TYPE_Any;
    }
    while (variant->value && (!value || strcmp(variant->value, value)))
        variant++;
    return (enum spec_type)variant->type;
}

void check_constraints(
    struct check *check, const struct place *place, const struct spec_type_info *info, const cJSON *const *members)
{
    for (int i = 0; i < info->constraint_count; i++) {
        const struct spec_constraint *rule = &info->constraints[i];
        struct place below = {place, name_of(info, rule->field), 0, members[rule->field]};
        switch ((enum spec_constraint_kind)rule->kind) {
        case CONSTRAINT_REQUIRED:
            check_required(check, place, info, rule, members);
            break;
        case CONSTRAINT_EXCLUSIVE:
        case CONSTRAINT_EXACTLY_ONE:
        case CONSTRAINT_ONE_NEEDED:
            check_group(check, place, info, rule, members);
            break;
        case CONSTRAINT_RANGE:
        case CONSTRAINT_MULTIPLE:
            check_number(check, place, info, rule, members[rule->field]);
            break;
        case CONSTRAINT_NON_EMPTY:
        case CONSTRAINT_ORDERED:
            check_list(check, place, info, rule, members[rule->field]);
            break;
        case CONSTRAINT_NOT_ABOVE:
            check_order(check, place, info, rule, members);
            break;
        case CONSTRAINT_ONLY_WITH:
            check_company(check, place, info, rule, members);
            break;
        case CONSTRAINT_READ_WHEN:
        case CONSTRAINT_IGNORED_WHEN:
        case CONSTRAINT_NEVER_WRITTEN:
            check_read(check, place, info, rule, members);
            break;
        case CONSTRAINT_VARIANT:
        case CONSTRAINT_VARIANT_FIXED:
        case CONSTRAINT_VARIANT_PATH:
            if (below.node)
                check_value(check, &below, variant_type(place, rule, members[rule->other]));
            if (rule->kind == CONSTRAINT_VARIANT_PATH)
                check_resource(check, place, members);
            break;
        }
    }
}
