/* Results in the formats of others. Entry point: formats_write(). */
#include "formats.h"
#include "document/document.h"
#include "html.h"
#include "platform/child.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- text --- */

void text_put(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->capacity && !text->failed) {
        size_t capacity = (text->capacity + length + 256) * 2;
        char *larger = realloc(text->bytes, capacity);
        text->failed = !larger;
        if (larger) {
            text->bytes = larger;
            text->capacity = capacity;
        }
    }
    if (text->failed)
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void text_add(struct text *text, const char *format, ...)
{
    char few[1024];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(few, sizeof few, format, arguments);
    if (length >= 0 && (size_t)length < sizeof few) {
        text_put(text, few, (size_t)length);
    } else if (length >= 0) {
        char *many = malloc((size_t)length + 1);
        if (many)
            text_put(text, many, (size_t)vsnprintf(many, (size_t)length + 1, format, again));
        text->failed |= !many;
        free(many);
    }
    va_end(again);
    va_end(arguments);
}

void text_add_cell(struct text *text, const char *value)
{
    for (const char *p = value ? value : ""; *p; p++)
        if (strchr("|\\`*_[]#", *p))
            text_add(text, "\\%c", *p);
        else if (*p == '<' || *p == '&')
            text_add(text, *p == '<' ? "&lt;" : "&amp;");
        else
            text_put(text, (unsigned char)*p < 0x20 ? " " : p, 1);
}

char *text_finish(struct text *text)
{
    text_put(text, "", 0);
    if (!text->failed)
        return text->bytes;
    free(text->bytes);
    return NULL;
}

/* --- all of them --- */

void format_source(const struct result_row *row, char *text, size_t size)
{
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(row->json, "source");
    const char *page = document_text(source, "page");
    const char *section = document_text(source, "section");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(source, "row");
    if (page && section)
        snprintf(text, size, "%s, %s, row %d", page, section, cJSON_IsNumber(number) ? number->valueint : 0);
    else if (row->rule)
        snprintf(text, size, "rule %s", row->rule);
    else
        snprintf(text, size, "no source");
}

bool formats_wanted(const struct formats *formats)
{
    return formats->junit || formats->tap || formats->ctrf || formats->markdown || formats->html;
}

bool text_write(const char *path, char *text)
{
    bool written = text && program_write_file(path, text);
    if (!written)
        fprintf(stderr, "hcs-conformance: %s can't be written\n", path);
    free(text);
    return written;
}

static char *format_html(const struct result *result)
{
    struct html_page page = {.results = result, .count = 1};
    return html_page(&page);
}

bool formats_write(const struct result *result, const struct formats *formats)
{
    const struct {
        const char *path;
        char *(*make)(const struct result *);
    } all[] = {{formats->junit, format_junit}, {formats->tap, format_tap}, {formats->ctrf, format_ctrf},
        {formats->markdown, format_markdown}, {formats->html, format_html}};
    bool good = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].path)
            good &= text_write(all[i].path, all[i].make(result));
    return good;
}
