/* Role: results as one HTML page that needs nothing else: no network, no other file. What targets said is data in it,
   never markup. */
#ifndef CONFORMANCE_HTML_H
#define CONFORMANCE_HTML_H

#include "result.h"

struct html_page {
    const struct result *results; /* the first is shown, the others beside it */
    unsigned count;
    const cJSON *history; /* runs before, for the trend: see history.h; NULL: none */
};

/* The page, from malloc. NULL: there is no memory. */
char *html_page(const struct html_page *page);

#endif
