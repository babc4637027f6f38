/* Role: shows what the validator found: lines for people, or JSON for editors. Callers: validate.c. */
#ifndef CONFORMANCE_VALIDATE_SHOW_H
#define CONFORMANCE_VALIDATE_SHOW_H

#include "document/report.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

struct validate_show {
    cJSON *root;  /* NULL: text */
    bool colours; /* standard output is a terminal, and NO_COLOR is not set */
};

void show_begin(struct validate_show *show, bool json);
/* type NULL: the text is no JSON. */
void show_file(struct validate_show *show, const char *path, const char *type, const char *text,
    const struct document_report *report, bool valid);
void show_end(struct validate_show *show);

#endif
