/* The commands of the default guest. Entry point: program_read(). */
#include "program.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECOND 1000000000u

/* Folders with the slash that follows them in the path of a program; compared without case and with / equal to \. */
static const char *const directories[] = {
    "C:/", "C:/Windows/", "C:/Windows/System32/", "/", "/tmp/", "/bin/", "/usr/bin/"};
static const char *const filters[] = {"sort", "find", "findstr", "grep", "wc", "head"};
static const char *const users[] = {"ContainerAdministrator", "ContainerUser", "Administrator", "SYSTEM",
    "NT AUTHORITY\\SYSTEM", "User Manager\\ContainerAdministrator", "User Manager\\ContainerUser", "root", "0",
    "nobody"};

bool program_same_path(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char x = a[i] == '\\' ? '/' : (char)tolower((unsigned char)a[i]);
        char y = b[i] == '\\' ? '/' : (char)tolower((unsigned char)b[i]);
        if (x != y || !x)
            return false;
    }
    return true;
}

bool program_directory_exists(const char *path, size_t length)
{
    bool slash = length && (path[length - 1] == '/' || path[length - 1] == '\\');
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        size_t own = strlen(directories[i]);
        if (length && (slash ? length == own : length + 1 == own) && program_same_path(path, directories[i], length))
            return true;
    }
    return false;
}

bool program_user_exists(const char *user)
{
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        if (!strcasecmp(users[i], user))
            return true;
    return false;
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t'))
        text++;
    return text;
}

const char *program_word(const char *text, const char *end, size_t *length, const char **next)
{
    text = skip_blanks(text, end);
    const char *start = text;
    if (text < end && *text == '"') {
        for (text = ++start; text < end && *text != '"'; text++)
            ;
        *length = (size_t)(text - start);
        *next = text < end ? text + 1 : text;
        return start;
    }
    while (text < end && *text != ' ' && *text != '\t')
        text++;
    *length = (size_t)(text - start);
    *next = text;
    return start;
}

/* Returns the name behind the last slash; *length becomes its length without ".exe". */
static const char *base_name(const char *word, size_t *length)
{
    for (size_t i = *length; i > 0; i--)
        if (word[i - 1] == '/' || word[i - 1] == '\\') {
            word += i;
            *length -= i;
            break;
        }
    if (*length > 4 && !strncasecmp(word + *length - 4, ".exe", 4))
        *length -= 4;
    return word;
}

/* The name is in small letters. */
static bool is(const char *word, size_t length, const char *name)
{
    return (*word | ' ') == *name && strlen(name) == length && !strncasecmp(word, name, length);
}

static bool read_number(const char *word, size_t length, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)word[i]) || *number > 100000000000u)
            return false;
        *number = *number * 10 + (uint64_t)(word[i] - '0');
    }
    return length > 0;
}

static struct program duration(uint64_t seconds)
{
    return (struct program){.kind = PROGRAM_SLEEP, .duration = seconds * SECOND};
}

static struct program result(uint32_t code)
{
    return (struct program){.kind = PROGRAM_RESULT, .exit_code = code};
}

static struct program read_exit(const char *text, const char *end)
{
    size_t length;
    const char *word;
    do
        word = program_word(text, end, &length, &text);
    while (length && is(word, length, "/b"));
    bool negative = length && *word == '-';
    uint64_t number;
    if (!read_number(word + negative, length - negative, &number))
        number = 0;
    return (struct program){.kind = PROGRAM_EXIT, .exit_code = negative ? (uint32_t)(0 - number) : (uint32_t)number};
}

/* ping -n N HOST takes N - 1 seconds, 3 without -n; with -t it runs until it is stopped. */
static struct program read_ping(const char *text, const char *end)
{
    struct program program = {.kind = PROGRAM_PING, .duration = 3ull * SECOND};
    uint64_t number;
    bool host = false;
    while (skip_blanks(text, end) < end) {
        size_t length;
        const char *word = program_word(text, end, &length, &text);
        if (is(word, length, "-t"))
            program.duration = UINT64_MAX;
        else if (is(word, length, "-n") || is(word, length, "-c")) {
            word = program_word(text, end, &length, &text);
            if (!read_number(word, length, &number) || !number)
                return result(1);
            program.duration = (number - 1) * SECOND;
        } else if (length && *word != '-') {
            host = true;
            program.argument = word;
            program.argument_length = length;
        }
    }
    return host ? program : result(1);
}

