/* Files of spec/hosts. Entry points: host_file_check(), host_is_real(). */
#include "host_file.h"
#include "base/text/format.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESULT_DIGITS = 64,
    STEPS_DIGITS = 16,
    MAX_REVISION = 999999,
    FIRST_BUILD = 1000,
    LAST_BUILD = 999999,
    MOST_DIGITS = 6
};

struct member {
    const char *name;
    int type; /* of cJSON */
    bool required;
};

static const struct member of_file[] = {
    {"version", cJSON_Number, true}, {"build", cJSON_Number, true}, {"runs", cJSON_Array, true}, {NULL, 0, false}};
static const struct member of_run[] = {{"revision", cJSON_Number, true}, {"date", cJSON_String, true},
    {"target", cJSON_String, true}, {"tool", cJSON_String, false}, {"environment", cJSON_Object, true},
    {"result", cJSON_String, true}, {"rows", cJSON_Object, true}, {NULL, 0, false}};
static const struct member of_row[] = {{"outcome", cJSON_String, true}, {"steps", cJSON_String, true},
    {"return", cJSON_String, false}, {"result", cJSON_String, false}, {"difference", cJSON_String, false},
    {NULL, 0, false}};
static const char *const outcomes[] = {
    "pass", "fail", "drift", "recorded", "not-implemented", "crash", "timeout", "flaky", NULL};

