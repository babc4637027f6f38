/* Files that are written whole or not at all. Entry point: program_write_file(). */
#include "child.h"
#include <stdio.h>

enum { PATH_BYTES = 4096 };

bool program_write_file(const char *path, const char *text)
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
