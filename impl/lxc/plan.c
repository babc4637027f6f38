/* The settings of a Container document. Entry point: plan_make(). */
#include "plan.h"
#include "base/text/utf8.h"
#include "descriptor.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER "$.Container"
#define SERVICES CONTAINER ".HvSocket.Config"
#define PIPES "/run/computecore/pipe/" /* the folder in the container for pipes with a name and no path */

enum { MAX_SHARES = 256, MAX_SERVICES = 64, PERCENT_SCALE = 10000 };

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNull(found) ? NULL : found;
}

static const char *text(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(member(object, name));
    return value && *value ? value : NULL;
}

static bool refuse(struct failure *failure, const char *path, const char *what)
{
    return failure_set(failure, EOPNOTSUPP, path, "%s", what);
}

/* --- settings that a Linux container can't have --- */

static bool is_asked_for(const cJSON *value)
{
    return value && !cJSON_IsFalse(value) && !((cJSON_IsObject(value) || cJSON_IsArray(value)) && !value->child);
}

static const struct {
    const char *section, *name, *why;
} not_honoured[] = {
    {NULL, "ContainerCredentialGuard", "a Linux container has no credential guard"},
    {NULL, "RegistryChanges", "a Linux container has no registry"},
    {NULL, "AssignedDevices", "devices can't be assigned to a Linux container"},
    {NULL, "AdditionalDeviceNamespace", "a Linux container has no other device namespace"},
    {"Storage", "QoS", "the bandwidth of a folder can't be limited"},
    {"Networking", "NetworkSharedContainerName", "the network of another container is shared by its Namespace"},
    {"Networking", "NetworkAdapters", "adapters are put into a network namespace, which Namespace names"},
    {"Networking", "DnsSearchList", "names are resolved as the image says; put a resolv.conf into a layer"},
    {"HvSocket", "EnablePowerShellDirect", "a Linux container has no PowerShell Direct"},
};

static bool check_not_honoured(const cJSON *container, struct failure *failure)
{
    char path[128];
    for (size_t i = 0; i < sizeof not_honoured / sizeof *not_honoured; i++) {
        const char *section = not_honoured[i].section;
        const cJSON *object = section ? member(container, section) : container;
        if (!is_asked_for(member(object, not_honoured[i].name)))
            continue;
        snprintf(
            path, sizeof path, CONTAINER "%s%s.%s", section ? "." : "", section ? section : "", not_honoured[i].name);
        return refuse(failure, path, not_honoured[i].why);
    }
    return true;
}

/* --- storage --- */

static bool is_absolute_kind(const cJSON *object, const char *name)
{
    const char *kind = text(object, name);
    return !kind || !strcmp(kind, "AbsolutePath");
}

static bool take_layers(struct plan *plan, const cJSON *storage, struct failure *failure)
{
    const cJSON *list = member(storage, "Layers"), *layer;
    char path[64];
    plan->layers = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *plan->layers);
    if (!plan->layers)
        return failure_set(failure, ENOMEM, NULL, "out of memory");
    cJSON_ArrayForEach (layer, list) {
        const char *folder = text(layer, "Path");
        snprintf(path, sizeof path, CONTAINER ".Storage.Layers[%u].Path", plan->layer_count);
        if (!folder || *folder != '/')
            return failure_set(failure, EINVAL, path, "a layer must be an absolute path of a folder of this host");
        if (!is_absolute_kind(layer, "PathType"))
            return refuse(failure, path, "only layers of PathType AbsolutePath are supported");
        plan->layers[plan->layer_count++] = folder;
    }
    return true;
}

static bool take_storage(struct plan *plan, const cJSON *container, struct failure *failure)
{
    const cJSON *storage = member(container, "Storage");
    plan->upper = text(storage, "Path");
    if (plan->upper && *plan->upper != '/')
        return failure_set(
            failure, EINVAL, CONTAINER ".Storage.Path", "must be an absolute path of a folder of this host");
    return take_layers(plan, storage, failure);
}

/* --- what the host shares --- */

static bool is_clean(const char *path)
{
    if (*path != '/' || !path[1] || strpbrk(path, "\n\r"))
        return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part++;
        size_t length = strcspn(part, "/");
        if ((length == 1 && part[0] == '.') || (length == 2 && !strncmp(part, "..", 2)))
            return false;
    }
    return true;
}

