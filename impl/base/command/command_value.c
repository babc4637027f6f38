/* The values of options. Entry point: value_take(). */
#include "command_value.h"
#include "suggest.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED_BYTES = 200 }; /* longer lists of choices are not shown in messages */

const char *option_choice(const struct command_option *option, unsigned i)
{
    return option->choices ? option->choices[i] : option->choice_at ? option->choice_at(i) : NULL;
}

static const char *next_choice(const void *option, unsigned i)
{
    return option_choice(option, i);
}

/* Reads a decimal number of this length, from minimum to maximum. */
static bool number(const char *text, size_t length, uint64_t minimum, uint64_t maximum, uint64_t *value)
{
    char *end;
    if (!length || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return end == text + length && !errno && *value >= minimum && *value <= maximum;
}

static bool take_number(const struct command_option *option, const char *text, unsigned *value)
{
    uint64_t wide;
    bool ok = number(text, strlen(text), option->minimum, option->maximum, &wide);
    if (ok)
        *value = (unsigned)wide;
    return ok;
}

static bool take_range(const char *text, struct option_range *range)
{
    const char *dots = strstr(text, "..");
    return dots && number(text, (size_t)(dots - text), 0, UINT64_MAX, &range->first) &&
           number(dots + 2, strlen(dots + 2), range->first, UINT64_MAX, &range->last);
}

static bool take_part(const struct command_option *option, const char *text, struct option_part *part)
{
    const char *slash = strchr(text, '/');
    uint64_t i, n;
    if (!slash || !number(slash + 1, strlen(slash + 1), 1, option->maximum, &n) ||
        !number(text, (size_t)(slash - text), 1, n, &i))
        return false;
    *part = (struct option_part){(unsigned)i, (unsigned)n};
    return true;
}

static int find_choice(const struct command_option *option, const char *text, size_t length)
{
    const char *choice;
    for (unsigned i = 0; (choice = option_choice(option, i)); i++)
        if (strlen(choice) == length && !strncmp(choice, text, length))
            return (int)i;
    return -1;
}

/* Adds the bits of a list of choices; wrong: the word that is none of them, or NULL. */
static bool take_choices(const struct command_option *option, const char *text, unsigned *bits, const char **wrong)
{
    unsigned found = 0;
    for (const char *p = text + strspn(text, ", "); *p; p += strspn(p, ", ")) {
        size_t length = strcspn(p, ", ");
        int choice = find_choice(option, p, length);
        *wrong = p;
        if (choice < 0)
            return false;
        found |= 1u << choice;
        p += length;
    }
    *wrong = text;
    *bits |= found;
    return found;
}

/* --- descriptions of valid values --- */

static void add(char text[VALUE_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char text[VALUE_TEXT], const char *format, ...)
{
    va_list arguments;
    size_t length = strlen(text);
    va_start(arguments, format);
    vsnprintf(text + length, VALUE_TEXT - length, format, arguments);
    va_end(arguments);
}

static bool can_be_listed(const struct command_option *option)
{
    size_t length = 0;
    const char *choice;
    for (unsigned i = 0; (choice = option_choice(option, i)); i++)
        length += strlen(choice) + 2;
    return length <= LISTED_BYTES;
}

static void want_choice(const struct command_option *option, const char *text, size_t length, char wanted[VALUE_TEXT])
{
    char word[80];
    snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), text);
    const char *hint = suggest_name(word, next_choice, option), *choice;
    bool list = can_be_listed(option);
    for (unsigned i = 0; list && (choice = option_choice(option, i)); i++)
        if (*choice)
            add(wanted, "%s%s", !i ? "" : option_choice(option, i + 1) ? ", " : " or ", choice);
    add(wanted, "%s'%s'", list ? ", not " : "no ", word);
    if (hint)
        add(wanted, "; did you mean '%s'?", hint);
}

static void want(const struct command_option *option, const char *text, char wanted[VALUE_TEXT])
{
    switch (option->kind) {
    case OPTION_NUMBER:
        add(wanted, "a number from %u to %u", option->minimum, option->maximum);
        break;
    case OPTION_RANGE:
        add(wanted, "two numbers %s, the second not below the first and at most %" PRIu64, option->argument,
            UINT64_MAX);
        break;
    default:
        add(wanted, "two numbers %s, the first from 1 to the second, the second at most %u", option->argument,
            option->maximum);
        break;
    }
    add(wanted, ", not '%.80s'", text);
}

bool value_take(const struct command_option *option, const char *text, char *values, char wanted[VALUE_TEXT])
{
    void *place = values + option->place;
    const char *wrong = text;
    int choice;
    wanted[0] = 0;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_TEXT:
    case OPTION_INPUT:
    case OPTION_OUTPUT:
    case OPTION_FOLDER:
    case OPTION_PLACE:
        *(const char **)place = text;
        return true;
    case OPTION_CHOICE:
        choice = find_choice(option, text, strlen(text));
        if (choice >= 0) {
            *(int *)place = choice;
            return true;
        }
        want_choice(option, text, strlen(text), wanted);
        return false;
    case OPTION_CHOICES:
        if (take_choices(option, text, place, &wrong))
            return true;
        want_choice(option, wrong, strcspn(wrong, ", "), wanted);
        return false;
    case OPTION_NUMBER:
        if (take_number(option, text, place))
            return true;
        break;
    case OPTION_RANGE:
        if (take_range(text, place))
            return true;
        break;
    case OPTION_PART:
        if (take_part(option, text, place))
            return true;
        break;
    }
    want(option, text, wanted);
    return false;
}
