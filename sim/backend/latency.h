/* Role: how long things take in virtual time: distributions, drawn with the seed. No state; any thread. */
#ifndef SIM_LATENCY_H
#define SIM_LATENCY_H

#include "random.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

enum latency_kind { LATENCY_UNIFORM, LATENCY_EXPONENTIAL, LATENCY_EMPIRICAL };

/* Nanoseconds. Uniform: from base to base + spread. Exponential: base is the mean. Empirical: one of values. */
struct latency {
    enum latency_kind kind;
    uint64_t base, spread;
    uint64_t *values;
    unsigned count;
};

/* Reads a valid ScenarioLatency. false: out of memory. */
bool latency_read(struct latency *latency, const cJSON *value);
void latency_free(struct latency *latency);
uint64_t latency_draw(const struct latency *latency, struct random *random);

#endif
