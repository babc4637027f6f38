/* Role: JSON in the processes that run rows. The library under test may share cJSON with the suite and is told of
   missing memory, so cJSON's hooks are left alone there; these functions end the process instead; see base/allocate.h.
   Callers: rows and schedules; the rest of the tool has allocate_json(). Ownership: as in cJSON. Threads: any. */
#ifndef CONFORMANCE_JSON_H
#define CONFORMANCE_JSON_H

#include "base/process/channel.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

/* NULL: the text is not JSON; with `whole`, also if anything follows. */
cJSON *json_read(const char *text);
cJSON *json_read_whole(const char *text);
/* The text of an item, of NULL a question mark; freed with free(). */
char *json_text(const cJSON *item);
cJSON *json_copy(const cJSON *item);
cJSON *json_object(void);
cJSON *json_list(void);
cJSON *json_string(const char *text);
/* Sends it behind all that this process has written so far, and deletes it. false: the receiver has gone. */
bool json_send(const struct channel *channel, cJSON *message);
/* Each adds a member; json_append() an element. */
void json_add(cJSON *object, const char *name, cJSON *item);
void json_add_text(cJSON *object, const char *name, const char *text);
void json_add_number(cJSON *object, const char *name, double number);
void json_add_boolean(cJSON *object, const char *name, bool value);
void json_append(cJSON *list, cJSON *item);

#endif
