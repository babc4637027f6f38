/* The schema as tables. Entry point: emit_schema(). */
#include "emit.h"
#include "output.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/schema/types.json and spec/resources.json"

static const char *const plain_types[] = {"Any", "bool", "string", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64", "ByteArray", "DateTime", "Guid", "MacAddress", "NullableByteArray", "string_binary"};

/* "array<T>", "array<T,N>", "Map<K,V>" or "T", taken apart. */
struct notation {
    const char *shape; /* SHAPE_ONE, SHAPE_ARRAY, SHAPE_MAP */
    char type[96];
    int size; /* of a fixed array, else 0 */
};

static struct notation take_apart(const char *text)
{
    struct notation n = {"SHAPE_ONE", "", 0};
    const char *from = text, *end = text + strlen(text);
    if (!strncmp(text, "array<", 6)) {
        n.shape = "SHAPE_ARRAY";
        from = text + 6;
        end = strpbrk(from, ",>");
        if (*end == ',')
            n.size = atoi(end + 1);
    } else if (!strncmp(text, "Map<", 4)) {
        n.shape = "SHAPE_MAP";
        from = strchr(text, ',') + 1;
        end = strchr(from, '>');
    }
    memcpy(n.type, from, (size_t)(end - from));
    n.type[end - from] = 0;
    return n;
}

/* Enum values may hold characters that no identifier has. */
static void identifier(struct output *out, const char *text)
{
    for (; *text; text++)
        output_print(out, "%c", isalnum((unsigned char)*text) ? *text : '_');
}

static void emit_field_names(struct output *out, const cJSON *type)
{
    const cJSON *item;
    if (!strcmp(fact_text(type, "kind"), "enum")) {
        cJSON_ArrayForEach (item, fact_get(type, "values")) {
            output_print(out, "#define VALUE_%s_", type->string);
            identifier(out, fact_text(item, "name"));
            output_print(out, " \"%s\"\n", fact_text(item, "name"));
        }
        return;
    }
    output_text(out, "enum {\n");
    cJSON_ArrayForEach (item, fact_get(type, "fields"))
        output_print(out, "    %s_%s,\n", type->string, fact_text(item, "name"));
    output_print(out, "    %s_FIELDS\n};\n", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "fields"))
        output_print(
            out, "#define FIELD_%s_%s \"%s\"\n", type->string, fact_text(item, "name"), fact_text(item, "name"));
}

static bool emit_schema_header(const struct facts *facts, const char *folder)
{
    struct output out;
    const cJSON *type;
    output_begin(&out, INPUTS, digest_combine(facts->schema.digest, facts->resources.digest));
    output_text(&out, "#ifndef SPEC_SCHEMA_H\n#define SPEC_SCHEMA_H\n\n#include <stdint.h>\n\n"
                      "enum spec_type {\n");
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++)
        output_print(&out, "    TYPE_%s,\n", plain_types[i]);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        output_print(&out, "    TYPE_%s,\n", type->string);
    output_text(&out, "    TYPE_COUNT\n};\n\nenum spec_shape { SHAPE_ONE, SHAPE_ARRAY, SHAPE_MAP };\n"
                      "enum spec_kind { KIND_PLAIN, KIND_OBJECT, KIND_ENUM };\n\n"
                      "struct spec_field {\n    const char *name;\n    uint8_t length, shape;\n"
                      "    uint16_t type, size; /* size: elements of a fixed array, else 0 */\n"
                      "    uint8_t major, minor; /* schema version that introduced the field */\n};\n\n"
                      "struct spec_type_info {\n    const char *name;\n    enum spec_kind kind;\n"
                      "    uint16_t count; /* fields or values */\n    const struct spec_field *fields;\n"
                      "    const char *const *values;\n};\n\n"
                      "extern const struct spec_type_info spec_types[TYPE_COUNT];\n\n"
                      "enum { SPEC_MOST_FIELDS = ");
    int most = 1;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        int count = cJSON_GetArraySize(fact_get(type, "fields"));
        most = count > most ? count : most;
    }
    output_print(&out, "%d };\n\n", most);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        emit_field_names(&out, type);
    output_text(&out, "\nstruct spec_resource {\n    const char *path; /* {Identifier} and {UnsignedInt} stand for one "
                      "segment */\n    enum spec_type settings;\n    uint8_t matrix; /* of spec_states.h */\n"
                      "    uint8_t add, remove, update; /* request types that are allowed */\n};\n\n"
                      "extern const struct spec_resource spec_resources[];\nextern const unsigned "
                      "spec_resource_count;\n\n");
    const cJSON *resource;
    int index = 0;
    output_text(&out, "enum spec_resource_index {\n");
    cJSON_ArrayForEach (resource, fact_get(facts->resources.root, "resources")) {
        output_text(&out, "    RESOURCE_");
        identifier(&out, fact_text(resource, "path"));
        output_print(&out, " = %d,\n", index++);
    }
    output_text(&out, "};\n\n#endif\n");
    return output_end(&out, folder, "spec_schema.h");
}

