/* The database of results. Entry points: store_open(), store_add(). */
#include "history_store.h"
#include "base/allocate.h"
#include "document/document.h"
#include "base/text/digest.h"
#include "result/checksum.h"
#include "base/text/pattern.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APPLICATION = 0x48435352, VERSION = 1, BUSY_MS = 10000, WORD = 4, MAX_ROWS = 10000000 };

static const char schema[] =
    "CREATE TABLE runs (number INTEGER PRIMARY KEY, digest TEXT UNIQUE NOT NULL, started TEXT NOT NULL, target TEXT "
    "NOT "
    "NULL, build INTEGER NOT NULL, revision INTEGER NOT NULL, spec TEXT NOT NULL, seconds REAL NOT NULL, counts TEXT "
    "NOT "
    "NULL, head TEXT NOT NULL);"
    "CREATE TABLE rows (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL);"
    "CREATE TABLE outcomes (run INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE contents (number INTEGER PRIMARY KEY, hash INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX contents_by_hash ON contents (hash);"
    "CREATE TABLE details (run INTEGER PRIMARY KEY, contents BLOB NOT NULL, times BLOB NOT NULL);"
    "CREATE INDEX runs_by_time ON runs (started, number);";

struct store {
    sqlite3 *base;
    const char *path;
};

static bool complain(const struct store *store)
{
    int code = sqlite3_errcode(store->base) & 0xFF;
    const char *what = code == SQLITE_NOTADB                            ? "is no database of results"
                       : code == SQLITE_CORRUPT                         ? "is damaged"
                       : code == SQLITE_BUSY || code == SQLITE_LOCKED   ? "is locked by another program"
                       : code == SQLITE_FULL                            ? "can't grow: the disk is full"
                       : code == SQLITE_READONLY || code == SQLITE_PERM ? "can't be written"
                       : code == SQLITE_CANTOPEN                        ? "can't be opened"
                                                                        : sqlite3_errmsg(store->base);
    fprintf(stderr, "hcs-conformance: history %s: %s\n", store->path, what);
    return false;
}

/* What the database holds is nothing that this tool has written. */
static bool complain_of(const struct store *store, const char *what)
{
    fprintf(stderr, "hcs-conformance: history %s: is damaged: %s\n", store->path, what);
    return false;
}

static bool run(struct store *store, const char *sql)
{
    return sqlite3_exec(store->base, sql, NULL, NULL, NULL) == SQLITE_OK || complain(store);
}

/* Returns a prepared statement, or NULL after a message. */
static sqlite3_stmt *prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->base, sql, -1, &statement, NULL) != SQLITE_OK)
        complain(store);
    return statement;
}

static bool step_done(struct store *store, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || complain(store);
}

/* --- open --- */

/* Runs a statement and returns the number that it yields. */
static long long number_of(struct store *store, const char *sql, bool *good)
{
    long long value = 0;
    sqlite3_stmt *statement = prepare(store, sql);
    *good = statement && sqlite3_step(statement) == SQLITE_ROW;
    if (*good)
        value = sqlite3_column_int64(statement, 0);
    else if (statement)
        complain(store);
    sqlite3_finalize(statement);
    return value;
}

static bool refuse(const struct store *store)
{
    fprintf(stderr, "hcs-conformance: history %s: is no database of results\n", store->path);
    return false;
}

/* Checks again within the transaction, as another process may be creating the tables, too. A file of another
   application is refused. */
static bool make_tables(struct store *store)
{
    char sql[160];
    bool good;
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION, VERSION);
    if (!run(store, "BEGIN IMMEDIATE"))
        return false;
    long long application = number_of(store, "PRAGMA application_id", &good);
    long long tables = good ? number_of(store, "SELECT count(*) FROM sqlite_master", &good) : 0;
    if (good && application != APPLICATION)
        good = tables ? refuse(store) : run(store, schema) && run(store, sql);
    if (good)
        return run(store, "COMMIT");
    sqlite3_exec(store->base, "ROLLBACK", NULL, NULL, NULL); /* the failure was already reported */
    return false;
}

