/* Compound commands of sh, pipes and loops. Entry points: compound_begin(), compound_continue(). */
#include "core/lock.h"
#include "base/check.h"
#include "frame.h"
#include "guest/guest_run.h"
#include "guest/output.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYNTAX_ERROR = 2, MOST_TURNS = 1000, PAUSE = 1000000 /* virtual nanoseconds */ };

static void syntax_error(struct sim *sim, struct sim_process *process)
{
    guest_complain(sim, process, "sh: 1: Syntax error", SYNTAX_ERROR);
}

/* Takes what is redirected behind a compound command. Returns false, after a message, if that fails. */
static bool take_trailing(struct sim *sim, struct sim_process *process, const char *text, const char *end)
{
    char *copy = text_duplicate(text, (size_t)(end - text));
    const char *wrong = copy ? output_take_redirects(sim, process, copy, strlen(copy)) : "sh: 1: out of memory";
    if (wrong)
        guest_complain(sim, process, wrong, 1);
    else if (copy[strspn(copy, " \t\n")]) {
        wrong = "";
        (void)output_end_redirects(process, shell_redirects(process));
        syntax_error(sim, process);
    }
    free(copy);
    return !wrong;
}

/* Begins a frame for the parts of a compound command that ends before `rest`. */
static struct shell_frame *enter(struct sim *sim, struct sim_process *process, enum frame_kind kind,
    const char *const *part, const size_t *length, const char *rest, const char *end)
{
    const struct redirects *before = process->redirects;
    if (!take_trailing(sim, process, rest, end))
        return NULL;
    struct shell_frame *frame = frame_push(process, kind, before, part[0], length[0]);
    for (unsigned i = 1; frame && i < FRAME_TEXTS && part[i]; i++)
        if (!frame_set(process, frame, i, part[i], length[i]))
            return NULL;
    return frame;
}

/* if C; then A; elif D; then B; else E; fi. What follows an elif is an "if" again. */
static void begin_if(struct sim *sim, struct sim_process *process, struct scan scan)
{
    static const char *const then[] = {"then", NULL}, *const after[] = {"else", "elif", "fi", NULL},
                             *const fi[] = {"fi", NULL};
    const char *part[FRAME_TEXTS] = {scan.token + 2};
    size_t length[FRAME_TEXTS];
    bool found = scan_find(&scan, then) >= 0;
    length[0] = (size_t)(scan.token - part[0]);
    part[1] = scan.at;
    int next = found ? scan_find(&scan, after) : -1;
    length[1] = (size_t)(scan.token - part[1]);
    part[2] = next == 1 ? scan.token + 2 : scan.at;
    if (next >= 0 && next < 2)
        found = scan_find(&scan, fi) >= 0;
    length[2] = (size_t)((next == 1 ? scan.at : scan.token) - part[2]);
    if (next == 2)
        part[2] = NULL;
    if (found && next >= 0)
        (void)enter(sim, process, FRAME_IF, part, length, scan.at, scan.end);
    else
        syntax_error(sim, process);
}

/* Finds "do BODY done", which the scan stands before. */
static bool find_body(struct scan *scan, const char **before, const char **body, size_t *length)
{
    static const char *const words[] = {"do", NULL}, *const ends[] = {"done", NULL};
    if (scan_find(scan, words) < 0)
        return false;
    *before = scan->token;
    *body = scan->at;
    if (scan_find(scan, ends) < 0)
        return false;
    *length = (size_t)(scan->token - *body);
    return true;
}

static void begin_while(struct sim *sim, struct sim_process *process, struct scan scan)
{
    bool until = scan_is(&scan, "until");
    const char *part[FRAME_TEXTS] = {scan.token + 5}, *before = NULL;
    size_t length[FRAME_TEXTS];
    if (!find_body(&scan, &before, &part[1], &length[1])) {
        syntax_error(sim, process);
        return;
    }
    length[0] = (size_t)(before - part[0]);
    struct shell_frame *frame = enter(sim, process, FRAME_WHILE, part, length, scan.at, scan.end);
    if (frame)
        frame->until = until;
}

