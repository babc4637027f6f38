/* Partial results. Entry points: journal_open(), journal_read(). */
#include "journal.h"
#include "base/allocate.h"
#include "base/files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 512 << 20 };

struct journal {
    FILE *file;
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

static void complain(struct journal *journal)
{
    if (!journal->failed)
        fprintf(stderr, "hcs-conformance: %s can't be written\n", journal->path);
    journal->failed = true;
}

bool journal_is_part(const char *path)
{
    size_t length = strlen(path);
    return length > 5 && !strcmp(path + length - 5, ".part");
}

struct journal *journal_open(const char *path, const cJSON *head, bool go_on, bool *begun)
{
    struct journal *journal = allocate_zeros(1, sizeof *journal);
    snprintf(journal->path, sizeof journal->path, "%s.part", path);
    journal->file = go_on ? fopen(journal->path, "r+") : NULL;
    *begun = !journal->file;
    if (*begun)
        journal->file = fopen(journal->path, "w");
    bool ready = journal->file && (*begun ? put_line(journal->file, head)
                                          : !fseek(journal->file, 0, SEEK_END) && fputs("\n", journal->file) >= 0);
    if (ready) /* the new line ends one that was cut off */
        return journal;
    complain(journal);
    journal_close(journal, false);
    return NULL;
}

void journal_row(struct journal *journal, const cJSON *row)
{
    if (journal && !journal->failed && !put_line(journal->file, row))
        complain(journal);
}

void journal_close(struct journal *journal, bool keep)
{
    if (!journal)
        return;
    if (journal->file)
        fclose(journal->file);
    if (!keep)
        remove(journal->path);
    free(journal);
}

/* The lines as the tree of a result; a line that was cut off does not count. NULL: the first line is no head. */
static cJSON *tree_of(char *text)
{
    cJSON *root = NULL, *rows = NULL;
    for (char *line = text, *end; *line && (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        cJSON *json = cJSON_Parse(line);
        if (!json)
            continue;
        if (!root) {
            root = json;
            cJSON_DeleteItemFromObjectCaseSensitive(root, "rows");
            rows = cJSON_AddArrayToObject(root, "rows");
        } else
            cJSON_AddItemToArray(rows, json);
    }
    return root;
}

/* Sealed as if it had been written, so that it is read like any other. */
static bool read_part(char *text, const char *path, struct result *result)
{
    char digest[17];
    cJSON *root = tree_of(text);
    if (!root) {
        fprintf(stderr, "hcs-conformance: %s: is no partial result\n", path);
        return false;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(root, "digest");
    result_digest(root, digest);
    cJSON_AddStringToObject(root, "digest", digest);
    char *whole = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    bool good = whole && result_parse(whole, strlen(whole), path, result);
    cJSON_free(whole);
    return good;
}

bool journal_read(const char *path, struct result *result)
{
    char part[4096];
    size_t length;
    snprintf(part, sizeof part, "%s%s", path, journal_is_part(path) ? "" : ".part");
    char *text = file_read(part, MAX_BYTES, &length);
    if (!text)
        memory_check();
    if (!text && journal_is_part(path)) {
        fprintf(stderr, "hcs-conformance: %s: can't be read\n", path);
        return false;
    }
    if (!text)
        return result_read(path, result);
    bool good = read_part(text, part, result);
    free(text);
    return good;
}
