/* Errors of the system as HRESULTs. Entry points: outcome_of(), outcome_of_step(). */
#include "outcome.h"
#include "spec_hresults.h"
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct {
    int error;
    HRESULT result;
} outcomes[] = {{ENOENT, HRESULT_ERROR_FILE_NOT_FOUND}, {ENOTDIR, HRESULT_ERROR_PATH_NOT_FOUND},
    {ELOOP, HRESULT_ERROR_PATH_NOT_FOUND}, {EACCES, E_ACCESSDENIED}, {EPERM, E_ACCESSDENIED}, {EROFS, E_ACCESSDENIED},
    {ENOMEM, E_OUTOFMEMORY}, {EINVAL, E_INVALIDARG}, {ERANGE, E_INVALIDARG}, {E2BIG, E_INVALIDARG},
    {ENAMETOOLONG, E_INVALIDARG}, {EOPNOTSUPP, HRESULT_ERROR_NOT_SUPPORTED}, {ENOTTY, HRESULT_ERROR_NOT_SUPPORTED},
    {ENOEXEC, HRESULT_ERROR_INVALID_DATA}, {EBADMSG, HRESULT_ERROR_INVALID_DATA},
    {EMFILE, HRESULT_ERROR_NO_SYSTEM_RESOURCES}, {ENFILE, HRESULT_ERROR_NO_SYSTEM_RESOURCES},
    {EAGAIN, HRESULT_ERROR_NO_SYSTEM_RESOURCES}, {ENOSPC, HRESULT_ERROR_NO_SYSTEM_RESOURCES},
    {ETIMEDOUT, HRESULT_ERROR_TIMEOUT}, {EBUSY, HRESULT_ERROR_SHARING_VIOLATION},
    {ESRCH, HCS_E_PROCESS_ALREADY_STOPPED}, {ESHUTDOWN, HCS_E_SYSTEM_ALREADY_STOPPED},
    {ECONNRESET, HCS_E_UNEXPECTED_EXIT}};

HRESULT outcome_of(int error)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].error == error)
            return outcomes[i].result;
    return E_FAIL;
}

HRESULT outcome_of_step(const char *step, int error)
{
    bool missing = error == ENOENT || error == ENOTDIR;
    if (!strcmp(step, "user") && missing)
        return HRESULT_ERROR_LOGON_FAILURE;
    if (!strcmp(step, "folder") && missing)
        return HRESULT_ERROR_DIRECTORY;
    if (!strcmp(step, "program-folder"))
        return HRESULT_ERROR_PATH_NOT_FOUND;
    return outcome_of(error);
}
