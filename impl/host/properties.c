/* The Properties document. Entry points: properties_accept(), properties_complete(). */
#include "properties.h"
#include "configuration.h"
#include "base/json_writer.h"
#include "guest/guest.h"
#include "guest/program.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { PAGES_PER_MB = 256, PROCESS_BYTES = 1 << 20, GUEST_PROTOCOL = 4, MAX_ANSWERS = 256 };

static bool is_vm(const struct sim_system *system)
{
    return system->matrix == MATRIX_VirtualMachine;
}

/* --- values that add up: the processes of a system make up what it used --- */

struct usage {
    uint64_t user, kernel; /* units of 100 ns */
};

/* A process starts with a millisecond and a half, and then takes a little of the time. */
static struct usage process_usage(const struct sim *sim, const struct sim_process *process)
{
    uint64_t age = (sim->now - process->created) / 100;
    return (struct usage){10000 + age / 64, 5000 + age / 128};
}

static uint64_t uptime(const struct sim *sim, const struct sim_system *system)
{
    return system->was_started ? (sim->now - system->started) / 100 : 0;
}

/* Of a virtual machine also its own system, which takes a hundredth of the time. */
static struct usage system_usage(const struct sim *sim, const struct sim_system *system)
{
    struct usage sum = {system->ended_user, system->ended_kernel};
    for (uint32_t i = 0; i < system->process_slots; i++) {
        const struct sim_process *process = system->processes[i];
        if (!process || !guest_is_running(process))
            continue;
        struct usage own = process_usage(sim, process);
        sum.user += own.user;
        sum.kernel += own.kernel;
    }
    if (is_vm(system))
        sum.kernel += uptime(sim, system) / 100;
    return sum;
}

void properties_count_end(const struct sim *sim, const struct sim_process *process)
{
    struct usage own = process_usage(sim, process);
    process->system->ended_user += own.user;
    process->system->ended_kernel += own.kernel;
}

/* A virtual machine has all its memory, a container what its processes committed. */
static uint64_t committed(const struct sim_system *system, unsigned processes)
{
    return is_vm(system) ? system->memory_mb << 20 : (uint64_t)processes * PROCESS_BYTES;
}

/* --- the parts --- */

/* HCS-ROW: no State before the first start; Q-17 Stopped after the exit */
static void write_state(struct writer *writer, const struct sim_system *system)
{
    static const char *const names[STATE_COUNT] = {[STATE_RUNNING] = VALUE_State_Running,
        [STATE_PAUSED] = VALUE_State_Paused,
        [STATE_SAVED_AS_TEMPLATE] = VALUE_State_SavedAsTemplate,
        [STATE_EXITED] = VALUE_State_Stopped,
        [STATE_STOPPING] = VALUE_State_Running};
    enum spec_state state = system->state;
    if (state == STATE_STOPPING && !system->was_started)
        state = STATE_CREATED;
    if (names[state])
        writer_string(writer, FIELD_Properties_State, names[state]);
    if (state == STATE_EXITED) {
        writer_boolean(writer, FIELD_Properties_Stopped, true);
        writer_string(writer, FIELD_Properties_ExitType, system->exit_type);
    }
}

/* HCS-ROW: C-20, Q-02, Q-06 */
void properties_write_basic(struct writer *writer, const struct sim_system *system)
{
    bool vm = is_vm(system);
    const char *host =
        cJSON_GetStringValue(configuration_find(system->configuration, FIELD_ComputeSystem_HostingSystemId));
    writer_string(writer, FIELD_Properties_Id, system->id);
    writer_string(
        writer, FIELD_Properties_SystemType, vm ? VALUE_SystemType_VirtualMachine : VALUE_SystemType_Container);
    writer_string(writer, FIELD_Properties_Owner, system->owner);
    writer_string(writer, FIELD_Properties_RuntimeId, system->runtime_id);
    if (!vm || system->has_guest)
        writer_string(writer, FIELD_Properties_RuntimeOsType, VALUE_OsType_Windows);
    if (host)
        writer_string(writer, FIELD_Properties_HostingSystemId, host);
    write_state(writer, system);
}

