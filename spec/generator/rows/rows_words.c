/* The words of the row language. Entry points: words_check_step(), words_check_expect(). */
#include "rows_words.h"
#include "base/allocate.h"
#include "base/command/suggest.h"
#include "facts/conform.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words, each list ended by NULL. conformance/row/ implements them; a step that it does not know fails the row. */
static const char *const capabilities[] = {"system", "container", "virtual-machine", "guest-process", "linux-guest",
    "windows-guest", "memory-limit", "simulator", "stream-relay", "shared-host", NULL};
static const char *const steps[] = {"system", "process", "operation", "callback", "close", "write", "close-streams",
    "memory", "scenario", "standard-input", "exit", "kill", NULL};
static const char *const other_steps[] = {
    "system", "process", "operation", "callback", "close", "write", "close-streams", NULL};
static const char in_other[] = "in other: ";
static const char *const processes[] = {"other", NULL};
static const char *const states[] = {
    "created", "busy", "running", "stopping", "exited", "paused", "saved-as-template", NULL};
static const char *const seen_states[] = {
    "created", "running", "paused", "exited", "saved-as-template", "absent", "unknown", NULL};
static const char *const process_steps[] = {"same", "running", "ended", NULL};
static const char *const process_states[] = {"running", "ended", NULL};
static const char *const operation_steps[] = {
    "fresh", "completed", "callback", "reading-callback", "closing-callback", "context", NULL};
static const char *const streams[] = {"all", "input", "output", "error", NULL};
static const char *const hidden[] = {"hidden", NULL};
static const char *const listings[] = {"present", "absent", NULL};
static const char *const errors[] = {"code", "document", NULL};
static const char *const limits[] = {"exhausted", NULL};
static const char *const outs[] = {"NULL", "handle", NULL};
static const char *const values[] = {
    "NULL", "nonzero", "unlike-before", "context", "HCS_INVALID_OPERATION_ID", "HcsOperationTypeNone", NULL};
static const char *const information[] = {"ProcessId", "StdInput", "StdOutput", "StdError", NULL};
static const char *const process_id_words[] = {"nonzero", NULL};
static const char *const stream_words[] = {"pipe", "absent", NULL};
static const char *const generated[] = {"too-deep", "too-large", "largest", "escaped-nul", "byte-order-mark",
    "unpaired-surrogate", "late-surrogate", "id-256", "id-257", "path-32768", "id-control", NULL};
static const char in_code[] = "generated:";
static const char *const own_arguments[] = {"_wait", "_timeout", "_plain", "_out", "_as", "_in", NULL};

static const char *next_word(const void *list, unsigned i)
{
    return ((const char *const *)list)[i];
}

static bool among(const char *const *list, const char *word)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list;
}

void words_error(const struct row *row, const cJSON *node, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bool written = row->file && strstr(row->file->path, "spec/rows/") && node && fact_line(node) > 0;
    facts_error(row->file, written ? node : row->origin, "row %s: %s", row->id, text);
}

void words_unknown(const struct row *row, const cJSON *node, const char *what, const char *name,
    const char *(*next)(const void *names, unsigned i), const void *names)
{
    const char *meant = suggest_name(name, next, names);
    words_error(row, node, "unknown %s '%s'%s%s%s", what, name, meant ? "; did you mean '" : "", meant ? meant : "",
        meant ? "'?" : "");
}

static void check_word(
    const struct row *row, const cJSON *node, const char *what, const char *word, const char *const *list)
{
    if (!among(list, word))
        words_unknown(row, node, what, word, next_word, list);
}

void words_check_kind(const struct row *row, const cJSON *node, bool is, const char *kind)
{
    if (!is)
        words_error(row, node, "'%s' must be %s", node->string, kind);
}

/* --- needs --- */

static bool is_schema_version(const char *need)
{
    char *end;
    need += strncmp(need, "no-", 3) ? 0 : 3;
    if (strncmp(need, "schema-2.", 9) != 0 || !isdigit((unsigned char)need[9]))
        return false;
    (void)strtoul(need + 9, &end, 10);
    return !*end;
}

void words_check_needs(const struct row *row)
{
    const cJSON *need;
    cJSON_ArrayForEach (need, fact_get(row->json, "needs")) {
        const char *name = cJSON_GetStringValue(need);
        if (!name || !is_schema_version(name))
            check_word(row, need, "need", name ? name : "", capabilities);
    }
}