static bool check_share(const struct plan_share *share, struct failure *failure)
{
    if (!share->host || *share->host != '/')
        return failure_set(failure, EINVAL, share->path, "HostPath must be an absolute path of this host");
    if (!share->container || !is_clean(share->container))
        return failure_set(
            failure, EINVAL, share->path, "the path in the container must be absolute and must not contain . or ..");
    return true;
}

static bool add_share(struct plan *plan, struct plan_share share, struct failure *failure)
{
    if (!check_share(&share, failure))
        return false;
    plan->shares[plan->share_count++] = share;
    return true;
}

bool plan_read_share(struct plan_share *share, const cJSON *json, bool add, struct failure *failure)
{
    *share = (struct plan_share){.host = add ? text(json, "host") : "/",
        .container = text(json, "container"),
        .read_only = cJSON_IsTrue(member(json, "readOnly")),
        .path = "$.Settings"};
    return check_share(share, failure);
}

static bool take_folders(struct plan *plan, const cJSON *list, struct failure *failure)
{
    const cJSON *item;
    int index = 0;
    cJSON_ArrayForEach (item, list) {
        struct plan_share share = {.host = text(item, "HostPath"),
            .container = text(item, "ContainerPath"),
            .read_only = cJSON_IsTrue(member(item, "ReadOnly"))};
        snprintf(share.path, sizeof share.path, CONTAINER ".MappedDirectories[%d]", index++);
        if (!is_absolute_kind(item, "HostPathType"))
            return refuse(failure, share.path, "only HostPathType AbsolutePath is supported");
        if (!add_share(plan, share, failure))
            return false;
    }
    return true;
}

/* Paths that are made from pipe names are stored in the document, so that they live as long as the plan. */
static bool take_pipes(struct plan *plan, cJSON *list, struct failure *failure)
{
    cJSON *item;
    int index = 0;
    cJSON_ArrayForEach (item, list) {
        char made[512];
        struct plan_share share = {.host = text(item, "HostPath"), .socket = true};
        const char *name = text(item, "ContainerPipeName");
        snprintf(share.path, sizeof share.path, CONTAINER ".MappedPipes[%d]", index++);
        if (name && *name != '/') {
            snprintf(made, sizeof made, PIPES "%s", name);
            cJSON *full = cJSON_CreateString(made);
            if (full)
                cJSON_ReplaceItemInObjectCaseSensitive(item, "ContainerPipeName", full);
            name = full ? text(item, "ContainerPipeName") : NULL; /* the name of the member takes memory, too */
            if (!name)
                return failure_set(failure, ENOMEM, NULL, "out of memory");
        }
        share.container = name;
        if (!is_absolute_kind(item, "HostPathType"))
            return refuse(failure, share.path, "only HostPathType AbsolutePath is supported");
        if (!add_share(plan, share, failure))
            return false;
    }
    return true;
}

static bool take_shares(struct plan *plan, const cJSON *container, struct failure *failure)
{
    const cJSON *folders = member(container, "MappedDirectories");
    cJSON *pipes = cJSON_GetObjectItemCaseSensitive(container, "MappedPipes");
    int count = cJSON_GetArraySize(folders) + cJSON_GetArraySize(pipes);
    if (count > MAX_SHARES)
        return failure_set(
            failure, E2BIG, CONTAINER ".MappedDirectories", "more than %d shared folders and pipes", MAX_SHARES);
    plan->shares = calloc((size_t)count + 1, sizeof *plan->shares);
    if (!plan->shares)
        return failure_set(failure, ENOMEM, NULL, "out of memory");
    return take_folders(plan, folders, failure) && take_pipes(plan, pipes, failure);
}

/* --- Hv sockets --- */

/* The descriptor of a service, or else the default one; without either, the owner's, as on Windows. */
static enum descriptor read_descriptor(const cJSON *service, const char *name, enum descriptor usual)
{
    const char *given = text(service, name);
    return given ? descriptor_read(given) : usual;
}

static bool take_service(struct plan_service *service, const cJSON *json, const enum descriptor usual[2],
    const char *path, struct failure *failure)
{
    if (!identity_is_guid(json->string))
        return failure_set(failure, EINVAL, path, "the name of a service must be a GUID");
    identity_lower(json->string, service->id);
    enum descriptor bind = read_descriptor(json, "BindSecurityDescriptor", usual[0]);
    enum descriptor connect = read_descriptor(json, "ConnectSecurityDescriptor", usual[1]);
    if (bind != DESCRIPTOR_OWNER)
        return refuse(failure, path,
            "only root and the user of the system can listen on the host: the descriptor for it can name SY and BA");
    if (connect == DESCRIPTOR_OTHER)
        return refuse(failure, path, "a descriptor for connecting can name SY and BA, or WD");
    service->everyone = connect == DESCRIPTOR_EVERYONE;
    service->wildcard = cJSON_IsTrue(member(json, "AllowWildcardBinds"));
    return true;
}

