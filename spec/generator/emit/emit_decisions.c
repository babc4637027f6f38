/* What was decided where the documentation says nothing or contradicts itself. Entry point: emit_decisions(). */
#include "emit.h"
#include "facts/output.h"
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/schema/decisions.json"
#define CONTRADICTION_INPUTS "spec/contradictions.json"

static void upper(struct text *out, const char *prefix, const char *id)
{
    text_puts(out, prefix);
    for (; *id; id++)
        text_printf(out, "%c", *id == '-' ? '_' : *id >= 'a' && *id <= 'z' ? *id - 32 : *id);
}

static const char header_text[] =
    "enum spec_verdict { VERDICT_ACCEPT, VERDICT_NOTE, VERDICT_WARNING, VERDICT_ERROR };\n\n"
    "/* What the API does with a document that has this property, and what the validator says about it. strength: as\n"
    "   for rows, from 0 documented to 3 unspecified. */\n"
    "struct spec_decision_info {\n    const char *name;\n    uint8_t refused; /* by the API's check of the "
    "document */\n    uint8_t refused_in_call; /* by the call, after that check */\n    "
    "uint8_t dropped; /* a part of the document has no effect; refused where documents are strict */\n    uint8_t "
    "verdict; /* of the validator */\n    uint8_t strength;\n    const char *rule;\n};\n\n"
    "extern const struct spec_decision_info spec_decisions[DECISION_COUNT];\n\n#endif\n";

static bool emit_contradictions(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *item, *page;
    output_begin(&header, CONTRADICTION_INPUTS, facts->contradictions.digest);
    text_puts(&header,
        "#ifndef SPEC_CONTRADICTIONS_H\n#define SPEC_CONTRADICTIONS_H\n\n/* Where the documentation contradicts "
        "itself or "
        "another source, and what was chosen. */\nstruct spec_contradiction {\n    const char *id, *subject, *pages, "
        "*statement, *choice, *rule;\n};\n\nextern const struct spec_contradiction spec_contradictions[];\nextern "
        "const "
        "unsigned spec_contradiction_count;\n\n#endif\n");
    output_begin(&out, CONTRADICTION_INPUTS, facts->contradictions.digest);
    text_puts(
        &out, "#include \"spec_contradictions.h\"\n\nconst struct spec_contradiction spec_contradictions[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->contradictions.root, "contradictions")) {
        char pages[1024] = "";
        cJSON_ArrayForEach (page, fact_get(item, "pages")) {
            strncat(pages, *pages ? ", " : "", sizeof pages - strlen(pages) - 1);
            strncat(pages, page->valuestring, sizeof pages - strlen(pages) - 1);
        }
        const char *const texts[] = {fact_text(item, "id"), fact_text(item, "subject"), pages,
            fact_text(item, "statement"), fact_text(item, "choice"), fact_text(item, "rule")};
        text_puts(&out, "    {");
        for (int i = 0; i < 6; i++) {
            if (texts[i])
                output_literal(&out, texts[i]);
            else
                text_puts(&out, "0");
            text_puts(&out, i < 5 ? ", " : "},\n");
        }
    }
    text_puts(&out, "};\n\nconst unsigned spec_contradiction_count =\n    sizeof spec_contradictions / sizeof "
                    "*spec_contradictions;\n");
    return output_end(&header, folder, "spec_contradictions.h") && output_end(&out, folder, "spec_contradictions.c");
}

bool emit_decisions(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *item;
    output_begin(&header, INPUTS, facts->decisions.digest);
    output_begin(&out, INPUTS, facts->decisions.digest);
    text_puts(&header, "#ifndef SPEC_DECISIONS_H\n#define SPEC_DECISIONS_H\n\n#include <stdint.h>\n\n"
                       "enum spec_decision {\n");
    text_puts(
        &out, "#include \"spec_decisions.h\"\n\nconst struct spec_decision_info spec_decisions[DECISION_COUNT] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->decisions.root, "decisions")) {
        const char *id = fact_text(item, "id"), *validate = fact_text(item, "validate"), *api = fact_text(item, "api");
        upper(&header, "    DECISION_", id);
        text_printf(&header, ", /* %s */\n", fact_text(item, "question"));
        upper(&out, "    [DECISION_", id);
        text_printf(&out, "] = {\"%s\", %d, %d, %d, %s, %d, \"%s\"},\n", id, !strcmp(api, "refuse"),
            !strcmp(api, "refuse-in-call"), !strcmp(api, "drop"),
            !strcmp(validate, "error")     ? "VERDICT_ERROR"
            : !strcmp(validate, "warning") ? "VERDICT_WARNING"
            : !strcmp(validate, "note")    ? "VERDICT_NOTE"
                                           : "VERDICT_ACCEPT",
            fact_strength(item), fact_text(item, "rule"));
    }
    text_puts(&header, "    DECISION_COUNT\n};\n\n");
    text_puts(&header, header_text);
    text_puts(&out, "};\n");
    return output_end(&header, folder, "spec_decisions.h") && output_end(&out, folder, "spec_decisions.c") &&
           emit_contradictions(facts, folder);
}
