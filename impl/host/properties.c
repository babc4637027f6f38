/* The Properties document. Entry points: properties_accept(), properties_finish(). */
#include "properties.h"
#include "core/lock.h"
#include "configuration.h"
#include "base/text/json_writer.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { PAGES_PER_MB = 256, GUEST_PROTOCOL = 4, MAX_ANSWERS = 256 };

static bool is_vm(const struct host_system *system)
{
    return system->matrix == MATRIX_VirtualMachine;
}

/* Returns what is at that path of the configuration, or NULL. Without memory the document fails. */
static const cJSON *find(struct writer *writer, const struct host_system *system, const char *path)
{
    const cJSON *tree = configuration_tree(system->configuration);
    writer->text.failed |= !tree;
    return configuration_find(tree, path);
}

/* --- the parts --- */

/* HCS-ROW: no State before the first start */
static void write_state(struct writer *writer, const struct host_system *system)
{
    static const char *const names[STATE_COUNT] = {[STATE_RUNNING] = VALUE_State_Running,
        [STATE_PAUSED] = VALUE_State_Paused,
        [STATE_SAVED_AS_TEMPLATE] = VALUE_State_SavedAsTemplate,
        [STATE_STOPPING] = VALUE_State_Running};
    enum spec_state state = system->state;
    if (state == STATE_STOPPING && !system->was_started)
        state = STATE_CREATED;
    if (names[state])
        writer_string(writer, FIELD_Properties_State, names[state]);
}

/* HCS-ROW: F-05, H-18, Q-17 hosts return only this, for virtual machines too */
static void write_exited(struct writer *writer, const struct host_system *system)
{
    writer_string(writer, FIELD_Properties_Id, system->id);
    writer_string(writer, FIELD_Properties_SystemType, VALUE_SystemType_Container);
    writer_boolean(writer, FIELD_Properties_Stopped, true);
    writer_string(writer, FIELD_Properties_ExitType, end_type(system));
}

/* HCS-ROW: F-06 of a machine that another service made; nothing tracks what it does with its memory */
static void write_memory_topology(struct writer *writer)
{
    writer_open(writer, FIELD_PropertiesOfHosts_MemoryTopology, '{');
    writer_boolean(writer, FIELD_MemoryTopology_AccessTrackingEnabled, false);
    writer_boolean(writer, FIELD_MemoryTopology_HardwareAccessTrackingSupported, false);
    writer_boolean(writer, FIELD_MemoryTopology_DeviceAccessTrackingSupported, false);
    writer_integer(writer, FIELD_MemoryTopology_AccessTrackingRangeSizeInPages, 0);
    writer_integer(writer, FIELD_MemoryTopology_AccessTrackingBitmapSizeInBits, 0);
    writer_integer(writer, FIELD_MemoryTopology_GpaMappingSizeInPages, 0);
    writer_close(writer, '}');
}

/* HCS-ROW: C-20, Q-02, Q-06, F-06 in the order in which hosts have them */
void properties_write_basic(struct writer *writer, const struct host_system *system)
{
    CHECK_HELD();
    bool vm = is_vm(system);
    if (system->state == STATE_EXITED) {
        write_exited(writer, system);
        return;
    }
    const char *host = table_hosting_id(system);
    writer_string(writer, FIELD_Properties_Id, system->id);
    writer_string(
        writer, FIELD_Properties_SystemType, vm ? VALUE_SystemType_VirtualMachine : VALUE_SystemType_Container);
    if (!vm || system->has_guest)
        writer_string(writer, FIELD_Properties_RuntimeOsType, VALUE_OsType_Windows);
    if (system->name)
        writer_string(writer, FIELD_Properties_Name, system->name);
    writer_string(writer, FIELD_Properties_Owner, host_owner(system));
    writer_string(writer, FIELD_Properties_RuntimeId, system->runtime_id);
    if (host)
        writer_string(writer, FIELD_Properties_HostingSystemId, host);
    if (vm && system->name)
        write_memory_topology(writer);
    write_state(writer, system);
}

