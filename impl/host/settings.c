/* Queries and settings of the service. Entry point: settings_submit(). */
#include "settings.h"
#include "core/lock.h"
#include "configuration.h"
#include "base/text/json_writer.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_PER_CORE = 2, COOKIE = 12 };
enum { CACHE_LINE = 64, LINE_UNIT = 8, ADDRESS_BITS = 46 }; /* LINE_UNIT: CPUID gives the flush size in 8 bytes */

/* --- properties --- */

static void write_basic(struct writer *writer, const char *name, const struct host *host)
{
    writer_open(writer, name, '{');
    host_write_versions(host, writer, FIELD_BasicInformation_SupportedSchemaVersions);
    writer_close(writer, '}');
}

/* HCS-ROW: C-24 one package, two threads per core */
static void write_topology(struct writer *writer, const char *name, const struct host *host)
{
    writer_open(writer, name, '{');
    writer_integer(writer, FIELD_ProcessorTopology_LogicalProcessorCount, host->processors);
    writer_open(writer, FIELD_ProcessorTopology_LogicalProcessors, '[');
    for (unsigned i = 0; i < host->processors; i++) {
        writer_open(writer, NULL, '{');
        writer_integer(writer, FIELD_LogicalProcessor_LpIndex, i);
        writer_integer(writer, FIELD_LogicalProcessor_NodeNumber, 0);
        writer_integer(writer, FIELD_LogicalProcessor_PackageId, 0);
        writer_integer(writer, FIELD_LogicalProcessor_CoreId, i / THREADS_PER_CORE);
        writer_integer(writer, FIELD_LogicalProcessor_RootVpIndex, i);
        writer_close(writer, '}');
    }
    writer_close(writer, ']');
    writer_close(writer, '}');
}

/* Groups and guards are stored in the form in which queries show them. */
static void write_kept(struct writer *writer, const char *name, const char *member, const cJSON *kept)
{
    writer_open(writer, name, '{');
    if (kept)
        configuration_write(writer, member, kept);
    else {
        writer_open(writer, member, '[');
        writer_close(writer, ']');
    }
    writer_close(writer, '}');
}

static void write_groups(struct writer *writer, const char *name, const struct host *host)
{
    write_kept(writer, name, FIELD_CpuGroupConfigurations_CpuGroups, host->cpu_groups);
}

static void write_guards(struct writer *writer, const char *name, const struct host *host)
{
    write_kept(writer, name, FIELD_ContainerCredentialGuardSystemInfo_Instances, host->credential_guards);
}

static void write_quality(struct writer *writer, const char *name, const struct host *host)
{
    (void)host;
    writer_open(writer, name, '{');
    writer_boolean(writer, FIELD_QoSCapabilities_ProcessorQoSSupported, true);
    writer_close(writer, '}');
}

/* HCS-ROW: F-11 a client reads these, and fails without them */
static void write_capabilities(struct writer *writer, const char *name, const struct host *host)
{
    static const char *const features[] = {VALUE_ProcessorFeature_Sse3, VALUE_ProcessorFeature_LahfSahf,
        VALUE_ProcessorFeature_Ssse3, VALUE_ProcessorFeature_Sse4_1, VALUE_ProcessorFeature_Sse4_2,
        VALUE_ProcessorFeature_Popcnt, VALUE_ProcessorFeature_Cmpxchg16B, VALUE_ProcessorFeature_Lzcnt,
        VALUE_ProcessorFeature_Pclmulqdq, VALUE_ProcessorFeature_Rdrand, VALUE_ProcessorFeature_Bmi1,
        VALUE_ProcessorFeature_Bmi2, VALUE_ProcessorFeature_Rdtscp};
    static const char *const saved[] = {
        VALUE_XsaveProcessorFeature_Xsave, VALUE_XsaveProcessorFeature_Avx, VALUE_XsaveProcessorFeature_Avx2};
    (void)host;
    writer_open(writer, name, '{');
    writer_open(writer, FIELD_ProcessorCapabilitiesInfo_ProcessorFeatures, '[');
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        writer_string(writer, NULL, features[i]);
    writer_close(writer, ']');
    writer_open(writer, FIELD_ProcessorCapabilitiesInfo_XsaveProcessorFeatures, '[');
    for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
        writer_string(writer, NULL, saved[i]);
    writer_close(writer, ']');
    writer_integer(writer, FIELD_ProcessorCapabilitiesInfo_CacheLineFlushSize, CACHE_LINE / LINE_UNIT);
    writer_integer(writer, FIELD_ProcessorCapabilitiesInfo_ImplementedPhysicalAddressBits, ADDRESS_BITS);
    writer_close(writer, '}');
}

