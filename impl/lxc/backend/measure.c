/* Statistics of systems and processes, from their keeper. Entry point: lxc_statistics(). */
#include "daemon/protocol/message.h"
#include "core/lock.h"
#include "lxc.h"
#include <stdio.h>
#include <stdlib.h>

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

static struct backend_usage usage_of(const cJSON *item)
{
    return (struct backend_usage){.user = number(item, "user") / NS_PER_UNIT,
        .kernel = number(item, "kernel") / NS_PER_UNIT,
        .commit = number(item, "memory"),
        .private_set = number(item, "memory")};
}

static void measure(struct lxc_process *process, const cJSON *item)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
    if (!process->program[0] && name) { /* the process was started by an earlier daemon */
        snprintf(process->program, sizeof process->program, "%s", name);
        document_clean(process->program);
    }
    process->usage = usage_of(item);
}

static struct host_process *client_process(const struct lxc_system *system, const cJSON *item)
{
    for (uint32_t i = 0; i < system->host.process_slots; i++) {
        struct host_process *process = host_process_in(&system->host, i);
        if (process && process->phase == HOST_RUNNING && process->id == number(item, "id"))
            return process;
    }
    return NULL;
}

enum { IMAGE_BYTES = 64 };

/* created: of process 1, with which the container began. */
static void take_own(const cJSON *item, uint64_t created, struct host_own_process *process, char image[IMAGE_BYTES])
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
    uint64_t at = number(item, "createdMs");
    snprintf(image, IMAGE_BYTES, "%s", name ? name : "");
    document_clean(image);
    *process = (struct host_own_process){.image = image,
        .id = (uint32_t)number(item, "id"),
        .started_ms = at > created ? at - created : 0,
        .usage = usage_of(item)};
}

/* Those of clients take what they use; the others, and behind them their names, become the list of the system's own.
   false: out of memory. */
static bool take_list(struct lxc_system *system, const cJSON *list)
{
    const cJSON *item;
    size_t count = (size_t)cJSON_GetArraySize(list);
    struct host_own_process *own = malloc(count * (sizeof *own + IMAGE_BYTES) + 1);
    uint64_t created = 0;
    if (!own)
        return false;
    char *images = (char *)(own + count);
    free(system->own);
    system->own = own;
    system->own_count = 0;
    cJSON_ArrayForEach (item, list)
        if (number(item, "id") == 1)
            created = number(item, "createdMs");
    cJSON_ArrayForEach (item, list) {
        struct host_process *process = client_process(system, item);
        if (process) {
            measure((struct lxc_process *)process, item);
            continue;
        }
        take_own(item, created, &own[system->own_count], images + (size_t)system->own_count * IMAGE_BYTES);
        system->own_count++;
    }
    return true;
}

bool lxc_listed(struct lxc_link *link, const char *text)
{
    CHECK_HELD();
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    bool read = json && (!link->system || take_list(link->system, json));
    cJSON_Delete(json);
    return read;
}

const struct host_own_process *lxc_own_processes(
    const struct host *host, const struct host_system *system, unsigned *count)
{
    CHECK_HELD();
    (void)host;
    const struct lxc_system *own = (const struct lxc_system *)system;
    *count = own->link && own->link->ready ? own->own_count : 0;
    return own->own;
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
