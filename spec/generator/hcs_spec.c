/* hcs-spec: reads spec/, refuses inconsistent facts, writes the C tables. Entry point: main(). */
#include "cite.h"
#include "emit.h"
#include "facts.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: hcs-spec generate --root DIR --output DIR\n"
    "       hcs-spec check --root DIR\n"
    "       hcs-spec cite --root DIR\n"
    "\n"
    "Reads the facts below DIR/spec. 'check' only checks them; 'generate' also writes the C tables and\n"
    "the public headers into the output folder, each file only if it changed. 'cite' checks that rules and\n"
    "lifetime laws are cited by rows, code or tests, and that what these cite exists.\n"
    "Mistakes are reported as FILE:LINE: error: MESSAGE.\n"
    "Exit code: 0 all is well, 1 the facts are inconsistent or can't be written, 2 wrong use.\n";

static int wrong_use(const char *what, const char *word)
{
    fprintf(stderr, "hcs-spec: %s%s; see hcs-spec --help\n", what, word);
    return 2;
}

static bool emit_all(struct facts *facts, const char *folder)
{
    return emit_hresults(facts, folder) && emit_states(facts, folder) && emit_schema(facts, folder) &&
           emit_decisions(facts, folder) && emit_functions(facts, folder) && emit_exports(facts, folder) &&
           emit_headers(facts, folder) && emit_rows(facts, folder);
}

int main(int argc, char **argv)
{
    const char *root = NULL, *folder = NULL;
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc < 2)
        return wrong_use("no command given", "");
    bool generate = !strcmp(argv[1], "generate"), cite = !strcmp(argv[1], "cite");
    if (!generate && !cite && strcmp(argv[1], "check"))
        return wrong_use("unknown command ", argv[1]);
    for (int i = 2; i < argc; i++) {
        const char **value = !strcmp(argv[i], "--root") ? &root : !strcmp(argv[i], "--output") ? &folder : NULL;
        if (!value)
            return wrong_use("unknown option ", argv[i]);
        if (++i == argc)
            return wrong_use("a folder must follow ", argv[i - 1]);
        *value = argv[i];
    }
    if (!root || (generate && !folder))
        return wrong_use("missing ", root ? "--output" : "--root");
    struct facts facts;
    bool ok = facts_load(&facts, root) == 0;
    if (ok && cite)
        cite_check(&facts);
    if (ok && generate)
        ok = emit_all(&facts, folder);
    facts_free(&facts);
    return ok && !facts_error_count() ? 0 : 1;
}
