/* Queries over the history of rows. Entry points: query_parse(), query_take(). */
#include "history_query.h"
#include "base/allocate.h"
#include "base/text/pattern.h"
#include "result/result.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NODES = 64, MAX_STEPS = 31, WORD_BYTES = 200 };

enum kind { NODE_AND, NODE_OR, NODE_NOT, NODE_SEQ, NODE_ANY, NODE_ALL, NODE_FIRST, NODE_LAST, NODE_ROW, NODE_FUNCTION };

/* In a sequence, a row's state has one bit per step that may come next, and FOUND once the sequence is complete. In the
   other kinds it is FOUND or 0: whether the row matches so far. */
struct node {
    enum kind kind;
    int left, right;           /* operands of and, or, not */
    unsigned steps[MAX_STEPS]; /* one bit per outcome */
    unsigned step_count;
    char pattern[WORD_BYTES];
    unsigned *states; /* by row */
};

struct query {
    struct node nodes[MAX_NODES];
    int count, root;
    const char *text, *at; /* while it is parsed */
    unsigned rows;
    char *const *ids;
    bool *seen; /* by row: some run has it */
};

#define FOUND (1u << 31)

/* --- parse --- */

static int refuse(const struct query *query, const char *what)
{
    fprintf(stderr, "hcs-conformance: history query: %s at \"%.30s\"\n", what, *query->at ? query->at : "the end");
    return -1;
}

static void skip(struct query *query)
{
    while (*query->at == ' ' || *query->at == ',')
        query->at++;
}

static bool take_word(struct query *query, char word[WORD_BYTES])
{
    skip(query);
    size_t length = strcspn(query->at, " ,()");
    if (!length || length >= WORD_BYTES)
        return false;
    memcpy(word, query->at, length);
    word[length] = 0;
    query->at += length;
    return true;
}

static bool take_sign(struct query *query, char sign)
{
    skip(query);
    if (*query->at != sign)
        return false;
    query->at++;
    return true;
}

/* Consumes the next word only if it is the keyword. */
static bool take_keyword(struct query *query, const char *keyword)
{
    const char *before = query->at;
    char word[WORD_BYTES];
    if (take_word(query, word) && !strcmp(word, keyword))
        return true;
    query->at = before;
    return false;
}

static int add(struct query *query, enum kind kind, int left, int right)
{
    if (query->count == MAX_NODES)
        return refuse(query, "it is too long");
    query->nodes[query->count] = (struct node){.kind = kind, .left = left, .right = right};
    return query->count++;
}

static unsigned outcomes_of(const char *word)
{
    unsigned bad = 0;
    for (int i = 0; i < OUTCOMES; i++)
        bad |= outcome_is_bad((enum outcome)i) ? 1u << i : 0;
    if (!strcmp(word, "*"))
        return ~0u;
    if (!strcmp(word, "bad"))
        return bad;
    if (!strcmp(word, "good"))
        return 1u << OUTCOME_PASS | 1u << OUTCOME_RECORDED;
    enum outcome outcome = outcome_named(word);
    return outcome == OUTCOMES ? 0 : 1u << outcome;
}

/* Parses the parentheses of seq, any, …: outcomes, or a pattern. */
static int take_arguments(struct query *query, int index)
{
    struct node *node = &query->nodes[index];
    char word[WORD_BYTES];
    if (!take_sign(query, '('))
        return refuse(query, "( expected");
    while (take_word(query, word)) {
        if (node->kind >= NODE_ROW) {
            snprintf(node->pattern, sizeof node->pattern, "%s", word);
            node->step_count = 1;
            continue;
        }
        if (node->step_count == MAX_STEPS)
            return refuse(query, "more than 31 steps");
        unsigned outcomes = outcomes_of(word);
        if (!outcomes) {
            query->at -= strlen(word);
            return refuse(query, "an outcome, bad, good or * expected");
        }
        node->steps[node->step_count++] = outcomes;
    }
    if (!node->step_count)
        return refuse(query, "the parentheses are empty");
    return take_sign(query, ')') ? index : refuse(query, ") expected");
}

static int take_or(struct query *query);

static int take_factor(struct query *query)
{
    static const struct {
        const char *name;
        enum kind kind;
    } atoms[] = {{"seq", NODE_SEQ}, {"any", NODE_ANY}, {"all", NODE_ALL}, {"first", NODE_FIRST}, {"last", NODE_LAST},
        {"row", NODE_ROW}, {"function", NODE_FUNCTION}};
    if (take_keyword(query, "not")) {
        int inner = take_factor(query);
        return inner < 0 ? -1 : add(query, NODE_NOT, inner, -1);
    }
    if (take_sign(query, '(')) {
        int inner = take_or(query);
        if (inner < 0)
            return -1;
        return take_sign(query, ')') ? inner : refuse(query, ") expected");
    }
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (take_keyword(query, atoms[i].name)) {
            int node = add(query, atoms[i].kind, -1, -1);
            return node < 0 ? -1 : take_arguments(query, node);
        }
    return refuse(query, "seq, any, all, first, last, row or function expected");
}

