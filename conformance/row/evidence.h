/* Role: the evidence of a row for the result file: its steps, the document of its call, its events, latencies. */
#ifndef CONFORMANCE_EVIDENCE_H
#define CONFORMANCE_EVIDENCE_H

#include "row/fixture/fixture.h"

/* Keeps the document of the row's own call, before later steps overwrite it. */
void evidence_keep_document(struct fixture *fixture);
/* The evidence, owned by the caller; NULL: out of memory. events: include them; false for rows that do not wait for
   events, which may or may not have arrived. Lock of the fixture not held. */
cJSON *evidence_of(struct fixture *fixture, bool events);

#endif
