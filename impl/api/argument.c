/* Texts that clients pass. Entry points: argument_id(), argument_path(). */
#include "argument.h"
#include "base/text/utf16.h"
#include <stdlib.h>

static bool is_printable(PCWSTR text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || (text[i] >= 0x7F && text[i] < 0xA0))
            return false;
    return true;
}

bool argument_id(PCWSTR id, char utf8[ARGUMENT_ID_BYTES])
{
    size_t length = id ? utf16_length(id, ARGUMENT_ID_UNITS) : 0;
    return length > 0 && length <= ARGUMENT_ID_UNITS && utf16_to_utf8(id, length, utf8) >= 0 &&
           is_printable(id, length);
}

HRESULT argument_path(PCWSTR path, char **utf8)
{
    size_t length = path ? utf16_length(path, ARGUMENT_PATH_UNITS) : 0;
    if (length == 0 || length > ARGUMENT_PATH_UNITS || !is_printable(path, length))
        return E_INVALIDARG;
    char *copy = malloc(length * 3 + 1);
    bool paired = copy && utf16_to_utf8(path, length, copy) >= 0;
    if (copy && !paired)
        free(copy);
    else
        *utf8 = copy;
    return !copy ? E_OUTOFMEMORY : paired ? S_OK : E_INVALIDARG;
}
