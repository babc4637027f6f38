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

bool library_path(void *library, char *path, size_t size)
{
    DWORD length = GetModuleFileNameA(library, path, (DWORD)size);
    return length > 0 && length < size;
}

/* --- in place of another --- */

static char placed[MAX_PATH * 4]; /* the copy beside a program; "": none */

/* True if both files can be read and have the same bytes. */
static bool is_same_file(const char *one, const char *other)
{
    FILE *files[2] = {fopen(one, "rb"), fopen(other, "rb")};
    bool same = files[0] && files[1];
    for (int byte = 0; same && byte != EOF;) {
        byte = getc(files[0]);
        same = byte == getc(files[1]);
    }
    for (int i = 0; i < 2; i++)
        if (files[i])
            fclose(files[i]);
    return same;
}

/* Writes the path that the library has beside a program. */
static bool place_beside(const char *program, char *path, DWORD size)
{
    char *name;
    DWORD length = strpbrk(program, "/\\:") ? GetFullPathNameA(program, size, path, &name)
                                            : SearchPathA(NULL, program, ".exe", size, path, &name);
    if (!length || length >= size || !name || (size_t)(name - path) + strlen(library_name) >= size)
        return false;
    strcpy(name, library_name);
    return true;
}

bool library_put_first(const char *folder, const char *program, char *error, size_t size)
{
    char own[MAX_PATH * 4], path[MAX_PATH * 4];
    snprintf(own, sizeof own, "%s/%s", folder, library_name);
    if (!place_beside(program, path, sizeof path)) {
        snprintf(error, size, "%s was not found", program);
        return false;
    }
    bool copied = CopyFileA(own, path, TRUE);
    DWORD code = copied ? 0 : GetLastError();
    if (code == ERROR_FILE_EXISTS && !is_same_file(own, path)) {
        snprintf(error, size,
            "%s is there, which the program would load; record a copy of the program in a folder of its own", path);
        return false;
    }
    if (!copied && code != ERROR_FILE_EXISTS) {
        snprintf(error, size, "%s can't be written (error %lu)", path, code);
        return false;
    }
    snprintf(placed, sizeof placed, "%s", path); /* one that is there was left by a run that was killed */
    return true;
}

/* A copy that is still used stays, and is found by the next run. */
void library_put_back(void)
{
    if (*placed)
        (void)DeleteFileA(placed);
    *placed = 0;
}
