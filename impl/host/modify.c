/* HcsModifyComputeSystem: which resource, which request, which value. Entry points: modify_accepts(),
   modify_complete(). */
#include "modify.h"
#include "configuration.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

/* HCS-ROW: C-24 RequestType may be missing */
static bool request_allowed(const struct spec_resource *resource, const char *type)
{
    if (!type)
        return true;
    return (resource->add && !strcmp(type, VALUE_ModifyRequestType_Add)) ||
           (resource->remove && !strcmp(type, VALUE_ModifyRequestType_Remove)) ||
           (resource->update && !strcmp(type, VALUE_ModifyRequestType_Update));
}

static bool refuse(struct request *request, HRESULT result, const char *member, const char *message)
{
    char path[64];
    snprintf(path, sizeof path, "$.%s", member);
    request_refuse(request, result, path, message);
    return false;
}

static bool is_memory_size(int resource)
{
    return resource == RESOURCE_VirtualMachine_ComputeTopology_Memory_SizeInMB ||
           resource == RESOURCE_Container_Memory_SizeInMB;
}

/* Memory can be resized, not taken away. */
static bool memory_fits(struct request *request, char kind, const cJSON *settings)
{
    uint64_t megabytes;
    if (kind == 'R')
        return refuse(request, E_INVALIDARG, FIELD_ModifySettingRequest_RequestType, "memory can't be removed");
    if (!document_unsigned(settings, &megabytes) || megabytes < 1 || megabytes > SIM_MAX_MEMORY_MB)
        return refuse(request, E_INVALIDARG, FIELD_ModifySettingRequest_Settings, "the host has no such memory");
    return true;
}

static bool keep(struct request *request, int resource, const char *path, char kind, const cJSON *settings)
{
    struct modification *modification = calloc(1, sizeof *modification);
    if (modification) {
        *modification =
            (struct modification){resource, strdup(path), kind, settings ? cJSON_Duplicate(settings, 1) : NULL};
        request->value = (uint64_t)(uintptr_t)modification;
        if (modification->path && (!settings || modification->settings))
            return true;
    }
    modify_abandon(request);
    request_complete(request, E_OUTOFMEMORY, NULL);
    return false;
}

/* A request for the guest alone: the simulated guest takes any, if there is a connection to it. */
static bool accept_guest_request(struct sim_system *system, struct request *request)
{
    request->value = 0;
    return system->has_guest || refuse(request, HRESULT_ERROR_NOT_SUPPORTED, FIELD_ModifySettingRequest_GuestRequest,
                                    "the system has no guest connection");
}

/* HCS-ROW: S-16 an unknown path or a request type that the path does not have fails */
bool modify_accepts(struct sim_system *system, struct request *request)
{
    const struct document *document = request->document;
    const char *path = document_string(document, ModifySettingRequest_ResourcePath);
    const char *type = document_string(document, ModifySettingRequest_RequestType);
    const cJSON *settings = document->member[ModifySettingRequest_Settings];
    int index = path && strlen(path) < PATH_BYTES ? document_resource(path) : -1;
    if (!path && document->member[ModifySettingRequest_GuestRequest])
        return accept_guest_request(system, request);
    if (index < 0 || spec_resources[index].matrix != system->matrix)
        return refuse(request, E_INVALIDARG, FIELD_ModifySettingRequest_ResourcePath,
            "there is no such resource in this kind of system");
    const struct spec_resource *resource = &spec_resources[index];
    if (!request_allowed(resource, type))
        return refuse(
            request, E_INVALIDARG, FIELD_ModifySettingRequest_RequestType, "the resource does not have this request");
    char kind = type ? *type : 0;
    bool wanted =
        resource->settings != TYPE_Any && !(kind == 'R' && (resource->ignored_on_remove || !resource->element));
    if (wanted && !settings)
        return refuse(request, HCS_E_INVALID_JSON, FIELD_ModifySettingRequest_Settings, "settings are required");
    if (is_memory_size(index) && !memory_fits(request, kind, settings))
        return false;
    return keep(request, index, path, kind, wanted ? settings : NULL);
}

/* HCS-ROW: S-16 what is removed without being there is an error, for all but network adapters */
static HRESULT forgiven(HRESULT result, const struct modification *modification)
{
    bool adapter = modification->resource == RESOURCE_VirtualMachine_Devices_NetworkAdapters__Identifier_;
    return adapter && modification->request == 'R' && result == HRESULT_ERROR_NOT_FOUND ? S_OK : result;
}

void modify_complete(struct sim_system *system, struct request *request)
{
    struct modification *modification = (struct modification *)(uintptr_t)request->value;
    if (!modification) { /* for the guest alone */
        request_complete(request, S_OK, NULL);
        return;
    }
    bool memory = is_memory_size(modification->resource);
    if (memory)
        document_unsigned(modification->settings, &system->memory_mb);
    HRESULT result = forgiven(configuration_modify(system->configuration, modification), modification);
    modify_abandon(request);
    if (FAILED(result))
        refuse(request, result, FIELD_ModifySettingRequest_ResourcePath,
            result == HRESULT_ERROR_NOT_FOUND ? "there is nothing of that name to change" : "it is there already");
    else
        request_complete(request, S_OK, NULL);
}

void modify_abandon(struct request *request)
{
    modification_free((struct modification *)(uintptr_t)request->value);
    request->value = 0;
}
