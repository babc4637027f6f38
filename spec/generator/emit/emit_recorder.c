/* The exports of the recorder, which forwards each call to another library. Entry point: emit_recorder(). */
#include "emit.h"
#include "facts/output.h"
#include "signature.h"
#include <string.h>

#define INPUTS "spec/functions"

/* By this the recorder is told from a library that can be recorded. */
static const char *const marks[] = {"computecore_recorder"};

/* Returns the cast from the number that recorder_call() returns. */
static const char *cast_to(const char *result)
{
    static const char *const casts[][2] = {{"HRESULT", "(HRESULT)"}, {"void", "(void)"}, {"UINT64", ""},
        {"HCS_OPERATION_TYPE", "(HCS_OPERATION_TYPE)"}, {"HCS_OPERATION", "(HCS_OPERATION)(uintptr_t)"},
        {"HCS_SYSTEM", "(HCS_SYSTEM)(uintptr_t)"}, {"HCS_PROCESS", "(HCS_PROCESS)(uintptr_t)"}};
    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++)
        if (!strcmp(result, casts[i][0]))
            return casts[i][1];
    return "(void *)(uintptr_t)";
}

static void emit_forwarding(struct text *out, const cJSON *function)
{
    const char *result = fact_text(function, "return");
    signature_put(out, function, "WINAPI ");
    text_puts(out, "\n{\n");
    signature_put_arguments(out, function);
    text_printf(out, "    %s%srecorder_call(FUNCTION_%s, arguments);\n}\n\n", strcmp(result, "void") ? "return " : "",
        cast_to(result), fact_text(function, "name"));
}

bool emit_recorder(const struct facts *facts, const char *folder)
{
    struct text map, code, def = {.limit = OUTPUT_BYTES};
    uint64_t digest = digest_combine(facts->types.digest, digest_files(facts->functions, facts->function_count));
    output_begin(&map, INPUTS, digest);
    output_begin(&code, INPUTS, digest);
    signature_put_lists(facts, marks, sizeof marks / sizeof *marks, &map, &def);
    text_puts(
        &code, "/* The exports of the recorder. */\n#include \"recorder/recorder.h\"\n#include <computecore.h>\n\n");
    signature_each(facts, emit_forwarding, &code);
    return output_end(&def, folder, "recorder.def") && output_end(&map, folder, "recorder.map") &&
           output_end(&code, folder, "recorder.c");
}
