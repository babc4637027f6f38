/* Role: files that tools write: whole (beside the file under a name that nobody can predict, then put in its place), or
   line by line.
   Callers: base/files.h, which tools use. Threads: one at a time for each draft. Ownership: file_draft_end() frees. */
#ifndef PLATFORM_FILE_H
#define PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum file_status {
    FILE_GOOD,
    FILE_NO_FOLDER, /* the folder is not there */
    FILE_REFUSED,   /* the user may not write there */
    FILE_PROTECTED, /* nobody may write to it */
    FILE_DIRECTORY,
    FILE_FOREIGN_LINK, /* a symbolic link that another user left in a folder open to all */
    FILE_THERE,        /* it is there already */
    FILE_BUSY,         /* another process is about to write it */
    FILE_FULL,         /* the disk is full */
    FILE_NO_MEMORY,
    FILE_FAILED
};

struct file_draft;

/* Claims path until file_draft_end(). Where it is, or will be, a regular file, the draft is made beside it now, and
   drafts that processes left which are gone are removed. A symbolic link is followed: what it leads to is replaced.
   What is no regular file (a device, a pipe, standard output by any name, "-") is written in place and not claimed.
   On failure nothing was made. */
enum file_status file_draft_begin(const char *path, struct file_draft **draft);
/* Writes all the bytes, to the disk, and puts the draft in its place with the mode of what was there. */
enum file_status file_draft_finish(struct file_draft *draft, const void *bytes, size_t length);
/* Removes what was not finished. NULL is allowed. */
void file_draft_end(struct file_draft *draft);
/* Is it written in place? */
bool file_draft_in_place(const struct file_draft *draft);

/* Opens a file that grows line by line: a new one, which must not be there, or with go_on one that is there, at its
   end. Never through a symbolic link, and nothing but a regular file. The caller closes it. */
enum file_status file_lines_open(const char *path, bool go_on, FILE **file);
/* Opens a file that is written line by line from its beginning: a regular one is emptied, and nobody else may open it
   so (FILE_BUSY) until it is closed with file_stream_close(); links are followed, and what is no regular file is
   written in place, as by file_draft_begin(). */
enum file_status file_stream_open(const char *path, FILE **file);
/* Writes a line and its end. FILE_GOOD: the system has all of it. No signal reaches the calling thread. */
enum file_status file_line_write(FILE *file, const char *line, size_t length);
/* Closes it in any case, without a signal either. */
enum file_status file_stream_close(FILE *file);

#endif
