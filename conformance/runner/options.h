/* Role: the options of the commands that run or list rows, and what they mean together. Callers: those commands.
 */
#ifndef CONFORMANCE_OPTIONS_H
#define CONFORMANCE_OPTIONS_H

#include "base/command/command_line.h"
#include "result/formats.h"
#include "spec_rows.h"
#include <stdbool.h>

/* quick: rows that need no image; safe: no row that may disturb other systems of the host; full: all. */
enum run_mode { MODE_FULL, MODE_QUICK, MODE_SAFE };

/* What runs the compute systems of our library: the simulator, or containers of a computecored for this run. */
enum run_engine { ENGINE_SIMULATOR, ENGINE_HOST };

/* own: each row makes its systems; shared: rows use those of others as far as they leave them as they were. */
enum run_systems { SYSTEMS_CHOSEN, SYSTEMS_OWN, SYSTEMS_SHARED };

struct options {
    const char *target;   /* NULL: ours */
    const char *scenario; /* of the simulator; NULL: that of the suite */
    const char *daemon;   /* a computecored that each worker starts for itself; "": none */
    int engine;           /* enum run_engine */
    const char *host;     /* with ENGINE_HOST the computecored that has the containers; "": the one beside this tool */
    bool foreign;         /* the target is not our library, whatever its path; set by look.h */
    bool strict, loose;
    const char *filter; /* part of an id, or a pattern with * and ? */
    unsigned strengths; /* bits by enum spec_strength; 0: all */
    struct option_part shard;
    unsigned jobs, timeout_s;
    const char *json;
    struct formats formats;
    const char *expect;   /* a file of expectations; NULL: none */
    const char *resume;   /* a result to be continued; NULL: none */
    const char *rerun;    /* a result whose bad rows are run again; NULL: none */
    const char *rows;     /* a file of ids, one a line: only these; NULL: all */
    unsigned retries;     /* of a row that is bad */
    const char *schedule; /* one to be replayed, instead of rows; NULL: rows */
    unsigned repeat;      /* 0: the command's default */
    unsigned lacking;     /* bits by capability_names */
    const char *without;  /* the same as words, with what the mode adds */
    unsigned os_build;    /* 0: not given */
    const char *docs;     /* a checkout of the documentation, or NULL */
    const char *profile;  /* "" : none */
    const char *write_profile;
    int mode;    /* enum run_mode */
    int systems; /* enum run_systems */
    bool dry_run, fail_fast, coverage, untestable, contradictions, verbose, redact;
};

enum { MAX_JOBS = 32 };

/* Derives settings from the given options, for this process and its children. Returns 0, or the exit code after a
   message. */
int options_settle(struct options *options);
/* Replaces what the target lacks by these words, as options->without has them. */
void options_take_without(struct options *options, const char *words);
/* Is the row chosen? */
bool options_choose(const struct options *options, const struct spec_row *row);
/* Does the shard contain the row at this position among the chosen ones? */
bool options_take_position(const struct options *options, unsigned position);

#endif
