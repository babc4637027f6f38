/* HcsModifyComputeSystem: which resource, which request, which value. Entry point: modify_accepts(). */
#include "system.h"
#include "spec_hresults.h"
#include <ctype.h>
#include <string.h>

/* One segment of a path pattern: {Identifier} takes any text, {UnsignedInt} digits. */
static bool segment_matches(const char *pattern, size_t length, const char *path, size_t size)
{
    if (pattern[0] != '{')
        return length == size && !memcmp(pattern, path, length);
    for (size_t i = 0; i < size && pattern[1] == 'U'; i++)
        if (!isdigit((unsigned char)path[i]))
            return false;
    return size > 0;
}

static bool path_matches(const char *pattern, const char *path)
{
    for (;;) {
        size_t length = strcspn(pattern, "/"), size = strcspn(path, "/");
        if (!segment_matches(pattern, length, path, size) || !pattern[length] != !path[size])
            return false;
        if (!pattern[length])
            return true;
        pattern += length + 1;
        path += size + 1;
    }
}

static int find_resource(const struct sim_system *system, const char *path)
{
    for (unsigned i = 0; i < spec_resource_count; i++)
        if (spec_resources[i].matrix == system->matrix && path_matches(spec_resources[i].path, path))
            return (int)i;
    return -1;
}

/* HCS-ROW: C-24 RequestType may be missing */
static bool request_allowed(const struct spec_resource *resource, const char *type)
{
    if (!type)
        return true;
    return (resource->add && !strcmp(type, VALUE_ModifyRequestType_Add)) ||
           (resource->remove && !strcmp(type, VALUE_ModifyRequestType_Remove)) ||
           (resource->update && !strcmp(type, VALUE_ModifyRequestType_Update));
}

static void member_path(char *buffer, const char *member)
{
    strcpy(buffer, "$.");
    strcat(buffer, member);
}

static bool refuse(struct request *request, HRESULT result, const char *member, const char *message)
{
    char path[64];
    member_path(path, member);
    request_refuse(request, result, path, message);
    return false;
}

/* HCS-ROW: S-16 an unknown path or a request type that the path does not have fails */
bool modify_accepts(struct sim_system *system, struct request *request)
{
    const struct document *document = request->document;
    const char *path = document_string(document, ModifySettingRequest_ResourcePath);
    const char *type = document_string(document, ModifySettingRequest_RequestType);
    const cJSON *settings = document->member[ModifySettingRequest_Settings];
    int index = path ? find_resource(system, path) : -1;
    if (index < 0)
        return refuse(request, E_INVALIDARG, FIELD_ModifySettingRequest_ResourcePath,
            "there is no such resource in this kind of system");
    if (!request_allowed(&spec_resources[index], type))
        return refuse(
            request, E_INVALIDARG, FIELD_ModifySettingRequest_RequestType, "the resource does not have this request");
    if (index != RESOURCE_VirtualMachine_ComputeTopology_Memory_SizeInMB && index != RESOURCE_Container_Memory_SizeInMB)
        return refuse(request, HRESULT_ERROR_NOT_SUPPORTED, FIELD_ModifySettingRequest_ResourcePath,
            "the resource exists, but is not simulated");
    if (!cJSON_IsNumber(settings) || settings->valuedouble < 1 || settings->valuedouble > 4294967296.0)
        return refuse(
            request, HCS_E_INVALID_JSON, FIELD_ModifySettingRequest_Settings, "a memory size in MB is expected");
    request->value = (uint64_t)settings->valuedouble;
    return true;
}