/* for NAME in WORDS; do BODY; done */
static void begin_for(struct sim *sim, struct sim_process *process, struct scan scan)
{
    const char *part[FRAME_TEXTS] = {""}, *before = NULL;
    size_t length[FRAME_TEXTS] = {0};
    (void)scan_next(&scan);
    const char *name = scan.token;
    size_t name_length = scan.length;
    bool in = scan_next(&scan) == SCAN_WORD && scan_is(&scan, "in");
    const char *words = scan.at;
    if (!in || !find_body(&scan, &before, &part[1], &length[1])) {
        syntax_error(sim, process);
        return;
    }
    while (before > words && strchr(" \t\n;", before[-1]))
        before--;
    struct shell_frame *frame = enter(sim, process, FRAME_FOR, part, length, scan.at, scan.end);
    if (!frame)
        return;
    frame->name = text_duplicate(name, name_length);
    if (!frame->name || !expand_words(process, words, (size_t)(before - words), &frame->words))
        process->starved = true;
    process->cursor = NULL; /* the first word is next */
    process->exit_code = 0;
}

static void begin_group(struct sim *sim, struct sim_process *process, struct scan scan, bool braces)
{
    static const char *const closing[] = {"}", NULL};
    const char *part[FRAME_TEXTS] = {scan.token + 1}, *close = NULL;
    if (!braces)
        close = scan_matching(scan.token, scan.end, PROGRAM_SH);
    else if (scan_find(&scan, closing) >= 0)
        close = scan.token;
    if (!close) {
        syntax_error(sim, process);
        return;
    }
    size_t length[FRAME_TEXTS] = {(size_t)(close - part[0])};
    struct shell_frame *frame = enter(sim, process, FRAME_GROUP, part, length, close + 1, scan.end);
    if (frame)
        frame->subshell = !braces;
}

/* --- $( ) --- */

/* Returns the first $( of a command that is not in single quotes or a calculation, or NULL. */
static const char *find_substitution(const char *text, const char *end)
{
    char quote = 0;
    for (const char *p = text; p + 1 < end; p++) {
        if (*p == '\\' && quote != '\'') {
            p++;
        } else if (*p == '"' || *p == '\'') {
            quote = quote == *p ? 0 : quote ? quote : *p;
        } else if (quote != '\'' && p[0] == '$' && p[1] == '(') {
            const char *close = scan_matching(p + 1, end, PROGRAM_SH);
            if (!close)
                return NULL;
            if (p + 2 < end && p[2] != '(')
                return p;
            p = close;
        }
    }
    return NULL;
}

/* The output becomes the value of a variable that no script can name, and which replaces the $( ) in the command. */
static bool begin_substitution(
    struct sim *sim, struct sim_process *process, const char *command, const char *limit, const char *end)
{
    (void)sim;
    const char *open = find_substitution(command, limit);
    const char *close = open ? scan_matching(open + 1, end, PROGRAM_SH) : NULL;
    unsigned depth = process->frames ? process->frames->depth : 0, index = 0;
    struct text name = {.limit = 40}, text = {.limit = EXPAND_BYTES};
    if (!close)
        return false;
    for (const char *p = command; p < open; p++)
        index += *p == 1;
    text_printf(&name, "\001%u.%u", depth, index);
    text_put(&text, command, (size_t)(open - command));
    text_printf(&text, "${%s}", name.bytes ? name.bytes : "");
    text_put(&text, close + 1, (size_t)(end - close - 1));
    const struct redirects *before = process->redirects;
    struct redirects *capture = name.failed || text.failed ? NULL : output_redirect(process);
    process->starved |= !capture;
    if (capture) {
        *capture = (struct redirects){.outer = capture->outer, .captures = true, .captured.limit = EXPAND_BYTES};
        struct shell_frame *frame = frame_push(process, FRAME_SUBSTITUTE, before, open + 2, (size_t)(close - open - 2));
        if (frame && frame_set(process, frame, 1, text.bytes, text.length)) {
            frame->name = text_finish(&name);
            frame->before = before;
        }
    }
    text_discard(&name);
    text_discard(&text);
    return true;
}

