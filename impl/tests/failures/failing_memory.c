/* A library for LD_PRELOAD that makes one allocation of a program fail: number FAILING_ALLOCATION, counted from 1.
   Creates the file FAILING_MARK when that allocation was requested. Does not affect programs that the program starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* The C library's allocator under its internal names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static atomic_ulong met;
static unsigned long failing; /* 0: none */
static const char *mark;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("FAILING_ALLOCATION");
    mark = getenv("FAILING_MARK");
    unsetenv("LD_PRELOAD");
    failing = number ? strtoul(number, NULL, 10) : 0;
}

static int fails(void)
{
    if (!failing || atomic_fetch_add(&met, 1) + 1 != failing)
        return 0;
    int file = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file >= 0)
        close(file);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}
