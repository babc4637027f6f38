#include "html.h"
#include <stddef.h>
char *html_page(const struct html_page *page) { (void)page; return NULL; }
