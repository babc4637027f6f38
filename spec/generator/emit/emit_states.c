/* The state matrices as tables. Entry point: emit_states(). */
#include "emit.h"
#include "facts/output.h"
#include <ctype.h>
#include <string.h>

#define INPUTS "spec/states"

static void upper(struct text *out, const char *name)
{
    for (; *name; name++)
        text_printf(out, "%c", *name == '-' ? '_' : toupper((unsigned char)*name));
}

/* Names in the order of their first use. */
struct names {
    const char *text[128];
    int count;
};

static void add_name(struct names *names, const char *text)
{
    for (int i = 0; i < names->count; i++)
        if (!strcmp(names->text[i], text))
            return;
    if (names->count < 128)
        names->text[names->count++] = text;
}

static const char *call_name(const cJSON *cell, char *buffer, size_t size)
{
    const char *variant = fact_text(cell, "variant");
    size_t length = strlen(fact_text(cell, "call"));
    if (length + (variant ? strlen(variant) : 0) + 2 > size)
        return "";
    memcpy(buffer, fact_text(cell, "call"), length + 1);
    if (variant) {
        buffer[length] = '_';
        memcpy(buffer + length + 1, variant, strlen(variant) + 1);
    }
    return buffer;
}

/* Returns the calls of all matrices, in the order of enum spec_call. */
static const struct names *all_calls(const struct facts *facts)
{
    static char kept[128][96];
    static struct names calls;
    const cJSON *item;
    if (calls.count)
        return &calls;
    for (size_t i = 0; i < facts->state_count; i++)
        cJSON_ArrayForEach (item, fact_get(facts->states[i].root, "cells")) {
            if (calls.count == 128)
                break;
            add_name(&calls, call_name(item, kept[calls.count], sizeof *kept));
        }
    return &calls;
}

static void emit_enums(struct text *out, const struct facts *facts)
{
    struct names states = {{0}, 0};
    const struct names *calls = all_calls(facts);
    const cJSON *item;
    text_puts(out, "enum spec_matrix {\n");
    for (size_t i = 0; i < facts->state_count; i++) {
        const cJSON *root = facts->states[i].root;
        text_printf(out, "    MATRIX_%s,\n", fact_text(root, "kind"));
        cJSON_ArrayForEach (item, fact_get(root, "states"))
            add_name(&states, item->valuestring);
    }
    text_puts(out, "    MATRIX_COUNT\n};\n\nenum spec_state {\n");
    for (int i = 0; i < states.count; i++) {
        text_puts(out, "    STATE_");
        upper(out, states.text[i]);
        text_puts(out, ",\n");
    }
    text_puts(out, "    STATE_COUNT\n};\n\nenum spec_call {\n");
    for (int i = 0; i < calls->count; i++)
        text_printf(out, "    CALL_%s,\n", calls->text[i]);
    text_puts(out, "    CALL_COUNT\n};\n");
}

bool emit_states(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *cell, *outcome;
    char name[96];
    output_begin(
        &header, INPUTS, digest_combine(facts->hresults.digest, digest_files(facts->states, facts->state_count)));
    text_puts(&header, "#ifndef SPEC_STATES_H\n#define SPEC_STATES_H\n\n#include <windows.h>\n\n");
    emit_enums(&header, facts);
    text_puts(&header,
        "\n/* What a call does in a state. choice: the result in this library; outcomes: the results that\n"
        "   are possible on hosts; next: the state after the call, if it was accepted. "
        "*/\nstruct spec_cell {\n    HRESULT choice;\n    enum spec_state next;\n    unsigned char defined, "
        "outcome_count;\n    HRESULT outcomes[8];\n};\n\n"
        "extern const struct spec_cell spec_cells[MATRIX_COUNT][CALL_COUNT][STATE_COUNT];\n"
        "extern const char *const spec_state_names[STATE_COUNT];\nextern const char *const "
        "spec_call_names[CALL_COUNT];\n\n"
        "static inline const struct spec_cell *state_allows(\n    enum spec_matrix matrix, enum spec_call "
        "call, enum spec_state state)\n{\n    return &spec_cells[matrix][call][state];\n}\n\n#endif\n");
    output_begin(&out, INPUTS, digest_combine(facts->hresults.digest, digest_files(facts->states, facts->state_count)));
    text_puts(&out, "#include \"spec_states.h\"\n#include \"spec_hresults.h\"\n\n"
                    "const struct spec_cell spec_cells[MATRIX_COUNT][CALL_COUNT][STATE_COUNT] = {\n");
    struct names states = {{0}, 0};
    for (size_t i = 0; i < facts->state_count; i++) {
        const cJSON *root = facts->states[i].root, *state;
        cJSON_ArrayForEach (state, fact_get(root, "states"))
            add_name(&states, state->valuestring);
        cJSON_ArrayForEach (cell, fact_get(root, "cells")) {
            const char *choice = fact_text(cell, "choice");
            const cJSON *outcomes = fact_get(cell, "outcomes");
            uint32_t value = 0;
            facts_hresult(facts, choice ? choice : outcomes->child->valuestring, &value);
            text_printf(
                &out, "    [MATRIX_%s][CALL_%s][STATE_", fact_text(root, "kind"), call_name(cell, name, sizeof name));
            upper(&out, fact_text(cell, "state"));
            text_printf(&out, "] = {(HRESULT)0x%08X, STATE_", value);
            upper(&out, fact_text(cell, "next"));
            text_printf(&out, ", 1, %d, {", cJSON_GetArraySize(outcomes));
            cJSON_ArrayForEach (outcome, outcomes) {
                facts_hresult(facts, outcome->valuestring, &value);
                text_printf(&out, "(HRESULT)0x%08X, ", value);
            }
            text_puts(&out, "}},\n");
        }
    }
    text_puts(&out, "};\n\nconst char *const spec_state_names[STATE_COUNT] = {\n");
    for (int i = 0; i < states.count; i++)
        text_printf(&out, "    \"%s\",\n", states.text[i]);
    text_puts(&out, "};\n\nconst char *const spec_call_names[CALL_COUNT] = {\n");
    for (int i = 0; i < all_calls(facts)->count; i++)
        text_printf(&out, "    \"%s\",\n", all_calls(facts)->text[i]);
    text_puts(&out, "};\n");
    return output_end(&header, folder, "spec_states.h") && output_end(&out, folder, "spec_states.c");
}
