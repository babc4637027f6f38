/* Scenarios from runs. Entry point: calibrate_main(). */
#include "calibrate.h"
#include "base/allocate.h"
#include "calibrate_outcomes.h"
#include "base/files/files.h"
#include "base/text/json_writer.h"
#include "document/document.h"
#include "backend/scenario.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 256 << 20, MAX_SAMPLES = 200, LISTED = 50, VERSION = 2 };

struct samples {
    double *values;
    size_t count, capacity;
};

static bool keep(struct samples *samples, double value)
{
    if (samples->count == samples->capacity) {
        size_t capacity = samples->capacity ? samples->capacity * 2 : 64;
        samples->values = reallocate(samples->values, capacity * sizeof *samples->values);
        samples->capacity = capacity;
    }
    samples->values[samples->count++] = value;
    return true;
}

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

/* The member of ScenarioLatencies with that name; -1: the simulator draws no latency for that call. */
static int latency_field(const char *function)
{
    const struct spec_type_info *type = &spec_types[TYPE_ScenarioLatencies];
    for (unsigned i = 0; i < type->count; i++)
        if (!strcmp(type->fields[i].name, function))
            return (int)i;
    return -1;
}

static bool gather(const cJSON *rows, struct samples samples[SPEC_MAX_FIELDS])
{
    const cJSON *row, *latency;
    cJSON_ArrayForEach (row, rows)
        cJSON_ArrayForEach (latency, cJSON_GetObjectItemCaseSensitive(row, "latencies")) {
            const char *function = document_text(latency, "function");
            const cJSON *time = cJSON_GetObjectItemCaseSensitive(latency, "microseconds");
            int field = function ? latency_field(function) : -1;
            if (field >= 0 && cJSON_IsNumber(time) && time->valuedouble >= 0 &&
                !keep(&samples[field], time->valuedouble))
                return false;
        }
    return true;
}

/* Writes the sorted samples; if there are too many for a scenario, an evenly spaced selection. */
static void write_samples(struct writer *writer, const char *name, struct samples *samples)
{
    size_t shown = samples->count < MAX_SAMPLES ? samples->count : MAX_SAMPLES;
    qsort(samples->values, samples->count, sizeof *samples->values, by_value);
    writer_open(writer, name, '{');
    writer_open(writer, FIELD_ScenarioLatency_empiricalUs, '[');
    for (size_t i = 0; i < shown; i++) {
        double value = samples->values[i * samples->count / shown];
        writer_integer(writer, NULL, value < UINT32_MAX ? (int64_t)(value + 0.5) : UINT32_MAX);
    }
    writer_close(writer, ']');
    writer_close(writer, '}');
}

static char *make_scenario(const cJSON *root, struct samples samples[SPEC_MAX_FIELDS])
{
    const cJSON *environment = cJSON_GetObjectItemCaseSensitive(root, "environment");
    const char *build = document_text(environment, "build");
    const char *target = document_text(root, "target");
    const struct spec_type_info *type = &spec_types[TYPE_ScenarioLatencies];
    unsigned number = build ? (unsigned)strtoul(build, NULL, 10) : 0;
    struct writer writer = {.text.limit = SCENARIO_BYTES};
    char description[256];
    snprintf(description, sizeof description, "Made from a run against %.150s.", target ? target : "a host");
    writer_open(&writer, NULL, '{');
    writer_string(&writer, FIELD_Scenario_description, description);
    outcomes_write_host(cJSON_GetObjectItemCaseSensitive(root, "rows"), number, &writer);
    outcomes_write(cJSON_GetObjectItemCaseSensitive(root, "rows"), &writer);
    writer_open(&writer, FIELD_Scenario_latencies, '{');
    for (unsigned i = 0; i < type->count; i++)
        if (samples[i].count)
            write_samples(&writer, type->fields[i].name, &samples[i]);
    writer_close(&writer, '}');
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

/* Lists rows whose difference no scenario can reproduce. */
static void list_differences(const cJSON *rows)
{
    const cJSON *row;
    unsigned count = 0;
    cJSON_ArrayForEach (row, rows) {
        const char *outcome = document_text(row, "outcome");
        const char *id = document_text(row, "id");
        const char *message = document_text(row, "message");
        bool differs = outcome && id && strcmp(outcome, "pass") != 0 && strcmp(outcome, "skip") != 0 &&
                       strcmp(outcome, "recorded") != 0 && strcmp(outcome, "not-run") != 0 &&
                       strcmp(outcome, "not-implemented") != 0 && !outcomes_model(row);
        if (differs && count++ < LISTED)
            fprintf(stderr, "not modelled: %s: %s%s%s\n", id, outcome, message && *message ? ": " : "",
                message ? message : "");
    }
    if (count > LISTED)
        fprintf(stderr, "not modelled: %u more rows\n", count - LISTED);
}

static int calibrate(const char *path, const char *output)
{
    static struct samples samples[SPEC_MAX_FIELDS];
    size_t length;
    char *text = file_read(path, MAX_BYTES, &length);
    if (!text)
        memory_check();
    cJSON *root = text ? cJSON_ParseWithLength(text, length) : NULL;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(root, "rows");
    free(text);
    if (!cJSON_IsNumber(version) || version->valuedouble > VERSION || !cJSON_IsArray(rows)) {
        fprintf(stderr, "hcs-sim: calibrate: %s: %s\n", path,
            text ? "is no run of the suite that this version knows" : "can't be read");
        cJSON_Delete(root);
        return 2;
    }
    char *scenario = gather(rows, samples) ? make_scenario(root, samples) : NULL;
    const char *why = scenario && output ? file_write(output, scenario) : NULL;
    bool written = scenario && (output ? !why : puts(scenario) >= 0);
    if (!written) {
        memory_check();
        fprintf(stderr, "hcs-sim: calibrate: %s can't be written: %s\n", output ? output : "standard output",
            why ? why : "writing failed");
    }
    list_differences(rows);
    for (int i = 0; i < SPEC_MAX_FIELDS; i++)
        free(samples[i].values);
    free(scenario);
    cJSON_Delete(root);
    return written ? 0 : 2;
}

struct wanted {
    const char *output;
};

static int run(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    return calibrate(words->list[0], wanted->output);
}

static const struct command_option options[] = {{.name = "output",
                                                    .letter = 'o',
                                                    .kind = OPTION_OUTPUT,
                                                    .argument = "FILE",
                                                    .place = offsetof(struct wanted, output),
                                                    .help = "where to write the scenario; default: standard output"},
    {.name = NULL}};

static const struct command_word word[] = {{.name = "RUN.json", .minimum = 1, .maximum = 1}, {.name = NULL}};

const struct command calibrate_command = {.name = "calibrate",
    .summary = "make a scenario that simulates the host of a suite run",
    .description =
        "Makes a scenario from a result of hcs-conformance run: the Windows build and the features that the host "
        "lacks, "
        "how long the operations of each function took, and for each state in which a call failed with another code "
        "than in the simulator, a fault with that code. Differences that a scenario can't express are listed on "
        "standard error.",
    .options = options,
    .words = word,
    .examples = {"calibrate full.json --output host-like.json", "calibrate full.json >host-like.json"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for a file that is not a result.",
    .size = sizeof(struct wanted),
    .run = run};
