/* Role: hcs-sim explore: generated calls of several virtual clients, seed by seed, against the model; what breaks a law
   is reduced. The runs are made in child processes of the tool itself, so that a library that crashes or hangs is a
   finding like any other. Callers: the table of the tool. Single thread. */
#ifndef SIM_TOOL_EXPLORE_H
#define SIM_TOOL_EXPLORE_H

#include "base/command_line.h"
#include "base/supervisor.h"
#include "explore/coverage.h"
#include "explore/schedule.h"

struct explore {
    struct option_range seeds;
    struct option_part shard;
    unsigned jobs, steps, clients, failures, timeout_s;
    bool coverage, as_found, worker, record, exhaustive;
    unsigned calls, preemptions, runs; /* of an exhaustive search */
    unsigned step;                     /* of a worker: from seed to seed */
    const char *scenario, *svg, *schedule, *moves, *save, *program;
};

extern const struct command explore_command;

/* explore_worker.c: what the child does; it tells the parent, in one message each:
     at N            a seed begins
     move TEXT       with record: before it is made; fault EFFECT HRESULT: after it, if the plan met it
     broken N LAW    the worker ends after it
     say TEXT        for people
     void N          of a given schedule: move N, from 0, meant nothing
     sum HASH CALLS ENGINE MOVES, coverage INDEX COUNT …
     done */
int explore_worker(const struct explore *explore);

/* shrink.c. What breaks when a schedule is run; NULL: nothing. From malloc. nothing (may be NULL; zeros, one for each
   move) takes which moves meant nothing. */
char *shrink_try(const struct explore *explore, const struct schedule *schedule, bool *nothing);
/* The moves that a seed makes until it breaks. false: it could not be run. */
bool shrink_record(const struct explore *explore, uint64_t seed, struct schedule *schedule);
/* What a recorded schedule breaks, with the faults that its calls met standing with them, so that they do not depend on
   draws; if that breaks nothing, with the drawn ones. NULL: nothing either way. */
char *shrink_pin_faults(const struct explore *explore, struct schedule *schedule);
/* Makes the schedule as small as it can be while it breaks the same law. */
void shrink_reduce(const struct explore *explore, struct schedule *schedule, const char *law);

/* tool_child.c: starts a child of this tool in a slot; what it tells are messages. limit_s: see supervisor_start(). */
bool tool_child_start(
    struct supervisor *supervisor, unsigned slot, const struct explore *explore, char *const *more, unsigned limit_s);
/* What an end means that nothing explains. */
enum { TOOL_CHILD_TEXT = 96 };
void tool_child_describe(int status, char text[TOOL_CHILD_TEXT]);

#endif
