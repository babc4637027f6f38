/* The second process of a row, from the side of the first. Entry point: other_step(). */
#include "other.h"
#include "base/process/supervisor.h"
#include "document/document.h"
#include "row/json.h"
#include "known.h"
#include "row/target/profile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 1000, PATH_BYTES = 4096 };

/* For the whole life of this process: what a supervisor's end kills is more than the process of one row. */
static struct supervisor *supervisor;

bool other_makes(const cJSON *step)
{
    if (cJSON_IsString(step))
        return !strncmp(step->valuestring, OTHER_PREFIX, sizeof OTHER_PREFIX - 1);
    return step && cJSON_HasObjectItem(step->child, OTHER_MEMBER);
}

bool other_is_possible(const struct target *target)
{
    const char *engine = getenv("COMPUTECORE_ENGINE"); // NOLINT(concurrency-mt-unsafe): set before any thread starts
    return !target->own || (engine && *engine && strcmp(engine, "sim") != 0);
}

static bool runs(void)
{
    return supervisor && supervisor_runs(supervisor, 0);
}

static bool start(struct fixture *fixture)
{
    char program[PATH_BYTES];
    char *arguments[] = {program, (char *)(uintptr_t)OTHER_NAME, (char *)(uintptr_t)fixture->target->path,
        (char *)(uintptr_t)(fixture->strict ? "strict" : "loose"),
        (char *)(uintptr_t)(fixture->without_containers ? "no-container" : "container"),
        (char *)(uintptr_t)profile_path(), NULL};
    if (!program_path(program, sizeof program))
        return fail(fixture, "the path of this program can't be determined");
    if (!supervisor)
        supervisor = supervisor_open(1);
    struct child_plan plan = {.program = program, .arguments = arguments, .channel = true};
    return supervisor_start(supervisor, 0, &plan, 0) || fail(fixture, "no second process can be started");
}

/* What it printed belongs to the output of this row. */
static void pass_output_on(void)
{
    char *text = supervisor_output(supervisor, 0);
    if (text)
        fputs(text, stdout);
    free(text);
}

/* Waits for its next message, or for its end. */
static void await(struct supervisor_news *news)
{
    news->event = SUPERVISOR_QUIET;
    while (news->event == SUPERVISOR_QUIET && !signal_exit_code())
        supervisor_wait(supervisor, WAIT_MS, news);
    pass_output_on();
}

/* Says how it ended, or that it did not. */
static bool fail_by_end(struct fixture *fixture, const struct supervisor_news *news)
{
    char how[96] = "interrupted";
    if (news->event == SUPERVISOR_ENDED)
        child_describe(news->status, how, sizeof how);
    if (news->event == SUPERVISOR_BROKEN)
        snprintf(how, sizeof how, "it sent an invalid answer");
    fixture->other_broke = true;
    return fail(fixture, "in other: %s", how);
}

/* Reads the answer to a step. */
static bool take_answer(struct fixture *fixture, const char *message)
{
    cJSON *answer = json_read(message);
    bool ok = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok"));
    const char *said = document_text(answer, "message");
    fixture->missing |= cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "missing"));
    known_take(fixture, cJSON_GetObjectItemCaseSensitive(answer, "known"));
    if (!ok)
        fail(fixture, "in other: %.400s", said ? said : "invalid answer");
    cJSON_Delete(answer);
    return ok;
}

/* Sends a request, which it takes, and waits for the answer. */
static bool ask(struct fixture *fixture, cJSON *request)
{
    struct supervisor_news news;
    char *text = json_text(request);
    cJSON_Delete(request);
    bool sent = supervisor_send(supervisor, 0, text);
    free(text);
    if (!sent)
        return fail(fixture, "the step is too long for the second process");
    await(&news);
    return news.event == SUPERVISOR_MESSAGE ? take_answer(fixture, news.message) : fail_by_end(fixture, &news);
}

bool other_step(struct fixture *fixture, const cJSON *step)
{
    if (!runs() && !start(fixture))
        return false;
    fixture->had_other = true;
    cJSON *request = json_object();
    json_add(request, "step", json_copy(step));
    json_add(request, "known", known_list(fixture));
    return ask(fixture, request);
}

bool other_end(struct fixture *fixture, bool kill)
{
    struct supervisor_news news = {.event = SUPERVISOR_ENDED};
    if (!runs())
        return fail(fixture, "there is no second process");
    if (kill)
        supervisor_end(supervisor, 0);
    else {
        (void)supervisor_send(supervisor, 0, "{\"exit\":true}"); /* it is short */
        await(&news);
    }
    return (news.event == SUPERVISOR_ENDED && !news.status) || fail_by_end(fixture, &news);
}

bool other_finish(struct fixture *fixture)
{
    struct supervisor_news news;
    if (!runs())
        return true;
    bool clean = ask(fixture, json_object());
    if (!runs())
        return false;
    supervisor_hang_up(supervisor, 0);
    await(&news);
    clean = clean && news.event == SUPERVISOR_ENDED && !news.status;
    if (!clean)
        fail_by_end(fixture, &news);
    supervisor_end(supervisor, 0);
    return clean;
}
