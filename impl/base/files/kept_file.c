/* Files in processes of others. Entry points: kept_file_open(), kept_file_line(). */
#include "kept_file.h"
#include "files.h"
#include "platform/file.h"
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096 };

struct kept_file {
    FILE *file; /* NULL: another file has its descriptor, and it can't be opened again */
    struct file_identity identity, errors;
    bool has_errors;
    char path[PATH_BYTES]; /* "": not known */
};

const char *kept_file_open(const char *path, struct kept_file **file)
{
    struct kept_file *kept = calloc(1, sizeof *kept);
    const char *why = kept ? file_stream(path, &kept->file) : "out of memory";
    if (!why && !file_identify(kept->file, &kept->identity))
        why = "writing failed";
    if (why) {
        if (kept && kept->file)
            (void)file_stream_end(kept->file); /* nothing was written */
        free(kept);
        return why;
    }
    if (!file_full_path(path, kept->path, sizeof kept->path))
        *kept->path = 0;
    kept->has_errors = file_identify(stderr, &kept->errors);
    *file = kept;
    return NULL;
}

/* The stream that is given up is never closed: its descriptor is no longer ours. It holds nothing. */
static const char *keep(struct kept_file *file)
{
    if (file->file && file_is_still(file->file, &file->identity))
        return NULL;
    file->file = NULL;
    return file_again(file->path, &file->identity, &file->file);
}

const char *kept_file_line(struct kept_file *file, const char *line, size_t length)
{
    const char *why = keep(file);
    return why ? why : file_line(file->file, line, length);
}

void kept_file_tell(const struct kept_file *file, const char *text, const char *why)
{
    if (file->has_errors && file_is_still(stderr, &file->errors))
        fprintf(stderr, "%s: %s\n", text, why);
}

void kept_file_end(struct kept_file *file, const char *text)
{
    const char *why = file->file && file_is_still(file->file, &file->identity) ? file_stream_end(file->file) : NULL;
    if (why && text)
        kept_file_tell(file, text, why);
    free(file);
}