static void end_substitution(struct sim_process *process, struct shell_frame *frame)
{
    struct redirects *capture = process->redirects;
    size_t length = capture->captured.length;
    while (length && strchr("\r\n", capture->captured.bytes[length - 1]))
        length--;
    process->starved |= capture->captured.failed || !variables_set(process, frame->name, strlen(frame->name),
                                                        length ? capture->captured.bytes : "", length);
    (void)output_end_redirects(process, frame->before);
    frame->inside = frame->before;
    frame->kind = FRAME_GROUP;
    frame->subshell = false;
    frame_run(process, frame, 1);
}

/* --- pipes --- */

static bool begin_pipe(struct sim_process *process, const char *command, size_t length)
{
    const char *bar = scan_pipe(command, length, (enum program_shell)process->dialect);
    const struct redirects *before = process->redirects;
    if (!bar)
        return false;
    struct redirects *capture = output_redirect(process);
    process->starved |= !capture;
    if (!capture)
        return true;
    capture->captures = true;
    capture->captured.limit = EXPAND_BYTES;
    struct shell_frame *frame = frame_push(process, FRAME_PIPE, before, command, (size_t)(bar - command));
    if (frame)
        (void)frame_set(process, frame, 1, bar + 1, (size_t)(command + length - bar - 1));
    return true;
}

/* What the left side has written becomes the input of the right side. */
static void end_left_side(struct sim_process *process, struct shell_frame *frame)
{
    struct redirects *pipe = process->redirects;
    pipe->captures = false;
    pipe->has_input = true;
    pipe->input_length = pipe->captured.length;
    pipe->input = text_finish(&pipe->captured);
    pipe->input_length = pipe->input ? pipe->input_length : 0;
    frame->kind = FRAME_GROUP;
    frame_run(process, frame, 1);
}

/* --- loops --- */

/* A loop that has run many times while no time passed pauses for a moment, so that others can run. */
static void take_turn(struct sim *sim, struct sim_process *process)
{
    if (process->turns_since != sim->now) {
        process->turns_since = sim->now;
        process->turns = 0;
    }
    if (++process->turns < MOST_TURNS)
        return;
    process->turns = 0;
    guest_sleep(sim, process, PAUSE);
}

static bool continue_while(struct sim *sim, struct sim_process *process, struct shell_frame *frame)
{
    if (frame->in_body) {
        frame->code = process->exit_code;
        frame->in_body = false;
        frame_run(process, frame, 0);
        take_turn(sim, process);
        return true;
    }
    if ((process->exit_code == 0) == frame->until) {
        process->exit_code = frame->code;
        return false;
    }
    frame->in_body = true;
    frame_run(process, frame, 1);
    return true;
}

/* In cmd the variable is replaced in the text. */
static bool set_body(struct sim_process *process, struct shell_frame *frame, const char *word)
{
    struct text text = {.limit = EXPAND_BYTES};
    for (const char *p = frame->text[1]; *p; p++)
        if (p[0] == '%' && p[1] == *frame->name) {
            text_printf(&text, "%s", word);
            p++;
        } else {
            text_putc(&text, *p);
        }
    bool good = !text.failed && frame_set(process, frame, 0, text.bytes ? text.bytes : "", text.length);
    process->starved |= !good;
    text_discard(&text);
    return good;
}

