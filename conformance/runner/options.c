/* Options. Entry point: options_read(). */
#include "options.h"
#include "document/document.h"
#include "platform/environment.h"
#include "base/pattern.h"
#include "row/row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_JOBS = 32,
    MAX_SHARDS = 10000,
    MAX_TIMEOUT_S = 86400,
    MAX_REPEATS = 100000,
    MAX_RETRIES = 1000,
    MAX_BUILD = 1000000,
    DEFAULT_TIMEOUT_S = 120
};

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "hcs-conformance: %s %s; see hcs-conformance --help\n", what, word);
    return 2;
}

static bool number(const char *text, unsigned most, unsigned *value)
{
    char *end;
    unsigned long parsed = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || parsed < 1 || parsed > most)
        return false;
    *value = (unsigned)parsed;
    return true;
}

static bool read_shard(struct options *options, const char *text)
{
    char first[16];
    const char *slash = strchr(text, '/');
    if (!slash || (size_t)(slash - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(slash - text));
    first[slash - text] = 0;
    return number(first, MAX_SHARDS, &options->shard) && number(slash + 1, MAX_SHARDS, &options->shards) &&
           options->shard <= options->shards;
}

/* A list of strengths, separated by commas. */
static bool read_strengths(struct options *options, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        int found = -1;
        for (int i = 0; i < 4; i++)
            if (strlen(strength_names[i]) == length && !strncmp(text, strength_names[i], length))
                found = i;
        if (found < 0)
            return false;
        options->strengths |= 1u << found;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

static bool read_mode(struct options *options, const char *text)
{
    static const char *const names[] = {"full", "quick", "safe"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(text, names[i])) {
            options->mode = (enum run_mode)i;
            return true;
        }
    return false;
}

static bool read_build(struct options *options, const char *value)
{
    unsigned build;
    options->os_build = value;
    return number(value, MAX_BUILD, &build) && document_minor_of_build(build);
}

/* Options that take a text as it is, and those that take a number. */
static bool read_plain(struct options *options, const char *name, const char *value, bool *known)
{
    const struct {
        const char *name;
        const char **value;
    } texts[] = {{"--target", &options->target}, {"--filter", &options->filter}, {"--json", &options->json},
        {"--junit", &options->formats.junit}, {"--tap", &options->formats.tap}, {"--ctrf", &options->formats.ctrf},
        {"--markdown", &options->formats.markdown}, {"--html", &options->formats.html}, {"--expect", &options->expect},
        {"--resume", &options->resume}, {"--rerun-failed", &options->rerun}, {"--without", &options->without},
        {"--schedule", &options->schedule}, {"--docs", &options->docs}, {"--profile", &options->profile},
        {"--write-profile", &options->write_profile}};
    const struct {
        const char *name;
        unsigned *value, most;
    } numbers[] = {{"--retries", &options->retries, MAX_RETRIES}, {"--repeat", &options->repeat, MAX_REPEATS},
        {"--jobs", &options->jobs, MAX_JOBS}, {"--timeout", &options->timeout_s, MAX_TIMEOUT_S}};
    *known = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(texts[i].name, name)) {
            *texts[i].value = value;
            return true;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(numbers[i].name, name))
            return number(value, numbers[i].most, numbers[i].value);
    *known = false;
    return true;
}

static bool read_value(struct options *options, const char *name, const char *value, bool *known)
{
    *known = true;
    if (!strcmp(name, "--os-build"))
        return read_build(options, value);
    if (!strcmp(name, "--mode"))
        return read_mode(options, value);
    if (!strcmp(name, "--strength"))
        return read_strengths(options, value);
    if (!strcmp(name, "--shard"))
        return read_shard(options, value);
    return read_plain(options, name, value, known);
}

static bool read_flag(struct options *options, const char *name)
{
    if (!strcmp(name, "--strict"))
        options->strict = options->strict_given = true;
    else if (!strcmp(name, "--loose"))
        options->loose = true;
    else if (!strcmp(name, "--dry-run"))
        options->dry_run = true;
    else if (!strcmp(name, "--coverage"))
        options->coverage = true;
    else if (!strcmp(name, "--untestable"))
        options->untestable = true;
    else if (!strcmp(name, "--contradictions"))
        options->contradictions = true;
    else if (!strcmp(name, "--verbose"))
        options->verbose = true;
    else
        return false;
    return true;
}

/* FILE of FILE.part: where a result that was cut off was to go. */
static const char *whole_name(const char *path)
{
    static char name[4096];
    size_t length = strlen(path);
    if (length > 5 && !strcmp(path + length - 5, ".part"))
        length -= 5;
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    return name;
}

int options_read(struct options *options, int argc, char **argv)
{
    *options = (struct options){.timeout_s = DEFAULT_TIMEOUT_S, .without = "", .profile = ""};
    options->jobs = processor_count() < MAX_JOBS ? processor_count() : MAX_JOBS;
    for (int i = 0; i < argc; i++) {
        if (read_flag(options, argv[i]))
            continue;
        char name[32];
        const char *equals = strchr(argv[i], '='), *value;
        snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - argv[i]) : 31, argv[i]);
        value = equals ? equals + 1 : i + 1 < argc ? argv[i + 1] : "";
        bool known, ok = read_value(options, name, value, &known);
        if (!known)
            return wrong("unknown option", argv[i]);
        if (!equals && ++i == argc)
            return wrong("a value must follow", argv[i - 1]);
        if (!ok || !*value)
            return wrong("this value does not fit the option:", argv[i]);
    }
    static char lacking[256];
    if (options->mode == MODE_QUICK) {
        snprintf(lacking, sizeof lacking, "container guest-process linux-guest %.200s", options->without);
        options->without = lacking;
    }
    if (options->resume && !options->json)
        options->json = whole_name(options->resume);
    if (options->resume && options->rerun)
        return wrong("--resume excludes", "--rerun-failed");
    if (options->strict && options->loose)
        return wrong("--strict excludes", "--loose");
    if (!options->strict && !options->loose)
        options->strict = !options->target;
    return 0;
}

bool options_choose(const struct options *options, const struct spec_row *row)
{
    if (options->strengths && !(options->strengths & 1u << row->strength))
        return false;
    if (options->mode == MODE_QUICK && (strstr(row->needs, "container") || strstr(row->needs, "guest-process")))
        return false; /* rows that take any system run on a virtual machine then */
    if (options->mode == MODE_SAFE && row->hazard)
        return false;
    if (!options->filter)
        return true;
    return strpbrk(options->filter, "*?") ? pattern_fits(options->filter, row->id)
                                          : strstr(row->id, options->filter) != NULL;
}
