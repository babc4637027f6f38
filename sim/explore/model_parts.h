/* Role: what the parts of the model share with each other alone: model.c, model_calls.c, model_waits.c. */
#ifndef EXPLORE_MODEL_PARTS_H
#define EXPLORE_MODEL_PARTS_H

#include "model.h"

/* Sinks. */
struct model_event model_take_event(struct model_sink *sink);
/* An operation was closed: nothing about it is delivered any more (L2). */
void model_forget_events(struct model_sink *sink, uint64_t operation);
void model_drop_sink(struct model_sink *sink);

/* Who is who; NULL: nobody. */
struct model_operation *model_operation_of(struct model *model, uint64_t value);
struct model_handle *model_handle_of(struct model *model, uint64_t value);
struct model_handle *model_target_of(struct model *model, bool process, int slot);
/* The request of an operation; of 0 a free one. */
struct model_request *model_request_of(struct model *model, uint64_t operation);
HRESULT model_handle_error(bool is_null);
/* Was its exit told? And what those get who wait for that. */
bool model_has_exited(const struct model *model, int object, bool process);
HRESULT model_exit_status(const struct model *model, int object, bool process);

/* Waits. */
void model_begin_close(struct model *model, unsigned actor, struct model_sink *sink, uint64_t value, bool drain);
void model_end_close(struct model *model, unsigned actor);
void model_expect_value(struct model *model, const struct client *client, uint64_t expected);

#endif
