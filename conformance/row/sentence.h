/* Role: what the user's own checkout of the documentation says where a row points to. */
#ifndef CONFORMANCE_SENTENCE_H
#define CONFORMANCE_SENTENCE_H

#include "pages/page.h"

/* Where a row points to. digest: of the sentence as the facts have it, NULL for none. */
struct sentence_place {
    const char *page, *section, *id, *digest;
    int row;
};

/* One line with page and line; from malloc. NULL: the row points to no page, or there is no memory. */
char *sentence_text(const struct page_set *docs, const struct sentence_place *place);

#endif
