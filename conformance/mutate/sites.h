/* Role: the places of a source file at which a fixed operator can be applied, found in clang's syntax tree.
   Callers: wrap.c, tests. Single thread. Ownership: a list owns its sites and their texts; sites_free() frees them. */
#ifndef MUTATE_SITES_H
#define MUTATE_SITES_H

#include <cjson/cJSON.h>
#include <stddef.h>

enum site_operator {
    SITE_NEGATE,  /* a condition, or an operand of && and ||, is negated */
    SITE_DROP,    /* a call whose value is unused is left out */
    SITE_HRESULT, /* a constant HRESULT is replaced by another one */
    SITE_OFF,     /* an operand of a comparison, addition or subtraction is one more */
    SITE_OPERATORS
};

struct site {
    enum site_operator kind;
    size_t begin, end; /* in the source, end excluded */
    unsigned line;
    char *function;
    char *text; /* on one line */
};

struct sites {
    struct site *list; /* in the order of the syntax tree: an outer site comes before those inside it */
    unsigned count;
};

/* The names in tables and messages. */
extern const char *const site_operator_names[SITE_OPERATORS + 1];

/* The sites in the functions of one file. tree: what `clang -Xclang -ast-dump=json -fsyntax-only PATH` printed; source:
   the text of the file. Left out are the insides of macros (a condition that is one macro is a site as a whole), what
   must be constant, and static data. */
struct sites sites_find(const cJSON *tree, const char *path, const char *source);
void sites_free(struct sites *sites);

#endif
