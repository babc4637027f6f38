/* Role: the partial result of a run: FILE.part beside FILE, JSON Lines, the head first, then a line for each row that
   is done. Each line is on the disk before the next row: whatever kills the run, what was done is readable, and run
   --resume goes on. When the result is written whole, the partial one goes. */
#ifndef CONFORMANCE_JOURNAL_H
#define CONFORMANCE_JOURNAL_H

#include "result/result.h"

struct journal;

/* Claims FILE for the result (base/files.h) and begins FILE.part anew, or with go_on adds to what is there. What a run
   left there goes; what is no partial result stays, and the run is refused. Where FILE is no regular file, there is no
   partial result. *begun: it was begun, and has no row. NULL after a message. */
struct journal *journal_open(const char *path, const cJSON *head, bool go_on, bool *begun);
/* Adds a row. The first write that fails says so; the run goes on. */
void journal_row(struct journal *journal, const cJSON *row);
/* Writes the result itself, and frees its text. false after a message. */
bool journal_write_result(struct journal *journal, char *text);
/* keep: the partial file stays. NULL is allowed. */
void journal_close(struct journal *journal, bool keep);
/* Is it the name of a partial result? */
bool journal_is_part(const char *path);
/* Reads what a run left: FILE.part if there is one, else FILE, which a run that was interrupted has written. The rows
   that are done are in result; rows of which nothing is known are not. false after a message. */
bool journal_read(const char *path, struct result *result);

#endif
