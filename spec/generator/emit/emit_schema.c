/* The schema as tables. Entry point: emit_schema(). */
#include "emit.h"
#include "facts/effect.h"
#include "facts/notation.h"
#include "facts/output.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/schema, spec/resources.json, spec/requests.json and spec/failures.json"

static const char *const shapes[] = {"SHAPE_ONE", "SHAPE_ARRAY", "SHAPE_MAP"};

/* Writes an X macro with the names of one of the project's own types. The handwritten code that reads the type uses it,
   so that it does not compile if it lacks a name. */
static void emit_list(struct text *out, const cJSON *type, const char *kind, const cJSON *items)
{
    const cJSON *item;
    if (!fact_true(type, "own") || !items || !items->child)
        return;
    text_printf(out, "#define %s_%s(X)", kind, type->string);
    cJSON_ArrayForEach (item, items) {
        text_puts(out, " X(");
        output_identifier(out, fact_text(item, "name"));
        text_puts(out, ")");
    }
    text_puts(out, "\n");
}

static void emit_field_names(struct text *out, const struct facts *facts, const cJSON *type)
{
    const cJSON *item;
    if (facts_is_enum(type)) {
        cJSON_ArrayForEach (item, fact_get(type, "values")) {
            text_printf(out, "#define VALUE_%s_", type->string);
            output_identifier(out, fact_text(item, "name"));
            text_printf(out, " \"%s\"\n", fact_text(item, "name"));
        }
        emit_list(out, type, "VALUES", fact_get(type, "values"));
        return;
    }
    text_puts(out, "enum {\n");
    cJSON_ArrayForEach (item, fact_get(type, "fields"))
        text_printf(out, "    %s_%s,\n", type->string, fact_text(item, "name"));
    text_printf(out, "    %s_FIELDS\n};\n", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "fields"))
        text_printf(
            out, "#define FIELD_%s_%s \"%s\"\n", type->string, fact_text(item, "name"), fact_text(item, "name"));
    cJSON_ArrayForEach (item, facts_known_names(facts, type))
        text_printf(out, "#define KNOWN_%s_%s \"%s\"\n", type->string, item->valuestring, item->valuestring);
    emit_list(out, type, "FIELDS", fact_get(type, "fields"));
}

static const char declarations[] =
    "enum spec_shape { SHAPE_ONE, SHAPE_ARRAY, SHAPE_MAP };\n"
    "enum spec_kind { KIND_PLAIN, KIND_OBJECT, KIND_ENUM };\n\n"
    "struct spec_field {\n    const char *name;\n    uint8_t shape;\n"
    "    uint16_t type, size; /* size: number of elements of a fixed array, otherwise 0 */\n"
    "    uint8_t minor;       /* schema version 2.minor introduced the field */\n"
    "    uint8_t key;         /* the plain type of a map's keys */\n};\n\n"
    "struct spec_value {\n    const char *name;\n    uint8_t minor, deprecated;\n};\n\n"
    "/* What must hold in an object beyond the types of its fields. */\n"
    "enum spec_constraint_kind {\n"
    "    CONSTRAINT_REQUIRED,      /* field is required; with is, only if other has that value */\n"
    "    CONSTRAINT_EXCLUSIVE,     /* at most one of members */\n"
    "    CONSTRAINT_EXACTLY_ONE,   /* exactly one of members */\n"
    "    CONSTRAINT_ONE_NEEDED,    /* at least one of members */\n"
    "    CONSTRAINT_RANGE,         /* field is from minimum to maximum */\n"
    "    CONSTRAINT_MULTIPLE,      /* field should be a multiple of minimum */\n"
    "    CONSTRAINT_NON_EMPTY,     /* field, a list, has an element */\n"
    "    CONSTRAINT_ORDERED,       /* field is two numbers, the smaller one first */\n"
    "    CONSTRAINT_ONLY_WITH,     /* field (with is, only with that value) is possible only if other has one of "
    "values,\n"
    "                                 where an empty one means that it is absent */\n"
    "    CONSTRAINT_NOT_ABOVE,     /* field, an integer, is not above other */\n"
    "    CONSTRAINT_READ_WHEN,     /* field is read only if other has the value in is */\n"
    "    CONSTRAINT_IGNORED_WHEN,  /* field is not read if other is true */\n"
    "    CONSTRAINT_NEVER_WRITTEN, /* field is never read from a document */\n"
    "    CONSTRAINT_VARIANT,       /* field is declared as Any; the value of other selects its type in variants */\n"
    "    CONSTRAINT_VARIANT_FIXED, /* field is declared as Any; variants has its type */\n"
    "    CONSTRAINT_VARIANT_PATH,  /* field has the type of the resource whose path is in other */\n};\n\n"
    "struct spec_variant {\n    const char *value; /* NULL ends the list; a fixed type is in that last element */\n"
    "    uint16_t type;\n};\n\n"
    "struct spec_constraint {\n    uint8_t kind, field, other;\n    const char *is;\n    uint32_t members; /* a bit "
    "for each "
    "field "
    "*/\n    int64_t minimum, maximum;\n    const struct spec_variant *variants;\n"
    "    const char *const *values; /* ended by NULL */\n    const char *words; /* says what values are */\n};\n\n"
    "/* NUMBERS_HRESULT: of 32 bits, and hexadecimal digits in a string. */\n"
    "enum { NUMBERS_NONE, NUMBERS_INT32, NUMBERS_HRESULT };\n\n"
    "struct spec_type_info {\n    const char *name;\n    enum spec_kind kind;\n"
    "    uint16_t count; /* of fields or values */\n    uint8_t numbers; /* NUMBERS_…: which numbers are allowed, too "
    "*/\n"
    "    const struct spec_field *fields;\n    const struct spec_value *values;\n"
    "    const struct spec_constraint *constraints;\n    uint16_t constraint_count;\n"
    "    const char *const *known; /* names that are not in the reference but that production clients send, ended by "
    "NULL; or NULL */\n"
    "};\n\n"
    "extern const struct spec_type_info spec_types[TYPE_COUNT];\n\n";

