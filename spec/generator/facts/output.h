/* Role: a generated file: text collected in memory, and written only if it differs from the file on disk. */
#ifndef SPEC_OUTPUT_H
#define SPEC_OUTPUT_H

#include "base/text/text.h"
#include <stdint.h>

/* The largest size of a generated file. */
enum { OUTPUT_BYTES = 64 << 20 };

/* Starts a C file with the line that names the generator and the digest of its inputs. */
void output_begin(struct text *output, const char *inputs, uint64_t digest);
/* Appends text as a C string literal, quotes included. */
void output_literal(struct text *output, const char *text);
/* The same, or 0 for NULL. */
void output_nullable(struct text *output, const char *text);
/* Appends text, with _ for each character that is not possible in an identifier. */
void output_identifier(struct text *output, const char *text);
/* Writes the file below folder if it has changed, and frees the text. Returns false after a message on standard error.
 */
bool output_end(struct text *output, const char *folder, const char *name);

#endif
