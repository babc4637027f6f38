/* Reads the facts. Entry point: facts_load(). check.c checks them. */
#include "facts.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "base/text/shown.h"
#include "base/files/files.h"
#include "check.h"
#include "confirmed/host_file.h"
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACT_BYTES = 64 << 20, MESSAGE_BYTES = 4096 };

static int errors;
static bool wrong_host_file;

void facts_error(const struct fact_file *file, const cJSON *node, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s:%d: error: %s\n", shown(file->path), node ? fact_line(node) : 1, shown(message));
    errors++;
}

int facts_error_count(void)
{
    return errors;
}

bool facts_wrong_host_file(void)
{
    return wrong_host_file;
}

/* annotate() has stored the line in valueint, which nothing else uses: numbers are read from valuedouble. */
int fact_line(const cJSON *node)
{
    return node->valueint;
}

static const char *skip_space(const char *p, int *line)
{
    for (; *p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'; p++)
        if (*p == '\n')
            ++*line;
    return p;
}

static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : p;
}

/* Walks through text and tree together and stores each value's line in its node. Returns the end of the value. */
static const char *annotate(cJSON *node, const char *p, int *line)
{
    p = skip_space(p, line);
    node->valueint = *line;
    if (cJSON_IsString(node))
        return skip_string(p);
    if (!cJSON_IsObject(node) && !cJSON_IsArray(node))
        return p + strcspn(p, ",]} \t\r\n");
    p++;
    for (cJSON *child = node->child; child; child = child->next) {
        p = skip_space(p, line);
        if (cJSON_IsObject(node)) {
            p = skip_space(skip_string(p), line);
            p++; /* skips the colon */
        }
        p = skip_space(annotate(child, p, line), line);
        if (*p == ',')
            p++;
    }
    p = skip_space(p, line);
    return p + 1;
}

uint64_t digest_combine(uint64_t digest, uint64_t more)
{
    if (!digest)
        digest = DIGEST_START;
    for (int i = 0; i < 64; i += 8)
        digest = digest_byte(digest, (unsigned char)(more >> i));
    return digest;
}

uint64_t digest_files(const struct fact_file *files, size_t count)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < count; i++)
        digest = digest_combine(digest, files[i].digest);
    return digest;
}

uint64_t digest_all(const struct facts *facts)
{
    const uint64_t parts[] = {facts->hresults.digest, facts->types.digest, facts->events.digest, facts->schema.digest,
        facts->scenario.digest, facts->field.digest, facts->decisions.digest, facts->hosts.digest, facts->rules.digest,
        facts->resources.digest, facts->untestable.digest, facts->documentation.digest,
        digest_files(facts->functions, facts->function_count), digest_files(facts->states, facts->state_count),
        digest_files(facts->rows, facts->row_count), digest_files(facts->schedules, facts->schedule_count)};
    uint64_t digest = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        digest = digest_combine(digest, parts[i]);
    return digest;
}

char *facts_read(const char *path, uint64_t *digest)
{
    size_t length;
    char *text = file_read(path, FACT_BYTES, &length);
    if (!text)
        memory_check();
    if (text && digest)
        *digest = digest_combine(*digest, digest_bytes(DIGEST_START, text, length));
    return text;
}

static int line_at(const char *text, const char *end)
{
    int line = 1;
    for (; text < end; text++)
        line += *text == '\n';
    return line;
}