static struct program read_timeout(const char *text, const char *end)
{
    uint64_t number;
    while (skip_blanks(text, end) < end) {
        size_t length;
        const char *word = program_word(text, end, &length, &text);
        if (read_number(word, length, &number))
            return duration(number);
    }
    return result(1);
}

/* sleep infinity never ends, as in busybox and coreutils. */
static struct program read_sleep(const char *text, const char *end)
{
    size_t length;
    const char *rest, *word = program_word(text, end, &length, &rest);
    if (is(word, length, "infinity"))
        return (struct program){.kind = PROGRAM_SLEEP, .duration = UINT64_MAX};
    const char *point = memchr(word, '.', length);
    uint64_t whole = 0, nanoseconds = 0, scale = SECOND;
    if (!point)
        return read_timeout(text, end);
    for (const char *p = point + 1; p < word + length && isdigit((unsigned char)*p); p++)
        nanoseconds += (uint64_t)(*p - '0') * (scale /= 10);
    (void)read_number(word, (size_t)(point - word), &whole); /* none before the point: 0 */
    return (struct program){.kind = PROGRAM_SLEEP, .duration = whole * SECOND + nanoseconds};
}

static struct program say(const char *text)
{
    return (struct program){.kind = PROGRAM_ECHO, .argument = text, .argument_length = strlen(text)};
}

static struct program shell_of(const char *text, const char *end, enum program_shell shell)
{
    text = skip_blanks(text, end);
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (end - text >= 2 && (*text == '"' || *text == '\'') && end[-1] == *text) {
        text++;
        end--;
    }
    return (struct program){
        .kind = PROGRAM_SHELL, .argument = text, .argument_length = (size_t)(end - text), .shell = shell};
}

static struct program read_shell(const char *text, const char *end, enum program_shell shell)
{
    while (skip_blanks(text, end) < end) {
        size_t length;
        const char *word = program_word(text, end, &length, &text);
        bool several = shell == PROGRAM_SH && length > 1 && *word == '-' && word[length - 1] == 'c'; /* sh -ec */
        if (is(word, length, "/c") || is(word, length, "/k") || several)
            return shell_of(text, end, shell);
        if (!length || (*word != '/' && *word != '-'))
            break;
    }
    return result(0); /* a shell without a command and without a terminal ends */
}

/* powershell -NoProfile -ExecutionPolicy Bypass -Command TEXT; without -Command the first other word begins the text.
 */
static struct program read_powershell(const char *text, const char *end)
{
    static const char *const with_value[] = {"-ExecutionPolicy", "-ep", "-ex", "-WindowStyle", "-w", "-Version",
        "-OutputFormat", "-InputFormat", "-ConfigurationName"};
    while (skip_blanks(text, end) < end) {
        size_t length;
        const char *start = text, *word = program_word(text, end, &length, &text);
        if (is(word, length, "-c") || is(word, length, "-Command"))
            return shell_of(text, end, PROGRAM_POWERSHELL);
        if (!length || *word != '-')
            return shell_of(start, end, PROGRAM_POWERSHELL);
        for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
            if (is(word, length, with_value[i]))
                (void)program_word(text, end, &length, &text);
    }
    return result(0);
}

/* shutdown /s /t 5, shutdown -r now: 30 seconds on Windows unless /t or /p says otherwise, "now" and +MINUTES on Linux.
   Without an option Windows shows only its help. */
