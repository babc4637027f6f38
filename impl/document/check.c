/* The check against the schema. Entry point: document_check(). */
#include "check.h"
#include "base/command/suggest.h"
#include "spec_hresults.h"
#include "tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SAME_RELEASE = 1 }; /* 2.0 and 2.1 were released with the same build */
enum { FEW_VALUES = 5, MANY_VALUES = 24, MESSAGE_BYTES = sizeof((struct document_mistake *)0)->text };

static size_t value_offset(const struct check *check, const cJSON *node)
{
    const char *p = check->text + node->valueint; /* the node's offset in the text (tree.h) */
    if (node->string)
        p = scan_skip_space(scan_skip_space(scan_skip_string(p)) + 1);
    return (size_t)(p - check->text);
}

/* --- recording a mistake --- */

static bool is_simple(const char *name)
{
    for (; *name; name++)
        if (!((*name | 32) >= 'a' && (*name | 32) <= 'z') && !(*name >= '0' && *name <= '9') && *name != '_')
            return false;
    return true;
}

static size_t render(const struct place *place, char *buffer, size_t size)
{
    char name[128];
    size_t length = place->parent ? render(place->parent, buffer, size) : 0;
    if (length + 1 >= size)
        return length;
    if (place->name)
        report_copy(name, sizeof name, place->name);
    int more = !place->parent             ? snprintf(buffer, size, "$")
               : !place->name             ? snprintf(buffer + length, size - length, "[%d]", place->index)
               : is_simple(name) && *name ? snprintf(buffer + length, size - length, ".%s", name)
                                          : snprintf(buffer + length, size - length, "['%s']", name);
    length += more > 0 ? (size_t)more : 0;
    return length < size ? length : size - 1;
}

static size_t span_of(const struct check *check, const cJSON *node, size_t offset)
{
    const char *p = check->text + offset;
    if (*p == '"')
        return (size_t)(scan_skip_string(p) - p);
    return cJSON_IsObject(node) || cJSON_IsArray(node) ? 1 : strcspn(p, ",]} \t\r\n");
}

static void describe(const struct check *check, const cJSON *node, char *buffer, size_t size)
{
    char value[64];
    if (cJSON_IsString(node)) {
        report_copy(value, sizeof value, node->valuestring);
        snprintf(buffer, size, "the string \"%s\"%s", value, strlen(value) < strlen(node->valuestring) ? "..." : "");
    } else if (cJSON_IsNumber(node)) {
        size_t offset = value_offset(check, node);
        snprintf(buffer, size, "the number %.*s", (int)span_of(check, node, offset), check->text + offset);
    } else
        snprintf(buffer, size, "%s",
            cJSON_IsTrue(node)     ? "true"
            : cJSON_IsFalse(node)  ? "false"
            : cJSON_IsArray(node)  ? "an array"
            : cJSON_IsObject(node) ? "an object"
                                   : "null");
}

void check_remark(struct check *check, const struct place *place, const struct remark *remark)
{
    const struct spec_decision_info *decision = &spec_decisions[remark->decision];
    bool refused = (decision->refused || (decision->dropped && check->options->strict)) && !check->inside_hidden;
    check->refused += refused;
    if (!check->report || (!refused && !(check->options->people && decision->verdict)))
        return;
    struct document_mistake *mistake = report_add(check->report, check->options->limit);
    if (!mistake)
        return;
    mistake->decision = remark->decision;
    mistake->refused = refused || (decision->refused_in_call && !check->inside_hidden);
    mistake->offset =
        remark->at_name && place->node->string ? (size_t)place->node->valueint : value_offset(check, place->node);
    mistake->length = span_of(check, place->node, mistake->offset);
    render(place, mistake->path, sizeof mistake->path);
    report_copy(mistake->expected, sizeof mistake->expected, remark->expected ? remark->expected : "");
    report_copy(mistake->hint, sizeof mistake->hint, remark->hint ? remark->hint : "");
    if (remark->expected)
        describe(check, place->node, mistake->found, sizeof mistake->found);
    if (remark->text)
        report_copy(mistake->text, sizeof mistake->text, remark->text);
    else
        snprintf(mistake->text, sizeof mistake->text, "expected %s, found %s", mistake->expected, mistake->found);
}

