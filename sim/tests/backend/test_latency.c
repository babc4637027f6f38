/* Latencies: each distribution stays where it should, and the seed decides. */
#include "backend/latency.h"
#include <criterion/criterion.h>

enum { DRAWS = 20000 };

static struct latency latency_of(const char *text)
{
    struct latency latency;
    cJSON *root = cJSON_Parse(text);
    cr_assert(latency_read(&latency, root), "%s", text);
    cJSON_Delete(root);
    return latency;
}

struct summary {
    uint64_t minimum, maximum, mean;
};

static struct summary draw(const char *text, uint64_t seed)
{
    struct latency latency = latency_of(text);
    struct random random;
    struct summary s = {UINT64_MAX, 0, 0};
    random_seed(&random, seed);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t value = latency_draw(&latency, &random);
        s.minimum = value < s.minimum ? value : s.minimum;
        s.maximum = value > s.maximum ? value : s.maximum;
        s.mean += value;
    }
    s.mean /= DRAWS;
    latency_free(&latency);
    return s;
}

Test(latency, fixed_is_always_the_same)
{
    struct summary s = draw("{\"fixedUs\":5}", 1);
    cr_expect(s.minimum == 5000 && s.maximum == 5000);
}

Test(latency, uniform_reaches_both_ends)
{
    struct summary s = draw("{\"uniformUs\":[1,2]}", 1);
    cr_expect(s.minimum >= 1000 && s.minimum < 1010, "%llu", (unsigned long long)s.minimum);
    cr_expect(s.maximum <= 2000 && s.maximum > 1990, "%llu", (unsigned long long)s.maximum);
    cr_expect(s.mean > 1480 && s.mean < 1520, "%llu", (unsigned long long)s.mean);
}

Test(latency, exponential_has_its_mean_and_a_long_tail)
{
    struct summary s = draw("{\"exponentialUs\":1000}", 1);
    cr_expect(s.mean > 970000 && s.mean < 1030000, "%llu", (unsigned long long)s.mean);
    cr_expect(s.minimum < 5000 && s.maximum > 6000000, "%llu to %llu", (unsigned long long)s.minimum,
        (unsigned long long)s.maximum);
    struct summary large = draw("{\"exponentialUs\":4294967295}", 1);
    cr_expect_gt(large.maximum, 4294967295000ull, "no overflow");
    cr_expect_lt(large.maximum, 60 * 4294967295000ull);
}

Test(latency, empirical_gives_what_was_seen)
{
    struct latency latency = latency_of("{\"empiricalUs\":[1,2,4]}");
    struct random random;
    unsigned counts[5] = {0};
    random_seed(&random, 3);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t value = latency_draw(&latency, &random) / 1000;
        cr_assert(value == 1 || value == 2 || value == 4);
        counts[value]++;
    }
    cr_expect(counts[1] > 6000 && counts[2] > 6000 && counts[4] > 6000);
    latency_free(&latency);
}

Test(latency, the_seed_decides)
{
    struct summary one = draw("{\"exponentialUs\":1000}", 5), again = draw("{\"exponentialUs\":1000}", 5);
    struct summary other = draw("{\"exponentialUs\":1000}", 6);
    cr_expect_eq(one.mean, again.mean);
    cr_expect_neq(one.mean, other.mean);
}
