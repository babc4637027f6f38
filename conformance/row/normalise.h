/* Role: replaces values that differ between runs without meaning (ids, GUIDs, times, process ids, counters) by stable
   names, so that equivalent documents are equal texts. */
#ifndef CONFORMANCE_NORMALISE_H
#define CONFORMANCE_NORMALISE_H

/* A document with such names, members in their order, without blanks; text that is not JSON is unchanged. From malloc;
   NULL for NULL, or out of memory. */
char *normalise_document(const char *text);

#endif