/* A file without tables is new, or its creator was ended before it made them. */
static bool check(struct store *store, bool create)
{
    bool good;
    long long application = number_of(store, "PRAGMA application_id", &good);
    if (good && application != APPLICATION)
        good = create ? make_tables(store) : refuse(store);
    long long version = good ? number_of(store, "PRAGMA user_version", &good) : 0;
    if (good && version > VERSION) {
        fprintf(stderr, "hcs-conformance: history %s: was made by a newer version (format %lld, here %d)\n",
            store->path, version, VERSION);
        return false;
    }
    return good;
}

/* SQLite's memory behaves as the tool's own: when it runs out, the tool ends. The next process that opens the file
   rolls back an open transaction. */
static sqlite3_mem_methods own_memory;

static void *take_memory(int size)
{
    void *memory = own_memory.xMalloc(size);
    if (!memory)
        out_of_memory();
    return memory;
}

static void *take_more_memory(void *memory, int size)
{
    void *larger = own_memory.xRealloc(memory, size);
    if (!larger)
        out_of_memory();
    return larger;
}

static void use_memory_of_the_tool(void)
{
    if (own_memory.xMalloc)
        return;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &own_memory); /* can't fail before SQLite's first use */
    sqlite3_mem_methods methods = own_memory;
    methods.xMalloc = take_memory;
    methods.xRealloc = take_more_memory;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* SQLite gives some names a special meaning (":memory:", "file:…"); "./" before them makes them plain files. */
static bool open_file(struct store *store, bool create)
{
    int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    char *path = sqlite3_mprintf("%s%s", strchr("/.", *store->path) ? "" : "./", store->path);
    bool good = path && sqlite3_open_v2(path, &store->base, flags, NULL) == SQLITE_OK;
    sqlite3_free(path);
    return good;
}

struct store *store_open(const char *path, bool create)
{
    use_memory_of_the_tool();
    struct store *store = allocate_zeros(1, sizeof *store);
    store->path = path;
    if (!*path) {
        fprintf(stderr, "hcs-conformance: history: the name of the database is empty\n");
        free(store);
        return NULL;
    }
    bool good = open_file(store, create);
    if (!good)
        complain(store);
    if (good) {
        sqlite3_busy_timeout(store->base, BUSY_MS);
        good = check(store, create);
    }
    if (good)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sqlite3_close(store->base);
    free(store);
}

/* --- add --- */

struct adding {
    struct store *store;
    sqlite3_stmt *find_row, *add_row, *find_content, *add_content;
    unsigned char *outcomes, *contents, *times; /* by row number */
    unsigned rows, capacity;                    /* row numbers below rows are set */
};

static long long last_number(const struct store *store)
{
    return sqlite3_last_insert_rowid(store->base);
}

/* Returns the number of a row, which is added if it is new; -1 on failure. */
static long long number_row(struct adding *adding, const char *id)
{
    long long number = -1;
    sqlite3_bind_text(adding->find_row, 1, id, -1, SQLITE_STATIC);
    int code = sqlite3_step(adding->find_row);
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(adding->find_row, 0);
    sqlite3_reset(adding->find_row);
    if (code != SQLITE_DONE)
        return number;
    sqlite3_bind_text(adding->add_row, 1, id, -1, SQLITE_STATIC);
    return step_done(adding->store, adding->add_row) ? last_number(adding->store) : -1;
}

static long long number_content(struct adding *adding, const char *text)
{
    long long number = -1, hash = (long long)digest_text(text);
    sqlite3_bind_int64(adding->find_content, 1, hash);
    sqlite3_bind_text(adding->find_content, 2, text, -1, SQLITE_STATIC);
    int code = sqlite3_step(adding->find_content);
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(adding->find_content, 0);
    sqlite3_reset(adding->find_content);
    if (code != SQLITE_DONE)
        return number;
    sqlite3_bind_int64(adding->add_content, 1, hash);
    sqlite3_bind_text(adding->add_content, 2, text, -1, SQLITE_STATIC);
    return step_done(adding->store, adding->add_content) ? last_number(adding->store) : -1;
}

