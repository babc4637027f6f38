/* Processes in containers. Entry points: lxc_prepare(), lxc_spawn(). */
#include "base/text/json_writer.h"
#include "core/lock.h"
#include "daemon/protocol/message.h"
#include "lxc.h"
#include "outcome.h"
#include "shell.h"
#include "spec_hresults.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 80, ROWS = 25 };

struct host_process *lxc_process_make(struct host *host, struct process *core)
{
    CHECK_HELD();
    struct lxc_process *process = calloc(1, sizeof *process);
    (void)host;
    (void)core;
    for (int i = 0; process && i < STREAM_COUNT; i++)
        process->guest[i] = PLATFORM_NO_STREAM;
    // -fanalyzer: the host model holds it by its first member
    return process ? &process->host : NULL;
}

static void close_guest(struct lxc_process *process, int stream)
{
    if (process->guest[stream] != PLATFORM_NO_STREAM)
        platform_client_close(process->guest[stream]);
    process->guest[stream] = PLATFORM_NO_STREAM;
}

static void let_go(struct lxc_process *process)
{
    for (int i = 0; i < STREAM_COUNT; i++)
        close_guest(process, i);
    free(process->request);
    process->request = NULL;
}

void lxc_process_free(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    (void)host;
    let_go((struct lxc_process *)process);
    free(process);
}

/* --- the document --- */

/* The last part of the program's path. */
static void name_program(struct lxc_process *process, const char *program)
{
    const char *slash = strrchr(program, '/');
    snprintf(process->program, sizeof process->program, "%s", slash ? slash + 1 : program);
}

/* CommandArgs as they are, else the words of CommandLine; ApplicationName takes the place of the first. */
static HRESULT write_arguments(struct writer *writer, struct lxc_process *process, const struct document *document)
{
    const cJSON *item = cJSON_GetArrayItem(document->member[ProcessParameters_CommandArgs], 0);
    const char *line = document_string(document, ProcessParameters_CommandLine);
    const char *program = document_string(document, ProcessParameters_ApplicationName);
    char **words = NULL;
    size_t count = 0;
    if (!item && line && !(words = shell_split(line, &count)))
        return errno == EINVAL ? E_INVALIDARG : E_OUTOFMEMORY;
    const char *first = program && *program ? program : words ? words[0] : cJSON_GetStringValue(item);
    if (first) {
        name_program(process, first);
        writer_open(writer, "arguments", '[');
        writer_string(writer, NULL, first);
        for (size_t i = 1; i < count; i++)
            writer_string(writer, NULL, words[i]);
        while (item && (item = item->next))
            writer_string(writer, NULL, cJSON_GetStringValue(item));
        writer_close(writer, ']');
    }
    free(words);
    return first ? S_OK : E_INVALIDARG; /* HCS-ROW: P-02 */
}

static HRESULT write_environment(struct writer *writer, const struct document *document)
{
    const cJSON *item;
    HRESULT result = S_OK;
    writer_open(writer, "environment", '[');
    cJSON_ArrayForEach (item, document->member[ProcessParameters_Environment]) {
        struct text text = {.limit = MESSAGE_BYTES};
        const char *value = cJSON_GetStringValue(item);
        if (!*item->string || strchr(item->string, '='))
            result = E_INVALIDARG;
        text_printf(&text, "%s=%s", item->string, value ? value : "");
        char *variable = text_finish(&text);
        if (!variable)
            return E_OUTOFMEMORY;
        writer_string(writer, NULL, variable);
        free(variable);
    }
    writer_close(writer, ']');
    return result;
}

/* [height, width]; 0 is the usual one. HCS-ROW: P-11 */
static void write_console(struct writer *writer, const cJSON *size)
{
    double rows = cJSON_GetNumberValue(cJSON_GetArrayItem(size, 0));
    double columns = cJSON_GetNumberValue(cJSON_GetArrayItem(size, 1));
    writer_boolean(writer, "console", true);
    writer_integer(writer, "rows", rows > 0 ? (int64_t)rows : ROWS);
    writer_integer(writer, "columns", columns > 0 ? (int64_t)columns : COLUMNS);
}

static void write_text(struct writer *writer, const char *name, const struct document *document, int field)
{
    const char *text = document_string(document, field);
    if (text && *text)
        writer_string(writer, name, text);
}

