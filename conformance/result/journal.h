/* Role: the partial result of a run: FILE.part beside FILE, JSON Lines, the head and the ids of all rows of the run
   first, then a line for each row that is done. Each line is flushed before the next row: whatever kills the run, the
   finished rows are readable, and run
   --resume continues. When the whole result is written, the partial one is removed. */
#ifndef CONFORMANCE_JOURNAL_H
#define CONFORMANCE_JOURNAL_H

#include "result.h"

struct journal;

/* Claims FILE for the result (base/files/files.h) and begins FILE.part anew, or with go_on appends to it. A partial
   result of an earlier run is replaced; any other file is kept, and the run is refused. If FILE is not a regular file,
   there is no partial result. *begun: set unless an existing one is appended to. NULL after a message. */
struct journal *journal_open(const char *path, const cJSON *head, bool go_on, bool *begun);
/* Adds a row. The first write that fails prints a message; the run continues. */
void journal_row(struct journal *journal, const cJSON *row);
/* Writes the result itself, and frees its text. false after a message. */
bool journal_write_result(struct journal *journal, char *text);
/* keep: the partial file is not removed. journal may be NULL. */
void journal_close(struct journal *journal, bool keep);
/* Is it the name of a partial result? */
bool journal_is_part(const char *path);
/* Would a run that writes path append to the partial result that journal_read(other) reads? */
bool journal_is_same(const char *path, const char *other);
/* Reads the text of a partial result, which it changes. A last line that was cut off does not count, any other that is
   damaged is refused. Returns false after a message. */
bool journal_parse(char *text, size_t length, const char *path, struct result *result);
/* Reads what a run left: FILE.part if there is one, else FILE, as an interrupted run writes it. result has
   the finished rows; rows without any record are absent. false after a message. */
bool journal_read(const char *path, struct result *result);

#endif
