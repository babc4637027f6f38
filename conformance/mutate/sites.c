/* Sites in a syntax tree. Entry point: sites_find(). */
#include "sites.h"
#include "base/allocate.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const site_operator_names[SITE_OPERATORS + 1] = {"negate", "drop", "hresult", "off-by-one", NULL};

struct search {
    const char *source, *function;
    size_t first, last; /* of the function's body */
    struct sites sites;
};

static const char *text_of(const cJSON *node, const char *member)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(node, member));
    return text ? text : "";
}

static bool is_kind(const cJSON *node, const char *kind)
{
    return !strcmp(text_of(node, "kind"), kind);
}

static const cJSON *child(const cJSON *node, int i)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(node, "inner"), i);
}

/* One end of a node's range. A macro is known by the place of its name. */
struct end {
    bool known, macro;
    size_t offset, length;
};

static struct end end_of(const cJSON *node, const char *which)
{
    const cJSON *place = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(node, "range"), which);
    const cJSON *expansion = cJSON_GetObjectItemCaseSensitive(place, "expansionLoc");
    const cJSON *at = expansion ? expansion : place;
    const cJSON *offset = cJSON_GetObjectItemCaseSensitive(at, "offset");
    const cJSON *length = cJSON_GetObjectItemCaseSensitive(at, "tokLen");
    bool argument = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(expansion, "isMacroArgExpansion"));
    if (argument || !cJSON_IsNumber(offset) || !cJSON_IsNumber(length))
        return (struct end){.macro = expansion != NULL};
    return (struct end){true, expansion != NULL, (size_t)offset->valuedouble, (size_t)length->valuedouble};
}

static bool is_one_macro(const cJSON *node)
{
    struct end begin = end_of(node, "begin"), end = end_of(node, "end");
    return begin.macro && end.macro && begin.offset == end.offset;
}

/* The position after the parenthesis that closes the one at `at`. */
static size_t behind_arguments(const char *source, size_t at)
{
    unsigned depth = 0;
    do {
        char c = source[at++];
        depth += c == '(';
        depth -= c == ')';
    } while (depth && source[at]);
    return at;
}

/* The node's text from begin to end. false: it does not lie in the function as it is written. */
static bool range_of(const struct search *search, const cJSON *node, size_t *begin, size_t *end)
{
    struct end first = end_of(node, "begin"), last = end_of(node, "end");
    if (!first.known || !last.known || first.offset < search->first || last.offset + last.length > search->last)
        return false;
    *begin = first.offset;
    *end = last.offset + last.length;
    if (last.macro && search->source[*end] == '(')
        *end = behind_arguments(search->source, *end);
    return true;
}

static char *on_one_line(const char *from, size_t length)
{
    char *text = allocate(length + 1), *to = text;
    for (const char *p = from; p < from + length; p++) {
        if (!isspace((unsigned char)*p))
            *to++ = *p;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = 0;
    return text;
}

static unsigned line_of(const char *source, size_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset; i++)
        line += source[i] == '\n';
    return line;
}

static void add(struct search *search, enum site_operator kind, const cJSON *node)
{
    struct site site = {.kind = kind};
    if (!range_of(search, node, &site.begin, &site.end))
        return;
    site.line = line_of(search->source, site.begin);
    site.function = allocate_copy(search->function);
    site.text = on_one_line(search->source + site.begin, site.end - site.begin);
    struct sites *sites = &search->sites;
    sites->list = reallocate(sites->list, (sites->count + 1) * sizeof *sites->list);
    sites->list[sites->count++] = site;
}

/* Without what the compiler adds, and without parentheses, unless they are a macro's. */
static const cJSON *bare(const cJSON *node)
{
    while (node && !is_one_macro(node) && (is_kind(node, "ImplicitCastExpr") || is_kind(node, "ParenExpr")))
        node = child(node, 0);
    return node;
}

static bool is_logical(const cJSON *node)
{
    const char *opcode = text_of(node, "opcode");
    return is_kind(node, "BinaryOperator") && (!strcmp(opcode, "&&") || !strcmp(opcode, "||"));
}

/* Of && and || each operand is a site instead, when the walk comes to it. */
static void add_condition(struct search *search, const cJSON *node)
{
    node = bare(node);
    if (node && !is_logical(node) && !is_kind(node, "IntegerLiteral"))
        add(search, SITE_NEGATE, node);
}

/* Which of its children a statement asks; -1: none. */
static int condition_at(const cJSON *node)
{
    static const struct {
        const char *kind;
        int at;
    } asks[] = {{"IfStmt", 0}, {"WhileStmt", 0}, {"DoStmt", 1}, {"ForStmt", 2}, {"ConditionalOperator", 0}};
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (is_kind(node, asks[i].kind))
            return asks[i].at;
    return -1;
}

