/* Loads the library, makes its threads run, unloads it at once, again and again. usage: windows-reload LIBRARY */
#include <windows.h>
#include <computecore.h>
#include <stdio.h>
#include <string.h>

static volatile LONG completions;

static void CALLBACK on_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    (void)context;
    InterlockedIncrement(&completions);
}

int main(int argc, char **argv)
{
    enum { ROUNDS = 20, PATIENCE_MS = 10000 };
    for (LONG i = 0; i < ROUNDS && argc == 2; i++) {
        HMODULE library = LoadLibraryA(argv[1]);
        HCS_OPERATION(WINAPI * create)(const void *, HCS_OPERATION_COMPLETION);
        HRESULT(WINAPI * enumerate)(PCWSTR, HCS_OPERATION);
        void(WINAPI * close)(HCS_OPERATION);
        if (!library)
            return 1;
        FARPROC addresses[] = {GetProcAddress(library, "HcsCreateOperation"),
            GetProcAddress(library, "HcsEnumerateComputeSystems"), GetProcAddress(library, "HcsCloseOperation")};
        memcpy(&create, &addresses[0], sizeof create);
        memcpy(&enumerate, &addresses[1], sizeof enumerate);
        memcpy(&close, &addresses[2], sizeof close);
        HCS_OPERATION operation = create(NULL, on_completion);
        enumerate(NULL, operation);
        for (int waited = 0; completions <= i && waited < PATIENCE_MS; waited++)
            Sleep(1);
        close(operation);
        FreeLibrary(library);
        Sleep((DWORD)i * 100);
    }
    printf("reload: %ld completions\n", completions);
    return completions == ROUNDS ? 0 : 1;
}