void check_mistake(struct check *check, const struct place *place, enum spec_decision decision, const char *expected)
{
    check_remark(check, place, &(struct remark){.decision = decision, .expected = expected});
}

/* --- enumerations --- */

static const char *next_value(const void *names, unsigned i)
{
    const struct spec_type_info *info = names;
    return i < info->count ? info->values[i].name : NULL;
}

static void check_known_value(
    struct check *check, const struct place *place, const struct spec_type_info *info, const struct spec_value *value)
{
    char text[256];
    if (value->minor > check->minor) {
        snprintf(text, sizeof text, "'%s' needs schema version 2.%d; 2.%u is in force", value->name, value->minor,
            check->minor);
        check_remark(check, place, &(struct remark){.decision = DECISION_NEWER_VALUE, .text = text});
    } else if (value->deprecated) {
        snprintf(text, sizeof text, "'%s' of %s is deprecated", value->name, info->name);
        check_remark(check, place, &(struct remark){.decision = DECISION_DEPRECATED_VALUE, .text = text});
    }
}

/* HCS-ROW: F-25 F-32 names that are not in the reference but that production clients send are accepted */
static bool is_known(const struct spec_type_info *info, const char *name)
{
    const char *const *known = info->known;
    while (known && *known && strcmp(*known, name))
        known++;
    return known && *known;
}

static void check_field_value(struct check *check, const struct place *place, const struct spec_type_info *info)
{
    char text[256];
    snprintf(text, sizeof text, "'%s' is not a value of %s in the reference, but production clients send it",
        place->node->valuestring, info->name);
    check_remark(check, place, &(struct remark){.decision = DECISION_FIELD_VALUE, .text = text});
}

/* Writes the name of a type, with its values if there are at most limit. */
static void list_values(const struct spec_type_info *info, int limit, char *buffer, size_t size)
{
    if (info->numbers == NUMBERS_HRESULT) {
        snprintf(buffer, size,
            "the HRESULT of a failure (a name such as E_FAIL, hexadecimal digits such as \"0x80004005\", or a number "
            "of 32 bits)");
        return;
    }
    size_t length = (size_t)snprintf(buffer, size, "a value of %s", info->name);
    if (info->count > limit)
        return;
    for (int i = 0; i < info->count; i++) {
        int more = snprintf(buffer + length, size - length, "%s%s", i ? ", " : " (",
            *info->values[i].name ? info->values[i].name : "\"\"");
        length += (size_t)more < size - length ? (size_t)more : size - length - 1;
    }
    snprintf(buffer + length, size - length, ")");
}

/* HCS-ROW: F-09 an unknown property in a query does not prevent the answers to the others. */
static bool is_beside_known(const struct place *place, const struct spec_type_info *info)
{
    bool query = info == &spec_types[TYPE_GetPropertyType] || info == &spec_types[TYPE_System_PropertyType];
    const cJSON *item;
    if (!query || !place->parent || !cJSON_IsArray(place->parent->node))
        return false;
    cJSON_ArrayForEach (item, place->parent->node)
        for (int i = 0; cJSON_IsString(item) && i < info->count; i++)
            if (!strcmp(item->valuestring, info->values[i].name))
                return true;
    return false;
}

