/* One create for many rows. Entry point: batch_answers(). */
#include "batch.h"
#include "base/allocate.h"
#include "call.h"
#include "document/document.h"
#include "json.h"
#include "request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* MEMBERS: a system that can't be made costs as many again as the group has halves. */
enum { MEMBERS = 128, NODES = 2 * MEMBERS, PATH_BYTES = 192 };
enum verdict { VERDICT_UNKNOWN, VERDICT_MADE, VERDICT_REFUSED };

/* VERSION_IS_ITS_OWN: the row is about the schema version, or about what that hides: its document keeps it. */
enum { VERSION_IS_ITS_OWN = -1, MAJOR = 2 };

/* A row of a group. minor: of the schema version, which the document is without. absent: the path of the member that
   its document must not have; empty: none. asked: since the group's last verdicts were forgotten. */
struct member {
    const struct spec_row *row;
    cJSON *document;
    int minor;
    char absent[PATH_BYTES];
    bool asked;
};

/* verdicts: of the whole group at 1, and of the halves of n at 2n and 2n + 1. */
struct group {
    struct member members[MEMBERS];
    unsigned count;
    int minor; /* the highest of theirs */
    cJSON *merged;
    enum verdict verdicts[NODES];
};

static struct group *groups;
static unsigned group_count;
static bool grouped;

/* --- documents --- */

/* True if the values can be merged: arrays, whose elements have nothing to do with each other, and objects that have no
   member with values that can't. */
static bool fit(const cJSON *one, const cJSON *other)
{
    const cJSON *item;
    if (cJSON_IsArray(one) && cJSON_IsArray(other))
        return true;
    if (!cJSON_IsObject(one) || !cJSON_IsObject(other))
        return cJSON_Compare(one, other, true);
    cJSON_ArrayForEach (item, other) {
        const cJSON *same = cJSON_GetObjectItemCaseSensitive(one, item->string);
        if (same && !fit(same, item))
            return false;
    }
    return true;
}

static void append_all(cJSON *into, const cJSON *other)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, other)
        json_append(into, json_copy(item));
}

/* Adds the members of the other object, which fits. */
static void merge(cJSON *into, const cJSON *other)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, other) {
        cJSON *same = cJSON_GetObjectItemCaseSensitive(into, item->string);
        if (!same)
            json_add(into, item->string, json_copy(item));
        else if (cJSON_IsObject(same))
            merge(same, item);
        else if (cJSON_IsArray(same) && !cJSON_Compare(same, item, true))
            append_all(same, item);
    }
}

/* Gives a document its schema version, unless it has one. */
static void put_version(cJSON *document, int minor)
{
    if (minor == VERSION_IS_ITS_OWN)
        return;
    cJSON *version = json_object();
    json_add_number(version, FIELD_Version_Major, MAJOR);
    json_add_number(version, FIELD_Version_Minor, minor);
    json_add(document, FIELD_ComputeSystem_SchemaVersion, version);
}

