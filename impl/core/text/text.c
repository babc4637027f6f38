/* UTF-16 text from and for clients. Entry points: text_copy(), text_to_utf16(). */
#include "text.h"
#include "base/text/utf16.h"
#include "document/document.h"
#include "platform/platform.h"

char *text_copy(PCWSTR text)
{
    return utf8_copy(text, JSON_BYTES);
}

PWSTR text_to_utf16(const char *text, size_t length)
{
    PWSTR copy = platform_document((length + 1) * sizeof *copy);
    if (copy)
        utf16_from_utf8(text, length, copy);
    return copy;
}
