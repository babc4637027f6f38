/* Role: the files of conformance/result/page/ as strings. The build generates their definitions. */
#ifndef CONFORMANCE_PAGE_PARTS_H
#define CONFORMANCE_PAGE_PARTS_H

extern const char page_html[], page_css[], page_js[];

#endif
