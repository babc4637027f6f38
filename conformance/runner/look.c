/* Can the target be loaded, and is it our own library? Entry point: look_at_target(). */
#include "look.h"
#include "base/process/supervisor.h"
#include "document/document.h"
#include "platform/environment.h"
#include "base/allocate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 1000, SAID = 512 };

bool look_plan(struct look_plan *plan, const char *const *arguments)
{
    int count = 0;
    if (!program_path(plan->program, sizeof plan->program)) {
        fprintf(stderr, "hcs-conformance: the path of this program can't be determined\n");
        return false;
    }
    plan->arguments[count++] = plan->program;
    while (*arguments && count <= LOOK_ARGUMENTS)
        plan->arguments[count++] = (char *)(uintptr_t)*arguments++;
    plan->arguments[count] = NULL;
    return true;
}

/* Reads what the worker reports once it has loaded the target. false: it could not; said has the reason. */
static bool take_answer(const char *message, struct options *options, char said[SAID])
{
    cJSON *answer = cJSON_Parse(message);
    const char *error = document_text(answer, "error");
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(answer, "own");
    bool loaded = cJSON_IsBool(own);
    options->foreign = !cJSON_IsTrue(own);
    snprintf(said, SAID, "%s", error ? error : "loading the target failed");
    cJSON_Delete(answer);
    return loaded;
}

/* A worker without rows loads the target, and is ended as soon as it has reported. Faults in unloading show after rows
   have run. */
static bool ask(struct supervisor *supervisor, struct options *options, char said[SAID])
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    char how[64];
    while (news.event == SUPERVISOR_QUIET && !signal_exit_code())
        supervisor_wait(supervisor, WAIT_MS, &news);
    snprintf(said, SAID, "interrupted");
    if (news.event == SUPERVISOR_MESSAGE)
        return take_answer(news.message, options, said);
    child_describe(news.status, how, sizeof how);
    if (news.event == SUPERVISOR_LATE)
        snprintf(how, sizeof how, "no end within %u seconds", options->timeout_s);
    if (news.event == SUPERVISOR_BROKEN)
        snprintf(how, sizeof how, "it wrote invalid data into the tool's channel");
    if (news.event != SUPERVISOR_QUIET)
        snprintf(said, SAID, "loading the target failed: %s", how);
    return false;
}

/* Rows on containers wait more than they compute; systems are only shared within a process. */
static unsigned usual_jobs(const struct options *options)
{
    if (options->systems == SYSTEMS_SHARED)
        return 1;
    unsigned jobs = processor_count() * (options->engine == ENGINE_HOST ? 2 : 1);
    return jobs < MAX_JOBS ? jobs : MAX_JOBS;
}

/* Sets the options that were not given and depend on whether the library is ours. */
static void fill_in(struct options *options)
{
    if (!options->strict && !options->loose)
        options->strict = !options->foreign;
    bool chosen = options->filter || options->rows || options->rerun;
    if (options->systems == SYSTEMS_CHOSEN)
        options->systems = options->foreign && !chosen ? SYSTEMS_SHARED : SYSTEMS_OWN;
    if (!options->jobs)
        options->jobs = usual_jobs(options);
    if (!options->foreign && !getenv("COMPUTECORE_SEED"))
        allocate_variable("COMPUTECORE_SEED", "1"); /* set explicitly, so that the result records it */
}

bool look_at_target(struct options *options)
{
    struct look_plan look;
    char said[SAID];
    const char *arguments[] = {
        "worker", options->target ? options->target : "", "loose", "", options->profile, "", "own", NULL};
    if (!look_plan(&look, arguments))
        return false;
    struct child_plan plan = {look.program, look.arguments, .channel = true};
    struct supervisor *supervisor = supervisor_open(1);
    bool started = supervisor_start(supervisor, 0, &plan, options->timeout_s);
    if (!started)
        snprintf(said, sizeof said, "no process could be started: %s", child_start_error());
    bool good = started && ask(supervisor, options, said);
    supervisor_close(supervisor);
    if (good)
        fill_in(options);
    else
        fprintf(stderr, "hcs-conformance: %s\n", said);
    return good;
}
