/* Allocations and threads that fail. Entry point: failing_begin(). */
#include "failing.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

static atomic_int kind;
static atomic_long left; /* until the first that fails; at 0 and below: it fails, while above last */
static atomic_long last;
static atomic_bool begun, failed;

static int fails(enum failing_kind asked)
{
    if (!atomic_load(&begun) || atomic_load(&kind) != (int)asked)
        return 0;
    long now = atomic_fetch_sub(&left, 1) - 1;
    if (now > 0 || now <= atomic_load(&last))
        return 0;
    atomic_store(&failed, true);
    errno = asked == FAILING_MEMORY ? ENOMEM : EAGAIN;
    return 1;
}

void failing_begin(enum failing_kind which, long n, long length)
{
    cJSON_Hooks hooks = {__wrap_malloc, free};
    cJSON_InitHooks(&hooks);
    atomic_store(&kind, (int)which);
    atomic_store(&left, n);
    atomic_store(&last, -length);
    atomic_store(&failed, false);
    atomic_store(&begun, true);
}

int failing_end(void)
{
    atomic_store(&begun, false);
    return atomic_load(&failed);
}

void *__wrap_malloc(size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_aligned_alloc(alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(FAILING_MEMORY) ? NULL : __real_strdup(text);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    return fails(FAILING_THREADS) ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}
