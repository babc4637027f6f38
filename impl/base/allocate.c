/* Memory of the tools. Entry point: allocate(). */
#include "allocate.h"
#include "platform/environment.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program = "computecore";
static void (*tell_end)(void);

void allocate_for(const char *tool)
{
    program = tool;
}

const char *allocate_tool(void)
{
    return program;
}

void allocate_tell(void (*tell)(void))
{
    tell_end = tell;
}

void out_of_memory(void)
{
    fflush(stdout);
    if (tell_end)
        tell_end();
    fprintf(stderr, "%s: out of memory\n", program);
    exit(2); // NOLINT(concurrency-mt-unsafe): only tools end so, and none of their threads calls exit() besides
}

void memory_check(void)
{
    if (errno == ENOMEM)
        out_of_memory();
}

void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *allocate_zeros(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *reallocate(void *memory, size_t size)
{
    void *larger = realloc(memory, size ? size : 1);
    if (!larger)
        out_of_memory();
    return larger;
}

char *allocate_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(allocate(size), text, size);
}

void allocate_variable(const char *name, const char *value)
{
    if (!program_set_environment(name, value))
        out_of_memory();
}

void allocate_json(void)
{
    cJSON_Hooks hooks = {allocate, free};
    cJSON_InitHooks(&hooks);
}
