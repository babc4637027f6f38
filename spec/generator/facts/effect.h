/* Role: which values of a member, mostly the call of a fault, go with another member of a scenario, or with its value,
   as "onlyWith" and "calls" in spec/schema/scenario.json and spec/requests.json say: a list of values, or a word for
   the calls that it describes.
   Callers: check, conform, emit_requests, emit_schema. Single thread. */
#ifndef SPEC_EFFECT_H
#define SPEC_EFFECT_H

#include "facts.h"

/* True if the condition is a list of texts, or a word that is known. */
bool effect_is_plain(const cJSON *condition);
/* True if the condition is a list of functions that are requests, or a word that is known. */
bool effect_is_of_calls(const struct facts *facts, const cJSON *condition);
/* True if that value is possible; NULL: the member is absent. */
bool effect_fits(const struct facts *facts, const cJSON *condition, const char *value);
/* Writes what is possible, such as "the call HcsCreateProcess"; member has the name of the other member. */
void effect_words(const cJSON *condition, const char *member, char *words, size_t size);
/* Returns the condition that the value of a field has, by the "valuesWith" of the field; NULL: none. */
const cJSON *effect_of_value(const struct facts *facts, const cJSON *field, const char *value);

#endif
