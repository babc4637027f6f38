/* Running the commands of a guest process. Entry point: guest_run(). */
#include "guest_run.h"
#include "core/lock.h"
#include "base/check.h"
#include "console.h"
#include "base/text/text.h"
#include "files.h"
#include "platform/platform.h"
#include "program.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000000u
enum { COPY_BYTES = 4096, CRASHED_LINUX = 139, STARVED_LINUX = 137, OUTPUT_BYTES = 128 };
#define CRASHED_WINDOWS 0xC0000005u /* exit code of an access violation */
#define STARVED_WINDOWS 0xC0000017u /* exit code when out of memory; on Linux the process is killed */
#define NO_CONSOLE "standard input is not a console"
#define NO_FILE "The system cannot find the file specified."
#define NO_PATH "The system cannot find the path specified."
#define NO_WORD "The syntax of the command is incorrect."
#define NO_MEMORY "Not enough memory resources are available to process this command."
#define DISK_FULL "There is not enough space on the disk."

/* Where the output of the running command goes. */
struct redirects {
    struct program_redirects to;
    bool full; /* a file has reached its limit */
};

static struct path path_of(const char *text)
{
    return (struct path){text, strlen(text)};
}

/* Joins the arguments into one text, which is enough for the commands of the default guest. */
static char *join_arguments(const cJSON *arguments, char *buffer, size_t size)
{
    const cJSON *item;
    size_t length = 1;
    cJSON_ArrayForEach (item, arguments)
        length += (cJSON_IsString(item) ? strlen(item->valuestring) : 0) + 1;
    char *text = length <= size ? buffer : malloc(length), *end = text;
    if (!text)
        return NULL;
    *end = 0;
    cJSON_ArrayForEach (item, arguments)
        if (cJSON_IsString(item))
            end += sprintf(end, "%s%s", end > text ? " " : "", item->valuestring);
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
    if (!environment || (!strstr(process->command, "set") && !strstr(process->command, "env")))
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

static void end_redirects(struct sim_process *process)
{
    if (process->redirects)
        program_redirects_free(&process->redirects->to);
    free(process->redirects);
    process->redirects = NULL;
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
    end_redirects(process);
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

static bool is_null(const char *path)
{
    return !strcasecmp(path, "nul") || !strcmp(path, "/dev/null");
}

/* Writes to a file and returns true if the stream is redirected to one. With 2>&1, *stream becomes the output. */
static bool say_to_file(
    struct sim *sim, struct sim_process *process, enum engine_stream *stream, const char *text, size_t length)
{
    struct redirects *redirects = process->redirects;
    if (!redirects)
        return false;
    if (*stream == STREAM_ERROR && redirects->to.joined)
        *stream = STREAM_OUTPUT;
    const char *path = redirects->to.path[*stream == STREAM_ERROR];
    if (path && !is_null(path))
        redirects->full |= !files_append(sim, guest_system(process), path_of(path), text, length);
    return path;
}

static bool make_room(struct sim_process *process, size_t length)
{
    size_t needed = process->output_length + length;
    if (needed <= process->output_capacity)
        return true;
    char *larger = realloc(process->output, needed);
    if (!larger)
        return false;
    process->output = larger;
    process->output_capacity = (uint32_t)needed;
    return true;
}

/* Appends text to the pending output, or discards it if the client did not ask for that pipe. */
static void to_stream(struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    if (!stream_is_open(process->host.core, stream))
        return;
    process->output_stream = stream;
    if (process->starved || !make_room(process, length)) {
        process->starved = true;
        return;
    }
    memcpy(process->output + process->output_length, text, length);
    process->output_length += (uint32_t)length;
}

/* Writes a command's output to a file or stream. */
static void say(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    if (!say_to_file(sim, process, &stream, text, length))
        to_stream(process, process->console ? STREAM_OUTPUT : stream, text, length); /* HCS-ROW: P-12 a single output */
}

static void say_line(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    say(sim, process, stream, text, length);
    if (process->host.linux_guest && !process->console)
        say(sim, process, stream, "\n", 1);
    else
        say(sim, process, stream, "\r\n", 2);
}

/* Writes the pending output to its pipe. Returns false if the pipe is full. HCS-ROW: P-23 */
static bool flush(struct sim_process *process)
{
    CHECK(process->output_done <= process->output_length);
    CHECK(process->output_length <= process->output_capacity);
    while (process->output_done < process->output_length) {
        ptrdiff_t written = stream_write(process->host.core, process->output_stream,
            process->output + process->output_done, process->output_length - process->output_done);
        if (written == PLATFORM_BLOCKED)
            return false;
        if (written < 0) {
            stream_close(process->host.core, process->output_stream); /* the reader has closed its end */
            break;
        }
        process->output_done += (uint32_t)written;
    }
    process->output_length = process->output_done = 0;
    return true;
}

static void sleep_until(struct sim *sim, struct sim_process *process, uint64_t time)
{
    CHECK(!process->ticket);
    process->ticket = queue_push(&sim->queue, time, SIM_STEP, process);
}

/* Records a command's exit code and moves the cursor to the next that runs: && requires success, || failure. */
static void command_done(struct sim *sim, struct sim_process *process, uint32_t code)
{
    enum program_join join = (enum program_join)process->join;
    bool full = process->redirects && process->redirects->full;
    end_redirects(process);
    if (full)
        say_line(sim, process, STREAM_ERROR, DISK_FULL, sizeof DISK_FULL - 1);
    code = full ? 1 : code;
    process->exit_code = code;
    process->phase = GUEST_RUN;
    process->script = NULL;
    while (process->cursor && join != PROGRAM_ALWAYS && (join == PROGRAM_AND) == (code != 0))
        (void)program_split(process->cursor, process->posix, &process->cursor, &join);
    process->join = (uint8_t)join;
}

static void begin_sleep(struct sim *sim, struct sim_process *process, uint64_t duration)
{
    process->deadline = duration < UINT64_MAX - sim->now ? sim->now + duration : UINT64_MAX;
    process->phase = GUEST_SLEEP;
}

static void begin_script(struct sim *sim, struct sim_process *process)
{
    CHECK(process->script);
    if (process->script->output)
        say(sim, process, STREAM_OUTPUT, process->script->output, strlen(process->script->output));
    begin_sleep(sim, process, process->script->duration);
}

static void end_script(struct sim *sim, struct sim_process *process)
{
    CHECK(process->script);
    const struct script *script = process->script;
    uint32_t crash = process->host.linux_guest ? CRASHED_LINUX : CRASHED_WINDOWS;
    if (script->error)
        say(sim, process, STREAM_ERROR, script->error, strlen(script->error));
    command_done(sim, process, script->crashes ? crash : script->exit_code);
}

static void complain(struct sim *sim, struct sim_process *process, const char *text)
{
    say_line(sim, process, STREAM_ERROR, text, strlen(text));
    command_done(sim, process, 1);
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
    say(sim, process, STREAM_OUTPUT, copy, length);
    free(copy);
    command_done(sim, process, 0);
}

static void change_files(struct sim *sim, struct sim_process *process, const struct program *program)
{
    struct path path = {program->argument, program->argument_length};
    bool removes = program->kind == PROGRAM_REMOVE;
    if (removes ? files_remove(sim, guest_system(process), path)
                : files_make_directory(sim, guest_system(process), path))
        command_done(sim, process, 0);
    else
        complain(sim, process, removes ? NO_FILE : NO_PATH);
}

/* Creates the files that the command writes to. Returns NULL on success, otherwise an error message. */
static const char *begin_redirects(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    bool wanted = memchr(command, '>', length);
    struct redirects *redirects = wanted ? calloc(1, sizeof *redirects) : NULL;
    if (!redirects)
        return wanted ? NO_MEMORY : NULL;
    /* command is constant here, but is a part of process->command, which may be changed */
    bool good =
        program_take_redirects(process->command + (command - process->command), length, process->posix, &redirects->to);
    process->redirects = redirects;
    if (!good)
        return NO_WORD;
    for (int i = 0; i < 2; i++) {
        const char *path = redirects->to.path[i];
        if (path && !is_null(path) && !files_create(sim, guest_system(process), path_of(path), redirects->to.append[i]))
            return NO_PATH;
    }
    return NULL;
}

static void show_user(struct sim *sim, struct sim_process *process)
{
    const char *user = process->user               ? process->user
                       : process->host.linux_guest ? "root"
                                                   : "user manager\\containeradministrator";
    say_line(sim, process, STREAM_OUTPUT, user, strlen(user));
    command_done(sim, process, 0);
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
    say_line(sim, process, STREAM_OUTPUT, text, strlen(text));
    command_done(sim, process, 0);
}

static void begin_program(struct sim *sim, struct sim_process *process, const struct program *program)
{
    switch (program->kind) {
    case PROGRAM_SHELL:
        process->shell = true;
        process->posix = program->posix;
        /* cuts off the quote behind a quoted command */
        process->command[program->argument + program->argument_length - process->command] = 0;
        process->cursor = program->argument;
        break;
    case PROGRAM_EXIT:
        command_done(sim, process, program->exit_code);
        process->cursor = NULL;
        break;
    case PROGRAM_RESULT:
        command_done(sim, process, program->exit_code);
        break;
    case PROGRAM_ECHO:
        say_line(sim, process, STREAM_OUTPUT, program->argument, program->argument_length);
        command_done(sim, process, 0);
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
    case PROGRAM_ENVIRONMENT:
        if (process->environment)
            say(sim, process, STREAM_OUTPUT, process->environment, strlen(process->environment));
        command_done(sim, process, 0);
        break;
    case PROGRAM_USER:
        show_user(sim, process);
        break;
    case PROGRAM_CONSOLE:
        show_console(sim, process);
        break;
    case PROGRAM_SLEEP:
        begin_sleep(sim, process, program->duration);
        break;
    case PROGRAM_PING:
        process->deadline = program->duration == UINT64_MAX ? UINT64_MAX : sim->now + program->duration;
        process->phase = GUEST_PING;
        break;
    case PROGRAM_UNKNOWN:
        say_line(sim, process, STREAM_ERROR, "command not found", 17);
        command_done(sim, process, 1);
        break;
    }
}

static void next_command(struct sim *sim, struct sim_process *process)
{
    CHECK(process->cursor && process->phase == GUEST_RUN);
    const char *command = process->cursor, *rest = NULL;
    enum program_join join = PROGRAM_ALWAYS;
    size_t length = process->shell ? program_split(command, process->posix, &rest, &join) : strlen(command);
    process->cursor = rest;
    process->join = (uint8_t)join;
    const char *wrong = process->shell ? begin_redirects(sim, process, command, length) : NULL;
    if (wrong) {
        end_redirects(process);
        complain(sim, process, wrong);
        return;
    }
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

/* Ends the process with all its remaining commands. */
static void stop(struct sim_process *process, uint32_t exit_code)
{
    end_redirects(process);
    process->exit_code = exit_code;
    process->phase = GUEST_RUN;
    process->script = NULL;
    process->cursor = NULL;
}

static void interrupt(struct sim_process *process)
{
    stop(process, console_exit_code(process));
}

/* Ends the process, whose output is incomplete, with the exit code for lack of memory. */
static void starve(struct sim_process *process)
{
    process->starved = false;
    stop(process, process->host.linux_guest ? STARVED_LINUX : STARVED_WINDOWS);
}

/* Reads standard input once and copies it. Returns false if there is nothing to read yet. HCS-ROW: C-34 bytes written
   before the close still arrive */
static bool copy_some(struct sim *sim, struct sim_process *process)
{
    char buffer[COPY_BYTES];
    ptrdiff_t got = console_read(process, buffer, sizeof buffer);
    bool end = false, interrupted = false;
    if (got > 0 && process->console) {
        got = (ptrdiff_t)console_accept(process, buffer, (size_t)got, &end, &interrupted);
        to_stream(process, STREAM_OUTPUT, buffer, (size_t)got); /* the console's echo, even if output is redirected */
    }
    if (interrupted) {
        interrupt(process);
        return true;
    }
    if (got > 0 && (!process->script || process->script->input == SCRIPT_ECHO))
        say(sim, process, STREAM_OUTPUT, buffer, (size_t)got);
    else if (got == PLATFORM_BLOCKED && !process->input_closed)
        return false;
    end |= got <= 0;
    if (end && process->script)
        begin_script(sim, process);
    else if (end)
        command_done(sim, process, 0);
    return true;
}

static bool is_seen(const struct sim_process *process)
{
    const struct redirects *redirects = process->redirects;
    if (redirects && redirects->to.path[0])
        return !redirects->full && !is_null(redirects->to.path[0]);
    return stream_is_open(process->host.core, STREAM_OUTPUT);
}

/* Prints a line every second if the output goes anywhere; otherwise only sleeps until the end. Returns true if the
   command is done. */
static bool ping(struct sim *sim, struct sim_process *process)
{
    bool seen = is_seen(process);
    uint64_t tick = process->console ? process->console->tick : 0;
    if (tick) /* a key arrived before the next line is due */
        process->console->tick = 0;
    if (tick > sim->now) {
        sleep_until(sim, process, tick);
        return false;
    }
    if (sim->now >= process->deadline) {
        if (seen)
            say_line(sim, process, STREAM_OUTPUT, "Reply from host", 15);
        command_done(sim, process, 0);
        return true;
    }
    if (!seen && process->deadline == UINT64_MAX)
        return false; /* the process keeps running and needs no entry */
    if (seen)
        say_line(sim, process, STREAM_OUTPUT, "Reply from host", 15);
    if (!flush(process))
        return false;
    uint64_t next = sim->now + SECOND;
    sleep_until(sim, process, seen && next < process->deadline ? next : process->deadline);
    return false;
}

bool guest_run(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    for (;;) {
        if (!flush(process))
            return false;
        if (process->starved)
            starve(process);
        if (guest_is_asleep(process) && console_is_interrupted(process))
            interrupt(process);
        switch (process->phase) {
        case GUEST_RUN:
            if (!process->cursor)
                return true;
            next_command(sim, process);
            break;
        case GUEST_COPY:
            if (!copy_some(sim, process))
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
                command_done(sim, process, 0);
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