static struct program read_shutdown(const char *text, const char *end)
{
    struct program program = {.kind = PROGRAM_POWER, .duration = 30ull * SECOND};
    uint64_t number;
    bool asked = false;
    while (skip_blanks(text, end) < end) {
        size_t length;
        const char *word = program_word(text, end, &length, &text);
        char option = (char)(length >= 2 && (*word == '/' || *word == '-') ? tolower((unsigned char)word[1]) : 0);
        bool time = option == 't' && length == 2;
        if (time)
            word = program_word(text, end, &length, &text);
        if (time && read_number(word, length, &number))
            program.duration = number * SECOND;
        else if (is(word, length, "now") || option == 'p')
            program.duration = 0;
        else if (*word == '+' && read_number(word + 1, length - 1, &number))
            program.duration = number * 60 * SECOND;
        if (option == 'r' || option == 'g')
            program.exit_code = POWER_RESET;
        if (option == 'a' || option == 'c')
            program.exit_code = POWER_ABORT;
        asked |= (option && strchr("srpghac", option)) || !option;
    }
    return asked ? program : result(0);
}

/* Makes the first word that is not an option such as -f or /q the argument. A word with a slash is an option only if a
   single letter follows: a Linux path has more, or a second slash. */
static struct program about_path(enum program_kind kind, const char *text, const char *end)
{
    struct program program = {.kind = kind};
    while (skip_blanks(text, end) < end) {
        program.argument = program_word(text, end, &program.argument_length, &text);
        bool option = *program.argument == '-' || (*program.argument == '/' && program.argument_length == 2);
        if (!option)
            return program;
    }
    return result(1);
}

