/* Role: the options of the commands that run rows or know them, and what they mean together. Callers: those commands.
 */
#ifndef CONFORMANCE_OPTIONS_H
#define CONFORMANCE_OPTIONS_H

#include "base/command_line.h"
#include "result/formats.h"
#include "spec_rows.h"
#include <stdbool.h>

/* quick: rows that need no image; safe: no row that may disturb other systems of the host; full: all. */
enum run_mode { MODE_FULL, MODE_QUICK, MODE_SAFE };

struct options {
    const char *target;   /* NULL: ours */
    const char *scenario; /* of the simulator; NULL: that of the suite */
    const char *daemon;   /* a computecored that each worker starts for itself; "": none */
    bool foreign;         /* the target is not our library, wherever it lies; look.h says so */
    bool strict, loose;
    const char *filter; /* part of an id, or a pattern with * and ? */
    unsigned strengths; /* bits by enum spec_strength; 0: all */
    struct option_part shard;
    unsigned jobs, timeout_s;
    const char *json;
    struct formats formats;
    const char *expect;   /* a file of expectations; NULL: none */
    const char *resume;   /* a result that is gone on with; NULL: none */
    const char *rerun;    /* a result whose bad rows are run again; NULL: none */
    unsigned retries;     /* of a row that is bad */
    const char *schedule; /* one to be replayed, instead of rows; NULL: rows */
    unsigned repeat;      /* 0: as the command does by itself */
    unsigned lacking;     /* bits by capability_names */
    const char *without;  /* the same as words, with what the mode adds */
    unsigned os_build;    /* 0: as it is */
    const char *docs;     /* a checkout of the documentation, or NULL */
    const char *profile;  /* "" : none */
    const char *write_profile;
    int mode; /* enum run_mode */
    bool dry_run, coverage, untestable, contradictions, verbose, redact;
};

enum { MAX_JOBS = 32 };

/* What follows from what was given, for this process and its children. Returns 0, or the exit code after a message. */
int options_settle(struct options *options);
/* Is the row chosen? */
bool options_choose(const struct options *options, const struct spec_row *row);
/* Does the shard have the row that is at this position of the chosen ones? */
bool options_take_position(const struct options *options, unsigned position);

#endif