static bool take_services(struct plan *plan, const cJSON *container, struct failure *failure)
{
    const cJSON *config = member(member(container, "HvSocket"), "Config"), *table = member(config, "ServiceTable");
    const enum descriptor usual[2] = {read_descriptor(config, "DefaultBindSecurityDescriptor", DESCRIPTOR_OWNER),
        read_descriptor(config, "DefaultConnectSecurityDescriptor", DESCRIPTOR_OWNER)};
    const cJSON *item;
    char path[128];
    if (cJSON_GetArraySize(table) > MAX_SERVICES)
        return failure_set(failure, E2BIG, SERVICES ".ServiceTable", "more than %d services", MAX_SERVICES);
    plan->services = calloc((size_t)cJSON_GetArraySize(table) + 1, sizeof *plan->services);
    if (!plan->services)
        return failure_set(failure, ENOMEM, NULL, "out of memory");
    cJSON_ArrayForEach (item, table) {
        snprintf(path, sizeof path, SERVICES ".ServiceTable['%.*s']", utf8_cut(item->string, 40), item->string);
        struct plan_service *service = &plan->services[plan->service_count];
        if (!take_service(service, item, usual, path, failure))
            return false;
        for (unsigned i = 0; i < plan->service_count; i++)
            if (!strcmp(plan->services[i].id, service->id))
                return failure_set(failure, EINVAL, path, "the service stands there twice");
        plan->service_count++;
    }
    return true;
}

/* --- limits --- */

static bool take_number(
    const cJSON *object, const char *name, double limit, const char *path, unsigned *number, struct failure *failure)
{
    const cJSON *value = member(object, name);
    double given = cJSON_IsNumber(value) ? value->valuedouble : 0;
    if (given < 0 || given > limit)
        return failure_set(failure, ERANGE, path, "must be 0 to %.0f", limit);
    *number = (unsigned)given;
    return true;
}

static bool take_limits(struct plan *plan, const cJSON *container, struct failure *failure)
{
    const cJSON *memory = member(member(container, "Memory"), "SizeInMB"), *processor = member(container, "Processor");
    plan->memory_mb = cJSON_IsNumber(memory) && memory->valuedouble > 0 ? (uint64_t)memory->valuedouble : 0;
    return take_number(processor, "Count", 4096, CONTAINER ".Processor.Count", &plan->processor_count, failure) &&
           take_number(processor, "Maximum", PERCENT_SCALE, CONTAINER ".Processor.Maximum", &plan->processor_maximum,
               failure) &&
           take_number(
               processor, "Weight", PERCENT_SCALE, CONTAINER ".Processor.Weight", &plan->processor_weight, failure);
}

static bool take_names(struct plan *plan, const cJSON *container, struct failure *failure)
{
    plan->host_name = text(member(container, "GuestOs"), "HostName");
    plan->network = text(member(container, "Networking"), "Namespace");
    if (plan->host_name && (strlen(plan->host_name) > 64 || strpbrk(plan->host_name, "\n\r /")))
        return failure_set(failure, EINVAL, CONTAINER ".GuestOs.HostName", "not a valid host name");
    return true;
}

bool plan_make(struct plan *plan, const cJSON *document, struct failure *failure)
{
    const cJSON *container = member(document, "Container");
    *plan = (struct plan){0};
    if (member(document, "VirtualMachine"))
        return refuse(failure, "$.VirtualMachine", "this engine runs containers; it has no virtual machines");
    if (text(document, "HostingSystemId"))
        return refuse(failure, "$.HostingSystemId", "this engine has no virtual machines that could host it");
    return check_not_honoured(container, failure) && take_names(plan, container, failure) &&
           take_storage(plan, container, failure) && take_shares(plan, container, failure) &&
           take_services(plan, container, failure) && take_limits(plan, container, failure);
}

void plan_free(struct plan *plan)
{
    free(plan->layers);
    free(plan->shares);
    free(plan->services);
    *plan = (struct plan){0};
}
