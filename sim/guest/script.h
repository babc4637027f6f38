/* Role: guest programs that a scenario describes. Callers: scenario.c, guest_run.c. No state; any thread. */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum script_input { SCRIPT_IGNORE, SCRIPT_READ, SCRIPT_ECHO };

struct script {
    char *name, *output, *error; /* output, error: NULL for none */
    enum script_input input;
    uint64_t duration; /* nanoseconds; UINT64_MAX: does not end by itself */
    uint32_t exit_code;
    bool crashes, ignores_signals;
};

/* Reads a list of ScenarioProgram that has been checked. Returns false when out of memory. The caller frees the scripts
   with scripts_free() in any case. */
bool scripts_read(const cJSON *list, struct script **scripts, unsigned *count);
void scripts_free(struct script *scripts, unsigned count);
/* Returns the program with that name (without folder and .exe), the last one of several, or NULL. */
const struct script *script_find(const struct script *scripts, unsigned count, const char *name, size_t length);

#endif