static void check_enum(struct check *check, const struct place *place, const struct spec_type_info *info)
{
    const char *text = cJSON_GetStringValue(place->node);
    for (int i = 0; text && i < info->count; i++)
        if (!strcmp(text, info->values[i].name)) {
            check_known_value(check, place, info, &info->values[i]);
            return;
        }
    /* HCS-ROW: P-33 guests that run Linux take signals as integers; J-08 no other enumeration takes numbers */
    if (info->numbers == NUMBERS_INT32 && cJSON_IsNumber(place->node)) {
        check_plain(check, place, TYPE_int32);
        return;
    }
    HRESULT result;
    if (info->numbers == NUMBERS_HRESULT && document_hresult(place->node, &result))
        return;
    if (text && is_known(info, text)) {
        check_field_value(check, place, info);
        return;
    }
    bool other_case = false;
    for (int i = 0; text && i < info->count; i++)
        other_case |= !strcasecmp(text, info->values[i].name);
    enum spec_decision decision = !text                          ? DECISION_WRONG_TYPE
                                  : is_beside_known(place, info) ? DECISION_UNKNOWN_PROPERTY
                                  : other_case                   ? DECISION_VALUE_CASE
                                                                 : DECISION_UNKNOWN_VALUE;
    char expected[160], sentence[MESSAGE_BYTES];
    if (!check->report) {
        check_mistake(check, place, decision, "");
        return;
    }
    list_values(info, FEW_VALUES, expected, sizeof expected);
    struct remark remark = {decision, expected, NULL, NULL, false};
    if (text) {
        char found[64], values[MESSAGE_BYTES - 160];
        report_copy(found, sizeof found, text);
        remark.hint = suggest_name(text, next_value, info);
        list_values(info, remark.hint ? FEW_VALUES : MANY_VALUES, values, sizeof values);
        int length = snprintf(sentence, sizeof sentence, "expected %s, found the string \"%s\"%s", values, found,
            strlen(found) < strlen(text) ? "..." : "");
        if (remark.hint)
            snprintf(sentence + length, sizeof sentence - (size_t)length, "; did you mean '%s'?", remark.hint);
        remark.text = sentence;
    }
    check_remark(check, place, &remark);
}

/* --- objects --- */

/* Returns the field of that name, or -1. Members are often in the order of the fields: the search starts at after. */
static int find_field(const struct spec_type_info *info, const char *name, int after)
{
    for (int i = 0, at = after; i < info->count; i++, at++) {
        at = at < info->count ? at : 0;
        const char *own = info->fields[at].name;
        if (own[0] == name[0] && own[1] == name[1] && !strcmp(own, name)) /* no field has an empty name */
            return at;
    }
    return -1;
}

static const char *next_field(const void *names, unsigned i)
{
    const struct spec_type_info *info = names;
    return i < info->count ? info->fields[i].name : NULL;
}

static void unknown_member(struct check *check, const struct place *place, const struct spec_type_info *info)
{
    char name[96], text[320];
    if (!check_looks_closely(check))
        return; /* HCS-ROW: J-06 unknown members are ignored; J-07 names match exactly */
    if (is_known(info, place->name)) {
        snprintf(text, sizeof text, "'%s' is not a member of %s in the reference, but production clients send it",
            place->name, info->name);
        check_remark(check, place, &(struct remark){.decision = DECISION_FIELD_MEMBER, .text = text, .at_name = true});
        return;
    }
    const char *hint = suggest_name(place->name, next_field, info);
    bool other_case = hint && !strcasecmp(hint, place->name);
    report_copy(name, sizeof name, place->name);
    int length = snprintf(text, sizeof text, "'%s' is not a member of %s", name, info->name);
    if (hint)
        snprintf(text + length, sizeof text - (size_t)length, "; did you mean '%s'?", hint);
    enum spec_decision decision = other_case ? DECISION_LETTER_CASE : DECISION_UNKNOWN_MEMBER;
    check_remark(check, place, &(struct remark){decision, NULL, hint, text, true});
}

