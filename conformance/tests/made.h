/* Role: shared by the tests of results: runs the tool as a program and creates results. */
#ifndef TESTS_MADE_H
#define TESTS_MADE_H

#include "../../impl/tests/command.h"
#include "result/checksum.h"
#include "result/result.h"
#include "row/row.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

/* Runs the tool in the folder; said holds its standard output and standard error. */
static inline int tool(const char *arguments)
{
    return command_run("cd %s && " TOOL " %s", folder, arguments);
}

static inline void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/hcs-results-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static inline void drop_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

static inline void write_text(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && !fclose(file), "%s", path);
}

static inline cJSON *read_tree(const char *name)
{
    char path[160];
    static char text[1 << 22];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return cJSON_Parse(text);
}

/* A result of rows "id outcome [result]", separated by commas, at a time, of a build. */
static inline cJSON *make_result(const char *rows, const char *started, unsigned build)
{
    cJSON *root = cJSON_CreateObject(), *list = cJSON_CreateArray();
    char id[160], outcome[32], result[64];
    cJSON_AddNumberToObject(root, "version", RESULT_VERSION);
    cJSON_AddStringToObject(root, "target", "C:\\Windows\\System32\\computecore.dll");
    cJSON_AddStringToObject(root, "spec", spec_digest);
    cJSON_AddStringToObject(root, "started", started);
    if (build)
        cJSON_AddNumberToObject(root, "build", build);
    cJSON_AddNumberToObject(root, "seconds", 1);
    cJSON_AddItemToObject(root, "rows", list);
    for (const char *p = rows; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
        int count = sscanf(p, " %159[^ ,] %31[^ ,] %63[^ ,]", id, outcome, result);
        cJSON *row = cJSON_CreateObject();
        cr_assert_geq(count, 2, "%s", p);
        cJSON_AddStringToObject(row, "id", id);
        cJSON_AddStringToObject(row, "function", "HcsPauseComputeSystem");
        cJSON_AddStringToObject(row, "strength", "documented");
        cJSON_AddStringToObject(row, "outcome", outcome);
        if (count == 3)
            cJSON_AddStringToObject(row, "result", result);
        cJSON_AddNumberToObject(row, "milliseconds", 2);
        cJSON_AddItemToArray(list, row);
    }
    return root;
}

/* Adds the checksum, writes the result to the file, and frees it. */
static inline void write_result(const char *name, cJSON *root)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    checksum_add(root);
    cr_assert(result_write(root, path));
    cJSON_Delete(root);
}

static inline void write_rows(const char *name, const char *rows, const char *started, unsigned build)
{
    write_result(name, make_result(rows, started, build));
}

#define SAYS_NOT(text) cr_expect_null(strstr(said, text), "'%s' is in\n%s", text, said)
#define IS_ONE_LINE cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said)

#endif
