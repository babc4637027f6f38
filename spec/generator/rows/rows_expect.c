/* What a row expects is compared, and can fail. Entry point: expect_check(). conformance/row/expect.c compares; what it
   would pass over is refused here. */
#include "rows_words.h"
#include <string.h>

static bool is_text(const cJSON *item)
{
    return cJSON_IsString(item);
}

static bool is_places(const cJSON *item)
{
    return cJSON_IsObject(item) && item->child;
}

static bool is_texts(const cJSON *item)
{
    const cJSON *text;
    bool texts = cJSON_IsArray(item) && item->child;
    cJSON_ArrayForEach (text, item)
        texts &= cJSON_IsString(text);
    return texts;
}

static bool is_counts(const cJSON *item)
{
    const cJSON *count;
    bool counts = is_places(item);
    cJSON_ArrayForEach (count, item)
        counts &= cJSON_IsNumber(count);
    return counts;
}

static bool is_events(const cJSON *item)
{
    const cJSON *places;
    bool events = is_places(item);
    cJSON_ArrayForEach (places, item)
        events &= is_places(places);
    return events;
}

static const struct {
    const char *name;
    bool (*is)(const cJSON *item);
    const char *kind;
} kinds[] = {{"operationType", is_text, "a text"}, {"stdout", is_text, "a text"}, {"stderr", is_text, "a text"},
    {"text", is_text, "a text"}, {"document", is_places, "places with what is there"},
    {"exit", is_places, "places with what is there"}, {"eventDocument", is_events, "events with places"},
    {"listed", is_places, "systems with present or absent"},
    {"processInformation", is_places, "members with what they are"},
    {"completions", is_counts, "operations with numbers"}, {"events", is_texts, "a list of events"},
    {"noEvents", is_texts, "a list of events"}};

static bool is_of_its_kind(const struct row *row, const cJSON *item)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, item->string)) {
            words_check_kind(row, item, kinds[i].is(item), kinds[i].kind);
            return kinds[i].is(item);
        }
    return true;
}

bool rows_gives_document(const cJSON *function)
{
    const cJSON *parameter;
    bool gives = fact_true(function, "asynchronous");
    cJSON_ArrayForEach (parameter, fact_get(function, "parameters")) {
        const char *type = fact_text(parameter, "type");
        gives |= type && strstr(type, "PWSTR*");
    }
    return gives;
}

static bool is_failure(const cJSON *code)
{
    return cJSON_IsString(code) && strcmp(code->valuestring, "S_OK") != 0;
}

static bool can_fail(const cJSON *codes)
{
    const cJSON *code;
    bool can = is_failure(codes);
    cJSON_ArrayForEach (code, codes)
        can |= is_failure(code);
    return can;
}

/* Codes that stand beside others. */
static void check_codes(const struct row *row, const cJSON *expect)
{
    const cJSON *either = fact_get(expect, "either"), *returned = fact_get(expect, "return");
    const cJSON *result = fact_get(expect, "result"), *strict = fact_get(expect, "strict");
    if (either && (returned || result))
        words_error(row, either, "'either' is compared alone: 'return' and 'result' beside it are not");
    if (strict && !either && !returned && !result)
        words_error(row, strict, "'strict' is compared as one of 'return', 'result' or 'either', and there is none");
}

/* An error document is looked for where the call fails, and where it can give one. */
static void check_error(const struct row *row, const cJSON *function, const cJSON *expect)
{
    static const char *const codes[] = {"return", "result", "either"};
    const cJSON *error = fact_get(expect, "error"), *strict = fact_get(expect, "strict");
    bool fails = false;
    if (!error)
        return;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        fails |= can_fail(fact_get(expect, codes[i]));
    if (!fails || (strict && !is_failure(strict)))
        words_error(row, error, "an error document of a call that succeeds is not looked for");
    if (!rows_gives_document(function))
        words_error(row, error, "%s gives no error document", fact_text(function, "name"));
}

bool expect_check(const struct row *row, const cJSON *function, const cJSON *expect)
{
    const cJSON *item;
    bool good = true;
    if (!expect)
        return true;
    const char *returned = fact_text(function, "return");
    bool is_void = returned && !strcmp(returned, "void"); /* its rows show that it comes back */
    if (!cJSON_IsObject(expect) || (!expect->child && !is_void)) {
        words_check_kind(row, expect, false, "an object that expects something");
        return false;
    }
    cJSON_ArrayForEach (item, expect)
        good &= is_of_its_kind(row, item);
    if (good) {
        check_codes(row, expect);
        check_error(row, function, expect);
    }
    return good;
}
