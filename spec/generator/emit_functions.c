/* The functions as data, and one typed call of each. Entry point: emit_functions(). */
#include "emit.h"
#include "output.h"
#include <string.h>

#define INPUTS "spec/functions"

static void nullable(struct output *out, const char *text)
{
    if (text)
        output_literal(out, text);
    else
        output_text(out, "0");
}

static const char *parameter_type(const cJSON *parameter)
{
    const char *type = fact_text(parameter, "headerType");
    return type ? type : fact_text(parameter, "type");
}

static bool is_number(const char *type)
{
    return !strcmp(type, "DWORD") || !strcmp(type, "UINT32") || !strcmp(type, "HCS_EVENT_OPTIONS");
}

/* return type (name)(types): a cast for the address that the loader gave. */
static void emit_call(struct output *out, const cJSON *function)
{
    const char *result = fact_text(function, "return");
    const cJSON *parameter;
    int index = 0;
    output_print(out, "static uint64_t call_%s(void *address, const union spec_argument *a)\n{\n    %s(WINAPI *call)(",
        fact_text(function, "name"), result);
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
        output_print(out, "%s%s", index++ ? ", " : "", parameter_type(parameter));
    output_text(out, index ? ");\n" : "void);\n");
    output_text(out, "    memcpy(&call, &address, sizeof call);\n    (void)a;\n    ");
    if (!strcmp(result, "HRESULT"))
        output_text(out, "return (uint32_t)call(");
    else if (!strcmp(result, "HCS_OPERATION_TYPE"))
        output_text(out, "return (uint32_t)call(");
    else if (!strcmp(result, "UINT64"))
        output_text(out, "return call(");
    else if (!strcmp(result, "void"))
        output_text(out, "call(");
    else
        output_text(out, "return (uint64_t)(uintptr_t)call(");
    index = 0;
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters")) {
        const char *type = parameter_type(parameter);
        output_print(out, "%s(%s)a[%d].%s", index ? ", " : "", type, index, is_number(type) ? "number" : "pointer");
        index++;
    }
    output_print(out, ");\n%s}\n\n", strcmp(result, "void") ? "" : "    return 0;\n");
}

static void emit_facts(struct output *out, const cJSON *function)
{
    static const char *const sections[][2] = {
        {"returns", "Return Values"}, {"operationResults", "Operation Results"}, {"returnsInText", "Text"}};
    const cJSON *item;
    output_print(out, "static const struct spec_fact facts_%s[] = {\n", fact_text(function, "name"));
    for (int i = 0; i < 3; i++)
        cJSON_ArrayForEach (item, fact_get(function, sections[i][0]))
            output_print(out, "    {\"%s\", %d, \"%s\"},\n", sections[i][1], (int)fact_number(item, "row", 0),
                fact_text(item, "code"));
    output_text(out, "    {0, 0, 0}};\n");
    output_print(out, "static const struct spec_parameter parameters_%s[] = {\n", fact_text(function, "name"));
    cJSON_ArrayForEach (item, fact_get(function, "parameters")) {
        output_print(out, "    {\"%s\", \"%s\", ", fact_text(item, "name"), fact_text(item, "type"));
        nullable(out, fact_text(item, "annotation"));
        output_text(out, ", ");
        nullable(out, fact_text(item, "document"));
        output_text(out, ", ");
        nullable(out, fact_text(item, "example"));
        output_text(out, "},\n");
    }
    output_text(out, "    {0, 0, 0, 0, 0}};\n");
}

static void emit_entry(struct output *out, const struct facts *facts, const cJSON *function)
{
    const char *name = fact_text(function, "name"), *type = fact_text(function, "operationType");
    int64_t number = -1;
    if (type)
        facts_enumerator(facts, type, &number);
    output_print(out, "    {\"%s\", ", name);
    nullable(out, fact_text(function, "page"));
    output_print(out, ", \"%s\", \"%s\", %d, %d, %d, %d, %d, %d, facts_%s, parameters_%s, call_%s, ",
        fact_text(function, "group"), fact_text(function, "return"), facts_first_build(function),
        fact_true(function, "documented"), fact_true(function, "implemented"), fact_true(function, "asynchronous"),
        (int)number, cJSON_GetArraySize(fact_get(function, "parameters")), name, name, name);
    nullable(out, fact_text(function, "resultDocument"));
    output_text(out, "},\n");
}

/* The type of the document that comes with an event; NULL: none, or the facts know none. */
static const char *event_document(const struct facts *facts, const char *name)
{
    return fact_text(fact_find(fact_get(facts->events.root, "events"), "event", name), "document");
}

static void emit_enumerators(struct output *out, const struct facts *facts)
{
    static const char *const names[] = {"HCS_OPERATION_TYPE", "HCS_EVENT_TYPE"};
    const cJSON *item;
    output_text(out, "const struct spec_enumerator spec_enumerators[] = {\n");
    for (int i = 0; i < 2; i++)
        cJSON_ArrayForEach (item, fact_get(fact_get(fact_get(facts->types.root, "enums"), names[i]), "values")) {
            const char *name = fact_text(item, "name");
            output_print(out, "    {\"%s\", %d, ", name, (int)fact_number(item, "value", 0));
            nullable(out, event_document(facts, name));
            output_text(out, "},\n");
        }
    output_text(out, "};\n\nconst unsigned spec_enumerator_count = sizeof spec_enumerators / sizeof "
                     "*spec_enumerators;\n");
}

