/* Role: what differs from run to run without a meaning gets names that do not: ids, GUIDs, times, process ids,
   counters. So two documents that say the same are the same text. */
#ifndef CONFORMANCE_NORMALISE_H
#define CONFORMANCE_NORMALISE_H

/* A document with such names, members in their order, without blanks; text that is no JSON stays as it is. From malloc;
   NULL for NULL, and without memory. */
char *normalise_document(const char *text);

#endif
