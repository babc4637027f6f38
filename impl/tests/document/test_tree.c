/* The tree of a document: what cJSON makes of the same text, and where each value stands. */
#include "document/document.h"
#include "document/tree.h"
#include "trees.h"
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *build(const char *text)
{
    struct json_fault fault = json_scan(text, strlen(text));
    cr_assert_null(fault.place, "%s: %s", text, fault.what);
    cJSON *tree = tree_build(text, strlen(text), fault.values);
    cr_assert_not_null(tree);
    return tree;
}

static const char *const texts[] = {"{}", "[]", "\"\"", "0", "-0", " 7 ", "null", "true", "[ false ]", "[[],{},[{}]]",
    " { \"a\" : [ 1 , -0.5e+3 , true , null ] , \"\" : \"\" } ", "{\"a\":1,\"a\":{\"a\":2}}",
    "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\u00e4\\u20AC\\uD83d\\uDe00\\u0001\"", "\"\\u0041\"",
    "{\"\\u00e4\\n\":\"\xc3\xa4\xf0\x9f\x98\x80\"}", "[1.5,-1.5,1e3,1E+3,1e-3,0.1,-0.0,1e400,-1e400,5e-324]",
    "[9007199254740991,9007199254740992,9007199254740993,-9007199254740993,18446744073709551615]",
    "[99999999999999999,999999999999999999,9999999999999999999,-99999999999999999,-999999999999999999]",
    "[0.1000000000000000055511151231257827,123456789012345678901234567890123456789012345678901234567890123]"};

Test(tree, is_what_cjson_makes_of_the_text)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *tree = build(texts[i]), *other = cJSON_Parse(texts[i]);
        cr_expect(trees_are_equal(tree, other), "%s", texts[i]);
        free(tree);
        cJSON_Delete(other);
    }
}

Test(tree, numbers_that_no_double_holds_keep_their_digits)
{
    cJSON *tree = build("[9007199254740991,9007199254740993,-18446744073709551616,1e16]");
    cr_expect_null(cJSON_GetArrayItem(tree, 0)->valuestring);
    cr_expect_str_eq(cJSON_GetArrayItem(tree, 1)->valuestring, "9007199254740993");
    cr_expect_str_eq(cJSON_GetArrayItem(tree, 2)->valuestring, "-18446744073709551616");
    cr_expect_str_eq(cJSON_GetArrayItem(tree, 3)->valuestring, "1e16");
    free(tree);
}

Test(tree, knows_where_each_value_stands)
{
    cJSON *tree = build(" {\"a\": [1, {}], \"b\" : null}");
    const cJSON *a = tree->child, *b = a->next;
    cr_expect_eq(tree->valueint, 1);
    cr_expect_eq(a->valueint, 2);
    cr_expect_eq(a->child->valueint, 8);
    cr_expect_eq(a->child->next->valueint, 11);
    cr_expect_eq(b->valueint, 16);
    free(tree);
}

Test(tree, cjson_can_read_and_copy_it)
{
    cJSON *tree = build("{\"a\":[1,\"x\"],\"b\":12345678901234567890}");
    cJSON *copy = cJSON_Duplicate(tree, true);
    char *text = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(tree, "a"));
    cr_expect_str_eq(text, "[1,\"x\"]");
    cr_expect(trees_are_equal(tree, copy));
    cr_expect_str_eq(cJSON_GetObjectItemCaseSensitive(copy, "b")->valuestring, "12345678901234567890");
    free(text);
    free(tree);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(copy, "a"), cJSON_CreateTrue());
    cJSON_Delete(copy);
}