static const char resource_declarations[] =
    "\nstruct spec_resource {\n    const char *path; /* {Identifier}, {Guid} and {UnsignedInt} stand for one segment "
    "*/\n"
    "    enum spec_type settings; /* TYPE_Any: it has none, or their type is not known */\n    uint8_t matrix; /* enum "
    "spec_matrix */\n"
    "    uint8_t add, remove, update;   /* request types that are allowed */\n"
    "    uint8_t ignored_on_remove;     /* a removal does not read the settings */\n"
    "    uint8_t update_adds;           /* an update adds what is not there */\n"
    "    uint8_t maximum;               /* of {UnsignedInt}; 0: no limit */\n"
    "    const char *element;           /* the member that identifies an element, if the resource is a list */\n};\n\n"
    "extern const struct spec_resource spec_resources[];\nextern const unsigned spec_resource_count;\n\n"
    "/* A Windows build has the schema versions 2.0 to 2.minor. In the order of builds. */\n"
    "struct spec_host {\n    unsigned build;\n    uint8_t minor;\n    const char *release;\n};\n\n"
    "extern const struct spec_host spec_hosts[];\nextern const unsigned spec_host_count;\n\n";

static void emit_resource_index(struct text *out, const struct facts *facts)
{
    const cJSON *resource;
    int index = 0;
    text_puts(out, "enum spec_resource_index {\n");
    cJSON_ArrayForEach (resource, fact_get(facts->resources.root, "resources")) {
        text_puts(out, "    RESOURCE_");
        output_identifier(out, fact_text(resource, "path"));
        text_printf(out, " = %d,\n", index++);
    }
    text_puts(out, "};\n\n#endif\n");
}

static bool emit_schema_header(const struct facts *facts, uint64_t digest, const char *folder)
{
    struct text out;
    const cJSON *type;
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#ifndef SPEC_SCHEMA_H\n#define SPEC_SCHEMA_H\n\n#include <stdint.h>\n\n"
                    "enum spec_type {\n");
    for (size_t i = 0; notation_plain_types[i]; i++)
        text_printf(&out, "    TYPE_%s,\n", notation_plain_types[i]);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        text_printf(&out, "    TYPE_%s,\n", type->string);
    text_puts(&out, "    TYPE_COUNT\n};\n\n");
    text_puts(&out, declarations);
    int maximum = 1;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        int count = cJSON_GetArraySize(fact_get(type, "fields"));
        maximum = count > maximum ? count : maximum;
    }
    text_printf(&out, "enum { SPEC_MAX_FIELDS = %d };\n\n", maximum);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        emit_field_names(&out, facts, type);
    text_puts(&out, resource_declarations);
    emit_resource_index(&out, facts);
    return output_end(&out, folder, "spec_schema.h");
}

static void emit_values(struct text *out, const cJSON *type)
{
    const cJSON *item;
    text_printf(out, "static const struct spec_value values_%s[] = {", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "values"))
        text_printf(
            out, "{\"%s\", %d, %d}, ", fact_text(item, "name"), notation_minor(item), fact_true(item, "deprecated"));
    text_puts(out, "{0, 0, 0}};\n");
}

