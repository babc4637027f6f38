/* The exports of the group VmUtility. They are synchronous: no operation, no callback. The engine decides whether its
   host has the file; otherwise it is the client's own. computecore.h has HRESULTs, parameters and pages. HCS-ROW: V-15
 */
#include "argument.h"
#include "call.h"
#include "core/client_file.h"
#include "core/text/text.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

/* function: of the export; id: of a virtual machine, or NULL; document: receives the answer, may be NULL. */
static HRESULT act(const char *function, enum request_kind kind, const char *id, PCWSTR path, PCWSTR *document)
{
    CHECK(!core_is_held());
    struct request request = {.kind = kind, .id = id};
    if (core_lacks(function)) /* HCS-ROW: B-02 */
        return HRESULT_ERROR_PROC_NOT_FOUND;
    char *name = NULL;
    HRESULT result = argument_path(path, &name);
    if (FAILED(result))
        return result;
    request.path = name;
    result = call_alone(&request);
    if (result == S_FALSE) /* the host has no files */
        result = client_file_act(kind, name, &request.answer);
    bool wanted = SUCCEEDED(result) && request.answer && document;
    if (wanted)
        *document = text_to_utf16(request.answer, strlen(request.answer));
    if (wanted && !*document)
        result = HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
    free(request.answer);
    free(name);
    return result;
}

/* HCS-ROW: V-05, V-07 any id of a system will do */
static HRESULT act_for(const char *function, enum request_kind kind, PCWSTR id, PCWSTR path)
{
    char name[ARGUMENT_ID_BYTES];
    return argument_id(id, name) ? act(function, kind, name, path, NULL) : E_INVALIDARG;
}

HRESULT HcsCreateEmptyGuestStateFile(PCWSTR guestStateFilePath)
{
    return act(NAME_OF(HcsCreateEmptyGuestStateFile), REQUEST_CREATE_GUEST_STATE, NULL, guestStateFilePath, NULL);
}

HRESULT HcsCreateEmptyRuntimeStateFile(PCWSTR runtimeStateFilePath)
{
    return act(NAME_OF(HcsCreateEmptyRuntimeStateFile), REQUEST_CREATE_RUNTIME_STATE, NULL, runtimeStateFilePath, NULL);
}

HRESULT HcsGrantVmAccess(PCWSTR vmId, PCWSTR filePath)
{
    return act_for(NAME_OF(HcsGrantVmAccess), REQUEST_GRANT_VM, vmId, filePath);
}

HRESULT HcsRevokeVmAccess(PCWSTR vmId, PCWSTR filePath)
{
    return act_for(NAME_OF(HcsRevokeVmAccess), REQUEST_REVOKE_VM, vmId, filePath);
}

HRESULT HcsGrantVmGroupAccess(PCWSTR filePath)
{
    return act(NAME_OF(HcsGrantVmGroupAccess), REQUEST_GRANT_GROUP, NULL, filePath, NULL);
}

HRESULT HcsRevokeVmGroupAccess(PCWSTR filePath)
{
    return act(NAME_OF(HcsRevokeVmGroupAccess), REQUEST_REVOKE_GROUP, NULL, filePath, NULL);
}

HRESULT HcsGetProcessorCompatibilityFromSavedState(PCWSTR RuntimeFileName, PCWSTR *ProcessorFeaturesString)
{
    if (ProcessorFeaturesString)
        *ProcessorFeaturesString = NULL;
    return act(NAME_OF(HcsGetProcessorCompatibilityFromSavedState), REQUEST_PROCESSOR_COMPATIBILITY, NULL,
        RuntimeFileName, ProcessorFeaturesString);
}
