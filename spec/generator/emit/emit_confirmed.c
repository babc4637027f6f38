/* What real hosts answered, as tables. Entry point: emit_confirmed(). */
#include "emit.h"
#include "confirmed/host_file.h"
#include "facts/output.h"
#include "rows/rows.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS "spec/hosts"

static const char confirmed_header[] =
    "#ifndef SPEC_CONFIRMED_H\n#define SPEC_CONFIRMED_H\n\n"
    "/* What a host said of a row as it is today, sorted by row and build; ended by row 0. agrees: it did what the row "
    "expects. */\nstruct spec_confirmation {\n    const char *row;\n    unsigned build;\n    int agrees;\n"
    "    const char *outcome, *answer; /* answer: an HRESULT by name, or 0 */\n};\n\n"
    "extern const struct spec_confirmation spec_confirmations[];\nextern const unsigned spec_confirmation_count;\n\n"
    "/* The hosts, one for each build, by its newest revision; ended by build 0. */\nstruct spec_confirming_host {\n"
    "    unsigned build, revision;\n    const char *date;\n};\n\n"
    "extern const struct spec_confirming_host spec_confirming_hosts[];\n\n#endif\n";

static const char answers_header[] =
    "#ifndef SPEC_ANSWERS_H\n#define SPEC_ANSWERS_H\n\n#include \"spec_states.h\"\n\n"
    "/* Calls that a host refuses in a state with another HRESULT than this library; ended by build 0. */\n"
    "struct spec_answer {\n    unsigned build;\n    enum spec_matrix matrix;\n    const char *function;\n"
    "    enum spec_state state;\n    HRESULT result;\n};\n\n"
    "extern const struct spec_answer spec_answers[];\n"
    "/* The builds of which there are outcomes; ended by 0. */\nextern const unsigned "
    "spec_answer_builds[];\n\n#endif\n";

static uint64_t digest_of(const struct facts *facts)
{
    return digest_combine(digest_files(facts->confirmed, facts->confirmed_count),
        digest_combine(digest_all(facts), facts->requests.digest));
}

static void emit_builds(const struct facts *facts, struct text *confirmed, struct text *answers)
{
    text_puts(confirmed, "\nconst struct spec_confirming_host spec_confirming_hosts[] = {\n");
    text_puts(answers, "\nconst unsigned spec_answer_builds[] = {");
    for (size_t i = 0; i < facts->confirmed_count; i++) {
        const cJSON *root = facts->confirmed[i].root, *runs = fact_get(root, "runs");
        const cJSON *run = cJSON_GetArrayItem(runs, cJSON_GetArraySize(runs) - 1);
        unsigned build = (unsigned)fact_number(root, "build", 0);
        text_printf(confirmed, "    {%u, %u, ", build, (unsigned)fact_number(run, "revision", 0));
        output_nullable(confirmed, fact_text(run, "date"));
        text_puts(confirmed, "},\n");
        text_printf(answers, "%u, ", build);
    }
    text_puts(confirmed, "    {0, 0, 0}};\n");
    text_puts(answers, "0};\n");
}

static void emit_confirmation(struct text *out, const struct row *row, unsigned build, const cJSON *said)
{
    text_puts(out, "    {");
    output_literal(out, row->id);
    text_printf(out, ", %u, %d, ", build, host_row_confirms(said));
    output_literal(out, fact_text(said, "outcome"));
    text_puts(out, ", ");
    output_nullable(out, host_row_answer(said));
    text_puts(out, "},\n");
}

/* A row of a system's matrix whose call fails on the host with a named HRESULT that is not this library's choice. */
static void emit_answer(
    const struct facts *facts, struct text *out, const struct row *row, unsigned build, const cJSON *said)
{
    const char *answer = host_row_answer(said), *choice = fact_text(row->origin, "choice");
    uint32_t came, chosen = 0;
    const char *kind = fact_text(row->file->root, "kind"), *state = fact_text(row->origin, "state");
    if (strncmp(row->id, "state.", 6) != 0 || !strcmp(kind, "Process") || !strcmp(state, "absent") ||
        fact_text(row->origin, "variant") || !answer || !facts_hresult(facts, answer, &came) || !(came & 0x80000000U))
        return;
    const cJSON *outcomes = fact_get(row->origin, "outcomes");
    (void)facts_hresult(facts, choice ? choice : cJSON_GetStringValue(cJSON_GetArrayItem(outcomes, 0)), &chosen);
    if (came == chosen)
        return;
    text_printf(out, "    {%u, MATRIX_%s, \"%s\", STATE_", build, kind, fact_text(row->origin, "call"));
    for (const char *c = state; *c; c++)
        text_printf(out, "%c", *c == '-' ? '_' : toupper((unsigned char)*c));
    text_printf(out, ", (HRESULT)0x%08X},\n", came);
}

bool emit_confirmed(const struct facts *facts, const char *folder)
{
    struct rows rows;
    struct text header, answers_head, confirmed, answers;
    uint64_t digest = digest_of(facts);
    unsigned count = 0;
    rows_gather(facts, &rows);
    output_begin(&header, INPUTS, digest);
    output_begin(&answers_head, INPUTS, digest);
    output_begin(&confirmed, INPUTS, digest);
    output_begin(&answers, INPUTS, digest);
    text_puts(&header, confirmed_header);
    text_puts(&answers_head, answers_header);
    text_puts(&confirmed, "#include \"spec_confirmed.h\"\n\nconst struct spec_confirmation spec_confirmations[] = {\n");
    text_puts(&answers, "#include \"spec_answers.h\"\n\nconst struct spec_answer spec_answers[] = {\n");
    for (size_t i = 0; i < rows.count; i++)
        for (size_t j = 0; j < facts->confirmed_count; j++) {
            unsigned build = (unsigned)fact_number(facts->confirmed[j].root, "build", 0);
            const cJSON *said = rows_host_row(&facts->confirmed[j], &rows.list[i]);
            if (!said)
                continue;
            emit_confirmation(&confirmed, &rows.list[i], build, said);
            emit_answer(facts, &answers, &rows.list[i], build, said);
            count++;
        }
    text_printf(&confirmed, "    {0, 0, 0, 0, 0}};\nconst unsigned spec_confirmation_count = %u;\n", count);
    text_puts(&answers, "    {0, (enum spec_matrix)0, 0, (enum spec_state)0, 0}};\n");
    emit_builds(facts, &confirmed, &answers);
    rows_free(&rows);
    bool written = !facts_error_count() && output_end(&header, folder, "spec_confirmed.h") &&
                   output_end(&answers_head, folder, "spec_answers.h") &&
                   output_end(&confirmed, folder, "spec_confirmed.c") && output_end(&answers, folder, "spec_answers.c");
    struct text *all[] = {&header, &answers_head, &confirmed, &answers};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        text_discard(all[i]);
    return written;
}
