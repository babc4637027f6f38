/* Role: rules on whole documents that no single field carries, such as "exactly one body". */
#ifndef CORE_DOCUMENT_RULES_H
#define CORE_DOCUMENT_RULES_H

#include "document.h"

/* false, with error set, if the document breaks a rule of its type. Its fields have been checked. */
bool document_rules_hold(const struct document *document, struct document_error *error);

#endif
