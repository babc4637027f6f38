/* A client that loads the library itself, lets go of it, and leaves as it is told.
   usage: leaving CODE [protect], where protect makes the library that it has loaded read-only. */
#include <windows.h>
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef HCS_OPERATION(WINAPI *create_operation)(const void *, HCS_OPERATION_COMPLETION);

/* However often it is asked to go. */
static BOOL is_kept(const char *name)
{
    enum { TIMES = 16 };
    HMODULE library = GetModuleHandleA(name);
    for (int i = 0; i < TIMES && library; i++) {
        FreeLibrary(library);
        library = GetModuleHandleA(name);
    }
    return library != NULL;
}

int main(int argc, char **argv)
{
    char path[MAX_PATH];
    HMODULE library = LoadLibraryA("computecore.dll");
    FARPROC found = library ? GetProcAddress(library, "HcsCreateOperation") : NULL;
    create_operation create;
    memcpy(&create, &found, sizeof create);
    if (!create || !create(NULL, NULL) || !GetModuleFileNameA(library, path, sizeof path))
        return 1;
    if (argc > 2 && !strcmp(argv[2], "protect") && !SetFileAttributesA(path, FILE_ATTRIBUTE_READONLY))
        return 1;
    printf("library kept: %d\n", is_kept("computecore.dll"));
    printf("target kept: %d\n", is_kept("target.dll"));
    fflush(stdout);
    ExitProcess(strtoul(argc > 1 ? argv[1] : "0", NULL, 0));
}
