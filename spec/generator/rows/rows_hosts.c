/* What real hosts say of rows. Entry point: rows_take_hosts(). */
#include "rows.h"
#include "base/text/digest.h"
#include "confirmed/host_file.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int id_to_row(const void *id, const void *row)
{
    return strcmp(id, ((const struct row *)row)->id);
}

static void check_known(const struct rows *rows, const struct fact_file *host)
{
    const cJSON *run, *row;
    cJSON_ArrayForEach (run, fact_get(host->root, "runs"))
        cJSON_ArrayForEach (row, fact_get(run, "rows"))
            if (!bsearch(row->string, rows->list, rows->count, sizeof *rows->list, id_to_row))
                facts_error(host, row, "there is no row %s; one that was renamed is renamed here, too", row->string);
}

const cJSON *rows_host_row(const struct fact_file *host, const struct row *row)
{
    char digest[17];
    const cJSON *said = host_file_row(host->root, row->id);
    if (!said)
        return NULL;
    char *steps = rows_steps(row);
    snprintf(digest, sizeof digest, "%016" PRIx64, digest_text(steps));
    free(steps);
    return host_row_is_of(said, digest) ? said : NULL;
}

/* Do two builds confirm the row with the same answer? */
static bool is_shared(const struct facts *facts, const struct row *row)
{
    for (size_t i = 0; i < facts->confirmed_count; i++) {
        const cJSON *one = rows_host_row(&facts->confirmed[i], row);
        const char *answer = one && host_row_confirms(one) ? host_row_answer(one) : NULL;
        for (size_t j = i + 1; answer && j < facts->confirmed_count; j++) {
            const cJSON *other = rows_host_row(&facts->confirmed[j], row);
            const char *same = other && host_row_confirms(other) ? host_row_answer(other) : NULL;
            if (same && !strcmp(answer, same))
                return true;
        }
    }
    return false;
}

static bool is_unspecified(const struct row *row)
{
    const char *strength = fact_text(row->json, "strength");
    return !strength || !strcmp(strength, "unspecified");
}

void rows_take_hosts(const struct facts *facts, struct rows *rows)
{
    if (facts_error_count())
        return;
    for (size_t i = 0; i < facts->confirmed_count; i++)
        check_known(rows, &facts->confirmed[i]);
    for (size_t i = 0; i < rows->count && !facts_error_count(); i++)
        if (is_unspecified(&rows->list[i]) && is_shared(facts, &rows->list[i])) {
            cJSON_DeleteItemFromObjectCaseSensitive(rows->list[i].json, "strength");
            cJSON_AddStringToObject(rows->list[i].json, "strength", "observed");
        }
}