static HRESULT make_request(struct lxc_process *process, const struct document *document)
{
    char streams[STREAM_COUNT + 1] = "";
    struct writer writer = {.text.limit = MESSAGE_BYTES};
    writer_open(&writer, NULL, '{');
    HRESULT result = write_arguments(&writer, process, document);
    if (SUCCEEDED(result))
        result = write_environment(&writer, document);
    write_text(&writer, "user", document, ProcessParameters_User);
    write_text(&writer, "folder", document, ProcessParameters_WorkingDirectory);
    if (process->console)
        write_console(&writer, document->member[ProcessParameters_ConsoleSize]);
    for (int i = 0; i < STREAM_COUNT; i++)
        if (process->wants[i])
            strncat(streams, &"ioe"[i], 1);
    writer_string(&writer, "streams", streams);
    writer_close(&writer, '}');
    process->request = writer_finish(&writer);
    return FAILED(result) ? result : process->request ? S_OK : E_OUTOFMEMORY;
}

/* A console has no pipes here: the keeper's answer brings its terminal. */
static HRESULT take_streams(struct lxc_process *process)
{
    HRESULT result = S_OK;
    for (int i = 0; i < STREAM_COUNT && SUCCEEDED(result); i++)
        if (process->wants[i])
            result = stream_take(process->host.core, (enum engine_stream)i, &process->guest[i]);
    return result;
}

HRESULT lxc_prepare(struct host *host, struct host_process *own, const struct document *document)
{
    struct lxc_process *process = (struct lxc_process *)own;
    (void)host;
    process->console = document_true(document, ProcessParameters_EmulateConsole);
    process->wants[STREAM_INPUT] = document_true(document, ProcessParameters_CreateStdInPipe);
    process->wants[STREAM_OUTPUT] = document_true(document, ProcessParameters_CreateStdOutPipe);
    process->wants[STREAM_ERROR] =
        document_true(document, ProcessParameters_CreateStdErrPipe) && !process->console; /* HCS-ROW: P-12 */
    HRESULT result = make_request(process, document);
    if (SUCCEEDED(result) && (document_true(document, ProcessParameters_RestrictedToken) ||
                                 document_true(document, ProcessParameters_UseExistingLogin)))
        result = HRESULT_ERROR_NOT_SUPPORTED; /* only for Windows accounts */
    if (SUCCEEDED(result))
        result = take_streams(process);
    if (FAILED(result))
        let_go(process);
    return result;
}

/* --- the start --- */

void lxc_spawn(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_process *process = (struct lxc_process *)task->process;
    struct lxc_link *link = lxc_link_of(task);
    struct message message = {.kind = KEEPER_SPAWN, .text = process->request};
    if (link_leaves_to_end(link, task))
        return;
    if (!link || !link->ready) {
        host_done(host, task, HCS_E_INVALID_STATE);
        return;
    }
    for (int i = 0; i < STREAM_COUNT; i++)
        if (process->guest[i] != PLATFORM_NO_STREAM)
            message.descriptors[message.descriptor_count++] = (int)process->guest[i];
    (void)link_ask(link, WAIT_SPAWN, task, message);
}

/* Closes this side's copies of the program's output ends, so that a stream ends with the program. The copy for StdIn
   stays open: it is used to end the program's input. */
static void hand_over(struct lxc_process *process)
{
    close_guest(process, STREAM_OUTPUT);
    close_guest(process, STREAM_ERROR);
    free(process->request);
    process->request = NULL;
}

static void refuse(struct host *host, struct host_task *task, const struct message *answer)
{
    char words[512];
    cJSON *json = answer->text ? cJSON_Parse(answer->text) : NULL;
    const char *step = document_text(json, "path"), *text = document_text(json, "message");
    HRESULT result = outcome_of_step(step ? step : "", answer->result);
    const char *path = !step                                          ? NULL
                       : !strcmp(step, "user")                        ? "$." FIELD_ProcessParameters_User
                       : !strcmp(step, "folder")                      ? "$." FIELD_ProcessParameters_WorkingDirectory
                       : !strncmp(step, "program", strlen("program")) ? "$." FIELD_ProcessParameters_CommandLine
                                                                      : NULL;
    snprintf(words, sizeof words, "%s", text ? text : "the process did not start");
    document_clean(words);
    cJSON_Delete(json);
    host_failed(host, task, result, path, words);
}

