/* Role: hcs-sim explore: generated calls of several virtual clients, seed by seed, checked against the model; a run
   that breaks a law is reduced. Runs are made in child processes of the tool, so that a crash or hang of the library is
   a finding like any other.
   Callers: the table of the tool. Single thread. */
#ifndef SIM_TOOL_EXPLORE_H
#define SIM_TOOL_EXPLORE_H

#include "base/command/command_line.h"
#include "base/process/supervisor.h"
#include "explore/coverage.h"
#include "explore/schedule/schedule.h"

struct explore {
    struct option_range seeds;
    struct option_part shard;
    unsigned jobs, steps, clients, failures, timeout_s;
    bool coverage, as_found, worker, record, exhaustive, no_faults;
    unsigned calls, preemptions, runs; /* of an exhaustive search */
    unsigned step;                     /* of a worker: the distance between its seeds */
    const char *scenario, *svg, *schedule, *moves, *save, *save_seeds, *program;
};

/* Sets *seed to the one that is so far behind the first. false: that is beyond the last. */
static inline bool explore_seed_at(const struct explore *explore, uint64_t distance, uint64_t *seed)
{
    *seed = explore->seeds.first + distance;
    return distance <= explore->seeds.last - explore->seeds.first;
}

/* How many shards there are, and the number of this one, from 0. */
static inline unsigned explore_shards(const struct explore *explore)
{
    return explore->shard.of ? explore->shard.of : 1;
}
static inline unsigned explore_shard(const struct explore *explore)
{
    return explore->shard.of ? explore->shard.part - 1 : 0;
}

/* Writes a file whole. false after a message. */
bool explore_write(const char *path, const char *text);

extern const struct command explore_command;

/* explore_worker.c: the child process. It sends these messages to the parent:
     at N            a seed begins
     move TEXT       with record: before it is made; fault EFFECT HRESULT: after it, if the plan met it
     broken N LAW    a broken law; the worker ends after it
     say TEXT        a message for the user
     void N          move N of a given schedule, from 0, had no effect
     sum HASH CALLS ENGINE MOVES, coverage INDEX COUNT …
     done */
int explore_worker(const struct explore *explore);

/* shrink.c: runs a schedule. Returns the law that it breaks, from malloc, or NULL. nothing (may be NULL; one per move,
   initially zero) receives which moves had no effect. */
char *shrink_try(const struct explore *explore, const struct schedule *schedule, bool *nothing);
/* Records the moves of a seed up to the broken law. false: it could not be run. */
bool shrink_record(const struct explore *explore, uint64_t seed, struct schedule *schedule);
/* Attaches to each recorded call the fault that hit it, so that the schedule does not depend on random draws, and
   returns the law that it breaks. If it then breaks none, the drawn faults are tried instead. NULL: no law is broken
   either way. */
char *shrink_pin_faults(const struct explore *explore, struct schedule *schedule);
/* Makes the schedule as small as possible while it still breaks the same law. */
void shrink_reduce(const struct explore *explore, struct schedule *schedule, const char *law);

/* save_seeds.c: writes the moves of each seed into a file of its own. Returns the tool's exit code. */
int save_seeds(const struct explore *explore);
/* Returns whether that can begin: before the seeds are explored. false after a message. */
bool save_seeds_can(const struct explore *explore);

/* tool_child.c: starts a child of this tool in a slot; it reports with messages. limit_s: see supervisor_start(). If it
   can't, the tool ends with one line and exit code 2: no law is found to hold or to be broken without it. */
void tool_child_start(
    struct supervisor *supervisor, unsigned slot, const struct explore *explore, char *const *more, unsigned limit_s);
/* Describes the unexpected end of a child. */
enum { TOOL_CHILD_TEXT = 96 };
void tool_child_describe(int status, char text[TOOL_CHILD_TEXT]);

#endif
