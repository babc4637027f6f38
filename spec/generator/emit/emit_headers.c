/* The public headers, made from the templates in impl/include: a line that consists of @NAME@ is replaced by what
   fill() writes. Entry point: emit_headers(). */
#include "emit.h"
#include "facts/output.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void fill_hresults(struct text *out, const struct facts *facts, const char *family)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults"))
        if (!strcmp(fact_text(item, "family"), family))
            text_printf(out, "#ifndef %s\n#define %s ((HRESULT)%s)\n#endif\n", fact_text(item, "name"),
                fact_text(item, "name"), fact_text(item, "value"));
}

static void fill_enums(struct text *out, const struct facts *facts)
{
    const cJSON *type, *item;
    cJSON_ArrayForEach (type, fact_get(facts->types.root, "enums")) {
        text_printf(out, "typedef enum %s {\n", type->string);
        cJSON_ArrayForEach (item, fact_get(type, "values")) {
            const char *hex = fact_text(item, "hex");
            double value = fact_number(item, "value", 0);
            if (value < 0)
                text_printf(out, "    %s = %d,\n", fact_text(item, "name"), (int)value);
            else if (value > 2147483647.0) /* an enumerator is an int */
                text_printf(out, "    %s = (int)%s,\n", fact_text(item, "name"), hex);
            else
                text_printf(out, "    %s = %s,\n", fact_text(item, "name"), hex);
        }
        text_printf(out, "} %s;\n\n", type->string);
    }
}

static void fill_handles(struct text *out, const struct facts *facts)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->types.root, "handles"))
        text_printf(out, "DECLARE_HANDLE(%s);\n", item->valuestring);
}

static void fill_struct(struct text *out, const cJSON *type)
{
    const cJSON *field;
    text_printf(out, "typedef struct %s {\n", type->string);
    cJSON_ArrayForEach (field, fact_get(type, "fields"))
        text_printf(out, "    %s %s;\n", fact_text(field, "type"), fact_text(field, "name"));
    text_printf(out, "} %s;\n\n", type->string);
}

static void fill_callback(struct text *out, const cJSON *type)
{
    const cJSON *parameter;
    int index = 0;
    text_printf(out, "typedef %s(CALLBACK *%s)(", fact_text(type, "return_type"), type->string);
    cJSON_ArrayForEach (parameter, fact_get(type, "params"))
        text_printf(out, "%s%s %s", index++ ? ", " : "", fact_text(parameter, "type"), fact_text(parameter, "name"));
    text_puts(out, ");\n\n");
}

/* Structures and callback types in the order of use: the callback types need HCS_EVENT, and HCS_CREATE_OPTIONS_1 needs
   a callback type. */
static void fill_structs(struct text *out, const struct facts *facts)
{
    const cJSON *type, *structs = fact_get(facts->types.root, "structs");
    fill_struct(out, fact_get(structs, "HCS_EVENT"));
    cJSON_ArrayForEach (type, fact_get(facts->types.root, "callbacks"))
        fill_callback(out, type);
    cJSON_ArrayForEach (type, structs)
        if (strcmp(type->string, "HCS_EVENT"))
            fill_struct(out, type);
    cJSON_ArrayForEach (type, fact_get(facts->types.root, "constants"))
        text_printf(out, "#define %s ((%s)%s)\n", type->string, fact_text(type, "type"), fact_text(type, "hex"));
}

static void describe_parameter(struct text *out, const cJSON *parameter)
{
    const char *annotation = fact_text(parameter, "annotation"), *type = fact_text(parameter, "type");
    text_printf(out, "     %s:", fact_text(parameter, "name"));
    if (!strcmp(type, "PCWSTR"))
        text_puts(out, " UTF-16, zero-terminated");
    else if (!strcmp(type, "PWSTR*"))
        text_puts(out, " receives UTF-16, zero-terminated, or NULL");
    else if (!strcmp(type, "HCS_OPERATION") || !strcmp(type, "HCS_SYSTEM") || !strcmp(type, "HCS_PROCESS"))
        text_printf(out, " an open %s", type);
    else if (!strcmp(type, "HCS_SYSTEM*") || !strcmp(type, "HCS_PROCESS*"))
        text_puts(out, " receives a handle, NULL on failure");
    else
        text_printf(out, " %s", type);
    if (fact_text(parameter, "document"))
        text_printf(out, ", JSON of type %s", fact_text(parameter, "document"));
    if (fact_text(parameter, "errorDocument"))
        text_printf(out, ", on failure possibly JSON of type %s", fact_text(parameter, "errorDocument"));
    if (!strcmp(fact_text(parameter, "name"), "timeoutMs"))
        text_puts(out, ", milliseconds; INFINITE waits without limit");
    if (annotation && strstr(annotation, "opt") && !fact_text(parameter, "mustBe"))
        text_puts(out, ", may be NULL");
    if (fact_text(parameter, "mustBe"))
        text_printf(out, ", must be %s", fact_text(parameter, "mustBe"));
    if (fact_text(parameter, "freeWith"))
        text_printf(out, ", owned by the caller, freed with %s", fact_text(parameter, "freeWith"));
    if (fact_text(parameter, "closeWith"))
        text_printf(out, ", owned by the caller, closed with %s", fact_text(parameter, "closeWith"));
    text_puts(out, "\n");
}

