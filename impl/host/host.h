/* Role: declarations for the files of the host model; backends include only backend.h. Threads: core lock held. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "backend.h"

/* --- task.c: requests in progress --- */

/* Returns a new task for a request. NULL: out of memory, and the request has been answered. */
struct host_task *task_make(
    struct host *host, struct request *request, struct host_system *system, struct host_process *process);
/* Answers the request and frees the task with its contents; the task must not be in a list. */
void task_answer(struct host *host, struct host_task *task, HRESULT result, char *document);
/* The same with a message: path (may be NULL) and message go into the error document. */
void task_refuse(struct host *host, struct host_task *task, HRESULT result, const char *path, const char *message);
/* Removes a pending task from its list, cancels it at the backend, and answers it. */
void task_cut(struct host *host, struct host_task *task, HRESULT result);
/* Applies faults to the task, adds it to its list, and schedules it unless a fault holds it. Returns true if it is
   pending; the caller then changes the state of the system and calls task_go(). Returns false if it has been answered,
   because memory ran out or a fault has ended its system. */
bool task_send(struct host *host, struct host_task *task);
/* The two halves of task_send(), for callers that act between them. */
bool task_apply_faults(struct host *host, struct host_task *task);
bool task_send_decided(struct host *host, struct host_task *task);
/* As task_send() but without faults, for tasks without a system. */
bool task_send_plainly(struct host *host, struct host_task *task);
/* HCS-ROW: S-07 holds the task back while a later call that ends the system is in progress; it takes effect only if
   that call fails. */
void task_overtake(struct host *host, struct host_task *task);
/* To be called when that call has failed: continues the task, or finishes it if the backend has completed it meanwhile.
 */
void task_go_on(struct host *host, struct host_task *task);
/* Runs the task at once if the backend has no delay(). */
void task_go(struct host *host, struct host_task *task);
bool task_is_about_process(const struct host_task *task);
/* For calls that are answered at once: returns true if a fault hit the request and has answered it. */
bool host_refuses(struct host *host, struct request *request, const char *id, struct host_system *system);

/* --- failure.c --- */

/* Returns the document of a failure that looks different from others on hosts (spec/failures.json), from malloc. NULL:
   it does not, or out of memory; the core then writes the common one. */
char *failure_document(const struct host *host, const struct host_task *task, HRESULT result);

/* --- table.c: the list of systems --- */

/* Creates the system of the core's object and adds it to the table; the caller sets its state. Returns NULL when out of
   memory. */
struct host_system *table_make(struct host *host, const char *id, const struct document *document, struct system *core);
void table_destroy(struct host *host, struct host_system *system);
/* Returns the id of the virtual machine that the system is in, or NULL. */
const char *table_hosting_id(const struct host_system *system);

/* --- system.c: calls on systems --- */

void system_submit(struct host *host, struct request *request);
/* Returns the cell of the state matrix for a call on the system in its current state. */
const struct spec_cell *system_cell(const struct host *host, const struct host_system *system, enum spec_call call);
/* Passes an accepted task to the backend. Returns false if the backend has nothing to do for it. */
bool system_act(struct host *host, struct host_task *task);
void system_finish(struct host *host, struct host_task *task);
/* True if a system may change from state to next. Between two stable states it is busy or stopping, possibly for
   several calls that end it. It can exit at any time, which is final. */
static inline bool may_follow(enum spec_state state, enum spec_state next)
{
    bool lasts = state == STATE_CREATED || state == STATE_RUNNING || state == STATE_PAUSED ||
                 state == STATE_SAVED_AS_TEMPLATE || state == STATE_ABSENT;
    if (state == STATE_EXITED || next == STATE_ABSENT || next == STATE_ENDED)
        return false;
    return !lasts || state == STATE_ABSENT || next == STATE_BUSY || next == STATE_STOPPING || next == STATE_EXITED;
}
/* The only function that changes the state of a system. */
void system_enter(struct host_system *system, enum spec_state state);
/* Sets the state that a lifecycle call leads to, once it takes effect; not for calls that end the system. */
void system_reach_state(struct host *host, struct host_system *system, enum request_kind kind);

/* --- end.c: how systems end --- */

bool ends_system(enum request_kind kind);
/* Returns the value of NotificationType for the end of a system that has ended. */
const char *end_type(const struct host_system *system);
/* As host_system_ended(), but the system stays. */
void end_system(
    struct host *host, struct host_system *system, enum host_end end, HRESULT status, HRESULT process_result);
void end_crashed(struct host *host, struct host_system *system);
/* O-28, S-07: fails every pending task of a system that has ended. all: even those that requested the end, because the
   system no longer exists. */
void end_pending(struct host *host, struct host_system *system, bool all);
/* To be called after the last handle was closed or a task completed: ends or frees the system if it should. */
void end_settle(struct host *host, struct host_system *system);

/* --- crash.c --- */

/* Tells of a guest that crashes, before its system ends. */
void crash_tell(const struct host *host, struct host_system *system);
/* The same of a triple fault, if the configuration asks for the saved state. */
void crash_tell_triple_fault(const struct host *host, struct host_system *system);
/* Writes what the guest of a virtual machine that ended in a crash has said of it, as an array; nothing if it said
   nothing. */
void crash_write_parameters(struct writer *writer, const char *name, const struct host_system *system);

/* --- process.c --- */

void process_submit(struct host *host, struct request *request);
bool process_act(struct host *host, struct host_task *task);
void process_finish(struct host *host, struct host_task *task);
/* Undoes a create that will not complete. */
void process_abandon(struct host *host, struct host_process *process);
void process_forget(struct host *host, struct host_process *process);
/* Frees the array of a system that has no processes any more. */
void process_free_slots(struct host_system *system);
void process_end_all(struct host *host, struct host_system *system, HRESULT last_wait_result);

/* True if the user of a request (request.user) may know of the system. */
static inline bool host_shows(const struct host_system *system, uint32_t user)
{
    return !user || system->user == user || system->user == HOST_EVERYBODY;
}

/* --- documents --- */

static inline const char *host_owner(const struct host_system *system)
{
    return system->owner ? system->owner : "";
}

/* True if the host's Windows build knows the field of a type; newer fields are omitted from its documents. */
bool host_knows(const struct host *host, enum spec_type type, int field);
/* Writes the schema versions of the host, as documents list them. */
void host_write_versions(const struct host *host, struct writer *writer, const char *name);
/* Writes the error of one query among several. */
void host_write_error(struct writer *writer, HRESULT code, const char *message);
/* Returns true if the backend has a value of its own for a property, and writes that; otherwise writes nothing. member:
   its name there, NULL in an array; system: NULL for a property of the service. */
bool host_write_given(const struct host *host, struct writer *writer, const char *member, const char *name,
    const struct host_system *system);
/* Returns true if the backend refuses a property, and writes its error; otherwise writes nothing. */
bool host_refuses_property(
    struct host *host, struct writer *writer, const char *name, const struct host_system *system);

#endif
