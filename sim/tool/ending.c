/* How runs of a client ended. Entry points: ending_take(), ending_show_groups(). */
#include "ending.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/identity.h"
#include "base/text/shown.h"
#include "base/text/text.h"
#include "core/progress/waiter.h"
#include "document/document.h"
#include "platform/process.h"
#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRACE_BYTES = 1 << 30,
    FAULTS_BYTES = 1 << 16,
    LISTED_FAULTS = 4,
    LISTED_SEEDS = 8,
    HOW_BYTES = 64,
    SHOWN_GROUPS = 20
};

/* True if the library ended the client because of a deadlock. Its message is required: the exit code alone could be the
   client's own. */
static bool is_deadlock(const struct seed_result *result)
{
    return result->status == WAITER_DEADLOCK_EXIT && strstr(result->output, WAITER_DEADLOCK);
}

void ending_take(struct seed_result *result, int status, bool late, char *output)
{
    result->status = status;
    result->outcome = late ? SEED_TIMED_OUT : status ? SEED_FAILED : SEED_PASSED;
    if (result->outcome == SEED_PASSED) {
        free(output);
        return;
    }
    result->output = output ? output : allocate_copy("");
    document_clean(result->output);
    if (result->outcome == SEED_FAILED && is_deadlock(result))
        result->outcome = SEED_DEADLOCKED;
}

void ending_describe(const struct seed_result *result, unsigned timeout_s, char *text, size_t size)
{
    if (result->outcome == SEED_DEADLOCKED)
        snprintf(text, size, "deadlock");
    else if (result->outcome == SEED_TIMED_OUT && timeout_s)
        snprintf(text, size, "no end within %u s", timeout_s);
    else if (result->outcome == SEED_TIMED_OUT)
        snprintf(text, size, "no end in time");
    else
        child_describe(result->status, text, size);
}

char *ending_line(const char *output)
{
    const char *end = output + strlen(output);
    while (end > output && isspace((unsigned char)end[-1]))
        end--;
    const char *begin = end;
    while (begin > output && begin[-1] != '\n')
        begin--;
    char *line = allocate((size_t)(end - begin) + 1);
    memcpy(line, begin, (size_t)(end - begin));
    line[end - begin] = 0;
    return line;
}

static const char hex_digits[] = "0123456789abcdefABCDEF";

static size_t guid_length(const char *text)
{
    enum { GUID = GUID_TEXT - 1 };
    char guid[GUID_TEXT];
    snprintf(guid, sizeof guid, "%.*s", GUID, text);
    return identity_is_guid(guid) ? GUID : 0;
}

/* A word of eight or more hexadecimal digits that could be no word of a language: an address, a digest, a GUID without
   its dashes. */
static size_t bare_length(const char *text)
{
    enum { SHORTEST = 8 };
    size_t length = strspn(text, hex_digits), before = strcspn(text, "0123456789");
    return length >= SHORTEST && before < length && !isalnum((unsigned char)text[length]) ? length : 0;
}

/* Returns how many characters of a number begin the text, 0 if none does. An HRESULT of a failure is none. */
static size_t number_length(const char *text)
{
    enum { PREFIX = 2, CODE_DIGITS = 8 };
    if (strncmp(text, "0x", PREFIX) != 0)
        return strspn(text, "0123456789");
    size_t length = strspn(text + PREFIX, hex_digits);
    bool failure = length == CODE_DIGITS && !strchr("01234567", text[PREFIX]);
    return failure ? 0 : PREFIX + length;
}

/* Replaces each number, hexadecimal ones and GUIDs too, by one #: seeds, ids, addresses and times differ from run to
   run. */
static void drop_numbers(char *text)
{
    enum { CODE_LENGTH = 10 };
    char *out = text, before = ' ';
    for (const char *p = text; *p;) {
        bool begins = !isalnum((unsigned char)before);
        size_t length = begins ? guid_length(p) : 0;
        if (!length && begins)
            length = bare_length(p);
        if (!length)
            length = number_length(p);
        size_t kept = length ? 0 : strncmp(p, "0x", 2) ? 1 : CODE_LENGTH;
        before = p[(length ? length : kept) - 1];
        if (length)
            *out++ = '#';
        memmove(out, p, kept);
        out += kept;
        p += length + kept;
    }
    *out = 0;
}

