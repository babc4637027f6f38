/* Role: whole files, as tools read and write them. Whatever a tool writes goes through file_write(), or through a claim
   that a long run makes at its start. Threads: one at a time for each claim.

   Writing. A regular file is written beside itself under a name that nobody can predict (.NAME.16 digits.new), to the
   disk, and then renamed: whatever happens, the old text or the new one is there, whole. Its mode is kept; one that
   nobody may write is refused. A symbolic link is followed and what it leads to is replaced, but not a link that
   another user left in a folder open to all. A device, a pipe and standard output ("-", or by any other name) are
   written in place. While one process claims a file, a second that wants it is refused; what a process that was killed
   left beside the file is removed by the next. Other hard links to the file keep the old text. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Reads up to the end, or until more than limit bytes have come; a zero follows them. NULL: it can't be read, or there
   is no memory. The caller frees. */
char *file_read_stream(FILE *file, size_t limit, size_t *length);
/* Reads a file of at most limit bytes; NULL: it can't be read, or is larger. */
char *file_read(const char *path, size_t limit, size_t *length);

/* Writes a text whole or not at all; what was there stays when it fails. NULL as text: there was no memory for it.
   Returns NULL, or why it was not written, for a message. */
const char *file_write(const char *path, const char *text);

/* A file that this process will write, and no other until it has. */
struct file_draft;
/* Claims path. Returns NULL, or why it can't be written, for a message; then there is no claim. */
const char *file_claim(const char *path, struct file_draft **claim);
/* Writes the text, as file_write() does, and frees the claim. */
const char *file_claim_write(struct file_draft *claim, const char *text);
/* Gives the claim up; the file stays as it was. NULL is allowed. */
void file_claim_free(struct file_draft *claim);
/* Opens a file that grows line by line: a new one, which must not be there yet, or with go_on one that is there, at its
   end; never through a symbolic link. Returns NULL, or why not, for a message. The caller closes it. */
const char *file_lines(const char *path, bool go_on, FILE **file);
/* Opens a file that is written line by line from its beginning: a regular one is emptied, and no other run may write it
   until file_stream_end(). Returns NULL, or why not, for a message. */
const char *file_stream(const char *path, FILE **file);
/* Writes a line and its end to the system. Returns NULL, or why not, for a message; part of it may have been written.
 */
const char *file_line(FILE *file, const char *line, size_t length);
/* Closes it in any case. Returns NULL, or why what was written is not all there. */
const char *file_stream_end(FILE *file);
/* Is it written in place, so that nothing may be put beside it? */
bool file_claim_in_place(const struct file_draft *claim);

#endif
