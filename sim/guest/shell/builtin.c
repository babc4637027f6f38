/* Commands that are built into sh, and the conditions of cmd. Entry points: builtin_run(), condition_of_cmd(). */
#include "core/lock.h"
#include "frame.h"
#include "guest/files.h"
#include "guest/guest_run.h"
#include "guest/input.h"
#include "guest/output.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool same(const char *word, const char *name)
{
    return !strcmp(word, name);
}

/* --- tests of sh --- */

static bool exists(struct sim *sim, const struct sim_process *process, const char *text, char kind)
{
    size_t length;
    struct path path = {text, strlen(text)};
    bool folder = files_has_directory(sim, guest_system(process), path);
    bool file = !folder && files_read(sim, guest_system(process), path, &length);
    if (kind == 's')
        return file && length;
    return (kind != 'd' && file) || (kind != 'f' && folder);
}

static bool compare(long long a, const char *how, long long b)
{
    return same(how, "-eq") || same(how, "equ")   ? a == b
           : same(how, "-ne") || same(how, "neq") ? a != b
           : same(how, "-lt") || same(how, "lss") ? a < b
           : same(how, "-le") || same(how, "leq") ? a <= b
           : same(how, "-gt") || same(how, "gtr") ? a > b
                                                  : a >= b;
}

