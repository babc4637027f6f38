/* Memory for the library inside hcs-sim: explore and replay judge what it does, and a call that fails because this
   process lacks memory would be taken for a finding. So it is there, or the tool ends with "out of memory", as it does
   for the tool's own. The linker sends the library's allocations here (--wrap, see CMakeLists.txt). Entry points: those
   that the linker knows. */
#include "base/allocate.h"
#include "platform/platform.h"
#include <stddef.h>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__real_platform_chunk(size_t size);
void *__real_platform_document(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
void *__wrap_platform_chunk(size_t size);
void *__wrap_platform_document(size_t size);

static void *there(void *memory)
{
    if (!memory)
        out_of_memory();
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return there(__real_malloc(size ? size : 1));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return there(__real_calloc(count ? count : 1, size ? size : 1));
}

void *__wrap_realloc(void *memory, size_t size)
{
    return there(__real_realloc(memory, size ? size : 1));
}

char *__wrap_strdup(const char *text)
{
    return there(__real_strdup(text));
}

void *__wrap_platform_chunk(size_t size)
{
    return there(__real_platform_chunk(size));
}

void *__wrap_platform_document(size_t size)
{
    return there(__real_platform_document(size));
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
