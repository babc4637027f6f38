/* Removes what a row has added. Entry point: undo_addition(). */
#include "undo.h"
#include "call.h"
#include "json.h"
#include "request.h"
#include "row/fixture/shared.h"
#include "spec_schema.h"
#include <string.h>

/* The request that removes what that of the call adds; NULL: it adds nothing. */
static cJSON *removal(const cJSON *call)
{
    cJSON *request = request_of_type(call, VALUE_ModifyRequestType_Add);
    if (!request)
        return NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(request, FIELD_ModifySettingRequest_RequestType);
    json_add_text(request, FIELD_ModifySettingRequest_RequestType, VALUE_ModifyRequestType_Remove);
    return request;
}

static bool is_removed(struct fixture *fixture, const cJSON *request)
{
    cJSON *arguments = json_object();
    json_add_text(arguments, "computeSystem", "$system");
    json_add_text(arguments, "operation", "$operation_step");
    return call_with_document(fixture, "HcsModifyComputeSystem", arguments, request);
}

void undo_addition(struct fixture *fixture, const cJSON *call)
{
    char message[TEXT_BYTES];
    cJSON *request = fixture->share.modified && shared_is_as_it_was(fixture) ? removal(call) : NULL;
    if (!request)
        return;
    memcpy(message, fixture->message, sizeof message);
    fixture->share.modified = !is_removed(fixture, request);
    memcpy(fixture->message, message, sizeof message);
    cJSON_Delete(request);
}
