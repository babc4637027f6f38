/* Outcomes of real hosts. Entry point: the table of the command adopt. */
#include "adopt.h"
#include "base/command/refuse.h"
#include "base/files/json_file.h"
#include "base/text/digest.h"
#include "base/text/format.h"
#include "base/text/shown.h"
#include "base/text/text.h"
#include "checksum.h"
#include "confirmed/host_file.h"
#include "document/document.h"
#include "result.h"
#include "row/row.h"
#include <errno.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES = 64 << 20, PATH_BYTES = 4096, MAX_HOSTS = 64, DATE_LENGTH = 10 };

struct adoption {
    const char *root;
    bool dry_run;
};

/* --- the result --- */

static bool has_run(const struct result_row *row)
{
    return row->outcome != OUTCOME_SKIP && row->outcome != OUTCOME_NOT_RUN;
}

/* Are its rows those of this tool? */
static bool rows_fit(const struct result *result)
{
    unsigned ran = 0;
    char digest[17];
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        const struct spec_row *known = row_named(row->id);
        if (!known)
            return file_refuse(result->path, "there is no row %s", row->id);
        snprintf(digest, sizeof digest, "%016" PRIx64, digest_text(known->steps));
        if (!row->digest || strcmp(row->digest, digest) != 0)
            return file_refuse(result->path, "the row %s has changed since; run this revision of the suite", row->id);
        ran += has_run(row);
    }
    return ran ? true : file_refuse(result->path, "no row has run");
}

/* Has it a time and a build that there can be? */
static bool time_fits(const struct result *result)
{
    char day[DATE_LENGTH + 1];
    snprintf(day, sizeof day, "%s", result->started);
    if (!format_is_date_time(result->started) || !format_is_date(day))
        return file_refuse(result->path, "started: %.40s is no time of a run", result->started);
    return !result->build || host_is_build(result->build) ||
           file_refuse(result->path, "build: %u is no Windows build", result->build);
}

/* Was it made on a real host, with that host's own library? */
static bool host_fits(const struct result *result)
{
    struct host_mistake mistake;
    const cJSON *environment = cJSON_GetObjectItemCaseSensitive(result->root, "environment");
    return host_is_real(environment, result_target_name(result), result->build, result->revision, &mistake) ||
           file_refuse(result->path, "%s", mistake.text);
}

static bool result_fits(const struct result *result)
{
    const char *checksum = checksum_of(result->root);
    if (result->interrupted || !checksum)
        return file_refuse(result->path, "is of a run that was interrupted");
    if (strlen(checksum) != SHA256_TEXT - 1)
        return file_refuse(result->path, "is of format 2, without a SHA-256 checksum");
    cJSON *counts = result_counts(cJSON_GetObjectItemCaseSensitive(result->root, "rows"));
    bool counted = cJSON_Compare(counts, cJSON_GetObjectItemCaseSensitive(result->root, "counts"), true);
    cJSON_Delete(counts);
    if (!counted)
        return file_refuse(result->path, "its counts are not those of its rows");
    return host_fits(result) && rows_fit(result);
}

/* --- the run as the file keeps it --- */

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(object, name, text);
}

/* The facts of the environment, without the member that is a path. */
static cJSON *environment_of(const struct result *result)
{
    cJSON *environment = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(result->root, "environment"), 1);
    cJSON_DeleteItemFromObjectCaseSensitive(environment, "profile");
    return environment;
}

static cJSON *run_of(const struct result *result)
{
    char date[DATE_LENGTH + 1];
    cJSON *run = cJSON_CreateObject();
    snprintf(date, sizeof date, "%s", result->started);
    cJSON_AddNumberToObject(run, "revision", result->revision);
    cJSON_AddStringToObject(run, "date", date);
    cJSON_AddStringToObject(run, "target", result_target_name(result));
    add_text(run, "tool", document_text(result->root, "tool"));
    cJSON_AddItemToObject(run, "environment", environment_of(result));
    cJSON_AddStringToObject(run, "result", checksum_of(result->root));
    cJSON *rows = cJSON_AddObjectToObject(run, "rows");
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        if (!has_run(row))
            continue;
        cJSON *kept = cJSON_AddObjectToObject(rows, row->id);
        cJSON_AddStringToObject(kept, "outcome", outcome_names[row->outcome]);
        cJSON_AddStringToObject(kept, "steps", row->digest);
        add_text(kept, "return", row->returned);
        add_text(kept, "result", row->result);
        if (row->outcome != OUTCOME_PASS)
            add_text(kept, "difference", row->message);
    }
    return run;
}

