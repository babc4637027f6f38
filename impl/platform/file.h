/* Role: files that tools write: whole (next to the old file under an unpredictable name, then renamed), or line by
   line.
   Callers: base/files/files.h, which tools use.
   Threads: one at a time for each draft.
   Ownership: file_draft_end() frees. */
#ifndef PLATFORM_FILE_H
#define PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum file_status {
    FILE_GOOD,
    FILE_NO_FOLDER, /* the folder does not exist */
    FILE_REFUSED,   /* the user may not write there */
    FILE_PROTECTED, /* the file is read-only */
    FILE_DIRECTORY,
    FILE_NO_DIRECTORY, /* a file has the name of the folder */
    FILE_FOREIGN_LINK, /* a symbolic link of another user in a world-writable folder */
    FILE_THERE,        /* the file exists already */
    FILE_BUSY,         /* another process has claimed it */
    FILE_MOVED,        /* another file, or none, has its path now */
    FILE_FULL,         /* the disk is full */
    FILE_NO_MEMORY,
    FILE_FAILED
};

struct file_draft;

/* Claims path until file_draft_end(). For a regular file, existing or not, the draft is created next to it now, and
   leftover drafts of dead processes are removed. A symbolic link is followed: its target is replaced. Anything else (a
   device, a pipe, standard output, "-") is written in place and not claimed. On failure nothing was created. */
enum file_status file_draft_begin(const char *path, struct file_draft **draft);
/* Writes all the bytes, flushes them to the disk, and renames the draft to the file, with the old file's mode. */
enum file_status file_draft_finish(struct file_draft *draft, const void *bytes, size_t length);
/* Removes an unfinished draft. NULL is allowed. */
void file_draft_end(struct file_draft *draft);
/* True if it is written in place. */
bool file_draft_in_place(const struct file_draft *draft);

/* Can files be created in this folder, or can it be made? Creates nothing that stays. */
enum file_status file_folder_check(const char *path);
/* Makes a folder unless it is there; the one above it must be. */
enum file_status file_folder_make(const char *path);

/* The path of a file for whoever works in another folder. The file need not be there, its folder must. false: it is
   not, or the path is longer. */
bool file_full_path(const char *path, char *full, size_t size);
/* True if both are the same file, which may have many names: links, and letter case where that is of no account. */
bool file_is_same(const char *one, const char *other);

/* Opens a regular file for appending lines: a new one, which must not exist, or with resume an existing one. Follows no
   symbolic link. The caller closes it. */
enum file_status file_lines_open(const char *path, bool resume, FILE **file);
/* Opens a file for writing lines from its beginning. A regular file is emptied, and no other process can open it like
   this (FILE_BUSY) until file_stream_close(). Links are followed, and other kinds of files are written in place, as by
   file_draft_begin(). */
enum file_status file_stream_open(const char *path, FILE **file);
/* Which file a stream writes. */
struct file_identity {
    uint64_t device, number;
};
/* false: its descriptor is closed. */
bool file_identify(FILE *stream, struct file_identity *identity);
/* True if the stream still writes that file. */
bool file_is_still(FILE *stream, const struct file_identity *identity);
/* Opens once more the file of a stream of file_stream_open() whose descriptor was closed, to go on at its end.
   FILE_MOVED: another file, or none, has the path now. FILE_BUSY: another process writes it by now. */
enum file_status file_stream_again(const char *path, const struct file_identity *identity, FILE **file);
/* Writes a line and its line end. FILE_GOOD: all of it was passed to the system. Raises no signal. */
enum file_status file_line_write(FILE *file, const char *line, size_t length);
/* Closes it, even on failure. Raises no signal. */
enum file_status file_stream_close(FILE *file);

#endif
