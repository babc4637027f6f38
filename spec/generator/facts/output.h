/* Role: a generated file: text gathered in memory, written only when it differs from what stands there. */
#ifndef SPEC_OUTPUT_H
#define SPEC_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output {
    char *text;
    size_t length, capacity;
};

/* Starts a C file with the line that names the generator and the digest of its inputs. */
void output_begin(struct output *output, const char *inputs, uint64_t digest);
void output_print(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends text as it is. */
void output_text(struct output *output, const char *text);
/* Appends text as a C string literal, quotes included. */
void output_literal(struct output *output, const char *text);
/* Appends text with _ for what no identifier has. */
void output_identifier(struct output *output, const char *text);
/* Writes the file below folder if it changed and frees the text. Returns false after a message. */
bool output_end(struct output *output, const char *folder, const char *name);

#endif