static bool is_comparison(const char *how)
{
    static const char *const all[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (same(how, all[i]))
            return true;
    return false;
}

/* Returns 0 if the words hold, 1 if not, 2 if they are no test. */
static uint32_t test(
    struct sim *sim, const struct sim_process *process, const struct words *words, unsigned from, unsigned count)
{
    const char *a = words_at(words, from), *b = words_at(words, from + 1), *c = words_at(words, from + 2);
    if (count == 2 && *a == '-' && strchr("zn", a[1]) && a[1])
        return (a[1] == 'z') != !*b;
    if (count == 2 && *a == '-' && a[1] && strchr("edfsrwx", a[1]))
        return !exists(sim, process, b, a[1]);
    if (count == 2 && same(a, "-t"))
        return !process->console;
    if (count == 3 && (same(b, "=") || same(b, "==")))
        return !same(a, c);
    if (count == 3 && same(b, "!="))
        return same(a, c);
    if (count == 3 && is_comparison(b))
        return !compare(strtoll(a, NULL, 10), b, strtoll(c, NULL, 10));
    return count < 2 ? !*a : 2;
}

static uint32_t run_test(struct sim *sim, const struct sim_process *process, const struct words *words)
{
    unsigned count = words->count - 1, from = 1;
    bool negated = false;
    if (same(words_at(words, 0), "[")) {
        if (!count || !same(words_at(words, count), "]"))
            return 2;
        count--;
    }
    for (; count > 1 && count < 6 && same(words_at(words, from), "!"); from++, count--)
        negated = !negated;
    uint32_t code = count ? test(sim, process, words, from, count) : 1;
    return code > 1 ? code : (code == 0) == negated;
}

/* --- what sh writes --- */

/* Reads an escape such as \n; returns what follows it. */
static const char *add_escape(const char *p, struct text *text)
{
    static const char letters[] = "abfnrtv\\", codes[] = "\a\b\f\n\r\t\v\\";
    const char *found = p[1] ? strchr(letters, p[1]) : NULL;
    text_putc(text, found ? codes[found - letters] : *p);
    return found ? p + 2 : p + 1;
}

/* printf with %s, %d, %% and escapes; the format is used again while there are words. */
static void print_format(const struct words *words, struct text *text)
{
    unsigned next = 2;
    do {
        unsigned before = next;
        for (const char *p = words_at(words, 1); *p;) {
            if (*p == '\\') {
                p = add_escape(p, text);
            } else if (*p == '%' && p[1] && strchr("sdiu", p[1])) {
                const char *word = words_at(words, next++);
                text_puts(text, *word || p[1] == 's' ? word : "0");
                p += 2;
            } else {
                p += *p == '%' && p[1] == '%';
                text_putc(text, *p++);
            }
        }
        if (next == before)
            break;
    } while (next < words->count && !text->failed);
}

static void print_words(const struct words *words, const char *line_end, struct text *text)
{
    unsigned from = 1;
    bool line = true, escapes = false;
    for (; from < words->count; from++) {
        const char *word = words_at(words, from);
        if (*word != '-' || !word[1] || word[1 + strspn(word + 1, "neE")])
            break;
        line &= !strchr(word, 'n');
        escapes |= strchr(word, 'e') != NULL;
    }
    struct text joined = {.limit = EXPAND_BYTES};
    words_join(words, from, false, &joined);
    for (const char *p = joined.bytes ? joined.bytes : ""; *p;)
        if (*p == '\\' && escapes)
            p = add_escape(p, text);
        else
            text_putc(text, *p++);
    if (line)
        text_puts(text, line_end);
    text->failed |= joined.failed;
    text_discard(&joined);
}

static void count_up(const struct words *words, const char *line_end, struct text *text)
{
    long long first = words->count > 2 ? strtoll(words_at(words, 1), NULL, 10) : 1;
    long long step = words->count > 3 ? strtoll(words_at(words, 2), NULL, 10) : 1;
    long long last = strtoll(words_at(words, words->count - 1), NULL, 10);
    for (long long i = first; step > 0 ? i <= last : step < 0 && i >= last;) {
        text_printf(text, "%lld%s", i, line_end);
        if (text->failed || __builtin_add_overflow(i, step, &i))
            break;
    }
}

/* Returns true if the command writes a text, and has run. */
static bool run_writer(struct sim *sim, struct sim_process *process, const struct words *words)
{
    struct text text = {.limit = EXPAND_BYTES};
    const char *name = words_at(words, 0);
    const char *line_end = process->host.linux_guest && !process->console ? "\n" : "\r\n";
    if (same(name, "echo"))
        print_words(words, line_end, &text);
    else if (same(name, "printf"))
        print_format(words, &text);
    else if (same(name, "seq"))
        count_up(words, line_end, &text);
    else
        return false;
    process->starved |= text.failed;
    if (text.length)
        output_say(sim, process, STREAM_OUTPUT, text.bytes, text.length);
    text_discard(&text);
    guest_done(sim, process, 0);
    return true;
}

/* --- variables and loops of sh --- */

static void set_variables(struct sim *sim, struct sim_process *process, const struct words *words)
{
    for (unsigned i = 1; i < words->count; i++) {
        const char *word = words_at(words, i), *equals = strchr(word, '=');
        if (same(words_at(words, 0), "unset"))
            variables_unset(process, word, strlen(word));
        else if (equals)
            process->starved |= !variables_set(process, word, (size_t)(equals - word), equals + 1, strlen(equals + 1));
    }
    guest_done(sim, process, 0);
}

/* break, continue: leaves the frames inside the loop. */
static void leave_turn(struct sim *sim, struct sim_process *process, bool ends)
{
    struct shell_frame *frame = process->frames;
    while (frame && frame->kind != FRAME_WHILE && frame->kind != FRAME_FOR)
        frame = frame->outer;
    guest_done(sim, process, 0);
    while (frame && process->frames != frame) {
        process->join = PROGRAM_ALWAYS;
        process->cursor = NULL;
        process->frames->rest = NULL;
        frame_pop(process);
    }
    if (!frame)
        return;
    process->cursor = NULL;
    process->exit_code = 0;
    frame->code = 0;
    if (ends) {
        frame->kind = FRAME_GROUP;
        frame->next = frame->words.text.length;
    }
}

bool builtin_run(struct sim *sim, struct sim_process *process, const struct words *words)
{
    CHECK_HELD();
    const char *name = words_at(words, 0);
    if (same(name, "[") || same(name, "test")) {
        guest_done(sim, process, run_test(sim, process, words));
    } else if (same(name, ":") || same(name, "set") || same(name, "trap") || same(name, "cd") || same(name, "wait")) {
        guest_done(sim, process, 0);
    } else if (same(name, "export") || same(name, "unset") || same(name, "local") || same(name, "readonly")) {
        set_variables(sim, process, words);
    } else if (same(name, "break") || same(name, "continue")) {
        leave_turn(sim, process, same(name, "break"));
    } else if (same(name, "exit")) {
        guest_exit(sim, process,
            words->count > 1 ? (uint32_t)strtoul(words_at(words, 1), NULL, 10) & 255 : process->exit_code);
    } else if (same(name, "read")) {
        input_begin_line(process, words_at(words, words->count > 1 ? words->count - 1 : 1));
    } else {
        return run_writer(sim, process, words);
    }
    return true;
}

/* --- conditions of cmd --- */

/* Takes the next word; quotes belong to it. */
static const char *take(const char *text, const char *end, const char **word, size_t *length)
{
    bool quoted = false;
    while (text < end && isspace((unsigned char)*text))
        text++;
    *word = text;
    while (text < end && (quoted || (!isspace((unsigned char)*text) && *text != '('))) {
        if (!quoted && text > *word && *text == '=' && text + 1 < end && text[1] == '=')
            break;
        quoted ^= *text++ == '"';
    }
    *length = (size_t)(text - *word);
    return text;
}

static bool word_is(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && !strncasecmp(word, name, length);
}

static bool exists_in_cmd(struct sim *sim, const struct sim_process *process, const char *word, size_t length)
{
    char path[260];
    bool quoted = length > 1 && *word == '"';
    length -= quoted ? 2 : 0;
    if (length >= sizeof path)
        return false;
    memcpy(path, word + quoted, length);
    path[length] = 0;
    return exists(sim, process, path, 'e');
}

static bool is_number(const char *word, size_t length, long long *number)
{
    char text[24], *end;
    if (!length || length >= sizeof text)
        return false;
    memcpy(text, word, length);
    text[length] = 0;
    *number = strtoll(text, &end, 0);
    return !*end;
}

/* A == B, A equ B and the like; numbers are compared as numbers. */
static int compare_in_cmd(const char *text, const char *end, bool no_case, const char **next)
{
    const char *a, *how, *b;
    size_t a_length, how_length, b_length;
    long long x, y;
    char name[4] = "";
    text = take(text, end, &a, &a_length);
    while (text < end && isspace((unsigned char)*text))
        text++;
    bool equals = end - text >= 2 && text[0] == '=' && text[1] == '=';
    text = equals ? text + 2 : take(text, end, &how, &how_length);
    *next = take(text, end, &b, &b_length);
    if (!a_length || !b_length)
        return -1;
    bool equal = a_length == b_length && !(no_case ? strncasecmp(a, b, a_length) : strncmp(a, b, a_length));
    if (equals)
        return equal;
    static const char *const names[] = {"equ", "neq", "lss", "leq", "gtr", "geq"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (word_is(how, how_length, names[i]))
            memcpy(name, names[i], sizeof name);
    if (!*name)
        return -1;
    if (is_number(a, a_length, &x) && is_number(b, b_length, &y))
        return compare(x, name, y);
    size_t shorter = a_length < b_length ? a_length : b_length;
    int order = no_case ? strncasecmp(a, b, shorter) : strncmp(a, b, shorter);
    return compare(order ? order : (long long)a_length - (long long)b_length, name, 0);
}

int condition_of_cmd(
    struct sim *sim, const struct sim_process *process, const char *text, const char *end, const char **next)
{
    CHECK_HELD();
    const char *word, *behind = text;
    size_t length;
    bool no_case = false, negated = false;
    int holds;
    long long number;
    struct text value = {.limit = EXPAND_BYTES};
    for (;;) {
        behind = take(text, end, &word, &length);
        if (!word_is(word, length, "/i") && !word_is(word, length, "not"))
            break;
        no_case |= *word == '/';
        negated ^= *word != '/';
        text = behind;
    }
    bool known =
        word_is(word, length, "exist") || word_is(word, length, "defined") || word_is(word, length, "errorlevel");
    if (!known) {
        holds = compare_in_cmd(text, end, no_case, next);
        return holds < 0 ? holds : holds != negated;
    }
    char kind = (char)tolower((unsigned char)word[2]);
    *next = take(behind, end, &word, &length);
    if (!length)
        return -1;
    if (kind == 'i') /* exist */
        holds = exists_in_cmd(sim, process, word, length);
    else if (kind == 'f') /* defined */
        holds = variables_get(process, word, length, &value);
    else /* errorlevel: that or above */
        holds = is_number(word, length, &number) ? (int32_t)process->exit_code >= number : -1;
    text_discard(&value);
    return holds < 0 ? holds : holds != negated;
}
