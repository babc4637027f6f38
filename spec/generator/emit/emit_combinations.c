/* Members that do not go together though each is valid. Entry point: emit_combinations(). */
#include "emit.h"
#include "facts/output.h"
#include <string.h>

#define INPUTS "spec/schema/combinations.json"

static const char declarations[] =
    "#ifndef SPEC_COMBINATIONS_H\n#define SPEC_COMBINATIONS_H\n\n#include \"spec_schema.h\"\n\n"
    "enum spec_combination_kind {\n"
    "    COMBINED_PRESENT,   /* the member is neither null nor empty */\n"
    "    COMBINED_ABSENT,    /* it is one of both, or missing */\n"
    "    COMBINED_ONE_OF,    /* its text is one of values; an empty one: it is absent */\n"
    "    COMBINED_NO_KEY_OF, /* its text is no member of the object at values[0], and does not begin with values[1] "
    "*/\n"
    "};\n\n"
    "/* path: names of members, separated by dots. */\n"
    "struct spec_combined {\n    const char *path; /* NULL ends the list */\n    enum spec_combination_kind kind;\n"
    "    const char *const *values; /* ended by NULL */\n};\n\n"
    "/* If all conditions hold of an object of that type, text says what is wrong with the member at that path. */\n"
    "struct spec_combination {\n    enum spec_type type;\n    const char *at, *text, *rule;\n"
    "    const struct spec_combined *conditions;\n};\n\n"
    "extern const struct spec_combination spec_combinations[];\nextern const unsigned "
    "spec_combination_count;\n\n";

static void emit_values(struct text *out, const cJSON *condition, int number, int place)
{
    const cJSON *item;
    const char *key = fact_text(condition, "keyOf");
    text_printf(out, "static const char *const values_%d_%d[] = {", number, place);
    if (key)
        text_printf(out, "\"%s\", \"%s\", ", key, fact_text(condition, "except"));
    else
        cJSON_ArrayForEach (item, condition)
            text_printf(out, "\"%s\", ", strcmp(item->valuestring, "absent") != 0 ? item->valuestring : "");
    text_puts(out, "0};\n");
}

static const char *kind_of(const cJSON *condition)
{
    return cJSON_IsObject(condition)                           ? "NO_KEY_OF"
           : cJSON_IsArray(condition)                          ? "ONE_OF"
           : strcmp(cJSON_GetStringValue(condition), "absent") ? "PRESENT"
                                                               : "ABSENT";
}

static void emit_conditions(struct text *out, const cJSON *combination, int number)
{
    const cJSON *condition;
    int place = 0;
    cJSON_ArrayForEach (condition, fact_get(combination, "when"))
        emit_values(out, cJSON_IsString(condition) ? NULL : condition, number, place++);
    text_printf(out, "static const struct spec_combined conditions_%d[] = {", number);
    place = 0;
    cJSON_ArrayForEach (condition, fact_get(combination, "when"))
        text_printf(
            out, "{\"%s\", COMBINED_%s, values_%d_%d}, ", condition->string, kind_of(condition), number, place++);
    text_puts(out, "{0, 0, 0}};\n");
}

bool emit_combinations(const struct facts *facts, const char *folder)
{
    struct text header, out;
    const cJSON *item, *list = fact_get(facts->combinations.root, "combinations");
    int number = 0;
    output_begin(&header, INPUTS, facts->combinations.digest);
    text_puts(&header, declarations);
    text_printf(&header,
        "/* The most names of a path, and the most bytes of one with its end. */\nenum { COMBINED_STEPS = %d, "
        "COMBINED_STEP_BYTES = %d };\n\n#endif\n",
        COMBINED_STEPS, COMBINED_STEP_BYTES);
    output_begin(&out, INPUTS, facts->combinations.digest);
    text_puts(&out, "#include \"spec_combinations.h\"\n\n");
    cJSON_ArrayForEach (item, list)
        emit_conditions(&out, item, number++);
    number = 0;
    text_puts(&out, "\nconst struct spec_combination spec_combinations[] = {\n");
    cJSON_ArrayForEach (item, list)
        text_printf(&out, "    {TYPE_%s, \"%s\", \"%s\", \"%s\", conditions_%d},\n", fact_text(item, "type"),
            fact_text(item, "at"), fact_text(item, "text"), fact_text(item, "rule"), number++);
    text_puts(&out, "};\n\nconst unsigned spec_combination_count = sizeof spec_combinations / sizeof "
                    "*spec_combinations;\n");
    return output_end(&header, folder, "spec_combinations.h") && output_end(&out, folder, "spec_combinations.c");
}