static int take_and(struct query *query)
{
    int left = take_factor(query);
    while (left >= 0 && take_keyword(query, "and")) {
        int right = take_factor(query);
        left = right < 0 ? -1 : add(query, NODE_AND, left, right);
    }
    return left;
}

static int take_or(struct query *query)
{
    int left = take_and(query);
    while (left >= 0 && take_keyword(query, "or")) {
        int right = take_and(query);
        left = right < 0 ? -1 : add(query, NODE_OR, left, right);
    }
    return left;
}

struct query *query_parse(const char *text)
{
    struct query *query = allocate_zeros(1, sizeof *query);
    query->text = query->at = text;
    query->root = take_or(query);
    if (query->root >= 0) {
        skip(query);
        if (*query->at)
            query->root = refuse(query, "and, or, or the end expected");
    }
    if (query->root >= 0)
        return query;
    query_free(query);
    return NULL;
}

void query_free(struct query *query)
{
    for (int i = 0; query && i < query->count; i++)
        free(query->nodes[i].states);
    if (query)
        free(query->seen);
    free(query);
}

/* --- ask --- */

static bool names_row(const struct node *node, const char *id)
{
    char pattern[WORD_BYTES + 2];
    if (node->kind == NODE_ROW)
        return pattern_fits(node->pattern, id);
    snprintf(pattern, sizeof pattern, "%s.*", node->pattern);
    return pattern_fits(pattern, id);
}

bool query_begin(struct query *query, char *const *ids, unsigned count)
{
    query->ids = ids;
    query->rows = count;
    query->seen = allocate_zeros(count + 1, sizeof *query->seen);
    for (int i = 0; i < query->count; i++) {
        struct node *node = &query->nodes[i];
        if (node->kind < NODE_SEQ)
            continue;
        node->states = allocate_zeros(count + 1, sizeof *node->states);
        for (unsigned row = 0; row < count; row++)
            node->states[row] = node->kind == NODE_SEQ                                            ? 1
                                : node->kind == NODE_ALL                                          ? FOUND
                                : node->kind >= NODE_ROW && ids[row] && names_row(node, ids[row]) ? FOUND
                                                                                                  : 0;
    }
    return query->seen;
}

static unsigned any_of(const struct node *node)
{
    unsigned outcomes = 0;
    for (unsigned i = 0; i < node->step_count; i++)
        outcomes |= node->steps[i];
    return outcomes;
}

/* Advances each bit of a sequence whose step accepts the outcome; the first step may begin at any run. */
static void take_sequence(struct node *node, const unsigned char *outcomes, unsigned length)
{
    unsigned last = 1u << (node->step_count - 1);
    for (unsigned row = 0; row < length; row++) {
        unsigned state = node->states[row], next = 1;
        if (!outcomes[row] || state & FOUND || outcomes[row] == 1 + OUTCOME_NOT_RUN)
            continue;
        unsigned outcome = 1u << (outcomes[row] - 1);
        for (unsigned step = 0; state >> step && step < node->step_count; step++)
            if (state >> step & 1 && node->steps[step] & outcome)
                next |= 1u << step == last ? FOUND : 1u << (step + 1);
        node->states[row] = next;
    }
}

static void take_single(struct node *node, const unsigned char *outcomes, unsigned length, const bool *seen)
{
    unsigned wanted = any_of(node);
    for (unsigned row = 0; row < length; row++) {
        if (!outcomes[row] || outcomes[row] == 1 + OUTCOME_NOT_RUN)
            continue;
        unsigned is = wanted >> (outcomes[row] - 1) & 1 ? FOUND : 0;
        unsigned *state = &node->states[row];
        *state = node->kind == NODE_ANY     ? *state | is
                 : node->kind == NODE_ALL   ? *state & is
                 : node->kind == NODE_FIRST ? (seen[row] ? *state : is)
                                            : is;
    }
}

void query_take(struct query *query, const unsigned char *outcomes, unsigned length)
{
    if (length > query->rows)
        length = query->rows;
    for (int i = 0; i < query->count; i++)
        if (query->nodes[i].kind == NODE_SEQ)
            take_sequence(&query->nodes[i], outcomes, length);
        else if (query->nodes[i].kind > NODE_SEQ && query->nodes[i].kind < NODE_ROW)
            take_single(&query->nodes[i], outcomes, length, query->seen);
    for (unsigned row = 0; row < length; row++)
        query->seen[row] |= outcomes[row] && outcomes[row] != 1 + OUTCOME_NOT_RUN;
}

static bool holds(const struct query *query, int index, unsigned row)
{
    const struct node *node = &query->nodes[index];
    switch (node->kind) {
    case NODE_AND:
        return holds(query, node->left, row) && holds(query, node->right, row);
    case NODE_OR:
        return holds(query, node->left, row) || holds(query, node->right, row);
    case NODE_NOT:
        return !holds(query, node->left, row);
    default:
        return node->states[row] & FOUND;
    }
}

bool query_fits(const struct query *query, unsigned row)
{
    return query->ids[row] && query->seen[row] && holds(query, query->root, row);
}
