/* hcs-spec: reads spec/, refuses inconsistent facts, writes the C tables. Entry point: hcs_spec, the table of its
   commands. */
#include "hcs_spec.h"
#include "drift/drift.h"
#include "emit/emit.h"
#include "emit/json_schema.h"
#include "facts/cite.h"
#include "rows/rows.h"
#include "facts/facts.h"
#include "base/text/format.h"
#include "platform/process.h"
#include <stdio.h>
#include <string.h>

/* The installed facts, relative to the folder of the installed tool. */
#define INSTALLED "../share/computecore"

enum { PATH_BYTES = 4096 };

struct wanted {
    const char *root, *output, *type, *docs, *record, *date;
    bool types;
};

static bool is_readable(const char *folder)
{
    char path[PATH_BYTES + sizeof "/spec/hresults.json"];
    snprintf(path, sizeof path, "%s/spec/hresults.json", folder);
    FILE *file = fopen(path, "r");
    if (file)
        fclose(file);
    return file != NULL;
}

/* Returns the folder given with --root; without it, the working directory if it has facts, otherwise the folder of the
   installed facts. */
static const char *root_of(const struct wanted *wanted)
{
    static char installed[PATH_BYTES];
    if (wanted->root || is_readable(".") || !program_path(installed, sizeof installed - sizeof INSTALLED))
        return wanted->root ? wanted->root : ".";
    char *name = strrchr(installed, '/');
    strcpy(name ? name + 1 : installed, INSTALLED);
    return is_readable(installed) ? installed : ".";
}

/* Reads and checks the facts, then calls part with them. Returns the exit code. */
static int with_facts(const struct wanted *wanted, int (*part)(struct facts *, const struct wanted *))
{
    struct facts facts;
    const char *root = root_of(wanted);
    if (!is_readable(root))
        return command_wrong("no facts below %s/spec; name the project's folder with --root", root);
    int code = facts_load(&facts, root) == 0 ? part(&facts, wanted) : 1;
    facts_free(&facts);
    return facts_wrong_host_file() ? 2 : code ? code : facts_error_count() ? 1 : 0;
}

static int emit_all(struct facts *facts, const struct wanted *wanted)
{
    const char *folder = wanted->output;
    bool written = emit_hresults(facts, folder) && emit_states(facts, folder) && emit_requests(facts, folder) &&
                   emit_failures(facts, folder) && emit_combinations(facts, folder) && emit_schema(facts, folder) &&
                   emit_decisions(facts, folder) && emit_coverage(facts, folder) && emit_confirmed(facts, folder) &&
                   emit_tables(folder) && emit_functions(facts, folder) && emit_exports(facts, folder) &&
                   emit_recorder(facts, folder) && emit_headers(facts, folder) && emit_rows(facts, folder);
    return written ? 0 : 1;
}

static int run_generate(void *values, const struct command_words *words)
{
    (void)words;
    return with_facts(values, emit_all);
}

/* Checks the rows by gathering them; with_facts() has checked the other facts. */
static int check_rows(struct facts *facts, const struct wanted *wanted)
{
    struct rows rows;
    (void)wanted;
    rows_gather(facts, &rows);
    rows_free(&rows);
    return 0;
}

static int run_check(void *values, const struct command_words *words)
{
    (void)words;
    return with_facts(values, check_rows);
}

static int cite(struct facts *facts, const struct wanted *wanted)
{
    (void)wanted;
    cite_check(facts);
    return 0;
}

static int run_cite(void *values, const struct command_words *words)
{
    (void)words;
    return with_facts(values, cite);
}

static int write_json_schema(struct facts *facts, const struct wanted *wanted)
{
    return wanted->types    ? json_schema_list(facts)
           : wanted->output ? json_schema_files(facts, wanted->output)
                            : json_schema_main(facts, wanted->type);
}

static int run_json_schema(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    (void)words;
    if (!wanted->type && !wanted->types && !wanted->output)
        return command_wrong("--type TYPE is missing; --types lists them");
    return with_facts(wanted, write_json_schema);
}

static int drift(struct facts *facts, const struct wanted *wanted)
{
    return drift_main(facts, wanted->docs, wanted->record, wanted->date);
}

static bool is_revision(const char *text)
{
    enum { SHORTEST = 7, LONGEST = 40 };
    size_t length = strlen(text);
    return length >= SHORTEST && length <= LONGEST && strspn(text, "0123456789abcdef") == length;
}

static int run_drift(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    (void)words;
    if (!wanted->record != !wanted->date)
        return command_wrong("--record and --date go together");
    if (wanted->record && !is_revision(wanted->record))
        return command_wrong("--record takes a revision of 7 to 40 hexadecimal digits, not '%s'", wanted->record);
    if (wanted->date && !format_is_date(wanted->date))
        return command_wrong("--date takes a day such as 2026-08-07, not '%s'", wanted->date);
    return with_facts(values, drift);
}

/* --- the commands --- */

