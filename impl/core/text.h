/* Role: UTF-16 that clients pass and are given. No state; any thread.
   Documents for clients come from platform_document(), which LocalFree and CoTaskMemFree both take back. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stddef.h>
#include <windows.h>

/* A UTF-8 copy, from malloc; NULL: it is longer than a document may be, not UTF-16, or there is no memory. */
char *text_copy(PCWSTR text);
/* A zero-terminated copy owned by the caller; NULL without memory. The text must be valid UTF-8. */
PWSTR text_to_utf16(const char *text, size_t length);

#endif