struct program program_read(const char *text, size_t size)
{
    const char *end = text + size, *rest;
    size_t length;
    const char *given = program_word(text, end, &length, &rest), *word = given;
    size_t given_length = length;
    word = base_name(word, &length);
    if (is(word, length, "cmd"))
        return read_shell(rest, end, PROGRAM_CMD);
    if (is(word, length, "exit"))
        return read_exit(rest, end);
    if (is(word, length, "sh"))
        return read_shell(rest, end, PROGRAM_SH);
    if (is(word, length, "ping"))
        return read_ping(rest, end);
    if (is(word, length, "powershell") || is(word, length, "pwsh"))
        return read_powershell(rest, end);
    if (is(word, length, "hostname"))
        return (struct program){.kind = PROGRAM_HOST_NAME};
    if (is(word, length, "shutdown"))
        return read_shutdown(rest, end);
    if (is(word, length, "poweroff") || is(word, length, "halt") || is(word, length, "reboot"))
        return (struct program){
            .kind = PROGRAM_POWER, .exit_code = is(word, length, "reboot") ? POWER_RESET : POWER_OFF};
    if (is(word, length, "dir") || is(word, length, "ls"))
        return (struct program){.kind = PROGRAM_LIST, .argument = rest, .argument_length = (size_t)(end - rest)};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (is(word, length, filters[i]))
            return (struct program){.kind = PROGRAM_FILTER, .argument = word, .argument_length = (size_t)(end - word)};
    if (is(word, length, "ver"))
        return say("Microsoft Windows");
    if (is(word, length, "pwd"))
        return say("/");
    if (is(word, length, "whoami"))
        return (struct program){.kind = PROGRAM_USER};
    if (is(word, length, "mode") || is(word, length, "stty"))
        return (struct program){.kind = PROGRAM_CONSOLE};
    if (is(word, length, "true"))
        return result(0);
    if (is(word, length, "false"))
        return result(1);
    if (is(word, length, "type") || (is(word, length, "cat") && skip_blanks(rest, end) < end)) {
        struct program program = {.kind = PROGRAM_SHOW};
        program.argument = program_word(rest, end, &program.argument_length, &rest);
        return program;
    }
    if (is(word, length, "del") || is(word, length, "erase") || is(word, length, "rm"))
        return about_path(PROGRAM_REMOVE, rest, end);
    if (is(word, length, "md") || is(word, length, "mkdir"))
        return about_path(PROGRAM_DIRECTORY, rest, end);
    if (is(word, length, "more") || is(word, length, "cat"))
        return (struct program){.kind = PROGRAM_COPY};
    if (is(word, length, "set") || is(word, length, "env"))
        return (struct program){.kind = PROGRAM_ENVIRONMENT, .argument = rest, .argument_length = (size_t)(end - rest)};
    if (is(word, length, "timeout"))
        return read_timeout(rest, end);
    if (is(word, length, "sleep"))
        return read_sleep(rest, end);
    if (is(word, length, "echo")) {
        rest = skip_blanks(rest, end);
        while (end > rest && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        return (struct program){.kind = PROGRAM_ECHO, .argument = rest, .argument_length = (size_t)(end - rest)};
    }
    return (struct program){.kind = PROGRAM_UNKNOWN, .argument = given, .argument_length = given_length};
}

void program_redirects_free(struct program_redirects *redirects)
{
    free(redirects->path[0]);
    free(redirects->path[1]);
    free(redirects->input);
    *redirects = (struct program_redirects){0};
}

/* Reads what follows < or >: a path. Returns false if it is missing or when out of memory. */
static bool take_path(const char **next, const char *end, char **path)
{
    size_t length;
    const char *word = program_word(*next, end, &length, next);
    free(*path);
    *path = length ? calloc(1, length + 1) : NULL;
    if (*path)
        memcpy(*path, word, length);
    return *path;
}

/* Reads one redirection, which begins at start with a digit or the < or >; at: the < or >. */
static bool take_redirect(char *start, const char *at, const char *end, struct program_redirects *redirects)
{
    const char *next = at + 1;
    int stream = *start == '2';
    bool append = next < end && *next == '>' && *at == '>';
    next += append;
    if (*at == '>' && end - next >= 2 && next[0] == '&' && next[1] == '2' - stream) {
        redirects->joined |= stream;
        redirects->crossed |= !stream;
        next += 2;
    } else if (!take_path(&next, end, *at == '<' ? &redirects->input : &redirects->path[stream])) {
        return false;
    } else if (*at == '>') {
        redirects->append[stream] = append;
        redirects->joined &= !stream;
    }
    memset(start, ' ', (size_t)(next - start));
    return true;
}

/* True if the character escapes the next one. */
static bool escapes(char c, char quote, enum program_shell shell)
{
    if (shell == PROGRAM_CMD)
        return c == '^' && !quote;
    return c == (shell == PROGRAM_SH ? '\\' : '`') && quote != '\'';
}

bool program_take_redirects(char *text, size_t size, enum program_shell shell, struct program_redirects *redirects)
{
    char quote = 0;
    *redirects = (struct program_redirects){0};
    for (char *p = text; p < text + size; p++) {
        if (escapes(*p, quote, shell)) {
            p++;
            continue;
        }
        if (quote ? *p == quote : *p == '"' || (shell != PROGRAM_CMD && *p == '\''))
            quote = quote ? 0 : *p;
        bool numbered = p > text && (p[-1] == '1' || p[-1] == '2') && (p == text + 1 || p[-2] == ' ');
        bool found = (*p == '>' || (*p == '<' && shell != PROGRAM_POWERSHELL)) && !quote;
        if (found && !take_redirect(numbered && *p == '>' ? p - 1 : p, p, text + size, redirects))
            return false;
    }
    return true;
}

const char *program_name(const char *text, size_t size, size_t *length)
{
    const char *rest, *word = program_word(text, text + size, length, &rest);
    return base_name(word, length);
}

/* exit is built into the shell, not a program. HCS-ROW: P-03 */
int program_missing(const char *text, bool known)
{
    size_t length;
    const char *rest, *word = program_word(text, text + strlen(text), &length, &rest);
    size_t base_length = length;
    const char *base = base_name(word, &base_length);
    if (base > word && !program_directory_exists(word, (size_t)(base - word)))
        return 3;
    if (known)
        return 0;
    if (is(base, base_length, "exit") || program_read(text, strlen(text)).kind == PROGRAM_UNKNOWN)
        return 2;
    return 0;
}

void program_image(const char *text, char *buffer, size_t size)
{
    size_t length;
    const char *rest, *word = program_word(text, text + strlen(text), &length, &rest);
    word = base_name(word, &length);
    snprintf(buffer, size, "%.*s.exe", (int)(length < size ? length : size), word);
}