/* --- the file --- */

/* Reads a file of spec/hosts; *root stays NULL if there is none. false after a message. */
static bool read_host(const char *path, cJSON **root)
{
    char wrong[JSON_FILE_WRONG];
    struct host_mistake mistake;
    FILE *there = fopen(path, "rb");
    *root = NULL;
    if (!there)
        return errno == ENOENT ? true : file_refuse(path, "can't be read");
    fclose(there);
    *root = json_file_read(path, FILE_BYTES, wrong);
    if (!*root)
        return file_refuse(path, "%s", wrong);
    if (host_file_check(*root, host_file_build(path), &mistake))
        return true;
    cJSON_Delete(*root);
    *root = NULL;
    return file_refuse(path, "%s", mistake.text);
}

static unsigned revision_of(const cJSON *run)
{
    return (unsigned)cJSON_GetObjectItemCaseSensitive(run, "revision")->valuedouble;
}

/* Puts the run into its place by revision, over one of the same revision. Takes it over. */
static void insert_run(cJSON *root, cJSON *run)
{
    cJSON *runs = cJSON_GetObjectItemCaseSensitive(root, "runs");
    int place = 0, count = cJSON_GetArraySize(runs);
    while (place < count && revision_of(cJSON_GetArrayItem(runs, place)) < revision_of(run))
        place++;
    if (place < count && revision_of(cJSON_GetArrayItem(runs, place)) == revision_of(run))
        cJSON_ReplaceItemInArray(runs, place, run);
    else if (place < count)
        cJSON_InsertItemInArray(runs, place, run);
    else
        cJSON_AddItemToArray(runs, run);
}

static void put_json(struct text *text, const char *indent, const cJSON *member, const char *after)
{
    char *json = cJSON_PrintUnformatted(member);
    text->failed |= !json;
    text_printf(text, "%s\"%s\": %s%s\n", indent, member->string, json ? json : "", after);
    cJSON_free(json);
}

/* One line for each row, so that a revision's differences show as lines. */
static char *print_host(const cJSON *root)
{
    struct text text = {.limit = FILE_BYTES};
    const cJSON *run, *member, *row;
    text_printf(&text, "{\n \"version\": %d,\n \"build\": %.0f,\n \"runs\": [", HOST_FILE_VERSION,
        cJSON_GetObjectItemCaseSensitive(root, "build")->valuedouble);
    cJSON_ArrayForEach (run, cJSON_GetObjectItemCaseSensitive(root, "runs")) {
        text_puts(&text, run->prev->next ? ", {\n" : "{\n");
        cJSON_ArrayForEach (member, run)
            if (strcmp(member->string, "rows") != 0)
                put_json(&text, "  ", member, ",");
        text_puts(&text, "  \"rows\": {\n");
        cJSON_ArrayForEach (row, cJSON_GetObjectItemCaseSensitive(run, "rows"))
            put_json(&text, "   ", row, row->next ? "," : "");
        text_puts(&text, "  }}");
    }
    text_puts(&text, "]\n}\n");
    return text_finish(&text);
}

/* --- the other hosts --- */

struct hosts {
    cJSON *roots[MAX_HOSTS];
    unsigned count;
};

static void free_hosts(struct hosts *hosts)
{
    for (unsigned i = 0; i < hosts->count; i++)
        cJSON_Delete(hosts->roots[i]);
}

/* Reads the files of the other builds. false after a message. */
static bool read_others(const char *folder, unsigned build, struct hosts *hosts)
{
    char path[PATH_BYTES + 300];
    bool good = true;
    DIR *directory = opendir(folder);
    if (!directory)
        return true;
    for (const struct dirent *entry; good && (entry = readdir(directory));) {
        unsigned other = host_file_build(entry->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!other || other == build || hosts->count == MAX_HOSTS)
            continue;
        good = read_host(path, &hosts->roots[hosts->count]);
        hosts->count += good && hosts->roots[hosts->count];
    }
    closedir(directory);
    return good;
}

static unsigned build_of(const cJSON *root)
{
    return (unsigned)cJSON_GetObjectItemCaseSensitive(root, "build")->valuedouble;
}

