/* A library for LD_PRELOAD that makes one allocation of a program fail: number FAILING_ALLOCATION, counted from 1.
   Creates the file FAILING_MARK when that allocation was requested. Does not affect programs that the program starts;
   with FAILING_COMMAND it affects only the first of them whose first argument that is, in each line of descent. Works
   with the address sanitizer, too, if ASAN_OPTIONS has verify_asan_link_order=0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the C library's and the sanitizer's names
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
/* The allocator of the address sanitizer, in programs that carry it. */
extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *memory, size_t size) __attribute__((weak));
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

static atomic_ulong met;
static unsigned long failing; /* 0: none */
static const char *mark;

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    const char *number = getenv("FAILING_ALLOCATION"), *command = getenv("FAILING_COMMAND");
    if (command && (argc < 2 || strcmp(argv[1], command) != 0))
        return;
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
    if (fails())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    if (fails())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(memory, size) : __libc_realloc(memory, size);
}

/* The sanitizer has a strdup() of its own, which does not call malloc(). */
char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}