/* The content of a row without its measurements, which differ in every run. */
static char *content_of(const cJSON *row)
{
    static const char *const measured[] = {"milliseconds", "samples", "latencies"};
    cJSON *copy = cJSON_Duplicate(row, 1), *step;
    cJSON_ArrayForEach (step, cJSON_GetObjectItemCaseSensitive(copy, "steps"))
        cJSON_DeleteItemFromObjectCaseSensitive(step, "milliseconds");
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(copy, measured[i]);
    char *text = copy ? cJSON_PrintUnformatted(copy) : NULL;
    cJSON_Delete(copy);
    return text;
}

static bool widen(struct adding *adding, unsigned number)
{
    if (number < adding->capacity)
        return true;
    unsigned capacity = number * 2 + 4096;
    unsigned char *outcomes = allocate_zeros(capacity, 1), *contents = allocate_zeros(capacity, WORD),
                  *times = allocate_zeros(capacity, WORD);
    if (adding->rows) {
        memcpy(outcomes, adding->outcomes, adding->rows);
        memcpy(contents, adding->contents, (size_t)adding->rows * WORD);
        memcpy(times, adding->times, (size_t)adding->rows * WORD);
    }
    free(adding->outcomes);
    free(adding->contents);
    free(adding->times);
    adding->outcomes = outcomes;
    adding->contents = contents;
    adding->times = times;
    adding->capacity = capacity;
    return true;
}

/* Little-endian, so that the file is the same everywhere. */
static void put_word(unsigned char *words, unsigned index, uint32_t value)
{
    for (int i = 0; i < WORD; i++)
        words[index * WORD + (unsigned)i] = (unsigned char)(value >> 8 * i);
}

static uint32_t get_word(const unsigned char *words, unsigned index)
{
    uint32_t value = 0;
    for (int i = 0; i < WORD; i++)
        value |= (uint32_t)words[index * WORD + (unsigned)i] << 8 * i;
    return value;
}

static bool add_result_row(struct adding *adding, const struct result_row *row)
{
    char *text = content_of(row->json);
    long long number = text ? number_row(adding, row->id) : -1;
    long long content = number < 0 ? -1 : number_content(adding, text);
    cJSON_free(text);
    if (number < 0 || content < 0 || number > 100000000 || !widen(adding, (unsigned)number))
        return false;
    unsigned index = (unsigned)number;
    double time = row->milliseconds * 1000;
    adding->outcomes[index] = (unsigned char)(1 + row->outcome);
    put_word(adding->contents, index, (uint32_t)content);
    put_word(adding->times, index, time > 0 && time < UINT32_MAX ? (uint32_t)time : 0);
    if (index >= adding->rows)
        adding->rows = index + 1;
    return true;
}

static bool add_blobs(struct adding *adding, long long number)
{
    sqlite3_stmt *outcomes = prepare(adding->store, "INSERT INTO outcomes VALUES (?, ?)");
    sqlite3_stmt *details = prepare(adding->store, "INSERT INTO details VALUES (?, ?, ?)");
    bool good = outcomes && details;
    if (good) {
        sqlite3_bind_int64(outcomes, 1, number);
        sqlite3_bind_blob(outcomes, 2, adding->outcomes, (int)adding->rows, SQLITE_STATIC);
        sqlite3_bind_int64(details, 1, number);
        sqlite3_bind_blob(details, 2, adding->contents, (int)(adding->rows * WORD), SQLITE_STATIC);
        sqlite3_bind_blob(details, 3, adding->times, (int)(adding->rows * WORD), SQLITE_STATIC);
        good = step_done(adding->store, outcomes) && step_done(adding->store, details);
    }
    sqlite3_finalize(outcomes);
    sqlite3_finalize(details);
    return good;
}

static char *head_of(const struct result *result)
{
    cJSON *head = cJSON_CreateObject(), *member;
    cJSON_ArrayForEach (member, result->root)
        if (strcmp(member->string, "rows") != 0)
            cJSON_AddItemToObject(head, member->string, cJSON_Duplicate(member, 1));
    char *text = cJSON_PrintUnformatted(head);
    cJSON_Delete(head);
    return text;
}

