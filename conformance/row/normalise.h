/* Role: replaces values that differ between runs without meaning (ids, GUIDs, times, process ids, counters, cookies) by
   stable names, so that equivalent documents are equal texts. */
#ifndef CONFORMANCE_NORMALISE_H
#define CONFORMANCE_NORMALISE_H

#include <cjson/cJSON.h>

/* In place; members keep their order. */
void normalise(cJSON *document);

#endif
