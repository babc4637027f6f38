/* Coverage of the matrices. Entry points: coverage_count(), coverage_print(). */
#include "coverage.h"
#include "base/text/text.h"
#include <string.h>

static const char *const matrix_names[MATRIX_COUNT] = {
    [MATRIX_Container] = "container", [MATRIX_Process] = "process", [MATRIX_VirtualMachine] = "virtual machine"};
static const char *const outcome_names[COVERAGE_OUTCOMES] = {"done", "refused", "ended", "fault"};

void coverage_count(struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state,
    enum coverage_outcome outcome)
{
    coverage->seen[matrix][call][state][outcome]++;
}

uint32_t coverage_met(
    const struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state)
{
    uint32_t sum = 0;
    for (int outcome = 0; outcome < COVERAGE_OUTCOMES; outcome++)
        sum += coverage->seen[matrix][call][state][outcome];
    return sum;
}

void coverage_add(struct coverage *to, const struct coverage *from)
{
    uint32_t *sum = &to->seen[0][0][0][0];
    const uint32_t *more = &from->seen[0][0][0][0];
    for (size_t i = 0; i < sizeof *to / sizeof *sum; i++)
        sum[i] += more[i];
}

static bool is_defined(int matrix, int call, int state)
{
    return spec_cells[matrix][call][state].defined;
}

void coverage_sum(const struct coverage *coverage, unsigned *met, unsigned *defined)
{
    *met = *defined = 0;
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++)
        for (int call = 0; call < CALL_COUNT; call++)
            for (int state = 0; state < STATE_COUNT; state++)
                if (is_defined(matrix, call, state)) {
                    ++*defined;
                    *met += coverage_met(
                                coverage, (enum spec_matrix)matrix, (enum spec_call)call, (enum spec_state)state) > 0;
                }
}

static bool has_call(int matrix, int call)
{
    for (int state = 0; state < STATE_COUNT; state++)
        if (is_defined(matrix, call, state))
            return true;
    return false;
}

static bool has_state(int matrix, int state)
{
    for (int call = 0; call < CALL_COUNT; call++)
        if (is_defined(matrix, call, state))
            return true;
    return false;
}

/* Writes the outcomes seen in a cell: d, r, e, f; "-" for none; an empty text where the matrix has no cell. */
static void cell_text(const struct coverage *coverage, int matrix, int call, int state, char text[8])
{
    char *end = text;
    for (int outcome = 0; outcome < COVERAGE_OUTCOMES; outcome++)
        if (coverage->seen[matrix][call][state][outcome])
            *end++ = outcome_names[outcome][0];
    if (end == text && is_defined(matrix, call, state))
        *end++ = '-';
    *end = 0;
}

void coverage_print(const struct coverage *coverage, FILE *out)
{
    unsigned met, defined;
    char text[8];
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++) {
        fprintf(out, "%-46s", matrix_names[matrix]);
        for (int state = 0; state < STATE_COUNT; state++)
            if (has_state(matrix, state))
                fprintf(out, " %-9.9s", spec_state_names[state]);
        fputc('\n', out);
        for (int call = 0; call < CALL_COUNT; call++) {
            if (!has_call(matrix, call))
                continue;
            fprintf(out, "  %-44s", spec_call_names[call]);
            for (int state = 0; state < STATE_COUNT; state++)
                if (has_state(matrix, state)) {
                    cell_text(coverage, matrix, call, state, text);
                    fprintf(out, " %-9s", text);
                }
            fputc('\n', out);
        }
    }
    coverage_sum(coverage, &met, &defined);
    fprintf(
        out, "%u of %u cells covered (d done, r refused, e ended with its system, f hit by a fault)\n", met, defined);
}

enum { SVG_BYTES = 16 << 20, CELL = 64, ROW = 18, NAMES = 300, TOP = 40 };

static int svg_matrix(const struct coverage *coverage, struct text *out, int matrix, int y)
{
    char text[8];
    int x = NAMES;
    text_printf(out, "<text x=\"8\" y=\"%d\" class=\"head\">%s</text>\n", y, matrix_names[matrix]);
    for (int state = 0; state < STATE_COUNT; state++)
        if (has_state(matrix, state)) {
            text_printf(out, "<text x=\"%d\" y=\"%d\" class=\"head\">%.9s</text>\n", x, y, spec_state_names[state]);
            x += CELL;
        }
    for (int call = 0; call < CALL_COUNT; call++) {
        if (!has_call(matrix, call))
            continue;
        y += ROW;
        x = NAMES;
        text_printf(out, "<text x=\"8\" y=\"%d\">%s</text>\n", y, spec_call_names[call]);
        for (int state = 0; state < STATE_COUNT; state++) {
            if (!has_state(matrix, state))
                continue;
            cell_text(coverage, matrix, call, state, text);
            uint32_t count =
                coverage_met(coverage, (enum spec_matrix)matrix, (enum spec_call)call, (enum spec_state)state);
            if (*text)
                text_printf(out,
                    "<g><title>%u times</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>"
                    "<text x=\"%d\" y=\"%d\">%s</text></g>\n",
                    count, x, y - ROW + 5, CELL - 2, ROW - 2, count ? "met" : "missed", x + 4, y, text);
            x += CELL;
        }
    }
    return y + 2 * ROW;
}

char *coverage_svg(const struct coverage *coverage)
{
    struct text text = {.limit = SVG_BYTES}, *out = &text;
    int rows = 0, y = TOP;
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++)
        for (int call = 0; call < CALL_COUNT; call++)
            rows += has_call(matrix, call);
    int height = TOP + (rows + 2 * MATRIX_COUNT) * ROW, width = NAMES + STATE_COUNT * CELL;
    text_printf(out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
        "<style>text{font:11px sans-serif;fill:#222}.head{font-weight:bold}rect.met{fill:#a9dba9}"
        "rect.missed{fill:#f0b0b0}svg{background:#fff}</style>\n",
        width, height, width, height);
    for (int matrix = 0; matrix < MATRIX_COUNT; matrix++)
        y = svg_matrix(coverage, out, matrix, y);
    text_puts(out, "</svg>\n");
    return text_finish(out);
}
