/* The database of results: queries, what survives when the tool is killed, and files that are no database. */
#include "history/history_query.h"
#include "../made.h"
#include <signal.h>
#include <sqlite3.h>

TestSuite(history, .init = make_folder, .fini = drop_folder, .timeout = 240);

/* Runs r1.json, r2.json …, a day each, the first seven of one build, the others of the next. */
static void add_runs(const char *const *rows, unsigned count)
{
    char name[32], started[32], command[64];
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "r%u.json", i + 1);
        snprintf(started, sizeof started, "2026-11-%02uT10:00:00Z", i + 1);
        write_rows(name, rows[i], started, i < 7 ? 20348 : 26100);
        snprintf(command, sizeof command, "history add h.db r%u.json", i + 1);
        cr_assert_eq(tool(command), 0, "%s", said);
    }
}

static const char *const five[] = {"f.a pass S_OK,f.b pass,f.c fail,g.d skip",
    "f.a fail E_FAIL,f.b pass,f.c fail,g.d skip", "f.a pass S_OK,f.b pass,f.c fail,g.d pass",
    "f.a fail E_FAIL,f.b crash,f.c fail", "f.a pass S_OK,f.b pass,f.c pass,g.d pass"};

static const struct {
    const char *query, *found;
} queries[] = {
    {"seq(pass fail)", "f.a"},
    {"seq(pass bad)", "f.a f.b"},
    {"seq(pass bad pass)", "f.a f.b"},
    {"seq(fail fail fail fail pass)", "f.c"},
    {"seq(skip skip pass pass)", "g.d"}, /* it was not in the fourth run */
    {"seq(pass pass pass)", "f.b"},
    {"seq(pass crash fail)", ""},
    {"seq(* * *)", "f.a f.b f.c g.d"},
    {"seq(pass pass crash)", "f.b"},
    {"any(crash timeout)", "f.b"},
    {"all(fail)", ""},
    {"all(pass bad)", "f.a f.b f.c"},
    {"first(pass) and last(pass)", "f.a f.b"},
    {"last(pass) and not first(pass)", "f.c g.d"},
    {"any(fail) and not any(pass) or any(skip)", "g.d"},
    {"row(f.*) and (any(crash) or first(fail))", "f.b f.c"},
    {"function(g)", "g.d"},
    {"not function(f)", "g.d"},
};

Test(history, queries_find_rows_by_their_outcomes_over_time)
{
    add_runs(five, 5);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char arguments[200], expected[200];
        const char *p = queries[i].found;
        snprintf(arguments, sizeof arguments, "history query h.db '%s' 2>/dev/null | tr '\\n' ' '", queries[i].query);
        tool(arguments);
        snprintf(expected, sizeof expected, "%s%s", p, *p ? " " : "");
        cr_expect_str_eq(said, expected, "%s: '%s', not '%s'", queries[i].query, said, expected);
    }
    cr_expect_eq(tool("history query h.db 'all(fail)'"), 1);
    SAYS("0 rows in 5 runs");
    cr_expect_eq(tool("history query h.db 'any(fail)' --last 1"), 1, "%s", said);
    cr_expect_eq(tool("history query h.db 'any(fail)' --build 26100"), 1, "%s", said);
    cr_expect_eq(tool("history query h.db 'any(fail)' --build 17763-20348 --target 'computecore.*'"), 0, "%s", said);
}

Test(history, what_is_no_query_is_one_line_that_names_the_place)
{
    static const char *const wrong[][2] = {{"", "seq, any, all, first, last, row or function expected at \"the end\""},
        {"seq", "( expected at \"the end\""}, {"seq()", "the parentheses are empty"},
        {"seq(pass", ") expected at \"the end\""}, {"seq(pass) or", "expected at \"the end\""},
        {"seq(sad)", "an outcome, bad, good or * expected at \"sad)\""}, {"(any(pass)", ") expected"},
        {"any(pass) any(fail)", "and, or, or the end expected at \"any(fail)\""}};
    add_runs(five, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char arguments[200];
        snprintf(arguments, sizeof arguments, "history query h.db ' %s'", wrong[i][0]);
        cr_expect_eq(tool(arguments), 2, "%s", said);
        SAYS(wrong[i][1]);
        IS_ONE_LINE;
    }
}

