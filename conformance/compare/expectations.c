/* Expectations: read, find. Entry point: expectations_read(). */
#include "expectations.h"
#include "base/allocate.h"
#include "base/command/refuse.h"
#include "base/files/json_members.h"
#include "base/text/format.h"
#include "base/text/pattern.h"
#include "document/document.h"
#include "row/target/builtin.h"
#include "spec_rows.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 16 << 20, VERSION = 1 };

static bool refuse(const char *path, unsigned entry, const char *what, const char *word)
{
    return file_refuse(path, "entries[%u]: %s%s%s", entry, what, *word ? " " : "", word);
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = document_text(object, name);
    return text && *text ? text : NULL;
}

static bool take_outcomes(const cJSON *value, unsigned *bits)
{
    const cJSON *item;
    enum outcome outcome = outcome_named(cJSON_GetStringValue(value));
    *bits = outcome == OUTCOMES ? 0 : 1u << outcome;
    for (item = cJSON_IsArray(value) ? value->child : NULL; item; item = item->next) {
        outcome = outcome_named(cJSON_GetStringValue(item));
        if (outcome == OUTCOMES)
            return false;
        *bits |= 1u << outcome;
    }
    return *bits;
}

/* [first, last], null for open; absent: all. */
static bool take_range(const cJSON *value, unsigned range[2])
{
    range[0] = 0;
    range[1] = UINT_MAX;
    if (!value)
        return true;
    if (cJSON_GetArraySize(value) != 2 || !cJSON_IsArray(value))
        return false;
    for (int i = 0; i < 2; i++) {
        const cJSON *item = cJSON_GetArrayItem(value, i);
        if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 1e9)
            range[i] = (unsigned)item->valuedouble;
        else if (!cJSON_IsNull(item))
            return false;
    }
    return range[0] <= range[1];
}

static bool fits_some_row(const char *pattern)
{
    for (unsigned i = 0; i < spec_row_count; i++)
        if (pattern_fits(pattern, spec_rows[i].id))
            return true;
    return false;
}

static const struct json_form of_file = {.what = "a file of expectations",
    .comments = true,
    .members = (const struct json_member[]){{"version", cJSON_Number, false, 0}, {"target", cJSON_String, false, 0},
        {"entries", cJSON_Array, false, 0}, {NULL, 0, false, 0}}};
static const struct json_form of_entry = {.what = "an entry",
    .comments = true,
    .members = (const struct json_member[]){{"rows", cJSON_String, false, 0},
        {"outcome", cJSON_String | cJSON_Array, false, 0}, {"reason", cJSON_String, false, 0},
        {"link", cJSON_String, false, 0}, {"builds", cJSON_Array, false, 0}, {"revisions", cJSON_Array, false, 0},
        {"confirmed", cJSON_String, false, 0}, {"ceiling", cJSON_Number, false, 0}, {NULL, 0, false, 0}}};

static bool spans(const unsigned outer[2], const unsigned inner[2])
{
    return outer[0] <= inner[0] && inner[1] <= outer[1];
}

/* An entry that no row is ever asked of, since the last one that fits counts, is a slip. */
static bool is_last_word(const struct expectations *expectations)
{
    const struct expectation *entry = &expectations->list[expectations->count];
    for (unsigned i = 0; i < expectations->count; i++) {
        const struct expectation *earlier = &expectations->list[i];
        if (!strcmp(earlier->rows, entry->rows) && spans(entry->builds, earlier->builds) &&
            spans(entry->revisions, earlier->revisions))
            return file_refuse(expectations->path,
                "entries[%u]: it leaves nothing to entries[%u], which has the same \"rows\", %s", expectations->count,
                i, entry->rows);
    }
    return true;
}

