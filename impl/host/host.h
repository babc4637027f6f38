/* Role: what the files of the host model share; backends see backend.h alone. Core lock held. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "backend.h"

/* --- task.c: a request on its way --- */

/* The task of a request; NULL: there was no memory, and the request has been answered. */
struct host_task *task_make(
    struct host *host, struct request *request, struct host_system *system, struct host_process *process);
/* Answers the request and frees the task, with what it carries; the task is on no list. */
void task_answer(struct host *host, struct host_task *task, HRESULT result, char *document);
/* The same in words: path (may be NULL) and message go into the error document. */
void task_refuse(struct host *host, struct host_task *task, HRESULT result, const char *path, const char *message);
/* Takes a task that is pending away from whoever works on it, and answers it. */
void task_cut(struct host *host, struct host_task *task, HRESULT result);
/* What a fault plan has for the task is met, and it is listed and goes on, unless it is held. false: it has been
   answered: there was no memory, or its system is gone. task_go() follows, once the state of the system says that it is
   under way. */
bool task_send(struct host *host, struct host_task *task);
/* The two halves of it: what is met may decide what the caller does between them. */
bool task_meet(struct host *host, struct host_task *task);
bool task_send_met(struct host *host, struct host_task *task);
/* The same without the plan, for those that are about no system. */
bool task_send_plainly(struct host *host, struct host_task *task);
/* With a backend that takes no time of its own, the time of the task has come. */
void task_go(struct host *host, struct host_task *task);
bool task_is_about_process(const struct host_task *task);
/* For calls that are answered at once: true, and the request has been answered. */
bool host_refuses(struct host *host, struct request *request, const char *id, struct host_system *system);

/* --- table.c: the systems there are --- */

/* A new system behind the core's object, entered, its state not yet set; takes the document's tree in any case. NULL:
   no memory. */
struct host_system *table_make(struct host *host, const char *id, struct document *document, struct system *core);
void table_destroy(struct host *host, struct host_system *system);

/* --- system.c: calls on systems --- */

void system_submit(struct host *host, struct request *request);
/* An accepted task of a system: what has to be asked of the backend; false: nothing. */
bool system_act(struct host *host, struct host_task *task);
void system_finish(struct host *host, struct host_task *task);
/* Between two states that last a system is busy or stopping, perhaps for several calls that end it; only its end comes
   at any time, and is the last. */
static inline bool may_follow(enum spec_state state, enum spec_state next)
{
    bool lasts = state == STATE_CREATED || state == STATE_RUNNING || state == STATE_PAUSED ||
                 state == STATE_SAVED_AS_TEMPLATE || state == STATE_ABSENT;
    if (state == STATE_EXITED || next == STATE_ABSENT || next == STATE_ENDED)
        return false;
    return !lasts || state == STATE_ABSENT || next == STATE_BUSY || next == STATE_STOPPING || next == STATE_EXITED;
}
/* The one way in which a system changes its state. */
void system_enter(struct host_system *system, enum spec_state state);
/* A lifecycle call that ends nothing takes effect. */
void system_reach_state(struct host *host, struct host_system *system, enum request_kind kind);

/* --- end.c: how systems end --- */

bool ends_system(enum request_kind kind);
/* As host_system_ended(), but the system stays. */
void end_system(
    struct host *host, struct host_system *system, const char *type, HRESULT status, HRESULT process_result);
void end_crashed(struct host *host, struct host_system *system);
/* O-28, S-07: every task that is under way fails with its system. all: also those that ask for the end, since nothing
   is left that they could be done on. */
void end_pending(struct host *host, struct host_system *system, bool all);
/* Nobody may hold the system any more, or something about it was completed: it may end or go. */
void end_settle(struct host *host, struct host_system *system);

/* --- process.c --- */

void process_submit(struct host *host, struct request *request);
bool process_act(struct host *host, struct host_task *task);
void process_finish(struct host *host, struct host_task *task);
/* A create that will not be done. */
void process_abandon(struct host *host, struct host_process *process);
void process_forget(struct host *host, struct host_process *process);
void process_end_all(struct host *host, struct host_system *system, HRESULT last_wait_result);

/* --- documents --- */

/* Does the Windows that the host is know a field of a type? Newer ones are left out of its documents. */
bool host_knows(const struct host *host, enum spec_type type, int field);
/* The schema versions of the host, as documents list them. */
void host_write_versions(const struct host *host, struct writer *writer, const char *name);
/* The error of one query among several. */
void host_write_error(struct writer *writer, HRESULT code, const char *message);

#endif
