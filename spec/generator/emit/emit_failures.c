/* The error documents of failures, by kind of failure. Entry point: emit_failures(). */
#include "emit.h"
#include "facts/output.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/failures.json"

static const char declarations[] =
    "    FAILURE_KINDS\n};\n\n"
    "/* The values that the data of an event can have. */\n"
    "enum spec_failure_datum {\n    FAILURE_NAME,\n    FAILURE_MACHINE,\n    FAILURE_DEVICE,\n    FAILURE_PATH,\n"
    "    FAILURE_DECIMAL,\n    FAILURE_CODE,\n    FAILURE_INSTANCE,\n    FAILURE_ERROR, FAILURE_CALL,\n    "
    "FAILURE_DATA\n};\n\n"
    "/* text has the names of data in braces, to be replaced. flags: 0 if the event has none. */\n"
    "struct spec_failure_event {\n    const char *provider, *text;\n    int id, flags;\n    unsigned data_count;\n"
    "    enum spec_failure_datum data[FAILURE_DATA];\n};\n\n"
    "struct spec_failure {\n    const char *name;\n    const char *attribution; /* an OperationFailureDetail; NULL: "
    "none "
    "*/\n    bool message;            /* the message is the text of the HRESULT; false: it is empty */\n"
    "    bool others;             /* for all HRESULTs that are not HCS codes */\n"
    "    const HRESULT *codes;    /* if not others: the HRESULTs that it is for */\n"
    "    unsigned code_count, event_count;\n"
    "    const struct spec_failure_event *events;\n};\n"
    "extern const struct spec_failure spec_failures[FAILURE_KINDS];\n"
    "/* The names of data in the braces of a text. */\nextern const char *const "
    "spec_failure_data[FAILURE_DATA];\n\n#endif\n";

static const char *const data_names[] = {
    "name", "machine", "device", "path", "decimal", "code", "instance", "error", "call", NULL};

static void emit_datum(struct text *out, const char *name)
{
    text_puts(out, "FAILURE_");
    for (; *name; name++)
        text_printf(out, "%c", toupper((unsigned char)*name));
    text_puts(out, ", ");
}

static void emit_codes(struct text *out, const struct facts *facts, const cJSON *failure)
{
    const cJSON *code;
    text_printf(out, "static const HRESULT codes_of_%s[] = {", fact_text(failure, "failure"));
    cJSON_ArrayForEach (code, fact_get(failure, "codes")) {
        const cJSON *known = fact_find(fact_get(facts->hresults.root, "hresults"), "name", code->valuestring);
        if (known)
            text_printf(out, "(HRESULT)%s, ", fact_text(known, "value"));
        else
            text_printf(out, "(HRESULT)%s, ", strcmp(code->valuestring, "others") ? code->valuestring : "0");
    }
    text_puts(out, "};\n");
}

static void emit_events(struct text *out, const cJSON *failure)
{
    const cJSON *event, *datum;
    if (!fact_get(failure, "events"))
        return;
    text_printf(out, "static const struct spec_failure_event events_of_%s[] = {\n", fact_text(failure, "failure"));
    cJSON_ArrayForEach (event, fact_get(failure, "events")) {
        const cJSON *flags = fact_get(event, "flags");
        text_printf(out, "    {\"%s\", ", fact_text(event, "provider"));
        output_literal(out, fact_text(event, "text"));
        text_printf(out, ", %d, %d, %d, {", (int)fact_get(event, "id")->valuedouble,
            flags ? (int)flags->valuedouble : 0, cJSON_GetArraySize(fact_get(event, "data")));
        cJSON_ArrayForEach (datum, fact_get(event, "data"))
            emit_datum(out, datum->valuestring);
        text_puts(out, "}},\n");
    }
    text_puts(out, "};\n");
}

static void emit_failure(struct text *out, const cJSON *failure)
{
    const char *name = fact_text(failure, "failure"), *attribution = fact_text(failure, "attribution");
    const cJSON *codes = fact_get(failure, "codes"), *events = fact_get(failure, "events");
    text_printf(out, "    [FAILURE_%s] = {\"%s\", ", name, name);
    text_printf(out, attribution ? "\"%s\"" : "0", attribution);
    text_printf(out, ", %s, %s, codes_of_%s, %d, %d, ", cJSON_IsTrue(fact_get(failure, "message")) ? "true" : "false",
        strcmp(cJSON_GetArrayItem(codes, 0)->valuestring, "others") ? "false" : "true", name, cJSON_GetArraySize(codes),
        events ? cJSON_GetArraySize(events) : 0);
    text_printf(out, events ? "events_of_%s},\n" : "0},\n", name);
}

bool emit_failures(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *failure, *list = fact_get(facts->failures.root, "failures");
    uint64_t digest = digest_combine(facts->failures.digest, facts->hresults.digest);
    output_begin(&header, INPUTS, digest);
    text_puts(&header, "#ifndef SPEC_FAILURES_H\n#define SPEC_FAILURES_H\n\n#include <stdbool.h>\n"
                       "#include <windows.h>\n\nenum spec_failure_kind {\n");
    cJSON_ArrayForEach (failure, list)
        text_printf(&header, "    FAILURE_%s,\n", fact_text(failure, "failure"));
    text_puts(&header, declarations);
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_failures.h\"\n\n");
    cJSON_ArrayForEach (failure, list) {
        emit_codes(&out, facts, failure);
        emit_events(&out, failure);
    }
    text_puts(&out, "\nconst struct spec_failure spec_failures[FAILURE_KINDS] = {\n");
    cJSON_ArrayForEach (failure, list)
        emit_failure(&out, failure);
    text_puts(&out, "};\n\nconst char *const spec_failure_data[FAILURE_DATA] = {");
    for (const char *const *name = data_names; *name; name++)
        text_printf(&out, "\"%s\", ", *name);
    text_puts(&out, "};\n");
    return output_end(&header, folder, "spec_failures.h") && output_end(&out, folder, "spec_failures.c");
}
