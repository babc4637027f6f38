/* The frames of shells. Entry points: shell_open(), shell_next(), shell_end_of_text(). */
#include "shell.h"
#include "core/lock.h"
#include "base/check.h"
#include "frame.h"
#include "guest/guest_run.h"
#include "guest/output.h"
#include <stdlib.h>
#include <string.h>

enum { NOT_FOUND_BY_CMD = 1 };

bool frame_set(struct sim_process *process, struct shell_frame *frame, unsigned number, const char *text, size_t length)
{
    CHECK_HELD();
    char *copy = text_duplicate(text, length);
    if (!copy) {
        process->starved = true;
        return false;
    }
    free(frame->text[number]);
    frame->text[number] = copy;
    return true;
}

static void frame_free(struct shell_frame *frame)
{
    for (int i = 0; i < FRAME_TEXTS; i++)
        free(frame->text[i]);
    text_discard(&frame->words.text);
    free(frame->name);
    free(frame);
}

struct shell_frame *frame_push(
    struct sim_process *process, enum frame_kind kind, const struct redirects *before, const char *text, size_t length)
{
    CHECK_HELD();
    struct shell_frame *outer = process->frames, *frame = calloc(1, sizeof *frame);
    unsigned depth = outer ? outer->depth + 1 : 1;
    if (!frame) {
        process->starved = true;
        return NULL;
    }
    if (depth > FRAME_DEPTH || !frame_set(process, frame, 0, text, length)) {
        process->starved = true;
        free(frame);
        return NULL;
    }
    frame->kind = kind;
    frame->depth = depth;
    frame->words.text.limit = EXPAND_BYTES;
    frame->outer = outer;
    frame->rest = process->cursor;
    frame->join = process->join;
    frame->dialect = process->dialect;
    frame->shell = process->shell;
    frame->before = before;
    frame->inside = process->redirects;
    frame->subshell = kind == FRAME_SHELL || kind == FRAME_PIPE || kind == FRAME_SUBSTITUTE;
    process->frames = frame;
    frame_run(process, frame, 0);
    return frame;
}

void frame_run(struct sim_process *process, struct shell_frame *frame, unsigned number)
{
    CHECK_HELD();
    process->cursor = frame->text[number];
    process->join = PROGRAM_ALWAYS;
    process->phase = GUEST_RUN;
}

/* Drops the innermost frame without continuing after it. */
static void drop(struct sim_process *process)
{
    struct shell_frame *frame = process->frames;
    (void)output_end_redirects(process, frame->before); /* what did not fit was said when it was written */
    process->frames = frame->outer;
    process->cursor = frame->rest;
    process->join = frame->join;
    process->dialect = frame->dialect;
    process->shell = frame->shell;
    frame_free(frame);
}

void frame_pop(struct sim_process *process)
{
    CHECK_HELD();
    drop(process);
    shell_join(process, process->exit_code);
}

void shell_drop(struct sim_process *process)
{
    CHECK_HELD();
    while (process->frames)
        drop(process);
    process->cursor = NULL;
}

const struct redirects *shell_redirects(const struct sim_process *process)
{
    CHECK_HELD();
    return process->frames ? process->frames->inside : NULL;
}

void shell_join(struct sim_process *process, uint32_t code)
{
    CHECK_HELD();
    enum program_join join = (enum program_join)process->join;
    bool skips = false; /* in cmd, || before && : what follows a || belongs to it */
    while (process->cursor && join != PROGRAM_ALWAYS && (skips || (join == PROGRAM_AND) == (code != 0))) {
        skips |= process->dialect == PROGRAM_CMD && join == PROGRAM_OR;
        (void)scan_split(process->cursor, (enum program_shell)process->dialect, &process->cursor, &join);
    }
    process->join = (uint8_t)join;
}

/* A shell that is all there is of a command needs no frame: nothing goes on after it, and the text stays. */
static bool is_rest_of_command(const struct sim_process *process, const char *text, size_t length)
{
    return !process->frames && !process->cursor && !process->redirects && !text[length] &&
           (uintptr_t)text - (uintptr_t)process->command + length == strlen(process->command);
}

