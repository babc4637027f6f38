/* Rules between the fields of a document. Entry point: document_rules_hold(). */
#include "document_rules.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <string.h>

static bool broken(struct document_error *error, const char *member, const char *message)
{
    error->code = HCS_E_INVALID_JSON;
    snprintf(error->path, sizeof error->path, member ? "$.%s" : "$", member);
    snprintf(error->message, sizeof error->message, "%s", message);
    return false;
}

/* HCS-ROW: J-11 exactly one body, and a schema version; J-12 a version that is not supported fails */
static bool system_holds(const struct document *document, struct document_error *error)
{
    const cJSON *version = document->member[ComputeSystem_SchemaVersion];
    if (!version)
        return broken(error, FIELD_ComputeSystem_SchemaVersion, "a schema version is required");
    const cJSON *major = document_member(version, FIELD_Version_Major);
    const cJSON *minor = document_member(version, FIELD_Version_Minor);
    if (!major || major->valuedouble != 2 || (minor && minor->valuedouble > 7))
        return broken(error, FIELD_ComputeSystem_SchemaVersion, "the schema version is not supported");
    static const int bodies[] = {ComputeSystem_Container, ComputeSystem_VirtualMachine, ComputeSystem_HostedSystem};
    int count = 0, last = 0;
    for (int i = 0; i < 3; i++)
        if (document->member[bodies[i]]) {
            count++;
            last = bodies[i];
        }
    if (count == 0)
        return broken(error, NULL, "one of Container, VirtualMachine and HostedSystem is required");
    if (count > 1)
        return broken(error, spec_types[TYPE_ComputeSystem].fields[last].name, "a second body excludes the first");
    return true;
}

static bool modify_process_holds(const struct document *document, struct document_error *error)
{
    const char *operation = document_string(document, ProcessModifyRequest_Operation);
    if (!operation)
        return broken(error, FIELD_ProcessModifyRequest_Operation, "an operation is required");
    const cJSON *close = document->member[ProcessModifyRequest_CloseHandle];
    if (!strcmp(operation, VALUE_ModifyOperation_CloseHandle) &&
        !(close && document_member(close, FIELD_CloseHandle_Handle)))
        return broken(error, FIELD_ProcessModifyRequest_CloseHandle, "a handle is required");
    if (!strcmp(operation, VALUE_ModifyOperation_ConsoleSize) && !document->member[ProcessModifyRequest_ConsoleSize])
        return broken(error, FIELD_ProcessModifyRequest_ConsoleSize, "a console size is required");
    return true;
}

bool document_rules_hold(const struct document *document, struct document_error *error)
{
    switch (document->type) {
    case TYPE_ComputeSystem:
        return system_holds(document, error);
    case TYPE_ProcessModifyRequest:
        return modify_process_holds(document, error);
    case TYPE_ModifySettingRequest:
        return document->member[ModifySettingRequest_ResourcePath] ||
               document->member[ModifySettingRequest_GuestRequest] ||
               broken(error, FIELD_ModifySettingRequest_ResourcePath, "a resource path is required");
    default:
        return true;
    }
}