static const char declarations[] =
    "union spec_argument {\n    const void *pointer;\n    uint32_t number;\n};\n\n"
    "struct spec_fact {\n    const char *section;\n    int row;\n    const char *code;\n};\n\n"
    "struct spec_parameter {\n    const char *name, *type, *annotation, *document, *example;\n};\n\n"
    "struct spec_function {\n    const char *name, *page, *group, *result;\n    int build; /* first Windows "
    "build, 0: not known */\n    int documented, implemented, asynchronous, operation_type, "
    "parameter_count;\n    const struct spec_fact *facts;\n    const struct spec_parameter *parameters;\n"
    "    /* Calls the function at address, by the signature of the reference. */\n"
    "    uint64_t (*call)(void *address, const union spec_argument *arguments);\n"
    "    const char *result_document;\n};\n\n";

bool emit_functions(const struct facts *facts, const char *folder)
{
    struct output header, out;
    uint64_t digest = digest_combine(facts->types.digest, facts->events.digest);
    digest = digest_combine(digest, digest_files(facts->functions, facts->function_count));
    output_begin(&header, INPUTS, digest);
    output_text(&header, "#ifndef SPEC_FUNCTIONS_H\n#define SPEC_FUNCTIONS_H\n\n#include <stdint.h>\n\n");
    output_text(&header, declarations);
    output_text(&header, "enum spec_function_index {\n");
    output_begin(&out, INPUTS, digest);
    output_text(&out, "#include \"spec_functions.h\"\n#include <windows.h>\n#include <computecore.h>\n"
                      "#include <string.h>\n\n");
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root)) {
            output_print(&header, "    FUNCTION_%s,\n", fact_text(facts->functions[i].root, "name"));
            emit_facts(&out, facts->functions[i].root);
            emit_call(&out, facts->functions[i].root);
        }
    output_text(&header, "    FUNCTION_COUNT\n};\n\nextern const struct spec_function "
                         "spec_functions[FUNCTION_COUNT];\n\nstruct spec_enumerator {\n    const char *name;\n"
                         "    int value;\n    const char *document; /* that comes with the event */\n};\n\n"
                         "/* Operation and event types by name. */\n"
                         "extern const struct spec_enumerator spec_enumerators[];\n"
                         "extern const unsigned spec_enumerator_count;\n\n#endif\n");
    output_text(&out, "const struct spec_function spec_functions[FUNCTION_COUNT] = {\n");
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root))
            emit_entry(&out, facts, facts->functions[i].root);
    output_text(&out, "};\n\n");
    emit_enumerators(&out, facts);
    return output_end(&header, folder, "spec_functions.h") && output_end(&out, folder, "spec_functions.c");
}

/* What the library needs of it: functions that some known host lacks. */
static bool emit_builds(const struct facts *facts, const char *folder)
{
    struct output header, out;
    uint64_t digest = digest_combine(facts->hosts.digest, digest_files(facts->functions, facts->function_count));
    int oldest = (int)fact_number(fact_get(facts->hosts.root, "hosts")->child, "build", 0), newest = 0;
    output_begin(&header, INPUTS, digest);
    output_begin(&out, INPUTS, digest);
    output_text(&out, "#include \"spec_builds.h\"\n\nconst struct spec_build spec_builds[] = {\n");
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *function = facts->functions[i].root;
        int build = facts_first_build(function);
        if (!facts_is_exported(function) || build <= oldest)
            continue;
        newest = build > newest ? build : newest;
        output_print(&out, "    {\"%s\", %d},\n", fact_text(function, "name"), build);
    }
    output_text(&out, "    {0, 0}};\n");
    output_print(&header,
        "#ifndef SPEC_BUILDS_H\n#define SPEC_BUILDS_H\n\n/* Functions that older hosts lack, with the first Windows "
        "build "
        "that has them; ended by a NULL name. */\nstruct spec_build {\n    const char *function;\n    unsigned "
        "build;\n};\n\nextern const struct spec_build spec_builds[];\n\n/* From this build on, hosts lack none. "
        "*/\nenum { "
        "SPEC_COMPLETE_BUILD = %d };\n\n#endif\n",
        newest);
    return output_end(&header, folder, "spec_builds.h") && output_end(&out, folder, "spec_builds.c");
}

bool emit_exports(const struct facts *facts, const char *folder)
{
    struct output map, code, def = {0};
    const cJSON *parameter;
    output_begin(
        &map, INPUTS, digest_combine(facts->types.digest, digest_files(facts->functions, facts->function_count)));
    output_begin(
        &code, INPUTS, digest_combine(facts->types.digest, digest_files(facts->functions, facts->function_count)));
    output_text(&map, "{\n  global:\n");
    output_text(&def, "; Generated by hcs-spec from spec/functions. Do not edit.\nLIBRARY computecore.dll\nEXPORTS\n");
    output_text(&code, "/* Documented functions that are exported and answer E_NOTIMPL. */\n"
                       "#include \"spec_hresults.h\"\n#include <computecore.h>\n\n");
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *function = facts->functions[i].root;
        if (!facts_is_exported(function))
            continue;
        output_print(&map, "    %s;\n", fact_text(function, "name"));
        output_print(&def, "    %s\n", fact_text(function, "name"));
        if (fact_true(function, "implemented"))
            continue;
        int index = 0;
        output_print(&code, "%s WINAPI %s(", fact_text(function, "return"), fact_text(function, "name"));
        cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
            output_print(
                &code, "%s%s %s", index++ ? ", " : "", parameter_type(parameter), fact_text(parameter, "name"));
        output_text(&code, ")\n{\n");
        cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
            output_print(&code, "    (void)%s;\n", fact_text(parameter, "name"));
        output_print(
            &code, "    return %s;\n}\n\n", strcmp(fact_text(function, "return"), "HRESULT") ? "0" : "E_NOTIMPL");
    }
    output_text(&map, "  local: *;\n};\n");
    return emit_builds(facts, folder) && output_end(&def, folder, "computecore.def") &&
           output_end(&map, folder, "computecore.map") && output_end(&code, folder, "unimplemented.c");
}
