/* Probe and cleanup. Entry points: host_probe(), host_cleanup(). */
#include "host.h"
#include "base/process/channel.h"
#include "base/process/supervisor.h"
#include "look.h"
#include "stubs.h"
#include "document/document.h"
#include "row/json.h"
#include "platform/host.h"
#include "row/target/profile.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "row/fixture/fixture.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL_MS = 30000, SAY_BYTES = 4096, WAIT_MS = 1000 };

/* --- in the child --- */

static struct target target;
static struct channel channel;

/* Sends a line to the parent, which prints it; standard output is left to the target. */
static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    char text[SAY_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)channel_send(&channel, text); /* the parent may have gone */
}

static uint64_t call(int function, const union spec_argument *arguments)
{
    void *address = target.function[function];
    return address ? spec_functions[function].call(address, arguments) : (uint32_t)E_NOTIMPL;
}

static void *make_operation(void)
{
    union spec_argument none[2] = {{.pointer = NULL}, {.pointer = NULL}};
    return (void *)(uintptr_t)call(FUNCTION_HcsCreateOperation, none);
}

static HRESULT finish(void *operation, uint64_t started, char **document)
{
    PWSTR text = NULL;
    union spec_argument wait[3] = {{.pointer = operation}, {.number = CALL_MS}, {.pointer = &text}};
    HRESULT result = (HRESULT)(uint32_t)started;
    if (result >= 0)
        result = (HRESULT)call(FUNCTION_HcsWaitForOperationResult, wait);
    if (document)
        *document = text ? to_utf8(text) : NULL;
    LocalFree(text);
    union spec_argument close[1] = {{.pointer = operation}};
    call(FUNCTION_HcsCloseOperation, close);
    return result;
}

static HRESULT enumerate(const char *query, char **document)
{
    PWSTR text = to_utf16(query);
    void *operation = make_operation();
    union spec_argument arguments[2] = {{.pointer = text}, {.pointer = operation}};
    HRESULT result = finish(operation, call(FUNCTION_HcsEnumerateComputeSystems, arguments), document);
    free(text);
    return result;
}

/* The cause of a failure of the first call; NULL: no documented one. */
static const char *cause(HRESULT result)
{
    static const struct {
        HRESULT code;
        const char *text;
    } causes[] = {
        {HCS_E_ACCESS_DENIED, "run it elevated, or as a member of Hyper-V Administrators; sign in anew after joining"},
        {E_ACCESSDENIED, "run it elevated, or as a member of Hyper-V Administrators; sign in anew after joining"},
        {HCS_E_HYPERV_NOT_INSTALLED, "Hyper-V is not installed, or virtualization is off in the firmware"},
        {HCS_E_SERVICE_NOT_AVAILABLE,
            "the Host Compute Service does not run: enable the feature Hyper-V or Containers"}};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].code == result)
            return causes[i].text;
    return NULL;
}

static const char *cause_or_none(HRESULT result)
{
    const char *text = cause(result);
    return text ? text : "no documented cause";
}

enum { UNFIT = 113 };

static int preflight(void)
{
    HRESULT result = enumerate("{}", NULL);
    if (!cause(result))
        return 0;
    say("hcs-conformance: this host is not fit for a run: %s, %s\n", hresult_name(result), cause(result));
    return UNFIT;
}

static void tell(void *context, const char *name, const char *value)
{
    (void)context;
    say("%-30s %s\n", name, value);
}

static void tell_exports(void)
{
    unsigned found = 0;
    for (int i = 0; i < FUNCTION_COUNT; i++)
        found += target.function[i] != NULL;
    say("%-30s %u of %d functions\n", "exports", found, FUNCTION_COUNT);
    for (int i = 0; i < FUNCTION_COUNT; i++)
        if (!target.function[i])
            say("%-30s %s\n", "  not exported by this build", spec_functions[i].name);
}

static int probe(void)
{
    char *document = NULL;
    say("%-30s %s\n", "target", target.path);
    host_describe(target.path, tell, NULL);
    tell_exports();
    HRESULT result = enumerate("{}", &document);
    if (result < 0) {
        say("%-30s no: %s, %s\n", "can run compute systems", hresult_name(result), cause_or_none(result));
        free(document);
        return 1;
    }
    cJSON *systems = json_read(document ? document : "");
    say("%-30s yes\n%-30s %d\n", "can run compute systems", "compute systems there now", cJSON_GetArraySize(systems));
    say("%-30s %s\n", "containers", "need a base image: name its layers in a profile (--write-profile)");
    say("%-30s %s\n", "virtual machines", "need no image: run --mode quick");
    say("nothing was created; whether containers and virtual machines start shows when rows run\n");
    cJSON_Delete(systems);
    free(document);
    return 0;
}

