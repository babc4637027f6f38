/* Processes that a keeper has started. Entry points: keeper_process_start(), keeper_process_ended(). */
#include "process.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static unsigned number(const cJSON *object, const char *name)
{
    const cJSON *value = get(object, name);
    return cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble <= 0xFFFF
               ? (unsigned)value->valuedouble
               : 0;
}

/* The strings of an array, ended by NULL; the array is from malloc, the strings are the document's. */
static char **strings(const cJSON *array)
{
    const cJSON *item;
    size_t count = 0;
    char **list = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *list);
    cJSON_ArrayForEach (item, array)
        if (list && cJSON_IsString(item))
            list[count++] = item->valuestring;
    return list;
}

/* Assigns the descriptors by the letters of "streams"; a missing stream becomes the null device. */
static bool take_streams(const cJSON *json, const struct message *request, int null, int streams[3])
{
    const char *letters = cJSON_GetStringValue(get(json, "streams"));
    streams[0] = streams[1] = streams[2] = null;
    for (unsigned i = 0; letters && letters[i]; i++) {
        const char *known = strchr("ioe", letters[i]);
        if (!known || i >= request->descriptor_count)
            return false;
        streams[known - "ioe"] = request->descriptors[i];
    }
    return true;
}

static const char *const step_words[] = {[ATTACH_STARTED] = "start",
    [ATTACH_ENTER] = "enter",
    [ATTACH_USER] = "user",
    [ATTACH_CONSOLE] = "console",
    [ATTACH_FOLDER] = "folder",
    [ATTACH_CONFINE] = "confine",
    [ATTACH_PROGRAM] = "program",
    [ATTACH_PROGRAM_FOLDER] = "program-folder"};

/* A pipe takes the place of a socket as standard input. Returns its end for the program, to be closed once the program
   has it; -1 with errno. */
static int relay_input(struct relays *relays, int socket)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    bool begun = relay_begin(relays, RELAY_INPUT, socket, ends[1]);
    int error = errno;
    close(ends[1]);
    if (begun)
        return ends[0];
    close(ends[0]);
    errno = error;
    return -1;
}

/* The client's pipes and the terminal. */
static bool relay_console(struct relays *relays, const int streams[3], int null, int terminal)
{
    return relay_begin(relays, RELAY_FROM_TERMINAL, terminal, streams[1] == null ? -1 : streams[1]) &&
           (streams[0] == null || relay_begin(relays, RELAY_TO_TERMINAL, streams[0], terminal));
}

static bool attach(struct relays *relays, struct attach_target *target, struct attach_process *process, int null,
    struct attached *attached, struct failure *failure)
{
    int input = -1;
    if (!process->console && process->streams[0] != null) {
        input = relay_input(relays, process->streams[0]);
        if (input < 0)
            return failure_set(failure, errno, NULL, "the standard input: %m");
        process->streams[0] = input;
    }
    bool started = attach_start(target, process, attached, failure);
    if (input >= 0)
        close(input);
    if (started && process->console && !relay_console(relays, process->streams, null, attached->terminal))
        (void)kill(attached->process, SIGKILL); /* without streams it is of no use; its end is reported */
    return started;
}

static bool start(struct relays *relays, struct attach_target *target, const cJSON *json, const struct message *request,
    struct attached *attached, struct failure *failure)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    char **arguments = strings(get(json, "arguments")), **environment = strings(get(json, "environment"));
    struct attach_process process = {.arguments = arguments,
        .environment = environment,
        .user = cJSON_GetStringValue(get(json, "user")),
        .folder = cJSON_GetStringValue(get(json, "folder")),
        .console = cJSON_IsTrue(get(json, "console")),
        .columns = (unsigned short)number(json, "columns"),
        .rows = (unsigned short)number(json, "rows")};
    bool started = false;
    if (!arguments || !environment || null < 0)
        failure_set(failure, null < 0 ? errno : ENOMEM, NULL, "the process can't be prepared");
    else if (!arguments[0] || !take_streams(json, request, null, process.streams))
        failure_set(failure, EINVAL, NULL, "the request names no program, or its descriptors do not match \"streams\"");
    else
        started = attach(relays, target, &process, null, attached, failure);
    if (null >= 0)
        close(null);
    free(arguments);
    free(environment);
    return started;
}

