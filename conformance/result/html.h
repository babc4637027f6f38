/* Role: results as one self-contained HTML page: no network, no other file. Output of targets is embedded as data,
   never as markup. */
#ifndef CONFORMANCE_HTML_H
#define CONFORMANCE_HTML_H

#include "result.h"

struct html_page {
    const struct result *results; /* the first is shown, the others are compared with it */
    unsigned count;
    const cJSON *history; /* earlier runs, for the trend: see history.h; NULL: none */
};

/* Returns the page, to be freed by the caller; NULL if memory runs out. */
char *html_page(const struct html_page *page);

#endif
