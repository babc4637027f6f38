/* Role: UTF-16 text to and from clients. No state; any thread. Documents for clients are allocated with
   platform_document(), so that both LocalFree and CoTaskMemFree can free them. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stddef.h>
#include <windows.h>

/* Returns a UTF-8 copy, from malloc. NULL if the text is not valid UTF-16 or longer than a document may be, or when out
   of memory. */
char *text_copy(PCWSTR text);
/* Returns a zero-terminated copy owned by the caller, or NULL when out of memory. The text must be valid UTF-8. */
PWSTR text_to_utf16(const char *text, size_t length);

#endif
