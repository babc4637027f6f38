/* Statistics of systems and processes, from their keeper. Entry point: lxc_statistics(). */
#include "daemon/protocol/message.h"
#include "core/lock.h"
#include "lxc.h"
#include <stdio.h>

enum { NS_PER_UNIT = 100 };

void lxc_statistics(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_link *link = lxc_link_of(task);
    if (!link || !link->ready) { /* nothing runs: the last values stay */
        host_done(host, task, S_OK);
        return;
    }
    if (link_ask(link, WAIT_MEASURE, task, (struct message){.kind = KEEPER_MEASURE}))
        (void)link_ask(link, WAIT_LIST, task, (struct message){.kind = KEEPER_PROCESSES});
}

static uint64_t number(const cJSON *json, const char *name)
{
    double value = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, name));
    return value > 0 ? (uint64_t)value : 0;
}

bool lxc_measured(struct lxc_link *link, const char *text)
{
    CHECK_HELD();
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    bool read = json;
    if (json && link->system)
        link->system->usage = (struct backend_usage){.user = number(json, "user") / NS_PER_UNIT,
            .kernel = number(json, "kernel") / NS_PER_UNIT,
            .commit = number(json, "memory"),
            .commit_peak = number(json, "memoryPeak"),
            .private_set = number(json, "memoryCommit"),
            .reads = number(json, "reads"),
            .read_bytes = number(json, "readBytes"),
            .writes = number(json, "writes"),
            .written_bytes = number(json, "writtenBytes")};
    cJSON_Delete(json);
    return read;
}

static void measure(struct lxc_process *process, const cJSON *item)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
    if (!process->program[0] && name) { /* the process was started by an earlier daemon */
        snprintf(process->program, sizeof process->program, "%s", name);
        document_clean(process->program);
    }
    process->usage = (struct backend_usage){.user = number(item, "user") / NS_PER_UNIT,
        .kernel = number(item, "kernel") / NS_PER_UNIT,
        .commit = number(item, "memory"),
        .private_set = number(item, "memory")};
}

bool lxc_listed(struct lxc_link *link, const char *text)
{
    CHECK_HELD();
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    const cJSON *item;
    bool read = json;
    cJSON_ArrayForEach (item, json)
        for (uint32_t i = 0; link->system && i < link->system->host.process_slots; i++) {
            struct host_process *process = host_process_in(&link->system->host, i);
            if (process && process->phase == HOST_RUNNING && process->id == number(item, "id"))
                measure((struct lxc_process *)process, item);
        }
    cJSON_Delete(json);
    return read;
}

void lxc_system_usage(struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    CHECK_HELD();
    (void)host;
    *usage = ((const struct lxc_system *)system)->usage;
}

void lxc_process_usage(struct host *host, const struct host_process *process, struct backend_usage *usage)
{
    CHECK_HELD();
    (void)host;
    *usage = ((const struct lxc_process *)process)->usage;
}
