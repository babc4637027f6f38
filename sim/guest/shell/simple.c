/* Commands of shells that are not compound. Entry point: simple_run(). */
#include "core/lock.h"
#include "frame.h"
#include "guest/files.h"
#include "guest/guest_run.h"
#include "guest/output.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Runs a command that no shell has built in. */
static void begin(struct sim *sim, struct sim_process *process, const struct text *text)
{
    if (text->failed)
        process->starved = true;
    else
        guest_begin(sim, process, text->bytes ? text->bytes : "", text->length);
}

/* --- sh --- */

static bool is_assignment(const char *word)
{
    size_t length = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    return length && word[length] == '=' && !isdigit((unsigned char)*word);
}

/* keeps: the command had a $( ), whose exit code is that of an assignment. */
static void run_words(struct sim *sim, struct sim_process *process, struct words *words, bool keeps)
{
    unsigned first = 0;
    while (first < words->count && is_assignment(words_at(words, first))) {
        const char *word = words_at(words, first++), *value = strchr(word, '=') + 1;
        process->starved |= !variables_set(process, word, (size_t)(value - word - 1), value, strlen(value));
    }
    if (first == words->count) {
        guest_done(sim, process, first && !keeps ? 0 : process->exit_code);
        return;
    }
    struct words rest = {.count = words->count - first};
    const char *start = words_at(words, first);
    rest.text = (struct text){.bytes = (char *)start, /* borrowed */
        .length = words->text.length - (size_t)(start - words->text.bytes)};
    if (!guest_has_script(sim, start, strlen(start)) && builtin_run(sim, process, &rest))
        return;
    struct text text = {.limit = EXPAND_BYTES};
    words_join(&rest, 0, true, &text);
    begin(sim, process, &text);
    text_discard(&text);
}

/* --- cmd --- */

/* set NAME=VALUE, set "NAME=VALUE", set PREFIX, set */
static void set_of_cmd(struct sim *sim, struct sim_process *process, const char *text)
{
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (length >= 2 && *text == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    const char *equals = memchr(text, '=', length);
    if (!equals) {
        guest_show_variables(sim, process, text, length);
        return;
    }
    const char *value = equals + 1;
    size_t size = length - (size_t)(value - text);
    if (size)
        process->starved |= !variables_set(process, text, (size_t)(equals - text), value, size);
    else
        variables_unset(process, text, (size_t)(equals - text));
    guest_done(sim, process, 0);
}

static bool is_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    return !strncasecmp(text, word, length) && !isalnum((unsigned char)text[length]) && text[length] != '.' &&
           text[length] != ':' && text[length] != '\\';
}

/* Returns true if the command is built into cmd, and has run. */
static bool run_of_cmd(struct sim *sim, struct sim_process *process, const char *text)
{
    if (is_word(text, "set")) {
        text += 3 + strspn(text + 3, " \t");
        set_of_cmd(sim, process, text);
    } else if (is_word(text, "rem") || is_word(text, "cd") || is_word(text, "chdir")) {
        bool shows = *text != 'r' && *text != 'R' && !text[strcspn(text, " \t")];
        if (shows)
            output_say_line(sim, process, STREAM_OUTPUT, "C:\\", 3);
        guest_done(sim, process, 0);
    } else if (!strncasecmp(text, "echo", 4) && text[4] && strchr(".:;,(/\\+=", text[4])) {
        output_say_line(sim, process, STREAM_OUTPUT, text + 5, strlen(text + 5));
        guest_done(sim, process, 0);
    } else {
        return false;
    }
    return true;
}

static void run_line_of_cmd(struct sim *sim, struct sim_process *process, const char *text, size_t length)
{
    struct text line = {.limit = EXPAND_BYTES};
    while (length && (isspace((unsigned char)*text) || *text == '@')) {
        text++;
        length--;
    }
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    expand_carets(text, length, &line);
    const char *start = line.bytes;
    if (!start || line.failed) {
        process->starved = true;
    } else {
        if (is_word(start, "call"))
            start += 4 + strspn(start + 4, " \t");
        if (!run_of_cmd(sim, process, start))
            guest_begin(sim, process, start, strlen(start));
    }
    text_discard(&line);
}

/* --- PowerShell --- */

