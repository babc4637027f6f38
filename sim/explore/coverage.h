/* Role: which calls met which states, and how they ended: the matrices of spec/ as a map of what was seen. */
#ifndef EXPLORE_COVERAGE_H
#define EXPLORE_COVERAGE_H

#include "spec_states.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum coverage_outcome {
    COVERAGE_DONE,    /* accepted, and it took effect */
    COVERAGE_REFUSED, /* by the state */
    COVERAGE_ENDED,   /* its system ended first */
    COVERAGE_FAULT,   /* by the fault plan */
    COVERAGE_OUTCOMES
};

struct coverage {
    uint32_t seen[MATRIX_COUNT][CALL_COUNT][STATE_COUNT][COVERAGE_OUTCOMES];
};

void coverage_count(struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state,
    enum coverage_outcome outcome);
/* How often the call met the state. */
uint32_t coverage_met(
    const struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state);
void coverage_add(struct coverage *to, const struct coverage *from);
/* The cells that the matrices define, and those of them that were met. */
void coverage_sum(const struct coverage *coverage, unsigned *met, unsigned *defined);
void coverage_print(const struct coverage *coverage, FILE *out);
char *coverage_svg(const struct coverage *coverage);

#endif
