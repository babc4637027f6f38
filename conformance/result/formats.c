/* Results in the formats of other tools. Entry point: formats_write(). */
#include "formats.h"
#include "document/document.h"
#include "html.h"
#include <stdio.h>
#include <stdlib.h>

void format_source(const struct result_row *row, char *text, size_t size)
{
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(row->json, "source");
    const char *page = document_text(source, "page");
    const char *section = document_text(source, "section");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(source, "row");
    if (page && section)
        snprintf(text, size, "%s, %s, row %d", page, section, cJSON_IsNumber(number) ? number->valueint : 0);
    else if (row->rule)
        snprintf(text, size, "rule %s%s%s", row->rule, page ? ", " : "", page ? page : "");
    else
        snprintf(text, size, "no source");
}

bool formats_wanted(const struct formats *formats)
{
    return formats->junit || formats->tap || formats->ctrf || formats->markdown || formats->html;
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
