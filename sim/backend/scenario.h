/* Role: the settings of the simulated host: seed, build, latencies, faults. A scenario is a JSON document of the type
   Scenario (spec/schema/scenario.json), given as text or as the path of a file, and checked like every document.
   Defaults apply to what it does not set, or without one. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "engine.h"
#include "fault.h"
#include "latency.h"
#include "guest/script.h"

/* Maximum size of a scenario file. */
enum { SCENARIO_BYTES = 1 << 20 };

struct scenario {
    char *text; /* as given; NULL: no scenario was given */
    uint64_t seed;
    unsigned clients; /* number of client threads or processes; 0: not known */
    unsigned idle_ms;
    enum engine_time time;
    unsigned speed;
    unsigned os_build;  /* of the simulated Windows */
    uint64_t memory_mb; /* of the host; UINT64_MAX: without limit */
    unsigned processors;
    bool denied;                   /* the client is not elevated */
    bool refuses_at_once;          /* an invalid document fails the call, not its operation */
    bool no_hyperv, no_containers; /* features that the host lacks */
    struct latency latency[REQUEST_KINDS];
    struct latency shutdown; /* from an accepted shutdown to the exit */
    struct latency close;    /* from the last close to the termination */
    cJSON *systems;          /* array of ScenarioSystem; NULL: none */
    cJSON *files;            /* array of ScenarioFile; NULL: none */
    cJSON *users;            /* array of names; NULL: none */
    struct script *scripts;
    unsigned script_count;
    struct fault *faults;
    unsigned fault_count;
    bool remembers_exits; /* a fault depends on how long ago a system exited */
};

/* The options of the simulator, also environment variables: a file or JSON text; a number; a Windows build. */
#define OPTION_SCENARIO "COMPUTECORE_SCENARIO"
#define OPTION_SEED "COMPUTECORE_SEED"
#define OPTION_OS_BUILD "COMPUTECORE_OS_BUILD"
/* A list of these options; NULL: not given. */
#define SCENARIO_OPTIONS(scenario, seed, os_build)                                                                     \
    {                                                                                                                  \
        {OPTION_SCENARIO, scenario}, {OPTION_SEED, seed},                                                              \
        {                                                                                                              \
            OPTION_OS_BUILD, os_build                                                                                  \
        }                                                                                                              \
    }
enum { SCENARIO_OPTION_COUNT = 3 };

/* Reads seed, scenario and build. Returns E_INVALIDARG after one line on standard error that names file, place and
   member, or E_OUTOFMEMORY. */
HRESULT scenario_read(const struct engine_options *options, struct scenario *scenario);
void scenario_free(struct scenario *scenario);

#endif
