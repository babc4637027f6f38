/* Files on Windows; see child.h. */
#include "child.h"
#include <windows.h>

bool program_replace_file(const char *from, const char *to)
{
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING);
}
