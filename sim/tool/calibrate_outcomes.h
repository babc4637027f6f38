/* Role: what a run of the suite says of a host beside latencies, in the words of a scenario. Callers: calibrate.c. */
#ifndef SIM_TOOL_CALIBRATE_OUTCOMES_H
#define SIM_TOOL_CALIBRATE_OUTCOMES_H

#include "base/json_writer.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

/* The host: its build (0 or one without the API: not known), and what rows skipped for want of. */
void outcomes_write_host(const cJSON *rows, unsigned build, struct writer *writer);
/* The faults: calls that failed in a state with another code than the simulator's. */
void outcomes_write(const cJSON *rows, struct writer *writer);
/* Does what outcomes_write() writes bring about the answer of that row? */
bool outcomes_model(const cJSON *row);

#endif
