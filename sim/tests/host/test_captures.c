/* What hosts answered (fixtures/captures) beside what the simulator answers in the same situation, member by member:
   which members there are and in which order, their types, fixed values, forms of texts, and sizes of numbers, which
   also shows their units. Each difference has its reason in the capture, and one that is none any more is an error. */
#include "../../../impl/tests/client.h"
#include "base/files/files.h"
#include "base/text/utf16.h"
#include "include/HcsSim.h"
#include <cjson/cJSON.h>
#include <ctype.h>
#include <dirent.h>

enum { PATH_BYTES = 256, TEXT_BYTES = 512, DIFFERENCES = 32, FACTOR = 1000 };

struct capture {
    const char *name, *id;
    cJSON *root;
    char differences[DIFFERENCES][TEXT_BYTES]; /* each begins with its path and a space */
    int count;
};

__attribute__((format(printf, 3, 4))) static void differs(
    struct capture *capture, const char *path, const char *format, ...)
{
    va_list arguments;
    cr_assert_lt(capture->count, DIFFERENCES);
    char *text = capture->differences[capture->count++];
    size_t length = (size_t)snprintf(text, TEXT_BYTES, "%s ", path);
    va_start(arguments, format);
    vsnprintf(text + length, TEXT_BYTES - length, format, arguments);
    va_end(arguments);
}

/* --- forms of values: a text in angle brackets --- */

static bool is_guid(const char *text, int (*other_case)(int))
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) || other_case((unsigned char)text[i])
                           : form[i] != text[i])
            return false;
    return true;
}

/* As hosts write it, with seven digits of a second. */
static bool is_time(const char *text)
{
    int length = 0, number;
    return sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%7dZ%n", &number, &number, &number, &number, &number, &number, &number,
               &length) == 7 &&
           length == 28 && !text[length];
}

static bool has_form(const struct capture *capture, const char *form, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    double number = cJSON_GetNumberValue(value), about;
    if (sscanf(form, "<about %lf>", &about) == 1)
        return cJSON_IsNumber(value) && number >= about / FACTOR && number <= about * FACTOR;
    if (!strcmp(form, "<number>"))
        return cJSON_IsNumber(value);
    if (!text)
        return false;
    return !strcmp(form, "<text>")   ? *text
           : !strcmp(form, "<id>")   ? !strcmp(text, capture->id)
           : !strcmp(form, "<guid>") ? is_guid(text, isupper)
           : !strcmp(form, "<GUID>") ? is_guid(text, islower)
           : !strcmp(form, "<time>") ? is_time(text)
                                     : false;
}

static bool is_more(const cJSON *item)
{
    return item && ((item->string && !strcmp(item->string, "<more>")) ||
                       (cJSON_IsString(item) && !strcmp(item->valuestring, "<more>")));
}

/* --- the comparison --- */

static void compare(struct capture *capture, const char *path, const cJSON *seen, const cJSON *ours);

static void compare_members(struct capture *capture, const char *path, const cJSON *seen, const cJSON *ours)
{
    char below[PATH_BYTES];
    const cJSON *member, *last = NULL;
    bool more = false;
    cJSON_ArrayForEach (member, seen) {
        const cJSON *answered = cJSON_GetObjectItemCaseSensitive(ours, member->string), *earlier;
        snprintf(below, sizeof below, "%s.%s", path, member->string);
        if (is_more(member)) {
            more = true;
            continue;
        }
        if (!answered) {
            differs(capture, below, "is absent");
            continue;
        }
        for (earlier = answered->next; earlier && last; earlier = earlier->next)
            if (earlier == last)
                differs(capture, below, "comes before '%s'", last->string);
        last = answered;
        compare(capture, below, member, answered);
    }
    cJSON_ArrayForEach (member, ours) {
        snprintf(below, sizeof below, "%s.%s", path, member->string);
        if (!more && !cJSON_GetObjectItemCaseSensitive(seen, member->string))
            differs(capture, below, "is no member on the host");
    }
}

static void compare_items(struct capture *capture, const char *path, const cJSON *seen, const cJSON *ours)
{
    char below[PATH_BYTES];
    const cJSON *item, *answered = ours->child;
    int index = 0;
    cJSON_ArrayForEach (item, seen) {
        if (is_more(item))
            return;
        snprintf(below, sizeof below, "%s[%d]", path, index++);
        if (answered)
            compare(capture, below, item, answered);
        else
            differs(capture, below, "is absent");
        answered = answered ? answered->next : NULL;
    }
    if (answered) {
        snprintf(below, sizeof below, "%s[%d]", path, index);
        differs(capture, below, "is no item on the host");
    }
}

