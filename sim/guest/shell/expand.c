/* Values for variables and words of commands. Entry points: expand_words(), expand_percent(). */
#include "expand.h"
#include "core/lock.h"
#include "scan.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A command that is being split into words. */
struct splitter {
    const struct sim_process *process;
    const char *at, *end;
    struct words *words;
    char quote; /* the open quote, or 0 */
    bool in_word;
};

const char *words_at(const struct words *words, unsigned number)
{
    const char *word = words->text.bytes;
    if (number >= words->count)
        return "";
    while (number--)
        word += strlen(word) + 1;
    return word;
}

void words_join(const struct words *words, unsigned from, bool quoted, struct text *text)
{
    const char *word = words_at(words, from);
    for (unsigned i = from; i < words->count; i++, word += strlen(word) + 1) {
        bool quotes = quoted && i && (!*word || strpbrk(word, " \t\n\"'"));
        if (i > from)
            text_putc(text, ' ');
        if (quotes)
            text_putc(text, '"');
        text_puts(text, word);
        if (quotes)
            text_putc(text, '"');
    }
    text_put(text, "", 0);
}

static void end_word(struct splitter *splitter)
{
    if (splitter->in_word) {
        text_putc(&splitter->words->text, 0);
        splitter->words->count += !splitter->words->text.failed;
    }
    splitter->in_word = false;
}

static void add(struct splitter *splitter, char c)
{
    text_putc(&splitter->words->text, c);
    splitter->in_word = true;
}

/* Adds a value, which unquoted may be several words. */
static void add_value(struct splitter *splitter, const char *value, size_t length)
{
    bool splits = !splitter->quote && splitter->process->dialect == PROGRAM_SH;
    for (size_t i = 0; i < length; i++)
        if (splits && isspace((unsigned char)value[i]))
            end_word(splitter);
        else
            add(splitter, value[i]);
}

static size_t name_length(const char *text, const char *end)
{
    size_t length = 0;
    while (text + length < end && (isalnum((unsigned char)text[length]) || text[length] == '_'))
        length++;
    return length;
}

/* Adds the value of a variable; ${NAME:-TEXT} gives a text for one that is not set. */
static void add_variable(struct splitter *splitter, const char *name, size_t length)
{
    struct text value = {.limit = EXPAND_BYTES};
    const char *otherwise = memchr(name, ':', length);
    size_t own = otherwise ? (size_t)(otherwise - name) : length;
    char number[24];
    if (length == 1 && *name == '?') {
        snprintf(number, sizeof number, "%" PRIu32, splitter->process->exit_code);
        add_value(splitter, number, strlen(number));
    } else if (length == 1 && (*name == '$' || *name == '#')) {
        snprintf(number, sizeof number, "%" PRIu32, *name == '$' ? splitter->process->host.id : 0);
        add_value(splitter, number, strlen(number));
    } else if (variables_get(splitter->process, name, own, &value) && value.length) {
        add_value(splitter, value.bytes, value.length);
    } else if (otherwise && length > own + 1 && otherwise[1] == '-') {
        add_value(splitter, otherwise + 2, length - own - 2);
    }
    text_discard(&value);
}

/* Adds what stands for the $ at splitter->at. */
static void add_dollar_of_sh(struct splitter *splitter)
{
    const char *name = splitter->at + 1, *end = splitter->end, *close;
    size_t length = name_length(name, end);
    if (end - name >= 2 && name[0] == '(' && name[1] == '(' && (close = scan_matching(name, end, PROGRAM_SH))) {
        char number[24];
        snprintf(number, sizeof number, "%" PRId64,
            expand_arithmetic(splitter->process, name + 2, (size_t)(close - name - 3)));
        add_value(splitter, number, strlen(number));
        splitter->at = close + 1;
    } else if (name < end && *name == '{' && (close = memchr(name, '}', (size_t)(end - name)))) {
        add_variable(splitter, name + 1, (size_t)(close - name - 1));
        splitter->at = close + 1;
    } else if (length || (name < end && strchr("?$#", *name))) {
        length += !length;
        add_variable(splitter, name, length);
        splitter->at = name + length;
    } else {
        add(splitter, *splitter->at++);
    }
}

/* Adds what stands for the $ at splitter->at: $env:NAME, $LASTEXITCODE, $true, a variable of the shell. */
static void add_dollar_of_powershell(struct splitter *splitter)
{
    const char *name = splitter->at + 1, *end = splitter->end;
    size_t prefix = end - name > 4 && !strncasecmp(name, "env:", 4) ? 4 : 0, length = name_length(name + prefix, end);
    splitter->in_word = true;
    if (length == 12 && !strncasecmp(name, "LASTEXITCODE", length)) {
        add_variable(splitter, "?", 1);
    } else if (!prefix && length == 4 && !strncasecmp(name, "true", length)) {
        add_value(splitter, "True", 4);
    } else if (!prefix && length == 5 && !strncasecmp(name, "false", length)) {
        add_value(splitter, "False", 5);
    } else if (length) {
        add_variable(splitter, name + prefix, length);
    } else {
        add(splitter, '$');
    }
    splitter->at = name + prefix + length;
}

