/* Running the commands of a guest process. Entry point: guest_run(). */
#include "guest_run.h"
#include "core/lock.h"
#include "base/check.h"
#include "console.h"
#include "directory.h"
#include "base/text/text.h"
#include "files.h"
#include "input.h"
#include "output.h"
#include "platform/platform.h"
#include "power.h"
#include "program.h"
#include "serial.h"
#include "shell/scan.h"
#include "shell/shell.h"
#include "shell/variables.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000000u
enum { UNKNOWN_CMD = 9009, UNKNOWN_SH = 127, CRASHED_LINUX = 139, STARVED_LINUX = 137, OUTPUT_BYTES = 128 };
#define CRASHED_WINDOWS 0xC0000005u /* exit code of an access violation */
#define STARVED_WINDOWS 0xC0000017u /* exit code when out of memory; on Linux the process is killed */
#define NO_CONSOLE "standard input is not a console"
#define DISK_FULL "There is not enough space on the disk."

static struct path path_of(const char *text)
{
    return (struct path){text, strlen(text)};
}

/* The text behind sh -c gets quotes if it begins and ends with some, which program_read() would take for its own. */
static bool needs_quotes(const char *before, const char *argument)
{
    size_t length = strlen(argument);
    return before && !strcmp(before, "-c") && length > 1 && strchr("\"'", *argument) &&
           argument[length - 1] == *argument;
}

/* Joins the arguments into one text, which is enough for the commands of the default guest. */
static char *join_arguments(const cJSON *arguments, char *buffer, size_t size)
{
    enum { BETWEEN = 3 }; /* a blank and two quotes */
    const cJSON *item;
    const char *before = NULL;
    size_t length = 1;
    cJSON_ArrayForEach (item, arguments)
        length += (cJSON_IsString(item) ? strlen(item->valuestring) : 0) + BETWEEN;
    char *text = length <= size ? buffer : malloc(length), *end = text;
    if (!text)
        return NULL;
    *end = 0;
    cJSON_ArrayForEach (item, arguments)
        if (cJSON_IsString(item)) {
            bool quotes = needs_quotes(before, item->valuestring);
            const char quote[2] = {(char)(quotes ? *item->valuestring : 0)};
            end += sprintf(end, "%s%s%s%s", end > text ? " " : "", quote, item->valuestring, quote);
            before = item->valuestring;
        }
    return text;
}

static char *copy_text(const char *line, char *buffer, size_t size)
{
    size_t length = strlen(line) + 1;
    char *text = length <= size ? buffer : malloc(length);
    return text ? memcpy(text, line, length) : NULL;
}

static const struct script *script_of(const struct sim *sim, const char *command, size_t size)
{
    size_t length;
    if (!sim->scenario.script_count) /* as in most scenarios; saves reading the command */
        return NULL;
    const char *name = program_name(command, size, &length);
    return script_find(sim->scenario.scripts, sim->scenario.script_count, name, length);
}

/* Keeps the environment only if a command may show it: most processes have one, few use it. Returns false when out of
   memory. */
static bool take_environment(struct sim_process *process, const cJSON *environment)
{
    const char *end = process->host.linux_guest ? "\n" : "\r\n";
    const cJSON *item;
    struct text text = {.limit = JSON_BYTES};
    if (!environment || (!strpbrk(process->command, "%$") && !strstr(process->command, "set") &&
                            !strstr(process->command, "env") && !strstr(process->command, "defined")))
        return true;
    cJSON_ArrayForEach (item, environment)
        if (cJSON_IsString(item)) {
            text_puts(&text, item->string);
            text_putc(&text, '=');
            text_puts(&text, item->valuestring);
            text_puts(&text, end);
        }
    process->environment = text_finish(&text);
    return process->environment != NULL;
}

/* Keeps the user's name only if a command may show it. Returns false when out of memory. */
static bool take_user(struct sim_process *process, const char *user)
{
    return !user || !*user || !strstr(process->command, "whoami") || (process->user = strdup(user));
}