#define ROOT                                                                                                           \
    {                                                                                                                  \
        .name = "root", .kind = OPTION_FOLDER, .argument = "DIR", .place = offsetof(struct wanted, root),              \
        .help = "the folder that has spec/; default: the current folder, or the installed facts"                       \
    }

#define EXIT_CODES                                                                                                     \
    "Exit code: 0 success, 1 inconsistent facts or a file that can't be written, 2 wrong use or a file "               \
    "of spec/hosts that can't be used. Mistakes are "                                                                  \
    "printed as FILE:LINE: error: MESSAGE."

static const struct command_option root_alone[] = {ROOT, {.name = NULL}};

static const struct command_option generate_options[] = {ROOT,
    {.name = "output",
        .letter = 'o',
        .required = true,
        .kind = OPTION_PLACE,
        .argument = "DIR",
        .place = offsetof(struct wanted, output),
        .help = "the folder for the files, made if it is missing; only files that have changed are written"},
    {.name = NULL}};

static const struct command_option json_schema_options[] = {ROOT,
    {.name = "type",
        .kind = OPTION_TEXT,
        .argument = "TYPE",
        .place = offsetof(struct wanted, type),
        .excludes = "types",
        .help = "the type of document, such as ComputeSystem"},
    {.name = "types", .kind = OPTION_FLAG, .place = offsetof(struct wanted, types), .help = "list the types"},
    {.name = "output",
        .letter = 'o',
        .kind = OPTION_PLACE,
        .argument = "DIR",
        .place = offsetof(struct wanted, output),
        .excludes = "type",
        .help = "write the schema of every type into that folder, as TYPE.schema.json; it is made if it is missing"},
    {.name = NULL}};

static const struct command_option drift_options[] = {ROOT,
    {.name = "docs",
        .required = true,
        .kind = OPTION_FOLDER,
        .argument = "DIR",
        .place = offsetof(struct wanted, docs),
        .help = "a checkout of MicrosoftDocs/Virtualization-Documentation"},
    {.name = "record",
        .kind = OPTION_TEXT,
        .argument = "REVISION",
        .place = offsetof(struct wanted, record),
        .help =
            "do not compare; record the lines and digests of the checkout's sentences in ROOT/spec/documentation.json, "
            "with --date"},
    {.name = "date",
        .kind = OPTION_TEXT,
        .argument = "DAY",
        .place = offsetof(struct wanted, date),
        .help = "with --record: the date of that revision, as 2026-08-07"},
    {.name = NULL}};

static const struct command generate_command = {.name = "generate",
    .summary = "write the C tables and the public headers",
    .description = "Reads and checks the facts below spec/, and writes the C tables and the public headers.",
    .options = generate_options,
    .examples = {"generate --output build/generated", "generate --root ../computecore --output /tmp/tables"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct wanted),
    .run = run_generate};

static const struct command check_command = {.name = "check",
    .summary = "check that the facts below spec/ are consistent",
    .description = "Reads the facts below spec/ and checks them against each other.",
    .options = root_alone,
    .examples = {"check", "check --root ../computecore"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct wanted),
    .run = run_check};

static const struct command cite_command = {.name = "cite",
    .summary = "check that rules and laws are cited, and citations exist",
    .description = "Checks that rules and lifetime laws are cited by rows, code or tests, and that the rules they cite "
                   "exist.",
    .options = root_alone,
    .examples = {"cite", "cite --root ../computecore"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct wanted),
    .run = run_cite};

static const struct command json_schema_command = {.name = "json-schema",
    .summary = "a JSON Schema of a document type, for editors",
    .description =
        "Writes the JSON Schema (draft 2020-12) of a document type to standard output, or of all types into a folder.",
    .options = json_schema_options,
    .examples = {"json-schema --type ComputeSystem >compute-system.schema.json", "json-schema --types"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct wanted),
    .run = run_json_schema};

static const struct command drift_command = {.name = "drift",
    .summary = "compare spec/ with a checkout of the documentation",
    .description = "Compares signatures, tables of results, enumerations, HRESULTs and the schema reference with spec/ "
                   "by meaning, and other texts by their digests. Each difference is a line PAGE:LINE: KIND: MESSAGE; "
                   "KIND is added, removed, changed (spec/ says something else), reworded or renamed (the page). Edit "
                   "the file of spec/ that has the fact, or find by reading that none has to change; then --record "
                   "makes that revision the one to compare with. hcs-conformance list --docs DIR shows the sentence "
                   "behind a row.",
    .options = drift_options,
    .examples = {"drift --docs ../Virtualization-Documentation",
        "drift --docs ../docs --record 77e0742a --date 2026-11-27"},
    .exit_codes = "Exit code: 0 no drift, 1 drift, or facts that are inconsistent, 2 wrong use or no documentation.",
    .size = sizeof(struct wanted),
    .run = run_drift};

static const struct command *const commands[] = {
    &generate_command, &check_command, &cite_command, &json_schema_command, &drift_command, NULL};

const struct tool hcs_spec = {
    "hcs-spec", "Checks the facts about the Host Compute System API, and generates code from them.", commands};
