/* Serial ports of guests. Entry points: serial_open_all(), serial_prompt(), serial_read(). */
#include "serial.h"
#include "base/check.h"
#include "console.h"
#include "core/lock.h"
#include "document/document.h"
#include "guest_run.h"
#include "host/configuration.h"
#include "output.h"
#include "platform/platform.h"
#include "shell/shell.h"
#include "shell/variables.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096, KEY_BACKSPACE = 8, KEY_INTERRUPT = 3, KEY_END = 4, KEY_DELETE = 127 };

enum stage {
    BOOTS,     /* prints what it boots, next */
    LOGGED_IN, /* a shell runs */
};

struct serial {
    struct serial *next;
    struct sim_process *process;
    unsigned number;
    enum stage stage;
    bool after_return; /* the last key was a carriage return: a line feed after it belongs to it */
    struct text line;  /* what has been typed of the next line */
};

/* --- what it prints --- */

static void put(struct sim_process *process, const char *text)
{
    output_to_stream(process, STREAM_OUTPUT, text, strlen(text));
}

static const char *kernel_options(const struct host_system *system)
{
    static const char path[] =
        FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_Chipset "/" FIELD_Chipset_LinuxKernelDirect;
    const char *options = document_text(
        configuration_find(configuration_tree(system->configuration), path), FIELD_LinuxKernelDirect_KernelCmdLine);
    return options ? options : "";
}

static void boot_linux(struct sim_process *process)
{
    put(process, "[    0.000000] Linux version 6.6.0 (simulated guest)\r\n[    0.000000] Command line: ");
    put(process, kernel_options(process->host.system));
    put(process, "\r\n[    0.214000] printk: console [ttyS0] enabled\r\n[    0.640000] Run /sbin/init as init "
                 "process\r\n");
}

static void log_in(struct sim_process *process)
{
    struct text name = {.limit = JSON_BYTES};
    variables_host_name(process, &name);
    put(process, "\r\n");
    put(process, name.bytes ? name.bytes : "");
    put(process, " login: root (automatic login)\r\n\r\n");
    text_discard(&name);
}

static void boot(struct sim *sim, struct sim_process *process)
{
    char version[64];
    if (process->host.linux_guest) {
        boot_linux(process);
        return;
    }
    snprintf(version, sizeof version, "Microsoft Windows [Version 10.0.%u]\r\n\r\n", sim->scenario.os_build);
    put(process, version);
}

/* --- the prompt --- */

void serial_prompt(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    struct serial *serial = process->serial;
    bool boots = serial->stage == BOOTS, logs_in = boots || (!process->shell && !process->interrupted);
    if (boots)
        boot(sim, process);
    if (logs_in && process->host.linux_guest)
        log_in(process);
    if (logs_in)
        variables_free(process);
    put(process, process->interrupted ? "^C\r\n" : "");
    put(process, process->host.linux_guest ? "# " : "C:\\>");
    process->interrupted = process->shell = false;
    process->phase = GUEST_PROMPT;
    serial->stage = LOGGED_IN;
}

/* Runs the line in the shell. */
static void run_line(struct sim *sim, struct sim_process *process)
{
    struct text *line = &process->serial->line;
    text_putc(line, ' '); /* so that an empty line is a text, too */
    char *command = text_finish(line);
    *line = (struct text){.limit = LINE_BYTES};
    process->phase = GUEST_RUN;
    if (process->command != process->inline_text)
        free(process->command);
    process->command = command;
    process->starved |= !command;
    process->exit_code = 0;
    enum program_shell shell = process->host.linux_guest ? PROGRAM_SH : PROGRAM_CMD;
    process->shell = true; /* still so when the line has run, unless it ends the shell */
    process->dialect = (uint8_t)shell;
    if (command)
        shell_open(sim, process, shell, command, strlen(command));
}

static void interrupt_line(struct sim_process *process)
{
    text_discard(&process->serial->line);
    process->serial->line = (struct text){.limit = LINE_BYTES};
    process->interrupted = true;
    process->phase = GUEST_RUN; /* with nothing to run: prompts again */
}

/* A key that changes nothing rings: what types without reading is held up only by what its keys print. */
static void type_key(struct sim_process *process, char key)
{
    static const char bell[] = "\a";
    struct text *line = &process->serial->line;
    if (key == KEY_BACKSPACE || key == KEY_DELETE) {
        put(process, line->length ? "\b \b" : bell);
        line->length -= line->length > 0;
    } else if (line->length + 2 < LINE_BYTES) { /* one more for the blank behind it */
        text_putc(line, key);
        output_to_stream(process, STREAM_OUTPUT, &key, 1);
    } else {
        put(process, bell);
    }
    process->starved |= line->failed;
}

size_t serial_take_enter(struct sim_process *process, char *keys, size_t length)
{
    CHECK_HELD();
    struct serial *serial = process->serial;
    size_t left = 0;
    for (size_t i = 0; i < length; i++) {
        bool follows = keys[i] == '\n' && serial->after_return;
        serial->after_return = keys[i] == '\r';
        if (!follows)
            keys[left++] = (char)(keys[i] == '\r' ? '\n' : keys[i]);
    }
    return left;
}