/* The first number of a text, behind strings. */
static const char *find_number(const char *text)
{
    bool in_string = false;
    for (; *text && (in_string || !strchr("-0123456789", *text)); text++) {
        if (in_string && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            in_string = !in_string;
    }
    return text;
}

/* Numbers of the value that cJSON can't hold keep the digits that they have in its text, from *text on. */
static void keep_digits(cJSON *value, const char **text)
{
    enum { EXACT_DIGITS = 15 };
    cJSON *item;
    if (!value || !cJSON_IsNumber(value)) {
        cJSON_ArrayForEach (item, value)
            keep_digits(item, text);
        return;
    }
    const char *number = find_number(*text);
    size_t length = strspn(number, "+-.0123456789eE");
    *text = number + length;
    if (length <= EXACT_DIGITS)
        return;
    value->type = cJSON_Raw;
    value->valuestring = memcpy(allocate_zeros(length + 1, 1), number, length);
}

/* True if something stands at the path of a row's id, such as Scsi.*.Attachments.*.Path. What stands in elements of an
   array is of no account, since merged arrays keep theirs apart. */
static bool has(const cJSON *value, const char *path)
{
    const cJSON *item;
    if (!*path)
        return true;
    if (*path == '.')
        path++;
    if (*path == '[')
        return false;
    if (*path == '*') {
        cJSON_ArrayForEach (item, value)
            if (has(item, path + 1))
                return true;
        return false;
    }
    char name[PATH_BYTES];
    size_t length = strcspn(path, ".[");
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    item = cJSON_IsObject(value) ? cJSON_GetObjectItemCaseSensitive(value, name) : NULL;
    return item && has(item, path + length);
}

/* --- putting groups together --- */

/* Returns the row's document if all that it expects of its create is that this is accepted, NULL otherwise. */
static cJSON *only_document(const struct spec_row *row)
{
    if (strncmp(row->id, "HcsCreateComputeSystem.document.", 32) != 0)
        return NULL;
    cJSON *root = json_read(row->steps), *document = NULL;
    const cJSON *call = cJSON_GetObjectItemCaseSensitive(root, "call"), *arguments = call ? call->child : NULL;
    const cJSON *argument = arguments ? arguments->child : NULL;
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(root, "expect");
    const char *text = configuration_text_of(call), *either = document_text(expect, "either");
    bool fits = argument && text && !strstr(text, "<id:") && !argument->next && either &&
                !strcmp(either, "document-accepted") &&
                !cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(root, "arrange")) &&
                !cJSON_HasObjectItem(root, "then");
    if (fits)
        document = json_read(text);
    keep_digits(document, &text);
    cJSON_Delete(root);
    return document;
}

/* Documents whose version matters no more than that it has their members can be merged in the highest of theirs. */
static void take_version(struct member *member)
{
    static const char own[] = FIELD_ComputeSystem_SchemaVersion, hidden[] = ".too-new";
    const char *path = member->row->id + strlen("HcsCreateComputeSystem.document.");
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(member->document, own);
    const cJSON *major = cJSON_GetObjectItemCaseSensitive(version, FIELD_Version_Major);
    const cJSON *minor = cJSON_GetObjectItemCaseSensitive(version, FIELD_Version_Minor);
    size_t length = strlen(path), end = sizeof hidden - 1;
    member->minor = VERSION_IS_ITS_OWN;
    if (!cJSON_IsNumber(minor) || !cJSON_IsNumber(major) || major->valueint != MAJOR ||
        !strncmp(path, own, sizeof own - 1) || (length > end && !strcmp(path + length - end, hidden)))
        return;
    member->minor = minor->valueint;
    cJSON_DeleteItemFromObjectCaseSensitive(member->document, own);
}

static void name_absent(struct member *member)
{
    static const char ending[] = ".missing";
    const char *path = member->row->id + strlen("HcsCreateComputeSystem.document.");
    size_t length = strlen(path), end = sizeof ending - 1;
    if (length > end && !strcmp(path + length - end, ending))
        snprintf(member->absent, sizeof member->absent, "%.*s", (int)(length - end), path);
}

/* minor: that the target has. */
static bool is_valid(const cJSON *document, unsigned minor)
{
    struct document checked;
    struct document_report report;
    struct document_options options = {.minor = minor, .limit = 1};
    char *text = json_text(document);
    HRESULT result = document_check(text, strlen(text), TYPE_ComputeSystem, &options, &checked, &report);
    if (SUCCEEDED(result))
        document_free(&checked);
    report_free(&report);
    free(text);
    return SUCCEEDED(result);
}

static bool belongs(const struct group *group, const struct member *member)
{
    if (group->count == MEMBERS || (group->minor == VERSION_IS_ITS_OWN) != (member->minor == VERSION_IS_ITS_OWN) ||
        !fit(group->merged, member->document) || (member->absent[0] && has(group->merged, member->absent)))
        return false;
    for (unsigned i = 0; i < group->count; i++)
        if (group->members[i].absent[0] && has(member->document, group->members[i].absent))
            return false;
    return true;
}

