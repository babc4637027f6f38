/* The library that is recorded. Entry points: target_open(), target_call(). */
#include "target.h"
#include "core/lock.h"
#include "platform/host.h"
#include "platform/library.h"
#include "recorder.h"
#include "spec_hresults.h"
#include <windows.h>
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

static void *library; /* NULL: none */
static void *functions[FUNCTION_COUNT];

bool target_open(void)
{
    CHECK_HELD();
    char error[512], own[PATH_BYTES];
    const char *path = getenv("COMPUTECORE_RECORD_TARGET");
    library_pin(computecore_recorder); /* the target may call it at any time, whatever the client closes */
    if (!path || !*path) {
        bool known = library_path_of(computecore_recorder, own, sizeof own);
        fprintf(stderr, "computecore: %s, the recorder, has no target; hcs-sim record is to load it\n",
            known ? own : library_name);
        return false;
    }
    void *opened = library_open(path, error, sizeof error);
    if (!opened) {
        fprintf(stderr, "computecore: the library to be recorded can't be loaded: %s\n", error);
        return false;
    }
    if (library_symbol(opened, computecore_recorder)) {
        fprintf(stderr, "computecore: %s is the recorder, which can't record itself\n", path);
        return false;
    }
    const void *any = NULL;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        functions[i] = library_symbol(opened, spec_functions[i].name);
        any = any ? any : functions[i];
    }
    if (any)
        library_pin(any); /* a client that loads the target, too, may let go of it more often than it has taken it */
    library = opened;
    return true;
}

unsigned target_build(void)
{
    CHECK_HELD();
    return library_symbol(library, "HcsSimSeed") ? 0 : host_build();
}

static void clear_outputs(const struct spec_function *function, const union spec_argument *arguments)
{
    for (int i = 0; i < function->parameter_count; i++) {
        void *out = (void *)(uintptr_t)arguments[i].pointer;
        enum spec_parameter_kind kind = function->parameters[i].kind;
        if (kind == PARAMETER_OUT_INFORMATION && out)
            *(HCS_PROCESS_INFORMATION *)out = (HCS_PROCESS_INFORMATION){0};
        else if ((kind == PARAMETER_OUT_TEXT || kind == PARAMETER_OUT_SYSTEM || kind == PARAMETER_OUT_PROCESS) && out)
            *(void **)out = NULL;
    }
}

uint64_t target_call(enum spec_function_index index, const union spec_argument *arguments)
{
    const struct spec_function *function = &spec_functions[index];
    CHECK(!core_is_held());
    if (functions[index])
        return function->call(functions[index], arguments);
    clear_outputs(function, arguments);
    HRESULT result = library ? E_NOTIMPL : HCS_E_SERVICE_NOT_AVAILABLE;
    return !strcmp(function->result, "HRESULT") ? (uint32_t)result : 0;
}
