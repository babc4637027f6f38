/* Role: programs of the default guest that change a text: sort, find, findstr, grep, wc, head. No state; any thread. */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include "base/text/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the file that a filter reads instead of standard input, or NULL; *length becomes the length of its path. */
const char *filter_file(const char *command, size_t size, size_t *length);
/* Appends what the filter makes of a text to the output. Returns its exit code. */
uint32_t filter_apply(
    const char *command, size_t size, const char *text, size_t length, const char *line_end, struct text *output);

#endif
