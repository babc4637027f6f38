/* Role: the library under test: loaded at run time, every function by name. Never linked. */
#ifndef CONFORMANCE_TARGET_H
#define CONFORMANCE_TARGET_H

#include "spec_functions.h"
#include <computecore.h>
#include <stdbool.h>
#include <stddef.h>

struct HCS_SIM_COUNTS;

/* What the simulator offers beside the API (impl/include/HcsSim.h). All NULL: the target has no simulator. With another
   engine every one of them fails. */
struct target_simulator {
    HRESULT(WINAPI *reset)(PCWSTR scenario, const UINT64 *seed);
    HRESULT(WINAPI *advance)(UINT64 nanoseconds);
    HRESULT(WINAPI *count)(struct HCS_SIM_COUNTS *counts);
};

struct target {
    void *library;
    char path[4096];
    bool own;                       /* the library of this project, told by an export that only it has */
    void *function[FUNCTION_COUNT]; /* NULL: not exported */
    struct target_simulator simulator;
};

/* Loads the library; path NULL: ours, beside the tool or in the build tree. On failure a line is in error. */
bool target_load(struct target *target, const char *path, char *error, size_t size);
/* Fills in the path without loading. */
bool target_find(struct target *target, const char *path, char *error, size_t size);

/* The newest schema version 2.N of the target: by the build that was named, or by the Windows that runs here. */
unsigned target_schema_minor(const struct target *target);

#endif
