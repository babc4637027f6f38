/* Role: what the simulated host is like: seed, time, latencies. Without a scenario the defaults serve.
   A scenario is a JSON object, given as text or as the path of a file. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "engine.h"

/* Virtual nanoseconds: at least base, less than base + spread. */
struct latency {
    uint64_t base, spread;
};

struct scenario {
    uint64_t seed;
    unsigned clients; /* 0: not known */
    unsigned idle_ms;
    unsigned os_build; /* of the simulated Windows */
    struct latency latency[REQUEST_KINDS];
    uint64_t shutdown_ns; /* from an accepted shutdown to the exit */
    uint64_t close_ns;    /* from the last close to the termination */
};

/* Reads seed and scenario. On failure prints one line naming file and member; answers E_INVALIDARG. */
HRESULT scenario_read(const struct engine_options *options, struct scenario *scenario);

#endif
