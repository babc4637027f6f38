/* Role: the settings of the simulated host: seed, build, latencies, faults. A scenario is a JSON document of the type
   Scenario (spec/schema/scenario.json), given as text or as the path of a file, and checked like every document.
   Defaults apply to what it does not set, or without one. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "engine.h"
#include "host/backend.h"
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
    unsigned os_build;   /* of the simulated Windows */
    unsigned like_build; /* the host of spec/hosts whose answers it gives; 0: none */
    uint64_t memory_mb;  /* of the host; UINT64_MAX: without limit */
    unsigned processors;
    bool denied;                   /* the client is not elevated */
    bool strict_documents;         /* documents with something that hosts ignore are refused */
    bool refuses_at_once;          /* an invalid document fails the call, not its operation */
    bool no_hyperv, no_containers; /* features that the host lacks */
    enum host_end reset;           /* of a virtual machine whose guest resets; HOST_END_NONE: it runs on */
    struct latency latency[REQUEST_KINDS];
    struct latency shutdown; /* from an accepted shutdown to the exit */
    struct latency close;    /* from the last close to the termination */
    struct latency console;  /* from the creation of a process to its console */
    cJSON *systems;          /* array of ScenarioSystem; NULL: none */
    cJSON *properties;       /* array of ScenarioProperty; NULL: none */
    cJSON *files;            /* array of ScenarioFile; NULL: none */
    cJSON *host_files;       /* array of ScenarioHostFile, as calls have changed it; NULL: the host has no files */
    cJSON *users;            /* array of names; NULL: none */
    struct script *scripts;
    unsigned script_count;
    struct fault *faults;
    unsigned fault_count;
    unsigned first_fault; /* how many rules the plans had that changes have replaced */
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

/* Changes the faults, latencies and facts of the host in a scenario that is in use, as HcsSimScenario() of HcsSim.h
   describes; on failure nothing has changed. change: JSON text; where: names it in messages. Returns as
   scenario_read(), or HCS_E_INVALID_STATE after one line on standard error: a member can't change any more. */
HRESULT scenario_change(struct scenario *scenario, const char *change, size_t length, const char *where);

/* --- between scenario.c and change.c --- */

void scenario_default(struct scenario *scenario);
/* Reads the text of a scenario; scenario NULL: only checks it. Refuses everything that the validator calls an error,
   and nothing else; warnings are ignored. build: of the host; 0: the scenario's. Returns as scenario_read(). Any
   thread. */
HRESULT scenario_parse(const char *text, size_t length, const char *where, unsigned build, struct scenario *scenario);
/* Prints a line on standard error and returns E_INVALIDARG. */
HRESULT scenario_refuse(const char *where, const char *what);

#endif