/* True if a step such as "system:vm/running" starts a virtual machine. */
static bool step_starts_machine(const char *step)
{
    step += strncmp(step, in_other, sizeof in_other - 1) ? 0 : sizeof in_other - 1;
    const char *kind = strchr(step, ':'), *state = strrchr(step, '/');
    return !strncmp(step, "system", 6) && kind && !strncmp(kind, ":vm", 3) && state && strcmp(state, "/created") != 0;
}

static bool starts_machine(const struct row *row)
{
    const cJSON *step;
    cJSON_ArrayForEach (step, fact_get(row->json, "arrange"))
        if (cJSON_IsString(step) && step_starts_machine(step->valuestring))
            return true;
    char *text = cJSON_PrintUnformatted(row->json);
    bool starts = strstr(text, "HcsStartComputeSystem\"") &&
                  (strstr(text, "system:vm") || strstr(text, "@system/vm") || strstr(text, "\\\"VirtualMachine\\\""));
    cJSON_free(text);
    return starts;
}

void words_check_machine(const struct row *row)
{
    const cJSON *need;
    bool needs = false, starts = starts_machine(row);
    cJSON_ArrayForEach (need, fact_get(row->json, "needs"))
        needs |= !strcmp(cJSON_GetStringValue(need), "virtual-machine");
    if (starts && !needs)
        words_error(
            row, fact_get(row->json, "needs"), "it starts a virtual machine, but 'needs' lacks virtual-machine");
    if (needs && !starts && !fact_get(row->json, "play"))
        words_error(row, fact_get(row->json, "needs"), "it needs virtual-machine but starts none; system is enough");
}

static bool is_in_other(const cJSON *step)
{
    return cJSON_IsString(step) ? !strncmp(step->valuestring, in_other, sizeof in_other - 1)
                                : fact_get(step->child, "_in") != NULL;
}

static const cJSON *first_in_other(const cJSON *list)
{
    const cJSON *step;
    cJSON_ArrayForEach (step, list)
        if (is_in_other(step))
            return step;
    return NULL;
}

void words_check_other(const struct row *row)
{
    const cJSON *need, *step = first_in_other(fact_get(row->json, "arrange"));
    const cJSON *own = fact_get(fact_get(row->json, "call")->child, "_in");
    bool needs = false;
    step = step ? step : first_in_other(fact_get(row->json, "then"));
    cJSON_ArrayForEach (need, fact_get(row->json, "needs"))
        needs |= !strcmp(cJSON_GetStringValue(need), "shared-host");
    if (own)
        words_error(row, own, "the row's own call must be made by its first process");
    if (step && !needs)
        words_error(row, step, "a second process makes this step, but 'needs' lacks shared-host");
    if (needs && !step)
        words_error(row, fact_get(row->json, "needs"), "it needs shared-host, but a second process makes no step");
}

struct row_names *words_names_of(const cJSON *call, struct row_names *names)
{
    return fact_get(call, "_in") ? names->other : names;
}

/* --- names --- */

static const char *next_name(const void *names, unsigned i)
{
    const struct row_names *list = names;
    return i < list->count ? list->list[i] : NULL;
}

static bool is_known(const struct row_names *names, const char *name)
{
    if (!strcmp(name, "operation") || !strcmp(name, "operation_step") || !strcmp(name, "operation_pending"))
        return true; /* are created on demand */
    for (unsigned i = 0; i < names->count; i++)
        if (!strcmp(names->list[i], name))
            return true;
    return false;
}

static void add_name(struct row_names *names, const char *name)
{
    if (!is_known(names, name) && names->count < MAX_NAMES)
        snprintf(names->list[names->count++], NAME_BYTES, "%s", name);
    if (names->ids)
        add_name(names->ids, name);
}

static void check_name(const struct row *row, const cJSON *node, const char *name, const struct row_names *names)
{
    if (!is_known(names, name))
        words_unknown(row, node, "variable", name, next_name, names);
}

/* Copies a name without its number: system for system2. */
static void kind_of(const char *name, char kind[NAME_BYTES])
{
    size_t length = strlen(name);
    while (length && isdigit((unsigned char)name[length - 1]))
        length--;
    snprintf(kind, NAME_BYTES, "%.*s", (int)length, name);
}

void words_take_out(const cJSON *function, const cJSON *call, struct row_names *names)
{
    const cJSON *parameter;
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters")) {
        const char *type = fact_text(parameter, "type"), *wanted = fact_text(call, "_out");
        bool system = type && !strcmp(type, "HCS_SYSTEM*"), process = type && !strcmp(type, "HCS_PROCESS*");
        char name[NAME_BYTES];
        if (!system && !process)
            continue;
        snprintf(name, sizeof name, "%s", wanted ? wanted : system ? "system" : "process");
        for (int i = 2; !wanted && is_known(names, name) && i < 9; i++)
            snprintf(name, sizeof name, "%s%d", system ? "system" : "process", i);
        add_name(names, name);
    }
}

