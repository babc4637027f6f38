/* Documents that people write, against the schema. Entry point: validate_main(). */
#include "base/suggest.h"
#include "validate.h"
#include "document/document.h"
#include "platform/child.h"
#include "spec_functions.h"
#include "spec_hresults.h"
#include "validate_show.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MISTAKES = 1000 };

static const char usage[] =
    "usage: hcs-conformance validate [OPTION…] FILE…\n"
    "\n"
    "Checks JSON documents against the schema of the Host Compute System API. FILE may be - for standard input.\n"
    "Every mistake is named with line, column and JSON path. What the API ignores, such as unknown members, is a\n"
    "mistake here; what it accepts and does not read is a warning.\n"
    "\n"
    "  --type TYPE     the type of the documents, such as ComputeSystem or ProcessParameters; without it the type\n"
    "                  of a call's document whose members fit best\n"
    "  --os-build N    as a Windows host of that build takes them: 17763, 19041, 20348, 22621, 26100 …\n"
    "  --format FORMAT text (the default), or json for editors\n"
    "  --types         list the types\n"
    "\n"
    "Exit code: 0 all are valid, 1 at least one is not, 2 wrong use or a file that can't be read.\n";

struct wanted {
    enum spec_type type; /* TYPE_COUNT: to be guessed */
    struct document_options options;
    bool json;
    char **files;
    int count;
};

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "hcs-conformance: validate: %s%s%s; see hcs-conformance validate --help\n", what, *word ? " " : "",
        word);
    return 2;
}

/* --- the type of a document that nothing is said of --- */

static bool has_field(enum spec_type type, const char *name)
{
    for (int i = 0; i < spec_types[type].count; i++)
        if (!strcmp(spec_types[type].fields[i].name, name))
            return true;
    return false;
}

static unsigned fitting(enum spec_type type, const cJSON *root)
{
    const cJSON *item;
    unsigned count = 0;
    cJSON_ArrayForEach (item, root)
        count += item->string && has_field(type, item->string);
    return count;
}

/* Of the documents that calls take, the one that has most of these members; the first of equals. */
static enum spec_type guess_type(const char *text)
{
    cJSON *root = cJSON_Parse(text);
    enum spec_type best = TYPE_COUNT;
    unsigned most = 0;
    for (int i = 0; i < FUNCTION_COUNT; i++)
        for (int j = 0; j < spec_functions[i].parameter_count; j++) {
            const struct spec_parameter *parameter = &spec_functions[i].parameters[j];
            enum spec_type type = parameter->document && !strcmp(parameter->type, "PCWSTR")
                                      ? document_type_named(parameter->document)
                                      : TYPE_COUNT;
            unsigned count = type == TYPE_COUNT || spec_types[type].kind != KIND_OBJECT ? 0 : fitting(type, root);
            if (count > most || (count == most && count && type == TYPE_ComputeSystem)) {
                most = count;
                best = type;
            }
        }
    cJSON_Delete(root);
    return best;
}

/* --- files --- */

static char *read_file(const char *path, size_t *length)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    char *text = file ? program_read_stream(file, DOCUMENT_BYTES, length) : NULL;
    if (file && file != stdin)
        fclose(file);
    if (!text)
        fprintf(stderr, "hcs-conformance: %s can't be read\n", path);
    return text;
}

static bool is_error(const struct document_mistake *mistake)
{
    return spec_decisions[mistake->decision].verdict == VERDICT_ERROR;
}

static void check_text(
    const char *text, size_t length, enum spec_type type, const struct wanted *wanted, struct document_report *report)
{
    struct document document;
    const char *bad = document_not_utf8(text, length < DOCUMENT_BYTES ? length : DOCUMENT_BYTES);
    if (bad && strncmp(text, "\xEF\xBB\xBF", 3)) {
        report_single(report, HCS_E_INVALID_JSON, DECISION_BAD_ENCODING, "the text is not UTF-8 here", text, bad);
        return;
    }
    if (SUCCEEDED(document_check(text, length, type, &wanted->options, &document, report)))
        document_free(&document);
}