static void describe_results(struct text *out, const cJSON *function)
{
    static const char *const sections[][2] = {{"returns", "Returns"}, {"returnsInText", "Returns"},
        {"operationResults", "Result of the operation"}, {"choices", "Returns"}};
    const cJSON *item;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        cJSON_ArrayForEach (item, fact_get(function, sections[i][0]))
            text_printf(out, "   %s: %s: %s\n", sections[i][0] ? sections[i][1] : "",
                strcmp(fact_text(item, "code"), "OTHER_FAILURE") ? fact_text(item, "code") : "other failure",
                fact_text(item, "when"));
    if (fact_true(function, "asynchronous"))
        text_puts(out, "   Returns: S_OK once accepted; E_INVALIDARG for a NULL handle, E_HANDLE for one "
                       "that is not open;\n     the result comes through the operation.\n");
}

static void fill_functions(struct text *out, const struct facts *facts)
{
    const cJSON *parameter;
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *function = facts->functions[i].root;
        if (!facts_is_exported(function))
            continue;
        text_printf(out, "/* %s\n", fact_text(function, "summary"));
        cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
            describe_parameter(out, parameter);
        describe_results(out, function);
        if (!fact_true(function, "implemented"))
            text_puts(out, "   Not implemented by this library: returns E_NOTIMPL.\n");
        if (fact_text(function, "page"))
            text_printf(out, "   Reference: %s */\n", fact_text(function, "page"));
        else
            text_puts(out, "   No reference page. */\n");
        int index = 0;
        text_printf(out, "%s WINAPI %s(", fact_text(function, "return"), fact_text(function, "name"));
        cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
            text_printf(out, "%s%s %s", index++ ? ",\n    " : "", facts_parameter_type(parameter),
                fact_text(parameter, "name"));
        text_puts(out, ");\n\n");
    }
}

static bool fill(struct text *out, const struct facts *facts, const char *name)
{
    if (!strcmp(name, "@GENERAL_HRESULTS@"))
        fill_hresults(out, facts, "general");
    else if (!strcmp(name, "@HCS_HRESULTS@"))
        fill_hresults(out, facts, "hcs");
    else if (!strcmp(name, "@ENUMS@"))
        fill_enums(out, facts);
    else if (!strcmp(name, "@HANDLES@"))
        fill_handles(out, facts);
    else if (!strcmp(name, "@STRUCTS@"))
        fill_structs(out, facts);
    else if (!strcmp(name, "@FUNCTIONS@"))
        fill_functions(out, facts);
    else
        return false;
    return true;
}

static bool emit_header(struct facts *facts, const char *folder, const char *name)
{
    char path[4096], where[128];
    snprintf(where, sizeof where, "impl/include/%s.in", name);
    snprintf(path, sizeof path, "%s/%s", facts->root, where);
    uint64_t digest = digest_combine(facts->types.digest, facts->hresults.digest);
    digest = digest_combine(digest, digest_files(facts->functions, facts->function_count));
    char *text = facts_read(path, &digest);
    struct fact_file file = {where, NULL, 0};
    if (!text) {
        facts_error(&file, NULL, "can't be read");
        return false;
    }
    struct text out;
    char inputs[256];
    snprintf(inputs, sizeof inputs, "%s and spec", where);
    output_begin(&out, inputs, digest);
    bool ok = true;
    int number = 1;
    for (char *line = text, *next; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        if (line[0] != '@') {
            text_puts(&out, line);
            text_puts(&out, next ? "\n" : "");
        } else if (!fill(&out, facts, line)) {
            fprintf(stderr, "%s:%d: error: unknown placeholder %s\n", where, number, line);
            ok = false;
        }
    }
    free(text);
    return output_end(&out, folder, name) && ok;
}

bool emit_headers(struct facts *facts, const char *folder)
{
    char include[4096];
    snprintf(include, sizeof include, "%s/include", folder);
    mkdir(include, 0777); /* fails if it exists; output_end() reports other errors */
    return emit_header(facts, include, "windows.h") && emit_header(facts, include, "computedefs.h") &&
           emit_header(facts, include, "computecore.h");
}
