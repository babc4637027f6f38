/* Checks documents against the schema. Entry point: the table of the command validate. */
#include "validate.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "document/document.h"
#include "guess.h"
#include "spec_hresults.h"
#include "validate_show.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MISTAKES = 1000 };

/* The values of the options. */
struct wanted {
    int type; /* 0: guessed; otherwise 1 + the enum spec_type */
    int format;
    unsigned os_build;
    bool types, strict;
    struct document_options options;
};
enum { FORMAT_TEXT, FORMAT_JSON };

/* --- files --- */

static char *read_file(const char *path, size_t *length)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    char *text = file ? file_read_stream(file, JSON_BYTES, length) : NULL;
    if (file && file != stdin)
        fclose(file);
    if (text)
        return text;
    memory_check();
    fprintf(stderr, "hcs-conformance: %s can't be read\n", path);
    return NULL;
}

static void check_text(
    const char *text, size_t length, enum spec_type type, const struct wanted *wanted, struct document_report *report)
{
    struct document document;
    if (type == TYPE_ComputeSystem && !json_scan(text, length).place && guess_is_schema_1(text)) {
        report_single(report, S_OK, DECISION_SCHEMA_1,
            "this is a schema 1 document: hosts take it, and its members are not checked here", text,
            text + strspn(text, " \t\r\n"));
        return;
    }
    if (SUCCEEDED(document_check(text, length, type, &wanted->options, &document, report)))
        document_free(&document);
}

/* The type to check by; if the text is not JSON, it does not matter. */
static struct guess choose_type(const struct wanted *wanted, const char *text, size_t length)
{
    if (wanted->type)
        return (struct guess){(enum spec_type)(wanted->type - 1), TYPE_COUNT};
    if (json_scan(text, length).place)
        return (struct guess){TYPE_COUNT, TYPE_COUNT};
    return guess_is_schema_1(text) ? (struct guess){TYPE_ComputeSystem, TYPE_COUNT}
                                   : guess_type(text, length, &wanted->options);
}

/* Returns 0 if the document is valid, 1 if not, 2 if that can't be decided. */
static int validate_file(const struct wanted *wanted, const char *path, struct validate_show *show)
{
    size_t length;
    char *text = read_file(path, &length);
    if (!text)
        return 2;
    struct guess chosen = choose_type(wanted, text, length);
    struct document_report report;
    if (chosen.type == TYPE_COUNT && !json_scan(text, length).place) {
        free(text);
        fprintf(stderr, "hcs-conformance: %s: no call takes a document with these members; name its --type\n", path);
        return 2;
    }
    check_text(text, length, chosen.type == TYPE_COUNT ? TYPE_ComputeSystem : chosen.type, wanted, &report);
    if (report.code == E_OUTOFMEMORY)
        out_of_memory();
    int code = report.total > report.count; /* a document with more mistakes than the list holds is invalid */
    for (unsigned i = 0; i < report.count; i++)
        code |= show_severity(show, &report.list[i]) == VERDICT_ERROR;
    struct shown_file file = {.path = path,
        .text = text,
        .report = &report,
        .type = chosen.type,
        .guessed = !wanted->type,
        .runner_up = chosen.runner_up,
        .valid = !code};
    show_file(show, &file);
    report_free(&report);
    free(text);
    return code;
}

/* --- the command --- */

static const char *type_at(unsigned i)
{
    if (!i)
        return ""; /* choice 0 has no name: the type is guessed */
    if (i > TYPE_COUNT)
        return NULL;
    return spec_types[i - 1].kind == KIND_OBJECT ? spec_types[i - 1].name : "";
}

static int list_types(void)
{
    const char *name;
    for (unsigned i = 0; (name = type_at(i)); i++)
        if (*name)
            puts(name);
    return 0;
}

static int run(void *values, const struct command_words *words)
{
    struct wanted *wanted = values;
    struct validate_show show;
    unsigned minor = wanted->os_build ? document_minor_of_build(wanted->os_build) : document_newest_minor();
    if (wanted->types)
        return list_types();
    if (!words->count)
        return command_wrong("FILE is missing");
    if (!minor)
        return command_wrong(
            "--os-build takes a Windows build from %u on, not %u", spec_hosts[0].build, wanted->os_build);
    wanted->options = (struct document_options){
        .minor = minor, .of_build = wanted->os_build, .people = true, .limit = MAX_MISTAKES};
    show_begin(&show, wanted->format == FORMAT_JSON, wanted->strict);
    int code = 0;
    for (unsigned i = 0; i < words->count; i++) {
        int one = validate_file(wanted, words->list[i], &show);
        code = one > code ? one : code;
    }
    show_end(&show);
    return code;
}

static const char *const formats[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", NULL};

static const struct command_option options[] = {
    {.name = "type",
        .kind = OPTION_CHOICE,
        .argument = "TYPE",
        .place = offsetof(struct wanted, type),
        .choice_at = type_at,
        .help = "the type of the documents, such as ComputeSystem; default: "
                "of the types that calls take, the one whose members fit "
                "best"},
    {.name = "os-build",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct wanted, os_build),
        .minimum = 1,
        .maximum = 1000000,
        .help = "check as a Windows host of that build does: 17763, 20348 …"},
    {.name = "format",
        .kind = OPTION_CHOICE,
        .argument = "FORMAT",
        .place = offsetof(struct wanted, format),
        .choices = formats,
        .fallback = "text",
        .help = "text, or json for editors"},
    {.name = "strict",
        .kind = OPTION_FLAG,
        .place = offsetof(struct wanted, strict),
        .help = "names that the reference lacks and members that the schema version hides are errors, too"},
    {.name = "types", .kind = OPTION_FLAG, .place = offsetof(struct wanted, types), .help = "list the types"},
    {.name = NULL}};

static const struct command_word files[] = {{.name = "FILE", .minimum = 0, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command validate_command = {.name = "validate",
    .summary = "check documents against the schema",
    .description = "Checks JSON documents; FILE may be - for standard input. Every mistake is shown with line, column "
                   "and JSON path. What the API ignores, such as unknown members, is an error here; what it accepts "
                   "but does not read is a warning; a name that is not in the reference, but that production clients "
                   "send, is a note.",
    .options = options,
    .words = files,
    .examples = {"validate vm.json", "validate --type Scenario --format json my.json"},
    .exit_codes = "Exit code: 0 all are valid, 1 at least one is not, 2 wrong use or a file that can't be read.",
    .size = sizeof(struct wanted),
    .run = run};
