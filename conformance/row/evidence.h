/* Role: what a row saw, for the result file: its steps, the document of its call, the events that came, latencies. */
#ifndef CONFORMANCE_EVIDENCE_H
#define CONFORMANCE_EVIDENCE_H

#include "fixture.h"

/* Keeps the document of the call that the row is about: later steps have documents of their own. */
void evidence_keep_document(struct fixture *fixture);
/* All of it, the caller's; NULL: there is no memory. events: the row waits for them; others may come or not by then.
   Lock of the fixture not held. */
cJSON *evidence_of(struct fixture *fixture, bool events);

#endif
