/* Role: what the asynchronous exports share: the checks in their fixed order, and what happens after a failure.
   Order: operation handle, target handle, out pointers, reserved arguments,
   document, operation pending, own callback beside operation events.
   Callers: impl/api. The core lock is not held on entry to any of these. */
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
    bool accepted;                /* its document was refused, which is the result of the operation */
    struct document document;
    struct document_text text;     /* of the document */
    struct document_report report; /* of a document that was refused */
    const char *what;              /* message of any other failure; NULL: only the HRESULT is known */
};

/* The steps of a call; once one has failed the others do nothing. */
void call_open(struct call *call, const char *function, int type, HCS_OPERATION operation);
void call_target(struct call *call, const void *handle, enum handle_kind kind);
/* Checks an argument: the call fails with code unless holds is true. */
void call_require(struct call *call, bool holds, HRESULT code, const char *what);
void call_document(struct call *call, PCWSTR text, enum spec_type type);
/* A document whose mistakes are the result of the operation, not of the call, unless the host refuses them at once. */
void call_accepted_document(struct call *call, PCWSTR text, enum spec_type type);
void call_optional_document(struct call *call, PCWSTR text, enum spec_type type);
/* Reserved options: absent, empty or any valid document. */
void call_reserved_document(struct call *call, PCWSTR text);

/* Takes the core lock and makes the operation pending. false: the call has failed; call_end() follows. With
   true the caller fills in operation->request, then calls call_submit(). */
bool call_begin(struct call *call);
/* After call_begin(): the call fails after all. */
void call_abandon(struct call *call, HRESULT code);
/* Hands the request over, or answers it if its document was refused. */
void call_submit(struct call *call, enum request_kind kind);
/* After a failure stores it as the result of an idle operation. Drops all references, releases the lock, returns the
   HRESULT of the export. */
HRESULT call_end(struct call *call);

/* Calls without out handles: begin, submit, end. */
HRESULT call_simple(struct call *call, enum request_kind kind);

/* A synchronous export: submits and waits. The core lock is held. */
HRESULT call_now(struct request *request);

/* Handles and values. */
static inline uint64_t value_of(const void *handle)
{
    return (uint64_t)(uintptr_t)handle;
}

#endif
