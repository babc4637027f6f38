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

cJSON *json_file_parse(const char *text, size_t length, char wrong[JSON_FILE_WRONG])
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
    return root;
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
