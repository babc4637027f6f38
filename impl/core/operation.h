/* Role: the life of an operation: fresh, pending, completed, and pending again when it is reused.
   Only this file moves an operation through its states. Threads: core lock held.
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
    uint64_t system_value, process_value; /* lent to clients */
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
    bool closed; /* it ends because the operation was closed (L3): there is no result */
    HRESULT result;
    char *document;          /* owned by the wait */
    struct process *process; /* referenced by the wait */
    bool creator;
    int type;
};

struct operation *operation_create(const void *context, HCS_OPERATION_COMPLETION callback);
struct operation *operation_ref(uint64_t value);
void operation_unref(struct operation *operation);
/* Kills the value, lets waits go, begins to wait for a running callback (L2). false: it was not live, and nothing was
   begun. */
bool operation_close(uint64_t value, struct closing *closing);

/* Makes the operation pending. HCS_E_OPERATION_ALREADY_STARTED: it is pending; it is left alone.
   HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET: it has a callback and the handle wants operation events.
   E_OUTOFMEMORY: its completion could not be told. */
HRESULT operation_begin(struct operation *operation, int type, struct client_handle *through);
/* The pending operation's events go to this handle, which the call has just made. */
void operation_cover(struct operation *operation, struct client_handle *through);
/* Hands the request of a pending operation to the engine. */
void operation_submit(struct operation *operation);
/* Takes operation_begin() back, for a call that fails before it has a request to submit; operation_fail()
   follows. */
void operation_abandon(struct operation *operation);
/* A call failed at once: an idle operation gets its result, and neither callback nor event (L7). document is
   from malloc and given away. */
void operation_fail(struct operation *operation, int type, HRESULT result, char *document);
HRESULT operation_set_callback(struct operation *operation, const void *context, HCS_OPERATION_COMPLETION callback);
/* Takes the callback away. */
void operation_clear_callback(struct operation *operation, const void *context, struct closing *closing);
void operation_set_context(struct operation *operation, const void *context);

/* What a request is, and what keeps it, in words. */
void request_explain(const struct request *request, struct text *text);
void operation_explain(const struct operation *operation, struct text *text);

/* One look at the result. done at once for fresh (HCS_E_OPERATION_NOT_STARTED) and completed operations. */
bool operation_wait_step(void *wait);
/* Ends a wait that is not done; forgets what it holds. */
void operation_wait_end(struct operation_wait *wait);

/* For client_handle_kill(), client_handle_register(). How many events a new registration may have to tell of operations
   that were begun before it. */
unsigned operation_expects(const struct client_handle *handle, HCS_EVENT_OPTIONS options);
void operation_forget_handle(struct client_handle *handle);
void operation_deliver_missed(struct client_handle *handle);
size_t operation_count(void);
/* The next operation has the first number. */
void operation_reset(void);

#endif
