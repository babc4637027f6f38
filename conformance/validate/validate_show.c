/* Output of the validator. Entry points: show_file(), show_end(). */
#include "validate_show.h"
#include "base/files/standard_streams.h"
#include "base/text/shown.h"
#include "row/row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 120 }; /* characters shown of a line; of a longer line, half before the mistake and half after */

/* By enum spec_verdict. */
static const char *const severities[] = {"", "note", "warning", "error"}, *const colours[] = {"", "36", "35", "31"};

void show_begin(struct validate_show *show, bool json, bool strict)
{
    show->strict = strict;
    show->root = json ? cJSON_CreateObject() : NULL;
    show->colours = output_has_colours();
    if (!show->root)
        return;
    cJSON_AddNumberToObject(show->root, "version", 1);
    cJSON_AddArrayToObject(show->root, "files");
}

enum spec_verdict show_severity(const struct validate_show *show, const struct document_mistake *mistake)
{
    enum spec_verdict verdict = (enum spec_verdict)spec_decisions[mistake->decision].verdict;
    bool forgiven =
        verdict == VERDICT_NOTE || mistake->decision == DECISION_NEWER_MEMBER || mistake->decision == DECISION_SCHEMA_1;
    return show->strict && forgiven ? VERDICT_ERROR : verdict;
}

static const char *step(const char *p, int by)
{
    p += by;
    while (((unsigned char)*p & 0xC0) == 0x80)
        p += by;
    return p;
}

/* Puts a blank in place of what shown() would escape, so that the caret stands under its place. */
static void put_character(const char *p, const char *end)
{
    enum { MOST = 8 };
    char one[MOST + 1];
    snprintf(one, sizeof one, "%.*s", end - p < MOST ? (int)(end - p) : MOST, p);
    fputs(shown(one) == one ? one : " ", stdout);
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
    for (const char *p = start, *next; p < end; p = next) {
        next = step(p, 1);
        put_character(p, next < end ? next : end);
    }
    printf(
        "%s\n      | %*s%s^", more ? "..." : "", (int)(before + (cut ? 3 : 0)), "", show->colours ? "\033[1;32m" : "");
    const char *stop = place + mistake->length < end ? place + mistake->length : end;
    for (const char *p = place < end ? step(place, 1) : end; p < stop; p = step(p, 1))
        putchar('~');
    puts(show->colours ? "\033[0m" : "");
}

static void show_mistake(
    const struct validate_show *show, const struct shown_file *file, const struct document_mistake *mistake)
{
    enum spec_verdict severity = show_severity(show, mistake);
    printf("%s:%u:%u: ", shown(file->path), mistake->line, mistake->column);
    if (show->colours)
        printf("\033[1;%sm%s:\033[0m", colours[severity], severities[severity]);
    else
        printf("%s:", severities[severity]);
    printf(" %s: %s\n", shown(mistake->path), shown(mistake->text));
    show_source(show, file->text, mistake);
}

static void show_count(unsigned count, const char *separator, const char *what)
{
    if (count)
        printf("%s%u %s%s", separator, count, what, count == 1 ? "" : "s");
}

static void show_guess(const struct shown_file *file)
{
    if (file->guessed && file->type != TYPE_COUNT)
        printf(" (a guess by its members%s%s)", file->runner_up == TYPE_COUNT ? "" : "; the runner-up is ",
            file->runner_up == TYPE_COUNT ? "" : spec_types[file->runner_up].name);
}

static void show_text(const struct validate_show *show, const struct shown_file *file)
{
    const struct document_report *report = file->report;
    unsigned counts[VERDICT_ERROR + 1] = {0};
    for (unsigned i = 0; i < report->count; i++) {
        show_mistake(show, file, &report->list[i]);
        counts[show_severity(show, &report->list[i])]++;
    }
    counts[VERDICT_ERROR] += report->total - report->count;
    if (report->total > report->count)
        printf("%s: %u more mistakes are not shown\n", file->path, report->total - report->count);
    printf("%s: ", file->path);
    if (file->type == TYPE_COUNT)
        printf("not JSON");
    else
        printf("%s %s", file->valid ? "a valid" : "not a valid", spec_types[file->type].name);
    show_guess(file);
    if (file->type != TYPE_COUNT)
        show_count(counts[VERDICT_ERROR], ": ", "error");
    show_count(counts[VERDICT_WARNING], ", ", "warning");
    show_count(counts[VERDICT_NOTE], ", ", "note");
    putchar('\n');
}

static void add_if(cJSON *object, const char *name, const char *text)
{
    if (*text)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *mistake_json(const struct validate_show *show, const struct document_mistake *mistake)
{
    const struct spec_decision_info *decision = &spec_decisions[mistake->decision];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "severity", severities[show_severity(show, mistake)]);
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
    cJSON_AddBoolToObject(json, "refusedByApi", mistake->refused);
    cJSON_AddStringToObject(json, "strength", strength_names[decision->strength]);
    cJSON_AddStringToObject(json, "rule", decision->rule);
    return json;
}

void show_file(struct validate_show *show, const struct shown_file *file)
{
    const struct document_report *report = file->report;
    if (!show->root) {
        show_text(show, file);
        return;
    }
    cJSON *json = cJSON_CreateObject(), *list;
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(show->root, "files"), json);
    cJSON_AddStringToObject(json, "file", file->path);
    if (file->type != TYPE_COUNT) {
        cJSON_AddStringToObject(json, "type", spec_types[file->type].name);
        cJSON_AddBoolToObject(json, "guessed", file->guessed);
    }
    if (file->runner_up != TYPE_COUNT)
        cJSON_AddStringToObject(json, "runnerUp", spec_types[file->runner_up].name);
    cJSON_AddBoolToObject(json, "valid", file->valid);
    cJSON_AddNumberToObject(json, "total", report->total);
    list = cJSON_AddArrayToObject(json, "mistakes");
    for (unsigned i = 0; i < report->count; i++)
        cJSON_AddItemToArray(list, mistake_json(show, &report->list[i]));
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
