/* The command list. Entry point: list_main(). */
#include "list.h"
#include "result/confirmed.h"
#include "row/row.h"
#include "row/sentence.h"
#include "spec_contradictions.h"
#include "spec_coverage.h"
#include "spec_hresults.h"
#include "spec_states.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIRMED_BYTES = 200 };

static unsigned rows_for(const struct spec_function *function, const struct spec_fact *fact)
{
    unsigned count = 0;
    for (unsigned i = 0; i < spec_row_count; i++)
        count += spec_rows[i].page && function->page && !strcmp(spec_rows[i].page, function->page) &&
                 !strcmp(spec_rows[i].section, fact->section) && spec_rows[i].row == fact->row;
    return count;
}

static void list_facts(void)
{
    unsigned facts = 0, covered = 0;
    printf("documented results\n");
    for (int i = 0; i < FUNCTION_COUNT; i++)
        for (const struct spec_fact *fact = spec_functions[i].facts; fact->section; fact++) {
            unsigned rows = rows_for(&spec_functions[i], fact);
            facts++;
            covered += rows > 0;
            printf("  %-42s %-18s %d  %-32s %u row%s\n", spec_functions[i].name, fact->section, fact->row, fact->code,
                rows, rows == 1 ? "" : "s");
        }
    printf("%u of %u documented results have rows\n\n", covered, facts);
}

/* A code counts as reached when a row of the suite expects it as a choice. */
static void list_codes(void)
{
    unsigned reached = 0, codes = 0;
    printf("HCS codes that rows expect\n");
    for (unsigned i = 0; i < spec_hresult_count; i++) {
        if (!spec_hresults[i].hcs)
            continue;
        char quoted[80];
        unsigned rows = 0;
        snprintf(quoted, sizeof quoted, "\"%s\"", spec_hresults[i].name);
        for (unsigned j = 0; j < spec_row_count; j++)
            rows += strstr(spec_rows[j].steps, quoted) != NULL;
        codes++;
        reached += rows > 0;
        printf("  %-46s %u row%s\n", spec_hresults[i].name, rows, rows == 1 ? "" : "s");
    }
    printf("%u of %u codes are expected by rows\n\n", reached, codes);
}

static void list_cells(void)
{
    unsigned cells = 0;
    printf("state x call\n");
    for (unsigned i = 0; i < spec_row_count; i++)
        if (!strncmp(spec_rows[i].id, "state.", 6)) {
            printf("  %-74s %s\n", spec_rows[i].id + 6, strength_names[spec_rows[i].strength]);
            cells++;
        }
    unsigned defined = 0;
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++)
        for (int call = 0; call < CALL_COUNT; call++)
            for (int state = 0; state < STATE_COUNT; state++)
                defined += spec_cells[matrix][call][state].defined;
    printf("%u of %u cells have rows\n\n", cells, defined);
}

/* The rows that real hosts confirmed, by strength and by host. */
static void list_confirmed(void)
{
    cJSON *table = confirmed_table();
    const cJSON *line, *cell;
    printf("rows and real hosts\n");
    cJSON_ArrayForEach (line, table) {
        printf("  %-14s", line->child->valuestring);
        for (cell = line->child->next; cell; cell = cell->next)
            printf("  %10s", cell->valuestring);
        printf("\n");
    }
    cJSON_Delete(table);
    struct confirmed_count all = confirmed_count(STRENGTHS_ALL, 0);
    printf("%u of %u rows are confirmed by a real Windows host\n", all.confirmed, all.rows);
}

