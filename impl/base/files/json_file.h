/* Role: files of JSON that tools read: results, host files, policies and others. One reader, so that all of them are
   refused alike. Callers: the tools. Threads: no state. */
#ifndef BASE_JSON_FILE_H
#define BASE_JSON_FILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { JSON_FILE_WRONG = 160 };

/* Reads a text that ends with a zero after length bytes: one value by the letter of RFC 8259, of any length, perhaps
   after a byte-order mark, whose objects have each member once. Returns NULL, and in wrong what is wrong and where. The
   caller deletes the tree. */
cJSON *json_file_parse(const char *text, size_t length, char wrong[JSON_FILE_WRONG]);
/* The same, but what lies deeper than levels may have members twice: documents for the API, which takes the last. */
cJSON *json_file_parse_above(const char *text, size_t length, unsigned levels, char wrong[JSON_FILE_WRONG]);
/* The same of a file of at most limit bytes. */
cJSON *json_file_read(const char *path, size_t limit, char wrong[JSON_FILE_WRONG]);

#endif