static void newer_member(struct check *check, const struct place *place, const struct spec_field *field)
{
    char text[256];
    if (!check->report)
        return;
    snprintf(text, sizeof text, "'%s' needs schema version 2.%d; 2.%u is in force, so it is ignored", field->name,
        field->minor, check->minor);
    check_remark(check, place, &(struct remark){.decision = DECISION_NEWER_MEMBER, .text = text, .at_name = true});
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* HCS-ROW: J-10 the last of several members with one name counts; the validator reports the others */
static void check_duplicates(struct check *check, const struct place *place)
{
    if (!check_looks_closely(check) || !place->node->child)
        return;
    size_t count = (size_t)cJSON_GetArraySize(place->node), index = 0;
    const cJSON *item, **sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        check->report->no_memory = true;
        return;
    }
    cJSON_ArrayForEach (item, place->node)
        sorted[index++] = item;
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 1; i < count; i++) {
        if (by_name(&sorted[i - 1], &sorted[i]))
            continue;
        const cJSON *later = sorted[i]->valueint > sorted[i - 1]->valueint ? sorted[i] : sorted[i - 1];
        struct place below = {place, later->string, 0, later};
        char name[96], text[160];
        report_copy(name, sizeof name, later->string);
        snprintf(text, sizeof text, "'%s' occurs twice; the last one counts", name);
        check_remark(
            check, &below, &(struct remark){.decision = DECISION_DUPLICATE_MEMBER, .text = text, .at_name = true});
    }
    free(sorted);
}

static void check_map(struct check *check, const struct place *place, const struct spec_field *field)
{
    const cJSON *item;
    char expected[96];
    check_duplicates(check, place);
    cJSON_ArrayForEach (item, place->node) {
        struct place below = {place, item->string, 0, item};
        if (!check_is_key(item->string, field->key)) {
            snprintf(expected, sizeof expected, "the name must be %s",
                field->key == TYPE_Guid ? "a GUID" : "an integer in range, without zeros before it");
            check_remark(
                check, &below, &(struct remark){.decision = DECISION_BAD_KEY, .text = expected, .at_name = true});
        } else if (!cJSON_IsNull(item))
            check_value(check, &below, field->type);
    }
}

static void check_array(struct check *check, const struct place *place, const struct spec_field *field)
{
    const cJSON *item;
    struct place below = {place, NULL, 0, NULL};
    cJSON_ArrayForEach (item, place->node) {
        below.node = item;
        if (!cJSON_IsNull(item) || check->scenario)
            check_value(check, &below, field->type);
        below.index++;
    }
    char expected[64];
    if (field->size && below.index != field->size) {
        snprintf(expected, sizeof expected, "expected %d elements, found %d", field->size, below.index);
        check_remark(check, place, &(struct remark){.decision = DECISION_WRONG_LENGTH, .text = expected});
    }
}

static void check_field(struct check *check, const struct place *place, const struct spec_field *field)
{
    if (field->shape == SHAPE_ONE)
        check_value(check, place, field->type);
    else if (field->shape == SHAPE_ARRAY ? !cJSON_IsArray(place->node) : !cJSON_IsObject(place->node))
        check_mistake(check, place, DECISION_WRONG_TYPE, field->shape == SHAPE_ARRAY ? "an array" : "an object");
    else if (field->shape == SHAPE_ARRAY)
        check_array(check, place, field);
    else
        check_map(check, place, field);
}

static bool is_null(const cJSON *value)
{
    return (value->type & 0xFF) == cJSON_NULL;
}

/* Reports a member that is newer than the schema version in force. The validator also reports mistakes inside it, as if
   the newest version were in force. */
static void check_hidden(struct check *check, const struct place *place, const struct spec_field *field)
{
    struct check before = *check;
    newer_member(check, place, field);
    if (!check->report || !check->options->people || is_null(place->node))
        return;
    check->minor = document_newest_minor();
    check->inside_hidden = true;
    check_field(check, place, field);
    check->minor = before.minor;
    check->inside_hidden = before.inside_hidden;
}