/* Takes the member over if its document goes together with those of the group. */
static bool join(struct group *group, const struct member *member, unsigned minor)
{
    if (!belongs(group, member))
        return false;
    cJSON *merged = json_copy(group->merged);
    merge(merged, member->document);
    cJSON *whole = json_copy(merged);
    int highest = group->minor > member->minor ? group->minor : member->minor;
    put_version(whole, highest);
    bool valid = is_valid(whole, minor);
    cJSON_Delete(whole);
    cJSON_Delete(valid ? group->merged : merged);
    if (valid) {
        group->merged = merged;
        group->minor = highest;
        group->members[group->count++] = *member;
    }
    return valid;
}

static void add(const struct member *member, unsigned minor)
{
    for (unsigned i = 0; i < group_count; i++)
        if (join(&groups[i], member, minor))
            return;
    groups = reallocate(groups, (group_count + 1) * sizeof *groups);
    groups[group_count] =
        (struct group){.members = {*member}, .count = 1, .minor = member->minor, .merged = json_copy(member->document)};
    group_count++;
}

static void put_together(const struct target *target, const char *without, batch_filter filter)
{
    unsigned minor = target_schema_minor(target);
    for (unsigned i = 0; i < spec_row_count; i++) {
        struct member member = {.row = &spec_rows[i]};
        member.document = filter(member.row, target, without) ? only_document(member.row) : NULL;
        if (!member.document)
            continue;
        name_absent(&member);
        take_version(&member);
        add(&member, minor);
    }
}

/* --- making systems --- */

/* Makes a system of the documents of some members and ends it. */
static bool make(const struct target *target, const struct group *group, unsigned from, unsigned to)
{
    static struct fixture fixture;
    cJSON *document = json_copy(group->members[from].document);
    int minor = group->members[from].minor;
    for (unsigned i = from + 1; i < to; i++) {
        merge(document, group->members[i].document);
        minor = group->members[i].minor > minor ? group->members[i].minor : minor;
    }
    put_version(document, minor);
    fixture_begin(&fixture, target, false);
    bool made = call_with_document(&fixture, "HcsCreateComputeSystem", json_object(), document);
    made = fixture_end(&fixture) && made;
    cJSON_Delete(document);
    return made;
}

/* Returns how many members the system stands for that was made with the one at index, 0 if none could be made. */
static unsigned answer(const struct target *target, struct group *group, unsigned index, unsigned *creates)
{
    unsigned node = 1, from = 0, to = group->count;
    while (to - from > 1) {
        if (group->verdicts[node] == VERDICT_UNKNOWN) {
            group->verdicts[node] = make(target, group, from, to) ? VERDICT_MADE : VERDICT_REFUSED;
            *creates += group->verdicts[node] == VERDICT_MADE;
        }
        if (group->verdicts[node] == VERDICT_MADE)
            return to - from;
        unsigned middle = from + (to - from) / 2;
        node = 2 * node + (index >= middle);
        from = index < middle ? from : middle;
        to = index < middle ? middle : to;
    }
    return 0;
}

/* A row that runs again, as with --repeat, is to see what the target does now. */
static void note_asked(struct group *group, unsigned index)
{
    if (group->members[index].asked) {
        memset(group->verdicts, 0, sizeof group->verdicts);
        for (unsigned i = 0; i < group->count; i++)
            group->members[i].asked = false;
    }
    group->members[index].asked = true;
}

unsigned batch_answers(const struct spec_row *row, const struct target *target, const char *without,
    batch_filter filter, unsigned *creates)
{
    *creates = 0;
    if (!grouped)
        put_together(target, without, filter);
    grouped = true;
    for (unsigned i = 0; i < group_count; i++)
        for (unsigned j = 0; j < groups[i].count; j++)
            if (groups[i].members[j].row == row) {
                note_asked(&groups[i], j);
                return answer(target, &groups[i], j, creates);
            }
    return 0;
}
