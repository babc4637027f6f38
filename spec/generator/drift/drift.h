/* Role: compares a checkout of the documentation with spec/. Callers: main(); the parts call each other through this.
   Findings go to standard output: PAGE:LINE: added|removed|changed|reworded: MESSAGE. */
#ifndef SPEC_DRIFT_H
#define SPEC_DRIFT_H

#include "facts/facts.h"
#include "pages/page.h"

struct drift {
    struct facts *facts;
    struct page_set pages;
    cJSON *recorded; /* what is to be written into spec/documentation.json; NULL: pages are compared */
    cJSON *seen;     /* the sentences that were met, by page */
    unsigned findings, sentences, known; /* known: sentences that have a digest in spec/ */
};

/* Exit code: 0 no drift, 1 drift, 2 there is no documentation in folder. record: writes lines and digests of the
   checkout into spec/documentation.json instead, for that revision. */
int drift_main(struct facts *facts, const char *folder, const char *record, const char *date);

/* One finding. kind: added, removed, changed, reworded. */
void drift_report(struct drift *drift, const struct page *page, int line, const char *kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A sentence of the page, under a key that names it: recorded, or compared by digest with what was. */
void drift_sentence(struct drift *drift, const struct page *page, const char *key, int line, const char *plain);

/* drift_functions.c: signatures, return tables, operation results. */
void drift_functions(struct drift *drift);
/* drift_tables.c: enumerations of the C API, HRESULTs. */
void drift_tables(struct drift *drift);
/* drift_schema.c: the schema reference. */
void drift_schema(struct drift *drift);

#endif