static bool wrong(struct host_mistake *mistake, const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool wrong(struct host_mistake *mistake, const cJSON *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mistake->text, sizeof mistake->text, format, arguments);
    va_end(arguments);
    mistake->node = node;
    return false;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static const struct member *known_member(const struct member *members, const char *name)
{
    while (members->name && strcmp(members->name, name) != 0)
        members++;
    return members->name ? members : NULL;
}

/* where: the object's path with the dot after it; "": the file. */
static bool members_fit(
    const cJSON *object, const struct member *members, const char *where, struct host_mistake *mistake)
{
    static const char *const types[] = {"a number", "a string", "a list", "an object"};
    const cJSON *member;
    if (!cJSON_IsObject(object))
        return wrong(mistake, object, "%sis no object", where);
    cJSON_ArrayForEach (member, object) {
        const struct member *known = known_member(members, member->string);
        if (!known)
            return wrong(mistake, member, "%s%.60s: is no member that is known", where, member->string);
        int kind = known->type == cJSON_Number   ? 0
                   : known->type == cJSON_String ? 1
                   : known->type == cJSON_Array  ? 2
                                                 : 3;
        if ((member->type & 0xFF) != known->type)
            return wrong(mistake, member, "%s%s: is not %s", where, member->string, types[kind]);
        if (cJSON_GetObjectItemCaseSensitive(object, member->string) != member)
            return wrong(mistake, member, "%s%s: occurs twice", where, member->string);
    }
    for (; members->name; members++)
        if (members->required && !cJSON_GetObjectItemCaseSensitive(object, members->name))
            return wrong(mistake, object, "%s%s: is missing", where, members->name);
    return true;
}

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool row_fits(const cJSON *row, const char *where, struct host_mistake *mistake)
{
    char here[240];
    snprintf(here, sizeof here, "%s%.160s.", where, row->string);
    if (!members_fit(row, of_row, here, mistake))
        return false;
    const char *outcome = text_of(row, "outcome");
    int i = 0;
    while (outcomes[i] && strcmp(outcomes[i], outcome) != 0)
        i++;
    if (!outcomes[i])
        return wrong(mistake, row, "%soutcome: '%.20s' is no outcome of a row that has run", here, outcome);
    if (!is_hex(text_of(row, "steps"), STEPS_DIGITS))
        return wrong(mistake, row, "%ssteps: is no digest", here);
    if (!strcmp(outcome, "pass") && text_of(row, "difference"))
        return wrong(mistake, row, "%sdifference: contradicts the outcome, pass", here);
    if (row->prev->next && strcmp(row->prev->string, row->string) >= 0)
        return wrong(mistake, row, "%.200s: rows stand once, in the order of their ids", here);
    return true;
}

/* --- real hosts --- */

/* Is the fact this number, without anything around it? */
static bool is_number(const char *fact, unsigned number)
{
    char text[24];
    snprintf(text, sizeof text, "%u", number);
    return !strcmp(fact, text);
}

/* The environment's fact must be the number that the run was told. */
static bool number_fits(const cJSON *environment, const char *fact, unsigned number, struct host_mistake *mistake)
{
    const char *said = text_of(environment, fact);
    if (!number || !said)
        return wrong(mistake, environment, "names no %s of the host", fact);
    return is_number(said, number) ||
           wrong(mistake, environment, "its host has the %s %.40s, but the run was told %u", fact, said, number);
}

/* 10.0 and one or two numbers more. */
static bool is_version_of_windows(const char *text)
{
    static const char begin[] = "10.0.";
    size_t skipped = sizeof begin - 1, digits;
    if (strncmp(text, begin, skipped) != 0 || !(digits = strspn(text + skipped, "0123456789")))
        return false;
    text += skipped + digits;
    digits = *text == '.' ? strspn(text + 1, "0123456789") : 0;
    return !*text || (digits && !text[1 + digits]);
}

static bool is_library_of_windows(const char *name)
{
    static const char library[] = "computecore.dll";
    size_t i = 0;
    while (library[i] && tolower((unsigned char)name[i]) == library[i])
        i++;
    return !library[i] && !name[i];
}

/* A run of our library names its engine. */
bool host_is_real(
    const cJSON *environment, const char *target, unsigned build, unsigned revision, struct host_mistake *mistake)
{
    const char *engine = text_of(environment, "engine"), *system = text_of(environment, "system");
    const char *version = text_of(environment, "library version"), *wine = text_of(environment, "wine");
    if (engine)
        return wrong(mistake, environment, "is of our own library, with the engine %.40s", engine);
    if (!system || strcmp(system, "Windows") != 0)
        return wrong(
            mistake, environment, "was not made on Windows, but on %.40s", system ? system : "an unknown system");
    if (wine)
        return wrong(mistake, environment, "was made under Wine %.40s", wine);
    if (!is_library_of_windows(target))
        return wrong(mistake, environment, "is of %.80s, not of computecore.dll", target);
    if (!version || !is_version_of_windows(version))
        return wrong(mistake, environment, "its library has the version %.40s, not one of Windows (10.0)",
            version ? version : "unknown");
    return number_fits(environment, "build", build, mistake) &&
           number_fits(environment, "update revision", revision, mistake);
}

/* --- runs --- */

/* A fact of the environment that the run states, too. */
static bool agrees(const cJSON *run, const char *fact, unsigned number, const char *where, struct host_mistake *mistake)
{
    const char *said = text_of(cJSON_GetObjectItemCaseSensitive(run, "environment"), fact);
    return !said || is_number(said, number) ||
           wrong(mistake, run, "%senvironment.%s: %.20s contradicts %u", where, fact, said, number);
}

static bool is_new(const cJSON *run, const char *where, struct host_mistake *mistake)
{
    for (const cJSON *other = run; other->prev->next; other = other->prev)
        if (!strcmp(text_of(other->prev, "result"), text_of(run, "result")))
            return wrong(mistake, run, "%sresult: is that of another run in this file", where);
    if (run->prev->next && number_of(run->prev, "revision") >= number_of(run, "revision"))
        return wrong(mistake, run, "%srevision: revisions stand once, in ascending order", where);
    return true;
}

static bool run_fits(const cJSON *run, int index, unsigned build, struct host_mistake *mistake)
{
    char where[40];
    const cJSON *row, *fact, *environment = cJSON_GetObjectItemCaseSensitive(run, "environment");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(run, "rows");
    struct host_mistake unreal;
    snprintf(where, sizeof where, "runs[%d].", index);
    if (!members_fit(run, of_run, where, mistake))
        return false;
    double revision = number_of(run, "revision");
    if (revision < 1 || revision > MAX_REVISION || revision != (unsigned)revision)
        return wrong(mistake, run, "%srevision: is no update revision", where);
    if (!format_is_date(text_of(run, "date")))
        return wrong(mistake, run, "%sdate: %.20s is no day such as 2026-11-27", where, text_of(run, "date"));
    if (!is_hex(text_of(run, "result"), RESULT_DIGITS))
        return wrong(mistake, run, "%sresult: is no checksum of a result", where);
    cJSON_ArrayForEach (fact, environment)
        if (!cJSON_IsString(fact))
            return wrong(mistake, fact, "%senvironment.%.60s: is not a string", where, fact->string);
    if (!agrees(run, "build", build, where, mistake) ||
        !agrees(run, "update revision", (unsigned)revision, where, mistake) || !is_new(run, where, mistake))
        return false;
    if (!host_is_real(environment, text_of(run, "target"), build, (unsigned)revision, &unreal))
        return wrong(mistake, environment, "%senvironment: %s", where, unreal.text);
    if (!cJSON_GetArraySize(rows))
        return wrong(mistake, rows, "%srows: no row has run", where);
    snprintf(where, sizeof where, "runs[%d].rows.", index);
    cJSON_ArrayForEach (row, rows)
        if (!row_fits(row, where, mistake))
            return false;
    return true;
}

bool host_file_check(const cJSON *root, unsigned build, struct host_mistake *mistake)
{
    const cJSON *run, *version = cJSON_GetObjectItemCaseSensitive(root, "version");
    int index = 0;
    if (cJSON_IsNumber(version) && version->valuedouble > HOST_FILE_VERSION)
        return wrong(mistake, version, "version: is of a newer version (%g); this one reads up to %d",
            version->valuedouble, HOST_FILE_VERSION);
    if (!members_fit(root, of_file, "", mistake))
        return false;
    if (version->valuedouble != HOST_FILE_VERSION)
        return wrong(mistake, version, "version: there is no version %g", version->valuedouble);
    if (!build)
        return wrong(mistake, root, "the name of the file is not BUILD.json");
    if (number_of(root, "build") != build)
        return wrong(mistake, cJSON_GetObjectItemCaseSensitive(root, "build"),
            "build: %g contradicts the name of the file", number_of(root, "build"));
    cJSON_ArrayForEach (run, cJSON_GetObjectItemCaseSensitive(root, "runs"))
        if (!run_fits(run, index++, build, mistake))
            return false;
    return true;
}

bool host_is_build(unsigned build)
{
    return build >= FIRST_BUILD && build <= LAST_BUILD;
}

unsigned host_file_build(const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t digits = strspn(name, "0123456789");
    bool is_name = digits && digits <= MOST_DIGITS && *name != '0' && !strcmp(name + digits, ".json");
    unsigned build = is_name ? (unsigned)strtoul(name, NULL, 10) : 0;
    return host_is_build(build) ? build : 0;
}

const cJSON *host_file_row(const cJSON *root, const char *id)
{
    const cJSON *run, *found = NULL;
    cJSON_ArrayForEach (run, cJSON_GetObjectItemCaseSensitive(root, "runs")) {
        const cJSON *row = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(run, "rows"), id);
        found = row ? row : found;
    }
    return found;
}

bool host_row_is_of(const cJSON *row, const char *digest)
{
    const char *steps = text_of(row, "steps");
    return steps && !strcmp(steps, digest);
}

bool host_row_confirms(const cJSON *row)
{
    const char *outcome = text_of(row, "outcome");
    return outcome && !text_of(row, "difference") && (!strcmp(outcome, "pass") || !strcmp(outcome, "recorded"));
}

const char *host_row_answer(const cJSON *row)
{
    const char *result = text_of(row, "result");
    return result ? result : text_of(row, "return");
}