static void emit_fields(struct text *out, const cJSON *type)
{
    const cJSON *item;
    text_printf(out, "static const struct spec_field fields_%s[] = {\n", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "fields")) {
        struct notation n = notation_of(fact_text(item, "type"));
        const char *name = fact_text(item, "name");
        text_printf(out, "    {\"%s\", %s, TYPE_%s, %d, %d, TYPE_%s},\n", name, shapes[n.shape], n.type, n.size,
            notation_minor(item), n.key);
    }
    text_puts(out, "    {0, 0, 0, 0, 0, 0}};\n");
}

/* --- constraints --- */

static int field_index(const cJSON *type, const char *name)
{
    const cJSON *field;
    int index = 0;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        if (name && !strcmp(fact_text(field, "name"), name))
            return index;
        index++;
    }
    return 0;
}

static void emit_constraint(struct text *out, const cJSON *type, const char *kind, const cJSON *field,
    const cJSON *condition, const char *variants)
{
    const cJSON *is = fact_get(condition, "is"), *range = fact_get(field, "range");
    const char *member = fact_text(condition, "member") ? fact_text(condition, "member") : fact_text(condition, "by");
    text_printf(out, "    {CONSTRAINT_%s, %d, %d, ", kind, field_index(type, fact_text(field, "name")),
        field_index(type, member));
    output_nullable(out, cJSON_GetStringValue(is));
    long long minimum = (long long)fact_number(field, "multipleOf", 0), maximum = 0;
    if (range) {
        minimum = (long long)cJSON_GetArrayItem(range, 0)->valuedouble;
        maximum = (long long)cJSON_GetArrayItem(range, 1)->valuedouble;
    }
    text_printf(out, ", 0, %lld, %lld, %s, 0, 0},\n", minimum, maximum, variants);
}

static void emit_group(struct text *out, const cJSON *type, const char *kind, const cJSON *group)
{
    const cJSON *member;
    unsigned mask = 0;
    cJSON_ArrayForEach (member, fact_get(group, "members"))
        mask |= 1u << field_index(type, member->valuestring);
    text_printf(out, "    {CONSTRAINT_%s, %d, 0, 0, 0x%X, 0, 0, 0, 0, 0},\n", kind,
        field_index(type, fact_get(group, "members")->child->valuestring), mask);
}

static void emit_variants(struct text *out, const cJSON *type)
{
    const cJSON *field, *item;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const cJSON *variant = fact_get(field, "variant");
        if (!variant || fact_get(variant, "from"))
            continue;
        text_printf(
            out, "static const struct spec_variant variants_%s_%s[] = {", type->string, fact_text(field, "name"));
        cJSON_ArrayForEach (item, fact_get(variant, "types"))
            text_printf(out, "{\"%s\", TYPE_%s}, ", item->string, item->valuestring);
        text_printf(out, "{0, TYPE_%s}};\n", fact_text(variant, "type") ? fact_text(variant, "type") : "Any");
    }
}

/* --- what is possible only with certain values of another field --- */

struct condition {
    const cJSON *field, *fits; /* fits: what effect_fits() takes */
    const char *value;         /* of the field, the only one that the condition is about; NULL: it is about all */
    const char *member;        /* the other field */
};

static int conditions_of(const struct facts *facts, const cJSON *type, struct condition list[TYPE_CONDITIONS])
{
    const cJSON *field, *item;
    int count = 0;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const char *member = fact_text(field, "valuesWith");
        const cJSON *own = member ? facts_schema_type(facts, fact_text(field, "type")) : NULL;
        cJSON_ArrayForEach (item, fact_get(field, "onlyWith"))
            if (count < TYPE_CONDITIONS)
                list[count++] = (struct condition){field, item, NULL, item->string};
        cJSON_ArrayForEach (item, fact_get(own, "values"))
            if (count < TYPE_CONDITIONS)
                list[count++] = (struct condition){field, fact_get(item, "calls"), fact_text(item, "name"), member};
    }
    return count;
}

static void emit_values_of_conditions(struct text *out, const struct facts *facts, const cJSON *type)
{
    struct condition list[TYPE_CONDITIONS];
    int count = conditions_of(facts, type, list);
    const cJSON *item;
    for (int i = 0; i < count; i++) {
        const cJSON *fits = list[i].fits, *all = fact_get(facts->requests.root, "requests");
        const cJSON *candidates = cJSON_IsString(fits) ? all : fits; /* a word is about all calls */
        text_printf(out, "static const char *const values_%s_%d[] = {", type->string, i);
        if (effect_fits(facts, fits, NULL))
            text_puts(out, "\"\", ");
        cJSON_ArrayForEach (item, candidates) {
            const char *name = cJSON_IsString(item) ? item->valuestring : fact_text(item, "function");
            if (effect_fits(facts, fits, name))
                text_printf(out, "\"%s\", ", name);
        }
        text_puts(out, "0};\n");
    }
}

