/* Role: gathers the conformance rows: those written by hand below spec/rows and those that the matrices
   and signatures give. Callers: emit_rows.c, hcs_spec.c. */
#ifndef SPEC_ROWS_H
#define SPEC_ROWS_H

#include "facts/facts.h"

struct row {
    const struct fact_file *file; /* where the row, or the fact it was made from, stands */
    const cJSON *origin;
    cJSON *json; /* id, strength, source or rule, needs, hazard, arrange, call, expect, then, play */
    const char *id, *function;
};

struct rows {
    struct row *list;
    size_t count, capacity;
};

/* All rows, checked: every name in every row, and that each documented result has a row or a reason for none. */
void rows_gather(const struct facts *facts, struct rows *rows);
void rows_free(struct rows *rows);
/* Appends one row; takes json. Its members are checked by rows_gather(). */
void rows_add(struct rows *rows, const struct fact_file *file, const cJSON *origin, cJSON *json);
/* rows_matrix.c: a row for every cell of every matrix. */
void rows_from_matrices(const struct facts *facts, struct rows *rows);
/* rows_parameters.c: NULL, stale, forged and wrong handles; missing, malformed and mistyped documents. */
void rows_from_parameters(const struct facts *facts, struct rows *rows);
/* rows_schema.c: every field of every document that a call takes. */
void rows_from_schema(const struct facts *facts, struct rows *rows);
/* rows_faults.c: every HCS code, provoked by a scenario. */
void rows_from_faults(const struct facts *facts, struct rows *rows);
/* rows_schedules.c: every schedule of fixtures/. */
void rows_from_schedules(const struct facts *facts, struct rows *rows);
/* Adds the steps that make the function's other arguments, and what these steps need of the host. */
void rows_arrange(cJSON *row, const cJSON *function);
void rows_add_needs(cJSON *row, const cJSON *function);
/* rows_expect.c: can the function give an error document, through an operation or an out pointer? */
bool rows_gives_document(const cJSON *function);
/* Returns whether "@group/name" names an existing fixture. */
bool rows_document_path(const struct facts *facts, const char *alias, char *path, size_t size);

#endif
