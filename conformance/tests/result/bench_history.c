/* What a history of 10,000 runs of 5,000 rows costs compared with one of 1,000 runs: its size, one more run, each
   question. The runs are added as results for the first few, and copied within the database for the rest, each with
   outcomes of its own. */
#include "result/checksum.h"
#include "history/history_store.h"
#include "history/history_query.h"
#include "platform/platform.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 5000, FEW = 1000, MANY = 10000 };

static double now(void)
{
    return (double)platform_time() / 1e9;
}

static struct result make(unsigned number)
{
    struct result result;
    char id[64], started[64];
    cJSON *root = cJSON_CreateObject(), *rows = cJSON_CreateArray();
    cJSON_AddNumberToObject(root, "version", RESULT_VERSION);
    cJSON_AddStringToObject(root, "target", "computecore.dll");
    cJSON_AddStringToObject(root, "spec", "0123456789abcdef");
    snprintf(started, sizeof started, "2026-01-01T00:00:00.%06u", number);
    cJSON_AddStringToObject(root, "started", started);
    cJSON_AddNumberToObject(root, "build", 20348);
    cJSON_AddItemToObject(root, "rows", rows);
    for (unsigned i = 0; i < ROWS; i++) {
        cJSON *row = cJSON_CreateObject();
        snprintf(id, sizeof id, "HcsFunction%u.what-is-expected.%u", i % 60, i);
        cJSON_AddStringToObject(row, "id", id);
        cJSON_AddStringToObject(row, "outcome", (i + number) % 97 ? "pass" : "fail");
        cJSON_AddStringToObject(row, "result", "S_OK");
        cJSON_AddNumberToObject(row, "milliseconds", i);
        cJSON_AddItemToArray(rows, row);
    }
    checksum_add(root);
    char *text = cJSON_PrintUnformatted(root);
    if (!result_parse(text, strlen(text), "made", &result))
        exit(1);
    cJSON_free(text);
    cJSON_Delete(root);
    return result;
}

/* Returns seconds. */
static double add(const char *path, unsigned number)
{
    struct result result = make(number);
    double start = now();
    long long run;
    bool known;
    struct store *store = store_open(path, true);
    if (!store || !store_add(store, &result, &run, &known))
        exit(1);
    store_close(store);
    double took = now() - start;
    result_free(&result);
    return took;
}

static void run_sql(sqlite3 *base, const char *sql)
{
    if (sqlite3_exec(base, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(base));
        exit(1);
    }
}

/* Adds copies of the first run in which some outcomes differ. */
static void copy_runs(const char *path, unsigned from, unsigned to)
{
    sqlite3 *base;
    sqlite3_stmt *run, *outcomes, *details;
    unsigned char bytes[ROWS + 1];
    uint64_t random = from;
    if (sqlite3_open(path, &base) != SQLITE_OK)
        exit(1);
    run_sql(base, "BEGIN");
    sqlite3_prepare_v2(base,
        "INSERT INTO runs SELECT ?1, printf('copy %d', ?1), printf('2026-01-02T00:00:00.%06d', ?1), target, "
        "build, revision, spec, seconds, counts, head FROM runs WHERE number = 1",
        -1, &run, NULL);
    sqlite3_prepare_v2(base, "INSERT INTO outcomes VALUES (?1, ?2)", -1, &outcomes, NULL);
    sqlite3_prepare_v2(
        base, "INSERT INTO details SELECT ?1, contents, times FROM details WHERE run = 1", -1, &details, NULL);
    for (unsigned i = from; i <= to; i++) {
        for (unsigned row = 0; row <= ROWS; row++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[row] = (unsigned char)(1 + (random >> 33) % 200 / 199);
        }
        sqlite3_bind_int(run, 1, (int)i);
        sqlite3_bind_int(outcomes, 1, (int)i);
        sqlite3_bind_blob(outcomes, 2, bytes, sizeof bytes, SQLITE_STATIC);
        sqlite3_bind_int(details, 1, (int)i);
        sqlite3_stmt *all[] = {run, outcomes, details};
        for (int j = 0; j < 3; j++) {
            if (sqlite3_step(all[j]) != SQLITE_DONE) {
                fprintf(stderr, "%s\n", sqlite3_errmsg(base));
                exit(1);
            }
            sqlite3_reset(all[j]);
        }
    }
    run_sql(base, "COMMIT");
    sqlite3_finalize(run);
    sqlite3_finalize(outcomes);
    sqlite3_finalize(details);
    sqlite3_close(base);
}

static const char *const questions[] = {"list %s", "row %s HcsFunction1.what-is-expected.1", "flaky %s",
    "query %s 'seq(pass fail)'", "query %s 'seq(pass bad pass bad) and last(pass) and not row(HcsFunction3.*)'"};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void ask(const char *tool, const char *path, double times[QUESTIONS])
{
    char command[600], question[300];
    for (int i = 0; i < QUESTIONS; i++) {
        snprintf(question, sizeof question, questions[i], path);
        snprintf(command, sizeof command, "%s history %s >/dev/null 2>&1", tool, question);
        double start = now();
        (void)!system(command);
        times[i] = now() - start;
    }
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/bench-history-XXXXXX";
    double few[QUESTIONS], many[QUESTIONS];
    struct stat info;
    if (argc != 2 || close(mkstemp(path)))
        return 2;
    unlink(path);
    double first = 0, last = 0;
    for (unsigned i = 0; i < 20; i++)
        first += add(path, i) / 20;
    copy_runs(path, 21, FEW);
    ask(argv[1], path, few);
    copy_runs(path, FEW + 1, MANY);
    ask(argv[1], path, many);
    for (unsigned i = 0; i < 20; i++)
        last += add(path, 100 + i) / 20;
    if (stat(path, &info))
        return 1;
    printf("history of %d runs of %d rows: %.0f MB, %.1f KB a run; one more run takes %.0f ms, in an empty one %.0f ms "
           "(%.2f)\n",
        MANY, ROWS, (double)info.st_size / 1e6, (double)info.st_size / 1e3 / MANY, last * 1e3, first * 1e3,
        last / first);
    for (int i = 0; i < QUESTIONS; i++)
        printf("  %-90.*s %6.3f s, of %d runs %6.3f s (%.1f)\n", (int)strlen(questions[i]), questions[i], many[i], FEW,
            few[i], many[i] / few[i]);
    unlink(path);
    return 0;
}
