/* Role: compares a checkout of the documentation with spec/. Callers: main(); the parts call each other through this.
   Findings go to standard output: PAGE:LINE: added|removed|changed|reworded|renamed: MESSAGE. What spec/ has a fact of
   is compared by meaning, and all that the pages say besides, sentence by sentence, by digests. */
#ifndef SPEC_DRIFT_H
#define SPEC_DRIFT_H

#include "facts/facts.h"
#include "pages/page.h"

struct finding_place {
    const struct page *page;
    int line;
};

struct drift {
    struct facts *facts;
    struct page_set pages;
    cJSON *recorded; /* what is to be written into spec/documentation.json; NULL: pages are compared */
    cJSON *seen;     /* the sentences that were met, by page */
    cJSON *renamed;  /* the new names of pages by their old ones */
    unsigned findings, sentences, known; /* known: sentences that have a digest in spec/ */
    struct finding_place *places;        /* of the findings */
};

/* Exit code: 0 no drift, 1 drift, 2 there is no documentation in folder. record: writes lines and digests of the
   checkout into spec/documentation.json instead, for that revision. */
int drift_main(struct facts *facts, const char *folder, const char *record, const char *date);

/* The page that had that name in the recorded revision; NULL: it is gone. */
const struct page *drift_page(const struct drift *drift, const char *name);
/* One finding. kind: added, removed, changed, reworded, renamed. */
void drift_report(struct drift *drift, const struct page *page, int line, const char *kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A sentence of the page, under a key that names it: recorded, or compared by digest with what was. */
void drift_sentence(struct drift *drift, const struct page *page, const char *key, int line, const char *plain);

/* True if there is a finding on that line already. */
bool drift_has_finding(const struct drift *drift, const struct page *page, int line);

/* drift_pages.c: finds the pages that were renamed; before all others. */
void drift_renames(struct drift *drift);
/* drift_texts.c: all that pages say; after the others, and without what they have found. */
void drift_texts(struct drift *drift);
/* How many texts of a page have a digest of the recorded list. */
size_t drift_common(const struct page *page, const cJSON *texts);
/* drift_functions.c: signatures, return tables, operation results. */
void drift_functions(struct drift *drift);
/* drift_tables.c: enumerations of the C API, HRESULTs. */
void drift_tables(struct drift *drift);
/* drift_schema.c: the schema reference. */
void drift_schema(struct drift *drift);

#endif
