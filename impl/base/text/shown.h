/* Role: texts of others as people see them: names from documents, results and targets must not move the cursor, change
   the direction of writing or begin a line of their own. One place for all messages and reports. Threads: shown_put()
   any; shown() and shown_lines() the main thread of a tool alone. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stdio.h>

/* Writes the text with escapes, \uHHHH or for bytes that are no UTF-8 \xHH, in place of control characters (line ends,
   too), marks of direction, invisible marks and separators of lines. */
void shown_put(FILE *file, const char *text);
/* The same as a text: the one given if nothing is to be escaped, otherwise one that lives until the next eight. NULL
   is shown as an empty one. */
const char *shown(const char *text);
/* The same, but tabs and line ends stay. */
const char *shown_lines(const char *text);

#endif
