/* Role: the library under test: loaded at run time, every function by name. Never linked. */
#ifndef CONFORMANCE_TARGET_H
#define CONFORMANCE_TARGET_H

#include "spec_functions.h"
#include <computecore.h>
#include <stdbool.h>
#include <stddef.h>

struct HCS_SIM_COUNTS;

/* The simulator's own functions (impl/include/HcsSim.h). All NULL: the target has no simulator. With another engine all
   of them fail. */
struct target_simulator {
    HRESULT(WINAPI *reset)(PCWSTR scenario, const UINT64 *seed);
    HRESULT(WINAPI *advance)(UINT64 nanoseconds);
    HRESULT(WINAPI *count)(struct HCS_SIM_COUNTS *counts);
    UINT64(WINAPI *backend_calls)(void); /* with every engine */
};

struct target {
    void *library;
    char path[4096];
    bool own;                       /* the library of this project, recognised by an export that only it has */
    void *function[FUNCTION_COUNT]; /* NULL: not exported */
    struct target_simulator simulator;
};

/* Loads the library; path NULL: this project's, beside the tool or in the build tree. On failure error has a line. */
bool target_load(struct target *target, const char *path, char *error, size_t size);
/* Sets the path without loading. */
bool target_find(struct target *target, const char *path, char *error, size_t size);

/* The newest schema version 2.N of the target: by the given build, or by the running Windows. */
unsigned target_schema_minor(const struct target *target);

#endif
