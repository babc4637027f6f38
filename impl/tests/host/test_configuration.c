/* Configurations of systems, which are kept as text until something of them is read. */
#include "base/text/json_scan.h"
#include "base/text/json_writer.h"
#include "document/tree.h"
#include "host/configuration.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *written(const cJSON *tree)
{
    struct writer writer = {.text.limit = 1 << 20};
    configuration_write(&writer, NULL, tree);
    return writer_finish(&writer);
}

/* The text of a configuration after it was kept, from malloc. */
static char *kept(const char *text)
{
    struct json_fault fault = json_scan(text, strlen(text));
    cr_assert_null(fault.place);
    cJSON *block = tree_build(text, strlen(text), fault.values);
    struct configuration *configuration = configuration_keep(block);
    free(block);
    cr_assert_not_null(configuration);
    const cJSON *tree = configuration_tree(configuration);
    cr_assert_not_null(tree);
    cr_expect_eq(configuration_tree(configuration), tree);
    char *result = written(tree);
    configuration_free(configuration);
    cr_assert_not_null(result);
    return result;
}

static void expect_kept(const char *text)
{
    char *result = kept(text);
    cr_expect_str_eq(result, text);
    free(result);
}

Test(configuration, it_stays_as_it_was)
{
    expect_kept("{}");
    expect_kept("{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}");
    expect_kept(
        "{\"Owner\":\"\\\"a\\\\b\\u0001\xC3\xA4\",\"Container\":null,\"ShouldTerminateOnLastHandleClosed\":true}");
    expect_kept("{\"Owner\":\"a\",\"Owner\":\"b\",\"Container\":{\"MappedDirectories\":[{\"HostPath\":\"/x\"},{}]}}");
}

Test(configuration, its_numbers_keep_their_digits)
{
    expect_kept("{\"Unknown\":[0,-1,0.1,0.30000000000000004,1.5,1e+300,-2.5e-10,9007199254740991,18446744073709551615,"
                "-9223372036854775808,1234567890123456789012345678901234567890123456789]}");
}

Test(configuration, it_may_be_long)
{
    enum { LENGTH = 200000 };
    char *text = malloc(LENGTH + 32), *end = text;
    end += strlen(strcpy(end, "{\"Owner\":\""));
    memset(end, 'x', LENGTH);
    strcpy(end + LENGTH, "\"}");
    expect_kept(text);
    free(text);
}
