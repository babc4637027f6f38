/* Three results side by side: a host, the implementation, the simulator. Entry point: compare_three(). */
#include "compare.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <string.h>

enum { LISTED = 400, SIDES = 3, ALL_AGREE = SIDES, ALL_DIFFER };

/* What a row answered, in short; "-" for a side that does not have it. */
static void answer_of(const struct result_row *row, char *text, size_t size)
{
    if (!row)
        snprintf(text, size, "-");
    else if (outcome_is_bad(row->outcome) || row->outcome == OUTCOME_SKIP || row->outcome == OUTCOME_NOT_RUN ||
             row->outcome == OUTCOME_NOT_IMPLEMENTED)
        snprintf(text, size, "%s%s%.60s", outcome_names[row->outcome], row->result || row->returned ? " " : "",
            row->result     ? row->result
            : row->returned ? row->returned
                            : "");
    else
        snprintf(text, size, "%.60s", row->result ? row->result : row->returned ? row->returned : "pass");
}

/* Do two sides agree? A side without the row agrees only with another side without it. */
static bool agree(const struct result_row *a, const struct result_row *b)
{
    char what[8];
    if (!a || !b)
        return a == b;
    return result_row_is_bad(a) == result_row_is_bad(b) && a->outcome == b->outcome &&
           !compare_answers(a, b, what, sizeof what);
}

static int who_is_alone(const struct result_row *const rows[SIDES])
{
    bool first = agree(rows[0], rows[1]), second = agree(rows[1], rows[2]), third = agree(rows[0], rows[2]);
    if (first && second)
        return ALL_AGREE;
    return second ? 0 : third ? 1 : first ? 2 : ALL_DIFFER;
}

/* Returns the smallest id among the current rows of all sides, or NULL at the end of all. */
static const char *next_id(const struct result results[SIDES], const unsigned at[SIDES])
{
    const char *id = NULL;
    for (int i = 0; i < SIDES; i++)
        if (at[i] < results[i].count && (!id || strcmp(results[i].rows[at[i]].id, id) < 0))
            id = results[i].rows[at[i]].id;
    return id;
}

static void add_line(struct text *text, const char *id, const struct result_row *const rows[SIDES], const char *alone)
{
    char answers[SIDES][100], source[400];
    const struct result_row *some = rows[0] ? rows[0] : rows[1] ? rows[1] : rows[2];
    for (int i = 0; i < SIDES; i++)
        answer_of(rows[i], answers[i], sizeof answers[i]);
    format_source(some, source, sizeof source);
    text_printf(text, "%-20s %s\n    %-34s %-34s %-34s\n    %s, %s\n", alone, shown(id), shown(answers[0]),
        shown(answers[1]), shown(answers[2]), some->strength ? some->strength : "-", shown(source));
}

char *compare_three(const struct result results[SIDES], unsigned *alone)
{
    struct text text = {.limit = FORMAT_BYTES};
    unsigned at[SIDES] = {0}, counts[ALL_DIFFER + 1] = {0};
    char about[SIDES][300], names[ALL_DIFFER + 1][40] = {[ALL_DIFFER] = "all differ"};
    for (int i = 0; i < SIDES; i++) {
        result_describe(&results[i], about[i], sizeof about[i]);
        snprintf(names[i], sizeof names[i], "only %c", 'A' + i);
        text_printf(&text, "%c: %s: %s\n", 'A' + i, results[i].path, shown(about[i]));
    }
    text_printf(&text, "\n%-20s row; what A, B and C answered\n", "which differs");
    for (const char *id; (id = next_id(results, at));) {
        const struct result_row *rows[SIDES] = {NULL};
        for (int i = 0; i < SIDES; i++)
            if (at[i] < results[i].count && !strcmp(results[i].rows[at[i]].id, id))
                rows[i] = &results[i].rows[at[i]++];
        int who = who_is_alone(rows);
        if (who != ALL_AGREE && counts[0] + counts[1] + counts[2] + counts[ALL_DIFFER] < LISTED)
            add_line(&text, id, rows, names[who]);
        counts[who]++;
    }
    *alone = counts[0] + counts[1] + counts[2] + counts[ALL_DIFFER];
    if (*alone > LISTED)
        text_printf(&text, "and %u more\n", *alone - LISTED);
    text_printf(&text, "\n%u rows: all agree on %u; only A differs on %u, B on %u, C on %u; all differ on %u\n",
        *alone + counts[ALL_AGREE], counts[ALL_AGREE], counts[0], counts[1], counts[2], counts[ALL_DIFFER]);
    return text_finish(&text);
}
