/* The files of the host that a virtual machine opens. Entry points: files_open(), files_open_changed(). */
#include "files.h"
#include "configuration.h"
#include "core/lock.h"
#include "spec_schema.h"
#include <string.h>

static bool has_files(const struct host *host, const struct host_system *system)
{
    return host->has_files && system->matrix == MATRIX_VirtualMachine;
}

static HRESULT open_file(struct host *host, const struct host_system *system, const char *file, char **path)
{
    HRESULT result = host->backend->may_open(host, system, file);
    if (FAILED(result))
        *path = strdup(file);
    return result;
}

/* HCS-ROW: V-05, V-06, F-14 */
static HRESULT open_disks(struct host *host, const struct host_system *system, char **path)
{
    HRESULT result = S_OK;
    struct configuration_disk disk = {.path = NULL};
    while (SUCCEEDED(result) && configuration_next_disk(system->configuration, &disk)) {
        const char *file = configuration_file_of_disk(disk.attachment);
        result = file ? open_file(host, system, file, path) : S_OK;
    }
    return result;
}

/* HCS-ROW: V-17 an empty path stands for a state that is in memory only */
static HRESULT open_state(struct host *host, const struct host_system *system, char **path)
{
    static const char *const members[] = {FIELD_GuestState_GuestStateFilePath, FIELD_GuestState_RuntimeStateFilePath};
    static const char place[] = FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_GuestState;
    const cJSON *state = configuration_find(configuration_tree(system->configuration), place);
    HRESULT result = S_OK;
    for (size_t i = 0; SUCCEEDED(result) && i < sizeof members / sizeof *members; i++) {
        const char *file = document_text(state, members[i]);
        result = file && *file ? open_file(host, system, file, path) : S_OK;
    }
    return result;
}

HRESULT files_open(struct host *host, const struct host_system *system, char **path)
{
    CHECK_HELD();
    if (!has_files(host, system))
        return S_OK;
    HRESULT result = open_disks(host, system, path);
    return SUCCEEDED(result) ? open_state(host, system, path) : result;
}

HRESULT files_open_changed(
    struct host *host, const struct host_system *system, const struct modification *modification, char **path)
{
    CHECK_HELD();
    static const int disks = RESOURCE_VirtualMachine_Devices_Scsi__Identifier__Attachments__UnsignedInt_;
    bool opens = system->was_started && modification && modification->resource == disks;
    const char *file =
        opens ? configuration_file_of_disk(modification->settings) : NULL; /* a removal has no settings */
    return file && has_files(host, system) ? open_file(host, system, file, path) : S_OK;
}