/* HCS-ROW: C-22, C-23 memory sizes fit int32; assigned memory counts 4 KiB pages */
static void write_memory(struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    (void)host;
    int64_t pages = (int64_t)(system->memory_mb * PAGES_PER_MB);
    writer_open(writer, name, '{');
    writer_integer(writer, FIELD_MemoryInformationForVm_VirtualNodeCount, 1);
    writer_open(writer, FIELD_MemoryInformationForVm_VirtualMachineMemory, '{');
    writer_integer(writer, FIELD_VmMemory_AvailableMemory, 100);
    writer_integer(writer, FIELD_VmMemory_AvailableMemoryBuffer, 0);
    writer_integer(writer, FIELD_VmMemory_ReservedMemory, pages);
    writer_integer(writer, FIELD_VmMemory_AssignedMemory, pages);
    writer_close(writer, '}');
    writer_close(writer, '}');
}

/* HCS-ROW: F-07 hosts leave out counters of zero */
static void write_counter(struct writer *writer, const char *name, uint64_t value)
{
    if (value)
        writer_integer(writer, name, (int64_t)value);
}

static void write_endpoint(struct writer *writer, const char *endpoint)
{
    static const unsigned char none[GUID_BYTES];
    char instance[GUID_TEXT];
    if (!endpoint || !identity_of_name(none, endpoint, instance))
        return;
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_NetworkStatistics_EndpointId, endpoint);
    writer_string(writer, FIELD_NetworkStatistics_InstanceId, instance);
    writer_close(writer, '}');
}

/* HCS-ROW: F-07 an entry for each endpoint, if any, without counters: they are all zero, since nothing is sent */
static void write_network(struct writer *writer, const struct host_system *system)
{
    static const char of_container[] =
        FIELD_ComputeSystem_Container "/" FIELD_Container_Networking "/" FIELD_Networking_NetworkAdapters;
    static const char of_machine[] =
        FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_NetworkAdapters;
    const cJSON *list = find(writer, system, is_vm(system) ? of_machine : of_container), *item;
    writer_open(writer, FIELD_StatisticsOfHosts_Network, '[');
    cJSON_ArrayForEach (item, list)
        write_endpoint(
            writer, is_vm(system) ? document_text(item, FIELD_NetworkAdapter_EndpointId) : cJSON_GetStringValue(item));
    writer_close(writer, ']');
}

static void write_storage(struct writer *writer, const struct backend_usage *usage)
{
    writer_open(writer, FIELD_Statistics_Storage, '{');
    write_counter(writer, FIELD_StorageStats_ReadCountNormalized, usage->reads);
    write_counter(writer, FIELD_StorageStats_ReadSizeBytes, usage->read_bytes);
    write_counter(writer, FIELD_StorageStats_WriteCountNormalized, usage->writes);
    write_counter(writer, FIELD_StorageStats_WriteSizeBytes, usage->written_bytes);
    writer_close(writer, '}');
}

static void write_statistics(
    struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    char text[HOST_TIME_BYTES];
    struct backend_usage usage = {0};
    uint64_t now = host->backend->time(host);
    host->backend->system_usage(host, system, &usage);
    writer_open(writer, name, '{');
    host_format_time(now, text);
    writer_string(writer, FIELD_Statistics_Timestamp, text);
    host_format_time(system->started, text);
    writer_string(writer, FIELD_Statistics_ContainerStartTime, text);
    writer_integer(
        writer, FIELD_Statistics_Uptime100ns, system->was_started ? (int64_t)((now - system->started) / 100) : 0);
    writer_open(writer, FIELD_Statistics_Processor, '{');
    writer_integer(writer, FIELD_ProcessorStats_TotalRuntime100ns, (int64_t)(usage.user + usage.kernel));
    writer_integer(writer, FIELD_ProcessorStats_RuntimeUser100ns, (int64_t)usage.user);
    writer_integer(writer, FIELD_ProcessorStats_RuntimeKernel100ns, (int64_t)usage.kernel);
    writer_close(writer, '}');
    writer_open(writer, FIELD_Statistics_Memory, '{');
    write_counter(writer, FIELD_MemoryStats_MemoryUsageCommitBytes, usage.commit);
    write_counter(writer, FIELD_MemoryStats_MemoryUsageCommitPeakBytes, usage.commit_peak);
    write_counter(writer, FIELD_MemoryStats_MemoryUsagePrivateWorkingSetBytes, usage.private_set);
    writer_close(writer, '}');
    write_storage(writer, &usage);
    write_network(writer, system);
    writer_close(writer, '}');
}