Test(history, runs_rows_and_flaky_rows_are_shown)
{
    add_runs(five, 5);
    cr_expect_eq(tool("history add h.db r1.json r5.json"), 0, "%s", said);
    SAYS("r1.json: is already run 1");
    cr_expect_eq(tool("history list h.db"), 0, "%s", said);
    SAYS("5  2026-11-05T10:00:00Z");
    cr_expect_eq(tool("history row h.db f.a"), 0, "%s", said);
    SAYS("fail             E_FAIL");
    cr_expect_eq(tool("history row h.db none"), 1, "%s", said);
    cr_expect_eq(tool("history flaky h.db"), 0, "%s", said);
    SAYS("f.a ");
    SAYS("bad in 2 of 5 runs, changed 4 times");
    SAYS_NOT("f.c");
    cr_expect_eq(tool("history grid h.db"), 0, "%s", said);
    SAYS("computecore.dll          20348");
    cr_expect_eq(tool("report r5.json --html p.html --history h.db"), 0, "%s", said);
}

Test(history, an_export_is_the_result_that_was_added)
{
    add_runs(five, 2);
    cr_expect_eq(tool("history export h.db 2 again.json"), 0, "%s", said);
    cr_expect_eq(tool("compare r2.json again.json --fail-on any"), 0, "%s", said);
    SAYS("2 still bad, 2 the same");
    cr_expect_eq(tool("history export h.db 9 again.json"), 2);
    SAYS("there is no run 9");
}

static void say_to(const char *sql)
{
    char path[160];
    sqlite3 *base;
    snprintf(path, sizeof path, "%s/h.db", folder);
    cr_assert_eq(sqlite3_open(path, &base), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(base, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(base));
    sqlite3_close(base);
}

Test(history, what_is_no_database_is_one_line_and_stays_as_it_is)
{
    char command[256];
    write_rows("r.json", "a pass", "", 0);
    cr_expect_eq(tool("history list h.db"), 2);
    SAYS("history h.db: can't be opened");
    cr_expect_eq(tool("history list"), 2);
    cr_expect_eq(tool("history lisp h.db"), 2);
    write_text("h.db", "this is a letter, and no database at all, though it is long enough to be looked at as one");
    cr_expect_eq(tool("history add h.db r.json"), 2);
    SAYS("history h.db: is no database of results");
    IS_ONE_LINE;
    snprintf(command, sizeof command, "grep -q 'a letter' %s/h.db && rm %s/h.db", folder, folder);
    cr_assert_eq(system(command), 0);
    say_to("CREATE TABLE notes (text TEXT)");
    cr_expect_eq(tool("history add h.db r.json"), 2, "%s", said);
    SAYS("is no database of results");
    snprintf(command, sizeof command, "rm %s/h.db", folder);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(tool("history add h.db r.json"), 0, "%s", said);
    say_to("PRAGMA user_version = 7");
    cr_expect_eq(tool("history list h.db"), 2);
    SAYS("was made by a newer version (format 7, here 1)");
}

Test(history, a_damaged_database_is_said_to_be)
{
    char command[300];
    add_runs(five, 5);
    snprintf(command, sizeof command, "dd if=/dev/urandom of=%s/h.db bs=512 seek=10 count=60 conv=notrunc 2>/dev/null",
        folder);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(tool("history query h.db 'any(pass)'"), 2, "%s", said);
    SAYS("history h.db: is damaged");
    IS_ONE_LINE;
}

/* What no tool has written there, each with a command that meets it. */
static const struct {
    const char *sql, *command, *says;
} damages[] = {
    {"UPDATE outcomes SET bytes = x'FF' || substr(bytes, 2)", "history query h.db 'any(pass)'",
        "is damaged: an outcome that there is not"},
    {"UPDATE outcomes SET bytes = substr(bytes, 1, 1) || x'FF'", "history row h.db f.a",
        "is damaged: an outcome that there is not"},
    {"UPDATE rows SET number = -1 WHERE id = 'f.a'", "history query h.db 'any(pass)'", "is damaged: numbers of rows"},
    {"UPDATE rows SET number = 4000000000000 WHERE id = 'f.a'", "history query h.db 'any(pass)'",
        "is damaged: numbers of rows"},
    {"UPDATE details SET times = x'00'", "history export h.db 1 x.json", "is damaged: the times of a run"},
    {"UPDATE details SET times = x'00'", "history row h.db f.a", "is damaged: the times of a run"},
    {"DELETE FROM details", "history export h.db 1 x.json", "is damaged: the details of a run"},
    {"DELETE FROM contents", "history export h.db 1 x.json", "is damaged: the content of a row"},
    {"UPDATE contents SET text = '[]'", "history export h.db 1 x.json", "is damaged: the content of a row"},
    {"UPDATE runs SET head = '5'", "history export h.db 1 x.json", "is damaged: the head of a run"},
    {"UPDATE runs SET head = json_set(head, '$.target', 5)", "history export h.db 1 x.json",
        "h.db: target is a number; it must be of type string"},
};

Test(history, damage_inside_is_one_line_and_code_2)
{
    char command[300];
    add_runs(five, 2);
    snprintf(command, sizeof command, "cp %s/h.db %s/good.db", folder, folder);
    cr_assert_eq(system(command), 0);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        snprintf(command, sizeof command, "cp %s/good.db %s/h.db", folder, folder);
        cr_assert_eq(system(command), 0);
        say_to(damages[i].sql);
        cr_expect_eq(tool(damages[i].command), 2, "%s: %s", damages[i].sql, said);
        SAYS(damages[i].says);
        IS_ONE_LINE;
        snprintf(command, sizeof command, "test ! -e %s/x.json", folder);
        cr_expect_eq(system(command), 0, "%s", damages[i].sql);
    }
    cr_expect_eq(tool("history export good.db 7 x.json"), 2);
    SAYS("history good.db: there is no run 7");
    IS_ONE_LINE;
}

