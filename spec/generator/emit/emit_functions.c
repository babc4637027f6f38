/* Descriptions of the functions, and for each one a function that calls it. Entry point: emit_functions(). */
#include "emit.h"
#include "facts/output.h"
#include <string.h>

#define INPUTS "spec/functions"

static bool is_number(const cJSON *parameter)
{
    return !strcmp(facts_parameter_kind(parameter), "NUMBER");
}

/* Writes call_NAME(), which calls the function at an address that the loader has returned. */
static void emit_call(struct text *out, const cJSON *function)
{
    const char *result = fact_text(function, "return");
    const cJSON *parameter;
    int index = 0;
    text_printf(out, "static uint64_t call_%s(void *address, const union spec_argument *a)\n{\n    %s(WINAPI *call)(",
        fact_text(function, "name"), result);
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
        text_printf(out, "%s%s", index++ ? ", " : "", facts_parameter_type(parameter));
    text_puts(out, index ? ");\n" : "void);\n");
    text_puts(out, "    memcpy(&call, &address, sizeof call);\n    (void)a;\n    ");
    if (!strcmp(result, "HRESULT") || !strcmp(result, "HCS_OPERATION_TYPE"))
        text_puts(out, "return (uint32_t)call(");
    else if (!strcmp(result, "UINT64"))
        text_puts(out, "return call(");
    else if (!strcmp(result, "void"))
        text_puts(out, "call(");
    else
        text_puts(out, "return (uint64_t)(uintptr_t)call(");
    index = 0;
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters")) {
        const char *type = facts_parameter_type(parameter);
        text_printf(out, "%s(%s)a[%d].%s", index ? ", " : "", type, index, is_number(parameter) ? "number" : "pointer");
        index++;
    }
    text_printf(out, ");\n%s}\n\n", strcmp(result, "void") ? "" : "    return 0;\n");
}

static void emit_facts(struct text *out, const cJSON *function)
{
    static const char *const sections[][2] = {
        {"returns", "Return Values"}, {"operationResults", "Operation Results"}, {"returnsInText", "Text"}};
    const cJSON *item;
    text_printf(out, "static const struct spec_fact facts_%s[] = {\n", fact_text(function, "name"));
    for (int i = 0; i < 3; i++)
        cJSON_ArrayForEach (item, fact_get(function, sections[i][0]))
            text_printf(out, "    {\"%s\", %d, \"%s\"},\n", sections[i][1], (int)fact_number(item, "row", 0),
                fact_text(item, "code"));
    text_puts(out, "    {0, 0, 0}};\n");
    text_printf(out, "static const struct spec_parameter parameters_%s[] = {\n", fact_text(function, "name"));
    cJSON_ArrayForEach (item, fact_get(function, "parameters")) {
        text_printf(out, "    {\"%s\", \"%s\", ", fact_text(item, "name"), fact_text(item, "type"));
        output_nullable(out, fact_text(item, "annotation"));
        text_puts(out, ", ");
        output_nullable(out, fact_text(item, "document"));
        text_puts(out, ", ");
        output_nullable(out, fact_text(item, "example"));
        text_printf(out, ", PARAMETER_%s},\n", facts_parameter_kind(item));
    }
    text_puts(out, "    {0, 0, 0, 0, 0, PARAMETER_OTHER}};\n");
}

static void emit_entry(struct text *out, const struct facts *facts, const cJSON *function)
{
    const char *name = fact_text(function, "name"), *type = fact_text(function, "operationType");
    int64_t number = -1;
    if (type)
        facts_enumerator(facts, type, &number);
    text_printf(out, "    {\"%s\", ", name);
    output_nullable(out, fact_text(function, "page"));
    text_printf(out, ", \"%s\", \"%s\", %d, %d, %d, %d, %d, %d, facts_%s, parameters_%s, call_%s, ",
        fact_text(function, "group"), fact_text(function, "return"), facts_first_build(function),
        fact_true(function, "documented"), fact_true(function, "implemented"), fact_true(function, "asynchronous"),
        (int)number, cJSON_GetArraySize(fact_get(function, "parameters")), name, name, name);
    output_nullable(out, fact_text(function, "resultDocument"));
    text_puts(out, "},\n");
}

/* Returns the type of the document that an event has, or NULL if the facts name none. */
static const char *event_document(const struct facts *facts, const char *name)
{
    return fact_text(fact_find(fact_get(facts->events.root, "events"), "event", name), "document");
}

