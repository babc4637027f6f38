/* Output of the validator. Entry points: show_file(), show_end(). */
#include "validate_show.h"
#include "base/files/standard_streams.h"
#include "row/row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 120 }; /* characters shown of a line; of a longer line, half before the mistake and half after */

void show_begin(struct validate_show *show, bool json)
{
    show->root = json ? cJSON_CreateObject() : NULL;
    show->colours = output_has_colours();
    if (!show->root)
        return;
    cJSON_AddNumberToObject(show->root, "version", 1);
    cJSON_AddArrayToObject(show->root, "files");
}

static bool is_warning(const struct document_mistake *mistake)
{
    return spec_decisions[mistake->decision].verdict == VERDICT_WARNING;
}

static const char *step(const char *p, int by)
{
    p += by;
    while (((unsigned char)*p & 0xC0) == 0x80)
        p += by;
    return p;
}

/* Shows the source line with a caret under the mistake; of a long line, only the part around the mistake. */
static void show_source(const struct validate_show *show, const char *text, const struct document_mistake *mistake)
{
    const char *place = text + mistake->offset, *start = place, *end = place;
    unsigned before = 0, length = mistake->column, limit = WINDOW / 2;
    for (; *end && *end != '\n' && *end != '\r' && length <= WINDOW; length++)
        end = step(end, 1);
    if (length <= WINDOW)
        limit = WINDOW;
    else
        end = place;
    for (; start > text && start[-1] != '\n' && before < limit; before++)
        start = step(start, -1);
    for (unsigned after = 0; *end && *end != '\n' && *end != '\r' && after < limit; after++)
        end = step(end, 1);
    bool cut = start > text && start[-1] != '\n', more = *end && *end != '\n' && *end != '\r';
    printf("%5u | %s", mistake->line, cut ? "..." : "");
    for (const char *p = start; p < end; p++)
        putchar((unsigned char)*p < 32 ? ' ' : *p);
    printf(
        "%s\n      | %*s%s^", more ? "..." : "", (int)(before + (cut ? 3 : 0)), "", show->colours ? "\033[1;32m" : "");
    const char *stop = place + mistake->length < end ? place + mistake->length : end;
    for (const char *p = place < end ? step(place, 1) : end; p < stop; p = step(p, 1))
        putchar('~');
    puts(show->colours ? "\033[0m" : "");
}

static void show_mistake(
    const struct validate_show *show, const char *path, const char *text, const struct document_mistake *mistake)
{
    bool warning = is_warning(mistake);
    printf("%s:%u:%u: %s%s%s %s: %s\n", path, mistake->line, mistake->column,
        !show->colours ? ""
        : warning      ? "\033[1;35m"
                       : "\033[1;31m",
        warning ? "warning:" : "error:", show->colours ? "\033[0m" : "", mistake->path, mistake->text);
    show_source(show, text, mistake);
}

static void show_text(const struct validate_show *show, const char *path, const char *type, const char *text,
    const struct document_report *report, bool valid)
{
    unsigned warnings = 0;
    for (unsigned i = 0; i < report->count; i++) {
        show_mistake(show, path, text, &report->list[i]);
        warnings += is_warning(&report->list[i]);
    }
    unsigned errors = report->total - warnings;
    if (report->total > report->count)
        printf("%s: %u more mistakes are not shown\n", path, report->total - report->count);
    printf("%s: ", path);
    if (!valid && type)
        printf("not a valid %s: %u error%s", type, errors, errors == 1 ? "" : "s");
    else
        printf(valid ? "a valid %s" : "not JSON", type ? type : "");
    printf(warnings ? ", %u warning%s\n" : "\n", warnings, warnings == 1 ? "" : "s");
}

static void add_if(cJSON *object, const char *name, const char *text)
{
    if (*text)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *mistake_json(const struct document_mistake *mistake)
{
    const struct spec_decision_info *decision = &spec_decisions[mistake->decision];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "severity", is_warning(mistake) ? "warning" : "error");
    cJSON_AddStringToObject(json, "kind", decision->name);
    cJSON_AddNumberToObject(json, "line", mistake->line);
    cJSON_AddNumberToObject(json, "column", mistake->column);
    cJSON_AddNumberToObject(json, "offset", (double)mistake->offset);
    cJSON_AddNumberToObject(json, "length", (double)mistake->length);
    cJSON_AddStringToObject(json, "path", mistake->path);
    cJSON_AddStringToObject(json, "message", mistake->text);
    add_if(json, "expected", mistake->expected);
    add_if(json, "found", mistake->found);
    add_if(json, "suggestion", mistake->hint);
    cJSON_AddBoolToObject(json, "refusedByApi", decision->refused);
    cJSON_AddStringToObject(json, "strength", strength_names[decision->strength]);
    cJSON_AddStringToObject(json, "rule", decision->rule);
    return json;
}

void show_file(struct validate_show *show, const char *path, const char *type, const char *text,
    const struct document_report *report, bool valid)
{
    if (!show->root) {
        show_text(show, path, type, text, report, valid);
        return;
    }
    cJSON *file = cJSON_CreateObject(), *list;
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(show->root, "files"), file);
    cJSON_AddStringToObject(file, "file", path);
    if (type)
        cJSON_AddStringToObject(file, "type", type);
    cJSON_AddBoolToObject(file, "valid", valid);
    cJSON_AddNumberToObject(file, "total", report->total);
    list = cJSON_AddArrayToObject(file, "mistakes");
    for (unsigned i = 0; i < report->count; i++)
        cJSON_AddItemToArray(list, mistake_json(&report->list[i]));
}

void show_end(struct validate_show *show)
{
    if (!show->root)
        return;
    char *text = cJSON_Print(show->root);
    puts(text ? text : "");
    free(text);
    cJSON_Delete(show->root);
}