/* created: in nanoseconds. */
static void write_process(
    struct writer *writer, uint32_t id, const char *image, uint64_t created, const struct backend_usage *usage)
{
    char text[HOST_TIME_BYTES];
    host_format_time(created, text);
    writer_open(writer, NULL, '{');
    writer_integer(writer, FIELD_ProcessDetails_ProcessId, id);
    writer_string(writer, FIELD_ProcessDetails_ImageName, image);
    writer_string(writer, FIELD_ProcessDetails_CreateTimestamp, text);
    writer_integer(writer, FIELD_ProcessDetails_UserTime100ns, (int64_t)usage->user);
    writer_integer(writer, FIELD_ProcessDetails_KernelTime100ns, (int64_t)usage->kernel);
    writer_integer(writer, FIELD_ProcessDetails_MemoryCommitBytes, (int64_t)usage->commit);
    writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetPrivateBytes, (int64_t)usage->private_set);
    writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetSharedBytes, (int64_t)usage->shared_set);
    writer_close(writer, '}');
}

static void write_client_process(struct writer *writer, struct host *host, const struct host_process *process)
{
    enum { IMAGE_BYTES = 64 };
    char image[IMAGE_BYTES];
    struct backend_usage usage = {0};
    host->backend->process_usage(host, process, &usage);
    host->backend->image(host, process, image, sizeof image);
    write_process(writer, process->id, image, process->created, &usage);
}

static void write_own_processes(struct writer *writer, const struct host *host, const struct host_system *system)
{
    enum { MS = 1000000 }; /* nanoseconds in a millisecond */
    unsigned count = 0;
    const struct host_own_process *list =
        host->backend->own_processes ? host->backend->own_processes(host, system, &count) : NULL;
    for (unsigned i = 0; i < count; i++)
        write_process(writer, list[i].id, list[i].image, system->started + list[i].started_ms * MS, &list[i].usage);
}

static void write_processes(
    struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    writer_open(writer, name, '[');
    write_own_processes(writer, host, system);
    for (uint32_t i = 0; i < system->process_slots; i++) {
        const struct host_process *process = host_process_in(system, i);
        if (process && process->phase == HOST_RUNNING)
            write_client_process(writer, host, process);
    }
    writer_close(writer, ']');
}

static void write_last_close(
    struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    (void)host;
    writer_boolean(writer, name, system->terminate_on_close);
}

/* Regions are contiguous from 4 GiB on and page-aligned. */
static void write_regions(struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    static const char path[] = FIELD_ComputeSystem_VirtualMachine
        "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_SharedMemory "/" FIELD_SharedMemoryConfiguration_Regions;
    const cJSON *region;
    uint64_t address = 1ull << 32, length;
    (void)host;
    writer_open(writer, name, '[');
    cJSON_ArrayForEach (region, find(writer, system, path)) {
        const char *section = document_text(region, FIELD_SharedMemoryRegion_SectionName);
        writer_open(writer, NULL, '{');
        writer_string(writer, FIELD_SharedMemoryRegionInfo_SectionName, section ? section : "");
        writer_integer(writer, FIELD_SharedMemoryRegionInfo_GuestPhysicalAddress, (int64_t)address);
        writer_close(writer, '}');
        if (document_unsigned(document_member(region, FIELD_SharedMemoryRegion_Length), &length))
            address += ((length & 0xFFFFFFFFFFu) + 4095) & ~4095ull;
    }
    writer_close(writer, ']');
}

/* Empty before the guest connects. */
static void write_connection(
    struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    writer_open(writer, name, '{');
    if (system->was_started) {
        host_write_versions(host, writer, FIELD_GuestConnectionInfo_SupportedSchemaVersions);
        writer_integer(writer, FIELD_GuestConnectionInfo_ProtocolVersion, GUEST_PROTOCOL);
    }
    writer_close(writer, '}');
}

static const struct {
    const char *type, *member;
    void (*write)(struct writer *, const char *, struct host *, const struct host_system *);
    bool vm_only, guest_only;
} parts[] = {{VALUE_System_PropertyType_Memory, FIELD_Properties_Memory, write_memory, false, false},
    {VALUE_System_PropertyType_Statistics, FIELD_Properties_Statistics, write_statistics, false, false},
    {VALUE_System_PropertyType_ProcessList, FIELD_Properties_ProcessList, write_processes, false, false},
    {VALUE_System_PropertyType_TerminateOnLastHandleClosed, FIELD_Properties_TerminateOnLastHandleClosed,
        write_last_close, false, false},
    {VALUE_System_PropertyType_SharedMemoryRegion, FIELD_Properties_SharedMemoryRegionInfo, write_regions, true, false},
    {VALUE_System_PropertyType_GuestConnection, FIELD_Properties_GuestConnectionInfo, write_connection, true, true}};

