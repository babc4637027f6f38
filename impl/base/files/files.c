/* Whole files. Entry points: file_read(), file_write(). */
#include "files.h"
#include "platform/file.h"
#include "platform/platform.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 16, PATH_BYTES = 4096 };

char *file_read_stream(FILE *file, size_t limit, size_t *length)
{
    size_t capacity = FIRST_BYTES, got;
    char *text = malloc(capacity);
    *length = 0;
    while (text && *length <= limit && (got = fread(text + *length, 1, capacity - *length - 1, file)) > 0) {
        *length += got;
        if (capacity - *length < 2) {
            char *larger = realloc(text, capacity *= 2);
            if (!larger)
                free(text);
            text = larger;
        }
    }
    if (text && !ferror(file)) {
        text[*length] = 0;
        return text;
    }
    free(text);
    return NULL;
}

char *file_read(const char *path, size_t limit, size_t *length)
{
    FILE *file = platform_open_file(path);
    char *text = file ? file_read_stream(file, limit, length) : NULL;
    if (file)
        fclose(file);
    if (text && *length <= limit)
        return text;
    if (text)
        errno = EFBIG;
    free(text);
    return NULL;
}

static const char *reason(enum file_status status)
{
    static const char *const reasons[] = {[FILE_GOOD] = NULL,
        [FILE_NO_FOLDER] = "there is no such folder",
        [FILE_REFUSED] = "permission denied",
        [FILE_PROTECTED] = "it is read-only",
        [FILE_DIRECTORY] = "it is a folder",
        [FILE_NO_DIRECTORY] = "it is no folder",
        [FILE_FOREIGN_LINK] = "it is a symbolic link of another user in a world-writable folder",
        [FILE_THERE] = "it exists already",
        [FILE_BUSY] = "another run is writing it",
        [FILE_MOVED] = "another file, or none, has its path now",
        [FILE_FULL] = "the disk is full",
        [FILE_NO_MEMORY] = "out of memory",
        [FILE_FAILED] = "writing failed"};
    return reasons[status];
}

const char *file_claim(const char *path, struct file_draft **claim)
{
    *claim = NULL;
    return reason(file_draft_begin(path, claim));
}

const char *file_claim_write(struct file_draft *claim, const char *text)
{
    if (file_draft_in_place(claim))
        fflush(stdout); /* the file may be standard output */
    enum file_status status = text ? file_draft_finish(claim, text, strlen(text)) : FILE_NO_MEMORY;
    file_draft_end(claim);
    return reason(status);
}

void file_claim_free(struct file_draft *claim)
{
    file_draft_end(claim);
}

bool file_claim_in_place(const struct file_draft *claim)
{
    return file_draft_in_place(claim);
}

const char *file_check(const char *path)
{
    struct file_draft *claim;
    const char *why = file_claim(path, &claim);
    if (!why)
        file_claim_free(claim);
    return why;
}

bool file_is_one(const char *one, const char *other)
{
    char first[PATH_BYTES], second[PATH_BYTES];
    return !strcmp(one, other) || (file_full_path(one, first, sizeof first) &&
                                      file_full_path(other, second, sizeof second) && !strcmp(first, second));
}

bool file_is_in_place(const char *path)
{
    struct file_draft *claim;
    bool in_place = !file_claim(path, &claim) && file_claim_in_place(claim);
    file_claim_free(claim);
    return in_place;
}

const char *folder_check(const char *path)
{
    return reason(file_folder_check(path));
}

const char *folder_make(const char *path)
{
    return reason(file_folder_make(path));
}

const char *file_write(const char *path, const char *text)
{
    struct file_draft *claim;
    const char *why = file_claim(path, &claim);
    return why ? why : file_claim_write(claim, text);
}

const char *file_lines(const char *path, bool resume, FILE **file)
{
    *file = NULL;
    return reason(file_lines_open(path, resume, file));
}

const char *file_stream(const char *path, FILE **file)
{
    *file = NULL;
    return reason(file_stream_open(path, file));
}

const char *file_again(const char *path, const struct file_identity *identity, FILE **file)
{
    *file = NULL;
    return reason(file_stream_again(path, identity, file));
}

const char *file_line(FILE *file, const char *line, size_t length)
{
    return reason(file_line_write(file, line, length));
}

const char *file_stream_end(FILE *file)
{
    return reason(file_stream_close(file));
}
