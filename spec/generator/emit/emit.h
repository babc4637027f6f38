/* Role: the emitters of hcs-spec, one for each kind of output. Each writes its files below folder. If one can't be
   written, it prints a message on standard error and returns false. The facts must have been checked. */
#ifndef SPEC_EMIT_H
#define SPEC_EMIT_H

#include "facts/facts.h"
#include <stdbool.h>

/* spec_hresults.h, spec_hresults.c: codes, names, texts. */
bool emit_hresults(const struct facts *facts, const char *folder);
/* spec_schema.h, spec_schema.c: document types, fields, enum values, constraints; resource paths; hosts. */
bool emit_schema(const struct facts *facts, const char *folder);
/* spec_decisions.h, .c and spec_contradictions.h, .c: what this project has chosen where the documentation says nothing
   or contradicts itself. */
bool emit_decisions(const struct facts *facts, const char *folder);
/* spec_coverage.h, spec_coverage.c: which types are tested by rows, and why the others are not. */
bool emit_coverage(const struct facts *facts, const char *folder);
/* spec_tables.h, spec_tables.c: distributions. */
bool emit_tables(const char *folder);
/* spec_states.h, spec_states.c: the state matrices. */
bool emit_states(const struct facts *facts, const char *folder);
/* spec_requests.h, spec_requests.c: the requests to engines. */
bool emit_requests(const struct facts *facts, const char *folder);
/* spec_failures.h, spec_failures.c: the error documents of failures, by kind of failure. */
bool emit_failures(const struct facts *facts, const char *folder);
/* spec_combinations.h, spec_combinations.c: members that do not go together. */
bool emit_combinations(const struct facts *facts, const char *folder);
/* spec_functions.h, spec_functions.c: descriptions of the functions, and for each one a function that calls it. */
bool emit_functions(const struct facts *facts, const char *folder);
/* The exports: computecore.map, .def, exports.c, spec_api.h, spec_untraced.h; spec_builds.h, .c. */
bool emit_exports(const struct facts *facts, const char *folder);
/* The exports of the recorder of hcs-sim: recorder.map, .def, recorder.c. */
bool emit_recorder(const struct facts *facts, const char *folder);
/* include/windows.h, computedefs.h, computecore.h from the templates below impl/include. */
bool emit_headers(struct facts *facts, const char *folder);
/* spec_confirmed.h, .c: which rows real hosts confirmed. spec_answers.h, .c: where they answer otherwise than the
   simulator. */
bool emit_confirmed(const struct facts *facts, const char *folder);
/* spec_rows.c, spec_documents.c: the conformance rows and the documents they use. */
bool emit_rows(struct facts *facts, const char *folder);

#endif