/* HCS-ROW: C-22, C-23 memory sizes fit int32; assigned memory counts 4 KiB pages */
static void write_memory(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    (void)sim;
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

static void write_storage(struct writer *writer)
{
    writer_open(writer, FIELD_Statistics_Storage, '{');
    writer_integer(writer, FIELD_StorageStats_ReadCountNormalized, 0);
    writer_integer(writer, FIELD_StorageStats_ReadSizeBytes, 0);
    writer_integer(writer, FIELD_StorageStats_WriteCountNormalized, 0);
    writer_integer(writer, FIELD_StorageStats_WriteSizeBytes, 0);
    writer_close(writer, '}');
}

static void write_statistics(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    char text[SIM_TIME_BYTES];
    struct usage usage = system_usage(sim, system);
    uint64_t commit = committed(system, system->running);
    writer_open(writer, name, '{');
    sim_format_time(sim->now, text);
    writer_string(writer, FIELD_Statistics_Timestamp, text);
    sim_format_time(system->started, text);
    writer_string(writer, FIELD_Statistics_ContainerStartTime, text);
    writer_integer(writer, FIELD_Statistics_Uptime100ns, (int64_t)uptime(sim, system));
    writer_open(writer, FIELD_Statistics_Processor, '{');
    writer_integer(writer, FIELD_ProcessorStats_TotalRuntime100ns, (int64_t)(usage.user + usage.kernel));
    writer_integer(writer, FIELD_ProcessorStats_RuntimeUser100ns, (int64_t)usage.user);
    writer_integer(writer, FIELD_ProcessorStats_RuntimeKernel100ns, (int64_t)usage.kernel);
    writer_close(writer, '}');
    writer_open(writer, FIELD_Statistics_Memory, '{');
    writer_integer(writer, FIELD_MemoryStats_MemoryUsageCommitBytes, (int64_t)commit);
    writer_integer(
        writer, FIELD_MemoryStats_MemoryUsageCommitPeakBytes, (int64_t)committed(system, system->most_processes));
    writer_integer(writer, FIELD_MemoryStats_MemoryUsagePrivateWorkingSetBytes, (int64_t)commit);
    writer_close(writer, '}');
    write_storage(writer);
    writer_close(writer, '}');
}

static void write_process(struct writer *writer, const struct sim *sim, const struct sim_process *process)
{
    enum { IMAGE_BYTES = 64 };
    char text[SIM_TIME_BYTES], image[IMAGE_BYTES];
    struct usage usage = process_usage(sim, process);
    writer_open(writer, NULL, '{');
    writer_integer(writer, FIELD_ProcessDetails_ProcessId, process->id);
    program_image(process->command, image, sizeof image);
    writer_string(writer, FIELD_ProcessDetails_ImageName, image);
    sim_format_time(process->created, text);
    writer_string(writer, FIELD_ProcessDetails_CreateTimestamp, text);
    writer_integer(writer, FIELD_ProcessDetails_UserTime100ns, (int64_t)usage.user);
    writer_integer(writer, FIELD_ProcessDetails_KernelTime100ns, (int64_t)usage.kernel);
    writer_integer(writer, FIELD_ProcessDetails_MemoryCommitBytes, PROCESS_BYTES);
    writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetPrivateBytes, PROCESS_BYTES);
    writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetSharedBytes, 0);
    writer_close(writer, '}');
}

static void write_processes(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    writer_open(writer, name, '[');
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (system->processes[i] && guest_is_running(system->processes[i]))
            write_process(writer, sim, system->processes[i]);
    writer_close(writer, ']');
}

static void write_last_close(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    (void)sim;
    writer_boolean(writer, name, system->terminate_on_close);
}

