/* Role: results of the suite for the tests of calibrate. */
#ifndef TESTS_SUITE_RESULT_H
#define TESTS_SUITE_RESULT_H

#include "result/checksum.h"
#include "result/result.h"
#include <criterion/criterion.h>

/* Writes a result with these members and, as JSON, these rows, completed by its checksum. */
static inline void suite_result_write(const char *folder, const char *name, const char *environment, const char *rows)
{
    char path[256];
    cJSON *root = cJSON_Parse("{\"version\":3,\"target\":\"computecore.dll\",\"spec\":\"0123456789abcdef\"}");
    cJSON_AddItemToObject(root, "environment", cJSON_Parse(environment));
    cJSON_AddItemToObject(root, "rows", cJSON_Parse(rows));
    checksum_add(root);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(result_write(root, path));
    cJSON_Delete(root);
}

#endif
