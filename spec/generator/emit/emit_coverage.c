/* Coverage of the schema by rows: for each type, the function that takes documents with it, or why it has no rows.
   Entry point: emit_coverage(). */
#include "emit.h"
#include "facts/notation.h"
#include "facts/output.h"
#include <string.h>

#define INPUTS "spec/schema, spec/functions and spec/resources.json"

enum { MAX_TYPES = 512 };

enum reach { REACH_ROWS, REACH_RESULTS, REACH_UNIMPLEMENTED, REACH_NONE };

struct reached {
    const cJSON *type;
    const char *function;
    enum reach how;
};

struct coverage {
    const struct facts *facts;
    struct reached list[MAX_TYPES];
    int count;
};

/* Adds a type and the types of its fields, recursively. A type that is already listed keeps its entry. */
static void reach(struct coverage *coverage, const char *name, const char *function, enum reach how)
{
    const cJSON *type = facts_schema_type(coverage->facts, name), *field, *item;
    for (int i = 0; i < coverage->count; i++)
        if (coverage->list[i].type == type)
            return;
    if (!type || coverage->count == MAX_TYPES)
        return;
    coverage->list[coverage->count++] = (struct reached){type, function, how};
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        struct notation n = notation_of(fact_text(field, "type"));
        const cJSON *variant = fact_get(field, "variant");
        reach(coverage, n.type, function, how);
        if (fact_text(variant, "type"))
            reach(coverage, fact_text(variant, "type"), function, how);
        cJSON_ArrayForEach (item, fact_get(variant, "types"))
            reach(coverage, item->valuestring, function, how);
        if (!fact_get(variant, "from"))
            continue;
        cJSON_ArrayForEach (item, fact_get(coverage->facts->resources.root, "resources"))
            if (fact_text(item, "settings"))
                reach(coverage, fact_text(item, "settings"), function, how);
    }
}

static bool has_rows(const cJSON *function)
{
    return fact_true(function, "implemented") && facts_is_exported(function);
}

static void reach_documents(struct coverage *coverage, bool implemented, enum reach how)
{
    const cJSON *parameter;
    for (size_t i = 0; i < coverage->facts->function_count; i++) {
        const cJSON *function = coverage->facts->functions[i].root;
        if (has_rows(function) != implemented)
            continue;
        cJSON_ArrayForEach (parameter, fact_get(function, "parameters"))
            if (facts_takes_document(parameter))
                reach(coverage, fact_text(parameter, "document"), fact_text(function, "name"), how);
    }
}

static void reach_results(struct coverage *coverage)
{
    const cJSON *event, *item;
    for (size_t i = 0; i < coverage->facts->function_count; i++) {
        const cJSON *function = coverage->facts->functions[i].root;
        const char *result = fact_text(function, "resultDocument");
        if (!result)
            continue;
        struct notation n = notation_of(result);
        reach(coverage, n.type, fact_text(function, "name"), REACH_RESULTS);
    }
    cJSON_ArrayForEach (item, fact_get(coverage->facts->resources.root, "serviceProperties"))
        reach(coverage, fact_text(item, "document"), "HcsGetServiceProperties", REACH_RESULTS);
    reach(coverage, "ResultError", "HcsGetOperationResult", REACH_RESULTS);
    cJSON_ArrayForEach (event, fact_get(coverage->facts->events.root, "events"))
        if (fact_text(event, "document"))
            reach(coverage, fact_text(event, "document"), "HcsSetComputeSystemCallback", REACH_RESULTS);
}

bool emit_coverage(const struct facts *facts, const char *folder)
{
    static struct coverage coverage;
    static const char *const names[] = {"COVERAGE_ROWS", "COVERAGE_RESULTS", "COVERAGE_UNIMPLEMENTED", "COVERAGE_NONE"};
    struct text header, out;
    const cJSON *type;
    uint64_t digest = digest_combine(digest_combine(facts->schema.digest, facts->resources.digest),
        digest_files(facts->functions, facts->function_count));
    coverage = (struct coverage){.facts = facts};
    reach_documents(&coverage, true, REACH_ROWS);
    reach_results(&coverage);
    reach_documents(&coverage, false, REACH_UNIMPLEMENTED);
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        if (!fact_true(type, "own"))
            reach(&coverage, type->string, NULL, REACH_NONE);
    output_begin(&header, INPUTS, digest);
    text_puts(&header,
        "#ifndef SPEC_COVERAGE_H\n#define SPEC_COVERAGE_H\n\n/* COVERAGE_ROWS: each field has rows; COVERAGE_RESULTS: "
        "it only occurs in results, which are always checked;\n"
        "   COVERAGE_UNIMPLEMENTED: only unimplemented functions use it; COVERAGE_NONE: no function uses it. "
        "*/\nenum spec_coverage_kind { COVERAGE_ROWS, COVERAGE_RESULTS, "
        "COVERAGE_UNIMPLEMENTED, "
        "COVERAGE_NONE, COVERAGE_KINDS };\n\nstruct spec_coverage {\n    const char *type;\n    int fields, values;\n  "
        "  "
        "enum spec_coverage_kind kind;\n    const char *function; /* or 0 */\n};\n\nextern const struct spec_coverage "
        "spec_coverages[];\nextern const unsigned spec_coverage_count;\n\n#endif\n");
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_coverage.h\"\n\nconst struct spec_coverage spec_coverages[] = {\n");
    for (int i = 0; i < coverage.count; i++) {
        const struct reached *reached = &coverage.list[i];
        text_printf(&out, "    {\"%s\", %d, %d, %s, ", reached->type->string,
            cJSON_GetArraySize(fact_get(reached->type, "fields")),
            cJSON_GetArraySize(fact_get(reached->type, "values")), names[reached->how]);
        text_printf(&out, reached->function ? "\"%s\"},\n" : "0},\n", reached->function);
    }
    text_puts(&out, "};\n\nconst unsigned spec_coverage_count = sizeof spec_coverages / sizeof *spec_coverages;\n");
    return output_end(&header, folder, "spec_coverage.h") && output_end(&out, folder, "spec_coverage.c");
}