/* HCS-ROW: F-10 the official sample queries it; no host's answer is known */
static void write_memory(struct writer *writer, const char *name, const struct host *host)
{
    (void)host;
    writer_open(writer, name, '{');
    writer_close(writer, '}');
}

static const struct {
    const char *type;
    void (*write)(struct writer *, const char *, const struct host *);
} parts[] = {{VALUE_GetPropertyType_Basic, write_basic}, {VALUE_GetPropertyType_CpuGroup, write_groups},
    {VALUE_GetPropertyType_ProcessorTopology, write_topology},
    {VALUE_GetPropertyType_ContainerCredentialGuard, write_guards},
    {VALUE_GetPropertyType_QoSCapabilities, write_quality}, {VALUE_ServicePropertyOfClients_Memory, write_memory},
    {VALUE_ServicePropertyOfClients_ProcessorCapabilities, write_capabilities}};

enum { PARTS = sizeof parts / sizeof *parts };

static int find_part(const char *type)
{
    for (int i = 0; i < PARTS; i++)
        if (type && !strcmp(parts[i].type, type))
            return i;
    return -1;
}

static void write_part(struct writer *writer, int part, const char *member, const struct host *host)
{
    if (!host_write_given(host, writer, member, parts[part].type, NULL))
        parts[part].write(writer, member, host);
}

/* Writes one element per requested type; the basic one if none was requested. */
static void write_list(struct writer *writer, const struct host *host, const cJSON *types)
{
    const cJSON *item;
    writer_open(writer, FIELD_ServiceProperties_Properties, '[');
    cJSON_ArrayForEach (item, types) {
        int part = find_part(cJSON_GetStringValue(item));
        if (part >= 0)
            write_part(writer, part, NULL, host);
    }
    if (!types)
        write_part(writer, find_part(VALUE_GetPropertyType_Basic), NULL, host);
    writer_close(writer, ']');
}

/* HCS-ROW: V-02 each type has its own response or error */
static void write_responses(struct writer *writer, struct host *host, const cJSON *queries)
{
    const cJSON *item;
    writer_open(writer, FIELD_ServiceProperties_PropertyResponses, '{');
    cJSON_ArrayForEach (item, queries) {
        int part = find_part(item->string);
        writer_open(writer, item->string, '{');
        bool refused = host_refuses_property(host, writer, item->string, NULL);
        if (part >= 0 && !refused)
            write_part(writer, part, FIELD_PropertyResponse_Response, host);
        else if (!refused)
            host_write_error(writer, HCS_E_INVALID_JSON, "there is no such property");
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
}

static void answer_query(struct host *host, struct request *request)
{
    const struct document *query = request->document;
    const cJSON *types = query ? query->member[Service_PropertyQuery_PropertyTypes] : NULL;
    const cJSON *queries = query ? query->member[Service_PropertyQuery_PropertyQueries] : NULL;
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '{');
    if (types || !queries)
        write_list(&writer, host, types);
    if (queries)
        write_responses(&writer, host, queries);
    writer_close(&writer, '}');
    char *document = writer_finish(&writer);
    request_complete(request, document ? S_OK : E_OUTOFMEMORY, document);
}

/* --- settings --- */

static void refuse(struct request *request, HRESULT result, const char *member, const char *message)
{
    char path[128];
    snprintf(
        path, sizeof path, "$.%s%s%s", FIELD_ModificationRequest_Settings, member ? "." : "", member ? member : "");
    request_refuse(request, result, path, message);
}