void words_check_arguments(const struct row *row, const cJSON *call, struct row_names *names)
{
    const cJSON *argument;
    cJSON_ArrayForEach (argument, call) {
        const char *text = cJSON_GetStringValue(argument);
        if (argument->string[0] == '_')
            check_word(row, argument, "member", argument->string, own_arguments);
        if (!strcmp(argument->string, "_timeout"))
            words_check_kind(row, argument, cJSON_IsNumber(argument), "a number");
        if (!strcmp(argument->string, "_wait") || !strcmp(argument->string, "_plain"))
            words_check_kind(row, argument, cJSON_IsBool(argument), "true or false");
        if (text && text[0] == '$')
            check_name(row, argument, text + 1, names);
        if (text && !strncmp(text, in_code, sizeof in_code - 1))
            check_word(row, argument, "generated text", text + sizeof in_code - 1, generated);
        if (text && !strcmp(argument->string, "_as"))
            add_name(names, text);
        if (text && (!strncmp(text, "@pid/", 5) ||
                        (!strncmp(text, "@id/", 4) && strcmp(text, "@id/fresh") && strcmp(text, "@id/unknown"))))
            check_name(row, argument, strchr(text, '/') + 1, names->ids);
        if (!strcmp(argument->string, "_in"))
            check_word(row, argument, "process", text ? text : "", processes);
    }
}

/* --- steps --- */

static const char *next_configuration(const void *names, unsigned i)
{
    char *const *list = *(char *const *const *)names;
    return list[i];
}

/* Checks KIND of "system:KIND/STATE": the name of a document, or "any". */
static void check_kind(const struct facts *facts, const struct row *row, const cJSON *step, const char *kind)
{
    char alias[128], path[4096];
    snprintf(alias, sizeof alias, "@system/%s", kind);
    if (!strcmp(kind, "any") || rows_document_path(facts, alias, path, sizeof path))
        return;
    size_t count, used = 0;
    snprintf(path, sizeof path, "%s/fixtures/documents/valid/system", facts->root);
    char **names = facts_list(path, ".json", &count);
    const char **list = allocate_zeros(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        names[i][strlen(names[i]) - 5] = 0;
        list[used++] = names[i];
    }
    if (list)
        words_unknown(row, step, "kind of system", kind, next_configuration, &list);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    free(list);
}

static void check_system(
    const struct facts *facts, const struct row *row, const cJSON *step, const char *how, struct row_names *names)
{
    char kind[128];
    const char *slash = strchr(how, '/');
    if (!strcmp(how, "same")) {
        check_name(row, step, "system", names->ids);
        return;
    }
    snprintf(kind, sizeof kind, "%.*s", (int)strcspn(how, "/"), how);
    check_kind(facts, row, step, kind);
    check_word(row, step, "state", slash ? slash + 1 : "", states);
}

static void check_process(const struct facts *facts, const struct row *row, const cJSON *step, const char *how)
{
    char path[4096];
    if (*how != '@')
        check_word(row, step, "way to make a process", how, process_steps);
    else if (!rows_document_path(facts, how, path, sizeof path))
        words_error(row, step, "no document %s below fixtures/documents", how);
}

static void check_scenario(const struct facts *facts, const struct row *row, const cJSON *step, const char *text)
{
    char mistake[400];
    if (*text != '{')
        words_error(row, step, "a scenario begins with {");
    else if (!conform_check(facts, "Scenario", text, mistake, sizeof mistake))
        words_error(row, step, "scenario %s", mistake);
}

/* Checks a step such as "callback:system/operations". */
static void check_callback(const struct row *row, const cJSON *step, const char *how, const struct row_names *names)
{
    char name[NAME_BYTES];
    const char *slash = strchr(how, '/');
    snprintf(name, sizeof name, "%.*s", (int)strcspn(how, "/"), how);
    check_name(row, step, name, names);
    if (slash && strcmp(slash, "/operations") != 0)
        words_error(row, step, "unknown callback '%s'", how);
}

