/* Role: the life of an operation: fresh, pending, completed, and pending again when it is reused.
   Only this file moves an operation through its states. Threads: core lock held, but for operation_ref().
   Laws: L2 (close), L3 (a wait on a closed operation), L4 (a wait belongs to one use), L6, L7. */
#ifndef CORE_OPERATION_H
#define CORE_OPERATION_H

#include "object.h"

enum operation_state {
    OPERATION_FRESH,     /* operation_create() */
    OPERATION_PENDING,   /* operation_begin(), from fresh or completed */
    OPERATION_COMPLETED, /* request_complete() from pending, operation_fail() from fresh or completed */
};

struct operation_wait;

struct operation {
    uint64_t value, id;
    enum operation_state state;
    unsigned use; /* counts operation_begin() */
    int type;     /* HCS_OPERATION_TYPE */
    HRESULT result;
    char *document; /* UTF-8, or NULL */
    const void *context;
    struct sink *sink;                    /* the completion callback, or NULL */
    uint64_t system_value, process_value; /* lent to clients, not referenced */
    struct process *process;              /* whose information the result carries, or NULL */
    bool creator;                         /* this result may hand the streams over */
    bool unread;                          /* completed, and no client has seen the result */
    struct client_handle *through;        /* whose operation events cover it, or NULL */
    bool promised;                        /* the callback of that handle has memory for the event of this one */
    struct operation *next, *previous;    /* the operations begun through that handle */
    struct operation_wait *waits;
    struct request request;
};

/* A wait for the result of one use of an operation. */
struct operation_wait {
    struct operation_wait *next;
    struct operation *operation;
    bool listed, done;
    bool closed; /* the operation was closed (L3): there is no result */
    HRESULT result;
    char *document;          /* owned by the wait */
    struct process *process; /* referenced by the wait */
    bool creator;
    int type;
};

struct operation *operation_create(const void *context, HCS_OPERATION_COMPLETION callback);
struct operation *operation_ref(uint64_t value);
void operation_unref(struct operation *operation);
/* Begins a close: kills the value, releases waits, begins to wait for a running callback (L2). false: the value was not
   live, and nothing was begun. */
bool operation_close(uint64_t value, struct closing *closing);

/* Makes the operation pending. HCS_E_OPERATION_ALREADY_STARTED: it is pending, and unchanged.
   HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET: it has a callback and the handle wants operation events. E_OUTOFMEMORY:
   no memory for its completion event. */
HRESULT operation_begin(struct operation *operation, int type, struct client_handle *through);
/* The pending operation's events go to this handle, which the call has just created. */
void operation_cover(struct operation *operation, struct client_handle *through);
/* Hands the request of a pending operation to the engine. */
void operation_submit(struct operation *operation);
/* Completes a pending operation without the engine. document: from malloc, owned by the operation from here on. */
void operation_refuse(struct operation *operation, HRESULT result, char *document);
/* Undoes operation_begin(), for a call that fails before it has a request to submit; operation_fail()
   follows. */
void operation_abandon(struct operation *operation);
/* A call failed at once: an idle operation gets its result, without callback or event (L7). document: from malloc,
   owned by the operation from here on. */
void operation_fail(struct operation *operation, int type, HRESULT result, char *document);
HRESULT operation_set_callback(struct operation *operation, const void *context, HCS_OPERATION_COMPLETION callback);
/* Begins to clear the callback. */
void operation_clear_callback(struct operation *operation, const void *context, struct closing *closing);
void operation_set_context(struct operation *operation, const void *context);

/* Adds to a message what the request is, and what delays it. */
void request_explain(const struct request *request, struct text *text);
void operation_explain(const struct operation *operation, struct text *text);

/* One attempt to read the result. Succeeds at once for fresh (HCS_E_OPERATION_NOT_STARTED) and completed operations. */
bool operation_wait_step(void *wait);
/* Ends a wait, finished or not; frees what it holds. */
void operation_wait_end(struct operation_wait *wait);

/* For client_handle_register(): how many events a new registration may have to deliver for operations begun before it.
 */
unsigned operation_expects(const struct client_handle *handle, HCS_EVENT_OPTIONS options);
void operation_forget_handle(struct client_handle *handle);
void operation_deliver_missed(struct client_handle *handle);
size_t operation_count(void);
/* Numbering of operations starts again from the first. */
void operation_reset(void);

#endif