static bool continue_for(struct sim *sim, struct sim_process *process, struct shell_frame *frame)
{
    if (frame->next == frame->words.text.length)
        return false;
    const char *word = frame->words.text.bytes + frame->next;
    frame->next += strlen(word) + 1;
    bool cmd = process->dialect == PROGRAM_CMD;
    if (cmd ? set_body(process, frame, word)
            : variables_set(process, frame->name, strlen(frame->name), word, strlen(word))) {
        frame_run(process, frame, cmd ? 0 : 1);
        take_turn(sim, process);
    } else {
        process->starved = true;
    }
    return true;
}

bool compound_continue(struct sim *sim, struct sim_process *process, struct shell_frame *frame)
{
    CHECK_HELD();
    switch (frame->kind) {
    case FRAME_IF: {
        unsigned next = process->exit_code ? 2 : 1;
        frame->kind = FRAME_GROUP;
        process->exit_code = frame->text[next] ? process->exit_code : 0;
        if (frame->text[next])
            frame_run(process, frame, next);
        return frame->text[next];
    }
    case FRAME_NOT:
        process->exit_code = !process->exit_code;
        return false;
    case FRAME_WHILE:
        return continue_while(sim, process, frame);
    case FRAME_FOR:
        return continue_for(sim, process, frame);
    case FRAME_PIPE:
        end_left_side(process, frame);
        return true;
    case FRAME_SUBSTITUTE:
        end_substitution(process, frame);
        return true;
    case FRAME_GROUP:
    case FRAME_SHELL:
        break;
    }
    return false;
}

/* The header of a "for" may have $( ) in its words; the parts of other compound commands are commands themselves. */
static const char *limit_of_substitution(struct scan scan, const char *end)
{
    static const char *const words[] = {"do", NULL};
    struct scan next = scan;
    if (scan_is(&scan, "for"))
        return scan_find(&next, words) >= 0 ? next.token : scan.token;
    bool compound = scan.inner || *scan.token == '(' || (scan.length == 1 && *scan.token == '!');
    return compound ? scan.token : end;
}

bool compound_begin(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    CHECK_HELD();
    struct scan scan = {
        .at = command, .end = command + length, .shell = (enum program_shell)process->dialect, .start = true};
    if (begin_pipe(process, command, length))
        return true;
    (void)scan_next(&scan);
    if (process->dialect != PROGRAM_SH)
        return false;
    if (begin_substitution(sim, process, command, limit_of_substitution(scan, scan.end), scan.end))
        return true;
    if (scan_is(&scan, "if"))
        begin_if(sim, process, scan);
    else if (scan_is(&scan, "while") || scan_is(&scan, "until"))
        begin_while(sim, process, scan);
    else if (scan_is(&scan, "for"))
        begin_for(sim, process, scan);
    else if (*scan.token == '(' || scan_is(&scan, "{"))
        begin_group(sim, process, scan, *scan.token == '{');
    else if (scan_is(&scan, "!"))
        (void)frame_push(process, FRAME_NOT, process->redirects, scan.at, (size_t)(scan.end - scan.at));
    else if (scan_is(&scan, "case") || scan_is(&scan, "then") || scan_is(&scan, "fi") || scan_is(&scan, "do") ||
             scan_is(&scan, "done"))
        syntax_error(sim, process);
    else
        return false;
    return true;
}

/* --- cmd --- */

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    return text;
}

static bool begins_with(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - text) >= length && !strncasecmp(text, word, length) &&
           (text + length == end || !isalnum((unsigned char)text[length]));
}

static void cmd_syntax_error(struct sim *sim, struct sim_process *process)
{
    guest_complain(sim, process, NO_WORD, 1);
}

/* if CONDITION (A) else (B), or if CONDITION A */
static void begin_if_of_cmd(struct sim *sim, struct sim_process *process, const char *text, const char *end)
{
    const char *next = text;
    int holds = condition_of_cmd(sim, process, text, end, &next);
    const char *then = skip_blanks(next, end), *otherwise = end;
    const char *close = then < end && *then == '(' ? scan_matching(then, end, PROGRAM_CMD) : NULL;
    const char *behind = close ? skip_blanks(close + 1, end) : end;
    bool has_else = close && begins_with(behind, end, "else");
    if (holds < 0 || then == end) {
        cmd_syntax_error(sim, process);
        return;
    }
    if (has_else)
        otherwise = behind + 4;
    const char *part = holds ? then : otherwise, *part_end = holds && has_else ? close + 1 : end;
    if (part < part_end)
        (void)frame_push(process, FRAME_GROUP, process->redirects, part, (size_t)(part_end - part));
    else
        shell_join(process, process->exit_code);
}

