/* Role: hcs-sim run: a client command once a seed, several at a time. Callers: main(). Single thread. */
#ifndef SIM_TOOL_FARM_H
#define SIM_TOOL_FARM_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum seed_outcome { SEED_NOT_RUN, SEED_PASSED, SEED_FAILED, SEED_TIMED_OUT, SEED_OUTCOMES };
extern const char *const seed_outcome_names[SEED_OUTCOMES];

struct seed_result {
    uint64_t seed;
    enum seed_outcome outcome;
    int status; /* exit code; negative: a signal or an exception */
    double milliseconds;
    char *output; /* the end of what a failed run printed; NULL otherwise */
};

struct farm {
    uint64_t first, last;
    unsigned shard, shards; /* 1-based; 0: no shards */
    unsigned jobs, timeout_s, show;
    const char *scenario, *json, *junit, *resume, *traces; /* NULL: none */
    char **command;                                        /* ended by NULL */
    struct seed_result *results;
    size_t count;
    double seconds;
    bool interrupted;
};

/* Arguments after "run". Exit code: 0 every run passed, 1 one failed, 2 wrong use, 130 interrupted. */
int farm_main(int argc, char **argv);

void farm_show_summary(const struct farm *farm);

/* merge.c: arguments after "merge". Exit code: 0 every seed passed, 1 one did not, 2 wrong use, or files that do not
   belong together. */
int merge_main(int argc, char **argv);

/* results.c: what is left behind. Each is written whole or not at all; false after a message. */
bool results_write_json(const struct farm *farm, const char *path);
bool results_write_junit(const struct farm *farm, const char *path);
/* Takes over the seeds that passed in an earlier run of the same command and scenario. false after a message. */
bool results_resume(struct farm *farm, const char *path);
/* A result file, checked for its version; NULL after a message. The caller deletes it. */
cJSON *results_open(const char *path);
/* Adds its seeds; false after a message, if it is that of another command. */
bool results_take(struct farm *farm, const char *path, const cJSON *root);
/* Where a seed leaves its trace, with --traces. */
void farm_trace_path(const struct farm *farm, uint64_t seed, char *path, size_t size);
/* The command line that runs one seed again; the caller frees. */
char *results_command(const struct farm *farm, uint64_t seed);

#endif
