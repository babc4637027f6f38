/* Role: compares a checkout of the documentation with spec/. Callers: main(); the parts call each other through this.
   Findings go to standard output: PAGE:LINE: added|removed|changed|reworded|renamed: MESSAGE. Parts of pages for which
   spec/ has facts are compared by their meaning, everything else by the digests of its sentences. */
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
    cJSON *recorded; /* what will be written into spec/documentation.json; NULL: pages are compared */
    cJSON *seen;     /* the keys of the sentences that were found, by page */
    cJSON *renamed;  /* the new names of renamed pages, by their old ones */
    unsigned findings, sentences, known; /* known: how many of the sentences have a digest in spec/ */
    struct finding_place *places;        /* where the findings are */
};

/* Compares, or, if record names a revision, writes lines and digests of the checkout into spec/documentation.json for
   that revision. Returns the exit code: 0 no drift, 1 drift, 2 no documentation in folder. */
int drift_main(struct facts *facts, const char *folder, const char *record, const char *date);

/* Returns the page that had that name in the recorded revision, or NULL if it is gone. */
const struct page *drift_page(const struct drift *drift, const char *name);
/* Prints a finding. kind: added, removed, changed, reworded, renamed. */
void drift_report(struct drift *drift, const struct page *page, int line, const char *kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Records the digest of a sentence under a key that names it, or compares it with the recorded one. */
void drift_sentence(struct drift *drift, const struct page *page, const char *key, int line, const char *plain);

/* True if there is a finding on that line already. */
bool drift_has_finding(const struct drift *drift, const struct page *page, int line);

/* drift_pages.c: finds renamed pages. Must be called first. */
void drift_renames(struct drift *drift);
/* drift_texts.c: all texts of the pages. Must be called last; reports nothing on lines that have a finding already. */
void drift_texts(struct drift *drift);
/* Returns how many digests of the recorded list belong to texts of the page. */
size_t drift_common(const struct page *page, const cJSON *texts);
/* drift_functions.c: signatures, return tables, operation results. */
void drift_functions(struct drift *drift);
/* drift_tables.c: enumerations of the C API, HRESULTs. */
void drift_tables(struct drift *drift);
/* drift_schema.c: the schema reference. */
void drift_schema(struct drift *drift);

#endif