static bool add_run(struct store *store, const struct result *result, long long *number)
{
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(result->root, "seconds");
    char *head = head_of(result);
    char *counts = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(result->root, "counts"));
    sqlite3_stmt *add = prepare(store, "INSERT INTO runs (digest, started, target, build, revision, spec, seconds, "
                                       "counts, head) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bool good = add && head && counts;
    if (good) {
        const char *digest = checksum_of(result->root);
        sqlite3_bind_text(add, 1, digest, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 2, result->started, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 3, result_target_name(result), -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 4, result->build);
        sqlite3_bind_int64(add, 5, result->revision);
        sqlite3_bind_text(add, 6, result->spec, -1, SQLITE_STATIC);
        sqlite3_bind_double(add, 7, cJSON_IsNumber(seconds) ? seconds->valuedouble : 0);
        sqlite3_bind_text(add, 8, counts, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 9, head, -1, SQLITE_STATIC);
        good = step_done(store, add);
        *number = last_number(store);
    }
    sqlite3_finalize(add);
    cJSON_free(head);
    cJSON_free(counts);
    return good;
}

static bool add_rows(struct store *store, const struct result *result, long long number)
{
    struct adding adding = {.store = store,
        .find_row = prepare(store, "SELECT number FROM rows WHERE id = ?"),
        .add_row = prepare(store, "INSERT INTO rows (id) VALUES (?)"),
        .find_content = prepare(store, "SELECT number FROM contents WHERE hash = ? AND text = ?"),
        .add_content = prepare(store, "INSERT INTO contents (hash, text) VALUES (?, ?)")};
    bool good = adding.find_row && adding.add_row && adding.find_content && adding.add_content && widen(&adding, 0);
    for (unsigned i = 0; i < result->count && good; i++)
        good = add_result_row(&adding, &result->rows[i]);
    good = good && add_blobs(&adding, number);
    sqlite3_finalize(adding.find_row);
    sqlite3_finalize(adding.add_row);
    sqlite3_finalize(adding.find_content);
    sqlite3_finalize(adding.add_content);
    free(adding.outcomes);
    free(adding.contents);
    free(adding.times);
    return good;
}

/* Returns the number of the run with that digest, 0 if there is none, -1 on failure. */
static long long find_run(struct store *store, const char *digest)
{
    sqlite3_stmt *find = prepare(store, "SELECT number FROM runs WHERE digest = ?");
    long long number = -1;
    if (find) {
        sqlite3_bind_text(find, 1, digest, -1, SQLITE_STATIC);
        int code = sqlite3_step(find);
        number = code == SQLITE_ROW ? sqlite3_column_int64(find, 0) : code == SQLITE_DONE ? 0 : -1;
        if (number < 0)
            complain(store);
    }
    sqlite3_finalize(find);
    return number;
}

bool store_add(struct store *store, const struct result *result, long long *number, bool *known)
{
    const char *digest = checksum_of(result->root);
    if (!run(store, "BEGIN IMMEDIATE"))
        return false;
    *number = find_run(store, digest);
    *known = *number > 0;
    bool good = *number >= 0 && (*known || (add_run(store, result, number) && add_rows(store, result, *number)));
    if (good && run(store, "COMMIT"))
        return true;
    sqlite3_exec(store->base, "ROLLBACK", NULL, NULL, NULL); /* the failure was already reported */
    return false;
}

/* --- runs --- */

static void take_counts(const char *text, unsigned counts[OUTCOMES])
{
    cJSON *json = cJSON_Parse(text);
    const cJSON *count;
    cJSON_ArrayForEach (count, json)
        if (outcome_named(count->string) != OUTCOMES && count->valuedouble >= 0 && count->valuedouble <= UINT32_MAX)
            counts[outcome_named(count->string)] = (unsigned)count->valuedouble;
    cJSON_Delete(json);
}

static char *column_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return allocate_copy(text ? text : "");
}

static bool fits(const struct store_run *found, const struct store_filter *filter)
{
    return (!filter->target || pattern_fits(filter->target, found->target)) &&
           (!filter->builds[0] || (found->build >= filter->builds[0] && found->build <= filter->builds[1]));
}

