/* Words and operators of shells. Entry points: scan_next(), scan_split(). */
#include "scan.h"
#include <string.h>
#include <strings.h>

static bool is_blank(const struct scan *scan, char c)
{
    return c == ' ' || c == '\t' || c == '\r' || (c == '\n' && scan->shell == PROGRAM_CMD);
}

bool scan_is(const struct scan *scan, const char *word)
{
    return strlen(word) == scan->length && (scan->shell == PROGRAM_SH ? !strncmp(scan->token, word, scan->length)
                                                                      : !strncasecmp(scan->token, word, scan->length));
}

static bool is_one_of(const struct scan *scan, const char *const *words)
{
    while (*words && !scan_is(scan, *words))
        words++;
    return *words;
}

static const char *skip_quoted(const char *p, const char *end, enum program_shell shell)
{
    char quote = *p++;
    while (p < end && *p != quote)
        p += *p == '\\' && quote == '"' && shell == PROGRAM_SH && p + 1 < end ? 2 : 1;
    return p < end ? p + 1 : end;
}

static bool escapes(char c, enum program_shell shell)
{
    return c == (shell == PROGRAM_SH ? '\\' : shell == PROGRAM_CMD ? '^' : '`');
}

const char *scan_matching(const char *text, const char *end, enum program_shell shell)
{
    unsigned depth = 0;
    for (const char *p = text; p < end;) {
        if (*p == '"' || (*p == '\'' && shell != PROGRAM_CMD)) {
            p = skip_quoted(p, end, shell);
            continue;
        }
        if (escapes(*p, shell) && p + 1 < end)
            p++;
        else if (*p == '(')
            depth++;
        else if (*p == ')' && !--depth)
            return p;
        p++;
    }
    return NULL;
}

static const char *skip_word(const struct scan *scan, const char *p)
{
    for (bool redirects = false; p < scan->end && !is_blank(scan, *p); redirects = *p == '>' || *p == '<', p++) {
        if (*p == '"' || (*p == '\'' && scan->shell != PROGRAM_CMD)) {
            p = skip_quoted(p, scan->end, scan->shell) - 1;
            continue;
        }
        if (escapes(*p, scan->shell)) {
            p += p + 1 < scan->end;
            continue;
        }
        if (*p == '$' && p + 1 < scan->end && p[1] == '(' && scan->shell != PROGRAM_CMD) {
            const char *close = scan_matching(p + 1, scan->end, scan->shell);
            p = close ? close : scan->end - 1;
            continue;
        }
        bool joins = *p == '|' || (*p == '&' && !redirects);
        if (joins || (scan->shell != PROGRAM_CMD && (*p == ';' || *p == '\n')) || (*p == ')' && scan->inner))
            break;
    }
    return p;
}

/* Words of sh that open and close a compound command, and those that a command follows. */
static void follow_word(struct scan *scan)
{
    static const char *const opening[] = {"if", "while", "until", "for", "case", "{", NULL};
    static const char *const closing[] = {"fi", "done", "esac", "}", NULL};
    static const char *const before_command[] = {"if", "while", "until", "then", "do", "else", "elif", "{", "!", NULL};
    scan->first = scan->start;
    scan->start = false;
    if (!scan->first)
        return;
    if (scan->shell == PROGRAM_CMD) {
        if (!scan->compound && (scan_is(scan, "if") || scan_is(scan, "for")))
            scan->compound = scan->inner + 1;
    } else if (scan->shell == PROGRAM_SH) {
        if (is_one_of(scan, opening))
            scan->inner++;
        else if (is_one_of(scan, closing) && scan->inner)
            scan->depth = --scan->inner;
        scan->start = is_one_of(scan, before_command);
    }
}

static enum scan_token parenthesis(struct scan *scan)
{
    scan->at++;
    if (*scan->token == '(') {
        scan->inner++;
        scan->start = true;
        return SCAN_OPEN;
    }
    scan->depth = --scan->inner;
    scan->start = false;
    if (scan->compound > scan->inner + 1)
        scan->compound = 0;
    return SCAN_CLOSE;
}

static enum scan_token operator_at(struct scan *scan)
{
    char c = *scan->token;
    bool twice = scan->token + 1 < scan->end && scan->token[1] == c && (c == '&' || c == '|');
    scan->at += 1 + twice;
    scan->length = 1 + (size_t)twice;
    scan->start = true;
    if (c == '|')
        return twice ? SCAN_OR : SCAN_PIPE;
    return twice ? SCAN_AND : SCAN_ALWAYS;
}

enum scan_token scan_next(struct scan *scan)
{
    while (scan->at < scan->end && is_blank(scan, *scan->at))
        scan->at++;
    scan->token = scan->at;
    scan->length = 0;
    scan->depth = scan->inner;
    if (scan->at == scan->end)
        return SCAN_END;
    char c = *scan->at;
    if ((c == '(' && (scan->start || scan->compound)) || (c == ')' && scan->inner))
        return parenthesis(scan);
    if (c == '|' || c == '&' || (scan->shell != PROGRAM_CMD && (c == ';' || c == '\n')))
        return operator_at(scan);
    scan->at = skip_word(scan, scan->at);
    scan->at += scan->at == scan->token; /* never stands still */
    scan->length = (size_t)(scan->at - scan->token);
    follow_word(scan);
    return SCAN_WORD;
}

/* In cmd, an if or for extends to the end of its text. */
static bool takes_all(const struct scan *scan)
{
    return scan->compound == 1;
}

size_t scan_split(const char *text, enum program_shell shell, const char **rest, enum program_join *join)
{
    enum scan_token token;
    *rest = NULL;
    size_t simple = strcspn(text, shell == PROGRAM_CMD ? "&|" : "&|;\n");
    if (!text[simple])
        return simple;
    struct scan scan = {.at = text, .end = text + simple + strlen(text + simple), .shell = shell, .start = true};
    while ((token = scan_next(&scan)) != SCAN_END && !takes_all(&scan)) {
        if (scan.depth || (token != SCAN_AND && token != SCAN_OR && token != SCAN_ALWAYS))
            continue;
        *join = token == SCAN_AND ? PROGRAM_AND : token == SCAN_OR ? PROGRAM_OR : PROGRAM_ALWAYS;
        *rest = scan.at;
        return (size_t)(scan.token - text);
    }
    return strlen(text);
}

const char *scan_pipe(const char *text, size_t length, enum program_shell shell)
{
    struct scan scan = {.at = text, .end = text + length, .shell = shell, .start = true};
    enum scan_token token;
    while ((token = scan_next(&scan)) != SCAN_END && !takes_all(&scan))
        if (token == SCAN_PIPE && !scan.depth)
            return scan.token;
    return NULL;
}

int scan_find(struct scan *scan, const char *const *words)
{
    enum scan_token token;
    while ((token = scan_next(scan)) != SCAN_END) {
        if (token != SCAN_WORD || !scan->first)
            continue;
        for (int i = 0; words[i]; i++) {
            bool closes = !strcmp(words[i], "fi") || !strcmp(words[i], "done") || !strcmp(words[i], "}");
            if (scan->depth == !closes && scan_is(scan, words[i]))
                return i;
        }
        if (!scan->inner)
            break; /* the compound command ends here */
    }
    return -1;
}