/* Regions lie one behind the other from 4 GB on, each on a page of its own. */
static void write_regions(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    static const char path[] = FIELD_ComputeSystem_VirtualMachine
        "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_SharedMemory "/" FIELD_SharedMemoryConfiguration_Regions;
    const cJSON *region;
    uint64_t address = 1ull << 32, length;
    (void)sim;
    writer_open(writer, name, '[');
    cJSON_ArrayForEach (region, configuration_find(system->configuration, path)) {
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
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    writer_open(writer, name, '{');
    if (system->was_started) {
        sim_write_versions(sim, writer, FIELD_GuestConnectionInfo_SupportedSchemaVersions);
        writer_integer(writer, FIELD_GuestConnectionInfo_ProtocolVersion, GUEST_PROTOCOL);
    }
    writer_close(writer, '}');
}

static const struct {
    const char *type, *member;
    void (*write)(struct writer *, const char *, const struct sim *, const struct sim_system *);
    bool vm_only, guest_only;
} parts[] = {{VALUE_System_PropertyType_Memory, FIELD_Properties_Memory, write_memory, false, false},
    {VALUE_System_PropertyType_Statistics, FIELD_Properties_Statistics, write_statistics, false, false},
    {VALUE_System_PropertyType_ProcessList, FIELD_Properties_ProcessList, write_processes, false, false},
    {VALUE_System_PropertyType_TerminateOnLastHandleClosed, FIELD_Properties_TerminateOnLastHandleClosed,
        write_last_close, false, false},
    {VALUE_System_PropertyType_SharedMemoryRegion, FIELD_Properties_SharedMemoryRegionInfo, write_regions, true, false},
    {VALUE_System_PropertyType_GuestConnection, FIELD_Properties_GuestConnectionInfo, write_connection, true, true}};

enum { PARTS = sizeof parts / sizeof *parts, STATISTICS = 1 };

static bool has_part(const struct sim_system *system, int part)
{
    return (!parts[part].vm_only || is_vm(system)) && (!parts[part].guest_only || system->has_guest);
}

/* --- what is asked for: the older form names types, that of 2.5 has a member a query --- */

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
    return names_part(query->member[System_PropertyQuery_PropertyTypes], STATISTICS);
}

bool properties_accept(struct request *request)
{
    const cJSON *queries = request->document ? request->document->member[System_PropertyQuery_Queries] : NULL;
    request->value = 0;
    for (int i = 0; i < PARTS && request->document; i++)
        if (names_part(request->document->member[System_PropertyQuery_PropertyTypes], i))
            request->value |= 1u << i;
    request->answer = queries ? cJSON_PrintUnformatted(queries) : NULL; /* their names */
    if (!queries || request->answer)
        return true;
    request_complete(request, E_OUTOFMEMORY, NULL);
    return false;
}

void properties_abandon(struct request *request)
{
    free(request->answer);
    request->answer = NULL;
}

/* HCS-ROW: D-43 each query has a response or an error of its own; the path of a resource, or of what lies above
   it, answers the settings in force */
static void write_response(
    struct writer *writer, const char *name, const struct sim *sim, const struct sim_system *system)
{
    const cJSON *settings = strchr(name, '/') ? configuration_find(system->configuration, name) : NULL;
    writer_open(writer, name, '{');
    for (int i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].type, name))
            continue;
        bool early = i == STATISTICS && !is_vm(system) && !system->was_started; /* HCS-ROW: Q-11 */
        if (!has_part(system, i))
            sim_write_error(writer, HRESULT_ERROR_NOT_SUPPORTED, "this kind of system does not have it");
        else if (early || system->state == STATE_EXITED)
            sim_write_error(writer, HCS_E_INVALID_STATE, "the system is not running");
        else
            parts[i].write(writer, FIELD_PropertyResponse_Response, sim, system);
        writer_close(writer, '}');
        return;
    }
    if (settings)
        configuration_write(writer, FIELD_PropertyResponse_Response, settings);
    else if (strchr(name, '/'))
        sim_write_error(writer, HRESULT_ERROR_NOT_FOUND, "the system has no such settings");
    else
        sim_write_error(writer, HCS_E_INVALID_JSON, "there is no such property");
    writer_close(writer, '}');
}

static void write_responses(
    struct writer *writer, const char *asked, const struct sim *sim, const struct sim_system *system)
{
    cJSON *queries = cJSON_Parse(asked);
    const cJSON *item;
    unsigned count = 0;
    writer_open(writer, FIELD_Properties_PropertyResponses, '{');
    cJSON_ArrayForEach (item, queries)
        if (count++ < MAX_ANSWERS)
            write_response(writer, item->string, sim, system);
    writer_close(writer, '}');
    writer->text.failed |= !queries;
    cJSON_Delete(queries);
}

void properties_complete(const struct sim *sim, const struct sim_system *system, struct request *request)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '{');
    properties_write_basic(&writer, system);
    for (int i = 0; i < PARTS; i++)
        if (request->value >> i & 1 && has_part(system, i))
            parts[i].write(&writer, parts[i].member, sim, system);
    if (request->answer)
        write_responses(&writer, request->answer, sim, system);
    properties_abandon(request);
    writer_close(&writer, '}');
    char *document = writer_finish(&writer);
    request_complete(request, document ? S_OK : HCS_E_OPERATION_RESULT_ALLOCATION_FAILED, document);
}