static void say_words(struct sim *sim, struct sim_process *process, enum engine_stream stream,
    const struct words *words, unsigned from, bool lines)
{
    struct text text = {.limit = EXPAND_BYTES};
    for (unsigned i = from; lines && i < words->count; i++)
        output_say_line(sim, process, stream, words_at(words, i), strlen(words_at(words, i)));
    if (!lines) {
        words_join(words, from, false, &text);
        output_say_line(sim, process, stream, text.bytes ? text.bytes : "", text.length);
        text_discard(&text);
    }
}

static bool same(const char *word, const char *name)
{
    return !strcasecmp(word, name);
}

/* $NAME = VALUE, $env:NAME = VALUE. Returns false if the command is none. */
static bool assign_of_powershell(struct sim *sim, struct sim_process *process, const char *text, const char *end)
{
    size_t prefix = end - text > 5 && !strncasecmp(text, "$env:", 5) ? 5 : 1;
    const char *name = text + prefix, *p = name;
    struct words value = {.text.limit = EXPAND_BYTES};
    struct text joined = {.limit = EXPAND_BYTES};
    while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
        p++;
    size_t length = (size_t)(p - name);
    while (p < end && isspace((unsigned char)*p))
        p++;
    if (*text != '$' || !length || p == end || *p != '=')
        return false;
    bool good = expand_words(process, p + 1, (size_t)(end - p - 1), &value);
    words_join(&value, 0, false, &joined);
    good = good && !joined.failed && variables_set(process, name, length, joined.bytes, joined.length);
    process->starved |= !good;
    text_discard(&value.text);
    text_discard(&joined);
    guest_done(sim, process, 0);
    return true;
}

static void begin_of_powershell(struct sim *sim, struct sim_process *process, const struct words *words)
{
    struct text text = {.limit = EXPAND_BYTES};
    const char *name = words_at(words, 0);
    if (same(name, "start-sleep") || same(name, "sleep")) {
        const char *unit = words_at(words, 1), *number = words_at(words, words->count - 1);
        uint64_t scale = !strncasecmp(unit, "-m", 2) ? 1000000 : 1000000000;
        guest_sleep(sim, process, strtoull(number, NULL, 10) * scale);
        return;
    }
    words_join(words, 0, true, &text);
    begin(sim, process, &text);
    text_discard(&text);
}

static void run_line_of_powershell(struct sim *sim, struct sim_process *process, const char *text, size_t length)
{
    const char *end = text + length;
    struct words words = {.text.limit = EXPAND_BYTES};
    while (text < end && isspace((unsigned char)*text))
        text++;
    if (text < end && *text == '&') /* the call operator */
        text++;
    if (text < end && assign_of_powershell(sim, process, text, end))
        return;
    bool expression = text < end && (*text == '$' || *text == '"' || *text == '\'' || isdigit((unsigned char)*text));
    if (!expand_words(process, text, (size_t)(end - text), &words)) {
        process->starved = true;
    } else {
        const char *name = words_at(&words, 0);
        bool error = same(name, "write-error"), host = same(name, "write-host");
        if (expression || same(name, "echo") || same(name, "write-output") || error || host) {
            say_words(sim, process, error ? STREAM_ERROR : STREAM_OUTPUT, &words, !expression, !host && !error);
            guest_done(sim, process, error);
        } else {
            begin_of_powershell(sim, process, &words);
        }
    }
    text_discard(&words.text);
}

static void run_line_of_sh(struct sim *sim, struct sim_process *process, const char *text, size_t length)
{
    struct words words = {.text.limit = EXPAND_BYTES};
    if (expand_words(process, text, length, &words))
        run_words(sim, process, &words, memchr(text, 1, length));
    else
        process->starved = true;
    text_discard(&words.text);
}

void simple_run(struct sim *sim, struct sim_process *process, const char *command, size_t length)
{
    CHECK_HELD();
    char *copy = text_duplicate(command, length); /* the command may run again */
    const char *wrong = copy ? output_take_redirects(sim, process, copy, length) : "";
    if (!copy)
        process->starved = true;
    else if (wrong)
        guest_complain(sim, process, wrong, 1);
    else if (process->dialect == PROGRAM_CMD)
        run_line_of_cmd(sim, process, copy, length);
    else if (process->dialect == PROGRAM_SH)
        run_line_of_sh(sim, process, copy, length);
    else
        run_line_of_powershell(sim, process, copy, length);
    free(copy);
}
