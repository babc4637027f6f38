/* A client that prepares the files of a virtual machine on its own disk, as clients do before they create it: states
   that are made unless they are there, grants, and what a saved state needs. Its arguments are a folder and, unless
   there is none, the name of a saved state in it. */
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>

enum { PATH_UNITS = 300 };

static PCWSTR in_folder(const char *folder, const char *name, WCHAR path[PATH_UNITS])
{
    char text[PATH_UNITS];
    size_t i = 0;
    snprintf(text, sizeof text, "%s/%s", folder, name);
    for (; text[i]; i++)
        path[i] = (WCHAR)(unsigned char)text[i];
    path[i] = 0;
    return path;
}

static void print_needs(PCWSTR saved)
{
    PCWSTR needs = NULL;
    printf("%08X ", (unsigned)HcsGetProcessorCompatibilityFromSavedState(saved, &needs));
    for (size_t i = 0; needs && needs[i]; i++)
        putchar((char)needs[i]);
    putchar('\n');
    LocalFree((HLOCAL)(uintptr_t)needs);
}

int main(int count, char **arguments)
{
    WCHAR state[PATH_UNITS], saved[PATH_UNITS], none[PATH_UNITS];
    PCWSTR needs = NULL;
    const char *folder = count > 1 ? arguments[1] : ".";
    in_folder(folder, "one.vmgs", state);
    in_folder(folder, "one.vmrs", saved);
    in_folder(folder, "none.vhdx", none);
    HRESULT results[] = {HcsCreateEmptyGuestStateFile(state), HcsCreateEmptyGuestStateFile(state),
        HcsCreateEmptyRuntimeStateFile(saved), HcsGrantVmAccess(u"one", state), HcsGrantVmGroupAccess(saved),
        HcsGrantVmAccess(u"one", none), HcsRevokeVmAccess(u"one", state), HcsRevokeVmGroupAccess(saved),
        HcsGetProcessorCompatibilityFromSavedState(saved, &needs), HcsGrantVmAccess(u"one", NULL)};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        printf("%08X\n", (unsigned)results[i]);
    if (needs)
        return 1;
    for (int i = 0; i < 2 && count > 2; i++)
        print_needs(in_folder(folder, arguments[2], saved));
    return 0;
}