static bool is_user(const struct sim *sim, const char *name)
{
    const cJSON *user;
    cJSON_ArrayForEach (user, sim->scenario.users)
        if (cJSON_IsString(user) && !strcasecmp(user->valuestring, name))
            return true;
    return false;
}

/* HCS-ROW: P-01, P-02, P-03, P-04, P-05 */
HRESULT guest_take_command(
    struct sim *sim, struct sim_system *system, struct sim_process *process, const struct document *document)
{
    const char *line = document_string(document, ProcessParameters_CommandLine);
    const char *directory = document_string(document, ProcessParameters_WorkingDirectory);
    const char *user = document_string(document, ProcessParameters_User);
    const cJSON *arguments = document->member[ProcessParameters_CommandArgs];
    if (!process->host.linux_guest && (!line || !*line))
        return E_INVALIDARG;
    if (directory && *directory && !files_has_directory(sim, system, path_of(directory)))
        return HRESULT_ERROR_DIRECTORY;
    if (user && *user && !program_user_exists(user) && !is_user(sim, user))
        return HRESULT_ERROR_LOGON_FAILURE;
    process->command = process->host.linux_guest
                           ? join_arguments(arguments, process->inline_text, sizeof process->inline_text)
                           : copy_text(line, process->inline_text, sizeof process->inline_text);
    if (!process->command)
        return E_OUTOFMEMORY;
    int missing = program_missing(process->command, script_of(sim, process->command, strlen(process->command)));
    if (missing) {
        guest_drop_command(process);
        return missing == 3 ? HRESULT_ERROR_PATH_NOT_FOUND : HRESULT_ERROR_FILE_NOT_FOUND;
    }
    process->cursor = process->command;
    if (!console_take(process, document) || !take_user(process, user) ||
        !take_environment(process, document->member[ProcessParameters_Environment])) {
        guest_drop_command(process);
        return E_OUTOFMEMORY;
    }
    return S_OK;
}

void guest_drop_command(struct sim_process *process)
{
    CHECK_HELD();
    if (process->command != process->inline_text)
        free(process->command);
    free(process->output);
    free(process->environment);
    free(process->user);
    free(process->console);
    shell_drop(process);
    (void)output_end_redirects(process, NULL);
    variables_free(process);
    input_drop(process);
    process->command = process->output = process->environment = process->user = NULL;
    process->cursor = NULL;
    process->console = NULL;
    process->output_length = process->output_done = process->output_capacity = 0;
}

/* Reserves memory for short outputs, such as those of echo, so that they can't fail later. */
bool guest_reserve_output(struct sim_process *process)
{
    CHECK_HELD();
    CHECK(process->command && !process->output);
    if (!stream_is_open(process->host.core, STREAM_OUTPUT) && !stream_is_open(process->host.core, STREAM_ERROR))
        return true;
    uint32_t capacity = (uint32_t)strlen(process->command) + OUTPUT_BYTES;
    process->output = malloc(capacity);
    process->output_capacity = process->output ? capacity : 0;
    return process->output;
}

static void sleep_until(struct sim *sim, struct sim_process *process, uint64_t time)
{
    CHECK(!process->ticket);
    process->ticket = queue_push(&sim->queue, time, SIM_STEP, process);
}

/* Records a command's exit code and moves the cursor to the next that runs. */
void guest_done(struct sim *sim, struct sim_process *process, uint32_t code)
{
    CHECK_HELD();
    if (process->redirects && !output_end_redirects(process, shell_redirects(process))) {
        output_say_line(sim, process, STREAM_ERROR, DISK_FULL, sizeof DISK_FULL - 1);
        code = 1;
    }
    process->exit_code = code;
    process->unknown = false;
    process->phase = GUEST_RUN;
    process->script = NULL;
    shell_join(process, code);
}

void guest_exit(struct sim *sim, struct sim_process *process, uint32_t code)
{
    CHECK_HELD();
    guest_done(sim, process, code);
    shell_exit(process);
}

void guest_sleep(struct sim *sim, struct sim_process *process, uint64_t duration)
{
    CHECK_HELD();
    process->deadline = duration < UINT64_MAX - sim->now ? sim->now + duration : UINT64_MAX;
    process->phase = GUEST_SLEEP;
}

