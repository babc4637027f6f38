/* The worker's loop. Entry point: worker_main(). */
#include "worker.h"
#include "profile.h"
#include "row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line of JSON: what the supervisor puts into its report. */
static void answer(unsigned index, const struct row_result *result)
{
    cJSON *line = cJSON_CreateObject();
    cJSON_AddNumberToObject(line, "row", index);
    cJSON_AddNumberToObject(line, "outcome", result->outcome);
    cJSON_AddStringToObject(line, "message", result->message);
    cJSON_AddNumberToObject(line, "milliseconds", result->milliseconds);
    if (result->evidence)
        cJSON_AddItemToObject(line, "evidence", result->evidence);
    if (result->has_return && !strcmp(spec_functions[spec_rows[index].function].result, "HRESULT"))
        cJSON_AddStringToObject(line, "return", hresult_name((HRESULT)result->value));
    if (result->has_result)
        cJSON_AddStringToObject(line, "result", hresult_name(result->result));
    char *text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    printf("%s\n", text ? text : "{}");
    fflush(stdout);
    free(text);
}

int worker_main(int argc, char **argv)
{
    static struct target target;
    char error[512], line[32];
    if (argc != 4)
        return 2;
    if (!target_load(&target, *argv[0] ? argv[0] : NULL, error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    if (!profile_read(argv[3], error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    while (fgets(line, sizeof line, stdin)) {
        unsigned index = (unsigned)strtoul(line, NULL, 10);
        struct row_result result;
        if (index >= spec_row_count)
            return 2;
        row_run(&spec_rows[index], &target, !strcmp(argv[1], "strict"), argv[2], &result);
        answer(index, &result);
        if (row_spoils_process(&spec_rows[index]))
            _Exit(0);
    }
    profile_free();
    return 0;
}