static HRESULT end_system(const char *id)
{
    void *system = NULL;
    PWSTR name = to_utf16(id);
    union spec_argument open[3] = {{.pointer = name}, {.number = GENERIC_ALL}, {.pointer = &system}};
    HRESULT result = (HRESULT)call(FUNCTION_HcsOpenComputeSystem, open);
    free(name);
    if (result < 0)
        return result == HCS_E_SYSTEM_NOT_FOUND ? S_OK : result;
    void *operation = make_operation();
    union spec_argument end[3] = {{.pointer = system}, {.pointer = operation}, {.pointer = NULL}};
    result = finish(operation, call(FUNCTION_HcsTerminateComputeSystem, end), NULL);
    union spec_argument close[1] = {{.pointer = system}};
    call(FUNCTION_HcsCloseComputeSystem, close);
    return result == HCS_E_SYSTEM_ALREADY_STOPPED ? S_OK : result;
}

/* Ends only systems whose owner is the suite; the owner in the answer is checked again, in case the query's filter was
   ignored. */
static int cleanup(bool after_run)
{
    char query[128], *document = NULL;
    const cJSON *item;
    int ended = 0, left = 0;
    snprintf(query, sizeof query, "{\"%s\":[\"%s\"]}", FIELD_SystemQuery_Owners, suite_owner);
    HRESULT result = enumerate(query, &document);
    if (result < 0) {
        say("the systems of the host can't be listed: %s, %s\n", hresult_name(result), cause_or_none(result));
        free(document);
        return 1;
    }
    cJSON *systems = json_read(document ? document : "");
    cJSON_ArrayForEach (item, systems) {
        const char *owner = document_text(item, FIELD_Properties_Owner);
        const char *id = document_text(item, FIELD_Properties_Id);
        if (!owner || !id || strcmp(owner, suite_owner))
            continue;
        result = end_system(id);
        say("%s: %s\n", id, result < 0 ? hresult_name(result) : "ended");
        ended += result >= 0;
        left += result < 0;
    }
    if (ended || left)
        say("%d systems of the suite ended, %d left\n", ended, left);
    else if (!after_run)
        say("no system of the suite was left\n");
    cJSON_Delete(systems);
    free(document);
    return left ? 1 : 0;
}

/* The last message is the answer, marked by a character that no line begins with. */
enum { ANSWER_MARK = '=' };

static int answer(const char *verb, const char *path)
{
    char error[512];
    if (!target_load(&target, *path ? path : NULL, error, sizeof error)) {
        say("hcs-conformance: %s\n", error);
        say("%c%d", ANSWER_MARK, 2);
        return 2;
    }
    if (!strncmp(verb, STUBS_VERB, strlen(STUBS_VERB))) {
        stubs_call(&target, &channel, (unsigned)strtoul(verb + strlen(STUBS_VERB), NULL, 10));
        return 0;
    }
    int code = !strcmp(verb, "probe")       ? probe()
               : !strcmp(verb, "preflight") ? preflight()
                                            : cleanup(!strcmp(verb, "cleanup-after-run"));
    say("%c%d", ANSWER_MARK, code);
    return code;
}

int host_worker(const char *verb, const char *path)
{
    if (!channel_open(&channel)) {
        fprintf(stderr, "hcs-conformance: host-worker can only be started by hcs-conformance itself\n");
        return 2;
    }
    int code = answer(verb, path);
    fflush(NULL);
    _Exit(code); /* the parent kills it once it has answered: nothing may be half written then */
}

/* --- in the parent --- */

/* The outcome of asking the target. */
struct asked {
    bool answered;
    int code;
    char failure[256]; /* set if it did not answer */
};

/* Prints a message; errors, and everything about an unusable host, go to standard error. */
static void pass_on(const char *message, struct asked *asked)
{
    if (message[0] == ANSWER_MARK) {
        asked->answered = true;
        asked->code = atoi(message + 1);
    } else {
        FILE *out = !strncmp(message, "hcs-conformance: ", strlen("hcs-conformance: ")) ? stderr : stdout;
        fputs(message, out);
        fflush(out);
    }
}

static void note_failure(const struct supervisor_news *news, unsigned limit_s, struct asked *asked)
{
    char how[64];
    child_describe(news->status, how, sizeof how);
    if (news->event == SUPERVISOR_LATE)
        snprintf(asked->failure, sizeof asked->failure, "the target did not answer within %u seconds", limit_s);
    else
        snprintf(asked->failure, sizeof asked->failure, "asking the target failed: %s",
            news->event == SUPERVISOR_BROKEN ? "it wrote invalid data into the tool's channel" : how);
}

