/* Documents: the strict scan, the schema check, where a mistake is. */
#include "core/document.h"
#include "spec_hresults.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const valid[] = {"{}", " { \"a\" : [ 1 , -0.5e+3 , true , null ] } ", "[]",
    "\"\\u00e4\\ud83d\\ude00\"", "0", "-0", "1E5", "{\"a\":{\"a\":{}}}", "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\""};
static const char *const invalid[] = {"", " ", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
    "[1,]", "[1 2]", "01", "-", "+1", ".5", "1.", "1e", "tru", "nul", "True", "NaN", "Infinity", "\"", "\"\\x\"",
    "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "{} x", "{}{}",
    "// c\n{}", "{/*c*/}", "\xef\xbb\xbf{}", "{\"a\":1 \"b\":2}", "1 2"};

Test(document, scan_accepts_what_rfc_8259_allows)
{
    const char *what;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        cr_expect_null(document_scan(valid[i], strlen(valid[i]), &what), "%s: %s", valid[i], what);
}

Test(document, scan_refuses_everything_else)
{
    const char *what;
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        cr_expect_not_null(document_scan(invalid[i], strlen(invalid[i]), &what), "%s", invalid[i]);
}

static char *nested(int depth)
{
    char *text = malloc((size_t)depth * 2 + 1);
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[depth * 2] = 0;
    return text;
}

Test(document, nesting_has_a_limit)
{
    const char *what;
    char *fits = nested(DOCUMENT_DEPTH), *deep = nested(DOCUMENT_DEPTH + 1), *very = nested(1000000);
    cr_expect_null(document_scan(fits, strlen(fits), &what));
    cr_expect_not_null(document_scan(deep, strlen(deep), &what));
    cr_expect_not_null(document_scan(very, strlen(very), &what));
    free(fits);
    free(deep);
    free(very);
}

struct mistake {
    enum spec_type type;
    PCWSTR text;
    const char *path;
};

static const struct mistake mistakes[] = {
    {TYPE_ProcessParameters, u"{\"CommandLine\":7}", "$.CommandLine"},
    {TYPE_ProcessParameters, u"{\"CommandArgs\":[\"a\",1]}", "$.CommandArgs[1]"},
    {TYPE_ProcessParameters, u"{\"Environment\":{\"A\":\"b\",\"C\":[]}}", "$.Environment.C"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1]}", "$.ConsoleSize"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,65536]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,-1]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,1.5]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"EmulateConsole\":\"true\"}", "$.EmulateConsole"},
    {TYPE_ProcessParameters, u"[]", "$"},
    {TYPE_SystemQuery, u"{\"Types\":[\"Container\",\"container\"]}", "$.Types[1]"},
    {TYPE_ComputeSystem, u"{\"Container\":{}}", "$.SchemaVersion"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":2},\"Container\":{},\"VirtualMachine\":{}}",
        "$.VirtualMachine"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":2}}", "$"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":3},\"Container\":{}}", "$.SchemaVersion"},
    {TYPE_ComputeSystem,
        u"{\"SchemaVersion\":{\"Major\":2},\"VirtualMachine\":{\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":\"x\"}}}}",
        "$.VirtualMachine.ComputeTopology.Memory.SizeInMB"},
    {TYPE_ProcessModifyRequest, u"{}", "$.Operation"},
    {TYPE_ProcessModifyRequest, u"{\"Operation\":\"CloseHandle\"}", "$.CloseHandle"},
    {TYPE_ProcessModifyRequest, u"{\"Operation\":\"ConsoleSize\"}", "$.ConsoleSize"},
    {TYPE_ModifySettingRequest, u"{\"Settings\":1}", "$.ResourcePath"},
};

Test(document, every_mistake_is_named_by_its_path)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct document document;
        struct document_error error;
        HRESULT result = document_parse(mistakes[i].text, mistakes[i].type, &document, &error);
        cr_expect_eq(result, HCS_E_INVALID_JSON, "mistake %zu (%s)", i, mistakes[i].path);
        if (FAILED(result))
            cr_expect_str_eq(error.path, mistakes[i].path, "mistake %zu: %s", i, error.message);
    }
}

Test(document, syntax_errors_have_line_and_column)
{
    struct document document;
    struct document_error error;
    cr_assert_eq(
        document_parse(u"{\n  \"a\": 1,\n  b\n}", TYPE_ProcessParameters, &document, &error), HCS_E_INVALID_JSON);
    cr_expect_eq(error.line, 3);
    cr_expect_eq(error.column, 3);
}

Test(document, last_of_duplicates_wins_and_letter_case_counts)
{
    struct document document;
    struct document_error error;
    PCWSTR text = u"{\"User\":\"a\",\"user\":\"b\",\"User\":\"c\",\"Unknown\":1,\"CommandLine\":null}";
    cr_assert_eq(document_parse(text, TYPE_ProcessParameters, &document, &error), S_OK);
    cr_expect_str_eq(document_string(&document, ProcessParameters_User), "c");
    cr_expect_null(document.member[ProcessParameters_CommandLine]);
    document_free(&document);
}

Test(document, size_has_a_limit)
{
    struct document document;
    struct document_error error;
    size_t length = DOCUMENT_BYTES;
    WCHAR *text = malloc((length + 2) * sizeof *text);
    for (size_t i = 0; i < length; i++)
        text[i] = ' ';
    text[length - 2] = '{';
    text[length - 1] = '}';
    text[length] = 0;
    cr_expect_eq(document_parse(text, TYPE_ProcessParameters, &document, &error), S_OK);
    document_free(&document);
    text[length] = ' ';
    text[length + 1] = 0;
    cr_expect_eq(document_parse(text, TYPE_ProcessParameters, &document, &error), HCS_E_INVALID_JSON);
    free(text);
}

Test(document, a_missing_document_is_an_argument_error)
{
    struct document document;
    struct document_error error;
    cr_expect_eq(document_parse(NULL, TYPE_ProcessParameters, &document, &error), E_INVALIDARG);
    cr_expect(document_is_absent(NULL));
    cr_expect(document_is_absent(u"null"));
    cr_expect_not(document_is_absent(u"nullx"));
    cr_expect_not(document_is_absent(u""));
}