static bool read_file(struct facts *facts, struct fact_file *file, const char *relative)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", facts->root, relative);
    file->path = allocate_copy(relative);
    file->root = NULL;
    file->digest = 0;
    char *text = facts_read(path, &file->digest);
    if (!text) {
        facts_error(file, NULL, "can't be read");
        return false;
    }
    const char *end = NULL;
    file->root = cJSON_ParseWithOpts(text, &end, 1);
    if (!file->root) {
        fprintf(stderr, "%s:%d: error: not valid JSON\n", relative, line_at(text, end ? end : text));
        errors++;
    } else {
        int line = 1;
        annotate(file->root, text, &line);
    }
    free(text);
    return file->root != NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **facts_list(const char *folder, const char *suffix, size_t *count)
{
    char **names = NULL;
    *count = 0;
    DIR *directory = opendir(folder);
    if (!directory)
        return NULL;
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name), tail = strlen(suffix);
        if (entry->d_name[0] == '.' || length < tail || strcmp(entry->d_name + length - tail, suffix))
            continue;
        names = reallocate(names, (*count + 1) * sizeof *names);
        names[(*count)++] = allocate_copy(entry->d_name);
    }
    closedir(directory);
    if (*count)
        qsort(names, *count, sizeof *names, by_name);
    return names;
}

static struct fact_file *read_folder(struct facts *facts, const char *folder, size_t *count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", facts->root, folder);
    char **names = facts_list(path, ".json", count);
    struct fact_file *files = allocate_zeros(*count + 1, sizeof *files);
    for (size_t i = 0; i < *count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        read_file(facts, &files[i], path);
        free(names[i]);
    }
    free(names);
    return files;
}

const cJSON *fact_get(const cJSON *object, const char *name)
{
    return object ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *fact_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(fact_get(object, name));
}

bool fact_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(fact_get(object, name));
}

double fact_number(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *value = fact_get(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : otherwise;
}

const cJSON *fact_find(const cJSON *list, const char *key, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        const char *own = fact_text(item, key);
        if (text && own && !strcmp(own, text))
            return item;
    }
    return NULL;
}

bool fact_lists(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list)
        if (text && cJSON_IsString(item) && !strcmp(item->valuestring, text))
            return true;
    return false;
}

int fact_strength(const cJSON *item)
{
    static const char *const strengths[] = {"documented", "relied-on", "observed", "unspecified"};
    const char *own = fact_text(item, "strength");
    for (int i = 0; i < 4; i++)
        if (own && !strcmp(own, strengths[i]))
            return i;
    return -1;
}

bool facts_hresult(const struct facts *facts, const char *name, uint32_t *value)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults")) {
        const char *text = fact_text(item, "name"), *hex = fact_text(item, "value");
        if (text && hex && !strcmp(text, name)) {
            if (value)
                *value = (uint32_t)strtoul(hex, NULL, 16);
            return true;
        }
    }
    return false;
}

const cJSON *facts_function(const struct facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->function_count; i++) {
        const char *own = fact_text(facts->functions[i].root, "name");
        if (own && !strcmp(own, name))
            return facts->functions[i].root;
    }
    return NULL;
}

bool facts_is_exported(const cJSON *function)
{
    return !strcmp(fact_text(function, "dll"), "computecore.dll");
}

const char *facts_parameter_type(const cJSON *parameter)
{
    const char *type = fact_text(parameter, "headerType");
    return type ? type : fact_text(parameter, "type");
}

const char *facts_parameter_kind(const cJSON *parameter)
{
    static const char *const kinds[][2] = {{"DWORD", "NUMBER"}, {"UINT32", "NUMBER"}, {"HCS_EVENT_OPTIONS", "NUMBER"},
        {"PCWSTR", "TEXT"}, {"HCS_EVENT_CALLBACK", "CALLBACK"}, {"HCS_OPERATION_COMPLETION", "CALLBACK"},
        {"HCS_OPERATION", "OPERATION"}, {"HCS_SYSTEM", "SYSTEM"}, {"HCS_PROCESS", "PROCESS"}, {"PWSTR*", "OUT_TEXT"},
        {"PCWSTR*", "OUT_TEXT"}, {"HCS_SYSTEM*", "OUT_SYSTEM"}, {"HCS_PROCESS*", "OUT_PROCESS"},
        {"HCS_PROCESS_INFORMATION*", "OUT_INFORMATION"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i][0], facts_parameter_type(parameter)))
            return kinds[i][1];
    return "OTHER";
}

bool facts_takes_document(const cJSON *parameter)
{
    return fact_text(parameter, "document") && !strcmp(fact_text(parameter, "type"), "PCWSTR");
}

