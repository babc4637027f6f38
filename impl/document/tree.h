/* Role: the values of a document as cJSON nodes, all in one block of memory.
   Callers: check.c, impl/host/configuration.c. Threads: no state. Ownership: free() of the first node, never
   cJSON_Delete(). */
#ifndef DOCUMENT_TREE_H
#define DOCUMENT_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* Builds the tree of a text that json_scan() found valid; values: its number of values. Returns NULL when out of
   memory. cJSON may read the tree and change the type of a node, but not add, replace or remove nodes; use a copy by
   cJSON_Duplicate() for that. valueint is an offset in the text: of the name for a member, of the value for anything
   else. Numbers that a double can't hold exactly also have their digits in valuestring. */
cJSON *tree_build(const char *text, size_t length, size_t values);

#endif