static void emit_conditions(struct text *out, const struct facts *facts, const cJSON *type)
{
    struct condition list[TYPE_CONDITIONS];
    char words[256];
    int count = conditions_of(facts, type, list);
    for (int i = 0; i < count; i++) {
        effect_words(list[i].fits, list[i].member, words, sizeof words);
        text_printf(out, "    {CONSTRAINT_ONLY_WITH, %d, %d, ", field_index(type, fact_text(list[i].field, "name")),
            field_index(type, list[i].member));
        output_nullable(out, list[i].value);
        text_printf(out, ", 0, 0, 0, 0, values_%s_%d, \"%s\"},\n", type->string, i, words);
    }
}

static void emit_field_constraints(struct text *out, const cJSON *type, const cJSON *field)
{
    const cJSON *variant = fact_get(field, "variant");
    char name[160] = "0";
    if (fact_true(field, "required"))
        emit_constraint(out, type, "REQUIRED", field, NULL, "0");
    if (fact_get(field, "requiredWhen"))
        emit_constraint(out, type, "REQUIRED", field, fact_get(field, "requiredWhen"), "0");
    if (fact_get(field, "range"))
        emit_constraint(out, type, "RANGE", field, NULL, "0");
    if (fact_get(field, "multipleOf"))
        emit_constraint(out, type, "MULTIPLE", field, NULL, "0");
    if (fact_true(field, "nonEmpty"))
        emit_constraint(out, type, "NON_EMPTY", field, NULL, "0");
    if (fact_true(field, "ordered"))
        emit_constraint(out, type, "ORDERED", field, NULL, "0");
    if (fact_get(field, "notAbove"))
        emit_constraint(out, type, "NOT_ABOVE", field, fact_get(field, "notAbove"), "0");
    if (fact_get(field, "readWhen"))
        emit_constraint(out, type, "READ_WHEN", field, fact_get(field, "readWhen"), "0");
    if (fact_get(field, "ignoredWhen"))
        emit_constraint(out, type, "IGNORED_WHEN", field, fact_get(field, "ignoredWhen"), "0");
    if (fact_true(field, "neverWritten"))
        emit_constraint(out, type, "NEVER_WRITTEN", field, NULL, "0");
    if (!variant)
        return;
    if (!fact_get(variant, "from"))
        snprintf(name, sizeof name, "variants_%s_%s", type->string, fact_text(field, "name"));
    emit_constraint(out, type,
        fact_get(variant, "from")    ? "VARIANT_PATH"
        : fact_text(variant, "type") ? "VARIANT_FIXED"
                                     : "VARIANT",
        field, variant, name);
}

static int count_constraints(const struct facts *facts, const cJSON *type)
{
    static const char *const members[] = {"required", "requiredWhen", "range", "multipleOf", "nonEmpty", "ordered",
        "notAbove", "readWhen", "ignoredWhen", "neverWritten", "variant"};
    struct condition conditions[TYPE_CONDITIONS];
    const cJSON *field;
    int count = cJSON_GetArraySize(fact_get(type, "exclusive")) + cJSON_GetArraySize(fact_get(type, "needed"));
    cJSON_ArrayForEach (field, fact_get(type, "fields"))
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            count += fact_get(field, members[i]) != NULL;
    return count + conditions_of(facts, type, conditions);
}

static void emit_constraints(struct text *out, const struct facts *facts, const cJSON *type)
{
    const cJSON *item;
    if (!count_constraints(facts, type))
        return;
    emit_variants(out, type);
    emit_values_of_conditions(out, facts, type);
    text_printf(out, "static const struct spec_constraint constraints_%s[] = {\n", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "fields"))
        emit_field_constraints(out, type, item);
    cJSON_ArrayForEach (item, fact_get(type, "exclusive"))
        emit_group(out, type, fact_true(item, "exactly") ? "EXACTLY_ONE" : "EXCLUSIVE", item);
    cJSON_ArrayForEach (item, fact_get(type, "needed"))
        emit_group(out, type, "ONE_NEEDED", item);
    emit_conditions(out, facts, type);
    text_puts(out, "};\n");
}

