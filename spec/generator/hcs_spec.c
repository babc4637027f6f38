/* hcs-spec: reads spec/, refuses inconsistent facts, writes the C tables. Entry point: main(). */
#include "facts/cite.h"
#include "drift/drift.h"
#include "emit/emit.h"
#include "facts/facts.h"
#include "emit/json_schema.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: hcs-spec generate --root DIR --output DIR\n"
    "       hcs-spec check --root DIR\n"
    "       hcs-spec cite --root DIR\n"
    "       hcs-spec json-schema --root DIR --type TYPE | --types\n"
    "       hcs-spec drift --root DIR --docs DIR [--record REVISION --date DAY]\n"
    "\n"
    "Reads the facts below DIR/spec. 'check' only checks them; 'generate' also writes the C tables and\n"
    "the public headers into the output folder, each file only if it changed. 'cite' checks that rules and\n"
    "lifetime laws are cited by rows, code or tests, and that what these cite exists.\n"
    "Mistakes are reported as FILE:LINE: error: MESSAGE.\n"
    "'json-schema' writes a JSON Schema (draft 2020-12) of a document type, for editors.\n"
    "'drift' compares spec/ with a checkout of the documentation (MicrosoftDocs/Virtualization-Documentation) and\n"
    "reports what was added, removed, changed or reworded, as PAGE:LINE: KIND: MESSAGE; with --record it writes the\n"
    "checkout's lines and the digests of its sentences into spec/documentation.json instead.\n"
    "--root may be left out in the project's own folder.\n"
    "Exit code: 0 all is well, 1 the facts are inconsistent, can't be written, or the documentation has drifted,\n"
    "2 wrong use.\n";

static int wrong_use(const char *what, const char *word)
{
    fprintf(stderr, "hcs-spec: %s%s; see hcs-spec --help\n", what, word);
    return 2;
}

static bool emit_all(struct facts *facts, const char *folder)
{
    return emit_hresults(facts, folder) && emit_states(facts, folder) && emit_schema(facts, folder) &&
           emit_decisions(facts, folder) && emit_coverage(facts, folder) && emit_tables(folder) &&
           emit_functions(facts, folder) && emit_exports(facts, folder) && emit_headers(facts, folder) &&
           emit_rows(facts, folder);
}

struct wanted {
    const char *command, *root, *output, *type, *docs, *record, *date;
    bool types;
};

static int run_generate(struct facts *facts, const struct wanted *wanted)
{
    return emit_all(facts, wanted->output) ? 0 : 1;
}

static int run_check(struct facts *facts, const struct wanted *wanted)
{
    (void)facts;
    (void)wanted;
    return 0; /* reading them has checked them */
}

static int run_cite(struct facts *facts, const struct wanted *wanted)
{
    (void)wanted;
    cite_check(facts);
    return 0;
}

static int run_json_schema(struct facts *facts, const struct wanted *wanted)
{
    return wanted->types ? json_schema_list(facts) : json_schema_main(facts, wanted->type);
}

static int run_drift(struct facts *facts, const struct wanted *wanted)
{
    return drift_main(facts, wanted->docs, wanted->record, wanted->date);
}

static const struct command {
    const char *name;
    int (*run)(struct facts *, const struct wanted *);
} commands[] = {{"generate", run_generate}, {"check", run_check}, {"cite", run_cite}, {"json-schema", run_json_schema},
    {"drift", run_drift}};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

/* 0: go on; else the exit code. */
static int read_options(struct wanted *wanted, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {{"--root", &wanted->root}, {"--output", &wanted->output}, {"--type", &wanted->type},
        {"--docs", &wanted->docs}, {"--record", &wanted->record}, {"--date", &wanted->date}};
    for (int i = 0; i < argc; i++) {
        const char **value = NULL;
        wanted->types |= !strcmp(argv[i], "--types");
        if (!strcmp(argv[i], "--types"))
            continue;
        for (size_t j = 0; j < sizeof options / sizeof *options; j++)
            if (!strcmp(options[j].name, argv[i]))
                value = options[j].value;
        if (!value)
            return wrong_use("unknown option ", argv[i]);
        if (++i == argc)
            return wrong_use("a value must follow ", argv[i - 1]);
        *value = argv[i];
    }
    return 0;
}

static const char *missing(const struct wanted *wanted)
{
    if (!strcmp(wanted->command, "generate") && !wanted->output)
        return "--output";
    if (!strcmp(wanted->command, "drift") && !wanted->docs)
        return "--docs";
    if (!strcmp(wanted->command, "json-schema") && !wanted->type && !wanted->types)
        return "--type";
    return NULL;
}

int main(int argc, char **argv)
{
    struct wanted wanted = {.root = "."};
    if (argc > 1 && (!strcmp(argv[argc - 1], "--help") || !strcmp(argv[argc - 1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc < 2)
        return wrong_use("no command given", "");
    const struct command *command = find_command(argv[1]);
    if (!command)
        return wrong_use("unknown command ", argv[1]);
    wanted.command = command->name;
    int wrong = read_options(&wanted, argc - 2, argv + 2);
    if (wrong)
        return wrong;
    if (missing(&wanted))
        return wrong_use("missing ", missing(&wanted));
    struct facts facts;
    int code = facts_load(&facts, wanted.root) == 0 ? command->run(&facts, &wanted) : 1;
    facts_free(&facts);
    return code ? code : facts_error_count() ? 1 : 0;
}