static void check_members(
    struct check *check, const struct place *place, const struct spec_type_info *info, const cJSON **members)
{
    cJSON *item;
    int field = -1;
    memset(members, 0, info->count * sizeof *members);
    cJSON_ArrayForEach (item, place->node) {
        struct place below = {place, item->string, 0, item};
        int found = find_field(info, item->string, field + 1);
        if (found < 0) {
            unknown_member(check, &below, info);
            continue;
        }
        field = found;
        if (info->fields[field].minor > check->minor) {
            check->hidden = true; /* HCS-ROW: J-12 */
            check_hidden(check, &below, &info->fields[field]);
            if (check->prune)
                item->type = cJSON_NULL;
            continue;
        }
        members[field] = is_null(item) ? NULL : item; /* HCS-ROW: J-10 */
        if (members[field])
            check_field(check, &below, &info->fields[field]);
    }
    check_duplicates(check, place);
    if (info->constraint_count)
        check_constraints(check, place, info, members);
    check_combinations(check, place, info);
}

/* HCS-ROW: J-12 a version that the host lacks is an error; an older one hides newer members */
static void enter_version(struct check *check, const struct place *place)
{
    const cJSON *version = document_member(place->node, FIELD_ComputeSystem_SchemaVersion);
    const cJSON *major = document_member(version, FIELD_Version_Major);
    const cJSON *minor = document_member(version, FIELD_Version_Minor);
    char text[128];
    if (!cJSON_IsObject(version) || (major && !cJSON_IsNumber(major)) || (minor && !cJSON_IsNumber(minor)))
        return; /* reported when the member itself is checked */
    double wanted = minor ? minor->valuedouble : 0;
    if (major && major->valuedouble == 2 && wanted <= check->host) {
        check->minor = wanted > SAME_RELEASE ? (unsigned)wanted : SAME_RELEASE; /* HCS-ROW: D-39 */
        return;
    }
    struct place below = {place, FIELD_ComputeSystem_SchemaVersion, 0, version};
    snprintf(text, sizeof text, "the host has the schema versions 2.0 to 2.%u", check->host);
    check_remark(check, &below, &(struct remark){.decision = DECISION_UNSUPPORTED_VERSION, .text = text});
}

/* HCS-ROW: J-12 the document of a hosted system has a version of its own. Its reader is the service in the machine, so
   that one that the host does not have is no error. */
static void enter_hosted_version(struct check *check, const struct place *place)
{
    const cJSON *version = document_member(place->node, FIELD_HostedSystem_SchemaVersion);
    const cJSON *major = document_member(version, FIELD_Version_Major);
    const cJSON *minor = document_member(version, FIELD_Version_Minor);
    if (!minor || !cJSON_IsNumber(minor) || (major && !(cJSON_IsNumber(major) && major->valuedouble == 2)))
        return;
    double wanted = minor->valuedouble > SAME_RELEASE ? minor->valuedouble : SAME_RELEASE;
    check->minor = wanted < check->host ? (unsigned)wanted : check->host;
}

static void check_object(struct check *check, const struct place *place, enum spec_type type, const cJSON **members)
{
    unsigned minor = check->minor, host = check->host;
    bool scenario = check->scenario;
    if (!cJSON_IsObject(place->node)) {
        check_mistake(check, place, DECISION_WRONG_TYPE, "an object");
        return;
    }
    if (type == TYPE_Scenario)
        check->host = check_minor_of_scenario(check, place->node);
    if (type == TYPE_ComputeSystem)
        enter_version(check, place);
    if (type == TYPE_HostedSystem && !check->inside_hidden)
        enter_hosted_version(check, place);
    check->scenario = type == TYPE_Scenario || (scenario && type != TYPE_ComputeSystem);
    check_members(check, place, &spec_types[type], members);
    if (type == TYPE_Scenario)
        check_contradictions(check, place);
    check->minor = minor;
    check->host = host;
    check->scenario = scenario;
}

