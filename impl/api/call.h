/* Role: what the asynchronous exports share: the checks in their fixed order, and the handling of failures.
   The order of the checks: operation handle, target handle, out pointers, reserved arguments, document, whether the
   operation is pending, whether it has a callback although the system reports operations by events.
   Callers: impl/api. Threads: called without the core lock; call_begin() takes it until call_end(). */
#ifndef API_CALL_H
#define API_CALL_H

#include "core/text/document.h"
#include "core/text/error.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include "spec_functions.h"
#include "spec_hresults.h"
#include "spec_untraced.h"

/* The name of an export, for messages. */
#define NAME_OF(export) (spec_functions[FUNCTION_##export].name)

struct call {
    const char *function;
    int type; /* HCS_OPERATION_TYPE */
    HRESULT result;
    struct operation *operation;
    struct client_handle *handle; /* NULL: the call has no target */
    bool has_document, locked;    /* locked: this call holds the core lock */
    bool accepted;                /* the document is invalid, but the call succeeds and its operation will fail */
    struct document document;
    struct document_text text;     /* of the document */
    struct document_report report; /* of a document that was refused */
    const char *what;              /* message of any other failure; NULL: only the HRESULT is known */
};

/* Reads and checks a document of a client as document_parse() does and the engine's host wants it. With
   COMPUTECORE_MISUSE, prints a line for each part of it that the function ignores. */
HRESULT call_parse(const char *function, PCWSTR text, enum spec_type type, struct document_text *utf8,
    struct document *document, struct document_report *report);

/* The steps of a call. Once one has failed, the others do nothing. */
void call_open(struct call *call, const char *function, int type, HCS_OPERATION operation);
void call_target(struct call *call, const void *handle, enum handle_kind kind);
/* Checks an argument: the call fails with code unless holds is true. */
void call_require(struct call *call, bool holds, HRESULT code, const char *what);
void call_document(struct call *call, PCWSTR text, enum spec_type type);
/* Like call_document(), but an invalid document fails the operation, not the call, unless core_refuses_at_once(). */
void call_accepted_document(struct call *call, PCWSTR text, enum spec_type type);
void call_optional_document(struct call *call, PCWSTR text, enum spec_type type);
/* Reserved options: absent, empty or any valid document. */
void call_reserved_document(struct call *call, PCWSTR text);

/* Takes the core lock and makes the operation pending. On true the caller fills in operation->request and calls
   call_submit(); on false the call has failed. Both are followed by call_end(). */
bool call_begin(struct call *call);
/* Lets the call fail after call_begin(), in place of call_submit(). */
void call_abandon(struct call *call, HRESULT code);
/* Submits the request to the engine, or fails it if its document is invalid. */
void call_submit(struct call *call, enum request_kind kind);
/* Stores a failure of the call as the result of its operation, unless that is in use. Drops all references, releases
   the lock and returns the HRESULT of the export. */
HRESULT call_end(struct call *call);

/* For calls without out handles: begins, submits and ends. */
HRESULT call_simple(struct call *call, enum request_kind kind);

/* For synchronous exports: submits the request, waits and returns its result. The core lock is held. */
HRESULT call_now(struct request *request);
/* The same for exports without a handle. Takes the lock; without an engine, HCS_E_SERVICE_NOT_AVAILABLE. */
HRESULT call_alone(struct request *request);

static inline uint64_t value_of(const void *handle)
{
    return (uint64_t)(uintptr_t)handle;
}

#endif