static void begin_script(struct sim *sim, struct sim_process *process)
{
    CHECK(process->script);
    if (process->script->output)
        output_say(sim, process, STREAM_OUTPUT, process->script->output, strlen(process->script->output));
    guest_sleep(sim, process, process->script->duration);
}

static void end_script(struct sim *sim, struct sim_process *process)
{
    CHECK(process->script);
    const struct script *script = process->script;
    uint32_t crash = process->host.linux_guest ? CRASHED_LINUX : CRASHED_WINDOWS;
    if (script->error)
        output_say(sim, process, STREAM_ERROR, script->error, strlen(script->error));
    guest_done(sim, process, script->crashes ? crash : script->exit_code);
}

void guest_complain(struct sim *sim, struct sim_process *process, const char *text, uint32_t code)
{
    CHECK_HELD();
    output_say_line(sim, process, STREAM_ERROR, text, strlen(text));
    guest_done(sim, process, code);
}

static void complain(struct sim *sim, struct sim_process *process, const char *text)
{
    guest_complain(sim, process, text, 1);
}

static void show_file(struct sim *sim, struct sim_process *process, struct path path)
{
    size_t length;
    const char *text = files_read(sim, guest_system(process), path, &length);
    char *copy = text ? malloc(length + 1) : NULL; /* the output may go to the same file and change the text */
    if (!copy) {
        complain(sim, process, text ? NO_MEMORY : NO_FILE);
        return;
    }
    memcpy(copy, text, length);
    output_say(sim, process, STREAM_OUTPUT, copy, length);
    free(copy);
    guest_done(sim, process, 0);
}

static void change_files(struct sim *sim, struct sim_process *process, const struct program *program)
{
    struct path path = {program->argument, program->argument_length};
    bool removes = program->kind == PROGRAM_REMOVE;
    if (removes ? files_remove(sim, guest_system(process), path)
                : files_make_directory(sim, guest_system(process), path))
        guest_done(sim, process, 0);
    else
        complain(sim, process, removes ? NO_FILE : NO_PATH);
}

static void show_user(struct sim *sim, struct sim_process *process)
{
    const char *user = process->user               ? process->user
                       : process->host.linux_guest ? "root"
                                                   : "user manager\\containeradministrator";
    output_say_line(sim, process, STREAM_OUTPUT, user, strlen(user));
    guest_done(sim, process, 0);
}

static void show_console(struct sim *sim, struct sim_process *process)
{
    char text[80];
    const struct console *console = process->console;
    if (!console) {
        complain(sim, process, NO_CONSOLE);
        return;
    }
    snprintf(text, sizeof text, process->host.linux_guest ? "%u %u" : "Lines: %u, Columns: %u", console->rows,
        console->columns);
    output_say_line(sim, process, STREAM_OUTPUT, text, strlen(text));
    guest_done(sim, process, 0);
}

static void show_host_name(struct sim *sim, struct sim_process *process)
{
    struct text name = {.limit = JSON_BYTES};
    variables_host_name(process, &name);
    process->starved |= name.failed;
    output_say_line(sim, process, STREAM_OUTPUT, name.bytes ? name.bytes : "", name.length);
    text_discard(&name);
    guest_done(sim, process, 0);
}

void guest_show_variables(struct sim *sim, struct sim_process *process, const char *prefix, size_t length)
{
    CHECK_HELD();
    struct text list = {.limit = JSON_BYTES};
    variables_list(process, prefix, length, &list);
    process->starved |= list.failed;
    if (list.length)
        output_say(sim, process, STREAM_OUTPUT, list.bytes, list.length);
    bool nothing = length && !list.length;
    text_discard(&list);
    if (nothing)
        complain(sim, process, "Environment variable not defined");
    else
        guest_done(sim, process, 0);
}

/* Says that there is no such program, as the shell does. Inside cmd the code is 9009, which is the number of this
   message in its message table (no page documents it); cmd itself ends with 1. For sh POSIX asks for 127. */
