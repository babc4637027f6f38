/* Role: declarations for the parts of the model. Callers: model*.c. */
#ifndef EXPLORE_MODEL_PARTS_H
#define EXPLORE_MODEL_PARTS_H

#include "model.h"

/* Sinks. */
struct model_event model_take_event(struct model_sink *sink);
/* Drops the undelivered events of an operation that was closed (L2). */
void model_forget_events(struct model_sink *sink, uint64_t operation);
void model_drop_sink(struct model_sink *sink);

/* Look-ups; NULL: not found. */
struct model_operation *model_operation_of(struct model *model, uint64_t value);
struct model_handle *model_handle_of(struct model *model, uint64_t value);
struct model_handle *model_target_of(struct model *model, bool process, int slot);
/* Returns the request of an operation; for 0, one that is not in use. */
struct model_request *model_request_of(struct model *model, uint64_t operation);
HRESULT model_handle_error(bool is_null);
/* True if the exit of a system or process was reported; the result of waits for that exit. */
bool model_has_exited(const struct model *model, int object, bool process);
HRESULT model_exit_status(const struct model *model, int object, bool process);

/* Waits. */
void model_begin_close(struct model *model, unsigned actor, struct model_sink *sink, uint64_t value, bool drain);
void model_end_close(struct model *model, unsigned actor);
void model_expect_value(struct model *model, const struct client *client, uint64_t expected);

#endif