/* The database yields the newest first, so that a limit can end the search; the list is reversed at the end. */
bool store_runs(struct store *store, const struct store_filter *filter, struct store_run **runs, unsigned *count)
{
    sqlite3_stmt *list =
        prepare(store, "SELECT number, started, target, spec, build, revision, seconds, counts FROM runs "
                       "ORDER BY started DESC, number DESC");
    unsigned capacity = 0;
    int code = SQLITE_ERROR;
    *runs = NULL;
    *count = 0;
    while (list && (code = sqlite3_step(list)) == SQLITE_ROW && (!filter->last || *count < filter->last)) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 256;
            *runs = reallocate(*runs, capacity * sizeof **runs);
        }
        struct store_run *found = &(*runs)[*count];
        *found = (struct store_run){.number = sqlite3_column_int64(list, 0),
            .started = column_text(list, 1),
            .target = column_text(list, 2),
            .spec = column_text(list, 3),
            .build = (unsigned)sqlite3_column_int64(list, 4),
            .revision = (unsigned)sqlite3_column_int64(list, 5),
            .seconds = sqlite3_column_double(list, 6)};
        const char *counts = (const char *)sqlite3_column_text(list, 7);
        take_counts(counts ? counts : "", found->counts);
        ++*count;
        if (!fits(found, filter)) {
            --*count;
            free(found->started);
            free(found->target);
            free(found->spec);
        }
    }
    bool good = list && (code == SQLITE_DONE || code == SQLITE_ROW);
    if (list && !good)
        complain(store);
    sqlite3_finalize(list);
    for (unsigned i = 0; i < *count / 2; i++) {
        struct store_run other = (*runs)[i];
        (*runs)[i] = (*runs)[*count - 1 - i];
        (*runs)[*count - 1 - i] = other;
    }
    return good;
}

void store_free_runs(struct store_run *runs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(runs[i].started);
        free(runs[i].target);
        free(runs[i].spec);
    }
    free(runs);
}

/* --- rows --- */

static bool take_ids(struct store *store, sqlite3_stmt *list, char **ids, unsigned count)
{
    int code;
    while ((code = sqlite3_step(list)) == SQLITE_ROW) {
        sqlite3_int64 number = sqlite3_column_int64(list, 0);
        if (number < 0 || number >= count || ids[number])
            return complain_of(store, "numbers of rows");
        ids[number] = column_text(list, 1);
    }
    return code == SQLITE_DONE || complain(store);
}

bool store_rows(struct store *store, char ***ids, unsigned *count)
{
    sqlite3_stmt *maximum = prepare(store, "SELECT coalesce(max(number), 0) + 1 FROM rows");
    sqlite3_stmt *list = prepare(store, "SELECT number, id FROM rows");
    bool good = maximum && list && sqlite3_step(maximum) == SQLITE_ROW;
    *ids = NULL;
    *count = 0;
    if (!good && maximum && list)
        complain(store);
    sqlite3_int64 above = good ? sqlite3_column_int64(maximum, 0) : 0;
    if (good && (above < 0 || above > MAX_ROWS))
        good = complain_of(store, "numbers of rows");
    if (good) {
        *count = (unsigned)above;
        *ids = allocate_zeros(*count + 1, sizeof **ids);
        good = take_ids(store, list, *ids, *count);
    }
    sqlite3_finalize(maximum);
    sqlite3_finalize(list);
    return good;
}

void store_free_rows(char **ids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
}

long store_row(struct store *store, const char *id)
{
    sqlite3_stmt *find = prepare(store, "SELECT number FROM rows WHERE id = ?");
    long number = -1;
    if (find) {
        sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
        int code = sqlite3_step(find);
        if (code == SQLITE_ROW)
            number = (long)sqlite3_column_int64(find, 0);
        else if (code != SQLITE_DONE)
            complain(store);
    }
    sqlite3_finalize(find);
    return number;
}

bool store_outcomes(struct store *store, const struct store_run *runs, unsigned count,
    void (*take)(void *context, unsigned index, const unsigned char *outcomes, unsigned length), void *context)
{
    sqlite3_stmt *find = prepare(store, "SELECT bytes FROM outcomes WHERE run = ?");
    bool good = find;
    for (unsigned i = 0; i < count && good; i++) {
        sqlite3_bind_int64(find, 1, runs[i].number);
        good = sqlite3_step(find) == SQLITE_ROW || complain(store);
        const unsigned char *bytes = good ? sqlite3_column_blob(find, 0) : NULL;
        unsigned length = good ? (unsigned)sqlite3_column_bytes(find, 0) : 0;
        for (unsigned j = 0; j < length && good; j++)
            good = bytes[j] <= OUTCOMES || complain_of(store, "an outcome that there is not");
        if (good)
            take(context, i, bytes, length);
        sqlite3_reset(find);
    }
    sqlite3_finalize(find);
    return good;
}