/* The waits of a deadlock are in an order that the threads decide; the first line of the report is enough. */
static char *words_of(const struct seed_result *result)
{
    if (result->outcome == SEED_DEADLOCKED)
        return allocate_copy("");
    char *line = ending_line(result->output ? result->output : "");
    drop_numbers(line);
    return line;
}

/* --- faults --- */

/* Adds ", CALL fault HRESULT" unless it is there. */
static void add_fault(struct text *text, unsigned *count, const char *call, const cJSON *json)
{
    char fault[160];
    const char *result = document_text(json, "result");
    snprintf(fault, sizeof fault, "%s %s%s%s", call, document_text(json, "fault"), result ? " with " : "",
        result ? result : "");
    if (text->bytes && strstr(text->bytes, fault))
        return;
    if (++*count <= LISTED_FAULTS)
        text_printf(text, "%s%s", *count > 1 ? ", " : "", fault);
}

/* The line before a fault that names a call is about the call that it hits. */
char *ending_faults(const char *trace)
{
    size_t length;
    unsigned count = 0;
    char call[64] = "a call";
    struct text text = {.limit = FAULTS_BYTES};
    char *bytes = file_read(trace, TRACE_BYTES, &length), *end;
    if (!bytes)
        return NULL;
    for (char *line = bytes; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        bool names_call = strstr(line, "\"call\":") || strstr(line, "\"function\":");
        cJSON *json = names_call || strstr(line, "\"fault\":") ? cJSON_Parse(line) : NULL;
        const char *property = document_text(json, "property");
        const char *name = document_text(json, "call") ? document_text(json, "call") : document_text(json, "function");
        if (json && document_text(json, "fault"))
            add_fault(&text, &count, property ? property : call, json);
        else if (json && name)
            snprintf(call, sizeof call, "%s", name);
        cJSON_Delete(json);
    }
    free(bytes);
    if (count > LISTED_FAULTS)
        text_printf(&text, ", and %u more", count - LISTED_FAULTS);
    if (!count)
        text_puts(&text, "none");
    return text_finish(&text);
}

/* --- groups --- */

static void show_seeds(const struct farm *farm, const size_t *members, size_t count)
{
    for (size_t i = 0; i < count && i < LISTED_SEEDS; i++) {
        const struct seed_result *result = &farm->results[members[i]];
        printf("  seed %llu", (unsigned long long)result->seed);
        if (result->faults)
            printf(": %s", shown(result->faults));
        putchar('\n');
    }
    if (count > LISTED_SEEDS)
        printf("  and %zu more\n", count - LISTED_SEEDS);
}

static bool is_same(
    const struct seed_result *one, const char *words, const struct seed_result *other, const char *others)
{
    return one->outcome == other->outcome && one->status == other->status && !strcmp(words, others);
}

bool ending_same(const struct seed_result *one, const struct seed_result *other)
{
    char *words = words_of(one), *others = words_of(other);
    bool same = is_same(one, words, other, others);
    free(words);
    free(others);
    return same;
}

static void show_group(const struct farm *farm, const size_t *members, size_t count)
{
    char how[HOW_BYTES];
    const struct seed_result *first = &farm->results[members[0]];
    ending_describe(first, farm->timeout_s, how, sizeof how);
    char *line = ending_line(first->output ? first->output : "");
    printf("%zu seed%s ended so: %s%s%.120s\n", count, count == 1 ? "" : "s", how, *line ? ": " : "", shown(line));
    free(line);
    show_seeds(farm, members, count);
}

void ending_show_groups(const struct farm *farm)
{
    char **words = allocate_zeros(farm->count + 1, sizeof *words);
    size_t *members = allocate_zeros(farm->count + 1, sizeof *members), groups = 0;
    for (size_t i = 0; i < farm->count; i++)
        words[i] = farm->results[i].outcome > SEED_PASSED ? words_of(&farm->results[i]) : NULL;
    for (size_t i = 0; i < farm->count; i++) {
        size_t count = 0;
        if (!words[i])
            continue;
        if (++groups > SHOWN_GROUPS) {
            printf("and others, which --json FILE has\n");
            break;
        }
        for (size_t j = i; j < farm->count; j++)
            if (words[j] && is_same(&farm->results[i], words[i], &farm->results[j], words[j]))
                members[count++] = j;
        show_group(farm, members, count);
        for (size_t k = 0; k < count; k++) {
            free(words[members[k]]);
            words[members[k]] = NULL;
        }
    }
    for (size_t i = 0; i < farm->count; i++)
        free(words[i]);
    free(words);
    free(members);
}
