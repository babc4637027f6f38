/* The systems of a host: by id, and in the order of their creation. Entry points: host_find(), table_make(). */
#include "base/check.h"
#include "core/lock.h"
#include "base/text/identity.h"
#include "configuration.h"
#include "host.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned bucket_of(const char *id)
{
    return identity_hash(id) % HOST_BUCKETS;
}

/* HCS-ROW: Q-05 ids are compared without case */
struct host_system *host_find(const struct host *host, const char *id)
{
    CHECK_HELD();
    struct host_system *system = host->buckets[bucket_of(id)];
    while (system && !identity_same(system->id, id))
        system = system->bucket_next;
    return system;
}

/* The namespace of the runtime ids of virtual machines whose ids are names, not GUIDs. HCS-ROW: F-01 */
static const unsigned char names_of_machines[GUID_BYTES] = {
    0xca, 0xb7, 0x03, 0x44, 0xfa, 0xcb, 0x41, 0xe4, 0xb5, 0xe5, 0xab, 0x65, 0x92, 0x28, 0x3e, 0x6e};

/* HCS-ROW: Q-08, C-21, F-02 a GUID as id is the runtime id, in lower case. Otherwise it is derived from the id of a
   virtual machine, and random for a container. Returns false when out of memory. */
static bool set_runtime_id(struct host *host, struct host_system *system)
{
    if (identity_is_guid(system->id)) {
        identity_lower(system->id, system->runtime_id);
        return true;
    }
    if (system->matrix == MATRIX_VirtualMachine)
        return identity_of_name(names_of_machines, system->id, system->runtime_id);
    uint64_t high = host->backend->random(host, 0), low = host->backend->random(host, 0);
    snprintf(system->runtime_id, sizeof system->runtime_id, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
        (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF), (unsigned)(low >> 48 & 0x3FFF) | 0x8000u,
        (unsigned long long)(low & 0xFFFFFFFFFFFFu));
    return true;
}

static const cJSON *follow(const cJSON *object, const char *const *names)
{
    for (; object && *names; names++)
        object = document_member(object, *names);
    return object;
}

/* Hosts seem to honour the member at schema versions that do not have it yet. There it is hidden here, but what was in
   it is still there. */
static bool boots_linux(const cJSON *machine)
{
    const cJSON *member, *chipset = document_member(machine, FIELD_VirtualMachine_Chipset);
    bool found = false;
    cJSON_ArrayForEach (member, chipset)
        if (!strcmp(member->string, FIELD_Chipset_LinuxKernelDirect))
            found = member->child;
    return found;
}

static void read_configuration(struct host_system *system, const struct document *document)
{
    static const char *const service[] = {FIELD_VirtualMachine_Services, FIELD_Services_Shutdown, NULL};
    static const char *const ports[] = {FIELD_VirtualMachine_Devices, FIELD_Devices_ComPorts, NULL};
    const cJSON *vm = document->member[ComputeSystem_VirtualMachine];
    system->matrix = vm ? MATRIX_VirtualMachine : MATRIX_Container;
    system->memory_mb = document_memory_mb(document->root);
    system->has_guest = !vm || document_member(vm, FIELD_VirtualMachine_GuestConnection);
    system->has_shutdown_service = follow(vm, service); /* HCS-ROW: S-12 the member is new in schema 2.5 */
    system->terminate_on_close = document_true(document, ComputeSystem_ShouldTerminateOnLastHandleClosed);
    system->stops_on_reset = cJSON_IsTrue(document_member(vm, FIELD_VirtualMachine_StopOnReset));
    system->has_ports = follow(vm, ports);
    system->linux_guest = boots_linux(vm);
    system->is_hosted = document_string(document, ComputeSystem_HostingSystemId) != NULL;
}

const char *table_hosting_id(const struct host_system *system)
{
    CHECK_HELD();
    return system->is_hosted
               ? document_text(configuration_tree(system->configuration), FIELD_ComputeSystem_HostingSystemId)
               : NULL;
}

static void enter(struct host *host, struct host_system *system)
{
    host->hosted += system->is_hosted;
    unsigned bucket = bucket_of(system->id);
    CHECK(!host_find(host, system->id));
    system->bucket_next = host->buckets[bucket];
    host->buckets[bucket] = system;
    system->previous = host->last;
    if (host->last)
        host->last->next = system;
    else
        host->first = system;
    host->last = system;
}

static void remove_system(struct host *host, struct host_system *system)
{
    host->hosted -= system->is_hosted;
    struct host_system **link = &host->buckets[bucket_of(system->id)];
    while (*link != system) {
        CHECK(*link); /* each system is in the table under its id */
        link = &(*link)->bucket_next;
    }
    *link = system->bucket_next;
    if (system->previous)
        system->previous->next = system->next;
    else
        host->first = system->next;
    if (system->next)
        system->next->previous = system->previous;
    else
        host->last = system->previous;
}

static void free_system(struct host *host, struct host_system *system)
{
    configuration_free(system->configuration);
    process_free_slots(system);
    free(system->owner);
    free(system->name);
    free(system->id);
    host->backend->system_free(host, system);
}

struct host_system *table_make(struct host *host, const char *id, const struct document *document, struct system *core)
{
    CHECK_HELD();
    struct host_system *system = host->backend->system_make(host);
    const char *owner = document_string(document, ComputeSystem_Owner);
    if (!system || !(system->id = strdup(id)) || (owner && *owner && !(system->owner = strdup(owner))) ||
        !(system->configuration = configuration_keep(document->root)))
        goto no_memory;
    read_configuration(system, document);
    if (!set_runtime_id(host, system) || (system->is_hosted && !configuration_tree(system->configuration)))
        goto no_memory; /* where a system is must be known when its virtual machine ends */
    CHECK(!system_engine(core));
    system->core = system_ref(core);
    system_attach(core, system);
    enter(host, system);
    return system;
no_memory:
    if (system)
        free_system(host, system);
    return NULL;
}

void table_destroy(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    CHECK(!system->pending && !system->acting);
    CHECK(system_engine(system->core) == system);
    remove_system(host, system);
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct host_process *process = host_process_in(system, i);
        if (process)
            process_forget(host, process);
    }
    system_attach(system->core, NULL);
    system_unref(system->core);
    free_system(host, system);
}