struct keeper_process *keeper_process_start(struct keeper_processes *processes, struct attach_target *target,
    const struct message *request, struct failure *failure)
{
    struct attached attached = {.terminal = -1};
    errno = 0;
    cJSON *json = request->text ? cJSON_Parse(request->text) : NULL;
    struct keeper_process *process = calloc(1, sizeof *process); /* before the start: an exit can always be kept */
    bool lacks_memory = errno == ENOMEM;
    bool started = json && process && start(&processes->relays, target, json, request, &attached, failure);
    cJSON_Delete(json);
    if (!started) {
        failure_set(failure, lacks_memory ? ENOMEM : EBADMSG, NULL, "the request can't be read: %m");
        if (attached.step != ATTACH_STARTED)
            snprintf(failure->path, sizeof failure->path, "%s", step_words[attached.step]);
        free(process);
        return NULL;
    }
    process->process = attached.process;
    process->inner = attached.inner;
    process->terminal = attached.terminal;
    process->next = processes->first;
    processes->first = process;
    return process;
}

struct keeper_process *keeper_process_find(const struct keeper_processes *processes, uint64_t inner)
{
    struct keeper_process *process = processes->first;
    while (process && (uint64_t)process->inner != inner)
        process = process->next;
    return process;
}

struct keeper_process *keeper_process_ended(struct keeper_processes *processes, pid_t ended, int status, bool oom)
{
    struct keeper_process *process = processes->first;
    while (process && (process->process != ended || process->exited))
        process = process->next;
    if (!process)
        return NULL;
    process->exited = true;
    process->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    process->status = process->signal ? 128 + process->signal : WEXITSTATUS(status);
    process->oom = oom;
    if (process->terminal >= 0)
        close(process->terminal);
    process->terminal = -1;
    return process;
}

void keeper_process_forget(struct keeper_processes *processes, uint64_t inner)
{
    for (struct keeper_process **place = &processes->first; *place; place = &(*place)->next) {
        struct keeper_process *process = *place;
        if ((uint64_t)process->inner != inner || !process->exited)
            continue;
        *place = process->next;
        free(process);
        return;
    }
}

bool keeper_processes_alive(const struct keeper_processes *processes)
{
    for (const struct keeper_process *process = processes->first; process; process = process->next)
        if (!process->exited)
            return true;
    return false;
}

bool keeper_process_resize(const struct keeper_process *process, const char *text, struct failure *failure)
{
    errno = EBADMSG;
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    if (!json)
        return failure_set(failure, errno, NULL, "the request can't be read: %m");
    struct winsize size = {(unsigned short)number(json, "rows"), (unsigned short)number(json, "columns"), 0, 0};
    cJSON_Delete(json);
    if (!process || process->terminal < 0)
        return failure_set(failure, ENOTTY, NULL, "the process has no console");
    return ioctl(process->terminal, TIOCSWINSZ, &size) == 0 || failure_set(failure, errno, NULL, "the console: %m");
}

/* --- reports to the daemon --- */

void keeper_process_write(struct writer *writer, const struct keeper_process *process)
{
    writer_open(writer, NULL, '{');
    writer_integer(writer, "id", process->inner);
    writer_boolean(writer, "exited", process->exited);
    writer_integer(writer, "status", process->status);
    writer_integer(writer, "signal", process->signal);
    writer_boolean(writer, "oom", process->oom);
    writer_close(writer, '}');
}

void keeper_processes_write(struct writer *writer, const char *name, const struct keeper_processes *processes)
{
    writer_open(writer, name, '[');
    for (const struct keeper_process *process = processes->first; process; process = process->next)
        keeper_process_write(writer, process);
    writer_close(writer, ']');
}
