/* Standard input of guest processes. Entry point: input_step(). */
#include "input.h"
#include "core/lock.h"
#include "console.h"
#include "filter.h"
#include "guest_run.h"
#include "output.h"
#include "platform/platform.h"
#include "script.h"
#include "shell/variables.h"
#include <stdlib.h>
#include <string.h>

enum { COPY_BYTES = 4096 };

/* What a command has read so far. */
struct reader {
    struct text text;
    char *command; /* of a filter, or the variable of a line; owned */
};

static bool begin(struct sim_process *process, enum guest_phase phase, const char *command, size_t length)
{
    struct reader *reader = calloc(1, sizeof *reader);
    char *copy = reader ? text_duplicate(command, length) : NULL;
    input_drop(process);
    if (!copy) {
        free(reader);
        process->starved = true;
        return false;
    }
    reader->text.limit = FILES_MAX_BYTES;
    reader->command = copy;
    process->reader = reader;
    process->phase = phase;
    return true;
}

void input_drop(struct sim_process *process)
{
    CHECK_HELD();
    if (process->reader) {
        text_discard(&process->reader->text);
        free(process->reader->command);
    }
    free(process->reader);
    process->reader = NULL;
}

void input_begin_line(struct sim_process *process, const char *variable)
{
    CHECK_HELD();
    (void)begin(process, GUEST_LINE, variable, strlen(variable));
}

static void end_filter(struct sim *sim, struct sim_process *process, const char *text, size_t length)
{
    struct text output = {.limit = FILES_MAX_BYTES};
    const char *command = process->reader->command;
    uint32_t code =
        filter_apply(command, strlen(command), text, length, process->host.linux_guest ? "\n" : "\r\n", &output);
    process->starved |= output.failed;
    if (output.length)
        output_say(sim, process, STREAM_OUTPUT, output.bytes, output.length);
    text_discard(&output);
    input_drop(process);
    guest_done(sim, process, code);
}

void input_begin_filter(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    CHECK_HELD();
    size_t path_length, size;
    const char *path = filter_file(command, length, &path_length);
    const char *text = path ? files_read(sim, guest_system(process), (struct path){path, path_length}, &size) : NULL;
    if (path && !text)
        guest_complain(sim, process, NO_FILE, 2);
    else if (begin(process, GUEST_FILTER, command, length) && path)
        end_filter(sim, process, text, size);
}

static void end_line(struct sim *sim, struct sim_process *process, bool found)
{
    struct text *line = &process->reader->text;
    const char *name = process->reader->command;
    size_t length = line->length;
    length -= length && line->bytes[length - 1] == '\r';
    process->starved |=
        line->failed || (*name && !variables_set(process, name, strlen(name), line->bytes ? line->bytes : "", length));
    input_drop(process);
    guest_done(sim, process, !found);
}

/* Reads once, echoing what is typed at a console. *end becomes true at the end. Returns false if there is nothing to
   read yet. HCS-ROW: C-34 bytes written before the close still arrive */
static bool read_some(struct sim_process *process, char *buffer, size_t size, ptrdiff_t *got, bool *end)
{
    bool interrupted = false, own = output_has_own_input(process);
    *got = output_read_input(process, buffer, size);
    if (*got > 0 && process->console && own) {
        *got = (ptrdiff_t)console_accept(process, buffer, (size_t)*got, end, &interrupted);
        output_to_stream(process, STREAM_OUTPUT, buffer, (size_t)*got); /* even if the output is redirected */
    } else if (*got == PLATFORM_BLOCKED && !process->input_closed) {
        return false;
    } else if (*got <= 0) {
        *end = true;
    }
    if (interrupted)
        guest_interrupt(process);
    return true;
}

static bool copy_some(struct sim *sim, struct sim_process *process)
{
    char buffer[COPY_BYTES];
    ptrdiff_t got;
    bool end = false;
    if (!read_some(process, buffer, sizeof buffer, &got, &end))
        return false;
    if (process->phase != GUEST_COPY)
        return true; /* interrupted */
    if (got > 0 && (!process->script || process->script->input == SCRIPT_ECHO))
        output_say(sim, process, STREAM_OUTPUT, buffer, (size_t)got);
    if (end)
        guest_end_of_input(sim, process);
    return true;
}

static bool filter_some(struct sim *sim, struct sim_process *process)
{
    char buffer[COPY_BYTES];
    ptrdiff_t got;
    bool end = false;
    if (!read_some(process, buffer, sizeof buffer, &got, &end))
        return false;
    if (process->phase != GUEST_FILTER)
        return true;
    struct reader *reader = process->reader;
    if (got > 0)
        text_put(&reader->text, buffer, (size_t)got);
    process->starved |= reader->text.failed;
    if (end && !process->starved)
        end_filter(sim, process, reader->text.bytes ? reader->text.bytes : "", reader->text.length);
    return true;
}

/* Reads single bytes: what follows the line is for the next command. */
static bool read_line(struct sim *sim, struct sim_process *process)
{
    char c;
    ptrdiff_t got;
    bool end = false;
    while (process->phase == GUEST_LINE) {
        if (!read_some(process, &c, 1, &got, &end))
            return false;
        if (process->phase != GUEST_LINE)
            break;
        bool over = got > 0 && (c == '\n' || (c == '\r' && process->console));
        if (got > 0 && !over)
            text_putc(&process->reader->text, c);
        if (over || end)
            end_line(sim, process, over);
    }
    return true;
}

bool input_step(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    if (process->phase == GUEST_LINE)
        return read_line(sim, process);
    return process->phase == GUEST_FILTER ? filter_some(sim, process) : copy_some(sim, process);
}
