/* Redaction of results. Entry points: redaction_make(), redaction_apply(). */
#include "redact.h"
#include "base/allocate.h"
#include "base/text/text.h"
#include "platform/host.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTEST_NAME = 3, MAX_WORDS = 64 };

static const char folder_mark[] = "<path>";

struct word {
    char *text;
    size_t length;
    const char *mark;
};

struct redaction {
    struct word words[MAX_WORDS]; /* longest first, so that a folder is replaced before a name inside it */
    unsigned count;
};

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static void add(struct redaction *redaction, const char *text, size_t length, const char *mark)
{
    unsigned i = redaction->count;
    if (i == MAX_WORDS)
        return;
    for (; i && redaction->words[i - 1].length < length; i--)
        redaction->words[i] = redaction->words[i - 1];
    char *copy = allocate(length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    redaction->words[i] = (struct word){copy, length, mark};
    redaction->count++;
}

/* Adds the folder as JSON documents write it, with each backslash doubled. */
static void add_escaped(struct redaction *redaction, const char *text, size_t length)
{
    char *twice = allocate(2 * length + 1);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\')
            twice[used++] = '\\';
        twice[used++] = text[i];
    }
    if (used > length)
        add(redaction, twice, used, folder_mark);
    free(twice);
}

static void add_folder(struct redaction *redaction, const char *path, size_t length)
{
    while (length && (path[length - 1] == '/' || path[length - 1] == '\\'))
        length--;
    if (length < 2 || path[length - 1] == ':' || (length == 2 && !memcmp(path, "..", 2)))
        return; /* a root folder reveals nothing */
    add(redaction, path, length, folder_mark);
    add_escaped(redaction, path, length);
}

static bool tells_nothing(const char *name)
{
    return strlen(name) < SHORTEST_NAME || !strcmp(name, "root") || !strcmp(name, "localhost") ||
           !strcmp(name, "unknown");
}

static void take(void *context, const char *kind, const char *value)
{
    if (!strcmp(kind, "folder"))
        add_folder(context, value, strlen(value));
    else if (!tells_nothing(value))
        add(context, value, strlen(value), !strcmp(kind, "user") ? "<user>" : "<host>");
}

struct redaction *redaction_make(void)
{
    struct redaction *redaction = allocate_zeros(1, sizeof *redaction);
    host_identify(take, redaction);
    return redaction;
}

void redaction_add_file(struct redaction *redaction, const char *path)
{
    size_t folder = 0;
    for (size_t i = 0; path && path[i]; i++)
        if (path[i] == '/' || path[i] == '\\')
            folder = i;
    if (!folder)
        return;
    bool absolute = path[0] == '/' || path[0] == '\\' || path[1] == ':';
    add_folder(redaction, path, absolute ? folder : strlen(path)); /* a relative folder alone may be any word */
}

static bool begins_with(const char *text, const struct word *word)
{
    for (size_t i = 0; i < word->length; i++)
        if (tolower((unsigned char)text[i]) != tolower((unsigned char)word->text[i]))
            return false;
    return true;
}

/* Returns the word to redact that starts at text + at, matched as a whole word; NULL if there is none. */
static const struct word *word_at(const struct redaction *redaction, const char *text, size_t at)
{
    for (unsigned i = 0; i < redaction->count; i++) {
        const struct word *word = &redaction->words[i];
        if (!begins_with(text + at, word) || is_letter(text[at + word->length]))
            continue;
        if (!at || !is_letter(text[at - 1]) || !is_letter(word->text[0]))
            return word;
    }
    return NULL;
}

/* The length of the path that begins with the word. An escaped quote ends the path, too. */
static size_t path_length(const char *text, const struct word *word)
{
    bool backslashes = strchr(word->text, '\\') != NULL;
    size_t length = word->length;
    if (word->mark != folder_mark)
        return length;
    for (; text[length] && !strchr(" \t\r\n\"'`,;:()[]{}<>|*?", text[length]); length++)
        if (text[length] == '\\' && (!backslashes || text[length + 1] == '"'))
            break;
    return length;
}

static void redact_text(const struct redaction *redaction, cJSON *value)
{
    const char *old = value->valuestring;
    struct text text = {.limit = 3 * strlen(old) + sizeof folder_mark};
    for (size_t at = 0; old[at];) {
        const struct word *word = word_at(redaction, old, at);
        if (word)
            text_puts(&text, word->mark);
        else
            text_putc(&text, old[at]);
        at += word ? path_length(old + at, word) : 1;
    }
    char *made = *old ? text_finish(&text) : allocate_copy("");
    if (!made)
        out_of_memory();
    if (strcmp(made, old) != 0)
        cJSON_SetValuestring(value, made);
    free(made);
}

/* Is it a member with text from the specification and this tool only? Such members are not redacted. */
static bool is_fact(const char *name)
{
    static const char *const facts[] = {
        "id", "function", "strength", "outcome", "return", "result", "source", "rule", "origin", "digest"};
    for (size_t i = 0; name && i < sizeof facts / sizeof *facts; i++)
        if (!strcmp(name, facts[i]))
            return true;
    return false;
}

void redaction_apply(const struct redaction *redaction, cJSON *tree)
{
    if (!redaction || is_fact(tree->string))
        return;
    if (cJSON_IsString(tree))
        redact_text(redaction, tree);
    for (cJSON *member = tree->child; member; member = member->next)
        redaction_apply(redaction, member);
}

void redaction_free(struct redaction *redaction)
{
    for (unsigned i = 0; redaction && i < redaction->count; i++)
        free(redaction->words[i].text);
    free(redaction);
}