/* --- content of rows --- */

/* Returns NULL after a message. */
static cJSON *content(struct store *store, uint32_t number)
{
    sqlite3_stmt *find = prepare(store, "SELECT text FROM contents WHERE number = ?");
    cJSON *json = NULL;
    if (find) {
        sqlite3_bind_int64(find, 1, number);
        const char *text = sqlite3_step(find) == SQLITE_ROW ? (const char *)sqlite3_column_text(find, 0) : NULL;
        json = text ? cJSON_Parse(text) : NULL;
        if (!cJSON_IsObject(json)) {
            complain_of(store, "the content of a row");
            cJSON_Delete(json);
            json = NULL;
        }
    }
    sqlite3_finalize(find);
    return json;
}

/* Takes one row of a run with its time; *json stays NULL if the run does not have it. false after a message. */
static bool row_again(struct store *store, sqlite3_stmt *details, unsigned index, cJSON **json)
{
    const unsigned char *contents = sqlite3_column_blob(details, 0), *times = sqlite3_column_blob(details, 1);
    unsigned count = (unsigned)sqlite3_column_bytes(details, 0) / WORD;
    if ((unsigned)sqlite3_column_bytes(details, 1) / WORD < count)
        return complain_of(store, "the times of a run");
    uint32_t number = index < count ? get_word(contents, index) : 0;
    *json = number ? content(store, number) : NULL;
    if (*json)
        cJSON_AddNumberToObject(*json, "milliseconds", get_word(times, index) / 1000.0);
    return *json || !number;
}

static sqlite3_stmt *find_details(struct store *store, long long run_number)
{
    sqlite3_stmt *find = prepare(store, "SELECT contents, times FROM details WHERE run = ?");
    if (!find)
        return NULL;
    sqlite3_bind_int64(find, 1, run_number);
    if (sqlite3_step(find) == SQLITE_ROW)
        return find;
    sqlite3_finalize(find);
    return NULL;
}

bool store_content(struct store *store, long long run_number, long row, cJSON **json)
{
    sqlite3_stmt *details = find_details(store, run_number);
    *json = NULL;
    bool good = details ? row_again(store, details, (unsigned)row, json) : complain_of(store, "the details of a run");
    sqlite3_finalize(details);
    return good;
}

/* Adds the rows of a run. false after a message. */
static bool rows_again(struct store *store, sqlite3_stmt *details, cJSON *root)
{
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    unsigned count = (unsigned)sqlite3_column_bytes(details, 0) / WORD;
    for (unsigned i = 0; i < count; i++) {
        cJSON *row = NULL;
        if (!row_again(store, details, i, &row))
            return false;
        if (row)
            cJSON_AddItemToArray(rows, row);
    }
    return true;
}

bool store_export(struct store *store, long long run_number, cJSON **root)
{
    sqlite3_stmt *find = prepare(store, "SELECT head FROM runs WHERE number = ?"), *details = NULL;
    bool good = find;
    *root = NULL;
    if (find) {
        sqlite3_bind_int64(find, 1, run_number);
        int code = sqlite3_step(find);
        const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(find, 0) : NULL;
        cJSON *head = text ? cJSON_Parse(text) : NULL;
        *root = cJSON_IsObject(head) ? head : NULL;
        if (*root)
            good = (details = find_details(store, run_number)) ? rows_again(store, details, *root)
                                                               : complain_of(store, "the details of a run");
        else if (code == SQLITE_ROW)
            good = complain_of(store, "the head of a run");
        else if (code != SQLITE_DONE)
            good = complain(store);
        if (!*root)
            cJSON_Delete(head);
    }
    sqlite3_finalize(find);
    sqlite3_finalize(details);
    if (good && *root) {
        checksum_add(*root);
        return true;
    }
    cJSON_Delete(*root);
    *root = NULL;
    return good;
}
