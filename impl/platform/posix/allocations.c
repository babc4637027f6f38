/* Wraps malloc and the like, counts, and calls the next definition, usually the C library's. Not used with sanitizers,
   which replace malloc themselves. Entry point: allocations_now(). */
#include "platform/allocations.h"
#include "sanitized.h"
#include <stdlib.h> /* says whether it is glibc */
#if defined(__GLIBC__) && !defined(SANITIZED)
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/* Looking up the next definitions may itself allocate: until then the C library's own functions are called. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): glibc's names
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static void *(*next_malloc)(size_t) = __libc_malloc;
static void *(*next_calloc)(size_t, size_t) = __libc_calloc;
static void *(*next_realloc)(void *, size_t) = __libc_realloc;
static void (*next_free)(void *) = __libc_free;
static atomic_long blocks;

static void find(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found)
        memcpy(function, &found, sizeof found);
}

__attribute__((constructor)) static void find_next(void)
{
    find("malloc", &next_malloc);
    find("calloc", &next_calloc);
    find("realloc", &next_realloc);
    find("free", &next_free);
}

static void *counted(void *memory)
{
    if (memory)
        atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
    return memory;
}

void *malloc(size_t size)
{
    return counted(next_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return counted(next_calloc(count, size));
}

void free(void *memory)
{
    if (memory)
        atomic_fetch_sub_explicit(&blocks, 1, memory_order_relaxed);
    next_free(memory);
}

/* The count changes only if a block is created (NULL given) or freed (size 0). */
void *realloc(void *memory, size_t size)
{
    void *larger = next_realloc(memory, size);
    if (!memory)
        return counted(larger);
    if (!larger && !size)
        atomic_fetch_sub_explicit(&blocks, 1, memory_order_relaxed);
    return larger;
}

void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *found = memalign(alignment, size);
    if (!found)
        return ENOMEM;
    *memory = found;
    return 0;
}

long allocations_now(void)
{
    return atomic_load_explicit(&blocks, memory_order_relaxed);
}
#else
long allocations_now(void)
{
    return -1;
}
#endif
