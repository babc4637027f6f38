/* Shared libraries on Windows; see library.h. */
#include "platform/library.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

const char library_name[] = "computecore.dll";

/* A name without a folder is searched in the system folder only. */
void *library_open(const char *path, char *error, size_t size)
{
    char full[MAX_PATH * 4];
    bool bare = !strpbrk(path, "/\\:") || !GetFullPathNameA(path, sizeof full, full, NULL);
    HMODULE library = bare ? LoadLibraryExA(path, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32)
                           : LoadLibraryExA(full, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (!library) {
        DWORD code = GetLastError();
        snprintf(error, size, "%s can't be loaded: %s (error %lu)", path,
            code == ERROR_BAD_EXE_FORMAT   ? "it is made for another architecture"
            : code == ERROR_MOD_NOT_FOUND  ? "it was not found"
            : code == ERROR_PATH_NOT_FOUND ? "it was not found"
            : code == ERROR_PROC_NOT_FOUND ? "something that it needs is missing"
                                           : "the loader refuses it",
            code);
    }
    return library;
}

void *library_symbol(void *library, const char *name)
{
    FARPROC address = GetProcAddress(library, name);
    void *symbol;
    memcpy(&symbol, &address, sizeof symbol);
    return symbol;
}

void library_close(void *library)
{
    FreeLibrary(library);
}
