/* The exports: their lists for the linker, and their bodies, which record the call in the trace and call the
   implementation, or return E_NOTIMPL if there is none. Entry point: emit_exports(). */
#include "emit.h"
#include "facts/output.h"
#include "signature.h"
#include <string.h>

#define INPUTS "spec/functions"

/* The functions for tests that the simulator has besides the API; see impl/include/HcsSim.h. */
static const char *const simulator_exports[] = {"HcsSimAdvance", "HcsSimBackendCalls", "HcsSimCount", "HcsSimNow",
    "HcsSimReset", "HcsSimScenario", "HcsSimSeed", "HcsSimTrace"};

/* Writes the table of functions that some known hosts lack, and the first build that has them all. */
static bool emit_builds(const struct facts *facts, const char *folder)
{
    struct text header, out;
    uint64_t digest = digest_combine(facts->hosts.digest, digest_files(facts->functions, facts->function_count));
    int oldest = (int)fact_number(fact_get(facts->hosts.root, "hosts")->child, "build", 0), newest = 0;
    output_begin(&header, INPUTS, digest);
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_builds.h\"\n\nconst struct spec_build spec_builds[] = {\n");
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *function = facts->functions[i].root;
        int build = facts_first_build(function);
        if (!facts_is_exported(function) || build <= oldest)
            continue;
        newest = build > newest ? build : newest;
        text_printf(&out, "    {\"%s\", %d},\n", fact_text(function, "name"), build);
    }
    text_puts(&out, "    {0, 0}};\n");
    text_printf(&header,
        "#ifndef SPEC_BUILDS_H\n#define SPEC_BUILDS_H\n\n/* Functions that older hosts lack, with the first Windows "
        "build "
        "that has them; ended by a NULL name. */\nstruct spec_build {\n    const char *function;\n    unsigned "
        "build;\n};\n\nextern const struct spec_build spec_builds[];\n\n/* From this build on, hosts have all "
        "functions. "
        "*/\nenum { "
        "SPEC_COMPLETE_BUILD = %d };\n\n#endif\n",
        newest);
    return output_end(&header, folder, "spec_builds.h") && output_end(&out, folder, "spec_builds.c");
}

static void emit_unimplemented(struct text *out, const cJSON *function)
{
    const cJSON *parameter;
    signature_put(out, function, "api_");
    text_puts(out, "\n{\n");
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
        text_printf(out, "    (void)%s;\n", fact_text(parameter, "name"));
    text_printf(out, "    return %s;\n}\n\n", strcmp(fact_text(function, "return"), "HRESULT") ? "0" : "E_NOTIMPL");
}

static void emit_inner_call(struct text *out, const cJSON *function)
{
    const cJSON *parameter;
    int index = 0;
    text_printf(out, "api_%s(", fact_text(function, "name"));
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
        text_printf(out, "%s%s", index++ ? ", " : "", fact_text(parameter, "name"));
    text_puts(out, ");\n");
}

/* Returns the cast from a return type to the number that trace_end() takes. */
static const char *cast_of(const char *result)
{
    static const char *const handles[] = {"HCS_OPERATION", "HCS_SYSTEM", "HCS_PROCESS", "void*"};
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
        if (!strcmp(result, handles[i]))
            return "(uint64_t)(uintptr_t)";
    return !strcmp(result, "UINT64") ? "" : "(uint32_t)";
}

/* Returns what a function returns in a child process that was forked after the first call. */
static const char *answer_of_child(const char *result)
{
    static const char *const answers[][2] = {{"HRESULT", " HCS_E_SERVICE_NOT_AVAILABLE"}, {"void", ""},
        {"HCS_OPERATION_TYPE", " HcsOperationTypeNone"}, {"UINT64", " HCS_INVALID_OPERATION_ID"}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (!strcmp(result, answers[i][0]))
            return answers[i][1];
    return " NULL";
}

static void emit_child(struct text *out, const cJSON *function)
{
    const cJSON *parameter;
    text_puts(out, "    if (core_is_forked()) {\n");
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters")) {
        const char *kind = facts_parameter_kind(parameter), *name = fact_text(parameter, "name");
        if (!strncmp(kind, "OUT_", 4))
            text_printf(out, "        if (%s)\n            *%s = %s;\n", name, name,
                !strcmp(kind, "OUT_INFORMATION") ? "(HCS_PROCESS_INFORMATION){0}" : "NULL");
    }
    text_printf(out, "        return%s;\n    }\n", answer_of_child(fact_text(function, "return")));
}

