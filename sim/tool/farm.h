/* Role: hcs-sim run: runs a client command once per seed, several at a time. Callers: the table of the tool. Single
 * thread. */
#ifndef SIM_TOOL_FARM_H
#define SIM_TOOL_FARM_H

#include "base/command/command_line.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum seed_outcome { SEED_NOT_RUN, SEED_PASSED, SEED_FAILED, SEED_TIMED_OUT, SEED_DEADLOCKED, SEED_OUTCOMES };
extern const char *const seed_outcome_names[SEED_OUTCOMES];

struct seed_result {
    uint64_t seed;
    enum seed_outcome outcome;
    int status; /* exit code; negative: a signal or an exception */
    double milliseconds;
    char *output; /* beginning and end of what a failed run printed; NULL otherwise */
    char *faults; /* the faults that hit a failed run, for people; NULL: not known */
};

struct farm {
    struct option_range seeds;
    struct option_part shard;
    unsigned jobs, timeout_s, show;
    const char *scenario, *json, *junit, *resume, *traces; /* NULL: none */
    const char *scratch;                                   /* folder for traces that are not kept; NULL: none */
    char *const *command;                                  /* ended by NULL */
    struct seed_result *results;
    size_t count;
    double seconds;
    bool interrupted;
    struct file_draft *json_claim, *junit_claim; /* of the files, from results_claim() on */
};

extern const struct command run_command;

void farm_show_summary(const struct farm *farm);

/* merge.c */
extern const struct command merge_command;

/* results.c: the result files. Claims the requested files before the first run. false after a message. */
bool results_claim(struct farm *farm);
/* Writes them, each whole or not at all, and releases the claims. false after a message. */
bool results_write(struct farm *farm);
/* Releases the claims that results_write() has not. */
void results_unclaim(struct farm *farm);
/* Takes over the seeds that passed in an earlier run of the same command and scenario. false after a message: that also
   says if the file would be replaced by one without some of its seeds. */
bool results_resume(struct farm *farm, const char *path);
/* A result file of which all members are checked; NULL after a message. The caller deletes it. */
cJSON *results_open(const char *path);
/* Adds its seeds; false after a message if it belongs to another command. */
bool results_take(struct farm *farm, const char *path, const cJSON *root);
/* Frees the results. */
void farm_free_results(struct farm *farm);
/* The path of a seed's trace. false: none is written. */
bool farm_trace_path(const struct farm *farm, uint64_t seed, char *path, size_t size);
/* The command line that runs one seed again; the caller frees. */
char *results_command(const struct farm *farm, uint64_t seed);

#endif
