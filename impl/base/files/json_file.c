/* Files of JSON. Entry points: json_file_read(), json_file_parse(). */
#include "json_file.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/json_scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned line_of(const char *text, const char *place)
{
    unsigned line = 1;
    for (; text < place; text++)
        line += *text == '\n';
    return line;
}

static void describe(const char *text, size_t length, const struct json_fault *fault, char wrong[JSON_FILE_WRONG])
{
    unsigned line = line_of(text, fault->place);
    if (fault->place == text + length)
        snprintf(wrong, JSON_FILE_WRONG, "is cut off in line %u", line);
    else
        snprintf(wrong, JSON_FILE_WRONG, "is no JSON from line %u on: %s", line, fault->what);
}

/* --- members that stand twice --- */

enum { PATH = 100 };

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* A name of which the object has two members, or NULL. Sorted, since a file may have a million members. */
static const char *name_twice(const cJSON *object)
{
    const cJSON *member;
    size_t count = 0;
    const char *twice = NULL;
    if (!cJSON_IsObject(object) || !object->child || !object->child->next)
        return NULL;
    const cJSON **members = allocate((size_t)cJSON_GetArraySize(object) * sizeof *members);
    cJSON_ArrayForEach (member, object)
        members[count++] = member;
    qsort(members, count, sizeof *members, by_name);
    for (size_t i = 1; i < count && !twice; i++)
        if (!by_name(&members[i - 1], &members[i]))
            twice = members[i]->string;
    free(members);
    return twice;
}

/* levels: how many of them are looked at. path: of the value, such as rows[0]. The scan has limited the depth. */
static bool has_twice(const cJSON *value, unsigned levels, char path[PATH], char wrong[JSON_FILE_WRONG])
{
    const cJSON *below;
    size_t length = strlen(path);
    int index = 0;
    const char *twice = name_twice(value);
    if (twice)
        snprintf(wrong, JSON_FILE_WRONG, "%s%shas %.40s twice", path, length ? " " : "", twice);
    bool found = twice != NULL;
    for (below = value->child; below && levels > 1 && !found; below = below->next) {
        if (cJSON_IsArray(value))
            snprintf(path + length, PATH - length, "[%d]", index++);
        else
            snprintf(path + length, PATH - length, "%s%s", length ? "." : "", below->string);
        found = has_twice(below, levels - 1, path, wrong);
        path[length] = 0;
    }
    return found;
}

/* --- files --- */

cJSON *json_file_parse_above(const char *text, size_t length, unsigned levels, char wrong[JSON_FILE_WRONG])
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t skipped = strncmp(text, mark, sizeof mark - 1) ? 0 : sizeof mark - 1;
    struct json_fault fault = json_scan_whole(text + skipped, length - skipped);
    if (fault.place) {
        describe(text, length, &fault, wrong);
        return NULL;
    }
    cJSON *root = cJSON_ParseWithLength(text + skipped, length - skipped);
    if (!root)
        out_of_memory();
    char path[PATH] = "";
    if (!has_twice(root, levels, path, wrong))
        return root;
    cJSON_Delete(root);
    return NULL;
}

cJSON *json_file_parse(const char *text, size_t length, char wrong[JSON_FILE_WRONG])
{
    return json_file_parse_above(text, length, JSON_DEPTH, wrong);
}

cJSON *json_file_read(const char *path, size_t limit, char wrong[JSON_FILE_WRONG])
{
    size_t length;
    char *text = file_read(path, limit, &length);
    if (!text) {
        memory_check();
        snprintf(wrong, JSON_FILE_WRONG, "can't be read");
        return NULL;
    }
    cJSON *root = json_file_parse(text, length, wrong);
    free(text);
    return root;
}
