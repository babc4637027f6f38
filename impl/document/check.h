/* Role: shared by the parts of the check: the current place, and recording of mistakes.
   Callers: check.c, plain.c, constraints.c. */
#ifndef DOCUMENT_CHECK_H
#define DOCUMENT_CHECK_H

#include "document.h"

/* The place being checked; turned into a path only for a mistake. */
struct place {
    const struct place *parent;
    const char *name;  /* of a member, else NULL */
    int index;         /* of an element */
    const cJSON *node; /* the value there */
};

/* The first check uses neither text nor list, and only finds out whether there is a mistake. A document with mistakes
   is checked again. */
struct check {
    const struct document_options *options;
    unsigned minor; /* schema versions up to 2.minor are in force */
    const char *text;
    struct document_report *report; /* NULL: mistakes are only counted */
    unsigned refused;               /* mistakes that the API does not ignore */
    bool hidden;                    /* a member is newer than the schema version in force */
    bool inside_hidden;             /* the place is inside such a member: shown to people, ignored by the API */
    bool prune;                     /* make such members null, so that they have no effect */
};

/* A mistake to record. text: what is wrong; expected may be NULL. at_name: the place is the member's name, not its
   value. */
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
/* constraints.c: checks between the members (by field) of object. */
void check_constraints(
    struct check *check, const struct place *place, const struct spec_type_info *info, const cJSON *const *members);
/* resource.c: reports to people what the call will refuse of a modification, given by its members. */
void check_resource(struct check *check, const struct place *place, const cJSON *const *members);
/* check.c: checks the value at place against a type. */
void check_value(struct check *check, const struct place *place, enum spec_type type);
#endif
