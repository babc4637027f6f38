/* Shared libraries on POSIX systems; see library.h. */
#include "platform/library.h"
#include "platform/environment.h"
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char library_name[] = "libcomputecore.so";

/* Is all there that the loader maps? It maps whatever it is given, and touching what is behind the end is a bus error;
   of a pipe it waits for the first byte. What else is wrong with a library it says itself. */
static bool is_whole(const char *path, char *error, size_t size)
{
    struct stat status;
    ElfW(Ehdr) header;
    ElfW(Phdr) part;
    bool there = !stat(path, &status), whole = true;
    if (there && !S_ISREG(status.st_mode)) {
        snprintf(error, size, "%s: it is no file", path);
        return false;
    }
    FILE *file = there ? fopen(path, "rb") : NULL;
    if (!file)
        return true;
    if (fread(&header, sizeof header, 1, file) == 1 && !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
        header.e_phentsize == sizeof part && !fseeko(file, (off_t)header.e_phoff, SEEK_SET))
        for (unsigned i = 0; whole && i < header.e_phnum; i++)
            whole = fread(&part, sizeof part, 1, file) == 1 &&
                    (part.p_type != PT_LOAD || part.p_offset + part.p_filesz <= (uint64_t)status.st_size);
    fclose(file);
    if (!whole)
        snprintf(error, size, "%s: the file is cut off", path);
    return whole;
}

void *library_open(const char *path, char *error, size_t size)
{
    if (strchr(path, '/') && !is_whole(path, error, size))
        return NULL;
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

bool library_path_of(const void *address, char *path, size_t size)
{
    Dl_info found;
    char full[PATH_MAX];
    return dladdr(address, &found) && realpath(found.dli_fname, full) && snprintf(path, size, "%s", full) < (int)size;
}

/* To open it again without loading it sets the flag. */
void library_pin(const void *address)
{
    Dl_info found;
    void *library = dladdr(address, &found) ? dlopen(found.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) : NULL;
    if (library)
        dlclose(library);
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

const char *library_put_back(void)
{
    return NULL;
}
