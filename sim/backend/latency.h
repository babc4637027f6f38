/* Role: how long things take in virtual time: distributions from which times are drawn. No state; any thread. */
#ifndef SIM_LATENCY_H
#define SIM_LATENCY_H

#include "random.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

enum latency_kind { LATENCY_UNIFORM, LATENCY_EXPONENTIAL, LATENCY_EMPIRICAL };

/* In nanoseconds. Uniform: from base to base + spread; exponential: base is the mean; empirical: one of values. */
struct latency {
    enum latency_kind kind;
    uint64_t base, spread;
    uint64_t *values;
    unsigned count;
};

/* Reads a ScenarioLatency that has been checked. Returns false when out of memory. */
bool latency_read(struct latency *latency, const cJSON *value);
void latency_free(struct latency *latency);
uint64_t latency_draw(const struct latency *latency, struct random *random);

#endif