static bool is_statement_of(const cJSON *node, int i)
{
    return is_kind(node, "CompoundStmt") || is_kind(node, "LabelStmt") || is_kind(node, "DefaultStmt") ||
           (is_kind(node, "IfStmt") && i > 0) || (is_kind(node, "WhileStmt") && i == 1) ||
           (is_kind(node, "ForStmt") && i > 2) || (is_kind(node, "DoStmt") && i == 0) ||
           (is_kind(node, "CaseStmt") && i > 0);
}

static void add_call(struct search *search, const cJSON *statement)
{
    bool to_void = is_kind(statement, "CStyleCastExpr") && !strcmp(text_of(statement, "castKind"), "ToVoid");
    if (!end_of(statement, "begin").macro && is_kind(to_void ? bare(child(statement, 0)) : statement, "CallExpr"))
        add(search, SITE_DROP, statement);
}

static void add_off_by_one(struct search *search, const cJSON *node)
{
    const char *opcode = text_of(node, "opcode");
    bool sum = *opcode == '+' || *opcode == '-';
    if (!is_kind(node, "BinaryOperator") && !is_kind(node, "CompoundAssignOperator"))
        return;
    if (!strcmp(opcode, "<") || !strcmp(opcode, "<=") || !strcmp(opcode, ">") || !strcmp(opcode, ">="))
        add(search, SITE_OFF, child(node, 1));
    for (int i = 0; sum && i < 2; i++)
        if (is_kind(bare(child(node, i)), "IntegerLiteral"))
            add(search, SITE_OFF, child(node, i));
}

/* Is it a macro without arguments that is named like an HRESULT? */
static bool is_hresult(const struct search *search, const cJSON *node)
{
    static const char *const starts[] = {"S_OK", "S_FALSE", "E_", "HCS_E_", "HRESULT_ERROR_", "HCN_E_", NULL};
    size_t begin, end;
    if (!is_one_macro(node) || !range_of(search, node, &begin, &end) || search->source[end - 1] == ')')
        return false;
    for (const char *const *start = starts; *start; start++)
        if (!strncmp(search->source + begin, *start, strlen(*start)))
            return true;
    return false;
}

/* What the compiler must know beforehand, and what is made before any mutant is chosen. */
static bool is_fixed(const cJSON *node)
{
    return is_kind(node, "ConstantExpr") || is_kind(node, "UnaryExprOrTypeTraitExpr") ||
           is_kind(node, "StaticAssertDecl") ||
           (is_kind(node, "VarDecl") && !strcmp(text_of(node, "storageClass"), "static"));
}

static void visit(struct search *search, const cJSON *node)
{
    if (is_hresult(search, node))
        add(search, SITE_HRESULT, node);
    if (is_fixed(node) || is_one_macro(node))
        return;
    int condition = condition_at(node), i = 0;
    if (condition >= 0)
        add_condition(search, child(node, condition));
    if (is_logical(node)) {
        add_condition(search, child(node, 0));
        add_condition(search, child(node, 1));
    }
    add_off_by_one(search, node);
    const cJSON *part;
    cJSON_ArrayForEach (part, cJSON_GetObjectItemCaseSensitive(node, "inner")) {
        if (is_statement_of(node, i++))
            add_call(search, part);
        visit(search, part);
    }
}

/* A location names its file only if it differs from that of the previous location. */
static void follow_file(const cJSON *item, const char **file)
{
    const cJSON *part;
    cJSON_ArrayForEach (part, item) {
        if (part->string && !strcmp(part->string, "file") && cJSON_IsString(part))
            *file = part->valuestring;
        else if (!part->string || strcmp(part->string, "includedFrom"))
            follow_file(part, file);
    }
}

static void visit_function(struct search *search, const cJSON *function)
{
    const cJSON *part;
    cJSON_ArrayForEach (part, cJSON_GetObjectItemCaseSensitive(function, "inner")) {
        if (!is_kind(part, "CompoundStmt") || is_one_macro(part))
            continue;
        struct end last = end_of(part, "end");
        search->function = text_of(function, "name");
        search->first = end_of(part, "begin").offset;
        search->last = last.offset + last.length;
        visit(search, part);
    }
}

struct sites sites_find(const cJSON *tree, const char *path, const char *source)
{
    struct search search = {.source = source};
    const char *file = "";
    const cJSON *declaration;
    cJSON_ArrayForEach (declaration, cJSON_GetObjectItemCaseSensitive(tree, "inner")) {
        follow_file(cJSON_GetObjectItemCaseSensitive(declaration, "loc"), &file);
        if (is_kind(declaration, "FunctionDecl") && !strcmp(file, path))
            visit_function(&search, declaration);
        follow_file(declaration, &file);
    }
    return search.sites;
}

void sites_free(struct sites *sites)
{
    for (unsigned i = 0; i < sites->count; i++) {
        free(sites->list[i].function);
        free(sites->list[i].text);
    }
    free(sites->list);
    *sites = (struct sites){0};
}