void words_check_step(const struct facts *facts, const struct row *row, const cJSON *step, struct row_names *names)
{
    char name[NAME_BYTES], kind[NAME_BYTES];
    bool other = is_in_other(step);
    const char *text = cJSON_GetStringValue(step) + (other ? sizeof in_other - 1 : 0), *how = strchr(text, ':');
    const char *const *possible = other ? other_steps : steps;
    names = other ? names->other : names;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    kind_of(name, kind);
    if (!how || !among(possible, kind)) {
        words_unknown(row, step, other ? "step of a second process" : "step", how ? name : text, next_word, possible);
        return;
    }
    how++;
    if (!strcmp(kind, "system"))
        check_system(facts, row, step, how, names);
    else if (!strcmp(kind, "process"))
        check_process(facts, row, step, how);
    else if (!strcmp(kind, "operation"))
        check_word(row, step, "way to make an operation", how, operation_steps);
    else if (!strcmp(kind, "callback"))
        check_callback(row, step, how, names);
    else if (!strcmp(kind, "close"))
        check_name(row, step, how, names);
    else if (!strcmp(kind, "close-streams"))
        check_word(row, step, "stream", how, streams);
    else if (!strcmp(kind, "memory"))
        check_word(row, step, "limit of memory", how, limits);
    else if (!strcmp(kind, "standard-input"))
        check_word(row, step, "state of the standard input", how, hidden);
    else if (!strcmp(kind, "scenario"))
        check_scenario(facts, row, step, how);
    else if (!strcmp(kind, "exit") || !strcmp(kind, "kill")) {
        check_word(row, step, "process", how, processes);
        names->other->count = 0; /* the process has ended, and its handles with it */
    }
    if (!strcmp(kind, "system") || !strcmp(kind, "process") || !strcmp(kind, "operation"))
        add_name(names, name);
}

/* --- expectations --- */

static const char *next_event(const void *facts, unsigned i)
{
    const cJSON *event = cJSON_GetArrayItem(fact_get(((const struct facts *)facts)->events.root, "events"), (int)i);
    return event ? fact_text(event, "event") : NULL;
}

/* Checks an event such as "system:HcsEventSystemExited" or "operation:completion". */
static void check_event(const struct facts *facts, const struct row *row, const cJSON *node, const char *text,
    const struct row_names *names)
{
    char name[NAME_BYTES];
    const char *colon = strchr(text, ':');
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    check_name(row, node, name, names);
    if (!colon || (strcmp(colon + 1, "completion") && !facts_enumerator(facts, colon + 1, NULL)))
        words_unknown(row, node, "event", colon ? colon + 1 : text, next_event, facts);
}

static void check_value(const struct row *row, const cJSON *item, const struct row_names *names)
{
    const char *value = cJSON_GetStringValue(item);
    if (value && *value == '$')
        check_name(row, item, value + 1, names);
    else
        check_word(row, item, "value", value ? value : "", values);
}

static void check_information(const struct row *row, const cJSON *expect)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, expect) {
        bool number = !strcmp(item->string, "ProcessId");
        check_word(row, item, "member of the process information", item->string, information);
        check_word(row, item, "value", cJSON_IsString(item) ? item->valuestring : "",
            number ? process_id_words : stream_words);
    }
}

/* --- places in documents --- */

static const char *next_field(const void *context, unsigned i)
{
    const struct facts *facts = context;
    const cJSON *type, *field;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        cJSON_ArrayForEach (field, fact_get(type, "fields"))
            if (!i--)
                return fact_text(field, "name");
    return NULL;
}

/* Checks a path such as "$.Statistics.Memory". A name that is no member of any type, but similar to one, is an error;
   others are not, since hosts have members that the reference lacks. Not checked are keys of maps, which do not begin
   with a capital letter, and those of PropertyResponses, which are resources or property types. */
static void check_place(const struct facts *facts, const struct row *row, const cJSON *node, const char *place)
{
    char name[NAME_BYTES * 4];
    bool key = false;
    if (*place != '$') {
        words_error(row, node, "a path in a document begins with $, not '%s'", place);
        return;
    }
    for (const char *part = strchr(place, '.'); part; part = strchr(part, '.')) {
        part++;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(part, ".["), part);
        if (!key && isupper((unsigned char)*name) && !facts_is_member(facts, name) && suggest_name(name, next_field, facts))
            words_unknown(row, node, "member of a document", name, next_field, facts);
        key = !strcmp(name, "PropertyResponses");
    }
}

/* Checks what is expected of an error document: a word, or the paths of all mistakes that it lists. */
static void check_error(const struct facts *facts, const struct row *row, const cJSON *item)
{
    const cJSON *place;
    const char *word = cJSON_GetStringValue(item);
    cJSON_ArrayForEach (place, item)
        check_place(facts, row, place, cJSON_IsString(place) ? place->valuestring : "");
    if (word && *word == '$')
        check_place(facts, row, item, word);
    else if (!cJSON_IsArray(item))
        check_word(row, item, "word about an error document", word ? word : "", errors);
}

