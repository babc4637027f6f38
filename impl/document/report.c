/* Lists of mistakes. Entry points: report_add(), report_finish(). */
#include "report.h"
#include "base/text/utf8.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_init(struct document_report *report)
{
    *report = (struct document_report){S_OK, 0, 0, false, NULL};
}

void report_free(struct document_report *report)
{
    free(report->list);
    report_init(report);
}

struct document_mistake *report_add(struct document_report *report, unsigned limit)
{
    report->total++;
    if (report->count >= limit)
        return NULL;
    if ((report->count & (report->count - 1)) == 0) { /* the list has room for the next power of two, so it is full */
        unsigned capacity = report->count ? report->count * 2 : 1;
        struct document_mistake *larger = realloc(report->list, capacity * sizeof *larger);
        if (!larger) {
            report->no_memory = true;
            return NULL;
        }
        report->list = larger;
    }
    struct document_mistake *mistake = &report->list[report->count++];
    memset(mistake, 0, sizeof *mistake);
    return mistake;
}

void report_copy(char *to, size_t size, const char *from)
{
    int length = utf8_cut(from, (int)size - 1);
    for (int i = 0; i < length; i++)
        to[i] = (unsigned char)from[i] < 32 ? '.' : from[i];
    to[length] = 0;
}

void report_single(struct document_report *report, HRESULT code, enum spec_decision decision, const char *what,
    const char *text, const char *place)
{
    report_init(report);
    report->code = code;
    struct document_mistake *mistake = report_add(report, 1);
    if (!mistake) {
        report->code = E_OUTOFMEMORY;
        return;
    }
    mistake->decision = decision;
    mistake->refused = true;
    snprintf(mistake->path, sizeof mistake->path, "$");
    report_copy(mistake->text, sizeof mistake->text, what);
    if (!text)
        return;
    mistake->offset = (size_t)(place - text);
    mistake->length = 1;
    report_finish(report, text);
}

static int by_offset(const void *a, const void *b)
{
    const struct document_mistake *one = a, *two = b;
    return (one->offset > two->offset) - (one->offset < two->offset);
}

void report_finish(struct document_report *report, const char *text)
{
    unsigned line = 1, column = 1;
    const char *p = text;
    if (report->count > 1)
        qsort(report->list, report->count, sizeof *report->list, by_offset);
    for (unsigned i = 0; i < report->count; i++) {
        for (; p < text + report->list[i].offset; p++) {
            if (*p == '\n') {
                line++;
                column = 1;
            } else
                column += ((unsigned char)*p & 0xC0) != 0x80;
        }
        report->list[i].line = line;
        report->list[i].column = column;
    }
}

unsigned report_tell_errors(const struct document_report *report, char *line, size_t size)
{
    const struct document_mistake *first;
    unsigned errors = report_errors(report, &first);
    int used =
        first ? snprintf(line, size, "line %u, column %u: %s: %s", first->line, first->column, first->path, first->text)
              : snprintf(line, size, "more mistakes than are listed");
    if (first && errors > 1 && (size_t)used < size)
        snprintf(line + used, size - (size_t)used, ", and %u more", errors - 1);
    return errors;
}

unsigned report_errors(const struct document_report *report, const struct document_mistake **first)
{
    unsigned count = report->total - report->count;
    *first = NULL;
    for (unsigned i = 0; i < report->count; i++) {
        if (spec_decisions[report->list[i].decision].verdict != VERDICT_ERROR)
            continue;
        count++;
        *first = *first ? *first : &report->list[i];
    }
    return count;
}
