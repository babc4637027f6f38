/* Role: what the parts of the check share: the current place, and the recording of mistakes.
   Callers: check.c, plain.c, constraints.c. */
#ifndef DOCUMENT_CHECK_H
#define DOCUMENT_CHECK_H

#include "document.h"

/* The place being checked. It becomes a path only when a mistake is reported. */
struct place {
    const struct place *parent;
    const char *name;  /* of a member; NULL for an element or the top level */
    int index;         /* of an element in its array */
    const cJSON *node; /* the value there */
};

/* A document is first checked without a report, which only finds out whether there is a mistake, and again with one if
   there is. */
struct check {
    const struct document_options *options;
    unsigned host;  /* the host has the schema versions 2.0 to 2.host */
    unsigned minor; /* those up to 2.minor are in force */
    bool scenario;  /* the place is in a member of a scenario that is the project's own */
    const char *text;
    struct document_report *report; /* NULL: mistakes are only counted */
    unsigned refused;               /* mistakes that the API does not ignore */
    bool hidden;                    /* a member is newer than the schema version in force */
    bool inside_hidden;             /* the place is inside such a member: the validator shows it, the API ignores it */
    bool prune;                     /* set such members to null, so that they have no effect */
};

/* True if what the API ignores is looked for as well. */
static inline bool check_looks_closely(const struct check *check)
{
    return check->report && (check->options->people || check->options->strict);
}

/* A mistake to record. text: what is wrong; expected may be NULL. at_name: the place is the member's name, not its
   value. */
struct remark {
    enum spec_decision decision;
    const char *expected, *hint, *text;
    bool at_name;
};
void check_remark(struct check *check, const struct place *place, const struct remark *remark);
/* Records the mistake "expected EXPECTED, found FOUND"; what was found comes from the text. */
void check_mistake(struct check *check, const struct place *place, enum spec_decision decision, const char *expected);

/* plain.c */
void check_plain(struct check *check, const struct place *place, enum spec_type type);
bool check_is_key(const char *name, enum spec_type type);
/* constraints.c: checks the constraints between the members of an object; members is indexed by field. */
void check_constraints(
    struct check *check, const struct place *place, const struct spec_type_info *info, const cJSON *const *members);
/* combinations.c: reports for the validator what does not go together in an object. */
void check_combinations(struct check *check, const struct place *place, const struct spec_type_info *info);
/* resource.c: reports for the validator what HcsModifyComputeSystem would refuse of a modification with these members.
 */
void check_resource(struct check *check, const struct place *place, const cJSON *const *members);
/* contradictions.c: reports what can't be meant together in a scenario. */
void check_contradictions(struct check *check, const struct place *scenario);
/* contradictions.c: returns N of the newest schema version 2.N of the scenario's host. */
unsigned check_minor_of_scenario(const struct check *check, const cJSON *scenario);
/* check.c: checks the value at a place against a type. */
void check_value(struct check *check, const struct place *place, enum spec_type type);
#endif
