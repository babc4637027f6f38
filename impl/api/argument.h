/* Role: texts that clients pass: ids of systems and paths of files, as UTF-8. No state; any thread. */
#ifndef API_ARGUMENT_H
#define API_ARGUMENT_H

#include <stdbool.h>
#include <windows.h>

enum {
    ARGUMENT_ID_UNITS = 256,
    ARGUMENT_ID_BYTES = ARGUMENT_ID_UNITS * 3 + 1,
    ARGUMENT_PATH_UNITS = 32767, /* as Windows allows */
};

/* Copies an id. Returns false unless it has 1 to 256 UTF-16 units, no control characters and no unpaired surrogates. */
bool argument_id(PCWSTR id, char utf8[ARGUMENT_ID_BYTES]);
/* Copies a path, from malloc. Returns E_INVALIDARG unless it is as an id must be, with up to 32,767 units; or
   E_OUTOFMEMORY. */
HRESULT argument_path(PCWSTR path, char **utf8);

#endif
