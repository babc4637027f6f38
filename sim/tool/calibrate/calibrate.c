/* Scenarios from runs of the suite, and from traces of clients. Entry point: calibrate_command. */
#include "calibrate.h"
#include "base/allocate.h"
#include "calibrate_outcomes.h"
#include "base/command/refuse.h"
#include "base/files/files.h"
#include "base/text/json_writer.h"
#include "document/document.h"
#include "backend/scenario.h"
#include "learn.h"
#include "result/result.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SAMPLES = 200, LISTED = 50 };

struct samples {
    double *values;
    size_t count, capacity;
};

static void keep(struct samples *samples, double value)
{
    if (samples->count == samples->capacity) {
        size_t capacity = samples->capacity ? samples->capacity * 2 : 64;
        samples->values = reallocate(samples->values, capacity * sizeof *samples->values);
        samples->capacity = capacity;
    }
    samples->values[samples->count++] = value;
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

static void gather(const cJSON *rows, struct samples samples[SPEC_MAX_FIELDS])
{
    const cJSON *row, *latency;
    cJSON_ArrayForEach (row, rows)
        cJSON_ArrayForEach (latency, cJSON_GetObjectItemCaseSensitive(row, "latencies")) {
            const char *function = document_text(latency, "function");
            const cJSON *time = cJSON_GetObjectItemCaseSensitive(latency, "microseconds");
            int field = function ? latency_field(function) : -1;
            if (field >= 0 && cJSON_IsNumber(time) && time->valuedouble >= 0)
                keep(&samples[field], time->valuedouble);
        }
}

static void gather_recorded(const struct recording *recording, struct samples samples[SPEC_MAX_FIELDS])
{
    enum { MICROSECOND = 1000 };
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        int field = latency_field(spec_functions[answer->function].name);
        if (field >= 0 && !answer->refused && !answer->at_once && answer->result != S_FALSE)
            keep(&samples[field], (double)answer->took / MICROSECOND);
    }
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

static void write_latencies(struct writer *writer, struct samples samples[SPEC_MAX_FIELDS])
{
    const struct spec_type_info *type = &spec_types[TYPE_ScenarioLatencies];
    writer_open(writer, FIELD_Scenario_latencies, '{');
    for (unsigned i = 0; i < type->count; i++)
        if (samples[i].count)
            write_samples(writer, type->fields[i].name, &samples[i]);
    writer_close(writer, '}');
}

static char *make_scenario(const struct result *result, struct samples samples[SPEC_MAX_FIELDS])
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(result->root, "rows");
    const char *build = document_text(cJSON_GetObjectItemCaseSensitive(result->root, "environment"), "build");
    unsigned number = build ? (unsigned)strtoul(build, NULL, 10) : 0;
    struct writer writer = {.text.limit = SCENARIO_BYTES};
    char description[256];
    snprintf(description, sizeof description, "Made from a run against %.150s.",
        *result->target ? result->target : "a host");
    writer_open(&writer, NULL, '{');
    writer_string(&writer, FIELD_Scenario_description, description);
    outcomes_write_host(rows, number, &writer);
    outcomes_write(rows, &writer);
    write_latencies(&writer, samples);
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

static void write_recorded_host(const struct recording *recording, struct writer *writer)
{
    unsigned build = document_minor_of_build(recording->build) ? recording->build : 0;
    unsigned processors = learn_processors(recording);
    if (!build && !processors)
        return;
    writer_open(writer, FIELD_Scenario_host, '{');
    if (build)
        writer_integer(writer, FIELD_ScenarioHost_osBuild, build);
    if (processors)
        writer_integer(writer, FIELD_ScenarioHost_processors, processors);
    writer_close(writer, '}');
}

static char *make_recorded_scenario(const struct recording *recording, struct samples samples[SPEC_MAX_FIELDS])
{
    struct writer writer = {.text.limit = SCENARIO_BYTES};
    writer_open(&writer, NULL, '{');
    writer_string(&writer, FIELD_Scenario_description, "Made from what a client has recorded.");
    write_recorded_host(recording, &writer);
    learn_systems(recording, &writer);
    learn_properties(recording, &writer);
    learn_faults(recording, &writer);
    write_latencies(&writer, samples);
    writer_close(&writer, '}');
    if (recording->unanswered)
        fprintf(stderr, "not modelled: %u calls whose results were never seen\n", recording->unanswered);
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

/* Writes the scenario and frees it. Returns the exit code. */
static int write_scenario(char *scenario, const char *output)
{
    if (scenario &&
        FAILED(scenario_parse(scenario, strlen(scenario), "the learned scenario, which is not written", 0, NULL))) {
        free(scenario);
        return 2;
    }
    const char *why = scenario && output ? file_write(output, scenario) : NULL;
    bool written = scenario && (output ? !why : puts(scenario) >= 0);
    if (!scenario)
        fprintf(stderr, "hcs-sim: calibrate: the scenario would be longer than %d bytes\n", SCENARIO_BYTES);
    else if (!written) {
        memory_check();
        fprintf(stderr, "hcs-sim: calibrate: %s can't be written: %s\n", output ? output : "standard output",
            why ? why : "writing failed");
    }
    free(scenario);
    return written ? 0 : 2;
}

static void free_samples(struct samples samples[SPEC_MAX_FIELDS])
{
    for (int i = 0; i < SPEC_MAX_FIELDS; i++)
        free(samples[i].values);
}

/* Takes over the text. */
static int calibrate_recording(const char *path, char *text, size_t length, const char *output)
{
    struct samples samples[SPEC_MAX_FIELDS] = {{NULL, 0, 0}};
    struct trace_file trace;
    struct recording recording = {NULL, 0, NULL, 0, 0};
    if (!trace_file_take(path, text, length, &trace))
        return 2;
    if (trace.incomplete)
        fprintf(stderr, "hcs-sim: calibrate: %s: the trace is incomplete: %s\n", path, trace.incomplete);
    int code = 2;
    if (recording_read(path, &trace, &recording)) {
        gather_recorded(&recording, samples);
        code = write_scenario(make_recorded_scenario(&recording, samples), output);
    }
    free_samples(samples);
    recording_free(&recording);
    trace_file_free(&trace);
    return code;
}

static int calibrate_run(const char *path, char *text, size_t length, const char *output)
{
    struct samples samples[SPEC_MAX_FIELDS] = {{NULL, 0, 0}};
    struct result result;
    if (!result_parse(text, length, path, &result))
        return 2;
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(result.root, "rows");
    gather(rows, samples);
    int code = write_scenario(make_scenario(&result, samples), output);
    list_differences(rows);
    free_samples(samples);
    result_free(&result);
    return code;
}

/* The first line of a trace is an object with the member "trace". */
static bool is_trace(const char *text)
{
    cJSON *head = cJSON_ParseWithOpts(text, NULL, false);
    bool is = cJSON_GetObjectItemCaseSensitive(head, "trace");
    cJSON_Delete(head);
    return is;
}

static int calibrate(const char *path, const char *output)
{
    size_t length;
    char *text = file_read(path, RESULT_FILE_BYTES, &length);
    if (!text) {
        memory_check();
        (void)file_refuse(path, "can't be read");
        return 2;
    }
    if (is_trace(text))
        return calibrate_recording(path, text, length, output);
    int code = calibrate_run(path, text, length, output);
    free(text);
    return code;
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

static const struct command_word word[] = {
    {.name = "FILE", .minimum = 1, .maximum = 1, .kind = WORD_INPUT}, {.name = NULL}};

const struct command calibrate_command = {.name = "calibrate",
    .summary = "make a scenario that simulates the host of a run or trace",
    .description =
        "Makes a scenario from a result of hcs-conformance run: the Windows build and the features that the host "
        "lacks, how long the operations of each function took, and for each state in which a call failed with another "
        "code than in the simulator, a fault with that code. Or from the trace of a client (COMPUTECORE_TRACE): for "
        "each failure that the simulator has not by itself, a fault with the same HRESULT and document; the values of "
        "properties; systems that the client found and had not created; latencies. Differences that a scenario can't "
        "express are listed on standard error.",
    .options = options,
    .words = word,
    .examples = {"calibrate full.json --output host-like.json", "calibrate t.jsonl >host-like.json"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for a file that is neither.",
    .size = sizeof(struct wanted),
    .run = run};
