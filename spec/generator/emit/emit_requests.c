/* The requests to engines, as an enum and a table of attributes. Entry point: emit_requests(). */
#include "emit.h"
#include "facts/effect.h"
#include "facts/output.h"
#include <ctype.h>
#include <string.h>

#define INPUTS "spec/requests.json, spec/functions and spec/schema/scenario.json"

static const char declarations[] =
    "    REQUEST_KINDS\n};\n\n"
    "enum spec_about { ABOUT_SERVICE, ABOUT_SYSTEM, ABOUT_PROCESS, ABOUT_FILE };\n\n"
    "/* The attributes of a kind of request. call: its call in the state matrices, CALL_COUNT if none has it. */\n"
    "struct spec_request {\n    const char *function;\n    enum spec_call call;\n    enum spec_about about;\n"
    "    bool makes;       /* creates or opens the object that it is about */\n"
    "    bool lifecycle;   /* changes the state of a system; only one is in progress at a time */\n"
    "    bool ends;        /* ends the system */\n"
    "    bool query;       /* changes nothing */\n"
    "    bool signals;     /* signals a process */\n"
    "    bool information; /* its result contains the information about a process */\n"
    "    bool synchronous; /* the caller waits for the result */\n"
    "    bool needs_document;\n"
    "    enum spec_type document; /* the document's type; TYPE_Any: the function has none, or it is reserved */\n};\n"
    "extern const struct spec_request spec_requests[REQUEST_KINDS];\n\n"
    "/* An effect of the fault plan, in the order of VALUES_ScenarioEffect. */\n"
    "struct spec_effect {\n    uint32_t calls; /* a bit for each kind of request for which it is possible */\n};\n"
    "extern const struct spec_effect spec_effects[];\n\n#endif\n";

static bool in_a_matrix(const struct facts *facts, const char *function)
{
    for (size_t i = 0; i < facts->state_count; i++)
        if (fact_find(fact_get(facts->states[i].root, "cells"), "call", function))
            return true;
    return false;
}

/* Returns the parameter of a function that takes a document, or NULL. */
static const cJSON *document_of(const struct facts *facts, const char *function)
{
    const cJSON *parameter;
    for (size_t i = 0; i < facts->function_count; i++) {
        if (strcmp(fact_text(facts->functions[i].root, "name"), function) != 0)
            continue;
        cJSON_ArrayForEach (parameter, fact_get(facts->functions[i].root, "parameters"))
            if (fact_text(parameter, "document") && !strncmp(fact_text(parameter, "annotation"), "_In_", 4))
                return parameter;
    }
    return NULL;
}

static void emit_row(struct text *out, const struct facts *facts, const cJSON *request)
{
    static const char *const attributes[] = {
        "makes", "lifecycle", "ends", "query", "signals", "information", "synchronous"};
    const char *function = fact_text(request, "function");
    const cJSON *document = document_of(facts, function);
    text_printf(out, "    [REQUEST_%s] = {\"%s\", CALL_%s, ABOUT_", fact_text(request, "request"), function,
        in_a_matrix(facts, function) ? function : "COUNT");
    for (const char *p = fact_text(request, "about"); *p; p++)
        text_printf(out, "%c", toupper((unsigned char)*p));
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        text_puts(out, fact_lists(fact_get(request, "attributes"), attributes[i]) ? ", true" : ", false");
    bool needed = document && !strcmp(fact_text(document, "annotation"), "_In_");
    text_printf(
        out, ", %s, TYPE_%s},\n", needed ? "true" : "false", document ? fact_text(document, "document") : "Any");
}

static void emit_effect(struct text *out, const struct facts *facts, const cJSON *effect)
{
    const cJSON *request;
    unsigned calls = 0, bit = 1;
    cJSON_ArrayForEach (request, fact_get(facts->requests.root, "requests")) {
        calls |= effect_fits(facts, fact_get(effect, "calls"), fact_text(request, "function")) ? bit : 0;
        bit <<= 1;
    }
    text_printf(out, "    {0x%X}, /* %s */\n", calls, fact_text(effect, "name"));
}

bool emit_requests(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *request, *effect, *list = fact_get(facts->requests.root, "requests");
    uint64_t digest = digest_combine(facts->requests.digest, digest_files(facts->states, facts->state_count));
    digest = digest_combine(digest, digest_files(facts->functions, facts->function_count));
    digest = digest_combine(digest, facts->scenario.digest);
    output_begin(&header, INPUTS, digest);
    text_puts(&header,
        "#ifndef SPEC_REQUESTS_H\n#define SPEC_REQUESTS_H\n\n#include \"spec_schema.h\"\n#include \"spec_states.h\"\n"
        "#include <stdbool.h>\n\n/* The kinds of requests to an engine. */\nenum request_kind {\n");
    cJSON_ArrayForEach (request, list)
        text_printf(&header, "    REQUEST_%s,\n", fact_text(request, "request"));
    text_puts(&header, declarations);
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_requests.h\"\n\n_Static_assert(REQUEST_KINDS <= 32, \"the calls of an effect are "
                    "bits of 32\");\n\n"
                    "const struct spec_request spec_requests[REQUEST_KINDS] = {\n");
    cJSON_ArrayForEach (request, list)
        emit_row(&out, facts, request);
    text_puts(&out, "};\n\nconst struct spec_effect spec_effects[] = {\n");
    cJSON_ArrayForEach (effect, fact_get(facts_schema_type(facts, "ScenarioEffect"), "values"))
        emit_effect(&out, facts, effect);
    text_puts(&out, "};\n");
    return output_end(&header, folder, "spec_requests.h") && output_end(&out, folder, "spec_requests.c");
}