/* Writes the exported function, which calls the implementation and records the call if the trace is on. */
static void emit_export(struct text *out, const cJSON *function)
{
    const char *name = fact_text(function, "name"), *result = fact_text(function, "return");
    bool nothing = !strcmp(result, "void");
    if (!fact_true(function, "implemented"))
        emit_unimplemented(out, function);
    signature_put(out, function, "WINAPI ");
    text_puts(out, "\n{\n    struct trace_call trace;\n");
    emit_child(out, function);
    text_puts(out, "    if (!trace_is_on())");
    text_puts(out, nothing ? " {\n        " : "\n        return ");
    emit_inner_call(out, function);
    text_puts(out, nothing ? "        return;\n    }\n" : "");
    signature_put_arguments(out, function);
    text_printf(out, "    trace_begin(&trace, FUNCTION_%s, arguments);\n    ", name);
    if (!nothing)
        text_printf(out, "%s answer = ", result);
    emit_inner_call(out, function);
    if (nothing)
        text_puts(out, "    trace_end(&trace, 0);\n}\n\n");
    else
        text_printf(out, "    trace_end(&trace, %sanswer);\n    return answer;\n}\n\n", cast_of(result));
}

static void emit_declaration(struct text *out, const cJSON *function)
{
    signature_put(out, function, "api_");
    text_puts(out, ";\n");
}

static void emit_renaming(struct text *out, const cJSON *function)
{
    const char *name = fact_text(function, "name");
    text_printf(out, "#define %s api_%s\n", name, name);
}

static void emit_entry(struct text *out, const cJSON *function)
{
    text_printf(out, "    (spec_entry)%s,\n", fact_text(function, "name"));
}

bool emit_exports(const struct facts *facts, const char *folder)
{
    struct text map, code, header, untraced, def = {.limit = OUTPUT_BYTES};
    uint64_t digest = digest_combine(facts->types.digest, digest_files(facts->functions, facts->function_count));
    output_begin(&map, INPUTS, digest);
    output_begin(&code, INPUTS, digest);
    output_begin(&header, INPUTS, digest);
    output_begin(&untraced, INPUTS, digest);
    signature_put_lists(facts, simulator_exports, sizeof simulator_exports / sizeof *simulator_exports, &map, &def);
    text_puts(&header, "/* The implementations of the exports with the same names. */\n#ifndef SPEC_API_H\n"
                       "#define SPEC_API_H\n\n#include <windows.h>\n#include <computecore.h>\n\n");
    text_puts(&untraced, "/* For the sources that implement the exports: renames each to api_NAME, so that they can "
                         "use the real names.\n"
                         "   The exports in exports.c record the call and call api_NAME. */\n"
                         "#ifndef SPEC_UNTRACED_H\n#define SPEC_UNTRACED_H\n\n#include \"spec_api.h\"\n\n");
    text_puts(&code, "/* The exports, each recording its calls in the trace; functions that are not implemented return "
                     "E_NOTIMPL. */\n#include \"core/lock.h\"\n#include \"core/trace.h\"\n#include \"spec_api.h\"\n"
                     "#include \"spec_functions.h\"\n#include \"spec_hresults.h\"\n\n");
    signature_each(facts, emit_declaration, &header);
    signature_each(facts, emit_renaming, &untraced);
    signature_each(facts, emit_export, &code);
    text_puts(&untraced, "\n#endif\n");
    text_puts(&header, "\n/* The exports by their index in spec_functions.h. */\ntypedef void (*spec_entry)(void);\n"
                       "extern const spec_entry spec_entries[];\n\n#endif\n");
    text_puts(&code, "const spec_entry spec_entries[FUNCTION_COUNT] = {\n");
    signature_each(facts, emit_entry, &code);
    text_puts(&code, "};\n");
    return emit_builds(facts, folder) && output_end(&def, folder, "computecore.def") &&
           output_end(&map, folder, "computecore.map") && output_end(&code, folder, "exports.c") &&
           output_end(&header, folder, "spec_api.h") && output_end(&untraced, folder, "spec_untraced.h");
}
