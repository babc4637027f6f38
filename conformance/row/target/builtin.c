/* Files inside the tool. Entry point: builtin_read(). */
#include "builtin.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include <string.h>

char *builtin_read(const char *path, size_t limit, size_t *length)
{
    if (strncmp(path, BUILTIN, sizeof BUILTIN - 1) != 0) {
        char *text = file_read(path, limit, length);
        if (!text)
            memory_check();
        return text;
    }
    for (const struct builtin *file = builtins; file->name; file++)
        if (!strcmp(file->name, path)) {
            *length = strlen(file->text);
            return allocate_copy(file->text);
        }
    return NULL;
}