/* Types of documents that no row is about, with the reason; and how many fields and values have rows. */
static void list_schema(void)
{
    static const char *const reasons[COVERAGE_KINDS] = {"rows", "in results alone, checked whenever one comes",
        "not in computecore.dll", "no function takes or gives it"};
    unsigned fields[COVERAGE_KINDS] = {0}, values[COVERAGE_KINDS] = {0}, types[COVERAGE_KINDS] = {0};
    printf("types of documents without rows\n");
    for (unsigned i = 0; i < spec_coverage_count; i++) {
        const struct spec_coverage *c = &spec_coverages[i];
        types[c->kind]++;
        fields[c->kind] += (unsigned)c->fields;
        values[c->kind] += (unsigned)c->values;
        if (c->kind != COVERAGE_ROWS)
            printf(
                "  %-44s %s%s%s\n", c->type, c->function ? c->function : "", c->function ? ": " : "", reasons[c->kind]);
    }
    unsigned all_fields = 0, all_values = 0;
    for (int kind = 0; kind < COVERAGE_KINDS; kind++) {
        all_fields += fields[kind];
        all_values += values[kind];
    }
    printf("%u of %u types, %u of %u fields and %u of %u values have rows\n\n", types[COVERAGE_ROWS],
        spec_coverage_count, fields[COVERAGE_ROWS], all_fields, values[COVERAGE_ROWS], all_values);
}

static int list_untestable(void)
{
    for (unsigned i = 0; i < spec_untestable_count; i++)
        printf("%s, %s, row %d: %s\n", spec_untestables[i].page, spec_untestables[i].section, spec_untestables[i].row,
            spec_untestables[i].reason);
    unsigned pages = 0;
    for (const struct spec_rowless *rowless = spec_rowless; rowless->page; rowless++, pages++)
        printf("%s: %s\n", rowless->page, rowless->reason);
    printf("%u documented results and %u pages have no rows\n", spec_untestable_count, pages);
    return 0;
}

static int list_contradictions(void)
{
    for (unsigned i = 0; i < spec_contradiction_count; i++) {
        const struct spec_contradiction *c = &spec_contradictions[i];
        printf("%s  %s (%s)\n      %s\n      chosen: %s%s%s\n", c->id, c->subject, c->pages, c->statement, c->choice,
            c->rule ? ", as rule " : "", c->rule ? c->rule : "");
    }
    printf("%u contradictions, revision %s of the documentation\n", spec_contradiction_count, spec_revision);
    return 0;
}

static void list_sentence(const struct page_set *docs, const struct spec_row *row)
{
    const struct sentence_place place = {
        row->page ? row->page : row->cites, row->section, row->id, row->sentence, row->row};
    char *text = sentence_text(docs, &place);
    if (text && *text)
        printf("      %s\n", text);
    free(text);
}

static void list_row(const struct spec_row *row)
{
    printf("%-78s %-12s ", row->id, strength_names[row->strength]);
    if (row->page) {
        printf("%s, %s, row %d", row->page, row->section, row->row);
        if (row->line)
            printf(", line %d of %s", row->line, spec_revision);
    } else {
        printf("%s", row->rule ? row->rule : "-");
        if (row->line)
            printf(", %s, line %d of %s", row->cites, row->line, spec_revision);
    }
    printf("%s%s", strstr(row->needs, "shared-host") ? "  (two processes)" : "", row->hazard ? "  (hazard)" : "");
    char confirmed[CONFIRMED_BYTES];
    confirmed_describe(row->id, confirmed, sizeof confirmed);
    printf(*confirmed ? "  (%s)\n" : "\n", confirmed);
}

int list_main(const struct options *options)
{
    unsigned shown = 0, position = 0;
    char error[512];
    struct page_set docs = {NULL, 0};
    if (options->untestable)
        return list_untestable();
    if (options->contradictions)
        return list_contradictions();
    if (options->docs && !pages_open(&docs, options->docs, error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    if (options->coverage) {
        list_facts();
        list_codes();
        list_schema();
        list_cells();
        list_confirmed();
        return 0;
    }
    for (unsigned i = 0; i < spec_row_count; i++) {
        if (!options_choose(options, &spec_rows[i]))
            continue;
        if (options_take_position(options, position)) {
            list_row(&spec_rows[i]);
            if (options->docs)
                list_sentence(&docs, &spec_rows[i]);
            shown++;
        }
        position++;
    }
    printf("%u rows\n", shown);
    pages_close(&docs);
    return 0;
}
