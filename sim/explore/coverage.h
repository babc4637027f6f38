/* Role: coverage of the state matrices of spec/: which calls were made in which states, with which outcome. */
#ifndef EXPLORE_COVERAGE_H
#define EXPLORE_COVERAGE_H

#include "spec_states.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum coverage_outcome {
    COVERAGE_DONE,    /* it was accepted and took effect */
    COVERAGE_REFUSED, /* the state refused it */
    COVERAGE_ENDED,   /* its system ended first */
    COVERAGE_FAULT,   /* a fault decided it */
    COVERAGE_OUTCOMES
};

struct coverage {
    uint32_t seen[MATRIX_COUNT][CALL_COUNT][STATE_COUNT][COVERAGE_OUTCOMES];
};

void coverage_count(struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state,
    enum coverage_outcome outcome);
/* Returns how often the call was made in the state. */
uint32_t coverage_met(
    const struct coverage *coverage, enum spec_matrix matrix, enum spec_call call, enum spec_state state);
void coverage_add(struct coverage *to, const struct coverage *from);
/* Counts the cells of the matrices, and those covered. */
void coverage_sum(const struct coverage *coverage, unsigned *met, unsigned *defined);
void coverage_print(const struct coverage *coverage, FILE *out);
char *coverage_svg(const struct coverage *coverage);

#endif