static void emit_enumerators(struct text *out, const struct facts *facts)
{
    static const char *const names[] = {"HCS_OPERATION_TYPE", "HCS_EVENT_TYPE"};
    const cJSON *item;
    text_puts(out, "const struct spec_enumerator spec_enumerators[] = {\n");
    for (int i = 0; i < 2; i++)
        cJSON_ArrayForEach (item, fact_get(fact_get(fact_get(facts->types.root, "enums"), names[i]), "values")) {
            const char *name = fact_text(item, "name");
            text_printf(out, "    {\"%s\", %d, ", name, (int)fact_number(item, "value", 0));
            output_nullable(out, event_document(facts, name));
            text_puts(out, "},\n");
        }
    text_puts(out, "};\n\nconst unsigned spec_enumerator_count = sizeof spec_enumerators / sizeof "
                   "*spec_enumerators;\n");
}

static const char declarations[] =
    "union spec_argument {\n    const void *pointer;\n    uint32_t number;\n};\n\n"
    "struct spec_fact {\n    const char *section;\n    int row;\n    const char *code;\n};\n\n"
    "/* What a parameter is. OUT_: a pointer to the caller's variable for it. */\n"
    "enum spec_parameter_kind {\n    PARAMETER_OTHER, /* a pointer that means nothing outside the caller */\n"
    "    PARAMETER_NUMBER,\n    PARAMETER_TEXT,\n    PARAMETER_CALLBACK,\n    PARAMETER_OPERATION,\n"
    "    PARAMETER_SYSTEM,\n    PARAMETER_PROCESS,\n    PARAMETER_OUT_TEXT,\n    PARAMETER_OUT_SYSTEM,\n"
    "    PARAMETER_OUT_PROCESS,\n    PARAMETER_OUT_INFORMATION,\n};\n\n"
    "struct spec_parameter {\n    const char *name, *type, *annotation, *document, *example;\n"
    "    enum spec_parameter_kind kind;\n};\n\n"
    "struct spec_function {\n    const char *name, *page, *group, *result;\n    int build; /* first Windows "
    "build, 0: not known */\n    int documented, implemented, asynchronous, operation_type, "
    "parameter_count;\n    const struct spec_fact *facts;\n    const struct spec_parameter *parameters;\n"
    "    /* Calls the function at address with the signature of the reference, and returns its result; 0 for void. */\n"
    "    uint64_t (*call)(void *address, const union spec_argument *arguments);\n"
    "    const char *result_document;\n};\n\n";

static const char look_up_by_name[] =
    "enum spec_function_index spec_function_named(const char *name)\n{\n    int i = 0;\n"
    "    while (i < FUNCTION_COUNT && strcmp(spec_functions[i].name, name) != 0)\n        i++;\n"
    "    return (enum spec_function_index)i;\n}\n\n";

bool emit_functions(const struct facts *facts, const char *folder)
{
    struct text header, out;
    uint64_t digest = digest_combine(facts->types.digest, facts->events.digest);
    digest = digest_combine(digest, digest_files(facts->functions, facts->function_count));
    output_begin(&header, INPUTS, digest);
    text_puts(&header, "#ifndef SPEC_FUNCTIONS_H\n#define SPEC_FUNCTIONS_H\n\n#include <stdint.h>\n\n");
    text_puts(&header, declarations);
    text_puts(&header, "enum spec_function_index {\n");
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_functions.h\"\n#include <windows.h>\n#include <computecore.h>\n"
                    "#include <string.h>\n\n");
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root)) {
            text_printf(&header, "    FUNCTION_%s,\n", fact_text(facts->functions[i].root, "name"));
            emit_facts(&out, facts->functions[i].root);
            emit_call(&out, facts->functions[i].root);
        }
    text_puts(&header, "    FUNCTION_COUNT\n};\n\nextern const struct spec_function "
                       "spec_functions[FUNCTION_COUNT];\n"
                       "/* Returns the function with that name, or FUNCTION_COUNT. */\n"
                       "enum spec_function_index spec_function_named(const char *name);\n\nstruct spec_enumerator {\n  "
                       "  const char *name;\n"
                       "    int value;\n    const char *document; /* the type of the event's document, or 0 */\n};\n\n"
                       "/* Operation and event types by name. */\n"
                       "extern const struct spec_enumerator spec_enumerators[];\n"
                       "extern const unsigned spec_enumerator_count;\n\n#endif\n");
    text_puts(&out, "const struct spec_function spec_functions[FUNCTION_COUNT] = {\n");
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root))
            emit_entry(&out, facts, facts->functions[i].root);
    text_puts(&out, "};\n\n");
    text_puts(&out, look_up_by_name);
    emit_enumerators(&out, facts);
    return output_end(&header, folder, "spec_functions.h") && output_end(&out, folder, "spec_functions.c");
}