static void emit_type(struct output *out, const cJSON *type)
{
    const cJSON *item;
    if (!strcmp(fact_text(type, "kind"), "enum")) {
        output_print(out, "static const char *const values_%s[] = {", type->string);
        cJSON_ArrayForEach (item, fact_get(type, "values"))
            output_print(out, "\"%s\", ", fact_text(item, "name"));
        output_text(out, "0};\n");
        return;
    }
    output_print(out, "static const struct spec_field fields_%s[] = {\n", type->string);
    cJSON_ArrayForEach (item, fact_get(type, "fields")) {
        struct notation n = take_apart(fact_text(item, "type"));
        const char *name = fact_text(item, "name"), *version = fact_text(item, "version");
        output_print(out, "    {\"%s\", %zu, %s, TYPE_%s, %d, %c, %c},\n", name, strlen(name), n.shape, n.type, n.size,
            version ? version[0] : '2', version ? version[2] : '0');
    }
    output_text(out, "    {0, 0, 0, 0, 0, 0, 0}};\n");
}

static bool allows(const cJSON *resource, const char *request)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(resource, "requests"))
        if (!strcmp(item->valuestring, request))
            return true;
    return false;
}

static void emit_resources(struct output *out, const struct facts *facts)
{
    const cJSON *item;
    output_text(out, "\nconst struct spec_resource spec_resources[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->resources.root, "resources")) {
        const char *type = fact_text(item, "settings"), *path = fact_text(item, "path");
        output_print(out, "    {\"%s\", TYPE_%s, %s, %d, %d, %d},\n", path, type ? type : "Any",
            !strncmp(path, "Container", 9) ? "MATRIX_Container" : "MATRIX_VirtualMachine", allows(item, "Add"),
            allows(item, "Remove"), allows(item, "Update"));
    }
    output_text(out, "};\n\nconst unsigned spec_resource_count = sizeof spec_resources / sizeof "
                     "*spec_resources;\n");
}

bool emit_schema(const struct facts *facts, const char *folder)
{
    struct output out;
    const cJSON *type;
    output_begin(&out, INPUTS, digest_combine(facts->schema.digest, facts->resources.digest));
    output_text(&out, "#include \"spec_schema.h\"\n#include \"spec_states.h\"\n\n");
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        emit_type(&out, type);
    output_text(&out, "\nconst struct spec_type_info spec_types[TYPE_COUNT] = {\n");
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++)
        output_print(&out, "    [TYPE_%s] = {\"%s\", KIND_PLAIN, 0, 0, 0},\n", plain_types[i], plain_types[i]);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        if (!strcmp(fact_text(type, "kind"), "enum"))
            output_print(&out, "    [TYPE_%s] = {\"%s\", KIND_ENUM, %d, 0, values_%s},\n", type->string, type->string,
                cJSON_GetArraySize(fact_get(type, "values")), type->string);
        else
            output_print(&out, "    [TYPE_%s] = {\"%s\", KIND_OBJECT, %d, fields_%s, 0},\n", type->string, type->string,
                cJSON_GetArraySize(fact_get(type, "fields")), type->string);
    }
    output_text(&out, "};\n");
    emit_resources(&out, facts);
    return emit_schema_header(facts, folder) && output_end(&out, folder, "spec_schema.c");
}
