/* The conformance rows and the documents that they use, as tables. Entry point: emit_rows(). */
#include "emit.h"
#include "facts/output.h"
#include "rows/rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/rows, spec/states, spec/functions and fixtures/documents"

static void emit_sentence(struct text *out, const struct facts *facts, const struct row *row)
{
    const struct row_sentence sentence = rows_sentence(facts, row);
    text_printf(out, "%d, ", sentence.line);
    output_nullable(out, sentence.digest);
    text_puts(out, ", ");
    output_nullable(out, sentence.page);
    text_puts(out, ", ");
}

static void emit_row(struct text *out, const struct facts *facts, const struct row *row)
{
    const cJSON *source = fact_get(row->json, "source"), *need;
    int strength = fact_strength(row->json);
    if (strength < 0)
        strength = 3; /* unspecified, the default */
    text_puts(out, "    {");
    output_literal(out, row->id);
    text_printf(out, ", FUNCTION_%s, ", row->function);
    output_nullable(out, fact_text(source, "page"));
    text_puts(out, ", ");
    output_nullable(out, fact_text(source, "section"));
    text_printf(out, ", %d, ", (int)fact_number(source, "row", 0));
    emit_sentence(out, facts, row);
    output_nullable(out, fact_text(row->json, "rule"));
    text_printf(out, ", %d, %d, \"", strength, fact_true(row->json, "hazard"));
    cJSON_ArrayForEach (need, fact_get(row->json, "needs"))
        text_printf(out, "%s%s", need->valuestring, need->next ? " " : "");
    text_puts(out, "\", \"");
    text_printf(out, "%s:%d\", ", row->file->path, row->origin ? fact_line(row->origin) : 1);
    text_puts(out, "\n     ");
    char *steps = rows_steps(row);
    output_literal(out, steps);
    free(steps);
    text_puts(out, "},\n");
}

static bool emit_row_header(const char *folder, uint64_t digest)
{
    struct text out;
    output_begin(&out, INPUTS, digest);
    text_puts(&out,
        "#ifndef SPEC_ROWS_TABLE_H\n#define SPEC_ROWS_TABLE_H\n\n#include \"spec_functions.h\"\n\n"
        "enum spec_strength { STRENGTH_DOCUMENTED, STRENGTH_RELIED_ON, STRENGTH_OBSERVED, "
        "STRENGTH_UNSPECIFIED };\n\n"
        "struct spec_row {\n    const char *id;\n    enum spec_function_index function;\n    const char *page, "
        "*section; /* of the reference, or 0 */\n    int row;\n    int line; /* of its sentence in the revision of "
        "spec/documentation.json, 0 if none is recorded; sentence: "
        "the digest of it, or 0; cites: the page that has it, which a row without a page has from its rule, or 0 */\n"
        "    const char *sentence, *cites;\n    const char *rule; /* "
        "numbered rule or matrix, "
        "or 0 */\n    enum spec_strength strength;\n    int hazard;\n    const char *needs; /* capabilities, "
        "separated by spaces */\n    const char *origin; /* file:line of the fact */\n    const char *steps; /* "
        "JSON */\n};\n\n"
        "extern const struct spec_row spec_rows[];\nextern const unsigned spec_row_count;\n\n"
        "struct spec_document {\n    const char *alias, *text;\n};\n\n"
        "extern const struct spec_document spec_documents[];\nextern const unsigned spec_document_count;\n\n"
        "struct spec_untestable {\n    const char *page, *section;\n    int row;\n    const char *reason;\n};\n\n"
        "extern const struct spec_untestable spec_untestables[];\nextern const unsigned "
        "spec_untestable_count;\n\n/* Pages of the documentation without rows; ended by page 0. */\n"
        "struct spec_rowless {\n    const char *page, *reason;\n};\n\nextern const struct spec_rowless "
        "spec_rowless[];\n\nextern const char spec_digest[], spec_revision[];\n\n"
        "/* Rows that every host of a Windows build must pass: for a build, those with the highest from that is not "
        "above "
        "it. Ended by row 0. */\nstruct spec_must_pass {\n    unsigned from;\n    const char *row;\n};\n\nextern "
        "const struct spec_must_pass spec_must_pass[];\n\n#endif\n");
    return output_end(&out, folder, "spec_rows.h");
}

static void emit_folder(
    const struct facts *facts, struct text *out, const char *folder, const char *group, uint64_t *digest)
{
    char path[4096];
    size_t count;
    snprintf(path, sizeof path, "%s/fixtures/documents/%s", facts->root, folder);
    char **names = facts_list(path, ".json", &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/fixtures/documents/%s/%s", facts->root, folder, names[i]);
        char *text = facts_read(path, digest);
        text_printf(out, "    {\"@%s/%.*s\", ", group, (int)strlen(names[i]) - 5, names[i]);
        output_nullable(out, text);
        text_puts(out, "},\n");
        free(text);
        free(names[i]);
    }
    free(names);
}

