/* HcsModifyComputeSystem: which resource, which request, which value. Entry points: modify_accepts(),
   modify_finish(). */
#include "modify.h"
#include "core/lock.h"
#include "base/check.h"
#include "configuration.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

static bool refuse(struct host *host, struct host_task *task, HRESULT result, const char *member, const char *message)
{
    char path[64];
    snprintf(path, sizeof path, "$.%s", member);
    task_refuse(host, task, result, path, message);
    return false;
}

static bool is_memory_size(int resource)
{
    return resource == RESOURCE_VirtualMachine_ComputeTopology_Memory_SizeInMB ||
           resource == RESOURCE_Container_Memory_SizeInMB;
}

/* Memory can be resized but not removed. */
static bool memory_fits(struct host *host, struct host_task *task, char kind, const cJSON *settings)
{
    uint64_t megabytes;
    if (kind == 'R')
        return refuse(host, task, E_INVALIDARG, FIELD_ModifySettingRequest_RequestType, "memory can't be removed");
    if (!document_unsigned(settings, &megabytes) || megabytes < 1 || megabytes > DOCUMENT_MAX_MEMORY_MB)
        return refuse(
            host, task, E_INVALIDARG, FIELD_ModifySettingRequest_Settings, "the memory must be 1 MB to 16 TB");
    return true;
}

static bool keep(
    struct host *host, struct host_task *task, int resource, const char *path, char kind, const cJSON *settings)
{
    struct modification *modification = calloc(1, sizeof *modification);
    task->modification = modification;
    if (modification) {
        *modification =
            (struct modification){resource, strdup(path), kind, settings ? cJSON_Duplicate(settings, 1) : NULL};
        if (modification->path && (!settings || modification->settings))
            return true;
    }
    task_answer(host, task, E_OUTOFMEMORY, NULL);
    return false;
}

/* For a request that concerns only the guest: it takes any request if there is a connection to it. */
static bool accept_guest_request(struct host *host, const struct host_system *system, struct host_task *task)
{
    return system->has_guest || refuse(host, task, HRESULT_ERROR_NOT_SUPPORTED, FIELD_ModifySettingRequest_GuestRequest,
                                    "the system has no guest connection");
}

static bool has_plan9(const struct host_system *system)
{
    static const char path[] =
        FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_Plan9;
    return configuration_find(configuration_tree(system->configuration), path);
}

/* HCS-ROW: S-16 an unknown path or a request type that the path does not have fails */
bool modify_accepts(struct host *host, struct host_system *system, struct host_task *task)
{
    CHECK_HELD();
    const struct document *document = task->request->document;
    if (!configuration_tree(system->configuration)) { /* from here on it is there */
        task_answer(host, task, E_OUTOFMEMORY, NULL);
        return false;
    }
    const char *path = document_string(document, ModifySettingRequest_ResourcePath);
    const char *type = document_string(document, ModifySettingRequest_RequestType);
    const cJSON *settings = document->member[ModifySettingRequest_Settings];
    int index = path && strlen(path) < PATH_BYTES ? document_resource(path) : -1;
    if (!path && document->member[ModifySettingRequest_GuestRequest])
        return accept_guest_request(host, system, task);
    if (index < 0 || spec_resources[index].matrix != system->matrix)
        return refuse(host, task, E_INVALIDARG, FIELD_ModifySettingRequest_ResourcePath,
            "this kind of system has no such resource");
    const struct spec_resource *resource = &spec_resources[index];
    if (!document_request_fits(resource, type))
        return refuse(host, task, E_INVALIDARG, FIELD_ModifySettingRequest_RequestType,
            "the resource does not support this request type");
    char kind = type ? *type : 0;
    bool wanted = document_settings_read(resource, type);
    if (wanted && !settings)
        return refuse(host, task, HCS_E_INVALID_JSON, FIELD_ModifySettingRequest_Settings, "settings are required");
    if (index == RESOURCE_VirtualMachine_Devices_Plan9_Shares && !has_plan9(system)) /* HCS-ROW: F-23 */
        return refuse(host, task, HRESULT_ERROR_NOT_FOUND, FIELD_ModifySettingRequest_ResourcePath,
            "the virtual machine was created without a Plan9 device");
    if (is_memory_size(index) && !memory_fits(host, task, kind, settings))
        return false;
    bool of_unknown_type = resource->settings == TYPE_Any && kind != 'R';
    return keep(host, task, index, path, kind, wanted || of_unknown_type ? settings : NULL);
}

/* HCS-ROW: S-16 removing something that does not exist is an error, except for network adapters */
static HRESULT forgiven(HRESULT result, const struct modification *modification)
{
    bool adapter = modification->resource == RESOURCE_VirtualMachine_Devices_NetworkAdapters__Identifier_;
    return adapter && modification->request == 'R' && result == HRESULT_ERROR_NOT_FOUND ? S_OK : result;
}

void modify_finish(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct host_system *system = task->system;
    struct modification *modification = task->modification;
    CHECK(system && task->request->kind == REQUEST_MODIFY);
    if (!modification) { /* concerned only the guest */
        task_answer(host, task, S_OK, NULL);
        return;
    }
    system->has_ports |= modification->resource == RESOURCE_VirtualMachine_Devices_ComPorts__UnsignedInt_;
    if (is_memory_size(modification->resource))
        document_unsigned(modification->settings, &system->memory_mb);
    HRESULT result =
        forgiven(configuration_modify(configuration_tree(system->configuration), modification), modification);
    if (FAILED(result))
        refuse(host, task, result, FIELD_ModifySettingRequest_ResourcePath,
            result == HRESULT_ERROR_NOT_FOUND ? "nothing with that name exists" : "it exists already");
    else
        task_answer(host, task, S_OK, NULL);
}
