/* Role: with which calls an effect of a scenario's fault plan goes, as its "calls" in spec/schema/scenario.json and
   spec/requests.json say. Callers: check, conform, emit_requests. Single thread. */
#ifndef SPEC_EFFECT_H
#define SPEC_EFFECT_H

#include "facts.h"

/* Returns whether "calls" of the effect, a value of ScenarioEffect, is valid. */
bool effect_is_plain(const struct facts *facts, const cJSON *effect);
/* Returns whether the effect goes with the call of that request; NULL: with any call, so that the rule names none. */
bool effect_fits(const cJSON *effect, const cJSON *request);
/* Writes what is said of a call that it does not go with. */
void effect_words(const cJSON *effect, char *words, size_t size);
/* The request of a function of the API, or NULL. */
const cJSON *effect_request(const struct facts *facts, const char *function);
/* Can calls of that request only fail? They belong to no system, or return at once. */
bool effect_only_fails(const cJSON *request);

#endif
