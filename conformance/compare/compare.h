/* Role: compares two results row by row; improvements never offset regressions. Single thread. */
#ifndef CONFORMANCE_COMPARE_H
#define CONFORMANCE_COMPARE_H

#include "base/command/command_line.h"
#include "result/formats.h"
#include "result/result.h"

/* How a row changed. Those of the first group are worse than before. */
enum change {
    CHANGE_NEW_FAILURE,
    CHANGE_CRASH,   /* it crashes now */
    CHANGE_TIMEOUT, /* it times out now */
    CHANGE_FLAKY,   /* it is flaky now */
    CHANGE_DRIFT,   /* it passed, and differs from what was observed */
    CHANGE_LOST,    /* it passed, and is skipped, not implemented or not run */
    CHANGE_REMOVED, /* the row does not exist any more */
    CHANGE_OTHER,   /* the same outcome with another result: HRESULT, document or order of events */
    CHANGE_FIXED,
    CHANGE_BETTER, /* it had no verdict, and passes */
    CHANGE_ADDED,
    CHANGE_RENAMED,  /* another id for the same steps, and nothing else */
    CHANGE_EXPECTED, /* a policy gives the reason */
    CHANGE_STILL_BAD,
    CHANGE_NONE,
    CHANGES
};
extern const char *const change_names[CHANGES];
/* The same for people. */
extern const char *const change_titles[CHANGES];
/* Worse than before? */
bool change_is_worse(enum change change);

struct difference {
    enum change change;
    const struct result_row *before, *after; /* NULL: not there */
    const char *reason;                      /* of CHANGE_EXPECTED, the policy's; else NULL */
    char what[400];                          /* for people: what differs */
};

/* The new row, or the old one if it was removed. */
const struct result_row *difference_row(const struct difference *difference);

struct comparison {
    const struct result *before, *after;
    struct difference *list; /* the rows of both, by id */
    unsigned count, counts[CHANGES];
};

/* false: there is no memory. */
bool compare_results(const struct result *before, const struct result *after, struct comparison *comparison);
void comparison_free(struct comparison *comparison);
/* Describes the difference between two rows' results; false: there is none. */
bool compare_answers(const struct result_row *before, const struct result_row *after, char *what, size_t size);

/* compare_times.c: which functions take longer, by the latencies of both; text is appended to. */
void compare_times(const struct comparison *comparison, struct text *text);
/* compare_show.c. docs: a checkout of the documentation, whose sentences are shown; NULL: none. */
struct page_set;
char *comparison_text(const struct comparison *comparison, bool colours, const struct page_set *docs);
char *comparison_markdown(const struct comparison *comparison);
char *comparison_json(const struct comparison *comparison);
/* compare_three.c: where one of three results differs from the other two. all: also rows on which all agree. *alone:
   the number of rows on which one differs from the others or all differ. */
char *compare_three(const struct result results[3], unsigned *alone);

extern const struct command compare_command;

#endif