/* Takes keys until the line has ended. Returns how many. */
static size_t take_keys(struct sim *sim, struct sim_process *process, const char *keys, size_t length)
{
    size_t taken = 0;
    while (taken < length && process->phase == GUEST_PROMPT) {
        char key = keys[taken++];
        if (key == '\n') {
            put(process, "\r\n");
            run_line(sim, process);
        } else if (key == KEY_INTERRUPT) {
            interrupt_line(process);
        } else if (key == KEY_END && process->host.linux_guest && !process->serial->line.length) {
            put(process, "\r\n");
            process->phase = GUEST_RUN; /* with nothing to run, and no shell: logs in again */
        } else {
            type_key(process, key);
        }
    }
    return taken;
}

bool serial_read(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    char keys[CONSOLE_AHEAD];
    ptrdiff_t got = console_read(process, keys, sizeof keys);
    if (got <= 0)
        return false;
    size_t taken = take_keys(sim, process, keys, (size_t)got);
    console_give_back(process, keys + taken, (size_t)got - taken);
    return true;
}

/* --- the ports of a system --- */

struct sim_process *serial_next(const struct sim_system *system, const struct sim_process *process)
{
    CHECK_HELD();
    const struct serial *serial = process ? process->serial->next : system->serials;
    return serial ? serial->process : NULL;
}

static void drop(struct sim *sim, struct serial *serial)
{
    struct sim_process *process = serial->process;
    stream_close_port(process->host.core);
    if (process->ticket)
        queue_remove(&sim->queue, process->ticket);
    process->ticket = 0;
    queue_release(&sim->queue);
    guest_drop_command(process);
    text_discard(&serial->line);
    process->phase = GUEST_ENDED;
    process->host.system = NULL;
    process->serial = NULL;
    free(serial);
    process_unref(process->host.core);
}

void serial_close(struct sim *sim, struct sim_system *system, unsigned number)
{
    CHECK_HELD();
    struct serial **link = &system->serials;
    while (*link && (*link)->number != number)
        link = &(*link)->next;
    struct serial *serial = *link;
    if (!serial)
        return;
    *link = serial->next;
    drop(sim, serial);
}

void serial_close_all(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    while (system->serials) {
        struct serial *serial = system->serials;
        system->serials = serial->next;
        drop(sim, serial);
    }
}

static void begin(struct sim *sim, struct sim_process *process)
{
    process->serial->stage = BOOTS;
    process->phase = GUEST_RUN;
    process->shell = process->interrupted = false;
    process->ticket = queue_push(&sim->queue, sim->now, SIM_STEP, process);
}

void serial_restart(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    for (struct serial *serial = system->serials; serial; serial = serial->next) {
        struct sim_process *process = serial->process;
        struct console *console = process->console;
        process->console = NULL;
        guest_drop_command(process);
        process->console = console;
        console->ahead = 0;
        text_discard(&serial->line);
        serial->line = (struct text){.limit = LINE_BYTES};
        stream_restart_port(process->host.core);
        if (process->ticket)
            queue_remove(&sim->queue, process->ticket);
        begin(sim, process);
    }
}

/* Returns a process behind a port that is not open yet, or NULL when out of memory. */
static struct serial *make(struct sim *sim, struct sim_system *system, unsigned number)
{
    struct serial *serial = calloc(1, sizeof *serial);
    struct console *console = calloc(1, sizeof *console);
    struct process *core = serial && console ? process_create(system->host.core) : NULL;
    if (!core || !queue_reserve(&sim->queue)) {
        if (core)
            process_unref(core);
        free(console);
        free(serial);
        return NULL;
    }
    struct sim_process *process = process_room(core);
    process->host = (struct host_process){.core = core,
        .system = &system->host,
        .created = sim->now,
        .phase = HOST_RUNNING,
        .linux_guest = system->host.linux_guest};
    process_attach(core, process);
    console_resize(console, 0, 0);
    process->console = console;
    process->serial = serial;
    *serial = (struct serial){.process = process, .number = number, .line.limit = LINE_BYTES};
    return serial;
}

static const char *message_of(HRESULT result)
{
    return result == E_INVALIDARG                      ? "the name of a pipe is \\\\.\\pipe\\NAME"
           : result == E_ACCESSDENIED                  ? "something that is no pipe of this user has that name"
           : result == HRESULT_ERROR_SHARING_VIOLATION ? "another program is at that pipe"
                                                       : "the pipe can't be made";
}

bool serial_open(
    struct sim *sim, struct sim_system *system, unsigned number, const char *pipe, struct serial_failure *failure)
{
    CHECK_HELD();
    if (!pipe || !*pipe) {
        serial_close(sim, system, number);
        return true;
    }
    struct serial *serial = make(sim, system, number);
    uint32_t user = system->host.user == HOST_EVERYBODY ? 0 : system->host.user;
    HRESULT result = serial ? stream_open_port(serial->process->host.core, pipe, user) : E_OUTOFMEMORY;
    if (FAILED(result)) {
        *failure = (struct serial_failure){result, number, message_of(result)};
        if (serial)
            drop(sim, serial);
        return false;
    }
    serial_close(sim, system, number);
    serial->next = system->serials;
    system->serials = serial;
    begin(sim, serial->process);
    return true;
}

bool serial_open_all(struct sim *sim, struct sim_system *system, struct serial_failure *failure)
{
    CHECK_HELD();
    static const char path[] =
        FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_ComPorts;
    const cJSON *port;
    cJSON_ArrayForEach (port, configuration_find(configuration_tree(system->host.configuration), path)) {
        unsigned number = (unsigned)strtoul(port->string, NULL, 10);
        if (!serial_open(sim, system, number, document_text(port, FIELD_ComPort_NamedPipe), failure)) {
            serial_close_all(sim, system);
            return false;
        }
    }
    return true;
}
