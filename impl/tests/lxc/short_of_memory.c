/* Parts of the container backend and of keepers without memory: each allocation fails, one at a time. What is read or
   written then is right, or is said to lack memory; nothing is dropped in silence. Exit code 0: so it was. */
#include "../failures/failing.h"
#include "core/lock.h"
#include "lxc/backend/lxc.h"
#include "lxc/keeper/process.h"
#include "lxc/keeper_state.h"
#include "lxc/plan.h"
#include "spec_hresults.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum outcome { RIGHT, SHORT, WRONG };

#define PROCESS                                                                                                        \
    "{\"CommandLine\":\"sh -c 'echo a'\",\"ApplicationName\":\"/bin/sh\",\"Environment\":{\"A\":\"b\"},"               \
    "\"User\":\"u\",\"WorkingDirectory\":\"/w\",\"EmulateConsole\":true,\"ConsoleSize\":[3,4]}"
#define REQUEST                                                                                                        \
    "{\"arguments\":[\"/bin/sh\",\"-c\",\"echo a\"],\"environment\":[\"A=b\"],\"user\":\"u\",\"folder\":\"/w\","       \
    "\"console\":true,\"rows\":3,\"columns\":4,\"streams\":\"\"}"
#define PIPE                                                                                                           \
    "{\"Container\":{\"MappedPipes\":[{\"HostPath\":\"/s\",\"ContainerPipeName\":\"name\","                            \
    "\"HostPathType\":\"AbsolutePath\"}]}}"

static struct document document;
static char folder[] = "/tmp/hcs-test-XXXXXX", path[64];

static enum outcome prepare_process(void)
{
    struct host_process *process = lxc_process_make(NULL, NULL);
    if (!process)
        return SHORT;
    HRESULT result = lxc_prepare(NULL, process, &document);
    const struct lxc_process *own = (const struct lxc_process *)process;
    enum outcome outcome = result == E_OUTOFMEMORY                               ? SHORT
                           : SUCCEEDED(result) && !strcmp(own->request, REQUEST) ? RIGHT
                                                                                 : WRONG;
    lxc_process_free(NULL, process);
    return outcome;
}

static enum outcome list_processes(void)
{
    char id[32];
    struct writer writer = {.text.limit = MESSAGE_BYTES};
    keeper_processes_in_container(&writer, path, 0);
    char *text = writer_finish(&writer);
    snprintf(id, sizeof id, "[{\"id\":%d,", (int)getpid());
    enum outcome outcome = !text ? SHORT : !strncmp(text, id, strlen(id)) ? RIGHT : WRONG;
    free(text);
    return outcome;
}

static enum outcome read_state(void)
{
    struct keeper_state state;
    struct failure failure = {0};
    if (keeper_state_read(&state, folder, &failure))
        return strcmp(state.id, "a") ? WRONG : RIGHT;
    return failure.error == ENOMEM ? SHORT : WRONG;
}

static enum outcome make_plan(void)
{
    struct plan plan = {0};
    struct failure failure = {0};
    cJSON *json = cJSON_Parse(PIPE);
    if (!json)
        return SHORT;
    bool made = plan_make(&plan, json, &failure);
    enum outcome outcome = made ? strcmp(plan.shares[0].container, "/run/computecore/pipe/name") ? WRONG : RIGHT
                           : failure.error == ENOMEM ? SHORT
                                                     : WRONG;
    plan_free(&plan);
    cJSON_Delete(json);
    return outcome;
}

static enum outcome take_statistics(void)
{
    struct lxc_system system = {0};
    struct lxc_link link = {.system = &system};
    bool read = lxc_measured(&link, "{\"memory\":7}") && lxc_listed(&link, "[{\"id\":1}]");
    bool right = system.usage.commit == 7 && system.own_count == 1 && system.own[0].id == 1;
    free(system.own);
    return !read ? SHORT : right ? RIGHT : WRONG;
}

static const struct {
    const char *name;
    enum outcome (*run)(void);
} trials[] = {{"a process", prepare_process}, {"the list of processes", list_processes}, {"the state", read_state},
    {"a plan", make_plan}, {"statistics", take_statistics}};

/* Returns how often it went wrong. */
static int sweep(const char *name, enum outcome (*run)(void))
{
    int wrong = 0, reached = 1;
    long n = 0;
    while (reached) {
        core_lock(); /* what the backend does, it does with the lock */
        failing_begin(FAILING_MEMORY, ++n, 1);
        enum outcome outcome = run();
        reached = failing_end();
        core_unlock();
        if (outcome == WRONG || (!reached && outcome != RIGHT)) {
            fprintf(stderr, "%s: allocation %ld: %s\n", name, n, outcome == WRONG ? "wrong" : "memory is there");
            wrong++;
        }
    }
    printf("%s: %ld allocations\n", name, n - 1);
    return wrong;
}

static bool arrange(void)
{
    struct document_report report;
    struct document_options options = {.minor = document_newest_minor()};
    struct failure failure = {0};
    struct keeper_state state = {.id = "a"};
    if (!mkdtemp(folder))
        return false;
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    FILE *file = fopen(path, "we");
    if (!file)
        return false;
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
    HRESULT result = document_check(PROCESS, strlen(PROCESS), TYPE_ProcessParameters, &options, &document, &report);
    report_free(&report);
    return SUCCEEDED(result) && keeper_state_write(&state, folder, "running", &failure);
}

static void clean_up(void)
{
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    (void)unlink(path);
    snprintf(path, sizeof path, "%s/state.json", folder);
    (void)unlink(path);
    (void)rmdir(folder);
}

int main(void)
{
    int wrong = 0;
    if (!arrange()) {
        fprintf(stderr, "short-of-memory: nothing can be tried here\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
        wrong += sweep(trials[i].name, trials[i].run);
    document_free(&document);
    clean_up();
    return wrong ? 1 : 0;
}