static void compare(struct capture *capture, const char *path, const cJSON *seen, const cJSON *ours)
{
    const char *form = cJSON_GetStringValue(seen);
    char *text = cJSON_PrintUnformatted(ours);
    if (form && *form == '<') {
        if (!has_form(capture, form, ours))
            differs(capture, path, "is no %s: %.200s", form, text);
    } else if ((seen->type & 0xFF) != (ours->type & 0xFF))
        differs(capture, path, "is of another type: %.200s", text);
    else if (cJSON_IsObject(seen))
        compare_members(capture, path, seen, ours);
    else if (cJSON_IsArray(seen))
        compare_items(capture, path, seen, ours);
    else if (!cJSON_Compare(seen, ours, true))
        differs(capture, path, "is another value: %.200s", text);
    cJSON_free(text);
}

/* The reasons cover what lies below their paths, too. */
static bool is_below(const char *difference, const char *path)
{
    size_t length = strlen(path);
    return !strncmp(difference, path, length) && strchr(" .[", difference[length]);
}

static void expect_the_known_differences(const struct capture *capture)
{
    bool has_reason[DIFFERENCES] = {0};
    const cJSON *known;
    cJSON_ArrayForEach (known, cJSON_GetObjectItemCaseSensitive(capture->root, "differences")) {
        const char *path = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(known, "path"));
        const char *reason = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(known, "reason"));
        bool there = false;
        cr_assert(path && reason && *reason, "%s: a difference without path or reason", capture->name);
        for (int i = 0; i < capture->count; i++)
            if (is_below(capture->differences[i], path))
                there = has_reason[i] = true;
        cr_expect(there, "%s: %s is as on the host, the reason stands in vain", capture->name, path);
    }
    for (int i = 0; i < capture->count; i++)
        cr_expect(has_reason[i], "%s: %s", capture->name, capture->differences[i]);
}

/* --- the situation --- */

struct situation {
    HCS_OPERATION operation;
    HCS_SYSTEM system;
    HCS_PROCESS process;
    HRESULT result;
    PWSTR document; /* of the last call */
};

static HRESULT start_call(struct situation *now, const char *call, PCWSTR text)
{
    return !strcmp(call, "HcsStartComputeSystem")       ? HcsStartComputeSystem(now->system, now->operation, text)
           : !strcmp(call, "HcsTerminateComputeSystem") ? HcsTerminateComputeSystem(now->system, now->operation, text)
           : !strcmp(call, "HcsModifyComputeSystem") ? HcsModifyComputeSystem(now->system, now->operation, text, NULL)
           : !strcmp(call, "HcsGetComputeSystemProperties")
               ? HcsGetComputeSystemProperties(now->system, now->operation, text)
           : !strcmp(call, "HcsEnumerateComputeSystems") ? HcsEnumerateComputeSystems(text, now->operation)
           : !strcmp(call, "HcsCreateProcess")
               ? HcsCreateProcess(now->system, text, now->operation, NULL, &now->process)
               : E_NOTIMPL;
}

static void make_call(struct situation *now, const char *call, PCWSTR text)
{
    LocalFree(now->document);
    now->document = NULL;
    if (!strcmp(call, "HcsWaitForComputeSystemExit"))
        now->result = HcsWaitForComputeSystemExit(now->system, INFINITE, &now->document);
    else if (!strcmp(call, "HcsWaitForProcessExit"))
        now->result = HcsWaitForProcessExit(now->process, INFINITE, &now->document);
    else if (!strcmp(call, "HcsGetServiceProperties"))
        now->result = HcsGetServiceProperties(text, &now->document);
    else {
        now->result = start_call(now, call, text);
        cr_assert_neq(now->result, E_NOTIMPL, "%s", call);
        if (SUCCEEDED(now->result))
            now->result = HcsWaitForOperationResult(now->operation, INFINITE, &now->document);
    }
}

/* A document, or a text that is to be none. Free it. */
static char16_t *wide_of(const cJSON *document)
{
    char *text = cJSON_IsString(document) ? strdup(document->valuestring) : cJSON_PrintUnformatted(document);
    char16_t *wide = text ? utf16_copy(text) : NULL;
    cJSON_free(text);
    return wide;
}

