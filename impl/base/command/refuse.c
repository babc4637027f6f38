/* Files that can't be used. Entry point: file_refuse(). */
#include "refuse.h"
#include "base/allocate.h"
#include "base/text/shown.h"
#include <stdarg.h>
#include <stdio.h>

enum { LINE_BYTES = 1024 };

bool file_refuse(const char *path, const char *format, ...)
{
    char what[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s: %s\n", allocate_tool(), shown(path), shown(what));
    return false;
}
