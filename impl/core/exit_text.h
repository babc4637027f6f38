/* Role: the exit documents of systems. Systems that ended in the same way share one text, since most of many do.
   Threads: core lock held. */
#ifndef CORE_EXIT_TEXT_H
#define CORE_EXIT_TEXT_H

#include <stdbool.h>

/* Makes sure that the next exit_text_take() has memory for a document of up to EVENT_INLINE_BYTES bytes. Returns false
   when out of memory. */
bool exit_text_reserve(void);
/* Returns a text equal to the document, to be given back; NULL: the document is NULL, or there is no memory. */
const char *exit_text_take(const char *document);
/* NULL is allowed. */
void exit_text_give(const char *text);

#endif
