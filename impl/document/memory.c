/* The memory of a system. Entry point: document_memory_mb(). */
#include "document.h"

enum { DEFAULT_MEMORY_MB = 1024 };

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? document_member(object, name) : NULL;
}

uint64_t document_memory_mb(const cJSON *configuration)
{
    const cJSON *machine = member(configuration, FIELD_ComputeSystem_VirtualMachine);
    const cJSON *container = member(configuration, FIELD_ComputeSystem_Container);
    const cJSON *topology = member(machine, FIELD_VirtualMachine_ComputeTopology);
    const cJSON *of_machine = member(member(topology, FIELD_Topology_Memory), FIELD_VirtualMachine_Memory_SizeInMB);
    const cJSON *of_container = member(member(container, FIELD_Container_Memory), FIELD_Container_Memory_SizeInMB);
    uint64_t size = DEFAULT_MEMORY_MB;
    (void)document_unsigned(machine ? of_machine : of_container, &size);
    return size < DOCUMENT_MAX_MEMORY_MB ? size : DOCUMENT_MAX_MEMORY_MB;
}