static void unknown(struct sim *sim, struct sim_process *process, const char *name, size_t length)
{
    struct text text = {.limit = JSON_BYTES};
    enum program_shell shell = process->shell              ? (enum program_shell)process->dialect
                               : process->host.linux_guest ? PROGRAM_SH
                                                           : PROGRAM_CMD;
    if (shell == PROGRAM_CMD)
        text_printf(&text,
            "'%.*s' is not recognized as an internal or external command,\r\noperable program or batch file.",
            (int)length, name);
    else if (shell == PROGRAM_SH)
        text_printf(&text, "sh: 1: %.*s: not found", (int)length, name);
    else
        text_printf(&text,
            "%.*s : The term '%.*s' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program.\r\nCheck the spelling of the name, or if a path was included, verify that the path is correct "
            "and try again.",
            (int)length, name, (int)length, name);
    process->starved |= text.failed;
    output_say_line(sim, process, STREAM_ERROR, text.bytes ? text.bytes : "", text.length);
    text_discard(&text);
    guest_done(sim, process, shell == PROGRAM_CMD ? UNKNOWN_CMD : shell == PROGRAM_SH ? UNKNOWN_SH : 1);
    process->unknown = shell == PROGRAM_CMD;
}

/* The shell that the process consists of runs its text where it is; one inside another gets a frame. */
static void begin_shell(struct sim *sim, struct sim_process *process, const struct program *program)
{
    if (process->shell || (program->shell == PROGRAM_CMD && memchr(program->argument, '%', program->argument_length))) {
        shell_open(sim, process, program->shell, program->argument, program->argument_length);
        return;
    }
    process->shell = true;
    process->dialect = (uint8_t)program->shell;
    /* cuts off the quote behind a quoted command */
    process->command[program->argument + program->argument_length - process->command] = 0;
    process->cursor = program->argument;
}

static void list_files(struct sim *sim, struct sim_process *process, const struct program *program)
{
    struct text list = {.limit = JSON_BYTES};
    bool found = directory_list(sim, process, program->argument, program->argument_length, &list);
    process->starved |= list.failed;
    if (list.length)
        output_say(sim, process, STREAM_OUTPUT, list.bytes, list.length);
    text_discard(&list);
    if (found)
        guest_done(sim, process, 0);
    else
        complain(sim, process, process->host.linux_guest ? "ls: No such file or directory" : "File Not Found");
}

static void begin_program(struct sim *sim, struct sim_process *process, const struct program *program)
{
    switch (program->kind) {
    case PROGRAM_SHELL:
        begin_shell(sim, process, program);
        break;
    case PROGRAM_EXIT:
        guest_exit(sim, process, program->exit_code);
        break;
    case PROGRAM_RESULT:
        guest_done(sim, process, program->exit_code);
        break;
    case PROGRAM_ECHO:
        output_say_line(sim, process, STREAM_OUTPUT, program->argument, program->argument_length);
        guest_done(sim, process, 0);
        break;
    case PROGRAM_COPY:
        process->phase = GUEST_COPY;
        break;
    case PROGRAM_SHOW:
        show_file(sim, process, (struct path){program->argument, program->argument_length});
        break;
    case PROGRAM_REMOVE:
    case PROGRAM_DIRECTORY:
        change_files(sim, process, program);
        break;
    case PROGRAM_FILTER:
        input_begin_filter(sim, process, program->argument, program->argument_length);
        break;
    case PROGRAM_LIST:
        list_files(sim, process, program);
        break;
    case PROGRAM_HOST_NAME:
        show_host_name(sim, process);
        break;
    case PROGRAM_POWER:
        power_begin(sim, process, program);
        break;
    case PROGRAM_ENVIRONMENT:
        guest_show_variables(sim, process, "", 0);
        break;
    case PROGRAM_USER:
        show_user(sim, process);
        break;
    case PROGRAM_CONSOLE:
        show_console(sim, process);
        break;
    case PROGRAM_SLEEP:
        guest_sleep(sim, process, program->duration);
        break;
    case PROGRAM_PING:
        process->deadline = program->duration == UINT64_MAX ? UINT64_MAX : sim->now + program->duration;
        process->phase = GUEST_PING;
        break;
    case PROGRAM_UNKNOWN:
        unknown(sim, process, program->argument, program->argument_length);
        break;
    }
}