/* Names a row without a specified outcome to which another host gives the same answer. */
static void show_shared(const struct hosts *hosts, const cJSON *row, unsigned build)
{
    const struct spec_row *known = row_named(row->string);
    const char *answer = host_row_answer(row);
    for (unsigned i = 0; i < hosts->count && answer && known && known->strength == STRENGTH_UNSPECIFIED; i++) {
        const cJSON *other = host_file_row(hosts->roots[i], row->string);
        const char *same = other ? host_row_answer(other) : NULL;
        const char *steps = document_text(row, "steps");
        if (!same || strcmp(answer, same) != 0 || !host_row_is_of(other, steps) ||
            host_row_confirms(row) != host_row_confirms(other))
            continue;
        printf("%s: %u and %u answer %s, %s\n", row->string, build_of(hosts->roots[i]), build, shown(answer),
            host_row_confirms(row) ? "as the row expects: it is observed from now on"
                                   : "which it does not expect: change its expectation, and make it observed");
        return;
    }
}

static void show_run(const char *path, const cJSON *run, const struct hosts *hosts, unsigned build)
{
    const cJSON *row;
    unsigned count = 0, confirmed = 0;
    cJSON_ArrayForEach (row, cJSON_GetObjectItemCaseSensitive(run, "rows")) {
        count++;
        confirmed += host_row_confirms(row);
        show_shared(hosts, row, build);
    }
    printf("%s: Windows %u.%u confirms %u of the %u rows that have run there\n", path, build, revision_of(run),
        confirmed, count);
}

/* --- the command --- */

static bool has_hosts(const char *root)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/spec/hosts.json", root);
    FILE *file = fopen(path, "rb");
    if (file)
        fclose(file);
    return file != NULL;
}

/* Adds the result to the file of its build. Returns the exit code. */
static int adopt(const struct adoption *adoption, const struct result *result)
{
    char folder[PATH_BYTES - 40], path[PATH_BYTES];
    struct hosts hosts = {.count = 0};
    struct host_mistake mistake;
    cJSON *root;
    int code = 2;
    snprintf(folder, sizeof folder, "%s/spec/hosts", adoption->root);
    snprintf(path, sizeof path, "%s/%u.json", folder, result->build);
    if (!read_host(path, &root))
        return 2;
    if (!root) {
        root = cJSON_CreateObject();
        cJSON_AddNumberToObject(root, "version", HOST_FILE_VERSION);
        cJSON_AddNumberToObject(root, "build", result->build);
        cJSON_AddArrayToObject(root, "runs");
    }
    cJSON *run = run_of(result);
    insert_run(root, run);
    if (!host_file_check(root, result->build, &mistake))
        (void)file_refuse(result->path, "%s", mistake.text);
    else if (read_others(folder, result->build, &hosts) && (adoption->dry_run || text_write(path, print_host(root)))) {
        show_run(path, run, &hosts, result->build);
        code = 0;
    }
    free_hosts(&hosts);
    cJSON_Delete(root);
    return code;
}

static int run(void *values, const struct command_words *words)
{
    struct adoption *adoption = values;
    struct result result;
    if (!adoption->root)
        adoption->root = ".";
    if (!has_hosts(adoption->root))
        return command_wrong("no facts below %s/spec; name the project's folder with --root", adoption->root);
    if (!result_read(words->list[0], &result))
        return 2;
    int code = !time_fits(&result) ? 2 : result_fits(&result) ? adopt(adoption, &result) : 1;
    result_free(&result);
    return code;
}

static const struct command_option options[] = {{.name = "root",
                                                    .kind = OPTION_FOLDER,
                                                    .argument = "DIR",
                                                    .place = offsetof(struct adoption, root),
                                                    .help = "the folder that has spec/; default: the current folder"},
    {.name = "dry-run",
        .letter = 'n',
        .kind = OPTION_FLAG,
        .place = offsetof(struct adoption, dry_run),
        .help = "write nothing"},
    {.name = NULL}};

static const struct command_word one_run[] = {{.name = "RUN.json", .minimum = 1, .maximum = 1}, {.name = NULL}};

const struct command adopt_command = {.name = "adopt",
    .summary = "take the outcomes of a real Windows host into spec/hosts",
    .description =
        "Checks that a result is whole and unchanged, of the rows of this tool, and of computecore.dll of a real "
        "Windows host, not of our own library; then writes its outcomes into spec/hosts/BUILD.json. A result of the "
        "same update revision is replaced. Rows without a specified outcome to which two builds give the same answer "
        "are named. Sign what you publish; see the README.",
    .options = options,
    .words = one_run,
    .examples = {"adopt quick.json", "adopt --dry-run --root ../computecore full.json"},
    .exit_codes = "Exit code: 0 adopted, 1 the result is not one of a real host or of other rows, 2 wrong use or a "
                  "file that can't be used.",
    .size = sizeof(struct adoption),
    .run = run};
