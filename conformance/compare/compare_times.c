/* Do operations take longer than before? Entry point: compare_times(). */
#include "compare.h"
#include "base/allocate.h"
#include "document/document.h"
#include "spec_functions.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A difference is reported when chance alone would cause it at most once in a hundred comparisons (divided by their
   number), and when the medians differ by at least a tenth: less is not noticeable. */
enum { FEWEST_SAMPLES = 5, MAX_SAMPLES = 20000 };
#define SIGNIFICANCE 0.01
#define NOTICEABLE 1.1

struct samples {
    double *values;
    unsigned count, capacity;
};

static void keep(struct samples *samples, double value)
{
    if (samples->count == samples->capacity && samples->count < MAX_SAMPLES) {
        unsigned capacity = samples->capacity ? samples->capacity * 2 : 64;
        samples->values = reallocate(samples->values, capacity * sizeof *samples->values);
        samples->capacity = capacity;
    }
    if (samples->count < samples->capacity)
        samples->values[samples->count++] = value;
}

/* Gathers samples of rows that did not fail: the duration of a failure tells little. */
static void gather(const struct result *result, const char *function, struct samples *samples)
{
    const cJSON *latency;
    for (unsigned i = 0; i < result->count; i++) {
        if (result->rows[i].outcome != OUTCOME_PASS && result->rows[i].outcome != OUTCOME_RECORDED)
            continue;
        cJSON_ArrayForEach (latency, cJSON_GetObjectItemCaseSensitive(result->rows[i].json, "latencies")) {
            const char *name = document_text(latency, "function");
            const cJSON *time = cJSON_GetObjectItemCaseSensitive(latency, "microseconds");
            if (name && !strcmp(name, function) && cJSON_IsNumber(time))
                keep(samples, time->valuedouble);
        }
    }
}

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

static double median(struct samples *samples)
{
    qsort(samples->values, samples->count, sizeof *samples->values, by_value);
    unsigned middle = samples->count / 2;
    return samples->count % 2 ? samples->values[middle] : (samples->values[middle - 1] + samples->values[middle]) / 2;
}

/* Mann and Whitney's test of two sorted samples, two-sided, by the normal approximation with ties: how likely chance
   alone is to bring a difference like this. */
static double chance(const struct samples *a, const struct samples *b)
{
    double n = a->count, m = b->count, all = n + m, ranks = 0, ties = 0, rank = 1;
    for (unsigned i = 0, j = 0; i < a->count || j < b->count;) {
        double value = i == a->count ? b->values[j] : j == b->count ? a->values[i] : fmin(a->values[i], b->values[j]);
        unsigned in_a = 0, in_b = 0;
        for (; i < a->count && a->values[i] <= value; i++)
            in_a++;
        for (; j < b->count && b->values[j] <= value; j++)
            in_b++;
        double tied = in_a + in_b;
        ranks += in_a * (rank + (tied - 1) / 2);
        ties += tied * tied * tied - tied;
        rank += tied;
    }
    double u = ranks - n * (n + 1) / 2, mean = n * m / 2;
    double deviation = sqrt(n * m / 12 * ((all + 1) - ties / (all * (all - 1))));
    if (!(deviation > 0))
        return 1;
    double z = (fabs(u - mean) - 0.5) / deviation;
    return z > 0 ? erfc(z / sqrt(2)) : 1;
}

struct line {
    const char *function;
    double before, after, chance;
};

static unsigned measure(const struct comparison *comparison, struct line lines[FUNCTION_COUNT])
{
    unsigned count = 0;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        struct samples before = {.values = NULL}, after = {.values = NULL};
        gather(comparison->before, spec_functions[i].name, &before);
        gather(comparison->after, spec_functions[i].name, &after);
        if (before.count >= FEWEST_SAMPLES && after.count >= FEWEST_SAMPLES) {
            lines[count] = (struct line){spec_functions[i].name, median(&before), median(&after), 0};
            lines[count].chance = chance(&before, &after);
            count++;
        }
        free(before.values);
        free(after.values);
    }
    return count;
}

void compare_times(const struct comparison *comparison, struct text *text)
{
    struct line lines[FUNCTION_COUNT];
    unsigned count = measure(comparison, lines), shown = 0;
    for (unsigned i = 0; i < count; i++) {
        double ratio = lines[i].before > 0 ? lines[i].after / lines[i].before : 1;
        if (lines[i].chance * count > SIGNIFICANCE || (ratio < NOTICEABLE && ratio > 1 / NOTICEABLE))
            continue;
        if (!shown++)
            text_puts(text, "\ndurations, medians in microseconds (differences that chance explains are left out)\n");
        text_printf(text, "  %-32s %12.1f -> %12.1f  %5.2f times  p = %.1g\n", lines[i].function, lines[i].before,
            lines[i].after, ratio, lines[i].chance);
    }
    if (count && !shown)
        text_printf(text, "\ndurations: of %u functions none differs by more than chance (~)\n", count);
}
