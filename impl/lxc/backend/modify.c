/* HcsModifyComputeSystem of a container. Entry point: lxc_modify().
   Before it runs there is nothing to change but the recorded document, which the start reads; afterwards the keeper
   changes the container first. */
#include "base/text/json_writer.h"
#include "core/lock.h"
#include "daemon/protocol/message.h"
#include "host/configuration.h"
#include "lxc.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the message and sends it. */
static void ask(struct lxc_link *link, struct host_task *task, uint32_t kind, struct writer *writer)
{
    writer_close(writer, '}');
    char *text = writer_finish(writer);
    if (text)
        (void)link_ask(link, WAIT_MODIFY, task, (struct message){.kind = kind, .text = text});
    else
        host_done(&link->lxc->host, task, E_OUTOFMEMORY);
    free(text);
}

static struct writer begin(void)
{
    struct writer writer = {.text.limit = MESSAGE_BYTES};
    writer_open(&writer, NULL, '{');
    return writer;
}

static void change_memory(struct lxc_link *link, struct host_task *task)
{
    uint64_t megabytes = 0;
    struct writer writer = begin();
    (void)document_unsigned(task->modification->settings, &megabytes); /* the host model has checked it */
    writer_integer(&writer, "memoryMB", (int64_t)megabytes);
    ask(link, task, KEEPER_LIMIT, &writer);
}

/* A member of the settings, or what it was; 0: no limit. */
static int64_t processor_member(const struct host_task *task, const char *name)
{
    const struct modification *modification = task->modification;
    const cJSON *before = configuration_find(configuration_tree(task->system->configuration), "Container/Processor");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(modification->settings, name);
    if (!value && modification->request != 'R')
        value = cJSON_GetObjectItemCaseSensitive(before, name);
    return value && cJSON_IsNumber(value) ? (int64_t)value->valuedouble : 0;
}

static void change_processor(struct lxc_link *link, struct host_task *task)
{
    struct writer writer = begin();
    writer_integer(&writer, "count", processor_member(task, FIELD_Container_Processor_Count));
    writer_integer(&writer, "maximum", processor_member(task, FIELD_Container_Processor_Maximum));
    writer_integer(&writer, "weight", processor_member(task, FIELD_Container_Processor_Weight));
    ask(link, task, KEEPER_LIMIT, &writer);
}

/* What can't be added or removed is left to the host model, which refuses it with its document. */
static void change_directory(struct lxc_link *link, struct host_task *task)
{
    struct modification *modification = task->modification;
    const cJSON *settings = modification->settings;
    const char *host = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(settings, FIELD_MappedDirectory_HostPath));
    const char *place =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(settings, FIELD_MappedDirectory_ContainerPath));
    cJSON *list = (cJSON *)(uintptr_t)configuration_find(
        configuration_tree(task->system->configuration), "Container/MappedDirectories");
    bool there = configuration_element(list, FIELD_MappedDirectory_ContainerPath, place);
    if (modification->request == 'U')
        host_done(&link->lxc->host, task, HRESULT_ERROR_NOT_SUPPORTED);
    else if (!place || there != (modification->request == 'R'))
        host_done(&link->lxc->host, task, S_OK);
    else {
        struct writer writer = begin();
        writer_string(&writer, "container", place);
        if (host)
            writer_string(&writer, "host", host);
        writer_boolean(&writer, "readOnly",
            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(settings, FIELD_MappedDirectory_ReadOnly)));
        ask(link, task, there ? KEEPER_UNSHARE : KEEPER_SHARE, &writer);
    }
}

/* Records the document as the host model will have it, for the start and for later daemons. What the model is going to
   refuse is left to it. */
static void record_change(struct lxc_link *link, struct host_task *task)
{
    struct host *host = &link->lxc->host;
    struct modification change = *task->modification;
    cJSON *configuration = cJSON_Duplicate(configuration_tree(task->system->configuration), 1);
    change.settings = change.settings ? cJSON_Duplicate(change.settings, 1) : NULL;
    bool copied = configuration && (change.settings || !task->modification->settings);
    HRESULT result = copied ? configuration_modify(configuration, &change) : E_OUTOFMEMORY;
    if (FAILED(result))
        host_done(host, task, result == E_OUTOFMEMORY ? result : S_OK);
    else if (link_await(link, WAIT_CHANGE, 0, task) && !job_change(link, configuration))
        host_done(host, link_take(link, WAIT_CHANGE, NULL), E_OUTOFMEMORY);
    cJSON_Delete(change.settings);
    cJSON_Delete(configuration);
}

void lxc_modified(struct lxc_link *link, struct host_task *task)
{
    CHECK_HELD();
    record_change(link, task);
}

/* True for what a Linux container never has, so that its start would ignore it. */
static bool is_foreign(int resource)
{
    return resource == RESOURCE_Container_Devices_Generic || resource == RESOURCE_Container_RegistryFlushState;
}

void lxc_modify(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_link *link = lxc_link_of(task);
    if (!link)
        host_done(host, task, S_OK);
    else if (link_leaves_to_end(link, task))
        return;
    else if (!link->ready && !is_foreign(task->modification->resource))
        record_change(link, task);
    else if (task->modification->resource == RESOURCE_Container_Memory_SizeInMB)
        change_memory(link, task);
    else if (task->modification->resource == RESOURCE_Container_Processor)
        change_processor(link, task);
    else if (task->modification->resource == RESOURCE_Container_MappedDirectories)
        change_directory(link, task);
    else
        host_done(host, task, HRESULT_ERROR_NOT_SUPPORTED);
}
