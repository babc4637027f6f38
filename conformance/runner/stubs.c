/* Stubs of a target. Entry points: stubs_call(), stubs_tell(). */
#include "stubs.h"
#include "base/process/supervisor.h"
#include "look.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 1000, LIMIT_S = 10, MESSAGE_BYTES = 40, ARGUMENTS = 12 };

/* --- in the child --- */

/* Only an HRESULT tells a stub. */
static bool can_tell(int function)
{
    return !strcmp(spec_functions[function].result, "HRESULT");
}

static HRESULT call_with_nothing(const struct target *target, int function)
{
    static uint64_t storage[ARGUMENTS][4]; /* what out parameters point to */
    union spec_argument arguments[ARGUMENTS] = {{.pointer = NULL}};
    const struct spec_function *known = &spec_functions[function];
    memset(storage, 0, sizeof storage);
    for (int i = 0; i < known->parameter_count && i < ARGUMENTS; i++)
        if (known->parameters[i].kind >= PARAMETER_OUT_TEXT)
            arguments[i].pointer = storage[i];
    return (HRESULT)(uint32_t)known->call(target->function[function], arguments);
}

void stubs_call(const struct target *target, const struct channel *channel, unsigned first)
{
    char message[MESSAGE_BYTES];
    for (int i = (int)first; i < FUNCTION_COUNT; i++) {
        if (!target->function[i] || !can_tell(i))
            continue;
        snprintf(message, sizeof message, "%d", i);
        (void)channel_send(channel, message); /* the parent may have gone */
        snprintf(message, sizeof message, "%d %d", i, call_with_nothing(target, i) == E_NOTIMPL);
        (void)channel_send(channel, message);
    }
    (void)channel_send(channel, "end");
}

/* --- in the parent --- */

struct findings {
    bool exported[FUNCTION_COUNT], stub[FUNCTION_COUNT];
    unsigned next; /* the first function that has not been called */
    bool over;
};

static void take(const char *message, struct findings *findings)
{
    unsigned function, stub;
    int count = sscanf(message, "%u %u", &function, &stub);
    findings->over = !strcmp(message, "end");
    if (count < 1 || function >= FUNCTION_COUNT)
        return;
    findings->exported[function] = true;
    findings->stub[function] = count == 2 && stub;
    findings->next = function + 1;
}

/* Listens to one child until it has called all functions, or ends in one. Returns false if it has called none. */
static bool listen_to(struct supervisor *supervisor, struct findings *findings)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    unsigned before = findings->next;
    while (!findings->over && !signal_exit_code() && supervisor_runs(supervisor, 0)) {
        supervisor_wait(supervisor, WAIT_MS, &news);
        if (news.event == SUPERVISOR_MESSAGE)
            take(news.message, findings);
        if (news.event == SUPERVISOR_MESSAGE && !findings->over)
            supervisor_limit(supervisor, 0, LIMIT_S); /* of the next call */
    }
    return findings->over || findings->next > before;
}

/* Starts a child for the functions that are left. false: none could be started, or it called nothing. */
static bool call_rest(const struct options *options, struct findings *findings)
{
    char verb[sizeof STUBS_VERB + 12];
    struct look_plan look;
    snprintf(verb, sizeof verb, STUBS_VERB "%u", findings->next);
    const char *arguments[] = {"host-worker", verb, options->target ? options->target : "", NULL};
    struct supervisor *supervisor = supervisor_open(1);
    bool good = look_plan(&look, arguments);
    if (good) {
        struct child_plan plan = {look.program, look.arguments, .channel = true};
        good = supervisor_start(supervisor, 0, &plan, options->timeout_s);
        if (!good)
            fprintf(stderr, "hcs-conformance: no process could be started: %s\n", child_start_error());
    }
    bool called = good && listen_to(supervisor, findings);
    supervisor_close(supervisor);
    if (good && !called && !signal_exit_code())
        fprintf(stderr,
            "hcs-conformance: the functions of the target could not be called: it took longer than %u s to "
            "load, or ended\n",
            (unsigned)options->timeout_s);
    return called && !signal_exit_code();
}

bool stubs_tell(const struct options *options)
{
    struct findings findings = {.next = 0};
    unsigned asked = 0, stubs = 0;
    while (!findings.over && findings.next < FUNCTION_COUNT)
        if (!call_rest(options, &findings))
            return false;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        asked += findings.exported[i];
        stubs += findings.stub[i];
    }
    printf("%-30s %u of %u that return an HRESULT\n", "stubs", stubs, asked);
    for (int i = 0; i < FUNCTION_COUNT; i++)
        if (findings.stub[i])
            printf("%-30s %s\n", "  only returns E_NOTIMPL", spec_functions[i].name);
    return true;
}
