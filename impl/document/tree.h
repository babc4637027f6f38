/* Role: the values of a document as cJSON nodes, all in one block of memory.
   Callers: check.c. Threads: no state. Ownership: free() of the first node, never cJSON_Delete(). */
#ifndef DOCUMENT_TREE_H
#define DOCUMENT_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* Builds the tree of a text that json_scan() found valid, with so many values. NULL: there is no memory. cJSON may
   read the tree and change the type of a node, but not add, replace or remove one: cJSON_Duplicate() makes a tree for
   that. valueint is the offset in the text: of a member its name's, of any other value its own. Numbers that a double
   can't hold exactly have their digits in valuestring, too. */
cJSON *tree_build(const char *text, size_t length, size_t values);

#endif
