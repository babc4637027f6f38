/* Role: the command line of hcs-conformance. Wrong use: one line on standard error, exit code 2. */
#ifndef CONFORMANCE_OPTIONS_H
#define CONFORMANCE_OPTIONS_H

#include "result/formats.h"
#include "spec_rows.h"
#include <stdbool.h>

/* quick: rows that need no image; safe: no row that may disturb other systems of the host; full: all. */
enum run_mode { MODE_FULL, MODE_QUICK, MODE_SAFE };

struct options {
    const char *target; /* NULL: ours */
    bool strict, strict_given, loose;
    const char *filter;     /* part of an id, or a pattern with * and ? */
    unsigned strengths;     /* bits by enum spec_strength; 0: all */
    unsigned shard, shards; /* 1-based; 0: no shards */
    unsigned jobs, timeout_s;
    const char *json;
    struct formats formats;
    const char *expect;   /* a file of expectations; NULL: none */
    const char *resume;   /* a result that is gone on with; NULL: none */
    const char *rerun;    /* a result whose bad rows are run again; NULL: none */
    unsigned retries;     /* of a row that is bad */
    const char *schedule; /* one to be replayed, instead of rows; NULL: rows */
    unsigned repeat;      /* 0: as the command does by itself */
    const char *without;
    const char *os_build; /* NULL: as it is */
    const char *docs;     /* a checkout of the documentation, or NULL */
    const char *profile;  /* "" : none */
    const char *write_profile;
    enum run_mode mode;
    bool dry_run, coverage, untestable, contradictions, verbose;
};

/* Reads the options behind the command. Returns 0, or the exit code after a message. */
int options_read(struct options *options, int argc, char **argv);
/* Is the row chosen? index counts the rows that pass filter and strength. */
bool options_choose(const struct options *options, const struct spec_row *row);

#endif