static void emit_known(struct text *out, const struct facts *facts, const cJSON *type)
{
    const cJSON *name, *known = facts_known_names(facts, type);
    if (!known)
        return;
    text_printf(out, "static const char *const known_%s[] = {", type->string);
    cJSON_ArrayForEach (name, known)
        text_printf(out, "\"%s\", ", name->valuestring);
    text_puts(out, "0};\n");
}

/* --- resources and hosts --- */

static bool allows(const cJSON *resource, const char *request)
{
    return fact_lists(fact_get(resource, "requests"), request);
}

static void emit_resources(struct text *out, const struct facts *facts)
{
    const cJSON *item;
    text_puts(out, "\nconst struct spec_resource spec_resources[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->resources.root, "resources")) {
        const char *type = fact_text(item, "settings"), *path = fact_text(item, "path");
        const char *element = fact_text(item, "element");
        text_printf(out, "    {\"%s\", TYPE_%s, %s, %d, %d, %d, %d, %d, %d, ", path, type ? type : "Any",
            !strncmp(path, "Container", 9) ? "MATRIX_Container" : "MATRIX_VirtualMachine", allows(item, "Add"),
            allows(item, "Remove"), allows(item, "Update"), fact_get(item, "settingsIgnoredOn") != NULL,
            fact_true(item, "updateAdds"), (int)fact_number(item, "most", 0));
        text_printf(out, element ? "\"%s\"},\n" : "0},\n", element);
    }
    text_puts(out, "};\n\nconst unsigned spec_resource_count = sizeof spec_resources / sizeof "
                   "*spec_resources;\n");
}

static void emit_hosts(struct text *out, const struct facts *facts)
{
    const cJSON *item;
    text_puts(out, "\nconst struct spec_host spec_hosts[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->hosts.root, "hosts"))
        text_printf(out, "    {%d, %d, \"%s\"},\n", (int)fact_number(item, "build", 0),
            atoi(fact_text(item, "schema") + 2), fact_text(item, "release"));
    text_puts(out, "};\n\nconst unsigned spec_host_count = sizeof spec_hosts / sizeof *spec_hosts;\n");
}

static void emit_type_infos(struct text *out, const struct facts *facts)
{
    const cJSON *type;
    text_puts(out, "\nconst struct spec_type_info spec_types[TYPE_COUNT] = {\n");
    for (size_t i = 0; notation_plain_types[i]; i++)
        text_printf(out, "    [TYPE_%s] = {\"%s\", KIND_PLAIN, 0, 0, 0, 0, 0, 0, 0},\n", notation_plain_types[i],
            notation_plain_types[i]);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        const char *name = type->string;
        int constraints = count_constraints(facts, type);
        char known[160] = "0";
        if (facts_known_names(facts, type))
            snprintf(known, sizeof known, "known_%s", name);
        if (facts_is_enum(type)) {
            text_printf(out, "    [TYPE_%s] = {\"%s\", KIND_ENUM, %d, NUMBERS_%s, 0, values_%s, 0, 0, %s},\n", name,
                name, cJSON_GetArraySize(fact_get(type, "values")),
                fact_true(type, "integers") ? "INT32"
                : fact_get(type, "from")    ? "HRESULT"
                                            : "NONE",
                name, known);
            continue;
        }
        text_printf(out, "    [TYPE_%s] = {\"%s\", KIND_OBJECT, %d, 0, fields_%s, 0, ", name, name,
            cJSON_GetArraySize(fact_get(type, "fields")), name);
        text_printf(out, constraints ? "constraints_%s, " : "0, ", name);
        text_printf(out, "%d, %s},\n", constraints, known);
    }
    text_puts(out, "};\n");
}

bool emit_schema(const struct facts *facts, const char *folder)
{
    struct text out;
    const cJSON *type;
    uint64_t digest = digest_combine(
        digest_combine(digest_combine(facts->schema.digest, facts->scenario.digest), facts->resources.digest),
        digest_combine(facts->field.digest, facts->hosts.digest));
    digest = digest_combine(digest, digest_combine(facts->requests.digest, facts->failures.digest));
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_schema.h\"\n#include \"spec_states.h\"\n\n");
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        emit_known(&out, facts, type);
        if (facts_is_enum(type)) {
            emit_values(&out, type);
            continue;
        }
        emit_fields(&out, type);
        emit_constraints(&out, facts, type);
    }
    emit_type_infos(&out, facts);
    emit_resources(&out, facts);
    emit_hosts(&out, facts);
    return emit_schema_header(facts, digest, folder) && output_end(&out, folder, "spec_schema.c");
}
