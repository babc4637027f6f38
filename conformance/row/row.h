/* Role: runs one row: arranges, makes the call, compares with the expectation.
   Callers: worker.c. */
#ifndef CONFORMANCE_ROW_H
#define CONFORMANCE_ROW_H

#include "spec_rows.h"
#include "result/outcome.h"
#include "row/fixture/fixture.h"

extern const char *const strength_names[4];

struct row_result {
    enum outcome outcome;
    char message[TEXT_BYTES];
    bool met; /* what came is what was expected */
    bool has_return, has_result;
    uint64_t value;
    HRESULT result;
    double milliseconds;
    cJSON *evidence; /* steps, document, events, latencies, or the unmet need; owned by the caller; NULL: none */
};

/* without: capabilities that the target lacks, separated by spaces. */
void row_run(const struct spec_row *row, const struct target *target, bool strict, const char *without,
    struct row_result *result);
/* From now on rows use systems together, as far as they leave them as they were, and one create answers for several
   rows that only differ in its document. Before the process ends, row_end_shared() ends those systems. */
void row_share_systems(void);
void row_end_shared(const struct target *target);
/* True if the row may use a system that others have used before; how: that system's kind and state, as in "vm/running".
 */
bool row_may_share(const struct spec_row *row, char how[NAME_BYTES]);
/* The row of the suite with that id; NULL: there is none. */
const struct spec_row *row_named(const char *id);
/* The resource path in the id of a generated row about its settings, up to the next ')'; NULL: there is none. */
const char *row_modified_resource(const struct spec_row *row);
/* True if no other row can run in the same process after this one. */
bool row_spoils_process(const struct spec_row *row);

/* arrange.c: one step written as text, such as "system:container/running". */
bool arrange_step(struct fixture *fixture, const char *step);
/* expect.c: compares with the expectation; false with the fixture's message. */
bool expect_all(struct fixture *fixture, const cJSON *expect);
/* Waits for the end of a process. */
bool expect_ended(struct fixture *fixture, const char *name);
/* expect_schema.c: true if the document of the last call, or its error document, is valid in the schema of the target's
   build. */
bool expect_schema(struct fixture *fixture);
/* The same for the documents of the events recorded so far. */
bool expect_event_schema(struct fixture *fixture);
/* True if a call's result is in the list (a name or an array of names); with strict, if it is the choice. */
bool expect_code(struct fixture *fixture, const cJSON *expect, const char *key, HRESULT code);

#endif
