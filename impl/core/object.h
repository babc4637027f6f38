/* Role: compute systems and processes as the core sees them, and the client handles on them.
   The engine owns the state of a system or process; kept here are the client handles, the reported exit, and the
   streams.
   Threads: core lock held, but for client_handle_ref(). */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "engine.h"
#include "event.h"
#include "handle.h"
#include "stream.h"

struct operation;

/* Told of every event of a handle's object, at once and with the lock held. For the daemon, which holds handles on
   behalf of client processes. */
struct handle_observer {
    /* type: HCS_EVENT_TYPE, or OBSERVED_STATUS_LOST. document: the caller's, or NULL; for the exit of a process the
       status is in the process. */
    void (*notify)(struct handle_observer *observer, int type, const char *document);
};
enum { OBSERVED_STATUS_LOST = -1 };

/* A client handle of a system or process. */
struct client_handle {
    uint64_t value;
    enum handle_kind kind;
    bool disconnected; /* the service was restarted since it was opened */
    bool creator;      /* the handle that the create call returned; a process's is a member of the process */
    union {
        struct system *system;
        struct process *process;
    };
    struct client_handle *next, *previous; /* the handles of one object */
    struct sink *sink;                     /* NULL: no callback is registered */
    struct operation *operations;          /* begun through this handle, open, result unread */
    struct handle_observer *observer;      /* NULL: none */
};

struct system {
    void *engine;
    struct client_handle *handles;
    const char *exit_document; /* of exit_text_take(); set by the exit event */
    unsigned references;
    bool exited, status_lost;
};

/* The creator's handle is a member, so that what one call touches is close together in memory: that keeps calls with
   100,000 live processes about as fast as with ten. */
struct process {
    struct client_handle first;
    void *engine;
    unsigned references;
    struct client_handle *handles;
    struct system *system;
    struct streams *streams; /* NULL: no pipes */
    struct process_status status;
    uint8_t room_lines; /* cache lines of the engine behind it */
};

/* A new handle on the object (kind says which), which it references. NULL: no memory. */
struct client_handle *client_handle_open(enum handle_kind kind, void *object, bool creator);
/* The live handle with this value, with a reference that client_handle_unref() releases; NULL: none is live. */
struct client_handle *client_handle_ref(uint64_t value, enum handle_kind kind);
void client_handle_unref(struct client_handle *handle);
/* Begins to fetch what a call through this handle reads next, then what belongs to the engine. */
void client_handle_prefetch(const struct client_handle *handle);
void system_prefetch_engine(const struct system *system);

/* A close, or the clearing of a callback, in progress: what it waits for (L1, L2), and what it releases at its end.
   Begun by one of the functions below, tried with closing_step(), ended once with closing_end(). */
struct closing {
    struct {
        struct sink *sink;
        uint64_t operation; /* only a callback about it counts; 0: any */
    } waits[2];
    struct client_handle *handle;
    struct operation *operation;
};
/* Adds a sink to wait for; takes over the caller's reference on it. */
void closing_add(struct closing *closing, struct sink *sink, uint64_t operation);
bool closing_step(void *closing);
void closing_end(struct closing *closing);

/* Begins a close: kills the value; events queued before are still delivered. false: the value was not live, and nothing
   was begun. */
bool client_handle_close(uint64_t value, enum handle_kind kind, struct closing *closing);
/* Begins to clear the callback; queued events are dropped. */
void client_handle_clear(struct client_handle *handle, struct closing *closing);
/* Registers a callback. HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET if there is one already. */
HRESULT client_handle_register(
    struct client_handle *handle, HCS_EVENT_CALLBACK callback, const void *context, HCS_EVENT_OPTIONS options);

/* Adds to a message which exit is waited for, and what delays it. */
void client_handle_explain_exit(const struct client_handle *handle, struct text *text);

/* Writes the ProcessStatus document into a buffer of the caller. Returns the text. */
enum { STATUS_BYTES = EVENT_INLINE_BYTES };
const char *process_status_text(const struct process_status *status, char text[STATUS_BYTES]);

/* Fills information; the first call with take true hands over the client's stream ends (P-20). */
void process_take_information(struct process *process, bool take, HCS_PROCESS_INFORMATION *information);

/* A wait for the exit of the handle's object. */
struct exit_wait {
    struct client_handle *handle;
    HRESULT result; /* E_HANDLE: the handle was closed meanwhile (L3) */
};
bool exit_wait_step(void *wait);

/* Live objects, for tests that look for leaks. */
size_t object_count(void);

#endif