static bool take_entry(const char *path, unsigned number, cJSON *json, struct expectation *entry)
{
    const cJSON *ceiling = cJSON_GetObjectItemCaseSensitive(json, "ceiling");
    const char *confirmed = text_of(json, "confirmed");
    char where[40], wrong[JSON_FILE_WRONG];
    snprintf(where, sizeof where, "entries[%u]", number);
    if (!json_members_fit(json, where, &of_entry, wrong))
        return file_refuse(path, "%s", wrong);
    *entry = (struct expectation){.json = json,
        .rows = text_of(json, "rows"),
        .reason = text_of(json, "reason"),
        .link = text_of(json, "link"),
        .ceiling = 100};
    if (!entry->rows)
        return refuse(path, number, "\"rows\" is missing: an id or a pattern", "");
    if (!fits_some_row(entry->rows))
        return refuse(path, number, "no row fits", entry->rows);
    if (!take_outcomes(cJSON_GetObjectItemCaseSensitive(json, "outcome"), &entry->outcomes))
        return refuse(path, number, "\"outcome\" names no outcome, for", entry->rows);
    if (!entry->reason)
        return refuse(path, number, "\"reason\" is missing, for", entry->rows);
    if (!take_range(cJSON_GetObjectItemCaseSensitive(json, "builds"), entry->builds) ||
        !take_range(cJSON_GetObjectItemCaseSensitive(json, "revisions"), entry->revisions))
        return refuse(path, number, "\"builds\" and \"revisions\" take first and last, or null, for", entry->rows);
    if (confirmed && !format_is_date(confirmed))
        return refuse(path, number, "\"confirmed\" takes a day such as 2026-11-27, for", entry->rows);
    if (ceiling && (!cJSON_IsNumber(ceiling) || ceiling->valuedouble < 1 || ceiling->valuedouble > 100))
        return refuse(path, number, "\"ceiling\" takes per cent, from 1 to 100, for", entry->rows);
    if (ceiling)
        entry->ceiling = (unsigned)ceiling->valuedouble;
    return true;
}

static bool take(struct expectations *expectations)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(expectations->root, "version");
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(expectations->root, "entries"), *entry;
    char wrong[JSON_FILE_WRONG];
    if (cJSON_IsNumber(version) && version->valuedouble > VERSION)
        return file_refuse(expectations->path, "was written for a newer version");
    if (!cJSON_IsNumber(version) || version->valuedouble != VERSION || !cJSON_IsArray(entries))
        return file_refuse(expectations->path, "needs \"version\": 1 and a list \"entries\"");
    if (!json_members_fit(expectations->root, "", &of_file, wrong))
        return file_refuse(expectations->path, "%s", wrong);
    expectations->target = document_text(expectations->root, "target");
    if (expectations->target && !*expectations->target)
        return file_refuse(expectations->path, "\"target\" is empty; without it the entries hold for every target");
    expectations->list = allocate_zeros((size_t)cJSON_GetArraySize(entries) + 1, sizeof *expectations->list);
    cJSON_ArrayForEach (entry, entries) {
        if (!take_entry(expectations->path, expectations->count, entry, &expectations->list[expectations->count]) ||
            !is_last_word(expectations))
            return false;
        expectations->count++;
    }
    return true;
}

bool expectations_read(const char *path, struct expectations *expectations)
{
    size_t length;
    char wrong[JSON_FILE_WRONG] = "can't be read", *text = builtin_read(path, MAX_BYTES, &length);
    if (!text)
        memory_check();
    *expectations = (struct expectations){.path = path};
    expectations->root = text ? json_file_parse(text, length, wrong) : NULL;
    free(text);
    if (expectations->root ? take(expectations) : file_refuse(path, "%s", wrong))
        return true;
    expectations_free(expectations);
    return false;
}

void expectations_free(struct expectations *expectations)
{
    cJSON_Delete(expectations->root);
    free(expectations->list);
    *expectations = (struct expectations){.path = NULL};
}

static bool within(const unsigned range[2], unsigned value)
{
    bool any = !range[0] && range[1] == UINT_MAX;
    return any || (value && value >= range[0] && value <= range[1]);
}

const struct expectation *expectations_find(
    const struct expectations *expectations, const char *row, const char *target, unsigned build, unsigned revision)
{
    const struct expectation *found = NULL;
    if (expectations->target && !pattern_fits(expectations->target, target))
        return NULL;
    for (unsigned i = 0; i < expectations->count; i++) {
        const struct expectation *entry = &expectations->list[i];
        if (pattern_fits(entry->rows, row) && within(entry->builds, build) && within(entry->revisions, revision))
            found = entry;
    }
    return found;
}

bool expectation_met(const struct expectation *expectation, enum outcome outcome, unsigned bad, unsigned runs)
{
    if (!(expectation->outcomes >> outcome & 1))
        return false;
    return outcome != OUTCOME_FLAKY || !runs || bad * 100 <= expectation->ceiling * runs;
}

void expectation_describe(const struct expectation *expectation, char *text, size_t size)
{
    size_t used = 0;
    *text = 0;
    for (int i = 0; i < OUTCOMES; i++)
        if (expectation->outcomes >> i & 1 && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? " or " : "", outcome_names[i]);
}
