/* Shared libraries on Windows; see library.h. */
#include "platform/library.h"
#include "platform/file.h"
#include "platform/process.h"
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

bool library_path_of(const void *address, char *path, size_t size)
{
    HMODULE library;
    return GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
               address, &library) &&
           library_path(library, path, size);
}

void library_pin(const void *address)
{
    HMODULE library;
    (void)GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN, address, &library);
}

/* --- in place of another --- */

/* The copy beside a program ("": none), and its name when it could not be removed. */
static char placed[MAX_PATH * 4], left[MAX_PATH * 4];

/* True if both files can be read and have the same bytes. */
static bool has_same_bytes(const char *one, const char *other)
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
static bool place_beside(const char *program, char *path, size_t size)
{
    if (!child_find(program, path, size))
        return false;
    char *slash = strrchr(path, '\\'), *other = strrchr(path, '/');
    char *last = !slash || other > slash ? other : slash;
    size_t folder = last ? (size_t)(last + 1 - path) : 0;
    return snprintf(path + folder, size - folder, "%s", library_name) < (int)(size - folder);
}

/* Without running it. */
static bool is_recorder(const char *path)
{
    HMODULE library = LoadLibraryExA(path, NULL, DONT_RESOLVE_DLL_REFERENCES);
    bool known = library && GetProcAddress(library, "computecore_recorder");
    if (library)
        FreeLibrary(library);
    return known;
}

bool library_put_first(const char *folder, const char *program, char *error, size_t size)
{
    char own[MAX_PATH * 4], path[MAX_PATH * 4];
    snprintf(own, sizeof own, "%s/%s", folder, library_name);
    if (!place_beside(program, path, sizeof path)) {
        snprintf(error, size, "%s was not found", program);
        return false;
    }
    if (file_is_same(own, path)) /* a program in that folder needs no copy */
        return true;
    bool copied = CopyFileA(own, path, TRUE);
    DWORD code = copied ? 0 : GetLastError();
    if (code == ERROR_FILE_EXISTS && !has_same_bytes(own, path)) {
        snprintf(error, size,
            is_recorder(path)
                ? "%s is a recorder that another run has left; remove it"
                : "%s is there, which the program would load; record a copy of the program in a folder of its own",
            path);
        return false;
    }
    if (!copied && code != ERROR_FILE_EXISTS) {
        snprintf(error, size, "%s can't be written (error %lu)", path, code);
        return false;
    }
    snprintf(placed, sizeof placed, "%s", path); /* one that is there was left by a run that was killed */
    return true;
}

/* The system may hold the file of a program that has been ended a little longer. */
const char *library_put_back(void)
{
    enum { TIMES = 50, PAUSE_MS = 20 };
    bool gone = !*placed || DeleteFileA(placed);
    for (int i = 0; i < TIMES && !gone && GetLastError() != ERROR_FILE_NOT_FOUND; i++) {
        Sleep(PAUSE_MS);
        gone = DeleteFileA(placed);
    }
    snprintf(left, sizeof left, "%s", placed);
    *placed = 0;
    return gone || GetFileAttributesA(left) == INVALID_FILE_ATTRIBUTES ? NULL : left;
}