static void refuse_detail(struct request *request, HRESULT result, const char *member, const char *message)
{
    char path[96];
    snprintf(path, sizeof path, "%s.%s", FIELD_HostProcessorModificationRequest_OperationDetails, member);
    refuse(request, result, path, message);
}

/* Adds a copy under a name. */
static bool add_copy(cJSON *object, const char *name, const cJSON *value)
{
    cJSON *copy = value ? cJSON_Duplicate(value, 1) : NULL;
    if (!value || cJSON_AddItemToObject(object, name, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static bool keep(cJSON **list, cJSON *item, bool whole)
{
    if (!*list)
        *list = cJSON_CreateArray();
    if (whole && *list && cJSON_AddItemToArray(*list, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool processors_fit(const struct host *host, const cJSON *processors)
{
    const cJSON *item;
    uint64_t number;
    cJSON_ArrayForEach (item, processors)
        if (!document_unsigned(item, &number) || number >= host->processors)
            return false;
    return true;
}

static void create_group(struct host *host, struct request *request, const cJSON *details)
{
    const cJSON *id = document_member(details, FIELD_CreateGroupOperation_GroupId);
    const cJSON *processors = document_member(details, FIELD_CreateGroupOperation_LogicalProcessors);
    const cJSON *count = document_member(details, FIELD_CreateGroupOperation_LogicalProcessorCount);
    if (!id) {
        refuse_detail(request, E_INVALIDARG, FIELD_CreateGroupOperation_GroupId, "a group needs an id");
    } else if (configuration_element(host->cpu_groups, FIELD_CpuGroupConfig_GroupId, id->valuestring)) {
        refuse_detail(request, HRESULT_ERROR_OBJECT_ALREADY_EXISTS, FIELD_CreateGroupOperation_GroupId,
            "the group exists already");
    } else if (!processors_fit(host, processors)) {
        refuse_detail(
            request, E_INVALIDARG, FIELD_CreateGroupOperation_LogicalProcessors, "the host has no such processor");
    } else {
        cJSON *group = cJSON_CreateObject(), *affinity;
        bool whole = add_copy(group, FIELD_CpuGroupConfig_GroupId, id) &&
                     (affinity = cJSON_AddObjectToObject(group, FIELD_CpuGroupConfig_Affinity)) &&
                     add_copy(affinity, FIELD_CpuGroupAffinity_LogicalProcessorCount, count) &&
                     add_copy(affinity, FIELD_CpuGroupAffinity_LogicalProcessors, processors) &&
                     cJSON_AddArrayToObject(group, FIELD_CpuGroupConfig_GroupProperties);
        if (whole && host_knows(host, TYPE_CpuGroupConfig, CpuGroupConfig_HypervisorGroupId))
            whole = cJSON_AddNumberToObject(group, FIELD_CpuGroupConfig_HypervisorGroupId, ++host->last_group);
        request_complete(request, keep(&host->cpu_groups, group, whole) ? S_OK : E_OUTOFMEMORY, NULL);
    }
}

static cJSON *group_of(struct host *host, struct request *request, const cJSON *details)
{
    const char *id = document_text(details, FIELD_DeleteGroupOperation_GroupId);
    cJSON *group = configuration_element(host->cpu_groups, FIELD_CpuGroupConfig_GroupId, id);
    if (!group)
        refuse_detail(
            request, id ? HRESULT_ERROR_NOT_FOUND : E_INVALIDARG, FIELD_DeleteGroupOperation_GroupId, "no such group");
    return group;
}

static void delete_group(struct host *host, struct request *request, const cJSON *details)
{
    cJSON *group = group_of(host, request, details);
    if (!group)
        return;
    cJSON_Delete(cJSON_DetachItemViaPointer(host->cpu_groups, group));
    request_complete(request, S_OK, NULL);
}

/* Changes the value of an existing property code. */
static void set_property(struct host *host, struct request *request, const cJSON *details)
{
    cJSON *group = group_of(host, request, details), *item, *old = NULL;
    const cJSON *code = document_member(details, FIELD_SetPropertyOperation_PropertyCode);
    const cJSON *value = document_member(details, FIELD_SetPropertyOperation_PropertyValue);
    if (!group)
        return;
    if (!code || !value) {
        refuse_detail(request, E_INVALIDARG,
            code ? FIELD_SetPropertyOperation_PropertyValue : FIELD_SetPropertyOperation_PropertyCode,
            "a property needs code and value");
        return;
    }
    cJSON *list = cJSON_GetObjectItemCaseSensitive(group, FIELD_CpuGroupConfig_GroupProperties);
    cJSON_ArrayForEach (item, list) {
        const cJSON *own = document_member(item, FIELD_CpuGroupProperty_PropertyCode);
        if (own && own->valuedouble <= code->valuedouble && own->valuedouble >= code->valuedouble)
            old = item;
    }
    cJSON *property = cJSON_CreateObject();
    bool whole = add_copy(property, FIELD_CpuGroupProperty_PropertyCode, code) &&
                 add_copy(property, FIELD_CpuGroupProperty_PropertyValue, value);
    if (whole && old)
        cJSON_Delete(cJSON_DetachItemViaPointer(list, old));
    request_complete(request, keep(&list, property, whole) ? S_OK : E_OUTOFMEMORY, NULL);
}

/* --- credential guards; they last until the service ends. HCS-ROW: V-04 --- */

static void make_cookie(struct host *host, char text[COOKIE + 1])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < COOKIE; i++)
        text[i] = digits[host->backend->random(host, 64)];
    text[COOKIE] = 0;
}

/* HCS-ROW: F-30 an instance with a hypervisor socket as transport has the id of its service. */
static bool add_socket(cJSON *guard, const char *id, const cJSON *transport)
{
    static const unsigned char none[GUID_BYTES];
    static const char everybody[] = "D:P(A;;FA;;;WD)";
    const char *how = cJSON_GetStringValue(transport);
    char service[GUID_TEXT];
    cJSON *socket, *config;
    if (!how || strcmp(how, VALUE_ContainerCredentialGuardTransport_HvSocket) != 0)
        return true;
    return identity_of_name(none, id, service) &&
           (socket = cJSON_AddObjectToObject(guard, FIELD_ContainerCredentialGuardInstance_HvSocketConfig)) &&
           cJSON_AddStringToObject(socket, FIELD_ContainerCredentialGuardHvSocketServiceConfig_ServiceId, service) &&
           (config = cJSON_AddObjectToObject(
                socket, FIELD_ContainerCredentialGuardHvSocketServiceConfig_ServiceConfig)) &&
           cJSON_AddStringToObject(config, FIELD_HvSocketServiceConfig_BindSecurityDescriptor, everybody) &&
           cJSON_AddStringToObject(config, FIELD_HvSocketServiceConfig_ConnectSecurityDescriptor, everybody) &&
           cJSON_AddTrueToObject(config, FIELD_HvSocketServiceConfig_AllowWildcardBinds);
}

static void add_guard(struct host *host, struct request *request, const cJSON *details)
{
    const cJSON *id = document_member(details, FIELD_ContainerCredentialGuardAddInstanceRequest_Id);
    const cJSON *spec = document_member(details, FIELD_ContainerCredentialGuardAddInstanceRequest_CredentialSpec);
    const cJSON *transport = document_member(details, FIELD_ContainerCredentialGuardAddInstanceRequest_Transport);
    char cookie[COOKIE + 1];
    if (!id) {
        refuse_detail(
            request, E_INVALIDARG, FIELD_ContainerCredentialGuardAddInstanceRequest_Id, "an instance needs an id");
    } else if (configuration_element(
                   host->credential_guards, FIELD_ContainerCredentialGuardInstance_Id, id->valuestring)) {
        refuse_detail(request, HRESULT_ERROR_OBJECT_ALREADY_EXISTS, FIELD_ContainerCredentialGuardAddInstanceRequest_Id,
            "the instance exists already");
    } else {
        cJSON *guard = cJSON_CreateObject(), *state;
        make_cookie(host, cookie);
        bool whole = add_copy(guard, FIELD_ContainerCredentialGuardInstance_Id, id) &&
                     (state = cJSON_AddObjectToObject(guard, FIELD_ContainerCredentialGuardInstance_CredentialGuard)) &&
                     cJSON_AddStringToObject(state, FIELD_ContainerCredentialGuardState_Cookie, cookie) &&
                     add_copy(state, FIELD_ContainerCredentialGuardState_RpcEndpoint, id) &&
                     add_copy(state, FIELD_ContainerCredentialGuardState_Transport, transport) &&
                     add_copy(state, FIELD_ContainerCredentialGuardState_CredentialSpec, spec) &&
                     add_socket(guard, id->valuestring, transport);
        request_complete(request, keep(&host->credential_guards, guard, whole) ? S_OK : E_OUTOFMEMORY, NULL);
    }
}

static void remove_guard(struct host *host, struct request *request, const cJSON *details)
{
    const char *id = document_text(details, FIELD_ContainerCredentialGuardRemoveInstanceRequest_Id);
    cJSON *guard = configuration_element(host->credential_guards, FIELD_ContainerCredentialGuardInstance_Id, id);
    if (!guard) {
        refuse_detail(request, id ? HRESULT_ERROR_NOT_FOUND : E_INVALIDARG,
            FIELD_ContainerCredentialGuardRemoveInstanceRequest_Id, "no such instance");
        return;
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(host->credential_guards, guard));
    request_complete(request, S_OK, NULL);
}

static const struct {
    const char *property, *operation;
    void (*run)(struct host *, struct request *, const cJSON *details);
} modifications[] = {{VALUE_ModifyPropertyType_CpuGroup, VALUE_ModifyServiceOperation_CreateGroup, create_group},
    {VALUE_ModifyPropertyType_CpuGroup, VALUE_ModifyServiceOperation_DeleteGroup, delete_group},
    {VALUE_ModifyPropertyType_CpuGroup, VALUE_ModifyServiceOperation_SetProperty, set_property},
    {VALUE_ModifyPropertyType_ContainerCredentialGuard, VALUE_ContainerCredentialGuardModifyOperation_AddInstance,
        add_guard},
    {VALUE_ModifyPropertyType_ContainerCredentialGuard, VALUE_ContainerCredentialGuardModifyOperation_RemoveInstance,
        remove_guard}};

static void modify(struct host *host, struct request *request)
{
    const char *property = document_string(request->document, ModificationRequest_PropertyType);
    const cJSON *settings = request->document->member[ModificationRequest_Settings];
    const char *operation = document_text(settings, FIELD_HostProcessorModificationRequest_Operation);
    const cJSON *details = document_member(settings, FIELD_HostProcessorModificationRequest_OperationDetails);
    for (size_t i = 0; i < sizeof modifications / sizeof *modifications; i++)
        if (property && operation && !strcmp(property, modifications[i].property) &&
            !strcmp(operation, modifications[i].operation)) {
            modifications[i].run(host, request, details);
            return;
        }
    if (property)
        refuse(request, E_INVALIDARG, FIELD_HostProcessorModificationRequest_Operation, "an operation is required");
    else
        request_refuse(
            request, E_INVALIDARG, "$." FIELD_ModificationRequest_PropertyType, "a property type is required");
}

/* HCS-ROW: V-12 a report that names no system is incomplete */
static void take_report(struct request *request)
{
    if (document_string(request->document, CrashReport_SystemId))
        request_complete(request, S_OK, NULL);
    else
        request_refuse(request, E_INVALIDARG, "$." FIELD_CrashReport_SystemId, "the report must name its system");
}

void settings_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    if (request->kind == REQUEST_GET_SERVICE_PROPERTIES)
        answer_query(host, request);
    else if (request->kind == REQUEST_MODIFY_SERVICE)
        modify(host, request);
    else
        take_report(request);
}

void settings_free(struct host *host)
{
    CHECK_HELD();
    cJSON_Delete(host->cpu_groups);
    cJSON_Delete(host->credential_guards);
}
