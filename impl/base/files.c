/* Whole files. Entry points: file_read(), file_write(). */
#include "files.h"
#include "platform/child.h"
#include "platform/platform.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096, FIRST_BYTES = 1 << 16 };

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
    FILE *file = platform_open_file(path, false);
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

bool file_write(const char *path, const char *text)
{
    char partial[PATH_BYTES];
    if (!text || snprintf(partial, sizeof partial, "%s.partial", path) >= PATH_BYTES)
        return false;
    FILE *file = fopen(partial, "wb");
    if (!file)
        return false;
    bool ok = fputs(text, file) >= 0;
    if (fclose(file))
        ok = false;
    ok = ok && program_replace_file(partial, path);
    if (!ok)
        remove(partial);
    return ok;
}
