/* Role: the parts of the page that conformance/result/page/ has, and the schema of results, as texts. Generated in the
   build. */
#ifndef CONFORMANCE_PAGE_PARTS_H
#define CONFORMANCE_PAGE_PARTS_H

extern const char page_html[], page_css[], page_js[], result_schema[];

#endif