static void listen_to(struct supervisor *supervisor, const struct options *options, struct asked *asked)
{
    struct supervisor_news news;
    while (!asked->answered && supervisor_runs(supervisor, 0) && !signal_exit_code()) {
        supervisor_wait(supervisor, WAIT_MS, &news);
        if (news.event == SUPERVISOR_MESSAGE)
            pass_on(news.message, asked);
        else if (news.event != SUPERVISOR_QUIET)
            note_failure(&news, options->timeout_s, asked);
    }
}

/* Runs a process that asks the target, and prints its messages. It is killed once it has answered. */
static struct asked ask(const struct options *options, const char *verb)
{
    struct asked asked = {.failure = "no process could be started"};
    struct look_plan look;
    const char *arguments[] = {"host-worker", verb, options->target ? options->target : "", NULL};
    struct supervisor *supervisor = supervisor_open(1);
    if (look_plan(&look, arguments)) {
        struct child_plan plan = {look.program, look.arguments, .channel = true};
        if (supervisor_start(supervisor, 0, &plan, options->timeout_s))
            listen_to(supervisor, options, &asked);
        else
            snprintf(asked.failure, sizeof asked.failure, "no process could be started: %s", child_start_error());
    }
    supervisor_close(supervisor);
    return asked;
}

/* A target that hangs or crashes is reported by one line and exit code 1. */
static int relay(const struct options *options, const char *verb, struct asked *asked)
{
    *asked = ask(options, verb);
    if (signal_exit_code())
        return signal_exit_code();
    if (!asked->answered)
        fprintf(stderr, "hcs-conformance: %s\n", asked->failure);
    return asked->answered ? asked->code : 1;
}

/* Writes a profile to fill in, with the built-in documents under the names that rows use. */
static bool write_profile(const char *path)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "comment",
        "What rows of hcs-conformance run with on this host. Documents that are left out are the built-in ones.");
    cJSON_AddStringToObject(root, "comment lacks",
        "capabilities that this host lacks; their rows are skipped. Take out what is there: container needs a base "
        "image, guest-process a container that starts.");
    static const char *const lacks[] = {"container", "guest-process", "linux-guest", "memory-limit"};
    cJSON_AddItemToObject(root, "lacks", cJSON_CreateStringArray(lacks, 4));
    cJSON_AddStringToObject(
        root, "comment must", "capabilities that this host must have; a skip for want of one fails");
    cJSON_AddArrayToObject(root, "must");
    cJSON *documents = cJSON_AddObjectToObject(root, "documents");
    cJSON_AddStringToObject(documents, "comment",
        "@system/container needs Storage with the Layers of an image of this host's build, and the Path of a writable "
        "layer");
    for (unsigned i = 0; i < spec_document_count; i++)
        if (!strncmp(spec_documents[i].alias, "@system/", 8))
            cJSON_AddItemToObject(documents, spec_documents[i].alias, cJSON_Parse(spec_documents[i].text));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    FILE *file = text ? fopen(path, "wx") : NULL; /* never overwrites a profile */
    bool ok = file && fputs(text, file) >= 0 && fputc('\n', file) >= 0;
    if (file && fclose(file))
        ok = false;
    free(text);
    if (!ok)
        fprintf(stderr, "hcs-conformance: %s can't be written, or exists already\n", path);
    return ok;
}

static bool is_there(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    return file != NULL;
}

int host_probe(const struct options *options)
{
    struct asked asked;
    if (options->write_profile && is_there(options->write_profile)) {
        fprintf(stderr, "hcs-conformance: %s can't be written: it exists already\n", options->write_profile);
        return 2;
    }
    int code = relay(options, "probe", &asked);
    if (asked.answered && code != 2 && !stubs_tell(options))
        return signal_exit_code() ? signal_exit_code() : 1;
    if (code == 2 || !options->write_profile)
        return code;
    return write_profile(options->write_profile) ? code : 2;
}

bool host_is_fit(const struct options *options)
{
    struct asked asked = ask(options, "preflight");
    return !asked.answered || asked.code != UNFIT;
}

int host_cleanup(const struct options *options)
{
    struct asked asked;
    return relay(options, "cleanup", &asked);
}

int host_cleanup_after_run(const struct options *options)
{
    struct asked asked;
    return relay(options, "cleanup-after-run", &asked);
}