int facts_first_build(const cJSON *function)
{
    double documented = fact_number(fact_get(function, "minimum"), "build", 0),
           seen = fact_number(function, "firstBuild", 0);
    return (int)(seen > documented ? seen : documented);
}

const cJSON *facts_schema_type(const struct facts *facts, const char *name)
{
    return fact_get(fact_get(facts->schema.root, "types"), name);
}

const cJSON *facts_known_names(const struct facts *facts, const cJSON *type)
{
    return fact_get(fact_get(fact_get(facts->field.root, "types"), type->string), "known");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_member(struct facts *facts, const char *name)
{
    if (!(facts->member_count & (facts->member_count + 1))) /* a power of two less one: the next one is the new size */
        facts->members = reallocate(facts->members, (facts->member_count + 1) * 2 * sizeof *facts->members);
    facts->members[facts->member_count++] = name;
}

static void list_members(struct facts *facts)
{
    const cJSON *type, *item;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        cJSON_ArrayForEach (item, fact_get(type, "fields"))
            if (fact_text(item, "name"))
                add_member(facts, fact_text(item, "name"));
        cJSON_ArrayForEach (item, facts_known_names(facts, type))
            if (cJSON_IsString(item))
                add_member(facts, item->valuestring);
    }
    if (facts->member_count)
        qsort(facts->members, facts->member_count, sizeof *facts->members, compare_names);
}

bool facts_is_member(const struct facts *facts, const char *name)
{
    return facts->member_count &&
           bsearch(&name, facts->members, facts->member_count, sizeof *facts->members, compare_names);
}

bool facts_is_enum(const cJSON *type)
{
    return !strcmp(fact_text(type, "kind"), "enum");
}

bool facts_rule(const struct facts *facts, const char *id)
{
    return fact_find(fact_get(facts->rules.root, "rules"), "id", id) ||
           fact_find(fact_get(facts->contradictions.root, "contradictions"), "id", id);
}

bool facts_enumerator(const struct facts *facts, const char *name, int64_t *value)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(facts->types.root, "enums")) {
        const cJSON *item = fact_find(fact_get(type, "values"), "name", name);
        if (item && value)
            *value = (int64_t)fact_number(item, "value", 0);
        if (item)
            return true;
    }
    return false;
}

const struct fact_file *facts_type_file(const struct facts *facts, const cJSON *type)
{
    return fact_true(type, "own") ? &facts->scenario : &facts->schema;
}

/* Adds the names of all HRESULTs except S_OK to the values of an enumeration. */
static void take_results(const struct facts *facts, const cJSON *type)
{
    const cJSON *item;
    cJSON *values = cJSON_GetObjectItemCaseSensitive(type, "values");
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults")) {
        const char *name = fact_text(item, "name");
        if (!name || !strcmp(name, "S_OK"))
            continue;
        cJSON *value = cJSON_CreateObject();
        cJSON_AddStringToObject(value, "name", name);
        cJSON_AddStringToObject(value, "version", "2.0");
        cJSON_AddItemToArray(values, value);
    }
}

/* Adds the names of the failures that have that member to the values of an enumeration. */
static void take_failures(const struct facts *facts, const cJSON *type, const char *member)
{
    const cJSON *item;
    cJSON *values = cJSON_GetObjectItemCaseSensitive(type, "values");
    cJSON_ArrayForEach (item, fact_get(facts->failures.root, "failures")) {
        if (!fact_get(item, member) || !fact_text(item, "failure"))
            continue;
        cJSON *value = cJSON_CreateObject();
        cJSON_AddStringToObject(value, "name", fact_text(item, "failure"));
        cJSON_AddStringToObject(value, "version", "2.0");
        cJSON_AddItemToArray(values, value);
    }
}

