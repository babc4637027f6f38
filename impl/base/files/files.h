/* Role: reading and writing whole files. Tools write every file with file_write(), or with a claim made at the start of
   a long run.
   Threads: one at a time for each claim.

   Writing. A regular file is written next to the old one under an unpredictable name (.NAME.16 digits.new), flushed to
   the disk, and then renamed: after a crash either the old or the new text is there, complete. Its mode is kept; a
   read-only file is refused. A symbolic link is followed and its target replaced, except for a link of another user in
   a world-writable folder. A device, a pipe and standard output ("-", or by any other name) are written in place. While
   one process claims a file, others are refused; the draft of a killed process is removed by the next claim. Other hard
   links to the file keep the old text. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Reads up to the end, or until more than limit bytes were read; adds a terminating zero. NULL: it can't be read, or
   out of memory. The caller frees. */
char *file_read_stream(FILE *file, size_t limit, size_t *length);
/* Reads a file of at most limit bytes; NULL: it can't be read, or is larger. */
char *file_read(const char *path, size_t limit, size_t *length);

/* Writes a text completely or not at all; on failure the old file stays. NULL as text: making it failed for lack of
   memory. Returns NULL, or an error message. */
const char *file_write(const char *path, const char *text);

/* A file claimed by this process: no other can write it meanwhile. */
struct file_draft;
/* Claims path. Returns NULL, or an error message; then there is no claim. */
const char *file_claim(const char *path, struct file_draft **claim);
/* Writes the text, as file_write() does, and frees the claim. */
const char *file_claim_write(struct file_draft *claim, const char *text);
/* Releases the claim; the file stays as it was. NULL is allowed. */
void file_claim_free(struct file_draft *claim);
/* True if both paths lead to one file, which need not be there; not by a second name of its own (a hard link). */
bool file_is_one(const char *one, const char *other);
/* True if it can be written, and is written in place: a device, a pipe, standard output. */
bool file_is_in_place(const char *path);
/* Returns NULL if the file can be written, or an error message. Changes nothing. */
const char *file_check(const char *path);
/* The same for a folder that files are written into, which may be one that is still to be made. */
const char *folder_check(const char *path);
/* Makes a folder unless it is there; the one above it must be. Returns NULL, or an error message. */
const char *folder_make(const char *path);
/* Opens a file to append lines: a new one, which must not exist, or with resume an existing one; never through a
   symbolic link. Returns NULL, or an error message. The caller closes it. */
const char *file_lines(const char *path, bool resume, FILE **file);
/* Opens a file to write lines from its beginning: a regular one is emptied, and no other process can open it like this
   until file_stream_end(). Returns NULL, or an error message. */
const char *file_stream(const char *path, FILE **file);
struct file_identity;
/* Opens once more the file of a stream whose descriptor was closed, to go on at its end. Returns NULL, or an error
   message. */
const char *file_again(const char *path, const struct file_identity *identity, FILE **file);
/* Writes a line and its line end to the system. Returns NULL, or an error message; part of the line may have been
   written. */
const char *file_line(FILE *file, const char *line, size_t length);
/* Closes it in any case. Returns NULL, or why the file is incomplete. */
const char *file_stream_end(FILE *file);
/* True if it is written in place, so that no file should be created next to it. */
bool file_claim_in_place(const struct file_draft *claim);

#endif
