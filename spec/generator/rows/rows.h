/* Role: gathers the conformance rows: those written by hand below spec/rows, and those made from the state matrices,
   the signatures and the schema. Callers: emit_rows.c, hcs_spec.c. */
#ifndef SPEC_ROWS_H
#define SPEC_ROWS_H

#include "facts/facts.h"

struct row {
    const struct fact_file *file; /* the file with the row or with the fact that it was made from, which is origin */
    const cJSON *origin;
    cJSON *json; /* id, strength, source or rule, needs, hazard, arrange, call, expect, then, play */
    const char *id, *function;
};

struct rows {
    struct row *list;
    size_t count, capacity;
};

/* Gathers all rows and checks every name in them, and that each documented result has a row or a reason for none. */
void rows_gather(const struct facts *facts, struct rows *rows);
void rows_free(struct rows *rows);
/* Returns arrange, call and expectations, or the schedule to play, as the JSON text that the suite interprets; the
   caller frees it. */
char *rows_steps(const struct row *row);
/* The sentence that a row cites in the recorded revision of the documentation. */
struct row_sentence {
    int line;                  /* 0: none is cited */
    const char *digest, *page; /* NULL: none */
};
struct row_sentence rows_sentence(const struct facts *facts, const struct row *row);
/* Is the sentence that it cites one of the record? */
void rows_check_sentence(const struct facts *facts, const struct row *row);
/* rows_hosts.c: checks that spec/hosts is about rows that exist, and raises unspecified rows that two builds confirm
   with the same answer to observed. */
void rows_take_hosts(const struct facts *facts, struct rows *rows);
/* Returns what the host said of the row as it is today, or NULL. */
const cJSON *rows_host_row(const struct fact_file *host, const struct row *row);
/* Appends one row and takes json over. rows_gather() checks its members. */
void rows_add(struct rows *rows, const struct fact_file *file, const cJSON *origin, cJSON *json);
/* rows_matrix.c: a row for every cell of every matrix. */
void rows_from_matrices(const struct facts *facts, struct rows *rows);
/* rows_parameters.c: NULL, stale, forged and wrong handles; missing, malformed and mistyped documents. */
void rows_from_parameters(const struct facts *facts, struct rows *rows);
/* rows_schema.c: every field of every document that a call takes. */
void rows_from_schema(const struct facts *facts, struct rows *rows);
/* rows_faults.c: every HCS code, injected by a scenario. */
void rows_from_faults(const struct facts *facts, struct rows *rows);
/* rows_schedules.c: every schedule of fixtures/. */
void rows_from_schedules(const struct facts *facts, struct rows *rows);
/* Add the steps that make the function's other arguments; add the capabilities of the host that these steps need. */
void rows_arrange(cJSON *row, const cJSON *function);
void rows_add_needs(cJSON *row, const cJSON *function);
/* rows_expect.c: can the function give an error document, through an operation or an out pointer? */
bool rows_gives_document(const cJSON *function);
/* Returns whether "@group/name" names an existing fixture. */
bool rows_document_path(const struct facts *facts, const char *alias, char *path, size_t size);

#endif
