/* The type of a document by its members. Entry points: guess_type(), guess_is_schema_1(). */
#include "guess.h"
#include "base/allocate.h"
#include "spec_functions.h"
#include <stdlib.h>
#include <string.h>

static cJSON *parse(const char *text)
{
    cJSON *root = cJSON_Parse(text);
    if (!root)
        memory_check();
    return root;
}

/* --- which types there are to choose from --- */

static void add(bool candidates[TYPE_COUNT], const char *document)
{
    enum spec_type type = document ? document_type_named(document) : TYPE_COUNT;
    if (type != TYPE_COUNT && spec_types[type].kind == KIND_OBJECT)
        candidates[type] = true;
}

static void list_candidates(bool candidates[TYPE_COUNT])
{
    memset(candidates, 0, TYPE_COUNT * sizeof *candidates);
    candidates[TYPE_ResultError] = candidates[TYPE_Scenario] = true; /* of every call that fails; of the simulator */
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        const struct spec_function *function = &spec_functions[i];
        for (int j = 0; j < function->parameter_count; j++)
            add(candidates, function->parameters[j].document);
        add(candidates, function->result_document);
    }
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        add(candidates, spec_enumerators[i].document);
}

/* --- how well one fits --- */

struct fit {
    enum spec_type type;
    unsigned fitting, unknown, errors, mistakes; /* mistakes: notes and warnings, too */
};

static bool has_name(const struct spec_type_info *info, const char *name)
{
    for (int i = 0; i < info->count; i++)
        if (!strcmp(info->fields[i].name, name))
            return true;
    for (const char *const *known = info->known; known && *known; known++)
        if (!strcmp(*known, name))
            return true;
    return false;
}

static struct fit fit_of(const cJSON *root, enum spec_type type)
{
    struct fit fit = {.type = type};
    const cJSON *item;
    cJSON_ArrayForEach (item, root) {
        bool fits = item->string && has_name(&spec_types[type], item->string);
        fit.fitting += fits;
        fit.unknown += !fits;
    }
    return fit;
}

static void count_mistakes(const char *text, size_t length, const struct document_options *options, struct fit *fit)
{
    struct document document;
    struct document_report report;
    const struct document_mistake *first;
    if (SUCCEEDED(document_check(text, length, fit->type, options, &document, &report)))
        document_free(&document);
    if (report.code == E_OUTOFMEMORY)
        out_of_memory();
    fit->errors = report_errors(&report, &first);
    fit->mistakes = report.total;
    report_free(&report);
}

/* Of equal ones ComputeSystem, which people write most, else the one listed first. */
static bool is_better(const struct fit *one, const struct fit *other)
{
    if (other->type == TYPE_COUNT || one->unknown != other->unknown)
        return other->type == TYPE_COUNT || one->unknown < other->unknown;
    if (one->errors != other->errors)
        return one->errors < other->errors;
    if (one->mistakes != other->mistakes)
        return one->mistakes < other->mistakes;
    return one->type == TYPE_ComputeSystem;
}

struct guess guess_type(const char *text, size_t length, const struct document_options *options)
{
    bool candidates[TYPE_COUNT];
    struct fit best = {.type = TYPE_COUNT}, second = {.type = TYPE_COUNT};
    cJSON *root = parse(text);
    list_candidates(candidates);
    for (int type = 0; type < TYPE_COUNT; type++) {
        if (!candidates[type])
            continue;
        struct fit fit = fit_of(root, (enum spec_type)type);
        if (!fit.fitting)
            continue;
        count_mistakes(text, length, options, &fit);
        if (is_better(&fit, &best)) {
            second = best;
            best = fit;
        } else if (is_better(&fit, &second))
            second = fit;
    }
    cJSON_Delete(root);
    return (struct guess){best.type, second.type};
}

/* --- schema 1 --- */

bool guess_is_schema_1(const char *text)
{
    static const char *const members[] = {"HvPartition", "LayerFolderPath", "VolumePath", "Layers", "HvRuntime",
        "EndpointList", "HostName", "MappedDirectories", "ProcessorCount", "MemoryMaximumInMB", "Servicing"};
    cJSON *root = parse(text);
    unsigned count = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        count += document_member(root, members[i]) != NULL;
    bool is = count && document_text(root, "SystemType") && !document_member(root, "SchemaVersion");
    cJSON_Delete(root);
    return is;
}
