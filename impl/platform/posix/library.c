/* Shared libraries on POSIX systems; see library.h. */
#include "platform/library.h"
#include <dlfcn.h>
#include <stdio.h>

const char library_name[] = "libcomputecore.so";

void *library_open(const char *path, char *error, size_t size)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        snprintf(error, size, "%s", dlerror());
    return library;
}

void *library_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

void library_close(void *library)
{
    dlclose(library);
}
