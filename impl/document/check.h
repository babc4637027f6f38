/* Role: what the parts of the check share: where it stands, and how a mistake is written down.
   Callers: check.c, plain.c, constraints.c. */
#ifndef DOCUMENT_CHECK_H
#define DOCUMENT_CHECK_H

#include "document.h"

/* Where the check stands; rendered as a path only for a mistake. */
struct place {
    const struct place *parent;
    const char *name;  /* of a member, else NULL */
    int index;         /* of an element */
    const cJSON *node; /* the value there */
};

/* The check runs once without text and list, to learn whether anything is wrong; a document that has something wrong,
   or integers that a double does not hold, is then walked beside its text, which gives every node its place, and
   checked again with both. */
struct check {
    const struct document_options *options;
    unsigned minor; /* schema versions up to 2.minor are in force */
    const char *text;
    struct document_report *report; /* NULL: only counted */
    unsigned refused;               /* mistakes that the API does not ignore */
    bool large;                     /* an integer needs its digits */
    bool hidden;                    /* a member is newer than the schema version in force */
    bool prune;                     /* make such members null, as nobody is to see them */
};

/* Is this worth a report, and does it count? Then text says what is wrong; expected may be NULL. at_name: the place is
   the member's name, not its value. */
struct remark {
    enum spec_decision decision;
    const char *expected, *hint, *text;
    bool at_name;
};
void check_remark(struct check *check, const struct place *place, const struct remark *remark);
/* "EXPECTED expected, FOUND found". */
void check_mistake(struct check *check, const struct place *place, enum spec_decision decision, const char *expected);

/* plain.c */
void check_plain(struct check *check, const struct place *place, enum spec_type type);
bool check_is_key(const char *name, enum spec_type type);
/* constraints.c: members by field; object is the one that holds them. */
void check_constraints(
    struct check *check, const struct place *place, const struct spec_type_info *info, const cJSON *const *members);
/* check.c: the value at place is of that type. */
void check_value(struct check *check, const struct place *place, enum spec_type type);
#endif