/* Reads an escaped character. Within double quotes sh escapes only a few. */
static bool take_escaped(struct splitter *splitter)
{
    bool sh = splitter->process->dialect == PROGRAM_SH;
    char c = splitter->at + 1 < splitter->end ? splitter->at[1] : 0;
    if (*splitter->at != (sh ? '\\' : '`') || !c || splitter->quote == '\'' ||
        (sh && splitter->quote && !strchr("$`\"\\\n", c)))
        return false;
    splitter->at += 2;
    if (!sh)
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    if (c != '\n' || !sh)
        add(splitter, c);
    return true;
}

bool expand_words(const struct sim_process *process, const char *command, size_t length, struct words *words)
{
    CHECK_HELD();
    struct splitter splitter = {.process = process, .at = command, .end = command + length, .words = words};
    while (splitter.at < splitter.end) {
        char c = *splitter.at;
        if (take_escaped(&splitter))
            continue;
        if (splitter.quote ? c == splitter.quote : c == '"' || c == '\'') {
            splitter.quote = splitter.quote ? 0 : c;
            splitter.in_word = true;
            splitter.at++;
        } else if (c == '$' && splitter.quote != '\'') {
            if (process->dialect == PROGRAM_SH)
                add_dollar_of_sh(&splitter);
            else
                add_dollar_of_powershell(&splitter);
        } else if (!splitter.quote && isspace((unsigned char)c)) {
            end_word(&splitter);
            splitter.at++;
        } else {
            add(&splitter, c);
            splitter.at++;
        }
    }
    end_word(&splitter);
    return !words->text.failed;
}

static bool get_for_cmd(const struct sim_process *process, const char *name, size_t length, struct text *to)
{
    if (length != 10 || strncasecmp(name, "ERRORLEVEL", length))
        return variables_get(process, name, length, to);
    text_printf(to, "%" PRIi32, (int32_t)process->exit_code);
    return true;
}

void expand_percent(const struct sim_process *process, const char *text, size_t length, struct text *to)
{
    CHECK_HELD();
    const char *end = text + length, *close;
    while (text < end) {
        if (*text == '%' && (close = memchr(text + 1, '%', (size_t)(end - text - 1))) && close > text + 1 &&
            get_for_cmd(process, text + 1, (size_t)(close - text - 1), to))
            text = close + 1;
        else
            text_putc(to, *text++);
    }
    text_put(to, "", 0);
}

void expand_carets(const char *text, size_t length, struct text *to)
{
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= text[i] == '"';
        if (text[i] == '^' && !quoted && i + 1 < length)
            i++;
        text_putc(to, text[i]);
    }
    text_put(to, "", 0);
}

/* --- arithmetic --- */

struct expression {
    const struct sim_process *process;
    const char *at, *end;
    unsigned depth;
};

static int64_t sum(struct expression *expression);

static char peek(struct expression *expression)
{
    while (expression->at < expression->end && isspace((unsigned char)*expression->at))
        expression->at++;
    return (char)(expression->at < expression->end ? *expression->at : 0);
}

static int64_t value_of(const struct expression *expression, const char *name, size_t length)
{
    struct text value = {.limit = EXPAND_BYTES};
    (void)variables_get(expression->process, name, length, &value); /* one that does not exist is 0 */
    int64_t number = value.bytes ? strtoll(value.bytes, NULL, 10) : 0;
    text_discard(&value);
    return number;
}

static int64_t factor(struct expression *expression)
{
    char c = peek(expression);
    int64_t number = 0;
    if (expression->depth > 50 || !c)
        return 0;
    expression->depth++;
    if (c == '-' || c == '(') {
        expression->at++;
        number = c == '-' ? (int64_t)(0 - (uint64_t)factor(expression)) : sum(expression);
        if (c == '(' && peek(expression) == ')')
            expression->at++;
    } else {
        expression->at += c == '$';
        size_t length = name_length(expression->at, expression->end);
        if (length && isdigit((unsigned char)*expression->at))
            for (size_t i = 0; i < length && i < 18; i++)
                number = number * 10 + (expression->at[i] - '0') % 10;
        else if (length)
            number = value_of(expression, expression->at, length);
        expression->at += length;
    }
    expression->depth--;
    return number;
}

static int64_t product(struct expression *expression)
{
    int64_t number = factor(expression);
    for (char c; (c = peek(expression)) == '*' || c == '/' || c == '%';) {
        expression->at++;
        int64_t other = factor(expression);
        if (c == '*')
            number = (int64_t)((uint64_t)number * (uint64_t)other);
        else if (!other || other == -1) /* the latter could overflow */
            number = other && c == '/' ? (int64_t)(0 - (uint64_t)number) : 0;
        else
            number = c == '/' ? number / other : number % other;
    }
    return number;
}

static int64_t sum(struct expression *expression)
{
    int64_t number = product(expression);
    for (char c; (c = peek(expression)) == '+' || c == '-';) {
        expression->at++;
        uint64_t other = (uint64_t)product(expression);
        number = (int64_t)((uint64_t)number + (c == '+' ? other : 0 - other));
    }
    return number;
}

int64_t expand_arithmetic(const struct sim_process *process, const char *text, size_t length)
{
    CHECK_HELD();
    struct expression expression = {.process = process, .at = text, .end = text + length};
    return sum(&expression);
}