enum { PARTS = sizeof parts / sizeof *parts, STATISTICS = 1, PROCESS_LIST = 2 };

static bool has_part(const struct host_system *system, int part)
{
    return (!parts[part].vm_only || is_vm(system)) && (!parts[part].guest_only || system->has_guest);
}

const char *properties_member(const char *name)
{
    for (int i = 0; i < PARTS; i++)
        if (!strcmp(parts[i].type, name))
            return parts[i].member;
    return NULL;
}

static void write_part(
    struct writer *writer, int part, const char *member, struct host *host, const struct host_system *system)
{
    if (!host_write_given(host, writer, member, parts[part].type, system))
        parts[part].write(writer, member, host, system);
}

/* --- queries: the older form lists types; since schema 2.5 there is one member per query --- */

static bool names_part(const cJSON *types, int part)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, types)
        if (cJSON_IsString(item) && !strcmp(item->valuestring, parts[part].type))
            return true;
    return false;
}

bool properties_want_statistics(const struct document *query)
{
    CHECK_HELD();
    return names_part(query->member[System_PropertyQuery_PropertyTypes], STATISTICS);
}

bool properties_accept(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    const struct document *document = task->request->document;
    const cJSON *queries = document ? document->member[System_PropertyQuery_Queries] : NULL;
    for (int i = 0; i < PARTS && document; i++)
        if (names_part(document->member[System_PropertyQuery_PropertyTypes], i))
            task->query.parts |= 1u << i;
    task->query.queries = queries ? cJSON_PrintUnformatted(queries) : NULL;
    if (!queries || task->query.queries)
        return true;
    task_answer(host, task, E_OUTOFMEMORY, NULL);
    return false;
}

bool properties_need_usage(const struct host_task *task)
{
    CHECK_HELD();
    const unsigned measured = 1u << STATISTICS | 1u << PROCESS_LIST;
    return task->query.parts & measured || task->query.queries;
}

/* HCS-ROW: D-43 each query has its own response or error; the path of a resource or of its parent returns the settings
   in force */
static void write_response(struct writer *writer, const char *name, struct host *host, const struct host_system *system)
{
    const cJSON *settings = strchr(name, '/') ? find(writer, system, name) : NULL;
    writer_open(writer, name, '{');
    if (host_refuses_property(host, writer, name, system)) {
        writer_close(writer, '}');
        return;
    }
    for (int i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].type, name))
            continue;
        bool early = i == STATISTICS && !is_vm(system) && !system->was_started; /* HCS-ROW: Q-11 */
        if (!has_part(system, i))
            host_write_error(writer, HRESULT_ERROR_NOT_SUPPORTED, "this kind of system does not have it");
        else if (early || system->state == STATE_EXITED)
            host_write_error(writer, HCS_E_INVALID_STATE, "the system is not running");
        else
            write_part(writer, i, FIELD_PropertyResponse_Response, host, system);
        writer_close(writer, '}');
        return;
    }
    if (settings)
        configuration_write(writer, FIELD_PropertyResponse_Response, settings);
    else if (strchr(name, '/'))
        host_write_error(writer, HRESULT_ERROR_NOT_FOUND, "the system has no such settings");
    else
        host_write_error(writer, HCS_E_INVALID_JSON, "there is no such property");
    writer_close(writer, '}');
}

static void write_responses(
    struct writer *writer, const char *asked, struct host *host, const struct host_system *system)
{
    cJSON *queries = cJSON_Parse(asked);
    const cJSON *item;
    unsigned count = 0;
    writer_open(writer, FIELD_Properties_PropertyResponses, '{');
    cJSON_ArrayForEach (item, queries)
        if (count++ < MAX_ANSWERS)
            write_response(writer, item->string, host, system);
    writer_close(writer, '}');
    writer->text.failed |= !queries;
    cJSON_Delete(queries);
}

void properties_finish(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    const struct host_system *system = task->system;
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '{');
    properties_write_basic(&writer, system);
    for (int i = 0; i < PARTS; i++)
        if (task->query.parts >> i & 1 && has_part(system, i))
            write_part(&writer, i, parts[i].member, host, system);
    if (task->query.queries)
        write_responses(&writer, task->query.queries, host, system);
    writer_close(&writer, '}');
    char *document = writer_finish(&writer);
    task_answer(host, task, document ? S_OK : HCS_E_OPERATION_RESULT_ALLOCATION_FAILED, document);
}