/* 0 valid, 1 not, 2 can't be told. */
static int validate_file(const struct wanted *wanted, const char *path, struct validate_show *show)
{
    size_t length;
    char *text = read_file(path, &length);
    if (!text)
        return 2;
    enum spec_type type = wanted->type == TYPE_COUNT ? guess_type(text) : wanted->type;
    struct document_report report;
    if (type == TYPE_COUNT && !document_scan(text, length).place) {
        free(text);
        fprintf(stderr, "hcs-conformance: %s: no call takes a document with these members; name its --type\n", path);
        return 2;
    }
    /* where the text is no JSON, the type does not matter */
    check_text(text, length, type == TYPE_COUNT ? TYPE_ComputeSystem : type, wanted, &report);
    int code = report.total > report.count; /* more than are listed: errors for sure, or as good as */
    for (unsigned i = 0; i < report.count; i++)
        code |= is_error(&report.list[i]);
    show_file(show, path, type == TYPE_COUNT ? NULL : spec_types[type].name, text, &report, !code);
    report_free(&report);
    free(text);
    return code;
}

/* --- options --- */

static int list_types(void)
{
    for (int type = 0; type < TYPE_COUNT; type++)
        if (spec_types[type].kind == KIND_OBJECT)
            printf("%s\n", spec_types[type].name);
    return 0;
}

static const char *next_type(const void *names, unsigned i)
{
    (void)names;
    if (i >= TYPE_COUNT)
        return NULL;
    return spec_types[i].kind == KIND_OBJECT ? spec_types[i].name : ""; /* an empty name is like nothing */
}

static int wrong_type(const char *name)
{
    const char *hint = suggest_name(name, next_type, NULL);
    char text[256];
    snprintf(
        text, sizeof text, "'%.80s'%s%s%s", name, hint ? "; did you mean '" : "", hint ? hint : "", hint ? "'?" : "");
    fprintf(stderr, "hcs-conformance: validate: there is no type %s; --types lists them\n", text);
    return 2;
}

static int take_value(struct wanted *wanted, const char *name, const char *value)
{
    char *end;
    if (!strcmp(name, "--type")) {
        wanted->type = document_type_named(value);
        if (wanted->type == TYPE_COUNT || spec_types[wanted->type].kind != KIND_OBJECT)
            return wrong_type(value);
    } else if (!strcmp(name, "--os-build")) {
        unsigned long build = strtoul(value, &end, 10);
        wanted->options.minor = *value >= '0' && *value <= '9' && !*end ? document_minor_of_build((unsigned)build) : 0;
        if (!wanted->options.minor)
            return wrong("no Windows build that has the API:", value);
    } else if (!strcmp(name, "--format")) {
        wanted->json = !strcmp(value, "json");
        if (!wanted->json && strcmp(value, "text"))
            return wrong("the format must be text or json, not", value);
    } else
        return wrong("unknown option", name);
    return 0;
}

/* -1: go on; else the exit code. */
static int read_options(struct wanted *wanted, int argc, char **argv)
{
    bool files_only = false;
    for (int i = 0; i < argc; i++) {
        char name[32];
        const char *equals = strchr(argv[i], '=');
        if (files_only || argv[i][0] != '-' || !strcmp(argv[i], "-")) {
            wanted->files[wanted->count++] = argv[i];
            continue;
        }
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            return 0;
        }
        if (!strcmp(argv[i], "--types"))
            return list_types();
        files_only = !strcmp(argv[i], "--");
        if (files_only)
            continue;
        snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - argv[i]) : 31, argv[i]);
        if (!equals && i + 1 == argc)
            return wrong("a value must follow", argv[i]);
        const char *value = equals ? equals + 1 : argv[++i];
        int code = take_value(wanted, name, value);
        if (code)
            return code;
    }
    return wanted->count ? -1 : wrong("no file given", "");
}

int validate_main(int argc, char **argv)
{
    struct wanted wanted = {.type = TYPE_COUNT, .options = {document_newest_minor(), true, MAX_MISTAKES}};
    wanted.files = calloc((size_t)argc + 1, sizeof *wanted.files);
    if (!wanted.files)
        return 2;
    int code = read_options(&wanted, argc, argv);
    if (code < 0) {
        struct validate_show show;
        show_begin(&show, wanted.json);
        code = 0;
        for (int i = 0; i < wanted.count; i++) {
            int one = validate_file(&wanted, wanted.files[i], &show);
            code = one > code ? one : code;
        }
        show_end(&show);
    }
    free(wanted.files);
    return code;
}
