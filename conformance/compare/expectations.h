/* Role: what is known of a target: which rows do not pass there, why, and since which Windows build. A file is JSON:

     { "version": 1, "target": "computecore.dll",
       "entries": [ { "rows": "HcsPause*.created", "outcome": "fail", "builds": [17763, 20348], "revisions": [1, 2000],
                      "reason": "…", "link": "https://…", "confirmed": "2026-11-27", "ceiling": 20 } ] }

   rows: an id, or a pattern with * and ?. outcome: one, or a list of several. builds, revisions: first and last, null
   for open; without them every one. ceiling: of an entry that expects flaky, at most so many per cent of the runs may
   not pass. Of several entries that fit a row, the last one counts; one that leaves nothing to
   an earlier one of the same rows is refused. Members whose names begin with "comment" are kept. */
#ifndef CONFORMANCE_EXPECTATIONS_H
#define CONFORMANCE_EXPECTATIONS_H

#include "base/command/command_line.h"
#include "result/result.h"

struct expectation {
    cJSON *json;
    const char *rows, *reason, *link; /* link: NULL for none */
    unsigned outcomes;                /* bits by enum outcome */
    unsigned builds[2], revisions[2]; /* first and last */
    unsigned ceiling;                 /* per cent; 100 without one */
};

struct expectations {
    const char *path;
    cJSON *root;
    const char *target; /* a pattern; NULL: any */
    struct expectation *list;
    unsigned count;
};

/* false after one line on standard error that names file, entry and member. */
bool expectations_read(const char *path, struct expectations *expectations);
void expectations_free(struct expectations *expectations);
/* What is expected of a row there; NULL: that it is not bad. build, revision: 0 where not known; an entry that asks for
   them then does not fit. target: without its folder. */
const struct expectation *expectations_find(
    const struct expectations *expectations, const char *row, const char *target, unsigned build, unsigned revision);
/* Is an outcome among the expected ones? bad of runs did not pass: for one that is
   flaky. */
bool expectation_met(const struct expectation *expectation, enum outcome outcome, unsigned bad, unsigned runs);
/* The outcomes that are expected, separated by "or". */
void expectation_describe(const struct expectation *expectation, char *text, size_t size);

/* expectations_update.c */
extern const struct command expect_update_command, expect_check_command;

#endif
