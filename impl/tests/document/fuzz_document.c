/* Fuzzes the check of documents with libFuzzer. For every text: the check ends, mistakes have places inside the text,
   clients and validator users get consistent answers, and the tree equals cJSON's. */
#include "base/text/utf8.h"
#include "core/text/document.h"
#include "core/text/error.h"
#include "core/text/text.h"
#include "document/tree.h"
#include "spec_hresults.h"
#include "trees.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum spec_type types[] = {TYPE_ComputeSystem, TYPE_ProcessParameters, TYPE_ModifySettingRequest,
    TYPE_ProcessModifyRequest, TYPE_System_PropertyQuery, TYPE_ResultError};

enum { MOST = 50 };

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static unsigned check_places(const struct document_report *report, size_t length)
{
    unsigned refused = 0;
    size_t before = 0;
    for (unsigned i = 0; i < report->count; i++) {
        const struct document_mistake *mistake = &report->list[i];
        must(mistake->offset <= length && mistake->offset >= before, "places lie in the text, in its order");
        must(mistake->path[0] == '$' && mistake->text[0], "a mistake has a path and a sentence");
        must(mistake->line >= 1 && mistake->column >= 1, "a mistake has line and column");
        must(!utf8_invalid(mistake->text, strlen(mistake->text)), "sentences are UTF-8");
        before = mistake->offset;
        refused += mistake->refused && spec_decisions[mistake->decision].refused;
    }
    return refused;
}

/* The error document fits its own type. */
static void check_error_document(const struct document_report *report)
{
    struct document document;
    struct document_report own;
    struct document_options options = {.minor = 7, .people = true, .limit = MOST};
    char *text = error_report_document(report);
    must(text != NULL, "there is an error document");
    must(document_check(text, strlen(text), TYPE_ResultError, &options, &document, &own) == S_OK && !own.total,
        "the error document is a ResultError");
    document_free(&document);
    report_free(&own);
    free(text);
}

static void check_as(const char *text, size_t length, enum spec_type type, unsigned minor)
{
    struct document document, again;
    struct document_report client, people;
    struct document_options options = {.minor = minor, .limit = MOST}, curious = options;
    curious.people = true;
    HRESULT result = document_check(text, length, type, &options, &document, &client);
    HRESULT other = document_check(text, length, type, &curious, &again, &people);
    must(result == other, "clients and people get the same answer");
    must(check_places(&client, length) == client.count, "clients hear of nothing that is ignored");
    unsigned refused = check_places(&people, length);
    must(people.total > people.count || refused == client.total, "people hear of all that clients hear of");
    must(FAILED(result) == (client.total > 0), "a refusal has a reason, and nothing else has");
    if (FAILED(result))
        check_error_document(&client);
    document_free(&document);
    document_free(&again);
    report_free(&client);
    report_free(&people);
}

/* What the strict scan accepts cJSON accepts, too, and makes the same of it. */
static void check_tree(const char *text, size_t length)
{
    struct json_fault fault = json_scan(text, length);
    if (fault.place)
        return;
    cJSON *tree = tree_build(text, length, fault.values), *other = cJSON_ParseWithLength(text, length + 1);
    must(tree && other && trees_are_equal(tree, other), "the tree is cJSON's");
    free(tree);
    cJSON_Delete(other);
}

/* As a client passes it, where it can be UTF-16. */
static void check_utf16(const char *text, size_t length)
{
    struct document document;
    struct document_text utf8;
    struct document_report report;
    if (utf8_invalid(text, length) || memchr(text, 0, length))
        return;
    PWSTR wide = text_to_utf16(text, length);
    if (SUCCEEDED(document_parse(wide, TYPE_ComputeSystem, &(struct document_options){.minor = 7, .limit = MOST}, &utf8,
            &document, &report)))
        document_free(&document);
    document_text_free(&utf8);
    report_free(&report);
    LocalFree(wide);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check_as(text, size, types[i], i % 2 ? 1 : 7);
    check_tree(text, size);
    check_utf16(text, size);
    free(text);
    return 0;
}
