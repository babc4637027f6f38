/* Latencies. Entry point: latency_draw(). */
#include "latency.h"
#include "base/check.h"
#include "document/document.h"
#include "spec_tables.h"
#include <stdlib.h>

enum { MICROSECOND = 1000 };

static uint64_t microseconds(const cJSON *value)
{
    uint64_t number = 0;
    return document_unsigned(value, &number) ? number * MICROSECOND : 0;
}

static bool read_values(struct latency *latency, const cJSON *list)
{
    const cJSON *item;
    int count = cJSON_GetArraySize(list);
    latency->kind = LATENCY_EMPIRICAL;
    CHECK(count > 0);
    latency->values = malloc((size_t)count * sizeof *latency->values);
    if (!latency->values)
        return false;
    cJSON_ArrayForEach (item, list)
        latency->values[latency->count++] = microseconds(item);
    return true;
}

bool latency_read(struct latency *latency, const cJSON *value)
{
    const cJSON *fixed = document_member(value, FIELD_ScenarioLatency_fixedUs);
    const cJSON *uniform = document_member(value, FIELD_ScenarioLatency_uniformUs);
    const cJSON *mean = document_member(value, FIELD_ScenarioLatency_exponentialUs);
    *latency = (struct latency){.kind = LATENCY_UNIFORM};
    if (fixed) {
        latency->base = microseconds(fixed);
    } else if (uniform) {
        uint64_t minimum = microseconds(uniform->child), maximum = microseconds(uniform->child->next);
        CHECK(minimum <= maximum);
        latency->base = minimum;
        latency->spread = maximum - minimum;
    } else if (mean) {
        latency->kind = LATENCY_EXPONENTIAL;
        latency->base = microseconds(mean);
    } else
        return read_values(latency, document_member(value, FIELD_ScenarioLatency_empiricalUs));
    return true;
}

void latency_free(struct latency *latency)
{
    free(latency->values);
    latency->values = NULL;
}

uint64_t latency_draw(const struct latency *latency, struct random *random)
{
    switch (latency->kind) {
    case LATENCY_EXPONENTIAL: /* can't overflow: the mean is below 2^32 microseconds */
        return latency->base / MICROSECOND * spec_exponential[random_below(random, SPEC_EXPONENTIAL_STEPS)] /
               SPEC_EXPONENTIAL_ONE * MICROSECOND;
    case LATENCY_EMPIRICAL:
        return latency->values[random_below(random, latency->count)];
    default:
        return latency->base + (latency->spread ? random_below(random, latency->spread + 1) : 0);
    }
}
