/* Role: the parts of a scenario that a recording teaches. What a scenario can't express is listed on standard error.
   Callers: calibrate.c. Single thread. */
#ifndef SIM_TOOL_LEARN_H
#define SIM_TOOL_LEARN_H

#include "base/text/json_writer.h"
#include "recording.h"

/* Each writes a member of the scenario, or nothing if there is nothing to say: the systems that the client found and
   had not created; the values of properties; a fault for each failure that the simulator has not by itself. */
void learn_systems(const struct recording *recording, struct writer *writer);
void learn_properties(const struct recording *recording, struct writer *writer);
void learn_faults(const struct recording *recording, struct writer *writer);
/* The logical processors of the host; 0: not known. */
unsigned learn_processors(const struct recording *recording);

/* --- for learn_… --- */

/* The value of one property in an answer. */
struct learnt_property {
    const struct recorded_answer *answer;
    const char *name;
    const cJSON *value; /* NULL: its query failed, with result */
    HRESULT result;
};

/* Calls take() for each property in the answers of a query; json: the document of the answer. */
void learn_each_property(const struct recorded_answer *answer, const cJSON *json,
    void (*take)(void *context, struct learnt_property property), void *context);

#endif