void lxc_spawned(struct lxc_link *link, struct host_task *task, struct message *answer)
{
    CHECK_HELD();
    struct host *host = &link->lxc->host;
    struct message kill_it = {.kind = KEEPER_SIGNAL, .value = answer->value, .result = SIGKILL};
    if (!task) { /* the task was answered meanwhile: kill the process */
        if (!answer->result)
            (void)link_ask(link, WAIT_ANSWER, NULL, kill_it);
        return;
    }
    if (answer->result) {
        refuse(host, task, answer);
        return;
    }
    struct lxc_process *process = (struct lxc_process *)task->process;
    hand_over(process);
    process->host.id = (uint32_t)answer->value;
    host_done(host, task, S_OK);
}

/* --- while it runs --- */

static int signal_of(const struct host_task *task)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{VALUE_ProcessSignal_CtrlC, SIGINT}, {VALUE_ProcessSignal_CtrlBreak, SIGQUIT},
        {VALUE_ProcessSignal_CtrlClose, SIGHUP}, {VALUE_ProcessSignal_CtrlLogOff, SIGHUP},
        {VALUE_ProcessSignal_CtrlShutdown, SIGTERM}};
    const struct document *document = task->request->document; /* valid, since this is called during submit() */
    const char *name = document ? document_string(document, SignalProcessOptions_Signal) : NULL;
    if (task->signal.kill)
        return SIGKILL;
    if (task->signal.number)
        return (int)task->signal.number;
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].name, name))
            return names[i].number;
    return SIGTERM;
}

void lxc_signal(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_link *link = lxc_link_of(task);
    struct message message = {.kind = KEEPER_SIGNAL, .value = task->process->id, .result = signal_of(task)};
    if (link_leaves_to_end(link, task))
        return;
    if (!link || !link->ready)
        host_done(host, task, HCS_E_SYSTEM_ALREADY_STOPPED);
    else
        (void)link_ask(link, task->signal.kill ? WAIT_PROCESS_END : WAIT_ANSWER, task, message);
}

/* A stream that was not asked for is closed as it is. Only the program has the other ends of its output. */
static HRESULT close_streams(struct lxc_process *process, const struct host_task *task)
{
    for (int i = STREAM_OUTPUT; i < STREAM_COUNT; i++)
        if (task->change.close[i] && process->wants[i])
            return HRESULT_ERROR_NOT_SUPPORTED;
    if (task->change.close[STREAM_INPUT] && process->guest[STREAM_INPUT] != PLATFORM_NO_STREAM)
        platform_stream_end(process->guest[STREAM_INPUT]);
    return S_OK;
}

void lxc_change(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_process *process = (struct lxc_process *)task->process;
    struct lxc_link *link = lxc_link_of(task);
    char text[64];
    if (!task->change.resize) {
        HRESULT closed = close_streams(process, task);
        if (FAILED(closed))
            host_failed(host, task, closed, "$." FIELD_ProcessModifyRequest_CloseHandle,
                "only the process itself can close its output, which is a pipe of the system");
        else
            host_done(host, task, S_OK);
        return;
    }
    if (!process->console) { /* HCS-ROW: P-39 */
        host_done(host, task, S_OK);
        return;
    }
    snprintf(text, sizeof text, "{\"columns\":%u,\"rows\":%u}", task->change.columns, task->change.rows);
    if (link && link->ready)
        (void)link_ask(
            link, WAIT_ANSWER, task, (struct message){.kind = KEEPER_RESIZE, .value = process->host.id, .text = text});
    else if (!link_leaves_to_end(link, task))
        host_done(host, task, HCS_E_SYSTEM_ALREADY_STOPPED);
}

void lxc_image(struct host *host, const struct host_process *process, char *name, size_t size)
{
    CHECK_HELD();
    (void)host;
    snprintf(name, size, "%s", ((const struct lxc_process *)process)->program);
}

bool lxc_process_ended(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    (void)host;
    let_go((struct lxc_process *)process);
    return false;
}

void lxc_process_forgotten(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    (void)host;
    let_go((struct lxc_process *)process);
}