Test(history, a_database_that_is_locked_is_waited_for_and_then_said_to_be)
{
    char path[160];
    sqlite3 *base;
    add_runs(five, 1);
    write_rows("r9.json", "a pass", "", 0);
    snprintf(path, sizeof path, "%s/h.db", folder);
    cr_assert_eq(sqlite3_open(path, &base), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(base, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    cr_expect_eq(tool("history add h.db r9.json"), 2, "%s", said);
    SAYS("history h.db: is locked by another program");
    IS_ONE_LINE;
    sqlite3_close(base);
    cr_expect_eq(tool("history add h.db r9.json"), 0, "%s", said);
}

/* Adds results until it is killed; each result reported as added has a line in a file. */
static pid_t start_adding(unsigned writer, unsigned count)
{
    pid_t process = fork();
    if (process)
        return process;
    for (unsigned i = 0; i < count; i++) {
        char command[300];
        snprintf(command, sizeof command, "cd %s && " TOOL " history add h.db w%u-%u.json >>added-%u 2>>complaints",
            folder, writer, i, writer);
        if (system(command))
            _exit(1);
    }
    _exit(0);
}

static void write_many(unsigned writers, unsigned each)
{
    char name[32], rows[2000] = "";
    for (int i = 0; i < 60; i++)
        sprintf(rows + strlen(rows), "%srow-%d pass", i ? "," : "", i);
    for (unsigned writer = 0; writer < writers; writer++)
        for (unsigned i = 0; i < each; i++) {
            char started[64];
            snprintf(name, sizeof name, "w%u-%u.json", writer, i);
            snprintf(started, sizeof started, "2026-01-01T00:00:%02u.%u", writer, i);
            write_rows(name, rows, started, 0);
        }
}

static unsigned count_lines(const char *pattern)
{
    char command[200];
    unsigned count = 0;
    snprintf(command, sizeof command, "cat %s/%s 2>/dev/null | grep -c added", folder, pattern);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe && fscanf(pipe, "%u", &count) == 1);
    pclose(pipe);
    return count;
}

static unsigned runs_in_database(void)
{
    unsigned runs = 0;
    cr_assert_eq(tool("history list h.db"), 0, "%s", said);
    for (const char *p = said; (p = strchr(p, '\n')); p++)
        runs++;
    return runs - 1;
}

Test(history, several_writers_lose_nothing)
{
    enum { WRITERS = 4, EACH = 12 };
    pid_t writers[WRITERS];
    write_many(WRITERS, EACH);
    for (unsigned i = 0; i < WRITERS; i++)
        writers[i] = start_adding(i, EACH);
    for (unsigned i = 0; i < WRITERS; i++) {
        int status;
        waitpid(writers[i], &status, 0);
        cr_expect_eq(status, 0, "a writer failed");
    }
    cr_expect_eq(count_lines("added-*"), WRITERS * EACH);
    cr_expect_eq(runs_in_database(), WRITERS * EACH);
}

Test(history, a_writer_that_is_killed_loses_nothing_that_was_added)
{
    enum { EACH = 40 };
    write_many(1, EACH);
    unsigned from = 0;
    for (unsigned kills = 0; kills < 8; kills++) {
        pid_t process = fork();
        if (!process) { /* a process group of its own, so that the tool is killed in the middle of its work, too */
            setpgid(0, 0);
            for (unsigned i = from; i < EACH; i++) {
                char command[300];
                snprintf(command, sizeof command, "cd %s && " TOOL " history add h.db w0-%u.json >>added-0", folder, i);
                if (system(command))
                    _exit(1);
            }
            _exit(0);
        }
        for (int i = 0; i < 5000 && count_lines("added-0") == from; i++)
            usleep(1000);
        usleep(kills * 2500); /* some point while the next result is added */
        kill(-process, SIGKILL);
        kill(process, SIGKILL);
        waitpid(process, NULL, 0);
        usleep(20000);
        if (kills)
            cr_expect_geq(runs_in_database(), count_lines("added-0"), "after %u kills", kills + 1);
        from = count_lines("added-0");
    }
    cr_expect_gt(runs_in_database(), 3);
    cr_expect_eq(tool("history query h.db 'all(pass)'"), 0, "%s", said);
    cr_expect_eq(tool("history add h.db w0-39.json"), 0, "%s", said);
}

Test(history, a_database_is_a_file_whatever_its_name)
{
    static const char *const names[] = {":memory:", "file:h.db"};
    char command[160];
    write_rows("a.json", "a pass", "2026-01-01T00:00:00Z", 0);
    for (size_t i = 0; i < 2; i++) {
        snprintf(command, sizeof command, "history add %s a.json", names[i]);
        cr_expect_eq(tool(command), 0, "%s", said);
        snprintf(command, sizeof command, "history list %s && test -s ./%s", names[i], names[i]);
        cr_expect_eq(tool(command), 0, "%s", said);
    }
    cr_expect_eq(tool("history add '' a.json"), 2);
    SAYS("the name of the database is empty");
}

Test(history, a_result_without_counts_is_one_line_and_makes_no_database)
{
    write_rows("whole.json", "a pass", "2026-11-29T12:00:00Z", 0);
    cr_assert_eq(command_run("cd %s && python3 -c \"import hashlib, json; root = json.load(open('whole.json')); "
                             "del root['counts'], root['checksum']; text = json.dumps(root, separators=(',', ':')); "
                             "root['checksum'] = hashlib.sha256(text.encode()).hexdigest(); "
                             "json.dump(root, open('a.json', 'w'))\"",
                     folder),
        0, "%s", said);
    cr_expect_eq(tool("history add h.db a.json"), 2, "%s", said);
    SAYS("a.json: counts is missing");
    IS_ONE_LINE;
    cr_expect_eq(command_run("test -e %s/h.db", folder), 1, "there is a database");
}

Test(history, a_question_makes_no_database)
{
    write_text("empty.db", "");
    cr_expect_eq(tool("history list empty.db"), 2, "%s", said);
    cr_expect_eq(tool("history list none.db"), 2, "%s", said);
    cr_expect_eq(command_run("cd %s && test ! -s empty.db && test ! -e none.db", folder), 0);
}