/* Writes the documents of the rows, and adds the digests of their files to *digest. */
static bool emit_documents(const struct facts *facts, const char *folder, uint64_t *digest)
{
    struct text out, body = {.limit = OUTPUT_BYTES};
    char path[4096], group[4096];
    size_t count;
    snprintf(path, sizeof path, "%s/fixtures/documents/valid", facts->root);
    char **groups = facts_list(path, "", &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(group, sizeof group, "valid/%s", groups[i]);
        emit_folder(facts, &body, group, groups[i], digest);
        free(groups[i]);
    }
    free(groups);
    emit_folder(facts, &body, "invalid", "invalid", digest);
    output_begin(&out, "fixtures/documents", *digest);
    text_puts(&out, "#include \"spec_rows.h\"\n\nconst struct spec_document spec_documents[] = {\n");
    char *gathered = text_finish(&body);
    out.failed |= !gathered;
    text_puts(&out, gathered ? gathered : "");
    text_puts(&out, "};\n\nconst unsigned spec_document_count = sizeof spec_documents / sizeof "
                    "*spec_documents;\n");
    free(gathered);
    return output_end(&out, folder, "spec_documents.c");
}

static void emit_untestable(struct text *out, const struct facts *facts)
{
    const cJSON *item;
    text_puts(out, "const struct spec_untestable spec_untestables[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->untestable.root, "untestable")) {
        text_printf(out, "    {\"%s\", \"%s\", %d, ", fact_text(item, "page"), fact_text(item, "section"),
            (int)fact_number(item, "row", 0));
        output_literal(out, fact_text(item, "reason"));
        text_puts(out, "},\n");
    }
    text_printf(out, "    {0, 0, 0, 0}};\nconst unsigned spec_untestable_count = %d;\n",
        cJSON_GetArraySize(fact_get(facts->untestable.root, "untestable")));
    text_puts(out, "const struct spec_rowless spec_rowless[] = {\n");
    const cJSON *group, *page;
    cJSON_ArrayForEach (group, fact_get(facts->untestable.root, "pages"))
        cJSON_ArrayForEach (page, fact_get(group, "pages")) {
            text_printf(out, "    {\"%s\", ", page->valuestring);
            output_literal(out, fact_text(group, "reason"));
            text_puts(out, "},\n");
        }
    text_puts(out, "    {0, 0}};\n");
}

/* Writes the lists of rows that hosts must pass; each applies from its build on. Unknown rows are errors. */
static void emit_must_pass(struct text *out, const struct facts *facts, const struct rows *rows)
{
    const cJSON *list, *id;
    text_puts(out, "\nconst struct spec_must_pass spec_must_pass[] = {\n");
    cJSON_ArrayForEach (list, fact_get(facts->must_pass.root, "lists"))
        cJSON_ArrayForEach (id, fact_get(list, "rows")) {
            size_t i = 0;
            while (i < rows->count && strcmp(rows->list[i].id, id->valuestring) != 0)
                i++;
            if (i == rows->count)
                facts_error(&facts->must_pass, id, "there is no row %s", id->valuestring);
            text_printf(out, "    {%d, \"%s\"},\n", (int)fact_number(list, "from", 0), id->valuestring);
        }
    text_puts(out, "    {0, 0}};\n");
}

static bool emit_table(const struct facts *facts, const char *folder, const struct rows *rows, uint64_t digest)
{
    struct text out;
    output_begin(&out, INPUTS, digest);
    text_puts(&out, "#include \"spec_rows.h\"\n\nconst struct spec_row spec_rows[] = {\n");
    for (size_t i = 0; i < rows->count; i++)
        emit_row(&out, facts, &rows->list[i]);
    text_printf(&out, "};\n\nconst unsigned spec_row_count = %zu;\n\n", rows->count);
    text_printf(&out, "const char spec_digest[] = \"%016llx\";\n\n", (unsigned long long)digest);
    text_printf(&out, "const char spec_revision[] = \"%s\";\n\n", fact_text(facts->documentation.root, "revision"));
    emit_untestable(&out, facts);
    emit_must_pass(&out, facts, rows);
    bool written = !facts_error_count() && output_end(&out, folder, "spec_rows.c");
    text_discard(&out);
    return written;
}

bool emit_rows(struct facts *facts, const char *folder)
{
    struct rows rows;
    rows_gather(facts, &rows);
    uint64_t digest = 0;
    bool ok = !facts_error_count() && emit_documents(facts, folder, &digest);
    digest = digest_combine(digest, digest_all(facts));
    ok = ok && emit_row_header(folder, digest) && emit_table(facts, folder, &rows, digest);
    rows_free(&rows);
    return ok;
}
