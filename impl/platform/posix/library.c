/* Shared libraries on POSIX systems; see library.h. */
#include "platform/library.h"
#include "platform/environment.h"
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>

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

bool library_path(void *library, char *path, size_t size)
{
    struct link_map *map;
    char full[PATH_MAX];
    return !dlinfo(library, RTLD_DI_LINKMAP, &map) && realpath(map->l_name, full) &&
           snprintf(path, size, "%s", full) < (int)size;
}

bool library_put_first(const char *folder, const char *program, char *error, size_t size)
{
    char folders[2 * PATH_MAX];
    (void)program;
    const char *others = getenv("LD_LIBRARY_PATH");
    int length =
        snprintf(folders, sizeof folders, "%s%s%s", folder, others && *others ? ":" : "", others ? others : "");
    if (length < (int)sizeof folders && program_set_environment("LD_LIBRARY_PATH", folders))
        return true;
    snprintf(error, size, "LD_LIBRARY_PATH can't be set");
    return false;
}

void library_put_back(void)
{
}