bool guest_has_script(const struct sim *sim, const char *command, size_t length)
{
    CHECK_HELD();
    return script_of(sim, command, length);
}

void guest_begin(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    CHECK_HELD();
    process->script = script_of(sim, command, length);
    if (process->script && process->script->input != SCRIPT_IGNORE) {
        process->phase = GUEST_COPY;
    } else if (process->script) {
        begin_script(sim, process);
    } else {
        struct program program = program_read(command, length);
        begin_program(sim, process, &program);
    }
}

static void next_command(struct sim *sim, struct sim_process *process)
{
    CHECK(process->cursor && process->phase == GUEST_RUN);
    if (process->shell) {
        shell_next(sim, process);
        return;
    }
    const char *command = process->cursor;
    process->cursor = NULL;
    process->join = PROGRAM_ALWAYS;
    guest_begin(sim, process, command, strlen(command));
}

void guest_end_of_input(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    if (process->script)
        begin_script(sim, process);
    else
        guest_done(sim, process, 0);
}

/* Ends the process with all its remaining commands. */
static void stop(struct sim_process *process, uint32_t exit_code)
{
    shell_drop(process);
    (void)output_end_redirects(process, NULL);
    input_drop(process);
    process->exit_code = exit_code;
    process->phase = GUEST_RUN;
    process->script = NULL;
    process->shell = process->unknown = false;
}

void guest_interrupt(struct sim_process *process)
{
    CHECK_HELD();
    stop(process, console_exit_code(process));
    process->interrupted = process->serial;
}

/* Ends the process, whose output is incomplete, with the exit code for lack of memory. */
static void starve(struct sim_process *process)
{
    process->starved = false;
    stop(process, process->host.linux_guest ? STARVED_LINUX : STARVED_WINDOWS);
}

/* Prints a line every second if the output goes anywhere; otherwise only sleeps until the end. Returns true if the
   command is done. */
static bool ping(struct sim *sim, struct sim_process *process)
{
    bool seen = output_is_seen(process);
    uint64_t tick = process->console ? process->console->tick : 0;
    if (tick) /* a key arrived before the next line is due */
        process->console->tick = 0;
    if (tick > sim->now) {
        sleep_until(sim, process, tick);
        return false;
    }
    if (sim->now >= process->deadline) {
        if (seen)
            output_say_line(sim, process, STREAM_OUTPUT, "Reply from host", 15);
        guest_done(sim, process, 0);
        return true;
    }
    if (!seen && process->deadline == UINT64_MAX)
        return false; /* the process keeps running and needs no entry */
    if (seen)
        output_say_line(sim, process, STREAM_OUTPUT, "Reply from host", 15);
    if (!output_flush(process))
        return false;
    uint64_t next = sim->now + SECOND;
    sleep_until(sim, process, seen && next < process->deadline ? next : process->deadline);
    return false;
}

bool guest_run(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    for (;;) {
        if (!output_flush(process))
            return false;
        if (process->starved)
            starve(process);
        if (guest_is_asleep(process) && console_is_interrupted(process))
            guest_interrupt(process);
        switch (process->phase) {
        case GUEST_RUN:
            if (process->cursor)
                next_command(sim, process);
            else if (!shell_end_of_text(sim, process))
                break;
            else if (process->serial)
                serial_prompt(sim, process);
            else
                return true;
            break;
        case GUEST_PROMPT:
            if (!serial_read(sim, process))
                return false;
            break;
        case GUEST_COPY:
        case GUEST_FILTER:
        case GUEST_LINE:
            if (!input_step(sim, process))
                return false;
            break;
        case GUEST_SLEEP:
            if (process->deadline == UINT64_MAX)
                return false; /* the process keeps running and needs no entry */
            if (sim->now < process->deadline) {
                sleep_until(sim, process, process->deadline);
                return false;
            }
            if (process->script)
                end_script(sim, process);
            else
                guest_done(sim, process, 0);
            break;
        case GUEST_PING:
            if (!ping(sim, process))
                return false;
            break;
        default:
            return false;
        }
    }
}
