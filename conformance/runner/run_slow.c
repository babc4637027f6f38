/* Rows that take real time. Entry point: run_slow_rows(). */
#include "run.h"
#include "base/allocate.h"
#include <stdlib.h>

static double number_of(const struct row_report *report, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(report->json, name);
    return cJSON_IsNumber(number) ? number->valuedouble : 0;
}

double run_waited(const struct run *run)
{
    double sum = 0;
    for (unsigned i = 0; i < run->count; i++)
        sum += number_of(&run->rows[i], "waited");
    return sum;
}

static int longest_first(const void *a, const void *b)
{
    const struct row_report *const *one = a, *const *two = b;
    double first = number_of(*one, "milliseconds"), second = number_of(*two, "milliseconds");
    return (first < second) - (first > second);
}

const struct row_report **run_slow_rows(const struct run *run, unsigned *count)
{
    const struct row_report **list = allocate_zeros(run->count, sizeof *list);
    *count = 0;
    for (unsigned i = 0; i < run->count; i++)
        if (number_of(&run->rows[i], "milliseconds") > SLOW_MS)
            list[(*count)++] = &run->rows[i];
    qsort(list, *count, sizeof *list, longest_first);
    return list;
}
