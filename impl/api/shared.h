/* Role: what systems.c and processes.c do alike for both kinds of handle. */
#ifndef API_SHARED_H
#define API_SHARED_H

#include "core/handle.h"
#include <computecore.h>

/* Registers or clears the event callback of a handle. */
HRESULT api_register(const void *value, enum handle_kind kind, const char *function, HCS_EVENT_OPTIONS options,
    const void *context, HCS_EVENT_CALLBACK callback);
/* Waits for the exit of what a handle stands for; the document is owned by the client. */
HRESULT api_wait_exit(
    const void *value, enum handle_kind kind, const char *function, DWORD timeout_ms, PWSTR *document);

#endif
