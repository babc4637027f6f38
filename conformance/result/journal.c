/* Partial results. Entry points: journal_open(), journal_read(). */
#include "journal.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/files/json_file.h"
#include "document/document.h"
#include "base/command/refuse.h"
#include "platform/file.h"
#include "checksum.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct journal {
    struct file_draft *claim; /* of the result */
    FILE *file;               /* FILE.part; NULL: none */
    bool failed;
    char path[4096];
};

static bool put_line(FILE *file, const cJSON *json)
{
    char *text = cJSON_PrintUnformatted(json);
    bool written = text && fprintf(file, "%s\n", text) >= 0 && !fflush(file);
    cJSON_free(text);
    return written;
}

/* Prints a message for the first error only. Returns false. */
static bool complain(struct journal *journal, const char *why)
{
    if (!journal->failed)
        fprintf(stderr, "hcs-conformance: %s can't be written: %s\n", journal->path, why);
    journal->failed = true;
    return false;
}

bool journal_is_part(const char *path)
{
    size_t length = strlen(path);
    return length > 5 && !strcmp(path + length - 5, ".part");
}

bool journal_is_same(const char *path, const char *other)
{
    char part[4096], part_of_other[4096];
    snprintf(part, sizeof part, "%s.part", path);
    snprintf(part_of_other, sizeof part_of_other, "%s%s", other, journal_is_part(other) ? "" : ".part");
    return file_is_same(part, part_of_other);
}

/* Does the file begin like the partial result of a run? */
static bool is_ours(const char *path)
{
    size_t length;
    char *text = file_read(path, RESULT_FILE_BYTES, &length), *end = text ? strchr(text, '\n') : NULL;
    if (!text)
        memory_check();
    cJSON *head = end ? cJSON_ParseWithLength(text, (size_t)(end - text)) : NULL;
    const char *tool = document_text(head, "tool");
    bool ours = text && (!length || (tool && !strncmp(tool, "hcs-conformance", strlen("hcs-conformance"))));
    cJSON_Delete(head);
    free(text);
    return ours;
}

static bool begin_anew(struct journal *journal, const cJSON *head)
{
    const char *why = file_lines(journal->path, false, &journal->file);
    if (why && is_ours(journal->path) && !remove(journal->path))
        why = file_lines(journal->path, false, &journal->file);
    if (why)
        return complain(journal, why);
    return put_line(journal->file, head) || complain(journal, "writing failed");
}

static bool open_lines(struct journal *journal, const cJSON *head, bool go_on, bool *begun)
{
    *begun = !go_on || file_lines(journal->path, true, &journal->file);
    if (*begun)
        return begin_anew(journal, head);
    /* ends a line that was cut off, and says that it was */
    return fputs("\n\n", journal->file) >= 0 || complain(journal, "writing failed");
}

struct journal *journal_open(const char *path, const cJSON *head, bool go_on, bool *begun)
{
    struct journal *journal = allocate_zeros(1, sizeof *journal);
    snprintf(journal->path, sizeof journal->path, "%s", path);
    const char *why = file_claim(path, &journal->claim);
    bool ready = why ? complain(journal, why) : true;
    snprintf(journal->path, sizeof journal->path, "%s.part", path);
    *begun = true;
    if (ready && !file_claim_in_place(journal->claim))
        ready = open_lines(journal, head, go_on, begun);
    if (ready)
        return journal;
    journal_close(journal, true);
    return NULL;
}

bool journal_write_result(struct journal *journal, char *text)
{
    const char *why = file_claim_write(journal->claim, text);
    journal->claim = NULL;
    free(text);
    if (why)
        fprintf(
            stderr, "hcs-conformance: %.*s can't be written: %s\n", (int)strlen(journal->path) - 5, journal->path, why);
    return !why;
}

void journal_row(struct journal *journal, const cJSON *row)
{
    if (journal && journal->file && !journal->failed && !put_line(journal->file, row))
        complain(journal, "writing failed");
}

void journal_close(struct journal *journal, bool keep)
{
    if (!journal)
        return;
    if (journal->file)
        fclose(journal->file);
    if (journal->file && !keep)
        remove(journal->path);
    file_claim_free(journal->claim);
    free(journal);
}

/* Reads a line; NULL: it is empty or was cut off, by the end of the file or before an empty line, with which a run
   that goes on begins. *damaged: set if it is neither. */
static cJSON *read_line(char *line, size_t length, const char *next, bool *damaged)
{
    char wrong[JSON_FILE_WRONG];
    if (!length)
        return NULL;
    line[length] = 0;
    cJSON *json = json_file_parse(line, length, wrong);
    *damaged = !json && next && *next != '\n';
    return json;
}

/* The lines as the tree of a result. NULL after a message: a line is damaged, or the first is no head. */
static cJSON *tree_of(char *text, size_t length, const char *path)
{
    cJSON *root = NULL, *rows = NULL;
    unsigned number = 1;
    for (char *line = text, *behind = text + length, *next; line; line = next, number++) {
        char *end = memchr(line, '\n', (size_t)(behind - line));
        bool damaged = false;
        next = end ? end + 1 : NULL;
        cJSON *json = read_line(line, (size_t)((end ? end : behind) - line), next, &damaged);
        if (damaged) {
            cJSON_Delete(root);
            (void)file_refuse(path, "line %u is damaged", number);
            return NULL;
        }
        if (json && !root) {
            root = json;
            cJSON_DeleteItemFromObjectCaseSensitive(root, "rows");
            rows = cJSON_AddArrayToObject(root, "rows");
        } else if (json)
            cJSON_AddItemToArray(rows, json);
    }
    if (!root)
        (void)file_refuse(path, "is no partial result");
    return root;
}

/* Adds the checksum that a written result has, so that it is read like any other. */
bool journal_parse(char *text, size_t length, const char *path, struct result *result)
{
    cJSON *root = tree_of(text, length, path);
    if (!root)
        return false;
    checksum_add(root);
    return result_take(root, path, result);
}

bool journal_read(const char *path, struct result *result)
{
    char part[4096];
    size_t length;
    if (journal_is_part(path))
        return result_read(path, result);
    snprintf(part, sizeof part, "%s.part", path);
    char *text = file_read(part, RESULT_FILE_BYTES, &length);
    if (!text)
        memory_check();
    if (!text)
        return result_read(path, result);
    bool good = journal_parse(text, length, part, result);
    result->path = good ? path : NULL; /* part ends here */
    free(text);
    return good;
}