/* Adds the types of scenarios to those of the schema, so that scenarios are checked like other documents. */
static void take_own_types(struct facts *facts)
{
    cJSON *types = cJSON_GetObjectItemCaseSensitive(facts->schema.root, "types");
    cJSON *own = cJSON_GetObjectItemCaseSensitive(facts->scenario.root, "types");
    while (types && own && own->child) {
        cJSON *type = cJSON_DetachItemViaPointer(own, own->child);
        cJSON_AddTrueToObject(type, "own");
        if (fact_text(type, "from"))
            take_results(facts, type);
        if (fact_text(type, "failuresWith"))
            take_failures(facts, type, fact_text(type, "failuresWith"));
        cJSON_AddItemToObject(types, type->string, type);
    }
}

static void read_hosts(struct facts *facts)
{
    struct host_mistake mistake;
    facts->confirmed = read_folder(facts, "spec/hosts", &facts->confirmed_count);
    for (size_t i = 0; i < facts->confirmed_count; i++) {
        const struct fact_file *file = &facts->confirmed[i];
        bool fits = file->root && host_file_check(file->root, host_file_build(file->path), &mistake);
        if (file->root && !fits)
            facts_error(file, mistake.node, "%s", mistake.text);
        wrong_host_file = wrong_host_file || !fits;
    }
}

int facts_load(struct facts *facts, const char *root)
{
    memset(facts, 0, sizeof *facts);
    facts->root = root;
    read_file(facts, &facts->hresults, "spec/hresults.json");
    read_file(facts, &facts->types, "spec/types.json");
    read_file(facts, &facts->events, "spec/events.json");
    read_file(facts, &facts->requests, "spec/requests.json");
    read_file(facts, &facts->failures, "spec/failures.json");
    read_file(facts, &facts->combinations, "spec/schema/combinations.json");
    read_file(facts, &facts->schema, "spec/schema/types.json");
    read_file(facts, &facts->scenario, "spec/schema/scenario.json");
    read_file(facts, &facts->history, "spec/schema/history.json");
    read_file(facts, &facts->field, "spec/schema/field.json");
    read_file(facts, &facts->descriptions, "spec/schema/descriptions.json");
    read_file(facts, &facts->decisions, "spec/schema/decisions.json");
    read_file(facts, &facts->hosts, "spec/hosts.json");
    read_file(facts, &facts->contradictions, "spec/contradictions.json");
    read_file(facts, &facts->documentation, "spec/documentation.json");
    read_file(facts, &facts->rules, "spec/rules.json");
    read_file(facts, &facts->resources, "spec/resources.json");
    read_file(facts, &facts->untestable, "spec/untestable.json");
    read_file(facts, &facts->must_pass, "spec/must-pass.json");
    facts->functions = read_folder(facts, "spec/functions", &facts->function_count);
    facts->states = read_folder(facts, "spec/states", &facts->state_count);
    facts->rows = read_folder(facts, "spec/rows", &facts->row_count);
    facts->schedules = read_folder(facts, "fixtures/schedules", &facts->schedule_count);
    read_hosts(facts);
    if (!errors)
        take_own_types(facts);
    list_members(facts);
    if (!errors)
        facts_check(facts);
    return errors;
}

static void free_file(struct fact_file *file)
{
    cJSON_Delete(file->root);
    free(file->path);
}

static void free_files(struct fact_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free_file(&files[i]);
    free(files);
}

void facts_free(struct facts *facts)
{
    struct fact_file *single[] = {&facts->hresults, &facts->types, &facts->events, &facts->requests, &facts->failures,
        &facts->combinations, &facts->schema, &facts->scenario, &facts->history, &facts->field, &facts->descriptions,
        &facts->decisions, &facts->hosts, &facts->contradictions, &facts->documentation, &facts->rules,
        &facts->resources, &facts->untestable, &facts->must_pass};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        free_file(single[i]);
    free_files(facts->functions, facts->function_count);
    free_files(facts->states, facts->state_count);
    free_files(facts->rows, facts->row_count);
    free_files(facts->schedules, facts->schedule_count);
    free_files(facts->confirmed, facts->confirmed_count);
    free(facts->members);
}
