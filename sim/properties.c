/* The Properties document. Entry point: properties_write(). */
#include "core/text.h"
#include "guest.h"
#include "program.h"
#include "system.h"
#include <string.h>

enum { PAGES_PER_MB = 256, PROCESS_BYTES = 1 << 20 };

uint64_t properties_asked(const struct document *query)
{
    static const struct {
        const char *name;
        uint64_t bit;
    } types[] = {{VALUE_System_PropertyType_Memory, PROPERTY_MEMORY},
        {VALUE_System_PropertyType_Statistics, PROPERTY_STATISTICS},
        {VALUE_System_PropertyType_ProcessList, PROPERTY_PROCESS_LIST},
        {VALUE_System_PropertyType_TerminateOnLastHandleClosed, PROPERTY_TERMINATE_ON_CLOSE},
        {VALUE_System_PropertyType_GuestConnection, PROPERTY_GUEST_CONNECTION}};
    uint64_t asked = 0;
    const cJSON *item;
    if (!query)
        return 0;
    cJSON_ArrayForEach (item, query->member[System_PropertyQuery_PropertyTypes])
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            if (cJSON_IsString(item) && !strcmp(item->valuestring, types[i].name))
                asked |= types[i].bit;
    return asked;
}

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

static int64_t committed(const struct sim_system *system)
{
    return (int64_t)guest_count(system) * PROCESS_BYTES;
}

/* HCS-ROW: C-22, C-23 memory sizes fit int32; assigned memory counts 4 KiB pages */
static void write_memory(struct writer *writer, const struct sim_system *system)
{
    writer_open(writer, FIELD_Properties_Memory, '{');
    writer_integer(writer, FIELD_MemoryInformationForVm_VirtualNodeCount, 1);
    writer_open(writer, FIELD_MemoryInformationForVm_VirtualMachineMemory, '{');
    writer_integer(writer, FIELD_VmMemory_AvailableMemory, 100);
    writer_integer(writer, FIELD_VmMemory_AvailableMemoryBuffer, 0);
    writer_integer(writer, FIELD_VmMemory_ReservedMemory, (int64_t)(system->memory_mb * PAGES_PER_MB));
    writer_integer(writer, FIELD_VmMemory_AssignedMemory, (int64_t)(system->memory_mb * PAGES_PER_MB));
    writer_close(writer, '}');
    writer_close(writer, '}');
}

static void write_statistics(struct writer *writer, const struct sim *sim, const struct sim_system *system)
{
    char text[SIM_TIME_BYTES];
    uint64_t uptime = system->was_started ? sim->now - system->started : 0;
    writer_open(writer, FIELD_Properties_Statistics, '{');
    sim_format_time(sim->now, text);
    writer_string(writer, FIELD_Statistics_Timestamp, text);
    sim_format_time(system->started, text);
    writer_string(writer, FIELD_Statistics_ContainerStartTime, text);
    writer_integer(writer, FIELD_Statistics_Uptime100ns, (int64_t)(uptime / 100));
    writer_open(writer, FIELD_Statistics_Processor, '{');
    writer_integer(writer, FIELD_ProcessorStats_TotalRuntime100ns, 0);
    writer_integer(writer, FIELD_ProcessorStats_RuntimeUser100ns, 0);
    writer_integer(writer, FIELD_ProcessorStats_RuntimeKernel100ns, 0);
    writer_close(writer, '}');
    writer_open(writer, FIELD_Statistics_Memory, '{');
    writer_integer(writer, FIELD_MemoryStats_MemoryUsageCommitBytes, committed(system));
    writer_integer(writer, FIELD_MemoryStats_MemoryUsageCommitPeakBytes, committed(system));
    writer_integer(writer, FIELD_MemoryStats_MemoryUsagePrivateWorkingSetBytes, committed(system));
    writer_close(writer, '}');
    writer_open(writer, FIELD_Statistics_Storage, '{');
    writer_integer(writer, FIELD_StorageStats_ReadCountNormalized, 0);
    writer_integer(writer, FIELD_StorageStats_ReadSizeBytes, 0);
    writer_integer(writer, FIELD_StorageStats_WriteCountNormalized, 0);
    writer_integer(writer, FIELD_StorageStats_WriteSizeBytes, 0);
    writer_close(writer, '}');
    writer_close(writer, '}');
}

static void write_processes(struct writer *writer, const struct sim_system *system)
{
    enum { IMAGE_BYTES = 64 };
    char text[SIM_TIME_BYTES], image[IMAGE_BYTES];
    writer_open(writer, FIELD_Properties_ProcessList, '[');
    for (uint32_t i = 0; i < system->process_slots; i++) {
        const struct sim_process *process = system->processes[i];
        if (!process || !guest_is_running(process))
            continue;
        writer_open(writer, NULL, '{');
        writer_integer(writer, FIELD_ProcessDetails_ProcessId, process->id);
        program_image(process->command, image, sizeof image);
        writer_string(writer, FIELD_ProcessDetails_ImageName, image);
        sim_format_time(process->created, text);
        writer_string(writer, FIELD_ProcessDetails_CreateTimestamp, text);
        writer_integer(writer, FIELD_ProcessDetails_UserTime100ns, 0);
        writer_integer(writer, FIELD_ProcessDetails_KernelTime100ns, 0);
        writer_integer(writer, FIELD_ProcessDetails_MemoryCommitBytes, PROCESS_BYTES);
        writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetPrivateBytes, PROCESS_BYTES);
        writer_integer(writer, FIELD_ProcessDetails_MemoryWorkingSetSharedBytes, 0);
        writer_close(writer, '}');
    }
    writer_close(writer, ']');
}

static bool is_vm(const struct sim_system *system)
{
    return system->matrix == MATRIX_VirtualMachine;
}

/* HCS-ROW: C-20, Q-02, Q-06 */
void properties_write(struct writer *writer, const struct sim *sim, const struct sim_system *system, uint64_t asked)
{
    bool vm = is_vm(system);
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_Properties_Id, system->id);
    writer_string(
        writer, FIELD_Properties_SystemType, vm ? VALUE_SystemType_VirtualMachine : VALUE_SystemType_Container);
    writer_string(writer, FIELD_Properties_Owner, system->owner);
    writer_string(writer, FIELD_Properties_RuntimeId, system->runtime_id);
    if (!vm || system->has_guest)
        writer_string(writer, FIELD_Properties_RuntimeOsType, VALUE_OsType_Windows);
    write_state(writer, system);
    if (asked & PROPERTY_MEMORY)
        write_memory(writer, system);
    if (asked & PROPERTY_STATISTICS)
        write_statistics(writer, sim, system);
    if (asked & PROPERTY_PROCESS_LIST)
        write_processes(writer, system);
    if (asked & PROPERTY_TERMINATE_ON_CLOSE)
        writer_boolean(writer, FIELD_Properties_TerminateOnLastHandleClosed, system->terminate_on_close);
    if ((asked & PROPERTY_GUEST_CONNECTION) && vm && system->has_guest) {
        writer_open(writer, FIELD_Properties_GuestConnectionInfo, '{');
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
}

char *properties_document(const struct sim *sim, const struct sim_system *system, uint64_t asked)
{
    struct writer writer = {0};
    properties_write(&writer, sim, system, asked);
    return writer_finish(&writer);
}