static void check_exit_code(const struct row *row, const cJSON *item)
{
    const cJSON *code;
    bool numbers = true;
    cJSON_ArrayForEach (code, item)
        numbers &= cJSON_IsNumber(code);
    words_check_kind(row, item, cJSON_IsArray(item) ? numbers : cJSON_IsNumber(item), "a number, or a list of them");
}

/* Checks expectations whose members are named by an event, an operation or a path in a document. */
static void check_keys(
    const struct facts *facts, const struct row *row, const cJSON *expect, const struct row_names *names)
{
    const cJSON *item, *place;
    cJSON_ArrayForEach (item, expect) {
        if (!strcmp(expect->string, "eventDocument"))
            check_event(facts, row, item, item->string, names);
        else if (!strcmp(expect->string, "completions"))
            check_name(row, item, item->string, names);
        else if (!strcmp(expect->string, "listed"))
            check_name(row, item, item->string, names->ids);
        if (!strcmp(expect->string, "listed"))
            check_word(row, item, "value", cJSON_IsString(item) ? item->valuestring : "", listings);
        if (!strcmp(expect->string, "document") || !strcmp(expect->string, "exit"))
            check_place(facts, row, item, item->string);
        if (!strcmp(expect->string, "eventDocument"))
            cJSON_ArrayForEach (place, item)
                check_place(facts, row, place, place->string);
    }
}

void words_check_expect(const struct facts *facts, const struct row *row, const cJSON *expect, struct row_names *names)
{
    const cJSON *item, *event;
    cJSON_ArrayForEach (item, expect) {
        const char *key = item->string, *word = cJSON_GetStringValue(item);
        if (!strcmp(key, "system"))
            check_word(row, item, "state", word ? word : "", seen_states);
        else if (!strcmp(key, "process"))
            check_word(row, item, "state", word ? word : "", process_states);
        else if (!strcmp(key, "out"))
            check_word(row, item, "value", word ? word : "", outs);
        else if (!strcmp(key, "value"))
            check_value(row, item, names);
        else if (!strcmp(key, "processInformation"))
            check_information(row, item);
        else if (!strcmp(key, "error"))
            check_error(facts, row, item);
        else if (!strcmp(key, "exitCode"))
            check_exit_code(row, item);
        else if (!strcmp(key, "document") || !strcmp(key, "exit") || !strcmp(key, "eventDocument") ||
                 !strcmp(key, "completions") || !strcmp(key, "listed"))
            check_keys(facts, row, item, names);
        else if (!strcmp(key, "events") || !strcmp(key, "noEvents"))
            cJSON_ArrayForEach (event, item)
                check_event(facts, row, event, cJSON_IsString(event) ? event->valuestring : "", names);
    }
}

/* --- sources: where the reference says it --- */

static const char *const sections[][2] = {
    {"Return Values", "returns"}, {"Operation Results", "operationResults"}, {"Text", "returnsInText"}};

static const char *next_section(const void *unused, unsigned i)
{
    (void)unused;
    return i < sizeof sections / sizeof *sections ? sections[i][0] : NULL;
}

/* True if a function of that page has that row in that table. */
static bool has_line(const struct facts *facts, const char *page, const char *member, int number)
{
    const cJSON *item;
    for (size_t i = 0; i < facts->function_count; i++) {
        const char *own = fact_text(facts->functions[i].root, "page");
        if (!own || strcmp(own, page) != 0)
            continue;
        cJSON_ArrayForEach (item, fact_get(facts->functions[i].root, member))
            if ((int)fact_number(item, "row", 0) == number)
                return true;
    }
    return false;
}

void words_check_source(const struct facts *facts, const struct row *row)
{
    const cJSON *source = fact_get(row->json, "source");
    const char *section = fact_text(source, "section"), *page = fact_text(source, "page"), *member = NULL;
    if (!source)
        return;
    for (size_t i = 0; section && i < sizeof sections / sizeof *sections; i++)
        if (!strcmp(sections[i][0], section))
            member = sections[i][1];
    if (!member)
        words_unknown(row, fact_get(source, "section"), "section", section ? section : "", next_section, NULL);
    else if (!page || !has_line(facts, page, member, (int)fact_number(source, "row", 0)))
        words_error(row, source, "%s has no row %d in %s", page ? page : "no page", (int)fact_number(source, "row", 0),
            section);
}