/* HCS-ROW: P-01 */
void shell_open(struct sim *sim, struct sim_process *process, enum program_shell shell, const char *text, size_t length)
{
    CHECK_HELD();
    (void)sim;
    struct text expanded = {.limit = EXPAND_BYTES};
    if (shell == PROGRAM_CMD && memchr(text, '%', length)) {
        expand_percent(process, text, length, &expanded); /* the whole line, before it runs */
        process->starved |= expanded.failed;
        text = expanded.bytes ? expanded.bytes : "";
        length = expanded.length;
    }
    if (is_rest_of_command(process, text, length)) {
        process->cursor = text;
        process->join = PROGRAM_ALWAYS;
        process->phase = GUEST_RUN;
    } else if (process->starved || !frame_push(process, FRAME_SHELL, shell_redirects(process), text, length)) {
        text_discard(&expanded);
        return;
    }
    process->shell = true;
    process->dialect = (uint8_t)shell;
    text_discard(&expanded);
}

/* Commands without these characters, and without a word that is built into the shell, need no frame and no copy. */
static bool is_plain(const struct sim_process *process, const char *command, size_t length)
{
    static const char *const of_cmd[] = {"if", "for", "set", "rem", "call", "cd", "chdir", "start", NULL};
    const char *special = process->dialect == PROGRAM_CMD ? "|<>()^@=" : NULL;
    if (!special)
        return false;
    for (size_t i = 0; i < length; i++)
        if (strchr(special, command[i]))
            return false;
    size_t name_length;
    const char *name = program_name(command, length, &name_length);
    for (int i = 0; of_cmd[i]; i++)
        if (*of_cmd[i] == (*name | ' ') && strlen(of_cmd[i]) == name_length &&
            !strncasecmp(of_cmd[i], name, name_length))
            return false;
    return name_length < 5 || strncasecmp(name, "echo", 4); /* such as "echo." */
}

static bool is_empty(const char *command, size_t length)
{
    while (length && strchr(" \t\r\n", command[length - 1]))
        length--;
    return !length;
}

void shell_next(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    CHECK(process->cursor);
    const char *command = process->cursor, *rest = NULL;
    enum program_join join = PROGRAM_ALWAYS;
    size_t length = scan_split(command, (enum program_shell)process->dialect, &rest, &join);
    process->cursor = rest;
    process->join = (uint8_t)join;
    if (is_empty(command, length)) {
        if (length || rest)
            shell_join(process, process->exit_code);
    } else if (is_plain(process, command, length)) {
        guest_begin(sim, process, command, length);
    } else if (!(process->dialect == PROGRAM_CMD ? compound_begin_cmd(sim, process, command, length)
                                                 : compound_begin(sim, process, command, length))) {
        simple_run(sim, process, command, length);
    }
}

/* Returns the exit code of a shell that has run all its commands. That of an unknown program is 9009 inside cmd and 1
   outside; PowerShell ends with 1 after a failure, whatever its code. */
static uint32_t code_of_shell(const struct sim_process *process)
{
    if (process->dialect == PROGRAM_CMD && process->unknown)
        return NOT_FOUND_BY_CMD;
    return process->dialect == PROGRAM_POWERSHELL ? process->exit_code != 0 : process->exit_code;
}

bool shell_end_of_text(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    CHECK(!process->cursor);
    struct shell_frame *frame = process->frames;
    if (frame && compound_continue(sim, process, frame))
        return false;
    if (process->shell && (!frame || frame->kind == FRAME_SHELL)) {
        process->exit_code = code_of_shell(process);
        process->unknown = false;
    }
    if (!frame)
        return true;
    frame_pop(process);
    return false;
}

void shell_exit(struct sim_process *process)
{
    CHECK_HELD();
    while (process->frames && !process->frames->subshell)
        drop(process);
    process->cursor = NULL;
    process->unknown = false;
    if (!process->frames)
        process->shell = false; /* its exit code is not changed */
    else if (process->frames->kind == FRAME_SHELL)
        process->frames->kind = FRAME_GROUP;
}
