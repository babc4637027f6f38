/* Role: the sentence that a row cites, from the user's own checkout of the documentation. */
#ifndef CONFORMANCE_SENTENCE_H
#define CONFORMANCE_SENTENCE_H

#include "pages/page.h"

/* The place that a row cites. section NULL: the sentence is any of the page. digest: of the sentence in the facts;
   NULL: none. */
struct sentence_place {
    const char *page, *section, *id, *digest;
    int row;
};

/* One line with page and line; from malloc. NULL: the row cites no page, or out of memory. */
char *sentence_text(const struct page_set *docs, const struct sentence_place *place);

#endif
