/* Compares all texts of the pages with the recorded digests. Entry point: drift_texts(). */
#include "drift.h"
#include "base/allocate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXTS = 8192, SHOWN = 60 };

/* The texts of a page, in the record and now. */
struct sides {
    const struct page *page;
    const char *revision;
    uint64_t *before, *now;
    int *lines; /* of the texts in before */
    size_t before_count, now_count;
};

static void read_before(struct sides *sides, const cJSON *texts)
{
    const cJSON *entry;
    size_t count = (size_t)cJSON_GetArraySize(texts);
    sides->before = allocate((count + 1) * sizeof *sides->before);
    sides->lines = allocate((count + 1) * sizeof *sides->lines);
    cJSON_ArrayForEach (entry, texts) {
        char *end;
        sides->lines[sides->before_count] = (int)strtol(entry->valuestring, &end, 10);
        sides->before[sides->before_count++] = strtoull(end, NULL, 16);
    }
}

static void read_now(struct sides *sides)
{
    sides->now_count = sides->page->text_count;
    sides->now = allocate((sides->now_count + 1) * sizeof *sides->now);
    for (size_t i = 0; i < sides->now_count; i++)
        sides->now[i] = page_digest(sides->page->texts[i].text);
}

/* Returns the line of text i; beyond the end, that of the last text. */
static int line_now(const struct sides *sides, size_t i)
{
    const struct page *page = sides->page;
    if (!page->text_count)
        return 1;
    return page->texts[i < page->text_count ? i : page->text_count - 1].line;
}

static const char *section_now(const struct sides *sides, size_t i)
{
    const struct page *page = sides->page;
    return i < page->text_count ? page->texts[i].section : "";
}

static void report(struct drift *drift, int line, const struct sides *sides, const char *kind, const char *message)
{
    if (!drift_has_finding(drift, sides->page, line))
        drift_report(drift, sides->page, line, kind, "%s", message);
}

/* Reports that now[n…n_end) has replaced before[b…b_end): as reworded pair by pair, the rest as added or removed. */
static void report_change(
    struct drift *drift, const struct sides *sides, size_t b, size_t b_end, size_t n, size_t n_end)
{
    char message[400];
    for (; b < b_end && n < n_end; b++, n++) {
        snprintf(message, sizeof message, "in \"%.80s\": \"%.*s\"; on line %d of revision %s", section_now(sides, n),
            SHOWN, sides->page->texts[n].text, sides->lines[b], sides->revision);
        report(drift, line_now(sides, n), sides, "reworded", message);
    }
    for (; n < n_end; n++) {
        snprintf(message, sizeof message, "in \"%.80s\": \"%.*s\"", section_now(sides, n), SHOWN,
            sides->page->texts[n].text);
        report(drift, line_now(sides, n), sides, "added", message);
    }
    for (; b < b_end; b++) {
        snprintf(message, sizeof message, "before this in \"%.80s\": the text on line %d of revision %s",
            section_now(sides, n), sides->lines[b], sides->revision);
        report(drift, line_now(sides, n), sides, "removed", message);
    }
}

/* Returns the table for the longest common subsequence of the texts between the equal ends. Its element
   [i * (width + 1) + j] is the length of that of before[first + i…] and now[first + j…]. */
static uint16_t *common_lengths(const struct sides *sides, size_t first, size_t height, size_t width)
{
    uint16_t *lengths = allocate_zeros((height + 1) * (width + 1), sizeof *lengths);
    for (size_t i = height; i-- > 0;)
        for (size_t j = width; j-- > 0;) {
            uint16_t down = lengths[(i + 1) * (width + 1) + j], right = lengths[i * (width + 1) + j + 1];
            lengths[i * (width + 1) + j] = sides->before[first + i] == sides->now[first + j]
                                               ? (uint16_t)(lengths[(i + 1) * (width + 1) + j + 1] + 1)
                                           : down > right ? down
                                                          : right;
        }
    return lengths;
}

static void compare_texts(struct drift *drift, const struct sides *sides)
{
    size_t first = 0, before_end = sides->before_count, now_end = sides->now_count;
    while (first < before_end && first < now_end && sides->before[first] == sides->now[first])
        first++;
    while (before_end > first && now_end > first && sides->before[before_end - 1] == sides->now[now_end - 1]) {
        before_end--;
        now_end--;
    }
    size_t width = now_end - first, row = width + 1;
    uint16_t *lengths = common_lengths(sides, first, before_end - first, width);
    size_t b = first, n = first;
    while (b < before_end || n < now_end) {
        size_t b_start = b, n_start = n;
        while (
            (b < before_end || n < now_end) && !(b < before_end && n < now_end && sides->before[b] == sides->now[n])) {
            bool skip_old = n == now_end || (b < before_end && lengths[(b - first + 1) * row + n - first] >=
                                                                   lengths[(b - first) * row + n - first + 1]);
            if (skip_old)
                b++;
            else
                n++;
        }
        report_change(drift, sides, b_start, b, n_start, n);
        while (b < before_end && n < now_end && sides->before[b] == sides->now[n]) {
            b++;
            n++;
        }
    }
    free(lengths);
}

static void compare_page(struct drift *drift, const struct page *page, const cJSON *texts)
{
    struct sides sides = {.page = page, .revision = fact_text(drift->facts->documentation.root, "revision")};
    read_before(&sides, texts);
    read_now(&sides);
    drift->sentences += (unsigned)sides.now_count;
    drift->known += (unsigned)drift_common(page, texts);
    if (sides.before_count > MAX_TEXTS || sides.now_count > MAX_TEXTS)
        drift_report(drift, page, 1, "changed", "the page has more than %d texts, so they are not compared", MAX_TEXTS);
    else
        compare_texts(drift, &sides);
    free(sides.before);
    free(sides.now);
    free(sides.lines);
}

static bool is_renamed(const struct drift *drift, const struct page *page)
{
    const cJSON *renamed;
    cJSON_ArrayForEach (renamed, drift->renamed)
        if (!strcmp(renamed->valuestring, page->name))
            return true;
    return false;
}

void drift_texts(struct drift *drift)
{
    const cJSON *texts, *recorded = fact_get(drift->facts->documentation.root, "texts");
    cJSON_ArrayForEach (texts, recorded) {
        const struct page *page = drift_page(drift, texts->string);
        if (page)
            compare_page(drift, page, texts);
        else
            drift_report(drift, NULL, fact_line(texts), "removed", "the page %s", texts->string);
    }
    for (size_t i = 0; recorded && i < drift->pages.count; i++) {
        const struct page *page = &drift->pages.pages[i];
        if (!cJSON_GetObjectItem(recorded, page->name) && !is_renamed(drift, page))
            drift_report(drift, page, 1, "added", "the page %s", page->name);
    }
}
