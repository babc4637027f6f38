/* Role: shows what the validator found: lines for people, or JSON for editors. Callers: validate.c. */
#ifndef CONFORMANCE_VALIDATE_SHOW_H
#define CONFORMANCE_VALIDATE_SHOW_H

#include "document/report.h"
#include "spec_schema.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

struct validate_show {
    cJSON *root;  /* NULL: text */
    bool colours; /* standard output is a terminal, and NO_COLOR is not set */
    bool strict;  /* --strict */
};

/* A file that was checked. type TYPE_COUNT: the text is no JSON. */
struct shown_file {
    const char *path, *text;
    const struct document_report *report;
    enum spec_type type, runner_up; /* the type was guessed, and this one fits next best; TYPE_COUNT: none */
    bool guessed, valid;
};

void show_begin(struct validate_show *show, bool json, bool strict);
/* What a mistake is: an error, a warning or a note. */
enum spec_verdict show_severity(const struct validate_show *show, const struct document_mistake *mistake);
void show_file(struct validate_show *show, const struct shown_file *file);
void show_end(struct validate_show *show);

#endif