/* The numbers of for /l: from, step, to. */
static void count(struct words *words, const char *text)
{
    long long number[3] = {0, 0, 0};
    if (sscanf(text, "%lld%*[, ]%lld%*[, ]%lld", &number[0], &number[1], &number[2]) != 3 || !number[1])
        return;
    for (long long i = number[0]; number[1] > 0 ? i <= number[2] : i >= number[2];) {
        text_printf(&words->text, "%lld", i);
        text_putc(&words->text, 0);
        if (words->text.failed)
            return;
        words->count++;
        if (i > INT32_MAX || i < INT32_MIN || __builtin_add_overflow(i, number[1], &i))
            return;
    }
}

static void split(struct words *words, const char *text)
{
    while (*(text += strspn(text, " \t,;=\r\n"))) {
        size_t length = strcspn(text, " \t,;=\r\n");
        text_put(&words->text, text, length);
        text_putc(&words->text, 0);
        words->count++;
        text += length;
    }
}

/* for %X in (WORDS) do BODY, for /l %X in (FROM,STEP,TO) do BODY */
static void begin_for_of_cmd(struct sim *sim, struct sim_process *process, const char *text, const char *end)
{
    text = skip_blanks(text, end);
    bool counts = begins_with(text, end, "/l");
    text = skip_blanks(counts ? text + 2 : text, end);
    const char *name = text + 1, *in = skip_blanks(text + 2 < end ? text + 2 : end, end);
    const char *open = begins_with(in, end, "in") ? skip_blanks(in + 2, end) : end;
    const char *close = open < end && *open == '(' ? scan_matching(open, end, PROGRAM_CMD) : NULL;
    const char *body = close ? skip_blanks(close + 1, end) : end;
    if (*text != '%' || !begins_with(body, end, "do") || skip_blanks(body + 2, end) == end) {
        cmd_syntax_error(sim, process);
        return;
    }
    struct shell_frame *frame = frame_push(process, FRAME_FOR, process->redirects, "", 0);
    if (!frame || !frame_set(process, frame, 1, body + 2, (size_t)(end - body - 2)))
        return;
    char *list = text_duplicate(open + 1, (size_t)(close - open - 1));
    frame->name = text_duplicate(name, 1);
    if (list && counts)
        count(&frame->words, list);
    else if (list)
        split(&frame->words, list);
    process->starved |= !list || !frame->name || frame->words.text.failed;
    process->cursor = NULL;
    free(list);
}

bool compound_begin_cmd(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    CHECK_HELD();
    const char *end = command + length;
    command = skip_blanks(command, end);
    while (command < end && (*command == '@' || isspace((unsigned char)*command)))
        command++;
    if (begins_with(command, end, "if")) {
        begin_if_of_cmd(sim, process, command + 2, end);
    } else if (begins_with(command, end, "for")) {
        begin_for_of_cmd(sim, process, command + 3, end);
    } else if (begin_pipe(process, command, (size_t)(end - command))) {
        return true;
    } else if (*command == '(') {
        const char *close = scan_matching(command, end, PROGRAM_CMD);
        const char *part[FRAME_TEXTS] = {command + 1};
        size_t size[FRAME_TEXTS] = {close ? (size_t)(close - command - 1) : 0};
        if (close)
            (void)enter(sim, process, FRAME_GROUP, part, size, close + 1, end);
        else
            cmd_syntax_error(sim, process);
    } else {
        return false;
    }
    return true;
}