static void bring_about(struct capture *capture, struct situation *now)
{
    const cJSON *root = capture->root, *configuration = cJSON_GetObjectItemCaseSensitive(root, "configuration"), *call;
    char16_t *id = utf16_copy(capture->id), *text = wide_of(cJSON_GetObjectItemCaseSensitive(root, "scenario"));
    must(HcsSimReset((PCWSTR)text, NULL));
    free(text);
    now->operation = HcsCreateOperation(NULL, NULL);
    if (configuration) {
        text = wide_of(configuration);
        now->result = HcsCreateComputeSystem((PCWSTR)id, (PCWSTR)text, now->operation, NULL, &now->system);
        if (SUCCEEDED(now->result))
            now->result = HcsWaitForOperationResult(now->operation, INFINITE, &now->document);
        free(text);
    }
    cJSON_ArrayForEach (call, cJSON_GetObjectItemCaseSensitive(root, "calls")) {
        text = cJSON_IsString(call) ? NULL : wide_of(call->child);
        make_call(now, cJSON_IsString(call) ? call->valuestring : call->child->string, (PCWSTR)text);
        free(text);
    }
    free(id);
}

static void leave(struct situation *now)
{
    HcsCloseProcess(now->process);
    if (now->system)
        drop_system(now->system);
    HcsCloseOperation(now->operation);
    LocalFree(now->document);
}

/* The part of the answer that was captured: names with points between them, or [0]. */
static const cJSON *part_of(const cJSON *answer, const char *part)
{
    char name[PATH_BYTES];
    if (part && *part == '[')
        return cJSON_GetArrayItem(answer, atoi(part + 1));
    while (answer && part && *part) {
        size_t length = strcspn(part, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, part);
        answer = cJSON_GetObjectItemCaseSensitive(answer, name);
        part += length + (part[length] == '.');
    }
    return answer;
}

static void expect_as_captured(struct capture *capture)
{
    struct situation now = {0};
    const char *result = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(capture->root, "result"));
    const char *part = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(capture->root, "part"));
    const cJSON *seen = cJSON_GetObjectItemCaseSensitive(capture->root, "answer");
    bring_about(capture, &now);
    cr_expect_eq((uint32_t)now.result, result ? strtoul(result, NULL, 16) : 0, "%s: 0x%08X", capture->name,
        (unsigned)now.result);
    char *text = now.document ? utf8_copy(now.document, 1 << 20) : NULL;
    cJSON *answer = cJSON_Parse(text ? text : "");
    const cJSON *ours = part_of(answer, part);
    cr_assert(seen && ours, "%s: %s", capture->name, text ? text : "no document");
    compare(capture, "$", seen, ours);
    expect_the_known_differences(capture);
    cJSON_Delete(answer);
    free(text);
    leave(&now);
}

/* Each capture says what it is of, where it was seen, and which rule it shows. */
static void expect_origin(const cJSON *root, const char *path)
{
    static const char *const members[] = {"situation", "source", "rule"};
    char id[TEXT_BYTES];
    size_t length;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, members[i]));
        cr_assert(text && *text, "%s has no %s", path, members[i]);
        snprintf(id, sizeof id, "{\"id\": \"%s\"", text);
    }
    char *rules = file_read(ROOT "/spec/rules.json", 1 << 22, &length);
    cr_assert_not_null(rules);
    cr_expect_not_null(strstr(rules, id), "%s is of no rule: %s", path, id);
    free(rules);
}

Test(captures, the_simulator_answers_as_hosts_did)
{
    int count = 0;
    DIR *directory = opendir(ROOT "/fixtures/captures");
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[PATH_BYTES * 2];
        size_t length;
        struct capture capture = {.name = entry->d_name, .id = "capture"};
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, ROOT "/fixtures/captures/%s", entry->d_name);
        char *text = file_read(path, 1 << 20, &length);
        capture.root = cJSON_Parse(text ? text : "");
        cr_assert_not_null(capture.root, "%s", path);
        expect_origin(capture.root, path);
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(capture.root, "id"));
        if (id)
            capture.id = id;
        expect_as_captured(&capture);
        cJSON_Delete(capture.root);
        free(text);
        count++;
    }
    closedir(directory);
    cr_expect_geq(count, 15);
}
