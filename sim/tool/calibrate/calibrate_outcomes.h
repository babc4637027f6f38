/* Role: converts the outcomes of a run of the suite, other than latencies, into parts of a scenario. Callers:
 * calibrate.c. */
#ifndef SIM_TOOL_CALIBRATE_OUTCOMES_H
#define SIM_TOOL_CALIBRATE_OUTCOMES_H

#include "base/text/json_writer.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

/* Writes the host: its build (0 or one without the API: not known), and the capabilities for lack of which rows were
   skipped. */
void outcomes_write_host(const cJSON *rows, unsigned build, struct writer *writer);
/* Writes the faults: calls that failed in a state with an HRESULT other than the simulator's. */
void outcomes_write(const cJSON *rows, struct writer *writer);
/* True if the output of outcomes_write() reproduces the outcome of that row. */
bool outcomes_model(const cJSON *row);

#endif