void check_value(struct check *check, const struct place *place, enum spec_type type)
{
    const cJSON *members[SPEC_MAX_FIELDS];
    if (spec_types[type].kind == KIND_PLAIN)
        check_plain(check, place, type);
    else if (spec_types[type].kind == KIND_ENUM)
        check_enum(check, place, &spec_types[type]);
    else
        check_object(check, place, type, members);
}

/* --- the whole document --- */

static void run(struct check *check, struct document *document)
{
    struct place top = {NULL, NULL, 0, document->root};
    check->host = check->minor = check->options->minor;
    check->refused = 0;
    check_object(check, &top, document->type, document->member);
}

/* What was decided on a text that is no strict JSON. */
static const enum spec_decision decision_of[] = {
    [JSON_MALFORMED] = DECISION_MALFORMED,
    [JSON_BYTE_ORDER_MARK] = DECISION_BYTE_ORDER_MARK,
    [JSON_TRAILING_TEXT] = DECISION_TRAILING_TEXT,
    [JSON_EMBEDDED_NUL] = DECISION_EMBEDDED_NUL,
    [JSON_BAD_ENCODING] = DECISION_BAD_ENCODING,
    [JSON_TOO_DEEP] = DECISION_TOO_DEEP,
    [JSON_TOO_LARGE] = DECISION_TOO_LARGE,
    [JSON_LONG_NUMBER] = DECISION_OUT_OF_RANGE,
};

HRESULT document_check(const char *text, size_t length, enum spec_type type, const struct document_options *options,
    struct document *document, struct document_report *report)
{
    struct check check = {.options = options, .text = text};
    report_init(report);
    document->type = type;
    document->root = NULL;
    struct json_fault fault = json_scan(text, length);
    if (fault.place) {
        report_single(report, HCS_E_INVALID_JSON, decision_of[fault.mistake], fault.what, text, fault.place);
        return report->code;
    }
    document->root = tree_build(text, length, fault.values);
    if (!document->root) {
        report_single(report, E_OUTOFMEMORY, DECISION_TOO_LARGE, "out of memory", NULL, NULL);
        return report->code;
    }
    run(&check, document);
    if (check.refused || options->people || options->strict) {
        check.report = report;
        run(&check, document);
        report->code = report->no_memory ? E_OUTOFMEMORY : check.refused ? HCS_E_INVALID_JSON : S_OK;
        report_finish(report, text);
    }
    if (FAILED(report->code)) {
        document_free(document);
    } else if (check.hidden) {
        check.report = NULL;
        check.prune = true;
        run(&check, document);
    }
    return report->code;
}

void document_free(struct document *document)
{
    free(document->root);
    document->root = NULL;
}

unsigned document_newest_minor(void)
{
    return spec_hosts[spec_host_count - 1].minor;
}

unsigned document_minor_of_build(unsigned build)
{
    unsigned minor = 0;
    for (unsigned i = 0; i < spec_host_count && spec_hosts[i].build <= build; i++)
        minor = spec_hosts[i].minor;
    return minor;
}

enum spec_type document_type_named(const char *name)
{
    for (int type = 0; type < TYPE_COUNT; type++)
        if (spec_types[type].kind != KIND_PLAIN && !strcmp(spec_types[type].name, name))
            return (enum spec_type)type;
    return TYPE_COUNT;
}

const cJSON *document_member(const cJSON *object, const char *name)
{
    const cJSON *item, *found = NULL;
    cJSON_ArrayForEach (item, object)
        if (item->string && !strcmp(item->string, name))
            found = item;
    return cJSON_IsNull(found) ? NULL : found;
}

const char *document_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(document_member(object, name));
}

const char *document_string(const struct document *document, int field)
{
    return cJSON_GetStringValue(document->member[field]);
}

bool document_true(const struct document *document, int field)
{
    return cJSON_IsTrue(document->member[field]);
}
